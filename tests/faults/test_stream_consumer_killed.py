"""A stream's consumer and relay are killed between a commit and its acknowledgement: decided once, told once.

Whenever the database shows that something new was committed, the program is killed with signal 9, so that most kills fall
before its acknowledgement; then it is started again and gets the same messages.
"""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client
from nats.errors import TimeoutError as NothingThereError

from creditline.clock import system_clock
from creditline.edge.nats.embedded import EmbeddedStream
from creditline.edge.nats.subjects import DRAWS, OUTGOING, ensure_streams
from creditline.edge.nats.work import connected
from creditline.flows.verify import verify
from creditline.ids import new_id
from creditline.store.connect import Database
from tests.edge.an_api import Said, an_api

pytestmark = pytest.mark.slow

KILLS_COUNT = 4
LINES_COUNT = 3
REQUESTS_COUNT = 30


async def test_what_a_killed_consumer_committed_is_neither_lost_nor_decided_again(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    async with (
        asyncio.timeout(120),
        an_api(db, clock=system_clock) as api,
        EmbeddedStream(tmp_path / "stream") as server,
    ):
        lines = [await api.open(borrower=f"eve{number}") for number in range(LINES_COUNT)]
        async with connected(server.url) as client:
            await ensure_streams(client.jetstream())
            sent = set[str]()
            environment = {
                **os.environ,
                "CREDITLINE_DSN": dsn,
                "CREDITLINE_HOME": str(tmp_path),
                "CREDITLINE_NATS": server.url,
            }
            for _ in range(KILLS_COUNT):
                before = await decided_count(db)
                sent |= await send_requests(client, lines)
                program = await start(environment)
                while await decided_count(db) == before:
                    await asyncio.sleep(0.002)
                program.send_signal(signal.SIGKILL)
                await program.wait()
            program = await start(environment)
            while await decided_count(db) < len(sent) or await waiting_count(db):
                await asyncio.sleep(0.05)
            program.terminate()
            assert await program.wait() == 0
            told = await told_ids(client)
        async with db.reading() as connection:
            decided = {
                str(row["id"]) for row in await connection.fetch("select id from decision where kind <> 'opening'")
            }
        assert decided == sent
        assert told == Counter(sent), "told is what was committed, each once"
        assert await verify(db) == []


async def send_requests(client: Client, lines: list[Said]) -> set[str]:
    """Send draws from some lines, each under an id of its own; return the ids."""
    ids = set[str]()
    for place in range(REQUESTS_COUNT):
        line, name = lines[place % len(lines)], str(new_id(system_clock()))
        asked = {"id": name, "line": line["line"], "amount_minor": 10, "currency": line["currency"]}
        await client.jetstream().publish(DRAWS, msgspec.json.encode(asked))
        ids.add(name)
    return ids


async def start(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """Start the program that works on the stream."""
    program = Path(sys.executable).with_name("creditline")
    return await asyncio.create_subprocess_exec(program, "stream", env=environment)


async def decided_count(db: Database) -> int:
    async with db.reading() as connection:
        count: int = await connection.fetchval("select count(*) from decision where kind <> 'opening'")
        return count


async def waiting_count(db: Database) -> int:
    async with db.reading() as connection:
        count: int = await connection.fetchval("select count(*) from outbox")
        return count


async def told_ids(client: Client) -> Counter[str]:
    """Return every id that was told on the outgoing stream, and how often."""
    reading = await client.jetstream().pull_subscribe("creditline.out.>", stream=OUTGOING)
    found = Counter[str]()
    while True:
        try:
            messages = await reading.fetch(200, timeout=1)
        except NothingThereError:
            return found
        for message in messages:
            found[msgspec.json.decode(message.data)["id"]] += 1
            await message.ack()
