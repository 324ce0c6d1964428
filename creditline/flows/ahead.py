"""Read ahead: the next chunk is read while this one is saved, and reading never keeps the loop from other requests."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

T = TypeVar("T")


async def ahead(source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Go through what a source gives, the next being fetched meanwhile; what it raises comes in its place.

    Two are fetched ahead at most: one that waits and one on its way. Close it, or use `aclosing`, to leave early.
    """
    waiting: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue(maxsize=1)

    async def fetch() -> None:
        try:
            async with contextlib.aclosing(source):
                async for item in source:
                    await waiting.put((item,))
        except Exception as failed:  # noqa: BLE001  # It is raised below, where the source is used.
            await waiting.put(failed)
        else:
            await waiting.put(None)

    fetching = asyncio.create_task(fetch())
    try:
        while (got := await waiting.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]
    finally:
        fetching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await fetching


async def threaded(source: Iterator[T]) -> AsyncGenerator[T]:
    """Go through what blocks, each step in a thread, so that the loop goes on with other things."""
    while (got := await asyncio.to_thread(_step, source)) is not None:
        yield got[0]


def _step(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None
