"""The commands `creditline document ...` and `creditline borrower ...`: evidence, judged; everything held, given out; erased."""

import sys
from collections.abc import Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from creditline.edge.commands.limits import Authority, Reason
from creditline.edge.commands.lines import Amount, Currency
from creditline.edge.commands.output import (
    Json,
    RequestId,
    day_of,
    id_or_new,
    minor,
    note,
    pairs,
    show,
    uuid,
    with_engine,
)
from creditline.edge.engine import Engine
from creditline.events.event import EvidenceKind
from creditline.flows.document import (
    Correction,
    Judgement,
    Paper,
    Refusing,
    Submission,
    Verification,
    Withdrawal,
    Words,
    content_of,
    correct,
    judge,
    paper,
    papers_of,
    papers_waiting,
    submit,
    withdraw,
)
from creditline.flows.erase import EraseRequest, erase_borrower, held_on
from creditline.flows.vault import Vault
from creditline.money import in_words

DOCUMENT = typer.Typer(help="What a borrower hands in as evidence: take it, verify or refuse it.", no_args_is_help=True)
BORROWER = typer.Typer(help="What is held on a borrower: give it out, erase it.", no_args_is_help=True)

DocumentId = Annotated[str, typer.Argument(help="The document's id.")]
Name = Annotated[str, typer.Argument(help="The borrower.")]
HEAD = ("document", "borrower", "kind", "state", "since", "a month", "until", "reason")


@DOCUMENT.command("submit")
def submit_(
    file: Annotated[Path, typer.Argument(help="A PDF, PNG or JPEG.", exists=True, dir_okay=False)],
    borrower: Annotated[str, typer.Option(help="Whose it is.")],
    kind: Annotated[EvidenceKind, typer.Option(help="What it proves.")],
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Take a document in; it is kept sealed under its borrower's key."""
    asked = Submission(
        id=id_or_new(request),
        borrower=borrower,
        kind=kind,
        media=guess_type(file)[0] or "",
        content=file.read_bytes(),
    )

    async def use(engine: Engine) -> None:
        _show([await submit(engine.db, engine.clock, _vault(engine), request=asked)], as_json=as_json)

    with_engine(use)


@DOCUMENT.command("list")
def list_(
    borrower: Annotated[str | None, typer.Option(help="Of whom; else what waits for an officer.")] = None,
    as_json: Json = False,
) -> None:
    """List what a borrower handed in, or what waits to be judged, the oldest first."""

    async def use(engine: Engine) -> None:
        vault = _vault(engine)
        found = await (papers_of(engine.db, vault, borrower) if borrower else papers_waiting(engine.db, vault))
        _show(found, as_json=as_json)

    with_engine(use)


@DOCUMENT.command("show")
def show_(document: DocumentId, as_json: Json = False) -> None:
    """Show how a document stands, and what it is said to say."""

    async def use(engine: Engine) -> None:
        found = await paper(engine.db, _vault(engine), uuid(document, what="document"))
        own, said = found.document, found.words
        fields = {name: getattr(own, name) for name in own.__dataclass_fields__}
        told = {} if said is None else {f"says {name}": getattr(said, name) for name in said.__struct_fields__}
        show(found, as_json=as_json, rows=pairs({**fields, **told, "erased": found.is_erased or None}))

    with_engine(use)


@DOCUMENT.command("words")
def words_(
    document: DocumentId,
    amount: Amount,
    issuer: Annotated[str, typer.Option(help="Who issued it.")],
    issued_on: Annotated[str, typer.Option(help="When, as 2026-05-01.")],
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Say, or correct, what a document says: the amount a month, who issued it and when."""
    said = Words(issuer=issuer, issued_on=day_of(issued_on), amount_minor=minor(amount, currency), currency=currency)
    asked = Correction(id=id_or_new(request), document=uuid(document, what="document"), words=said)

    async def use(engine: Engine) -> None:
        _show([await correct(engine.db, engine.clock, _vault(engine), request=asked)], as_json=as_json)

    with_engine(use)


@DOCUMENT.command("verify")
def verify_(
    document: DocumentId,
    amount: Amount,
    until: Annotated[str, typer.Option(help="The first day on which it does not count, as 2027-05-01.")],
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Find a document true: from now until it expires, the amount a month is a fact the engine weighs."""
    _judge(
        Verification(
            id=id_or_new(request),
            document=uuid(document, what="document"),
            authority=by,
            reason=reason,
            amount_minor=minor(amount, currency),
            currency=currency,
            expires_on=day_of(until),
        ),
        as_json=as_json,
    )


@DOCUMENT.command("refuse")
def refuse_(
    document: DocumentId, by: Authority, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Find that a document proves nothing; its borrower is told the reason as it is."""
    asked = Refusing(id=id_or_new(request), document=uuid(document, what="document"), authority=by, reason=reason)
    _judge(asked, as_json=as_json)


@DOCUMENT.command("withdraw")
def withdraw_(document: DocumentId, request: RequestId = None, as_json: Json = False) -> None:
    """Take a document back for its borrower, before it is judged: nobody looks at it any more."""
    asked = Withdrawal(id=id_or_new(request), document=uuid(document, what="document"))

    async def use(engine: Engine) -> None:
        _show([await withdraw(engine.db, engine.clock, _vault(engine), request=asked)], as_json=as_json)

    with_engine(use)


@DOCUMENT.command("save")
def save_(
    document: DocumentId,
    out: Annotated[Path, typer.Argument(help="The file to write; one that is there is not written over.")],
) -> None:
    """Write a document's own bytes to a file."""

    async def use(engine: Engine) -> None:
        _, content = await content_of(engine.db, _vault(engine), uuid(document, what="document"))
        with out.open("xb") as written:
            written.write(content)
        note(f"{out}: {len(content):,} bytes")

    with_engine(use)


@BORROWER.command("export")
def export_(borrower: Name) -> None:
    """Write everything held on a borrower to stdout, one JSON record a line."""

    async def use(engine: Engine) -> None:
        async for kind, record in held_on(engine.db, _vault(engine), borrower):
            sys.stdout.write(msgspec.json.encode({"is": kind, "record": record}).decode() + "\n")

    with_engine(use)


@BORROWER.command("erase")
def erase_(borrower: Name, by: Authority, reason: Reason, request: RequestId = None, as_json: Json = False) -> None:
    """Make unreadable, for good, what is sealed of a borrower who has no open line. The books stay."""
    asked = EraseRequest(id=id_or_new(request), borrower=borrower, authority=by, reason=reason)

    async def use(engine: Engine) -> None:
        found = await erase_borrower(engine.db, engine.clock, request=asked)
        rows = pairs({name: getattr(found, name) for name in found.__dataclass_fields__})
        show(found, as_json=as_json, rows=rows)

    with_engine(use)


def _judge(asked: Judgement, *, as_json: bool) -> None:
    async def use(engine: Engine) -> None:
        _show([await judge(engine.db, engine.clock, _vault(engine), request=asked)], as_json=as_json)

    with_engine(use)


def _show(found: Sequence[Paper], *, as_json: bool) -> None:
    rows = [
        (
            one.document.id,
            one.document.borrower,
            one.document.kind,
            "erased" if one.is_erased else one.document.act,
            f"{one.document.acted_at:%Y-%m-%d %H:%M}",
            in_words(one.document.amount_minor, one.document.currency or "")
            if one.document.amount_minor is not None
            else "",
            one.document.expires_on or "",
            one.document.reason or "",
        )
        for one in found
    ]
    show(found, as_json=as_json, rows=rows, head=HEAD, right=(5,))


def _vault(engine: Engine) -> Vault:
    assert engine.vault is not None
    return engine.vault()
