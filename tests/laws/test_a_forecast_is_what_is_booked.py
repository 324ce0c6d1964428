"""A forecast is what will be booked: the same steps, applied for real with the clock moved, leave the same book.

Every entry is compared: its movement, its buckets and its instant to the microsecond, and what still waits at the end.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from creditline.decision.outcome import Answer
from creditline.events.catalogue import AutopayEnabled, EvidenceVerified, LoggedIn, StatementIssued
from creditline.events.consent import ConsentGiven, ConsentWithdrawn, DataSource
from creditline.events.event import Event, EvidenceKind
from creditline.flows.close import begin_closing
from creditline.flows.forecast import foresee
from creditline.flows.limit import set_limit
from creditline.flows.work import work_until
from creditline.ledger.line import Line
from creditline.restoration.course import Act, Step, What
from creditline.restoration.forecast import Forecast
from creditline.store import due, lines
from tests.decision.a_product import a_short_product, changed
from tests.flows.desk import Desk
from tests.flows.test_limits import adding

DAYS = 150
MOVED = {
    What.REPAID: "repay",
    What.DRAWN: "draw",
    What.RELEASED: "release",
    What.CUT: "reduce",
    What.EXPIRED: "expire",
    What.EXTRA_ENDED: "decrease",
}


def a_behaviour(chance: random.Random, since: datetime) -> list[Step]:
    """Return a few steps of every kind, some on one day and some at the first instant of one."""
    steps = []
    for _ in range(chance.randint(0, 7)):
        at = since + timedelta(days=chance.randint(0, 120), minutes=chance.choice((0, 7)))
        if chance.random() < 0.2:
            at = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        match chance.choice(("repay", "draw", "draw", "statement", "income")):
            case "repay":
                steps.append(Step(happens_at=at, act=Act.REPAY, amount_minor=chance.choice((1, 7_001, 90_000))))
            case "draw":
                steps.append(Step(happens_at=at, act=Act.DRAW, amount_minor=chance.choice((1, 3_000, 60_000))))
            case "statement":
                late = chance.choice((0, 0, 1, 3))
                steps.append(
                    Step(happens_at=at, act=Act.FACT, number=StatementIssued.number, amount_minor=20_000, code=late)
                )
            case _:
                steps.append(
                    Step(happens_at=at, act=Act.FACT, number=EvidenceVerified.number, amount_minor=500_000, code=0)
                )
    return sorted(steps, key=lambda one: one.happens_at)


async def a_used_line(desk: Desk, chance: random.Random) -> Line:
    """Return a line with something drawn, perhaps reserved, perhaps withheld."""
    line = await desk.open(borrower=f"b{chance.randint(0, 10**9)}", amount_minor=100_000)
    for _ in range(chance.choice((1, 1, 8))):
        await desk.draw(line, chance.choice((4_000, 9_500)))
    if chance.random() < 0.4:
        await desk.draw(line, 2_000, reserve=True)
    if chance.random() < 0.3:
        await set_limit(
            desk.db, desk.clock, desk.house, request=adding(desk, line, 5_000, days=chance.choice((20, 90)))
        )
    await desk.statement(line, months_late=chance.choice((0, 1, 2)))
    await desk.repay(line, chance.choice((3, 2_000, 3_999)))
    await desk.wait(days=chance.choice((0, 3, 35)))
    return line


def a_fact(step: Step, line: Line, *, own: UUID) -> Event:
    """Return the fact that a step supposes."""
    said: dict[str, Any] = {"id": own, "borrower": line.borrower, "happened_at": step.happens_at}
    money: dict[str, Any] = {"amount_minor": step.amount_minor, "currency": line.currency}
    match step.number:
        case StatementIssued.number:
            return StatementIssued(**said, **money, line=line.id, months_late_count=step.code)
        case EvidenceVerified.number:
            return EvidenceVerified(**said, **money, document="slip", kind=EvidenceKind.INCOME)
        case AutopayEnabled.number:
            return AutopayEnabled(**said, line=line.id)
        case ConsentGiven.number | ConsentWithdrawn.number:
            source = tuple(DataSource)[step.code]
            kind = ConsentGiven if step.number == ConsentGiven.number else ConsentWithdrawn
            return kind(**said, source=source, text="2026-05", language="zh", channel="app")
        case _:
            assert step.number == LoggedIn.number
            return LoggedIn(**said)


async def carry_out(
    desk: Desk, line: Line, steps: Sequence[Step], *, until: datetime, is_closing: bool = False
) -> None:
    """Do for real what was supposed, closing days or not."""
    for step in steps:
        await work_until(desk.db, desk.clock, desk.house, until=step.happens_at, is_closing=is_closing)
        own = desk.next_id()
        match step.act:
            case Act.REPAY:
                await desk.repays(desk.repaying(line, step.amount_minor))
            case Act.DRAW:
                await desk.draw(line, step.amount_minor)
            case Act.FACT:
                await desk.tell(a_fact(step, line, own=own))
    await work_until(desk.db, desk.clock, desk.house, until=until, is_closing=is_closing)


async def booked(desk: Desk, line: Line, *, after_version: int) -> list[tuple[object, ...]]:
    async with desk.db.reading() as connection:
        entries = await lines.entries(connection, line.id)
    return [
        (str(one.movement), one.booked_at, one.granted_minor, one.drawn_minor, one.reserved_minor, one.withheld_minor)
        for one in entries
        if one.version > after_version
    ]


def foreseen(told: Forecast) -> list[tuple[object, ...]]:
    return [
        (
            MOVED[one.what], one.happens_at, one.line.granted_minor, one.line.drawn_minor, one.line.reserved_minor,
            one.line.withheld_minor,
        )
        for one in told.events
        if one.what in MOVED
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_foreseen_is_what_is_booked(desk: Desk, seed: int) -> None:
    await hold(desk, random.Random(seed), is_closing=False)


@pytest.mark.parametrize("seed", range(100, 108))
async def test_what_is_foreseen_is_what_is_booked_while_days_are_closed_and_payment_is_late(
    desk: Desk, seed: int
) -> None:
    await desk.offer(a_short_product())
    await begin_closing(desk.db, desk.clock)
    await hold(desk, random.Random(seed), is_closing=True)


@pytest.mark.parametrize("seed", range(300, 304))
async def test_what_is_foreseen_is_what_is_booked_while_months_are_billed(desk: Desk, seed: int) -> None:
    await desk.offer(
        changed(
            {
                "product.toml": lambda text: text.replace("instalments_count = 12", "instalments_count = 1").replace(
                    "monthly = false", "monthly = true"
                )
            }
        )
    )
    await begin_closing(desk.db, desk.clock)
    await hold(desk, random.Random(seed), is_closing=True)


@pytest.mark.parametrize("seed", range(200, 206))
async def test_what_is_foreseen_is_what_is_booked_while_consents_are_withdrawn_and_given(desk: Desk, seed: int) -> None:
    await hold(desk, random.Random(seed), is_closing=False, consents=random.Random(-seed))


def with_consents(steps: Sequence[Step], chance: random.Random, since: datetime) -> list[Step]:
    """Return steps with a proof of income, withdrawn and perhaps given again, each before one of the rest or at its moment."""
    evidence = tuple(DataSource).index(DataSource.EVIDENCE)
    said = [Step(happens_at=since, act=Act.FACT, number=EvidenceVerified.number, amount_minor=500_000)]
    for number in (ConsentWithdrawn.number, ConsentGiven.number, ConsentWithdrawn.number)[
        : chance.choice((1, 2, 2, 3))
    ]:
        at = chance.choice([since + timedelta(days=chance.randint(1, 60)), *(step.happens_at for step in steps)])
        said.append(Step(happens_at=at, act=Act.FACT, number=number, code=evidence))
    repaid = Step(happens_at=since + timedelta(days=40), act=Act.REPAY, amount_minor=3_000)
    return sorted([*said, *steps, repaid], key=lambda one: one.happens_at)


async def hold(desk: Desk, chance: random.Random, *, is_closing: bool, consents: random.Random | None = None) -> None:
    """Foresee a behaviour and carry it out: both must leave the same book."""
    line = await a_used_line(desk, chance)
    version, until = (await desk.line(line)).version, desk.clock() + timedelta(days=DAYS)
    steps = a_behaviour(chance, desk.clock())
    if consents is not None:
        steps = with_consents(steps, consents, desk.clock())
    told = await foresee(desk.db, desk.clock, desk.house, line=line.id, behaviours=[steps], days=DAYS)
    (forecast,) = told.alternatives
    await carry_out(desk, line, steps, until=until, is_closing=is_closing)
    assert foreseen(forecast) == await booked(desk, line, after_version=version)
    async with desk.db.reading() as connection:
        waiting = await due.open_of(connection, [line.id])
    assert sorted((one.due_on, one.amount_minor) for one in forecast.tranches) == sorted(
        (one.due_on, one.amount_minor) for one in waiting
    )
    assert forecast.line.available_minor == (await desk.line(line)).available_minor


async def test_the_seeds_meet_every_kind_of_event(desk: Desk) -> None:
    """What the law above never saw, it would not hold."""
    seen = set()
    for seed in range(12):
        chance = random.Random(seed)
        line = await a_used_line(desk, chance)
        steps = a_behaviour(chance, desk.clock())
        told = await foresee(desk.db, desk.clock, desk.house, line=line.id, behaviours=[steps], days=DAYS)
        seen |= {one.what for forecast in (told.baseline, *told.alternatives) for one in forecast.events}
    assert seen == set(What)


async def test_nothing_is_written_by_looking_ahead(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    before = await desk.line(line)
    repaying = [Step(happens_at=desk.clock(), act=Act.REPAY, amount_minor=10_000)]
    told = await foresee(desk.db, desk.clock, desk.house, line=line.id, behaviours=[repaying], days=9)
    assert told.alternatives[0].events[0].answer is Answer.AT_ONCE
    assert await desk.line(line) == before
