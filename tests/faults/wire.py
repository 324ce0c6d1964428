"""A wire between two programs: it passes what they say, until it is told to lose answers or to lead elsewhere."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PIECE_BYTES = 65_536


class Wire:
    """Passes bytes both ways; `lost_ratio` of the answers are swallowed, and their connection is cut."""

    def __init__(self, reach: Callable[[], Awaitable[Ends]], *, random: Random) -> None:
        self.reach = reach
        self.lost_ratio = 0.0
        self.lost_count = 0
        self._random = random
        self._open: set[asyncio.StreamWriter] = set()

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        try:
            far_reader, far_writer = await self.reach()
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        asking = asyncio.create_task(self._pass(reader, far_writer, is_answer=False))
        answering = asyncio.create_task(self._pass(far_reader, writer, is_answer=True))
        await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asking, answering):
            task.cancel()
        for end in (writer, far_writer):
            end.transport.abort()
        self._open -= {writer, far_writer}

    def cut(self) -> None:
        """End every connection at once."""
        for end in tuple(self._open):
            end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                if is_answer and self._random.random() < self.lost_ratio:
                    self.lost_count += 1
                    return
                writer.write(piece)
                await writer.drain()


@asynccontextmanager
async def led_through(wire: Wire, near: Path) -> AsyncIterator[None]:
    """Lead whoever connects to the socket `near` through a wire."""
    server = await asyncio.start_unix_server(wire.join, str(near))
    try:
        yield
    finally:
        server.close()
        wire.cut()
