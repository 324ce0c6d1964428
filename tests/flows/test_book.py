"""The book for an accountant: what was booked on which day, account by account, transfer by transfer."""

from datetime import date, timedelta

import pytest

from creditline.errors import Code, CreditlineError
from creditline.flows.book import journal, journal_page, statement_of, trial_balance
from creditline.flows.seal import seal_days
from creditline.ledger.line import Line
from tests.flows.desk import Desk


async def two_days(desk: Desk) -> Line:
    """Draw 400.00 on the second of March and bring 100.00 back on the third: 0.15 of it is interest."""
    line = await desk.open()
    await desk.draw(line, 40_000)
    await desk.wait(days=1)
    await desk.repay(line, 10_000)
    return line


async def balances(desk: Desk, day: str) -> dict[str, int]:
    told = await trial_balance(desk.db, desk.clock, as_of=date.fromisoformat(day))
    assert told.is_balanced
    return {row.account: row.debit_balance_minor - row.credit_balance_minor for row in told.rows if row.account < "9"}


async def test_a_trial_balance_is_as_of_the_end_of_a_day(desk: Desk) -> None:
    await two_days(desk)
    assert await balances(desk, "2026-03-01") == {}
    assert await balances(desk, "2026-03-02") == {"1010": -40_000, "1310": 40_000}
    assert await balances(desk, "2026-03-03") == {"1010": -30_000, "1310": 30_015, "1320": 0, "4010": -15}


async def test_sealed_days_and_open_ones_add_up_to_the_same(desk: Desk) -> None:
    await two_days(desk)
    before = [await trial_balance(desk.db, desk.clock, as_of=date(2026, 3, day)) for day in (2, 3)]
    assert len(await seal_days(desk.db, desk.clock)) == 1
    after = [await trial_balance(desk.db, desk.clock, as_of=date(2026, 3, day)) for day in (2, 3)]
    assert before == after


async def test_the_journal_names_every_transfer_once_page_by_page_or_as_a_stream(desk: Desk) -> None:
    await two_days(desk)
    days: list[date] = []
    streamed = [one async for one in journal(desk.db, since=None, through=None, told=days.append)]
    paged = [(await journal_page(desk.db, since=None, through=None, after=None, most=2))]
    while page := await journal_page(desk.db, since=None, through=None, after=paged[-1][-1].id, most=2):
        paged.append(page)
    assert [one for page in paged for one in page] == streamed
    assert len({one.id for one in streamed}) == len(streamed) >= 6
    assert days == [date(2026, 3, 2), date(2026, 3, 3)]
    of_second = [one async for one in journal(desk.db, since=date(2026, 3, 3), through=None)]
    assert {one.kind for one in of_second} == {"repay"}
    assert [one async for one in journal(desk.db, since=None, through=date(2026, 3, 1))] == []


async def test_a_statement_runs_over_the_days_asked_for(desk: Desk) -> None:
    line = await two_days(desk)
    whole = await statement_of(desk.db, line.id)
    assert [row.owed_minor for row in whole.rows][:3] == [0, 40_000, 30_015]
    second = await statement_of(desk.db, line.id, since=date(2026, 3, 3))
    assert second.rows == whole.rows[2:]
    assert (whole.first_on, whole.last_on) == (date(2026, 3, 2), date(2026, 3, 3))


@pytest.mark.parametrize(("after", "code"), [("7", Code.MESSAGE_MALFORMED), (None, Code.ENTRY_UNKNOWN)])
async def test_a_page_after_nothing_is_refused(desk: Desk, after: str | None, code: Code) -> None:
    with pytest.raises(CreditlineError) as refused:
        await journal_page(desk.db, since=None, through=None, after=after or f"{desk.next_id()}/0", most=1)
    assert refused.value.code is code


async def test_an_empty_book_has_nothing_to_tell(desk: Desk) -> None:
    assert await journal_page(desk.db, since=None, through=None, after=None, most=9) == []
    assert [one async for one in journal(desk.db, since=None, through=None)] == []
    assert (await trial_balance(desk.db, desk.clock)).rows == []
    desk.clock.move_to(desk.clock() + timedelta(days=3))
    assert await seal_days(desk.db, desk.clock) == []
