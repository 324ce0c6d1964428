"""The engine on a stream, on a real server: facts and requests in, every decision out, whatever is sent again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nats.aio.client import Client

from creditline.edge.engine import Engine
from creditline.edge.nats.embedded import EmbeddedStream
from creditline.edge.nats.subjects import DRAWS, EVENTS, OUTGOING, REPAYMENTS, ensure_streams
from creditline.edge.nats.work import connected, stream_on
from creditline.errors import Code, Unavailable
from creditline.store.connect import Database
from tests.edge.an_api import Api, Said, an_api, the_house

pytestmark = pytest.mark.slow


class Sender:
    """Somebody beside the stream who sends, and reads what is told."""

    def __init__(self, client: Client) -> None:
        self.client, self.stream = client, client.jetstream()

    async def send(self, subject: str, *said: Said | bytes) -> None:
        for one in said:
            await self.stream.publish(subject, one if isinstance(one, bytes) else msgspec.json.encode(one))

    async def told(self, count: int) -> list[tuple[str, Said]]:
        """Wait for so many messages, and see that no more come."""
        reading = await self.stream.pull_subscribe("creditline.out.>", stream=OUTGOING)
        found: list[Any] = []
        async with asyncio.timeout(60):
            while len(found) < count:
                with contextlib.suppress(TimeoutError):
                    found += await reading.fetch(count, timeout=1)
        with contextlib.suppress(TimeoutError):
            found += await reading.fetch(1, timeout=0.5)
        assert len(found) == count, [one.subject for one in found]
        return [(one.subject, msgspec.json.decode(one.data)) for one in found]


@asynccontextmanager
async def streaming(db: Database, api: Api, address: str) -> AsyncIterator[None]:
    """Let the engine work on the stream."""
    stop, engine = asyncio.Event(), Engine(db=db, house=the_house(), clock=api.clock)
    working = asyncio.create_task(stream_on(engine, address, stop))
    yield
    stop.set()
    await working


@pytest.fixture
async def stream_server(tmp_path: Path) -> AsyncIterator[EmbeddedStream]:
    async with EmbeddedStream(tmp_path / "stream") as server:
        yield server


@pytest.fixture
async def sender(stream_server: EmbeddedStream) -> AsyncIterator[Sender]:
    async with connected(stream_server.url) as client:
        await ensure_streams(client.jetstream())
        yield Sender(client)


async def test_requests_are_decided_once_and_every_decision_is_told(
    db: Database, sender: Sender, stream_server: EmbeddedStream
) -> None:
    async with an_api(db) as api:
        line = await api.open()
        draws = [asked(api, line, 1_000 + place) for place in range(5)]
        await sender.send(DRAWS, *draws, *draws)
        async with streaming(db, api, stream_server.url):
            told = await sender.told(5)
            assert {subject for subject, _ in told} == {"creditline.out.decided.draw"}
            assert sorted(one["id"] for _, one in told) == sorted(one["id"] for one in draws)
            assert {one["answer"] for _, one in told} == {"approve"}
            await sender.send(REPAYMENTS, asked(api, line, 2_000))
            ((subject, told_last),) = (await sender.told(6))[5:]
        assert (subject, told_last["answer"]) == ("creditline.out.decided.restoration", "at_once")
        assert (await api.line(line))["drawn_minor"] == sum(one["amount_minor"] for one in draws) - 2_000


async def test_facts_are_taken_and_what_cannot_be_is_refused_with_a_reason(
    db: Database, sender: Sender, stream_server: EmbeddedStream
) -> None:
    async with an_api(db) as api:
        salary = api.salary("eve")
        await sender.send(EVENTS, salary, b"no json", salary)
        await sender.send(DRAWS, b"{}", asked(api, {"line": api.next_id(), "currency": "CNY"}, 100))
        async with streaming(db, api, stream_server.url):
            told = await sender.told(3)
        assert {subject for subject, _ in told} == {"creditline.out.refused"}
        assert sorted((one["subject"], one["code"]) for _, one in told) == [
            (DRAWS, Code.LINE_UNKNOWN),
            (DRAWS, Code.MESSAGE_MALFORMED),
            (EVENTS, Code.MESSAGE_MALFORMED),
        ]
        assert (await api.read("/v1/borrowers/eve/profile"))["sources"]["income"]


async def test_a_stream_server_that_comes_back_finds_its_readers_again(
    db: Database, tmp_path: Path, unused_tcp_port: int
) -> None:
    server = EmbeddedStream(tmp_path / "stream", port=unused_tcp_port)
    async with an_api(db) as api:
        line = await api.open()
        await server.start()
        async with connected(server.url) as client:
            await ensure_streams(client.jetstream())
            async with streaming(db, api, server.url):
                await Sender(client).send(DRAWS, asked(api, line, 100))
                await Sender(client).told(1)
                await server.stop()
                await server.start()
                async with asyncio.timeout(60):
                    while not client.is_connected:
                        await asyncio.sleep(0.05)
                await Sender(client).send(DRAWS, asked(api, line, 200))
                await Sender(client).told(2)
        await server.stop()
        assert (await api.line(line))["drawn_minor"] == 300


async def test_no_server_is_told_at_once(unused_tcp_port: int) -> None:
    with pytest.raises(Unavailable, match="CREDITLINE_NATS") as refused:
        async with connected(f"nats://127.0.0.1:{unused_tcp_port}"):
            pass
    assert refused.value.code is Code.STREAM_UNREACHABLE


async def test_a_server_that_cannot_start_says_why(tmp_path: Path, stream_server: EmbeddedStream) -> None:
    port = int(stream_server.url.rpartition(":")[2])
    with pytest.raises(Unavailable, match="address already in use"):
        await EmbeddedStream(tmp_path / "second", port=port).start()


def asked(api: Api, line: Said, amount_minor: int) -> Said:
    return {"id": api.next_id(), "line": line["line"], "amount_minor": amount_minor, "currency": line["currency"]}
