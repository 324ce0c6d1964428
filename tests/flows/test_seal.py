"""Days that are over are closed and sealed: nothing is booked on them any more, and a change of them shows."""

import asyncio
from datetime import date, timedelta

import pytest

from creditline.clock import SETTLES_IN
from creditline.errors import Code, NotAllowed, Unavailable
from creditline.flows.seal import read_seals, seal_days
from creditline.flows.verify import verify
from creditline.store import book, checks
from tests.flows.desk import Desk

LAW = "a closed day holds what it was sealed with"


async def test_each_day_that_is_over_is_sealed_once_also_one_on_which_nothing_was_booked(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.wait(days=3)
    made = await seal_days(desk.db, desk.clock)
    assert [(str(seal.day), seal.transfers_count) for seal in made] == [
        ("2026-03-02", 4),
        ("2026-03-03", 0),
        ("2026-03-04", 0),
    ]
    assert await seal_days(desk.db, desk.clock) == []
    assert await read_seals(desk.db, most=9) == made[::-1]
    await desk.repay(line, 100)
    assert await verify(desk.db) == []


async def test_a_day_is_not_over_before_every_clock_has_settled(desk: Desk) -> None:
    line = await desk.open()
    desk.clock.move_to(desk.clock().replace(hour=0) + timedelta(days=1))
    assert await seal_days(desk.db, desk.clock) == []
    with pytest.raises(NotAllowed, match="2026-03-02 is not over") as refused:
        await seal_days(desk.db, desk.clock, through=date(2026, 3, 2))
    assert refused.value.code is Code.DAY_OPEN
    desk.clock.move_to(desk.clock() + SETTLES_IN)
    assert len(await seal_days(desk.db, desk.clock)) == 1
    await desk.draw(line, 1)


async def test_a_clock_that_runs_ahead_of_the_databases_closes_no_future(desk: Desk) -> None:
    await desk.open()
    async with desk.db.reading() as connection:
        today = (await book.database_clock(connection)).date()
    desk.clock.move_to(desk.clock().replace(year=2199))
    with pytest.raises(NotAllowed):
        await seal_days(desk.db, desk.clock, through=today)
    desk.clock.move_to(desk.clock().replace(year=2026, month=3))


async def test_nothing_is_booked_on_a_closed_day_even_by_a_clock_that_is_behind(desk: Desk) -> None:
    line = await desk.open()
    other = await desk.open(borrower="bob")
    await desk.wait(days=1)
    await desk.draw(line, 1)
    await desk.wait(days=1)
    await seal_days(desk.db, desk.clock)
    desk.clock.move_to(desk.clock() - timedelta(days=1))
    with pytest.raises(Unavailable, match="books of that day are closed") as refused:
        await desk.draw(other, 1)
    assert refused.value.code is Code.CLOCK_BEHIND
    desk.clock.move_to(desk.clock() + timedelta(days=1))
    await desk.draw(other, 1)


async def test_many_sealers_seal_each_day_once(desk: Desk) -> None:
    await desk.open()
    await desk.wait(days=5)
    made = await asyncio.gather(*(seal_days(desk.db, desk.clock) for _ in range(4)))
    await seal_days(desk.db, desk.clock)
    days = [seal.day for own in made for seal in own]
    assert len(days) == len(set(days))
    assert len(await read_seals(desk.db, most=9)) == 5


@pytest.mark.parametrize(
    "by_hand",
    [
        "update transfer set amount_minor = amount_minor + 1 where debit = 11",
        "update transfer set booked_at = booked_at + interval '1 day' where debit = 11",
        "update transfer set booked_at = booked_at - interval '1 day' where debit = 11",
        "update day_seal_sum set debit_minor = debit_minor + 1 where account = 11",
        "delete from day_seal where day = '2026-03-03'",
        "delete from closed_day where day = '2026-03-03'",
        # The sums stay what they were, and yet the past is another one.
        "update transfer set ordinal = ordinal + 7 where debit = 11",
    ],
)
async def test_a_change_of_a_sealed_day_shows(desk: Desk, by_hand: str) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.wait(days=3)
    await seal_days(desk.db, desk.clock)
    async with desk.db.alone() as connection:
        await connection.execute(f"begin; set local session_replication_role = replica; {by_hand}")
        found = await checks.check(connection, "days_off_their_seals", LAW, most=9)
        await connection.execute("rollback")
    assert found
    assert all(one.words for one in found)
