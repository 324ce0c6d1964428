"""Callers of the API who cost as little as they can: bytes that were made before, over links that stay open."""

import asyncio
import re
import time
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from creditline.flows.draw import DrawRequest
from tests.bench.a_book import draws

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
VERDICT = b'"verdict":"decided"'


async def draw_singly(url: str, lines: Sequence[UUID], *, links_count: int, ends_at: float) -> list[float]:
    """Draw from each line in turn over so many links, one request at a time on each; return every answer's seconds."""
    taken: list[float] = []

    async def call(own: Sequence[UUID]) -> None:
        reader, writer = await _open(url)
        at = 0
        while time.perf_counter() < ends_at:
            (request,) = draws([own[at % len(own)]])
            started = time.perf_counter()
            await answered(reader, writer, single(request))
            taken.append(time.perf_counter() - started)
            at += 1
        writer.close()

    await asyncio.gather(*(call(lines[place::links_count]) for place in range(links_count)))
    return taken


async def draw_at_rate(url: str, lines: Sequence[UUID], *, rate: float, ends_at: float) -> list[float]:
    """Draw at a steady rate whatever becomes of those before; return every answer's seconds from when it was due."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(LINKS_AT_RATE):
        free.put_nowait(await _open(url))
    taken: list[float] = []

    async def call(request: DrawRequest, due_s: float) -> None:
        reader, writer = await free.get()
        await answered(reader, writer, single(request))
        free.put_nowait((reader, writer))
        taken.append(time.perf_counter() - due_s)

    calls, due_s, at = set[asyncio.Task[None]](), time.perf_counter(), 0
    while due_s < ends_at:
        while due_s <= time.perf_counter():
            (request,) = draws([lines[at % len(lines)]])
            calls.add(asyncio.create_task(call(request, due_s)))
            due_s, at = due_s + 1 / rate, at + 1
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
    await asyncio.gather(*calls)
    while not free.empty():
        free.get_nowait()[1].close()
    return taken


LINKS_AT_RATE = 256


async def draw_in_bulk(url: str, lines: Sequence[UUID], *, count: int) -> int:
    """Send so many draws as lines of one body; return how many were decided."""
    asked = draws([lines[place % len(lines)] for place in range(count)])
    body = b"".join(msgspec.json.encode(one) + b"\n" for one in asked)
    reader, writer = await _open(url)
    head = f"POST /v1/draws:batch HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"

    async def send() -> None:
        writer.write(head.encode())
        for start in range(0, len(body), 65_536):
            writer.write(body[start : start + 65_536])
            await writer.drain()

    sending = asyncio.create_task(send())
    told = await reader.readuntil(b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 200"), told
    decided = 0
    while piece := int((await reader.readline()).strip() or b"0", 16):
        decided += (await reader.readexactly(piece + 2)).count(VERDICT)
    await sending
    writer.close()
    return decided


def single(request: DrawRequest) -> bytes:
    """Return a draw as the single route takes it."""
    body = b'{"id":"%s","amount_minor":%d,"currency":"CNY"}' % (str(request.id).encode(), request.amount_minor)
    return (
        b"POST /v1/lines/%s/draws HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (str(request.line).encode(), len(body), body)
    )


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Send a request and read its whole answer, which must be a decision."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    assert length is not None
    body = await reader.readexactly(int(length[1]))
    assert head.startswith(b"HTTP/1.1 201"), body


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port, limit=1 << 20)
