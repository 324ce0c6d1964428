"""The server as its callers meet it: a real socket, a real worker beside it, and a stop that breaks nothing off."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from creditline.clock import MovedClock, system_clock
from creditline.edge import server
from creditline.edge.engine import Engine
from creditline.edge.server import listening, serve_until_stopped
from creditline.edge.settings import Settings
from creditline.errors import Code, Malformed, Unavailable
from creditline.flows.publish import publish
from creditline.ids import new_id
from creditline.store.connect import Database, connect
from tests.edge.an_api import Api, the_house

SETTINGS = Settings(
    dsn=None, home=Path("unused"), data=Path("unused"), nats=None, host="127.0.0.1", port=0, pool_size=4
)


@asynccontextmanager
async def served(db: Database, *, work: bool = False) -> AsyncIterator[tuple[Api, asyncio.Event, asyncio.Task[None]]]:
    """Serve on a free port; give a caller, what stops the server, and the server's task."""
    clock = MovedClock(system_clock())
    await publish(db, clock, the_house())
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    engine = Engine(db=db, house=the_house(), clock=clock)
    serving = asyncio.create_task(serve_until_stopped(engine, SETTINGS, stop, work=work, told=address.set_result))
    try:
        async with httpx.AsyncClient(base_url=await address, timeout=20) as http:
            yield Api(http, db=db, clock=clock), stop, serving
    finally:
        stop.set()
        await serving


async def test_it_listens_answers_and_stops(db: Database) -> None:
    async with served(db) as (api, stop, serving):
        assert await api.read("/health/ready") == {"status": "ready"}
        line = await api.open()
        assert (await api.draw(line, 1_000)).status_code == 201
        stop.set()
        await serving
        with pytest.raises(httpx.ConnectError):
            await httpx.AsyncClient(base_url=api.http.base_url).get("/health")


async def seconds_until_back(api: Api, borrower: str) -> float:
    """Return how long it takes from the answer to a statement on time until its observed repayment is back."""
    line = await api.open(borrower=borrower)
    await api.draw(line, 10_000)
    await api.statement(line, months_late=1)
    await api.repay(line, 10_000)
    # Less than was paid if midnight came between: a payment meets the interest of the days that are over first.
    assert (await api.line(line))["withheld_minor"] > 9_000
    await api.statement(line)
    started = asyncio.get_running_loop().time()
    async with asyncio.timeout(20):
        while (await api.line(line))["withheld_minor"]:
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - started


async def test_an_event_that_matters_brings_limit_back_within_a_second(db: Database) -> None:
    async with served(db, work=True) as (api, _, _):
        assert min([await seconds_until_back(api, f"b{place}") for place in range(3)]) < 1.0
        assert "released" in {
            one["answer"]
            for one in (await api.read(f"/v1/lines/{(await api.read('/v1/borrowers/b0/lines'))[0]['line']}/history"))[
                "decisions"
            ]
        }


async def until_waiting(db: Database, count: int) -> None:
    """Wait until so many statements wait for a lock that another transaction has."""
    sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        waiting = 0
        while waiting < count:
            await asyncio.sleep(0.01)
            async with db.reading() as connection:
                waiting = await connection.fetchval(sql)


async def test_what_is_under_way_is_answered_before_it_stops(db: Database, dsn: str) -> None:
    async with served(db) as (api, stop, serving), await connect(dsn, size=2) as besides:
        line = await api.open()
        async with besides.transaction() as connection:
            await connection.execute("select 1 from line for update")
            drawing = [asyncio.create_task(api.draw(line, 100)) for _ in range(3)]
            # One waits for the line in the database, and the others for their turn after it.
            await until_waiting(besides, 1)
            stop.set()
            while await is_let_in(api):
                await asyncio.sleep(0.01)
            assert not serving.done()
        answers = await asyncio.gather(*drawing)
        await serving
        async with besides.reading() as connection:
            drawn = await connection.fetchval("select drawn_minor from line")
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert drawn == 300


async def is_let_in(api: Api) -> bool:
    """Tell whether the server still takes new callers."""
    try:
        _, writer = await asyncio.open_connection(api.http.base_url.host, api.http.base_url.port)
    except ConnectionError:
        return False
    writer.close()
    return True


async def test_who_never_ends_keeps_it_from_stopping_only_for_a_while(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.2)
    async with served(db) as (api, stop, serving), talking(api) as (reader, writer), asyncio.timeout(20):
        first = msgspec.json.encode(api.salary()) + b"\n"
        writer.write(HEAD + piece(first))
        await reader.readuntil(b'"accepted"')
        stop.set()
        await serving
        assert b"0\r\n\r\n" not in await reader.read()


def piece(body: bytes) -> bytes:
    """Return a piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(body), body)


HEAD = b"POST /v1/events HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def talking(api: Api) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Give a connection to the server, byte by byte."""
    reader, writer = await asyncio.open_connection(api.http.base_url.host, api.http.base_url.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_verdicts_come_while_the_sender_holds_the_rest_back(db: Database) -> None:
    async with served(db) as (api, _, _), talking(api) as (reader, writer), asyncio.timeout(20):
        events = [msgspec.json.encode(api.salary()) + b"\n" for _ in range(3)]
        writer.write(HEAD + piece(events[0]))
        told = await reader.readuntil(b'"accepted"')
        writer.write(piece(events[1] + events[2]) + piece(b""))
        told += await reader.readuntil(b"0\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 200")
    assert told.count(b'"accepted"') == 3


async def test_a_sender_who_leaves_loses_nothing_that_was_told(db: Database) -> None:
    async with served(db) as (api, _, _), asyncio.timeout(20):
        first, second = api.salary(), api.salary()
        half = msgspec.json.encode(second)[:40]
        async with talking(api) as (reader, writer):
            writer.write(HEAD + piece(msgspec.json.encode(first) + b"\n") + piece(half))
            await reader.readuntil(b'"accepted"')
            writer.transport.abort()
        assert [one["verdict"] for one in await api.tell(first, second)] == ["repeated", "accepted"]


async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(db: Database) -> None:
    async with served(db) as (api, _, _), talking(api) as (reader, writer), asyncio.timeout(20):
        writer.write(b"POST /v1/lines HTTP/1.1\r\nHost: api\r\nContent-Length: 100000000\r\n\r\n{")
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        assert await api.read("/health") == {"status": "live"}


async def test_the_worker_beside_it_brings_back_what_falls_due(db: Database) -> None:
    async with served(db) as (api, stop, serving):
        line = await api.open()
        await api.draw(line, 40_000)
        await api.statement(line, months_late=1)
        assert (await api.repay(line, 10_000)).json()["line"]["withheld_minor"] == 10_000
        await api.statement(line)
        clock = api.clock
        stop.set()
        await serving
    clock.move_to(clock() + timedelta(days=40))
    stop, engine = asyncio.Event(), Engine(db=db, house=the_house(), clock=clock)
    serving = asyncio.create_task(serve_until_stopped(engine, SETTINGS, stop, work=True))
    async with asyncio.timeout(20):
        withheld = 10_000
        while withheld:
            await asyncio.sleep(0.02)
            async with db.reading() as connection:
                withheld = await connection.fetchval("select withheld_minor from line")
    stop.set()
    await serving


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_it_cannot_have_is_told(host: str) -> None:
    with (
        pytest.raises(Malformed, match=rf"{host} port 0: this machine has no such.*CREDITLINE_HOST") as refused,
        listening(replace(SETTINGS, host=host)),
    ):
        pass
    assert refused.value.code is Code.CONFIGURATION_INVALID


async def test_a_port_that_another_program_has_is_told_before_anything_starts(db: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = replace(SETTINGS, port=taken.getsockname()[1])
        engine = Engine(db=db, house=the_house(), clock=system_clock)
        with pytest.raises(Unavailable, match="CREDITLINE_PORT") as refused:
            await serve_until_stopped(engine, settings, asyncio.Event())
    assert refused.value.code is Code.CONFIGURATION_INVALID


async def test_two_servers_never_share_an_id(db: Database) -> None:
    """A caller's id means the same to every server of one database."""
    async with served(db) as (first, _, _), served(db) as (second, _, _):
        line = await first.open()
        body = {"id": str(new_id(first.clock())), "amount_minor": 500, "currency": "CNY"}
        place = f"/v1/lines/{line['line']}/draws"
        answers = await asyncio.gather(*(api.http.post(place, json=body) for api in (first, second) * 4))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert (await second.line(line))["drawn_minor"] == 500
