"""Requests that come at once share batches: in order on each line, bounded, and answered whatever happens."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from creditline.errors import Busy, Code, CreditlineError, NotFound, Unavailable
from creditline.flows.gather import Bounds, Gatherer
from creditline.ids import id_from

AT = datetime(2026, 3, 2, tzinfo=UTC)
LINES = [id_from(f"line {number}", at=AT) for number in range(200)]


class Asked(msgspec.Struct, frozen=True):
    """A request of these tests."""

    id: UUID
    line: UUID


class Work:
    """Carries batches out when it is let, and remembers them."""

    def __init__(self, **bounds: float) -> None:
        self.batches: list[list[Asked]] = []
        self.may = asyncio.Semaphore(0)
        self.most_at_once = self._at_once = 0
        self.gatherer = Gatherer(self._carry, bounds=msgspec.convert(bounds, Bounds))

    async def _carry(self, batch: Sequence[Asked]) -> list[UUID | CreditlineError]:
        self.batches.append(list(batch))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await self.may.acquire()
        self._at_once -= 1
        if any(one.line == LINES[13] for one in batch):
            raise ZeroDivisionError
        return [NotFound("none", code=Code.LINE_UNKNOWN) if one.line == LINES[7] else one.id for one in batch]

    def let(self, count: int = 1000) -> None:
        for _ in range(count):
            self.may.release()

    async def until_batches(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.batches) < count:
                await asyncio.sleep(0.001)


def asked(line: int, number: int = 0) -> Asked:
    return Asked(id_from(f"{line} {number}", at=AT), LINES[line])


async def test_one_who_comes_alone_is_carried_out_at_once() -> None:
    work = Work(linger_seconds=60.0)
    work.let()
    async with asyncio.timeout(1):
        assert await work.gatherer.ask(asked(1)) == asked(1).id
    assert work.batches == [[asked(1)]]


async def test_those_who_come_while_a_batch_is_under_way_share_the_next() -> None:
    work = Work(in_flight_count=1)
    first = work.gatherer.put(asked(0))
    await work.until_batches(1)
    later = [work.gatherer.put(asked(line)) for line in range(14, 113)]
    work.let()
    await asyncio.gather(first, *later)
    assert [len(batch) for batch in work.batches] == [1, 64, 35]
    assert work.most_at_once == 1


async def test_a_second_batch_starts_after_a_moment_or_when_it_is_full() -> None:
    work = Work(linger_seconds=0.01, batch_count=4)
    work.gatherer.put(asked(0))
    await work.until_batches(1)
    for line in (1, 2):
        work.gatherer.put(asked(line))
    await asyncio.sleep(0)
    assert len(work.batches) == 1
    await work.until_batches(2)
    assert work.batches[1] == [asked(1), asked(2)]
    for line in range(3, 20):
        work.gatherer.put(asked(line))
    await asyncio.sleep(0.05)
    assert len(work.batches) == 2
    work.let()
    await work.gatherer.drain()
    assert work.most_at_once == 2
    assert [len(batch) for batch in work.batches[2:]] == [4, 4, 4, 4, 1]


@pytest.mark.parametrize("line_count", [1, 3])
async def test_requests_of_one_line_are_never_in_two_batches_at_once_and_keep_their_order(line_count: int) -> None:
    work = Work(line_count=line_count, linger_seconds=0.0)
    outcomes = []
    for number in range(10):
        outcomes += [work.gatherer.put(asked(0, number)), work.gatherer.put(asked(1 + number))]
        await asyncio.sleep(0)
    for _ in range(20):
        work.let(1)
        await asyncio.sleep(0.002)
    work.let()
    await asyncio.gather(*outcomes)
    own = [[one for one in batch if one.line == LINES[0]] for batch in work.batches]
    assert [one for batch in own for one in batch] == [asked(0, number) for number in range(10)]
    assert max(map(len, own)) == line_count
    assert work.most_at_once == 2


async def test_too_many_are_told_to_come_back_and_nothing_of_theirs_is_done() -> None:
    work = Work(waiting_count=5, in_flight_count=1)
    taken = [work.gatherer.put(asked(0))]
    await work.until_batches(1)
    taken += [work.gatherer.put(asked(line)) for line in range(1, 6)]
    with pytest.raises(Busy, match="5 requests wait already") as refused:
        work.gatherer.put(asked(6))
    assert refused.value.code is Code.TOO_MANY
    patient = asyncio.create_task(work.gatherer.put_patiently(asked(8)))
    await asyncio.sleep(0.01)
    assert not patient.done()
    work.let()
    assert await (await patient) == asked(8).id
    await asyncio.gather(*taken)
    assert asked(6) not in [one for batch in work.batches for one in batch]


async def test_who_was_taken_is_answered_before_it_stops_and_nobody_else_is_taken() -> None:
    work = Work(in_flight_count=1)
    taken = [work.gatherer.put(asked(line)) for line in range(14, 114)]
    draining = asyncio.create_task(work.gatherer.drain())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await work.gatherer.ask(asked(1))
    assert refused.value.code is Code.STOPPING
    work.let()
    await draining
    assert all(outcome.done() for outcome in taken)


async def test_who_leaves_is_carried_out_all_the_same() -> None:
    work = Work(in_flight_count=1)
    work.gatherer.put(asked(0))
    await work.until_batches(1)
    leaving = asyncio.create_task(work.gatherer.ask(asked(1)))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    work.let()
    await work.gatherer.drain()
    assert work.batches[1] == [asked(1)]


async def test_what_is_refused_or_fails_is_told_to_whoever_asked() -> None:
    work = Work()
    work.let()
    with pytest.raises(NotFound):
        await work.gatherer.ask(asked(7))
    with pytest.raises(ZeroDivisionError):
        await work.gatherer.ask(asked(13))
    assert await work.gatherer.ask(asked(1)) == asked(1).id
