"""Deliver notices to an outlet: leased, sent, and sent again after a while if that failed, under one message id.

Nothing is held in the database while a message is under way. Whoever dies in between leaves a lease that runs out: the
message is then sent again, and its id says that it is the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import Clock
from creditline.errors import Code, NotFound
from creditline.flows.house import House
from creditline.flows.notices import Written, written
from creditline.ids import new_id
from creditline.store import notices
from creditline.store.connect import Database
from creditline.store.notices import Standing, Try

LEASE = timedelta(minutes=2)
"""For how long a message that is under way is left to its sender; longer than any sending takes."""

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400, 86_400)
)
"""How long after each try in vain the next comes; after the last it is given up, and somebody must mend the receiver."""

MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a receiver answered: whether it took the message, its status if there was one, in words, and when to come again."""

    is_taken: bool
    status: int | None
    words: str
    wait: timedelta | None = None


Send = Callable[[Written], Awaitable[Answered]]
"""Sends one message and returns what was answered; it never raises for a receiver that is away."""


async def open_outlet(db: Database, clock: Clock, *, outlet: str) -> None:
    """Let every due notice wait for an outlet from now on, with those that were never told."""
    async with db.transaction() as connection:
        await notices.open_outlet(connection, outlet, opened_at=clock())


async def deliver_once(
    db: Database, clock: Clock, house: House, *, outlet: str, send: Send, most: int = 20
) -> list[Try]:
    """Send up to `most` notices that wait for an outlet; returns what became of each. Safe in many senders at once."""
    async with db.transaction() as connection:
        taken = await notices.lease(connection, outlet, at=clock(), until=clock() + LEASE, most=most)

    async def one(act: UUID, tries_count: int) -> Try:
        async with db.reading() as connection:
            found = await written(connection, house, act)
        answered = await send(found)
        return await _record(db, clock(), outlet=outlet, answered=answered, notice=(act, tries_count))

    return await asyncio.gather(*(one(act, tries_count) for act, tries_count in taken))


async def _record(db: Database, at: datetime, *, outlet: str, answered: Answered, notice: tuple[UUID, int]) -> Try:
    """Record what became of a sending, and when it is sent again if it was in vain."""
    act, tries_count = notice
    is_last = tries_count > len(WAITS)
    answer = "delivered" if answered.is_taken else "gave_up" if is_last else "failed"
    one = Try(
        id=new_id(at),
        notice=act,
        outlet=outlet,
        tried_at=at,
        answer=answer,
        status=answered.status,
        words=answered.words[:MOST_WORDS],
    )
    async with db.transaction() as connection:
        await notices.tried(connection, one)
        if answered.is_taken:
            await notices.end(connection, act, told_at=at, way=outlet, teller=outlet)
        if answered.is_taken or is_last:
            await notices.drop(connection, outlet, act)
        else:
            wait = max(WAITS[tries_count - 1], answered.wait or timedelta(0))
            await notices.put_off(connection, outlet, act, next_at=at + wait)
    return one


async def resend(db: Database, clock: Clock, acts: Sequence[UUID]) -> list[Standing]:
    """Send notices again to every outlet, whatever became of them before; raise `NotFound` for one there is not."""
    async with db.transaction() as connection:
        known = await notices.read(connection, acts)
        if unknown := [str(act) for act in acts if act not in known]:
            raise NotFound(
                f"There is no notice {', '.join(unknown)}. `creditline notices` lists what is due.",
                code=Code.NOTICE_UNKNOWN,
            )
        await notices.send_again(connection, acts, at=clock())
        return [known[act] for act in acts]


async def resend_given_up(db: Database, clock: Clock, *, most: int) -> list[UUID]:
    """Send again what was given up and reached nobody since, the oldest first; returns which."""
    async with db.transaction() as connection:
        found = await notices.given_up(connection, most=most)
        return await notices.send_again(connection, found, at=clock())


async def seconds_until_next(db: Database, clock: Clock, *, outlet: str, most: float) -> float:
    """Return how long nothing is to be sent to an outlet, `most` at most."""
    async with db.reading() as connection:
        next_at = await notices.next_at(connection, outlet)
    return most if next_at is None else min(most, max(0.0, (next_at - clock()).total_seconds()))
