"""The server as its callers meet it: a real socket, a real worker beside it, and a stop that breaks nothing off."""

import asyncio
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
from creditline.edge.engine import Engine
from creditline.edge.server import listening, serve_until_stopped
from creditline.edge.settings import Settings
from creditline.errors import Code, CreditlineError, Malformed, Unavailable
from creditline.flows.publish import publish
from creditline.ids import new_id
from creditline.store.connect import Database
from tests.edge.an_api import Api, the_house, verdicts

SETTINGS = Settings(dsn=None, home=Path("unused"), data=Path("unused"), host="127.0.0.1", port=0, pool_size=4)


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


async def test_what_is_under_way_is_answered_before_it_stops(db: Database) -> None:
    async with served(db) as (api, stop, serving):
        line = await api.open()
        drawing = [asyncio.create_task(api.draw(line, 100)) for _ in range(8)]
        while not any(task.done() for task in drawing):
            await asyncio.sleep(0.001)
        stop.set()
        answers = await asyncio.gather(*drawing, return_exceptions=True)
        await serving
    told = [answer for answer in answers if isinstance(answer, httpx.Response)]
    assert all(answer.status_code == 201 for answer in told)
    # Whoever was not let in any more was told so by the socket, and nothing of his was done.
    refused = [answer for answer in answers if not isinstance(answer, httpx.Response)]
    assert all(isinstance(error, httpx.TransportError) for error in refused)
    async with db.reading() as connection:
        drawn = await connection.fetchval("select drawn_minor from line")
    assert drawn >= 100 * len(told) > 0


def piece(body: bytes) -> bytes:
    """Return a piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(body), body)


async def test_verdicts_come_while_the_sender_holds_the_rest_back(db: Database) -> None:
    async with served(db) as (api, _, _), asyncio.timeout(20):
        events = [msgspec.json.encode(api.salary()) + b"\n" for _ in range(3)]
        reader, writer = await asyncio.open_connection(api.http.base_url.host, api.http.base_url.port)
        writer.write(b"POST /v1/events HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\n\r\n" + piece(events[0]))
        told = await reader.readuntil(b'"accepted"')
        writer.write(piece(events[1] + events[2]) + piece(b""))
        told += await reader.readuntil(b"0\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    assert told.startswith(b"HTTP/1.1 200")
    assert told.count(b'"accepted"') == 3


async def test_a_sender_who_leaves_loses_nothing_that_was_told(db: Database) -> None:
    async with served(db) as (api, _, _):
        first, second = api.salary(), api.salary()

        async def sender() -> AsyncIterator[bytes]:
            yield msgspec.json.encode(first) + b"\n"
            await asyncio.sleep(0.5)
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await api.http.post("/v1/events", content=sender())
        again = verdicts(await api.http.post("/v1/events", content=msgspec.json.encode(first)))
        assert [one["verdict"] for one in again] == ["repeated"]
        assert [one["verdict"] for one in await api.tell(second)] == ["accepted"]


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


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"host": "203.0.113.7"}, Malformed, "no such address"),
        ({"host": "no.such.host.invalid"}, Malformed, "CREDITLINE_HOST"),
    ],
)
def test_an_address_it_cannot_have_is_told(changes: dict[str, str], error: type[CreditlineError], words: str) -> None:
    with pytest.raises(error, match=words) as refused, listening(replace(SETTINGS, **changes)):  # type: ignore[arg-type]
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
