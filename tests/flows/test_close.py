"""Days of lines are closed once each, by whoever comes first, and what ran up on them is booked on them."""

from datetime import date, datetime, timedelta

import pytest

from creditline.clock import DAY, business_day
from creditline.decision.outcome import Answer
from creditline.errors import Code, NotAllowed
from creditline.events.catalogue import Cured, FellOverdue, StatementIssued
from creditline.flows.close import begin_closing, close_days
from creditline.flows.days import book_at, days_of
from creditline.flows.over import last_day, over_at
from creditline.flows.seal import seal_days
from creditline.flows.verify import verify
from creditline.flows.verify_days import RETOLD, verify_days
from creditline.ledger.asset_class import AssetClass, Bucket
from creditline.ledger.chart import Account
from creditline.ledger.day import LineDay
from creditline.ledger.line import Line
from creditline.store import book, days, facts, lines
from tests.decision.a_product import a_short_product, changed
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
    told = await book_at(desk.db, desk.clock, day=None)
    assert (told.day, told.left_count, [row.lines_count for row in told.rows]) == (first + 3 * DAY, 0, [1])
    assert await days_of(desk.db, desk.clock, line=line.id, through=first, most=9) == (await results(desk, line))[:1]


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


async def test_a_day_that_was_sealed_before_a_line_was_closed_takes_nothing(desk: Desk) -> None:
    line = await a_drawn_line(desk)
    today = business_day(desk.clock())
    await desk.wait(days=3)
    async with desk.db.transaction() as connection:
        # The seal waits for the close; this hand does not.
        await book.close_days(connection, [today], at=desk.clock())
        await book.seal_day(connection, today, previous=None, at=desk.clock())
    await closed(desk, days=0)
    assert len(await results(desk, line)) == 3
    async with desk.db.reading() as connection:
        made = [one for one in await lines.transfers(connection, line.id) if one.debit is Account.INTEREST_RECEIVABLE]
    assert [business_day(one.booked_at) for one in made] == [today + DAY, today + 2 * DAY, business_day(desk.clock())]
    assert [business_day(happened_at) for happened_at in await accrued_at(desk)] == [
        today + place * DAY for place in range(3)
    ]


async def accrued_at(desk: Desk) -> list[datetime]:
    """Return the value dates of what was accrued."""
    async with desk.db.reading() as connection:
        rows = await connection.fetch("select happened_at from request where kind = 'accrue' order by 1")
    return [row["happened_at"] for row in rows]


async def test_a_day_that_is_not_over_is_not_closed(desk: Desk) -> None:
    await a_drawn_line(desk)
    async with desk.db.reading() as connection:
        assert await last_day(connection, desk.clock, None) == business_day(desk.clock()) - DAY
    assert over_at(business_day(desk.clock())) - desk.clock() == timedelta(hours=15, minutes=5)
    with pytest.raises(NotAllowed, match="is not over"):
        await close_days(desk.db, desk.clock, desk.house, through=business_day(desk.clock()))


async def a_late_line(desk: Desk) -> Line:
    """Return a line in suspense, with a payment in its past, of which all but the last days are sealed."""
    await desk.offer(a_short_product())
    line = await a_drawn_line(desk)
    await closed(desk, days=40)
    await desk.repay(line, 20_000)
    await closed(desk, days=100)
    await seal_days(desk.db, desk.clock)
    return line


ACCOUNTS = "a closed day of a line is what its accounts held then"
CLOSE = "a line that owes is closed day by day, and its suspense is in its account"
BREAKS = [
    # by hand                                                                           law
    ("update line_day set principal_minor = principal_minor + 1",                       {ACCOUNTS, RETOLD}),
    ("update line_day set interest_minor = interest_minor + 1 where day = $1",          {ACCOUNTS, RETOLD}),
    ("update line_day set penalty_minor = penalty_minor - 1 where day = $1",            {ACCOUNTS, RETOLD}),
    ("update line_day set bucket = 'current' where day = $1",                           {ACCOUNTS, RETOLD}),
    ("update line_day set dpd_days = dpd_days + 1 where day = $1",                      {RETOLD}),
    ("update line_day set asset_class = 'loss' where day = $1",                         {RETOLD}),
    ("update line_day set stage = 2 where day = $1",                                    {RETOLD}),
    ("update line_day set overdue_minor = 0 where day = $1",                            {RETOLD}),
    ("update line_day set is_non_accrual = false where day = $1",                       {ACCOUNTS, RETOLD}),
    ("update line_day set suspended_penalty_minor = 0 where day = $1",                  {ACCOUNTS, RETOLD}),
    ("update transfer set amount_minor = amount_minor + 1 where credit = 31",           {ACCOUNTS}),
    ("update transfer set debit = 32 where credit = 23 and debit = 31",                 set()),
    ("delete from transfer where credit = 23",                                          {ACCOUNTS, CLOSE}),
    ("delete from line_day where day = $1",                                             {CLOSE}),
    ("update line_close set suspended_interest_minor = suspended_interest_minor + 1",   {CLOSE}),
    ("update line_close set next_on = next_on + 1",                                     {CLOSE}),
    ("delete from line_close",                                                          {CLOSE}),
]  # fmt: skip


async def test_whatever_is_changed_by_hand_in_what_was_closed_is_found(desk: Desk, subtests: pytest.Subtests) -> None:
    line = await a_late_line(desk)
    day = (await results(desk, line))[-3].day
    for by_hand, laws in BREAKS:
        with subtests.test(by_hand):
            found = await laws_after(desk, by_hand.replace("$1", f"'{day}'"))
            assert found & {ACCOUNTS, CLOSE, RETOLD} == laws


async def laws_after(desk: Desk, damage: str) -> set[str]:
    """Return the laws that a damage breaks, which is then undone."""
    async with desk.db.alone() as link:
        tables = ("line_day", "line_close", "transfer")
        for table in tables:
            await link.execute(f"create temporary table kept_{table} as select * from {table}")
        await link.execute(f"set session_replication_role = replica; {damage}")
        found = {one.law for one in [*await verify(desk.db), *(await verify_days(desk.db, desk.house))[1]]}
        for table in tables:
            await link.execute(f"delete from {table}; insert into {table} select * from kept_{table}")
            await link.execute(f"drop table kept_{table}")
    return found


async def test_a_line_that_does_not_perform_restores_nothing(desk: Desk) -> None:
    """Vector V9 has a rival give `p` back at once; ours cuts it, for the reason that payment is late."""
    await desk.offer(a_short_product())
    await begin_closing(desk.db, desk.clock)
    for is_closed_by_night in (True, False):
        line = await desk.open(borrower=f"npl{is_closed_by_night}", amount_minor=500_000)
        await desk.draw(line, 500_000)
        await desk.wait(days=31 + 95)
        if is_closed_by_night:
            await closed(desk, days=0)
        repaid = await desk.repay(line, 100_000)
        assert repaid.decision.answer is Answer.REDUCED
        assert [reason.factor for reason in repaid.decision.reasons][:1] == ["months_late_last_count"]
        assert (repaid.decision.reasons[0].code, repaid.decision.reasons[0].value) == ("late", 4)
        assert (repaid.line.available_minor, repaid.line.withheld_minor) == (0, 100_000)
        await desk.wait(days=61)
        after = await desk.line(line)
        assert (after.granted_minor, after.withheld_minor, after.available_minor) == (400_000, 0, 0)
        declined = await desk.draw(line, 1)
        assert (declined.decision.answer, declined.amount_minor) == (Answer.DECLINE, 0)


async def test_how_late_a_line_is_becomes_known_as_it_changes(desk: Desk) -> None:
    await desk.offer(a_short_product())
    line = await a_drawn_line(desk)
    await closed(desk, days=31 + 40)
    await desk.wait(days=30)
    await closed(desk, days=0)
    await desk.repay(line, 90_000 + 20_000)
    await closed(desk, days=2)
    async with desk.db.reading() as connection:
        told = [row for row in await facts.of_borrower(connection, "ada") if row.number == StatementIssued.number]
    assert [row.code for row in told] == [1, 2, 3, 0]
    assert [(row.amount_minor or 0) > 90_000 for row in told] == [True, True, True, False]


async def test_who_pays_on_time_is_told_what_is_owed_every_month_where_that_is_billed(desk: Desk) -> None:
    await desk.offer(changed({"product.toml": lambda text: text.replace("monthly = false", "monthly = true")}))
    await begin_closing(desk.db, desk.clock)
    line = await desk.open()
    await desk.draw(line, 90_000)
    await closed(desk, days=75)
    async with desk.db.reading() as connection:
        told = [row for row in await facts.of_borrower(connection, "ada") if row.number == StatementIssued.number]
    assert [(row.happened_at + timedelta(microseconds=1)).date().isoformat() for row in told] == [
        "2026-04-01",
        "2026-05-01",
    ]
    assert [row.code for row in told] == [0, 0]
    assert told[0].amount_minor is not None
    assert told[1].amount_minor is not None
    assert 90_000 < told[0].amount_minor < told[1].amount_minor
