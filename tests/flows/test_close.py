"""Days of lines are closed once each, by whoever comes first, and what ran up on them is booked on them."""

from datetime import date, timedelta

import pytest

from creditline.clock import DAY, business_day
from creditline.errors import Code, NotAllowed
from creditline.events.catalogue import Cured, FellOverdue
from creditline.flows.close import begin_closing, close_days
from creditline.flows.seal import seal_days
from creditline.ledger.asset_class import AssetClass, Bucket
from creditline.ledger.chart import Account
from creditline.ledger.day import LineDay
from creditline.ledger.line import Line
from creditline.store import book, days, facts
from tests.decision.a_product import a_short_product
from tests.flows.desk import Desk


async def results(desk: Desk, line: Line) -> list[LineDay]:
    async with desk.db.reading() as connection:
        return (await days.of_line(connection, line.id, through=date(9999, 1, 1), most=1000))[::-1]


async def balances(desk: Desk, through: date) -> dict[Account, int]:
    async with desk.db.reading() as connection:
        sums = await book.sums(connection, through=through)
    return {one.account: one.debit_minor - one.credit_minor for one in sums}


async def a_drawn_line(desk: Desk, amount_minor: int = 90_000) -> Line:
    await begin_closing(desk.db, desk.clock)
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, amount_minor)
    return line


async def closed(desk: Desk, *, days: int) -> int:
    await desk.wait(days=days)
    return (await close_days(desk.db, desk.clock, desk.house)).line_days_count


async def test_every_day_is_closed_once_and_books_its_own_interest(desk: Desk) -> None:
    line = await a_drawn_line(desk)
    first = business_day(desk.clock())
    assert await closed(desk, days=1) == 1
    assert await closed(desk, days=0) == 0
    assert await closed(desk, days=3) == 3
    assert [one.day for one in await results(desk, line)] == [first + timedelta(days=place) for place in range(4)]
    for one in await results(desk, line):
        owed = await balances(desk, one.day)
        assert owed[Account.INTEREST_RECEIVABLE] == one.interest_minor == -owed[Account.INTEREST_INCOME]
    assert (await results(desk, line))[-1].interest_minor == await desk.interest_minor(line)


async def test_days_that_were_missed_are_what_they_would_have_been(desk: Desk) -> None:
    daily, late = await a_drawn_line(desk), await desk.open(borrower="bob", amount_minor=100_000)
    await desk.draw(late, 90_000)
    await desk.wait(days=1)
    async with desk.db.reading() as connection:
        assert (await days.not_closed(connection, through=business_day(desk.clock()) - DAY))[0] == 2
    await closed(desk, days=40)
    mine, theirs = await results(desk, daily), await results(desk, late)
    assert [(one.day, one.interest_minor) for one in mine] == [(one.day, one.interest_minor) for one in theirs]
    assert len(mine) == 41


async def test_a_payment_closes_the_days_before_it_first(desk: Desk) -> None:
    line = await a_drawn_line(desk)
    await desk.wait(days=5)
    owed = await desk.interest_minor(line)
    await desk.repay(line, 50_000)
    rows = await results(desk, line)
    assert (len(rows), rows[-1].principal_minor, rows[-1].interest_minor) == (5, 90_000, owed)
    assert await closed(desk, days=1) == 1
    assert (await results(desk, line))[-1].principal_minor == 90_000 - (50_000 - owed)


async def test_a_line_that_is_repaid_is_closed_once_more_and_then_not(desk: Desk) -> None:
    line = await a_drawn_line(desk)
    await closed(desk, days=1)
    await desk.repay(line, 90_000 + await desk.interest_minor(line))
    assert await closed(desk, days=3) == 1
    assert (await results(desk, line))[-1].owed_minor == 0
    await desk.draw(line, 1_000)
    assert await closed(desk, days=2) == 2


async def test_lateness_is_classed_suspended_and_told_once(desk: Desk) -> None:
    await desk.offer(a_short_product())
    line = await a_drawn_line(desk)
    await closed(desk, days=31 + 95)
    rows = await results(desk, line)
    assert [one.bucket for one in rows[-95:]].count(Bucket.M1) == 30
    last = rows[-1]
    assert (last.dpd_days, last.asset_class, last.stage, last.is_non_accrual) == (94, AssetClass.SUBSTANDARD, 3, True)
    held = await balances(desk, last.day)
    assert -held[Account.SUSPENDED_INTEREST] == last.interest_minor + last.penalty_minor
    assert held.get(Account.INTEREST_INCOME, 0) == held.get(Account.PENALTY_INCOME, 0) == 0
    async with desk.db.reading() as connection:
        told = [row for row in await facts.of_borrower(connection, "ada") if row.number == FellOverdue.number]
    assert [(row.code, business_day(row.happened_at)) for row in told] == [(1, rows[-94].day)]
    await desk.repay(line, 90_000 + last.interest_minor + last.penalty_minor + 1_000)
    await closed(desk, days=1)
    held = await balances(desk, business_day(desk.clock()))
    assert held[Account.SUSPENDED_INTEREST] == 0
    async with desk.db.reading() as connection:
        assert Cured.number in {row.number for row in await facts.of_borrower(connection, "ada")}


async def test_a_day_that_is_not_closed_is_not_sealed(desk: Desk) -> None:
    await a_drawn_line(desk)
    today = business_day(desk.clock())
    await desk.wait(days=2)
    assert await seal_days(desk.db, desk.clock) == []
    with pytest.raises(NotAllowed, match="1 lines have days to close") as refused:
        await seal_days(desk.db, desk.clock, through=today)
    assert refused.value.code is Code.DAY_OPEN
    await closed(desk, days=0)
    assert len(await seal_days(desk.db, desk.clock)) == 2


async def test_a_day_that_is_not_over_is_not_closed(desk: Desk) -> None:
    await a_drawn_line(desk)
    with pytest.raises(NotAllowed, match="is not over"):
        await close_days(desk.db, desk.clock, desk.house, through=business_day(desk.clock()))
