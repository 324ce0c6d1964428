"""The commands `creditline promises` and `creditline break-promise`: what was told, and whether it was kept."""

from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, RequestId, day_of, id_or_new, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.flows.promises import GROUPS, BreakRequest, Rate, break_promise, failed_promises, promises_of, rates
from creditline.money import in_words
from creditline.store.promises import Kept

COUNTS = ("told", "kept", "early", "late", "broken", "condition_failed", "undone", "open")


def promises(
    line: Annotated[
        str | None, typer.Argument(help="A line's id; without it, how many were kept in the whole book.")
    ] = None,
    by: Annotated[
        str, typer.Option(help=f"By what to tell them apart: {', '.join(GROUPS)}.")
    ] = "product,week_on,reason",
    language: Annotated[str, typer.Option(help="A language the product speaks: en or zh.")] = "en",
    failed: Annotated[
        bool, typer.Option("--failed", help="List those that were late or put off, and why; exit 3 if any.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say how many promises were kept, by product, week and reason; or what a line was told and what became of it."""

    async def use(engine: Engine) -> None:
        if failed:
            _show_failed(await failed_promises(engine.db, most=1000), as_json=as_json)
        if line is None:
            told = await rates(engine.db, by=[name for name in by.split(",") if name])
            _show_rates(told, as_json=as_json)
            return
        found, kept = await promises_of(engine.db, uuid(line, what="line"), most=1000)
        rows = [
            (
                one.promise.told_at,
                one.promise.kind,
                in_words(one.promise.tranche.amount_minor, found.currency),
                one.promise.tranche.due_on,
                one.end.outcome if one.end else "open",
                (one.end or one.promise).told.by_language.get(language, ""),
            )
            for one in kept
        ]
        head = ("told at", "kind", "amount", "due on", "outcome", "in words")
        show(kept, as_json=as_json, rows=rows, head=head, right=(2,))

    with_engine(use)


def _show_failed(found: Sequence[tuple[Kept, str, str]], *, as_json: bool) -> NoReturn:
    """List promises that were not kept, and leave: with 3 if there is one."""
    rows = [
        (
            one.end.ended_at if one.end else "",
            one.end.outcome if one.end else "",
            borrower,
            in_words(one.promise.tranche.amount_minor, currency),
            one.promise.tranche.due_on,
            one.breach_reason or "it was worked on after its day",
            one.approver,
        )
        for one, borrower, currency in found
    ]
    head = ("ended at", "outcome", "borrower", "amount", "due on", "why", "approved by")
    show([one for one, _, _ in found], as_json=as_json, rows=rows, head=head, right=(3,))
    raise typer.Exit(FOUND_STATUS if found else 0)


def break_promise_(
    line: Annotated[str, typer.Argument(help="The line's id.")],
    promise: Annotated[str, typer.Argument(help="The promise's id, as `creditline promises LINE --json` tells it.")],
    again_on: Annotated[str, typer.Option(help="The later day, as 2026-05-01.")],
    reason: Annotated[str, typer.Option(help="Why; the borrower is told it as it is.")],
    author: Annotated[str, typer.Option(help="Who decides it.")],
    approver: Annotated[str, typer.Option(help="Who else approves it.")],
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Put a promise off to a later day, in the open: it counts as broken for ever."""
    asked = BreakRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        promise=uuid(promise, what="promise"),
        again_on=day_of(again_on),
        author=author,
        approver=approver,
        reason=reason,
    )

    async def use(engine: Engine) -> None:
        instead = await break_promise(engine.db, engine.clock, engine.house, request=asked)
        rows = [("promise", instead.id), ("due on", instead.due_on), ("condition", instead.condition)]
        show(instead, as_json=as_json, rows=rows)

    with_engine(use)


def _show_rates(told: list[Rate], *, as_json: bool) -> None:
    if as_json:
        fields = (*GROUPS, *(f"{name}_count" for name in COUNTS), "held_count", "kept_ratio", "low_ratio", "high_ratio")
        show([{name: getattr(one, name) for name in fields} for one in told], as_json=True)
        return
    groups = [name for name in GROUPS if any(getattr(one, name) is not None for one in told)]
    rows = [
        (
            *(getattr(one, name) for name in groups),
            *(getattr(one, f"{name}_count") for name in COUNTS),
            _share(one),
        )
        for one in told
    ]
    head = (
        *(name.removesuffix("_on") for name in groups),
        *(name.replace("_", " ") for name in COUNTS),
        "kept of held [95 %]",
    )
    right = range(len(groups), len(head))
    show(told, as_json=False, rows=rows, head=head, right=right)


def _share(rate: Rate) -> str:
    """Return the kept rate with its interval; nothing while no promise was due."""
    if rate.kept_ratio is None or rate.low_ratio is None or rate.high_ratio is None:
        return ""
    return f"{100 * rate.kept_ratio:.1f} % [{100 * rate.low_ratio:.1f}, {100 * rate.high_ratio:.1f}]"


break_promise_.__name__ = "break-promise"
COMMANDS = (promises, break_promise_)
