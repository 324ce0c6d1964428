"""Events in bulk: lines of JSON stream in, verdicts stream out, one a line, and memory stays small."""

import zlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from creditline.errors import Code, CreditlineError
from creditline.events.intake import Judged, Lines
from creditline.flows.ingest import CHUNK, ingest

MEDIA = "application/x-ndjson"

DESCRIPTION: dict[str, Any] = {
    "post": {
        "tags": ["events"],
        "summary": "Take Events",
        "description": (
            "Send events, one JSON object a line, in any order and as often as you like; `Content-Encoding: gzip` is "
            "understood. The answer streams one verdict a line: accepted, repeated, or malformed with a code and a reason. "
            "What is accepted is on the disk. If the database stops in the middle, the last line tells so: send what has "
            "no verdict again."
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
    return StreamingResponse(_verdicts(request), media_type=MEDIA)


async def _verdicts(request: Request) -> AsyncIterator[bytes]:
    """Take the body in chunks of whole lines, each committed before its verdicts are told."""
    parts = request.app.state.parts
    lines, waiting = Lines(), list[tuple[int, bytes]]()
    try:
        async for chunk in _body(request):
            waiting += lines.feed(chunk)
            while len(waiting) >= CHUNK:
                yield _told(await ingest(parts.db, parts.clock, lines=waiting[:CHUNK]))
                waiting = waiting[CHUNK:]
        waiting += lines.end()
        if waiting:
            yield _told(await ingest(parts.db, parts.clock, lines=waiting))
    except CreditlineError as stopped:
        # The status was sent long ago; the last line says why the rest has no verdict.
        yield msgspec.json.encode({"verdict": "stopped", "code": stopped.code, "reason": stopped.message}) + b"\n"
    except zlib.error as damaged:
        reason = f"The body is no valid gzip ({damaged}). Send the lines without a verdict again."
        yield msgspec.json.encode({"verdict": "stopped", "code": Code.MESSAGE_MALFORMED, "reason": reason}) + b"\n"


async def _body(request: Request) -> AsyncIterator[bytes]:
    """Go through the body, unpacked if it came packed."""
    if request.headers.get("content-encoding", "").lower() != "gzip":
        async for chunk in request.stream():
            yield chunk
        return
    unpack = zlib.decompressobj(wbits=31)
    async for chunk in request.stream():
        yield unpack.decompress(chunk)
    yield unpack.flush()


def _told(judged: list[Judged]) -> bytes:
    return b"".join(msgspec.json.encode(one) + b"\n" for one in judged)
