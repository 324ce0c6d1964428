"""The command `creditline close`, and what it left behind: a line's days, and the book by class."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from creditline.clock import DAY
from creditline.edge.commands.book import BOOK, Day, read_day
from creditline.edge.commands.output import Json, note, progress, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.errors import Code, CreditlineError, Malformed
from creditline.flows.close import Run, begin_closing, close_days
from creditline.flows.days import BookDay, book_at, days_of
from creditline.flows.explain import read_line
from creditline.flows.over import require_closed
from creditline.money import in_words

CLASSES_HEAD = (
    "currency", "class", "bucket", "stage", "lines", "principal", "overdue", "interest", "penalty", "fees", "in suspense",
)  # fmt: skip
DAYS_HEAD = (
    "day", "class", "bucket", "days late", "stage", "income", "principal", "overdue", "interest", "penalty", "fees",
    "in suspense",
)  # fmt: skip


def close(
    day: Annotated[str | None, typer.Option(help="Close this day alone; the days before it must be closed.")] = None,
    through: Annotated[str | None, typer.Option(help="Close up to this day; left out, every day that is over.")] = None,
    as_json: Json = False,
) -> None:
    """Close days: book what ran up on each, and class every line that owes. The worker does so by itself every night."""
    if day and through:
        raise Malformed("Name a --day or --through, not both.", code=Code.MESSAGE_MALFORMED)
    last, only = read_day(day or through), day is not None

    async def use(engine: Engine) -> tuple[Run, BookDay, date]:
        begun = await begin_closing(engine.db, engine.clock)
        if only and last:
            async with engine.db.reading() as connection:
                await require_closed(connection, through=last - DAY)
        with progress("days of lines", None) as bar:
            run = await close_days(engine.db, engine.clock, engine.house, through=last, told=bar)
        return run, await book_at(engine.db, engine.clock, day=run.through_on), begun

    run, told, begun = with_engine(use)
    failed = [{"line": str(line), "why": _why(error)} for line, error in run.failed.items()]
    show(
        {
            "through_on": run.through_on,
            "begins_on": begun,
            "line_days_count": run.line_days_count,
            "left_count": run.left_count,
            "failed": failed,
            "rows": told.rows,
        },
        as_json=as_json,
        rows=_class_cells(told),
        head=CLASSES_HEAD,
        right=range(4, len(CLASSES_HEAD)),
    )
    if begun > run.through_on:
        note(f"Days are closed from {begun} on, and that day is not over.")
    elif not as_json:
        note(f"{run.line_days_count} days of lines were closed, through {run.through_on}.")
    for one in failed:
        note(f"line {one['line']}: {one['why']}")
    if run.left_count:
        note(f"{run.left_count} lines are left: others held them, or they failed. Give the command again.")
        raise typer.Exit(1)


@BOOK.command("classes")
def classes(as_of: Day = None, as_json: Json = False) -> None:
    """Print the book at the end of a closed day by class, bucket and stage; the last closed day if none is named."""
    day = read_day(as_of)

    async def use(engine: Engine) -> BookDay:
        return await book_at(engine.db, engine.clock, day=day)

    told = with_engine(use)
    show(told, as_json=as_json, rows=_class_cells(told), head=CLASSES_HEAD, right=range(4, len(CLASSES_HEAD)))
    if told.left_count:
        note(f"{told.left_count} lines have days to close up to {told.day}: run `creditline close`.")


@BOOK.command("days")
def days(
    line: Annotated[str, typer.Argument(help="The line's id.")],
    through: Day = None,
    most: Annotated[int, typer.Option(min=1, max=1000)] = 31,
    as_json: Json = False,
) -> None:
    """Print how a line stood at the end of its latest closed days, newest first."""
    number, last = uuid(line, what="line"), read_day(through)

    async def use(engine: Engine) -> None:
        told = await days_of(engine.db, engine.clock, line=number, through=last, most=most)
        currency = (await read_line(engine.db, number)).currency
        rows = [
            (
                one.day,
                one.asset_class,
                one.bucket,
                one.dpd_days,
                one.stage,
                "stopped" if one.is_non_accrual else "accrues",
                *(
                    in_words(amount_minor, currency)
                    for amount_minor in (
                        one.principal_minor,
                        one.overdue_minor,
                        one.interest_minor,
                        one.penalty_minor,
                        one.fee_minor,
                        one.suspended_interest_minor + one.suspended_penalty_minor,
                    )
                ),
            )
            for one in told
        ]
        show([asdict(one) for one in told], as_json=as_json, rows=rows, head=DAYS_HEAD, right=(3, *range(6, 12)))

    with_engine(use)


def _class_cells(told: BookDay) -> list[tuple[object, ...]]:
    return [
        (
            one.currency,
            one.asset_class,
            one.bucket,
            one.stage,
            one.lines_count,
            *(
                in_words(amount_minor, one.currency)
                for amount_minor in (
                    one.principal_minor,
                    one.overdue_minor,
                    one.interest_minor,
                    one.penalty_minor,
                    one.fee_minor,
                    one.suspended_minor,
                )
            ),
        )
        for one in told.rows
    ]


def _why(error: Exception) -> str:
    return (
        f"{error.code}: {error.message}" if isinstance(error, CreditlineError) else f"{type(error).__name__}: {error}"
    )


COMMANDS = (close,)
