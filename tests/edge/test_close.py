"""Closing days from the terminal, over HTTP, and by itself at night."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from creditline.clock import DAY, MovedClock, business_day
from creditline.edge import closer
from creditline.edge.closer import close_on
from creditline.edge.commands.close import COMMANDS
from creditline.edge.engine import Engine
from creditline.errors import Code
from creditline.flows.close import begin_closing, close_days
from creditline.store import days
from creditline.store.connect import Database, connect
from tests.edge.a_terminal import Terminal
from tests.edge.an_api import NOBODY, Api, an_api, problem
from tests.flows.desk import Desk, a_desk


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def owing(dsn: str, *, days_ago: int) -> str:
    """Draw 900.00 some days ago by the machine's clock, in a book whose days are closed since then."""
    async with await connect(dsn, size=2) as db, a_desk(db) as desk:
        desk.clock = MovedClock(datetime.now(UTC) - days_ago * DAY)
        await begin_closing(db, desk.clock)
        line = await desk.open(amount_minor=100_000)
        await desk.draw(line, 90_000)
    return str(line.id)


def test_a_book_that_has_nothing_to_close_says_so(branch: Terminal) -> None:
    ran = branch.run("close")
    assert (ran.status, ran.out.strip().splitlines()[1:]) == (0, [])
    assert "that day is not over" in ran.err
    assert branch.json("close")["line_days_count"] == 0
    assert [command.__name__ for command in COMMANDS] == ["close"]


def test_days_are_closed_from_the_terminal_and_shown_by_class(branch: Terminal, dsn: str) -> None:
    line = asyncio.run(owing(dsn, days_ago=40))
    today = business_day(datetime.now(UTC))
    told = branch.json("close", "--through", today - 10 * DAY)
    assert (told["line_days_count"], told["left_count"], told["failed"]) == (31, 0, [])
    assert (told["rows"][0]["asset_class"], told["rows"][0]["principal_minor"]) == ("normal", 90_000)
    branch.run("close", "--day", today - 5 * DAY).fails(Code.DAY_OPEN, says="in their order")
    assert branch.json("close", "--day", today - 9 * DAY)["line_days_count"] == 1
    branch.run("close", "--through", today).fails(Code.DAY_OPEN, says="is not over")
    branch.run("close", "--through", "soon").fails(Code.MESSAGE_MALFORMED)
    branch.run("close", "--through", today, "--day", today).fails(Code.MESSAGE_MALFORMED)
    shown = branch.run("book", "classes")
    assert shown.table()[1][:6] == ["CNY", "normal", "current", "1", "1", "¥900.00"]
    late = branch.run("book", "classes", "--as-of", today - 3 * DAY)
    assert "1 lines have days to close" in late.err
    assert branch.run("close").err.startswith("8 days of lines were closed")
    rows = branch.run("book", "days", line, "--most", 2).table()
    assert rows[1][:7] == [str(today - 1 * DAY), "normal", "current", "0", "1", "accrues", "¥900.00"]
    assert branch.json("book", "days", line, "--through", today - 2 * DAY)[0]["day"] == str(today - 2 * DAY)
    branch.run("book", "days", NOBODY).fails(Code.LINE_UNKNOWN)
    told = branch.json("verify", "--days")
    assert told["findings"] == []
    accrued = [row for row in branch.json("book", "journal") if row["kind"] == "accrue"]
    assert len(accrued) >= 38


async def test_days_are_read_and_closed_over_http(api: Api) -> None:
    await api.post("/v1/days/2026-03-01:close")
    line = await api.open()
    await api.draw(line, 30_000)
    api.clock.move_to(api.clock() + 3 * DAY)
    problem(await api.post("/v1/days/2026-03-05:close"), 403, Code.DAY_OPEN)
    closed = (await api.post("/v1/days/2026-03-04:close")).json()
    assert closed == {"day": "2026-03-04", "line_days_count": 3, "left_count": 0}
    assert (await api.post("/v1/days/2026-03-04:close")).json()["line_days_count"] == 0
    rows = await api.read(f"/v1/lines/{line['line']}/days?most=2")
    assert [row["day"] for row in rows] == ["2026-03-04", "2026-03-03"]
    told = await api.read("/v1/book/classes")
    assert (told["day"], told["rows"][0]["interest_minor"]) == ("2026-03-04", rows[0]["interest_minor"])
    problem(await api.get(f"/v1/lines/{NOBODY}/days"), 404, Code.LINE_UNKNOWN)


async def closing(desk: Desk) -> tuple[asyncio.Event, asyncio.Task[None]]:
    stop = asyncio.Event()
    return stop, asyncio.create_task(close_on(Engine(db=desk.db, house=desk.house, clock=desk.clock), stop))


async def left(desk: Desk) -> int:
    async with desk.db.reading() as connection:
        return (await days.not_closed(connection, through=business_day(desk.clock()) - DAY))[0]


async def test_the_closer_closes_what_is_over_and_a_line_that_fails_stops_no_other(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(closer, "MOST_SECONDS", 0.02)
    monkeypatch.setattr(closer, "AWAY_SECONDS", 0.02)
    monkeypatch.setattr(closer, "FAILED_SECONDS", 0.02)
    async with a_desk(db) as desk:
        await begin_closing(db, desk.clock)
        bad, good = [await desk.open(borrower=name, amount_minor=100_000) for name in ("ada", "bob")]
        for line in (bad, good):
            await desk.draw(line, 50_000)
        # A day that was written by another hand is there already: the line cannot be closed, and says so.
        async with db.alone() as link:
            await link.execute(
                "insert into line_day select $1, '2026-03-03', id, (select sha256 from edition limit 1), 0, 'current', "
                "'normal', 1, false, 0, 0, 0, 0, 0, 0, 0, now() from request where line = $1 limit 1",
                bad.id,
            )
        desk.clock.move_to(desk.clock() + 3 * DAY)
        stop, task = await closing(desk)
        async with asyncio.timeout(20):
            while not any(str(bad.id) in record.getMessage() for record in caplog.records) or await left(desk) > 1:
                await asyncio.sleep(0.02)
        async with db.alone() as link:
            await link.execute("set session_replication_role = replica; delete from line_day where principal_minor = 0")
        async with asyncio.timeout(20):
            while await left(desk):
                await asyncio.sleep(0.02)
        stop.set()
        await task


async def test_many_programs_close_together_and_each_day_once(db: Database) -> None:
    async with a_desk(db) as desk:
        await begin_closing(db, desk.clock)
        for name in range(12):
            line = await desk.open(borrower=f"b{name}", amount_minor=100_000)
            await desk.draw(line, 10_000)
        desk.clock.move_to(desk.clock() + 5 * DAY)
        runs = await asyncio.gather(*(close_days(db, desk.clock, desk.house, most=2) for _ in range(4)))
        assert sum(run.line_days_count for run in runs) == 12 * 5
        assert {run.left_count for run in runs} == {0}
