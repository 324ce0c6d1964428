"""The close is killed again and again, inside its transactions and between them, and ends as if it never had been.

A book is closed twice: once undisturbed in a copy of the database, once by programs that are killed with signal 9 at
random moments while others are at it. Both must be the same, row by row.
"""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime

import pytest

from creditline.clock import DAY, MovedClock, system_clock
from creditline.flows.close import begin_closing, close_days
from creditline.flows.house import House
from creditline.flows.verify import verify
from creditline.flows.verify_days import verify_days
from creditline.store.connect import Database, connect
from tests.decision.a_product import a_short_product
from tests.flows.desk import Desk, a_desk

pytestmark = pytest.mark.slow
LINES_COUNT = 24
DAYS_COUNT = 130
KILLS_COUNT = 4
CLOSE = """
import asyncio, sys
from creditline.clock import system_clock
from creditline.flows.close import close_days
from creditline.flows.house import House
from creditline.store.connect import connect

async def main():
    async with await connect(sys.argv[1], size=1) as db:
        print("closing", flush=True)
        await close_days(db, system_clock, House([]), most=1)

asyncio.run(main())
"""
TELLING = {
    "line_day": "line, day, request, dpd_days, bucket, asset_class, stage, is_non_accrual, principal_minor, overdue_minor, "
    "interest_minor, penalty_minor, fee_minor, suspended_interest_minor, suspended_penalty_minor",
    "transfer": "request, ordinal, line, debit, credit, amount_minor, booked_at",
    "loan": "id, accrued_through_on, outstanding_minor, interest_minor, booked_interest_minor, booked_penalty_minor, interest_micro, "
    "penalty_micro, unpaid_since_on, state, version",
    "line_close": "line, next_on, suspended_interest_minor, suspended_penalty_minor, is_late",
    "event": "id, number, borrower, happened_at, amount_minor, code, ref",
}
"""What of each table must be the same: all but when it was written."""


async def told(db: Database) -> dict[str, list[str]]:
    async with db.reading() as link:
        return {
            table: [str(tuple(row)) for row in await link.fetch(f"select {columns} from {table} order by 1, 2, 3")]
            for table, columns in TELLING.items()
        }


async def a_book(desk: Desk) -> None:
    """Draw on many lines on many days, and repay some of it: half of them are late when their days are closed."""
    await desk.offer(a_short_product())
    desk.clock = MovedClock(datetime.now(UTC) - DAYS_COUNT * DAY)
    await begin_closing(desk.db, desk.clock)
    chance = random.Random(7)
    for number in range(LINES_COUNT):
        line = await desk.open(borrower=f"b{number}", amount_minor=100_000)
        await desk.draw(line, chance.randint(1_000, 40_000))
        desk.clock.move_to(desk.clock() + chance.random() * DAY)
        if number % 2:
            await desk.draw(line, chance.randint(1_000, 40_000))
            await desk.repay(line, chance.randint(1, 1_000))


async def a_program(dsn: str) -> asyncio.subprocess.Process:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLOSE, dsn, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert program.stdout is not None
    assert await program.stdout.readline() == b"closing\n"
    return program


async def closed_count(db: Database) -> int:
    async with db.reading() as link:
        count: int = await link.fetchval("select count(*) from line_day")
        return count


async def undisturbed(server: Database, dsn: str) -> dict[str, list[str]]:
    """Close a copy of the database in peace, and return what it then holds."""
    name = dsn.rpartition("/")[2].partition("?")[0]
    async with server.alone() as link:
        await link.execute(f'create database "{name}_twin" template "{name}"')
    try:
        async with await connect(dsn.replace(name, f"{name}_twin"), size=2) as db:
            await close_days(db, system_clock, House([]))
            return await told(db)
    finally:
        async with server.alone() as link:
            await link.execute(f'drop database "{name}_twin" with (force)')


async def test_a_close_that_is_killed_ends_as_if_it_never_had_been(server: Database, dsn: str) -> None:
    async with asyncio.timeout(180):
        async with await connect(dsn, size=2) as db, a_desk(db) as desk:
            await a_book(desk)
        expected = await undisturbed(server, dsn)
        async with await connect(dsn, size=2) as db:
            chance, count = random.Random(11), 0
            for _ in range(KILLS_COUNT):
                program = await a_program(dsn)
                await asyncio.sleep(chance.uniform(0.0, 0.15))
                assert program.returncode is None, "It was done before it could be killed: make the book larger."
                program.send_signal(signal.SIGKILL)
                await program.wait()
                assert await closed_count(db) >= count
                count = await closed_count(db)
            assert 0 < count < len(expected["line_day"])
            last = [await a_program(dsn) for _ in range(2)]
            assert [await program.wait() for program in last] == [0, 0]
            assert await told(db) == expected
            assert await verify(db) == []
            assert await verify_days(db, House([])) == (len(expected["line_day"]), [])
