"""Gather requests that come at once, so that many are decided in one transaction and none waits for company.

Whoever comes while nothing is under way is carried out at once. Whoever comes while a batch is under way waits until that
one ends or a full batch has gathered, and for a second batch beside it at most for a few milliseconds. Requests about one
line are never in two batches at a time, so that each line's requests are answered in the order they came.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from creditline.errors import Busy, Code, CreditlineError, Unavailable
from creditline.flows.turn import Request

R = TypeVar("R", bound=Request)
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is gathered, and for how long."""

    batch_count: int = 64
    """How many requests a batch has at most."""

    line_count: int = 1
    """How many of them are about one line: each takes a turn of its own, and the others of its batch wait for it."""

    waiting_count: int = 4096
    """How many requests may wait; whoever comes then is told to come back."""

    in_flight_count: int = 2
    """How many batches are under way at a time."""

    linger_seconds: float = 0.002
    """How long a batch gathers at most while another is under way and there may be one more."""


BOUNDS = Bounds()


class Gatherer(Generic[R, Done]):
    """Carries out in batches what is asked one by one.

    `carry_out` takes a batch and returns an outcome for each in its place. A request that was taken is carried out even if
    whoever asked has left: its outcome is on record, and sending it again is answered with it.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[R]], Awaitable[Sequence[Done | CreditlineError]]],
        *,
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._carry_out = carry_out
        self._bounds = bounds
        self._waiting: list[tuple[R, asyncio.Future[Done | CreditlineError]]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._lines: set[UUID] = set()
        self._soon: asyncio.Handle | None = None
        self._room = asyncio.Condition()
        self._is_draining = False

    async def ask(self, request: R) -> Done:
        """Return what became of a request, or raise what it says.

        Raises `Busy` when as many wait as may, and `Unavailable` when the engine is being stopped; nothing was done then.
        """
        outcome = await self.put(request)
        if isinstance(outcome, CreditlineError):
            raise outcome
        return outcome

    def put(self, request: R) -> "asyncio.Future[Done | CreditlineError]":
        """Take a request; return what will hold its outcome. Raises as `ask` does."""
        if self._is_draining:
            raise Unavailable(
                f"The engine is being stopped, so that request {request.id} was not taken. Send it again with the same id "
                "in a moment.",
                code=Code.STOPPING,
            )
        if not self._has_room():
            raise Busy(
                f"{len(self._waiting)} requests wait already, so that request {request.id} was not taken and nothing of it "
                "was done. Send it again with the same id in a moment.",
                code=Code.TOO_MANY,
            )
        outcome: asyncio.Future[Done | CreditlineError] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, outcome))
        self._look()
        return outcome

    async def put_patiently(self, request: R) -> "asyncio.Future[Done | CreditlineError]":
        """Take a request as soon as there is room; raise `Unavailable` when the engine is being stopped."""
        if not self._has_room():
            async with self._room:
                await self._room.wait_for(lambda: self._is_draining or self._has_room())
        return self.put(request)

    async def drain(self) -> None:
        """Take nothing more, and return when everything that was taken has been answered."""
        self._is_draining = True
        async with self._room:
            self._room.notify_all()
        while self._under_way or self._waiting:
            self._begin()
            await asyncio.wait(self._under_way)

    def _has_room(self) -> bool:
        return len(self._waiting) < self._bounds.waiting_count

    def _look(self) -> None:
        """Arrange for the next batch: at once when idle or full, after a moment while another is under way."""
        loop = asyncio.get_running_loop()
        if not self._waiting or len(self._under_way) >= self._bounds.in_flight_count:
            return
        is_full = len(self._waiting) >= self._bounds.batch_count
        if is_full or not self._under_way:
            # Those who come in the same breath come along.
            if not isinstance(self._soon, asyncio.TimerHandle) and self._soon is not None:
                return
            self._forget()
            self._soon = loop.call_soon(self._begin)
        elif self._soon is None:
            self._soon = loop.call_later(self._bounds.linger_seconds, self._begin)

    def _forget(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    def _begin(self) -> None:
        """Start a batch of those who waited longest and whose lines are free, if there may be one more."""
        self._forget()
        if len(self._under_way) >= self._bounds.in_flight_count:
            return
        batch: list[tuple[R, asyncio.Future[Done | CreditlineError]]] = []
        later: list[tuple[R, asyncio.Future[Done | CreditlineError]]] = []
        of_line = Counter[UUID]()
        for place, one in enumerate(self._waiting):
            if len(batch) == self._bounds.batch_count:
                later += self._waiting[place:]
                break
            # A line that many ask of at once must not keep the others of its batch waiting.
            is_free = one[0].line not in self._lines and of_line[one[0].line] < self._bounds.line_count
            (batch if is_free else later).append(one)
            of_line[one[0].line] += is_free
        if not batch:
            return
        self._waiting = later
        lines = {request.line for request, _ in batch}
        self._lines |= lines
        task = asyncio.get_running_loop().create_task(self._carry(batch, lines))
        self._under_way.add(task)
        self._look()

    async def _carry(
        self, batch: Sequence[tuple[R, "asyncio.Future[Done | CreditlineError]"]], lines: set[UUID]
    ) -> None:
        """Carry out a batch and tell everybody; whatever fails it is told to each of them."""
        try:
            outcomes = await self._carry_out([request for request, _ in batch])
        except BaseException as failed:  # noqa: BLE001  # Whoever waits must hear of it, whatever it is.
            for _, outcome in batch:
                if not outcome.done():
                    outcome.set_exception(failed if isinstance(failed, Exception) else _stopped())
        else:
            for (_, outcome), told in zip(batch, outcomes, strict=True):
                # Whoever has left finds the outcome on record.
                if not outcome.done():
                    outcome.set_result(told)
        finally:
            self._lines -= lines
            task = asyncio.current_task()
            if task is not None:
                self._under_way.discard(task)
            self._look()
            async with self._room:
                self._room.notify_all()


def _stopped() -> Unavailable:
    return Unavailable(
        "The engine was stopped while the request was under way, so it may be recorded or not. Send it again with the same "
        "id: what is recorded is then answered, not repeated.",
        code=Code.OUTCOME_UNKNOWN,
    )
