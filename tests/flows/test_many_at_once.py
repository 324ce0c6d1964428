"""Hundreds of transactions over the same lines in any order: nobody waits in a ring, nothing is lost or doubled."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import pytest

from creditline.errors import CreditlineError
from creditline.flows.capture import expire_reservations
from creditline.flows.draw import Drawn
from creditline.flows.repay import Repaid
from creditline.flows.restore import restore_due
from creditline.flows.verify import verify
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.store.connect import Database, connect
from tests.flows.desk import Desk, a_desk

CLIENTS_COUNT = 6
BATCHES_COUNT = 40
LINES_COUNT = 8


@pytest.fixture
async def busy(dsn: str) -> AsyncIterator[Desk]:
    """A desk with a link for every client."""
    async with await connect(dsn, size=CLIENTS_COUNT + 2) as links, a_desk(links) as desk:
        yield desk


async def deadlocks(db: Database) -> int:
    async with db.alone() as connection:
        await connection.execute("select pg_stat_force_next_flush()")
        return int(
            await connection.fetchval("select deadlocks from pg_stat_database where datname = current_database()")
        )


async def client(desk: Desk, book: list[Line], seed: int) -> tuple[Counter[str], int]:
    """Send batches over lines in orders of one's own; return the answers and what was drawn less what was repaid."""
    choice, told, owed_minor = Random(seed), Counter[str](), 0
    for _ in range(BATCHES_COUNT):
        lines = choice.sample(book, k=5)
        match choice.randrange(5):
            case 0 | 1:
                outcomes: list[object] = list(
                    await desk.draws(*(desk.drawing(line, 7, partial=True) for line in lines))
                )
                owed_minor += sum(one.amount_minor for one in outcomes if isinstance(one, Drawn))
            case 2:
                outcomes = list(await desk.repays(*(desk.repaying(line, 3) for line in lines)))
                owed_minor -= sum(one.parts[Part.PRINCIPAL] for one in outcomes if isinstance(one, Repaid))
            case 3:
                outcomes = list(await desk.draws(*(desk.drawing(line, 2, reserve=True) for line in lines)))
                held = [one for one in outcomes if isinstance(one, Drawn) and one.expires_at]
                for one in held[:2]:
                    owed_minor += (await desk.capture(desk.capturing(one)))[1].accepted_minor
                for one in held[2:3]:
                    await desk.void(desk.voiding(one))
            case _:
                outcomes = list(await desk.reviews(*(desk.reviewing(line) for line in lines)))
                await restore_due(desk.db, desk.clock, desk.house, most=9)
                await expire_reservations(desk.db, desk.clock, most=9)
        told.update(one.code if isinstance(one, CreditlineError) else type(one).__name__ for one in outcomes)
    return told, owed_minor


@pytest.mark.slow
async def test_batches_over_overlapping_lines_in_any_order_never_wait_in_a_ring(busy: Desk) -> None:
    book = [await busy.open(borrower=f"b{place}", amount_minor=100_000) for place in range(LINES_COUNT)]
    for line in book:
        await busy.draw(line, 1_000)
        await busy.draw(line, 50, reserve=True)
    for line in book[::2]:
        await busy.statement(line, months_late=1)
        await busy.repay(line, 500)
        await busy.statement(line)
    before = sum([(await busy.line(line)).drawn_minor for line in book])
    busy.clock.move_to(busy.clock().replace(month=busy.clock().month + 2))
    done = await asyncio.gather(*(client(busy, book, seed) for seed in range(CLIENTS_COUNT)))
    told = sum((one for one, _ in done), Counter[str]())
    assert set(told) == {"Drawn", "Repaid", "Reviewed"}
    assert told.total() == CLIENTS_COUNT * BATCHES_COUNT * 5
    assert await deadlocks(busy.db) == 0
    assert sum([(await busy.line(line)).drawn_minor for line in book]) - before == sum(owed for _, owed in done)
    assert await verify(busy.db) == []
