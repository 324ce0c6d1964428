"""The worker outlives what goes wrong: a line that fails, a database that is away, a fault of its own."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from creditline.edge import worker
from creditline.edge.engine import Engine
from creditline.edge.worker import work_on
from creditline.store import partitions
from creditline.store.connect import Database
from tests.flows.desk import Desk, a_desk


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        yield desk


async def until_nothing_is_withheld(desk: Desk, borrower: str) -> None:
    async with asyncio.timeout(20):
        withheld = 1
        while withheld:
            await asyncio.sleep(0.02)
            async with desk.db.reading() as connection:
                withheld = await connection.fetchval("select withheld_minor from line where borrower = $1", borrower)


async def until_told(caplog: pytest.LogCaptureFixture, words: str) -> None:
    async with asyncio.timeout(20):
        while not any(words in record.getMessage() for record in caplog.records):
            await asyncio.sleep(0.01)


async def with_something_due(desk: Desk, *names: str) -> None:
    """Open a line for each name, of which something comes back within forty days; move to that day."""
    for name in names:
        line = await desk.open(borrower=name, amount_minor=100_000)
        await desk.draw(line, 1_000)
        await desk.statement(line, months_late=1)
        await desk.repay(line, 1_000)
        await desk.statement(line)
    desk.clock.move_to(desk.clock() + timedelta(days=40))


async def test_a_signal_that_fails_is_told_and_stops_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FAILED_SECONDS", 60.0)
    for name in ("ada", "bob"):
        line = await desk.open(borrower=name, amount_minor=100_000)
        await desk.draw(line, 1_000)
        await desk.statement(line, months_late=1)
        await desk.repay(line, 1_000)
        await desk.statement(line)
    async with desk.db.reading() as connection:
        booked_at = await connection.fetchval("select booked_at from line where borrower = 'ada'")
    await _date_books(desk, "ada", desk.clock() + timedelta(days=1))
    stop = asyncio.Event()
    following = asyncio.create_task(worker.follow_signals(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
    await until_nothing_is_withheld(desk, "bob")
    await until_told(caplog, "was to be decided again and failed")
    stop.set()
    await following
    await _date_books(desk, "ada", booked_at)


async def test_a_line_that_fails_is_told_and_stops_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FAILED_SECONDS", 0.05)
    await with_something_due(desk, "ada", "bob")
    async with desk.db.reading() as connection:
        booked_at = await connection.fetchval("select booked_at from line where borrower = 'ada'")
    await _date_books(desk, "ada", desk.clock() + timedelta(days=1))
    stop = asyncio.Event()
    with caplog.at_level(logging.ERROR, "creditline.worker"):
        working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
        await until_nothing_is_withheld(desk, "bob")
        await until_told(caplog, "is due and failed: clock_behind")
    await _date_books(desk, "ada", booked_at)
    await until_nothing_is_withheld(desk, "ada")
    stop.set()
    await working


async def _date_books(desk: Desk, borrower: str, at: object) -> None:
    async with desk.db.transaction() as connection:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("update line set booked_at = $2 where borrower = $1", borrower, at)
        await connection.execute(
            "update line_entry e set booked_at = $2 from line l where l.id = e.line and l.version = e.version "
            "and l.borrower = $1",
            borrower, at,
        )  # fmt: skip


async def test_a_database_that_is_away_is_waited_for(
    desk: Desk, server: Database, dsn: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.05)
    await with_something_due(desk, "ada")
    name = re.escape(urlsplit(dsn).path.removeprefix("/"))
    async with server.alone() as admin:
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        stop = asyncio.Event()
        with caplog.at_level(logging.WARNING, "creditline.worker"):
            working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
            await until_told(caplog, "database_unreachable")
        await admin.execute(f"alter database {name} allow_connections true")
    await until_nothing_is_withheld(desk, "ada")
    stop.set()
    await working


async def test_it_sleeps_until_it_is_told_to_stop(desk: Desk) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
    await asyncio.sleep(0.1)
    assert not working.done()
    stop.set()
    await asyncio.wait_for(working, 5)


async def test_a_fault_that_no_line_shows_is_not_tried_again_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a fault cannot be made with real parts; a worker that tried again without a pause would fill the log."""
    tried_count = 0

    async def failing(*_: object) -> Counter[str]:
        nonlocal tried_count
        tried_count += 1
        raise RuntimeError("a fault of the worker's own")

    monkeypatch.setattr(worker, "work_once", failing)
    stop = asyncio.Event()
    working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
    await asyncio.sleep(0.3)
    stop.set()
    await working
    assert tried_count == 1


async def test_the_coming_partitions_are_made_while_there_is_time(desk: Desk) -> None:
    desk.clock.move_to(desk.clock() + timedelta(days=3 * 366))
    stop = asyncio.Event()
    working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
    async with asyncio.timeout(20):
        missing = ["all"]
        while missing:
            await asyncio.sleep(0.02)
            async with desk.db.reading() as connection:
                missing = await partitions.missing(connection, as_of=desk.clock())
    stop.set()
    await working


async def test_a_table_that_somebody_reads_for_long_delays_partitions_and_nothing_else(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await with_something_due(desk, "ada")
    desk.clock.move_to(desk.clock() + timedelta(days=3 * 366))
    stop = asyncio.Event()
    async with desk.db.transaction() as reader:
        await reader.execute("lock table request_beyond in access share mode")
        working = asyncio.create_task(work_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))
        await until_told(caplog, "coming partitions are not made yet")
        await until_nothing_is_withheld(desk, "ada")
    stop.set()
    await working
