"""What cannot be done stops nothing else that is due, and nobody waits for it for ever."""

import asyncio
from datetime import datetime, timedelta

import pytest

from creditline.clock import system_clock
from creditline.errors import Code, Unavailable
from creditline.events.catalogue import StatementIssued
from creditline.flows.work import work_due, work_once, work_singly, work_until
from creditline.ledger.line import Line
from creditline.store.connect import Database
from tests.flows.desk import Desk


async def two_with_something_due(desk: Desk) -> tuple[Line, Line]:
    """Return two lines, each with a tranche and a reservation that fall due within forty days."""
    first, second = [await desk.open(borrower=name, amount_minor=100_000) for name in ("ada", "bob")]
    for line in (first, second):
        await desk.draw(line, 1_000)
        await desk.statement(line, months_late=1)
        await desk.repay(line, 1_000)
        await desk.draw(line, 500, reserve=True)
        await desk.statement(line)
    return first, second


async def move_books(db: Database, line: Line, to: datetime) -> None:
    """Date a line's last entry otherwise, as a machine with another clock would have."""
    async with db.transaction() as connection:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("update line set booked_at = $2 where id = $1", line.id, to)
        await connection.execute(
            "update line_entry set booked_at = $2 where line = $1 and version = (select version from line where id = $1)",
            line.id, to,
        )  # fmt: skip


async def test_one_line_ahead_of_the_clock_stops_neither_what_else_is_due_nor_itself_for_ever(desk: Desk) -> None:
    ahead, other = await two_with_something_due(desk)
    booked_at = (await desk.line(ahead)).booked_at
    desk.clock.move_to(desk.clock() + timedelta(days=40))
    await move_books(desk.db, ahead, desk.clock() + timedelta(hours=1))
    with pytest.raises(Unavailable) as refused:
        await work_once(desk.db, desk.clock, desk.house)
    assert refused.value.code is Code.CLOCK_BEHIND
    outcomes = await work_singly(desk.db, desk.clock, desk.house, besides=())
    told = [failed.code if isinstance(failed, Unavailable) else failed for failed in outcomes.values()]
    assert sorted(told, key=str) == [None, None, Code.CLOCK_BEHIND, Code.CLOCK_BEHIND]
    done, waits = await desk.line(other), await desk.line(ahead)
    assert (done.withheld_minor, done.reserved_minor) == (0, 0)
    assert (waits.withheld_minor, waits.reserved_minor) == (1_000, 500)
    assert await work_singly(desk.db, desk.clock, desk.house, besides=outcomes.keys()) == {}
    await move_books(desk.db, ahead, booked_at)
    assert await work_due(desk.db, desk.clock, desk.house) == {"released": 1, "expired": 1}
    assert (await desk.line(ahead)).available_minor == 100_000


async def test_working_until_a_day_ends_though_something_due_cannot_be_done(desk: Desk) -> None:
    """It raises what is wrong; what is due stays due and is done when that is mended."""
    ahead, _ = await two_with_something_due(desk)
    booked_at = (await desk.line(ahead)).booked_at
    until = desk.clock() + timedelta(days=40)
    await move_books(desk.db, ahead, until + timedelta(days=1))
    with pytest.raises(Unavailable) as refused:
        async with asyncio.timeout(10):
            await work_until(desk.db, desk.clock, desk.house, until=until)
    assert refused.value.code is Code.CLOCK_BEHIND
    await move_books(desk.db, ahead, booked_at)
    async with asyncio.timeout(10):
        assert await work_until(desk.db, desk.clock, desk.house, until=until) == {"released": 2, "expired": 2}


async def test_working_until_a_day_passes_over_a_timer_whose_subject_is_done(desk: Desk) -> None:
    line, _ = await two_with_something_due(desk)
    await desk.wait(days=40)
    async with desk.db.transaction() as connection:
        await connection.execute("insert into timer select tranche, 'tranche', ended_at from tranche_end")
        await connection.execute("insert into timer select reservation, 'reservation', now() from reservation_end")
        await connection.execute("update timer set due_at = $1", desk.clock())
    before = await desk.line(line)
    async with asyncio.timeout(10):
        await work_until(desk.db, desk.clock, desk.house, until=desk.clock() + timedelta(days=1))
        await work_due(desk.db, desk.clock, desk.house, most=1)
    assert await desk.line(line) == before


async def test_what_is_kept_back_again_and_again_is_looked_at_once_a_month(desk: Desk) -> None:
    line, _ = await two_with_something_due(desk)
    at = desk.clock() + timedelta(minutes=1)
    late = StatementIssued(
        id=desk.next_id(), borrower="ada", happened_at=at, line=line.id, amount_minor=1, currency="CNY",
        months_late_count=2,
    )  # fmt: skip
    desk.clock.move_to(at)
    await desk.tell(late)
    async with asyncio.timeout(20):
        done = await desk.wait(days=365)
    assert done["kept_back"] == 12
    assert (await desk.line(line)).withheld_minor == 1_000


async def test_an_hour_that_never_comes_is_not_waited_for(desk: Desk) -> None:
    await two_with_something_due(desk)
    before = desk.clock()
    assert await work_until(desk.db, desk.clock, desk.house, until=before - timedelta(days=1)) == {}
    assert desk.clock() == before
    assert system_clock().utcoffset() == timedelta(0)
