"""What is told to help, done for real, comes true to the day and the minor unit; what is told to do nothing does nothing.

Twins live alike to the microsecond; one does what was told, the other nothing.
"""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from creditline.clock import business_day
from creditline.flows.advice import advice_of
from creditline.flows.work import work_until
from creditline.ledger.line import Line
from creditline.restoration.advice import NEVER, Advice, Dates, Effect
from creditline.restoration.behaviour import Behaviour
from creditline.restoration.course import Standing, Step
from tests.flows.desk import Desk
from tests.laws.test_a_forecast_is_what_is_booked import carry_out

DAYS = 366


async def a_waiting_line(desk: Desk, chance: random.Random) -> Line:
    """Return a line on which something waits: for somebody late, or who drew very often."""
    line = await desk.open(borrower=f"b{chance.randint(0, 10**9)}", amount_minor=100_000)
    is_late = chance.random() < 0.6
    for _ in range(1 if is_late else 8):
        await desk.draw(line, 4_000)
    await desk.statement(line, months_late=chance.choice((1, 2)) if is_late else 0)
    await desk.repay(line, chance.choice((1_001, 3_999)))
    await desk.wait(days=chance.choice((0, 3)))
    return line


async def back_on(desk: Desk, standing: Standing) -> Dates:
    """Return when each part that waited really came back, however often it was put off."""
    found: list[date] = []
    async with desk.db.reading() as connection:
        for one in standing.tranches:
            own: UUID | None = one.id
            day = NEVER
            while own is not None:
                end = await connection.fetchrow(
                    "select request, answer, ended_at from tranche_end where tranche = $1", own
                )
                if end is not None and end["answer"] == "released":
                    day = business_day(end["ended_at"])
                own = None
                if end is not None:
                    own = await connection.fetchval("select id from tranche where decision = $1", end["request"])
            found.append(day)
    return tuple(found)


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_told_comes_true(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    line = await a_waiting_line(desk, chance)
    standing, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
    assert standing.tranches
    until = desk.clock() + timedelta(days=DAYS)
    steps, effect = a_choice(chance, advice)
    await carry_out(desk, line, sorted(steps, key=lambda one: one.happens_at), until=until)
    # What is told holds with the margin less; as things are, it may come earlier, and never later.
    assert max(await back_on(desk, standing)) <= (effect.all_back_on or NEVER)
    assert effect.earlier_minor > 0 or effect.all_back_on == advice.all_back_on


def a_choice(chance: random.Random, advice: Advice) -> tuple[tuple[Step, ...], Effect]:
    """Choose something that is told to help, or to do nothing."""
    helps = [(one.steps, one.effect) for one in advice.helps]
    useless = [(one.doing.steps, one.effect) for one in advice.does_not_help]
    return chance.choice(helps if helps and chance.random() < 0.7 else useless)


@pytest.mark.parametrize("seed", range(4))
async def test_without_doing_anything_it_is_as_was_told(desk: Desk, seed: int) -> None:
    line = await a_waiting_line(desk, random.Random(seed))
    standing, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
    await work_until(desk.db, desk.clock, desk.house, until=desk.clock() + timedelta(days=DAYS))
    last = max(await back_on(desk, standing))
    assert (None if last == NEVER else last) == advice.all_back_on


async def test_the_seeds_meet_what_helps_and_what_does_not(desk: Desk) -> None:
    """What the law above never saw, it would not hold."""
    seen: set[Behaviour | bool] = set()
    for seed in range(8):
        line = await a_waiting_line(desk, random.Random(seed))
        _, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
        seen |= {doing.behaviour for one in advice.helps for doing in one.doings}
        seen |= {one.doing.behaviour for one in advice.does_not_help} | {advice.is_only_time}
    assert seen >= {Behaviour.PAY_ON_TIME, Behaviour.CHECK_OFTEN, Behaviour.AUTOPAY_ON, True, False}
