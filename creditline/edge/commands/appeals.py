"""The commands of `creditline review`: ask for a person, take what waits, answer it; with a line, the rules review its limit."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from creditline.decision.what_if import supposed_of
from creditline.edge.commands.limits import Authority, Reason
from creditline.edge.commands.lines import borrower_id
from creditline.edge.commands.lines import review as review_line
from creditline.edge.commands.output import (
    FOUND_STATUS,
    Json,
    RequestId,
    id_or_new,
    minor,
    pairs,
    show,
    uuid,
    with_engine,
)
from creditline.edge.engine import Engine
from creditline.flows.appeal import AppealRequest, ask_for_review, queue, review_rates
from creditline.flows.case import Case, case_of
from creditline.flows.note import NoteRequest, note
from creditline.flows.verdict import ChangeRequest, SecondRequest, UpholdRequest, change, second, uphold
from creditline.money import in_words
from creditline.store.appeals import Appeal, AppealReason

MOST = 1000
LINE = "line"


class _LineOrCommand(TyperGroup):
    """A group whose command may be left out where a line's id stands in its place."""

    def resolve_command(self, context: Any, args: list[str]) -> Any:
        """Find the command, or take what is none for a line whose limit is to be reviewed."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return super().resolve_command(context, [LINE, *args])
        return super().resolve_command(context, args)


REVIEW = typer.Typer(
    cls=_LineOrCommand,
    help="Human reviews: what borrowers ask a person to look at again. `creditline review LINE` lets the rules review a limit.",
    no_args_is_help=True,
)
Review = Annotated[str, typer.Argument(help="The request's id, as the queue lists it.")]


@REVIEW.command()
def request(
    act: Annotated[str, typer.Argument(help="The id of the decision, block or cut it is about.")],
    borrower: Annotated[str, typer.Option(help="Who asks.")],
    words: Annotated[str, typer.Option(help="In the borrower's own words.")],
    reason: Annotated[AppealReason, typer.Option(help="Why.")] = AppealReason.OTHER,
    language: Annotated[str, typer.Option("--lang", "--language", help="In which the answer is wanted.")] = "en",
    request_id: RequestId = None,
    as_json: Json = False,
) -> None:
    """Ask for a person to look at an unfavourable act again."""
    asked = AppealRequest(
        id=id_or_new(request_id),
        borrower=borrower_id(borrower),
        act=uuid(act, what="act"),
        reason=reason,
        words=words,
        language=language,
    )

    async def use(engine: Engine) -> None:
        found, _ = await ask_for_review(engine.db, engine.clock, engine.house, request=asked)
        _show(found, as_json=as_json)

    with_engine(use)


@REVIEW.command("queue")
def queue_(
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what should have been answered by now; exit 3 if any.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what waits for a person: what is overdue first, then the urgent, then by when it is due."""

    async def use(engine: Engine) -> bool:
        found, now = await queue(engine.db, engine.clock, is_overdue=overdue, most=MOST), engine.clock()
        rows = [
            (
                one.due_at,
                "OVERDUE" if one.is_overdue(now) else "",
                one.priority,
                one.id,
                one.trigger,
                one.reason,
                one.borrower,
                f"waits for a second person after {one.officer}" if one.finding else one.state,
            )
            for one in found
        ]
        head = ("due at", "", "priority", "request", "about", "because", "borrower", "state")
        show(found, as_json=as_json, rows=rows, head=head, right=(2,))
        return bool(found)

    if with_engine(use) and overdue:
        raise typer.Exit(FOUND_STATUS)


@REVIEW.command("show")
def show_(
    review: Review,
    suppose: Annotated[
        list[str] | None,
        typer.Option(
            help="name=value: ask the decision again as if this were so; name= for not known. May be repeated."
        ),
    ] = None,
    language: Annotated[str, typer.Option("--lang", "--language", help="In which the letter is shown.")] = "en",
    as_json: Json = False,
) -> None:
    """Show a case file: the request, what was told, the decision replayed, what is withheld, and what would be otherwise."""

    async def use(engine: Engine) -> None:
        found = await case_of(
            engine.db, engine.clock, engine.house, uuid(review, what="request"), supposing=supposed_of(suppose or [])
        )
        show(found, as_json=as_json, rows=_rows(found, language))

    with_engine(use)


@REVIEW.command("uphold")
def uphold_(review: Review, by: Authority, reason: Reason, request_id: RequestId = None, as_json: Json = False) -> None:
    """Let an act stand; the borrower is told so with the reason."""
    asked = UpholdRequest(id=id_or_new(request_id), review=uuid(review, what="request"), officer=by, reason=reason)

    async def use(engine: Engine) -> None:
        _show(await uphold(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)

    with_engine(use)


@REVIEW.command("change")
def change_(
    review: Review,
    by: Authority,
    reason: Reason,
    promise: Annotated[list[str] | None, typer.Option(help="Only this of what is withheld; may be repeated.")] = None,
    limit: Annotated[str | None, typer.Option(help="The limit anew, where it was cut.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "CNY",
    request_id: RequestId = None,
    as_json: Json = False,
) -> None:
    """Change what an act did: bring back what it withheld, lift the block, or set the limit anew."""
    asked = ChangeRequest(
        id=id_or_new(request_id),
        review=uuid(review, what="request"),
        officer=by,
        reason=reason,
        promises=tuple(uuid(one, what="promise") for one in promise or ()),
        granted_minor=None if limit is None else minor(limit, currency),
    )

    async def use(engine: Engine) -> None:
        _show(await change(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)

    with_engine(use)


@REVIEW.command()
def approve(review: Review, by: Authority, reason: Reason, request_id: RequestId = None, as_json: Json = False) -> None:
    """Approve a change as the second person; it is made at once."""
    _second(review, by=by, reason=reason, request_id=request_id, is_refused=False, as_json=as_json)


@REVIEW.command()
def refuse(review: Review, by: Authority, reason: Reason, request_id: RequestId = None, as_json: Json = False) -> None:
    """Refuse a change as the second person; the request waits again."""
    _second(review, by=by, reason=reason, request_id=request_id, is_refused=True, as_json=as_json)


@REVIEW.command("note")
def note_(
    review: Review,
    by: Authority,
    words: Annotated[str, typer.Option(help="What colleagues should know; no borrower is told it.")],
    request_id: RequestId = None,
    as_json: Json = False,
) -> None:
    """Write a note on a request, for colleagues."""
    asked = NoteRequest(id=id_or_new(request_id), review=uuid(review, what="request"), officer=by, words=words)

    async def use(engine: Engine) -> None:
        made = await note(engine.db, engine.clock, request=asked)
        show(
            made, as_json=as_json, rows=pairs({"noted at": made.noted_at, "officer": made.officer, "words": made.words})
        )

    with_engine(use)


@REVIEW.command()
def rates(as_json: Json = False) -> None:
    """Count what became of requests by product, act and leading reason: which rules people put right."""

    async def use(engine: Engine) -> None:
        found = await review_rates(engine.db, engine.clock)
        names = ("asked", "upheld", "changed", "open", "late")
        rows = [
            (one.product, one.trigger, one.leading, *(getattr(one, f"{name}_count") for name in names)) for one in found
        ]
        show(found, as_json=as_json, rows=rows, head=("product", "about", "reason", *names), right=range(3, 8))

    with_engine(use)


def _second(review: str, *, by: str, reason: str, request_id: str | None, is_refused: bool, as_json: bool) -> None:
    asked = SecondRequest(
        id=id_or_new(request_id), review=uuid(review, what="request"), officer=by, reason=reason, is_refused=is_refused
    )

    async def use(engine: Engine) -> None:
        _show(await second(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)

    with_engine(use)


def _show(appeal: Appeal, *, as_json: bool) -> None:
    """Print a request and how it stands."""
    show(appeal, as_json=as_json, rows=_of_request(appeal))


def _of_request(appeal: Appeal) -> list[tuple[str, object]]:
    names = {
        "request": "id", "about": "act", "act": "trigger", "borrower": "borrower", "because": "reason", "words": "words",
        "asked at": "asked_at", "due at": "due_at", "state": "state", "officer": "officer", "approver": "approver",
        "found": "outcome_reason", "effect": "effect", "answered at": "ended_at", "letter": "letter",
    }  # fmt: skip
    return pairs({told: getattr(appeal, name) for told, name in names.items()})


def _rows(case: Case, language: str) -> list[tuple[str, object]]:
    """Return the rows of a case file."""
    currency = case.line.currency if case.line else case.decision.currency if case.decision else "CNY"
    rows = _of_request(case.appeal)
    rows += [("told", one.text) for one in case.letters if one.language == language]
    if case.replay is not None:
        differs = case.replay.record_difference or case.replay.facts_difference
        rows.append(("replay", differs or "equal, byte for byte"))
    rows += [
        ("withheld", f"{in_words(one.amount_minor, currency)} until {one.due_on}, promise {one.id}")
        for one in case.withheld
    ]
    for finding, said in case.findings:
        rows.append(("finding", f"{finding.answer} by {finding.officer}: {finding.reason}"))
        rows += [("second", f"{said.answer} by {said.officer}: {said.reason}")] if said else []
    rows += [("note", f"{one.officer}, {one.noted_at}: {one.words}") for one in case.notes]
    rows += [
        (f"{one.what} would be", f"{one.would_be or 'none'} (was {one.was or 'none'})") for one in case.differences
    ]
    if case.supposed is not None and not case.differences:
        rows.append(("would be", "the same"))
    return rows


REVIEW.command(LINE, hidden=True)(review_line)
