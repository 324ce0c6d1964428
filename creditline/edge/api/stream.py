"""Lines stream in, verdicts stream out, one a line, and memory stays small: what every bulk route has in common."""

import asyncio
import contextlib
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from creditline.edge.api.problem import FAULT, of_ours, problem, told
from creditline.edge.api.state import Parts
from creditline.errors import Broken, Code, CreditlineError, Malformed
from creditline.events.intake import Lines

MEDIA = "application/x-ndjson"
ENCODINGS = ("", "identity", "gzip", "x-gzip")

PIECE_BYTES = 1 << 20
MOST_UNREAD_BYTES = 64 << 20

LOG = logging.getLogger("creditline.api")

Chunks = AsyncGenerator[list[tuple[int, bytes]]]
"""Numbered lines without their ends, some at a time."""

Judge = Callable[[Parts, Chunks], AsyncGenerator[tuple[int, bytes]]]
"""Turns chunks into verdicts: lines of JSON, with the number of the last line that they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """How many lines are judged at once, and how long they wait for company when their sender pauses.

    Whoever sends one line and waits for its verdict gets it.
    """

    lines_count: int
    lines_bytes: int
    linger_seconds: float

    def is_in(self, gathered: list[tuple[int, bytes]]) -> bool:
        """Say whether lines are enough for a chunk."""
        return len(gathered) >= self.lines_count or sum(len(text) for _, text in gathered) >= self.lines_bytes


async def answer(request: Request, judge: Judge, *, portion: Portion) -> Response:
    """Answer a stream of lines with a stream of verdicts; the body may be packed with gzip."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        detail = (
            f"The body is packed as {encoding}, which is not understood here. Send it as it is, or packed with gzip."
        )
        return problem(request, 415, code=Code.MESSAGE_MALFORMED, title="Unsupported Media Type", detail=detail)
    pieces = request.stream() if encoding in {"", "identity"} else _unpacked(request.stream())
    waiting = _Waiting()
    judging = asyncio.create_task(_judge(judge(request.app.state.parts, _chunks(pieces, portion)), waiting))
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


async def _judge(judged: AsyncGenerator[tuple[int, bytes]], waiting: _Waiting) -> None:
    """Let verdicts wait as they come, and at last what stopped them."""
    try:
        async with contextlib.aclosing(judged):
            async for line, verdicts in judged:
                waiting.put(verdicts)
                _require_reader(waiting, line)
    except CreditlineError as stopped:
        waiting.put(stopped)
    except ClientDisconnect:
        LOG.info("a sender of lines left before the last of them")
    except Exception:
        LOG.exception("a stream of lines failed")
        waiting.put(Broken(FAULT, code=Code.INVARIANT_BROKEN))
    finally:
        waiting.put(None)


def _require_reader(waiting: _Waiting, line: int) -> None:
    """Raise `Malformed` when verdicts pile up because nobody reads them."""
    if waiting.unread_bytes > MOST_UNREAD_BYTES:
        raise Malformed(
            f"More than {MOST_UNREAD_BYTES} bytes of verdicts wait to be read, so nothing after line {line} "
            "was taken. Read verdicts while you send, or send fewer lines at once; send the rest again.",
            code=Code.TOO_LARGE,
        )


async def _chunks(pieces: AsyncIterator[bytes], portion: Portion) -> Chunks:
    """Gather numbered lines until they are many, or large, or their sender pauses; whole lines before damage count."""
    lines, gathered = Lines(), list[tuple[int, bytes]]()
    damage: Malformed | None = None
    try:
        async with contextlib.aclosing(_with_pauses(pieces, portion.linger_seconds)) as paused:
            async for piece in paused:
                gathered += lines.feed(piece or b"")
                while gathered and (piece is None or portion.is_in(gathered)):
                    yield gathered[: portion.lines_count]
                    gathered = gathered[portion.lines_count :]
    except Malformed as found:
        damage = found
    else:
        gathered += lines.end()
    if gathered:
        yield gathered
    if damage is not None:
        raise damage


async def _with_pauses(pieces: AsyncIterator[bytes], linger_seconds: float) -> AsyncGenerator[bytes | None]:
    """Go through pieces as they come, with a None whenever none came for a while; after each if nobody lingers."""
    coming = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            if linger_seconds:
                await asyncio.wait({coming}, timeout=linger_seconds)
                if not coming.done():
                    yield None
            piece = await coming
            if piece is None:
                return
            yield piece
            if not linger_seconds:
                yield None
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
