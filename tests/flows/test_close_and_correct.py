"""Days that were closed stay as they were known, whatever is corrected later; the days after hold the difference."""

import random
from datetime import timedelta

import pytest

from creditline.clock import DAY, business_day
from creditline.errors import Refused
from creditline.flows.close import begin_closing, close_days
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.store import days
from tests.decision.a_product import a_short_product
from tests.flows.desk import Desk
from tests.flows.test_close import results
from tests.flows.test_corrections import charging_off, recovering


async def closed(desk: Desk, *, days_count: int) -> None:
    desk.clock.move_to(desk.clock() + timedelta(days=days_count))
    await close_days(desk.db, desk.clock, desk.house)


@pytest.mark.parametrize("seed", range(10))
async def test_a_closed_day_stays_and_the_next_one_is_right(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    await desk.offer(a_short_product())
    await begin_closing(desk.db, desk.clock)
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 60_000)
    paid = []
    for _ in range(chance.randint(6, 14)):
        await closed(desk, days_count=chance.choice((0, 1, 3, 17, 40)))
        before = await results(desk, line)
        try:
            match chance.choice(("repay", "repay", "bounce", "waive", "draw")):
                case "repay":
                    paid.append(await desk.repay(line, chance.choice((1, 500, 20_000))))
                case "bounce" if paid:
                    await desk.reverse(line, paid.pop(chance.randrange(len(paid))).decision.id)
                case "waive":
                    await desk.waive(line, chance.choice((Part.INTEREST, Part.PENALTY)), chance.choice((1, 40)))
                case "draw":
                    await desk.draw(line, chance.choice((1, 9_000)))
        except Refused:
            # What is not owed is not forgiven, and what is late is not lent.
            pass
        assert (await results(desk, line))[: len(before)] == before
        await desk.check()
    await closed(desk, days_count=1)
    await given_up(desk, line)


async def given_up(desk: Desk, line: Line) -> None:
    """Charge the line off if it does not perform by then, and recover some of it: nothing is left in suspense."""
    await closed(desk, days_count=60)
    try:
        await charging_off(desk, line)
    except Refused:
        return
    await closed(desk, days_count=2)
    async with desk.db.reading() as connection:
        assert await days.suspended(connection, [line.id]) == {}
    last = (await results(desk, line))[-1]
    assert (last.owed_minor, last.day) == (0, business_day(desk.clock()) - 2 * DAY)
    await recovering(desk, line, 1_000)
    await closed(desk, days_count=3)
    assert (await results(desk, line))[-1] == last
