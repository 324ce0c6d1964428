"""Events in bulk: lines of JSON stream in, verdicts stream out, one a line, and memory stays small."""

import asyncio
import contextlib
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from creditline.clock import Clock
from creditline.edge.api.problem import FAULT, of_ours, problem, told
from creditline.edge.api.state import Parts
from creditline.errors import Broken, Code, CreditlineError, Malformed
from creditline.events.intake import Judged, Lines, Read
from creditline.flows.ahead import ahead
from creditline.flows.ingest import CHUNK, ingest_read, read_lines

MEDIA = "application/x-ndjson"
ENCODINGS = ("", "identity", "gzip", "x-gzip")

CHUNK_BYTES = 4 << 20
PIECE_BYTES = 1 << 20
MOST_UNREAD_BYTES = 64 << 20
LINGER_SECONDS = 0.2
"""How long lines wait for company when a sender pauses: whoever sends one and waits for its verdict gets it."""

LOG = logging.getLogger("creditline.api")

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
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        detail = (
            f"The body is packed as {encoding}, which is not understood here. Send it as it is, or packed with gzip."
        )
        return problem(request, 415, code=Code.MESSAGE_MALFORMED, title="Unsupported Media Type", detail=detail)
    pieces = request.stream() if encoding in {"", "identity"} else _unpacked(request.stream())
    waiting = _Waiting()
    judging = asyncio.create_task(_judge(request.app.state.parts, pieces, waiting))
    try:
        # An error that comes before any verdict still has its own status.
        first = await waiting.next()
    except asyncio.CancelledError:
        judging.cancel()
        raise
    if isinstance(first, CreditlineError):
        return of_ours(request, first)
    return _Verdicts(first, waiting, judging)


class _Waiting:
    """Verdicts that wait for the caller to read them: the body goes on being read meanwhile, or both would wait for ever."""

    def __init__(self) -> None:
        self._parts: asyncio.Queue[bytes | CreditlineError | None] = asyncio.Queue()
        self.unread_bytes = 0

    def put(self, part: bytes | CreditlineError | None) -> None:
        """Let a part wait: verdicts, what stopped them, or None at the end."""
        self.unread_bytes += len(part) if isinstance(part, bytes) else 0
        self._parts.put_nowait(part)

    async def next(self) -> bytes | CreditlineError | None:
        """Return the part that waited longest."""
        part = await self._parts.get()
        self.unread_bytes -= len(part) if isinstance(part, bytes) else 0
        return part


class _Verdicts(StreamingResponse):
    """An answer that streams while its request still does; the usual one would eat the body to see the caller leave."""

    def __init__(self, first: bytes | None, waiting: _Waiting, judging: asyncio.Task[None]) -> None:
        super().__init__(_lines(first, waiting), media_type=MEDIA)
        self._judging = judging

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send verdicts as they come, and judge no more when nobody hears them."""
        try:
            await self.stream_response(send)
        finally:
            self._judging.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._judging


async def _lines(first: bytes | None, waiting: _Waiting) -> AsyncIterator[bytes]:
    """Go through verdicts in order; an error among them is the last line, as the status was sent long ago."""
    part: bytes | CreditlineError | None = first
    while part is not None:
        if isinstance(part, CreditlineError):
            stopped = {"verdict": "stopped", "code": part.code, "reason": told(part)[1]}
            yield msgspec.json.encode(stopped) + b"\n"
        else:
            yield part
        part = await waiting.next()


async def _judge(parts: Parts, pieces: AsyncIterator[bytes], waiting: _Waiting) -> None:
    """Take the body in chunks of whole lines, each committed before its verdicts are told."""
    try:
        async with contextlib.aclosing(ahead(_read(_chunks(pieces), parts.clock))) as batches:
            async for read in batches:
                judged = await ingest_read(parts.db, read=read)
                waiting.put(b"".join(msgspec.json.encode(one) + b"\n" for one in judged))
                _require_reader(waiting, judged)
    except CreditlineError as stopped:
        waiting.put(stopped)
    except ClientDisconnect:
        LOG.info("a sender of events left before its last line")
    except Exception:
        LOG.exception("events failed")
        waiting.put(Broken(FAULT, code=Code.INVARIANT_BROKEN))
    finally:
        waiting.put(None)


async def _read(chunks: AsyncGenerator[list[tuple[int, bytes]]], clock: Clock) -> AsyncGenerator[list[Read | Judged]]:
    """Read chunks of lines in a thread, so that neither other requests nor the chunk before wait for it."""
    async with contextlib.aclosing(chunks):
        async for chunk in chunks:
            yield await asyncio.to_thread(read_lines, chunk, now=clock())


def _require_reader(waiting: _Waiting, judged: list[Judged]) -> None:
    """Raise `Malformed` when verdicts pile up because nobody reads them."""
    if waiting.unread_bytes > MOST_UNREAD_BYTES:
        raise Malformed(
            f"More than {MOST_UNREAD_BYTES} bytes of verdicts wait to be read, so nothing after line {judged[-1].line} "
            "was taken. Read verdicts while you send, or send fewer lines at once; send the rest again.",
            code=Code.TOO_LARGE,
        )


async def _chunks(pieces: AsyncIterator[bytes]) -> AsyncGenerator[list[tuple[int, bytes]]]:
    """Gather numbered lines until they are many, or large, or their sender pauses; whole lines before damage count."""
    lines, gathered = Lines(), list[tuple[int, bytes]]()
    damage: Malformed | None = None
    try:
        async with contextlib.aclosing(_with_pauses(pieces)) as paused:
            async for piece in paused:
                gathered += lines.feed(piece or b"")
                while gathered and (piece is None or _is_enough(gathered)):
                    yield gathered[:CHUNK]
                    gathered = gathered[CHUNK:]
    except Malformed as found:
        damage = found
    else:
        gathered += lines.end()
    if gathered:
        yield gathered
    if damage is not None:
        raise damage


def _is_enough(gathered: list[tuple[int, bytes]]) -> bool:
    return len(gathered) >= CHUNK or sum(len(text) for _, text in gathered) >= CHUNK_BYTES


async def _with_pauses(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes | None]:
    """Go through pieces as they come, with a None whenever none came for a while."""
    coming = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=LINGER_SECONDS)
            if not coming.done():
                yield None
                continue
            piece = coming.result()
            if piece is None:
                return
            yield piece
            coming = asyncio.ensure_future(anext(pieces, None))
    finally:
        coming.cancel()


async def _unpacked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unpack gzip, of one member or several, never more at once than a piece; raise `Malformed` where it is damaged."""
    unpack, is_inside = zlib.decompressobj(wbits=31), False
    async for packed in pieces:
        rest, piece = packed, b""
        while rest or len(piece) == PIECE_BYTES:
            try:
                piece = unpack.decompress(rest, PIECE_BYTES)
            except zlib.error as damaged:
                raise _damaged(str(damaged)) from damaged
            yield piece
            rest, is_inside = unpack.unconsumed_tail, not unpack.eof
            if unpack.eof:
                rest, piece, unpack = unpack.unused_data, b"", zlib.decompressobj(wbits=31)
    if is_inside:
        raise _damaged("it ends too early")


def _damaged(how: str) -> Malformed:
    return Malformed(
        f"The body is no whole gzip: {how}. Pack it again, and send the lines that have no verdict.",
        code=Code.MESSAGE_MALFORMED,
    )
