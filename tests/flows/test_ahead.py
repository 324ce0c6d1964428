"""Reading ahead keeps the order, tells what fails in its place, and leaves nothing running."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import pytest

from creditline.flows.ahead import ahead, threaded


async def counted(count: int, *, fetched: list[int], fails: bool = False) -> AsyncGenerator[int]:
    for number in range(count):
        await asyncio.sleep(0)
        fetched.append(number)
        yield number
    if fails:
        raise ValueError(count)


async def gather(source: AsyncGenerator[int], given: list[int]) -> None:
    async for number in source:
        given.append(number)  # noqa: PERF401  # What was given before a failure must stay.


async def test_everything_comes_in_its_order() -> None:
    assert [number async for number in ahead(counted(50, fetched=[]))] == list(range(50))


async def test_the_next_is_there_while_this_one_is_used_and_no_more_than_two_are() -> None:
    fetched: list[int] = []
    async with aclosing(ahead(counted(50, fetched=fetched))) as source:
        assert await anext(source) == 0
        for _ in range(20):
            await asyncio.sleep(0)
        assert fetched == [0, 1, 2]


async def test_what_came_before_a_failure_is_given_first() -> None:
    given: list[int] = []
    with pytest.raises(ValueError, match="3"):
        await gather(ahead(counted(3, fetched=[], fails=True)), given)
    assert given == [0, 1, 2]


async def test_who_leaves_early_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    async with aclosing(ahead(counted(50, fetched=[]))) as source:
        assert await anext(source) == 0
    assert asyncio.all_tasks() == before


async def test_what_blocks_runs_in_a_thread() -> None:
    here = threading.get_ident()

    def blocking() -> Iterator[bool]:
        yield threading.get_ident() == here
        yield threading.get_ident() == here

    assert [is_here async for is_here in threaded(blocking())] == [False, False]


async def test_what_a_thread_raises_is_raised_here() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError(5, "damaged")

    given: list[int] = []
    with pytest.raises(OSError, match="damaged"):
        await gather(ahead(threaded(broken())), given)
    assert given == [1]
