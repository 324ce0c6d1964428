"""Events in bulk: each line is accepted, repeated or malformed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from creditline.clock import Clock
from creditline.edge.api.state import Parts
from creditline.edge.api.stream import MEDIA, Chunks, Portion, answer
from creditline.events.intake import Judged, Read
from creditline.flows.ahead import ahead
from creditline.flows.ingest import CHUNK, ingest_read, read_lines

PORTION = Portion(lines_count=CHUNK, lines_bytes=4 << 20, linger_seconds=0.2)

DESCRIPTION: dict[str, Any] = {
    "post": {
        "tags": ["events"],
        "summary": "Take Events",
        "description": (
            "Send events, one JSON object a line, in any order and as often as you like; `Content-Encoding: gzip` is "
            "understood. The answer streams one verdict a line: accepted, repeated, or malformed with a code and a reason. "
            "What is accepted is on the disk. If something stops it in the middle, the last line says so, with the "
            "verdict `stopped`: send what has no verdict again."
        ),
        "requestBody": {"required": True, "content": {MEDIA: {"schema": {"type": "string"}}}},
        "responses": {
            "200": {
                "description": "A verdict a line.",
                "content": {
                    MEDIA: {"example": '{"line":1,"verdict":"accepted","id":"0198c0de-0000-7000-8000-000000000001"}\n'}
                },
            }
        },
    }
}


async def take_events(request: Request) -> Response:
    """Answer a stream of events with a stream of verdicts."""
    return await answer(request, _judged, portion=PORTION)


async def _judged(parts: Parts, chunks: Chunks) -> AsyncGenerator[tuple[int, bytes]]:
    """Take chunks of whole lines in, each committed before its verdicts are told."""
    async with contextlib.aclosing(ahead(_read(chunks, parts.clock))) as batches:
        async for read in batches:
            judged = await ingest_read(parts.db, parts.house, read=read)
            yield judged[-1].line, b"".join(msgspec.json.encode(one) + b"\n" for one in judged)


async def _read(chunks: Chunks, clock: Clock) -> AsyncGenerator[list[Read | Judged]]:
    """Read chunks of lines in a thread, so that neither other requests nor the chunk before wait for it."""
    async with contextlib.aclosing(chunks):
        async for chunk in chunks:
            yield await asyncio.to_thread(read_lines, chunk, now=clock())
