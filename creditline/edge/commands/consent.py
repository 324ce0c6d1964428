"""The commands `creditline consent ...`: what a borrower lets us read, given and withdrawn."""

from collections.abc import Sequence
from typing import Annotated, get_args

import msgspec
import typer

from creditline.edge.commands.output import Json, RequestId, id_or_new, instant, pairs, show, with_engine
from creditline.edge.engine import Engine
from creditline.events.consent import Channel, DataSource
from creditline.explanation.consent import tell_consent
from creditline.flows.advice import consent_previews
from creditline.flows.consent import ConsentRequest, Proof, SourceState, consent, consents_of, words_for

CONSENT = typer.Typer(help="What a borrower lets us read: give it, withdraw it, show it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The borrower.")]
SourceName = Annotated[DataSource, typer.Argument(help="The source.")]
Said = Annotated[str, typer.Option("--language", help="The language of the words that were shown.")]
By = Annotated[str, typer.Option("--channel", help=f"How it was said: {', '.join(get_args(Channel))}.")]
Version = Annotated[
    str | None, typer.Option("--text", help="The version of the words; left out, that of our own today.")
]
At = Annotated[str | None, typer.Option("--at", help="When, if it was before now, as 2026-05-01T09:30+08:00.")]
HEAD = ("source", "read", "why", "since", "by", "facts", "used for")


@CONSENT.command("give")
def give_(
    borrower: Name,
    source: SourceName,
    language: Said = "zh",
    channel: By = "branch",
    text: Version = None,
    at: At = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Record that a borrower lets us read a source: from now on it counts, with what was known of it before."""
    asked = _asked(borrower, source, is_given=True, said=(language, channel, text), at=at, request=request)
    _record(asked, as_json=as_json)


@CONSENT.command("withdraw")
def withdraw_(
    borrower: Name,
    source: SourceName,
    language: Said = "zh",
    channel: By = "branch",
    text: Version = None,
    at: At = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Record that a borrower lets us read a source no more: from now on it is missing, never zero."""
    asked = _asked(borrower, source, is_given=False, said=(language, channel, text), at=at, request=request)
    _record(asked, as_json=as_json)


@CONSENT.command("show")
def show_(
    borrower: Name,
    product: Annotated[str | None, typer.Option(help="Of which product; else that of the oldest open line.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it was known then, as 2026-05-01T09:30+08:00.")] = None,
    as_json: Json = False,
) -> None:
    """Show every source: whether it is read and why, what is held of it, and which questions it helps to answer."""
    seen_at = instant(as_of)

    async def use(engine: Engine) -> None:
        _, state = await consents_of(
            engine.db, engine.clock, engine.house, borrower=borrower, product=product, as_of=seen_at
        )
        show(state, as_json=as_json, rows=_rows(state.sources), head=HEAD, right=(5,))

    with_engine(use)


@CONSENT.command("preview")
def preview_(
    borrower: Name,
    source: SourceName,
    withdraw: Annotated[bool, typer.Option("--withdraw/--give", help="Which change.")] = True,
    language: Annotated[str, typer.Option(help="The language to say it in.")] = "zh",
    as_json: Json = False,
) -> None:
    """Show what a change would do on each open line, for the borrower who asks; nothing is kept."""

    async def use(engine: Engine) -> None:
        product, _ = await consents_of(engine.db, engine.clock, engine.house, borrower=borrower)
        words = words_for(engine.house, product, language)
        found = await consent_previews(
            engine.db, engine.clock, engine.house, borrower=borrower, source=source, is_given=not withdraw
        )
        rows = [
            (standing.line.id, said)
            for standing, own in found
            for said in (*tell_consent(own, words, currency=standing.line.currency), words.sections["effect"]["price"])
        ]
        show([own for _, own in found], as_json=as_json, rows=rows, head=("line", "effect"))

    with_engine(use)


def _rows(sources: Sequence[SourceState]) -> list[tuple[object, ...]]:
    return [
        (
            one.source,
            "yes" if one.ground.is_read else "no",
            one.ground.replace("_", " "),
            f"{one.proof.happened_at:%Y-%m-%d %H:%M}" if one.proof else "",
            f"{one.proof.channel}, {one.proof.language}, text {one.proof.text}" if one.proof else "",
            one.facts_count,
            ", ".join(one.uses) or "nothing",
        )
        for one in sources
    ]


def _asked(
    borrower: str,
    source: DataSource,
    *,
    is_given: bool,
    said: tuple[str, str, str | None],
    at: str | None,
    request: str | None,
) -> ConsentRequest:
    """Return what a borrower said; `said` are the language, the channel and the version, empty for that of our own words."""
    language, channel, text = said
    return ConsentRequest(
        id=id_or_new(request),
        borrower=borrower,
        source=source,
        is_given=is_given,
        text=text or "",
        language=language,
        channel=channel,
        happened_at=instant(at),
    )


def _record(asked: ConsentRequest, *, as_json: bool) -> None:
    async def use(engine: Engine) -> None:
        request = asked
        if not request.text:
            product = next(iter(engine.house.products.values()))
            words = words_for(engine.house, product, request.language)
            request = msgspec.structs.replace(request, text=words.version)
        proof, is_new = await consent(engine.db, engine.clock, request=request)
        show(proof, as_json=as_json, rows=pairs({**_fields(proof), "repeated": None if is_new else "yes"}))

    with_engine(use)


def _fields(proof: Proof) -> dict[str, object]:
    return {name: getattr(proof, name) for name in proof.__dataclass_fields__}
