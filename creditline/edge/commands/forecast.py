"""The command `creditline forecast`: what comes back when, if nothing new happens, and if this and that does."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer

from creditline.edge.commands.output import Json, minor, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.errors import Code, Malformed
from creditline.events.catalogue import EvidenceVerified, StatementIssued
from creditline.flows.explain import read_line
from creditline.flows.forecast import foresee, moment_on
from creditline.money import in_words
from creditline.restoration.course import Act, Step
from creditline.restoration.forecast import Forecast

Given = Annotated[list[str] | None, typer.Option(help="A day and an amount, as 2026-12-03:1200.50; may be repeated.")]


def forecast(
    line: Annotated[str, typer.Argument(help="The line's id.")],
    repay: Given = None,
    draw: Given = None,
    prove_income: Given = None,
    statement: Annotated[
        list[str] | None, typer.Option(help="A day and by how many months payment is late, as 2026-12-03:0.")
    ] = None,
    days: Annotated[int, typer.Option(help="How far ahead.")] = 365,
    as_json: Json = False,
) -> None:
    """Run a line forward by the engine that decides; nothing is written."""
    asked: list[tuple[Callable[..., Step], list[str]]] = [
        (partial(Step, act=Act.REPAY), repay or []),
        (partial(Step, act=Act.DRAW), draw or []),
        (partial(Step, act=Act.FACT, number=EvidenceVerified.number), prove_income or []),
    ]

    async def use(engine: Engine) -> None:
        as_of = engine.clock()
        found = await read_line(engine.db, uuid(line, what="line"))
        steps = [
            make(happens_at=at, amount_minor=minor(amount, found.currency))
            for make, given in asked
            for at, amount in (_given(one, as_of=as_of) for one in given)
        ]
        for one in statement or []:
            at, months = _given(one, as_of=as_of)
            # A statement shows what is owed on its day, which nobody has supposed: it is taken as owed today.
            steps.append(
                Step(
                    happens_at=at,
                    act=Act.FACT,
                    number=StatementIssued.number,
                    amount_minor=found.drawn_minor,
                    code=_count(months),
                )
            )
        told = await foresee(
            engine.db, lambda: as_of, engine.house, line=found.id, behaviours=[steps] if steps else [], days=days
        )
        courses = [("nothing new", told.baseline), *(("supposed", one) for one in told.alternatives)]
        if as_json:
            show({"baseline": told.baseline, "alternatives": told.alternatives}, as_json=True)
            return
        rows = [row for name, course in courses for row in _rows(name, course, told.baseline, found.currency)]
        show(
            None,
            as_json=False,
            rows=rows,
            head=("if", "on", "what", "amount", "withheld", "available"),
            right=(3, 4, 5),
        )

    with_engine(use)


def _rows(name: str, course: Forecast, baseline: Forecast, currency: str) -> list[tuple[object, ...]]:
    """Return a course as a table: what happens on which day, and when everything is back."""
    rows: list[tuple[object, ...]] = [
        (
            name,
            one.happens_at.isoformat()[:10],
            one.what.replace("_", " "),
            *(
                in_words(amount_minor, currency)
                for amount_minor in (one.amount_minor, one.line.withheld_minor, one.line.available_minor)
            ),
        )
        for one in course.events
    ]
    sooner = course.sooner_days(baseline)
    change = f" ({abs(sooner)} days {'sooner' if sooner > 0 else 'later'})" if sooner else ""
    line = course.line
    ends = (in_words(line.withheld_minor, currency), in_words(line.available_minor, currency))
    return [*rows, (name, course.all_back_on or "not yet", f"all back{change}", "", *ends)]


def _given(text: str, *, as_of: datetime) -> tuple[datetime, str]:
    day, colon, rest = text.partition(":")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        on = None
    if on is None or not colon:
        raise Malformed(
            f"{text[:40]!r} is no day and amount. Write it as 2026-12-03:1200.50.", code=Code.MESSAGE_MALFORMED
        )
    return moment_on(on, as_of=as_of), rest


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 3):
        raise Malformed(f"{text[:40]!r} is no number of months. Write 0, 1, 2 and so on.", code=Code.MESSAGE_MALFORMED)
    return int(text)


COMMANDS = (forecast,)
