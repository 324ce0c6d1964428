"""Arms compared on the book: who turned bad in which, within the segment and the days; and a guard that stops by itself."""

from datetime import timedelta
from uuid import UUID

import pytest

from creditline.errors import Code, NotFound
from creditline.events.catalogue import OutcomeObserved
from creditline.flows.strategy import start_arm, stop_arm
from creditline.flows.trials import Results, guard, guard_one, results_of
from creditline.ledger.line import Line
from creditline.policy.life import HOUSE, Act
from creditline.policy.strategy import Measure
from creditline.store import lines, trials
from creditline.store.trials import Span
from tests.decision.a_product import a_product
from tests.flows.desk import Desk
from tests.flows.test_arms import HALF, by_arm, others, who
from tests.policy.a_strategy import an_arm, with_strategy

PRODUCT = a_product().name
TRIAL = "[trial]\nhorizon_days = 10\noverdue_days = 30\n"
STOP = '[[arms.longer.stop]]\nmeasure = "bad_rate"\nworse_by_ppm = 0\nleast_count = 4\n'
SPENT = '[[arms.longer.stop]]\nmeasure = "loss"\nmost_minor = 100\ncurrency = "CNY"\n'


async def defaulted(desk: Desk, line: Line) -> None:
    """Have a default of a line observed, an hour later."""
    desk.clock.move_to(desk.clock() + timedelta(hours=1))
    await desk.tell(
        OutcomeObserved(
            id=desk.next_id(),
            borrower=line.borrower,
            happened_at=desk.clock() - timedelta(minutes=1),
            line=line.id,
            is_default=1,
        )
    )


async def a_trial(desk: Desk, *stops: str, bad: int, more: str = "") -> Results:
    """Open five lines in the arm and five outside, draw on each, and let so many of the arm turn bad; then let it mature."""
    await desk.offer(with_strategy(an_arm("longer", HALF, more=more) + "".join(stops), head=TRIAL))
    lines = [await desk.open(borrower=name) for name in (*who(count=5), *others(count=5))]
    for line in lines:
        await desk.draw(line, 1_000)
    for line in lines[:bad]:
        await defaulted(desk, line)
    desk.clock.move_to(desk.clock() + timedelta(days=11))
    return await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)


async def test_arms_are_compared_by_borrower_once_each_has_been_watched(desk: Desk) -> None:
    found = await a_trial(desk, bad=3)
    (one,) = found.results
    assert (one.own.count, one.own.matured_count, one.own.bad_count) == (5, 5, 3)
    assert (one.champion.count, one.champion.matured_count, one.champion.bad_count) == (5, 5, 0)
    apart = {each.measure: each for each in one.differences}
    assert (apart[Measure.BAD_RATE].arm_ppm, apart[Measure.BAD_RATE].champion_ppm) == (600_000, 0)
    assert apart[Measure.BAD_RATE].low_ppm < 600_000 < apart[Measure.BAD_RATE].high_ppm
    assert apart[Measure.APPROVAL_RATE].apart_ppm == 0
    assert (one.owed_minor, one.balance.is_off, one.fired, one.crossed_count) == ({"CNY": 3_000}, False, (), 0)


async def test_what_is_not_over_yet_is_not_counted_and_what_comes_too_late_is_not_bad(desk: Desk) -> None:
    await desk.offer(with_strategy(an_arm("longer", HALF), head=TRIAL))
    (mine,) = [await desk.open(borrower=name) for name in who()]
    (one,) = (await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)).results
    assert (one.own.count, one.own.matured_count, one.champion.count) == (1, 0, 0)
    desk.clock.move_to(desk.clock() + timedelta(days=11))
    await defaulted(desk, mine)
    (one,) = (await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)).results
    assert (one.own.matured_count, one.own.bad_count) == (1, 0)


async def test_a_segment_is_compared_with_the_champions_of_the_same_segment(desk: Desk) -> None:
    found = await a_trial(desk, bad=0, more='segment = "drawn_minor > 0"\n')
    (one,) = found.results
    assert (one.own.count, one.champion.count) == (0, 0)
    for line in (await _lines(desk))[:5]:
        await desk.draw(line, 500)
    names = [line.borrower for line in (await _lines(desk))[:5]]
    (one,) = (await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)).results
    inside = sum(name in who(count=5) for name in names)
    assert (one.own.count, one.champion.count) == (inside, 5 - inside)
    span = Span(product=PRODUCT, arm="longer", since=one.since, until=one.until)
    async with desk.db.reading() as connection:
        told = await trials.page(connection, span, after=UUID(int=0), most=9)
        assert await trials.page(connection, span, after=told[-1].id, most=9) == []
        owed = await trials.owed(connection, [line.id for line in await _lines(desk)])
    assert ({decision.arm for decision in told}, len(told)) == ({"longer"}, inside)
    assert owed == {"CNY": 10 * 1_000 + 5 * 500}


async def _lines(desk: Desk) -> list[Line]:
    """Return all lines, by their borrowers."""
    async with desk.db.reading() as connection:
        rows = await connection.fetch("select id from line order by borrower")
        found = await lines.read(connection, [row["id"] for row in rows])
    return [found[row["id"]] for row in rows]


async def test_the_guard_stops_an_arm_by_itself_and_says_why(desk: Desk) -> None:
    assert await guard(desk.db, desk.clock, desk.house) == []
    found = await a_trial(desk, STOP, bad=5)
    assert [why.split(":")[0] for why in found.results[0].fired] == ["bad_rate"]
    (done,) = await guard(desk.db, desk.clock, desk.house)
    assert (done.deed.act, done.deed.arm, done.deed.actor) == (Act.STOP_ARM, "longer", HOUSE)
    assert done.deed.reason.startswith("Stop rule: bad_rate: 100.00 % of 5 against the champion's 0.00 % of 5")
    assert await guard(desk.db, desk.clock, desk.house) == []
    # Started again by a second person, it is judged by what comes from then on.
    desk.clock.move_to(desk.clock() + timedelta(hours=1))
    product = desk.house.product(PRODUCT)
    await start_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob"))
    assert await guard(desk.db, desk.clock, desk.house) == []


async def test_an_arm_whose_budget_is_spent_is_stopped_by_a_guard(desk: Desk) -> None:
    found = await a_trial(desk, SPENT, bad=1)
    assert found.results[0].owed_minor == {"CNY": 1_000}
    (done,) = await guard_one(desk.db, desk.clock, desk.house, product=PRODUCT)
    assert "bad borrowers of the arm owe 1000 CNY minor, at most 100 was set aside" in done.deed.reason


async def test_what_a_person_stopped_is_looked_at_until_then_and_no_guard_minds(desk: Desk) -> None:
    await a_trial(desk, STOP, bad=5)
    product = desk.house.product(PRODUCT)
    await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob"))
    stopped_at = desk.clock()
    desk.clock.move_to(stopped_at + timedelta(days=5))
    assert await guard(desk.db, desk.clock, desk.house) == []
    (one,) = (await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)).results
    assert (one.until, one.own.count) == (stopped_at, 5)


async def test_a_product_without_a_strategy_has_no_results(desk: Desk) -> None:
    with pytest.raises(NotFound) as none:
        await results_of(desk.db, desk.clock, desk.house, product=PRODUCT)
    assert none.value.code is Code.STRATEGY_UNKNOWN
