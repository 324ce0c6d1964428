"""Work: do everything that is due, until nothing is."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from creditline.clock import Clock, MovedClock
from creditline.errors import Code, Unavailable
from creditline.flows.capture import expire_reservations
from creditline.flows.close import close_days
from creditline.flows.document import expire_documents
from creditline.flows.house import House
from creditline.flows.limit import end_extras, end_unused
from creditline.flows.restore import restore_due
from creditline.flows.signals import answer_signals
from creditline.store import due, signals
from creditline.store.connect import Database


async def work_due(db: Database, clock: Clock, house: House, *, most: int = 500) -> Counter[str]:
    """Do everything that is due, and decide again what signals are of; returns how many of each answer."""
    done: Counter[str] = Counter()
    while batch := await work_once(db, clock, house, most=most):
        done += batch
    done["released"] += len(await answer_signals(db, clock, house))
    return +done


async def work_once(db: Database, clock: Clock, house: House, *, most: int = 500) -> Counter[str]:
    """Do one batch of each kind that is due; returns how many of each answer, none when nothing was."""
    decided = await restore_due(db, clock, house, most=most)
    done = Counter[str](decision.answer for decision in decided)
    done["expired"] = await expire_reservations(db, clock, most=most)
    done["extra_ended"] = await end_extras(db, clock, most=most)
    done["approval_ended"] = await end_unused(db, clock, most=most)
    done["document_expired"] = await expire_documents(db, clock, most=most)
    return +done


async def work_singly(
    db: Database, clock: Clock, house: House, *, besides: Collection[UUID], most: int = 100
) -> dict[UUID, Exception | None]:
    """Do up to `most` of what is due, each in a transaction of its own, leaving out `besides`.

    Returns what failed each of them, None if nothing did. Raises `Unavailable` when the database itself is away.
    """
    async with db.reading() as connection:
        subjects = await due.waiting(connection, as_of=clock(), besides=besides, most=most)
    outcomes: dict[UUID, Exception | None] = {}
    for subject in subjects:
        try:
            await restore_due(db, clock, house, only=[subject])
            await expire_reservations(db, clock, only=[subject])
            await end_extras(db, clock, only=[subject])
            await end_unused(db, clock, only=[subject])
            await expire_documents(db, clock, only=[subject])
        except Exception as failed:
            if isinstance(failed, Unavailable) and failed.code is not Code.CLOCK_BEHIND:
                raise
            outcomes[subject] = failed
        else:
            outcomes[subject] = None
    return outcomes


async def work_until(
    db: Database, clock: MovedClock, house: House, *, until: datetime, is_closing: bool = False
) -> Counter[str]:
    """Move a clock forward to `until`, stopping wherever something is due and doing it on its day.

    If `is_closing`, the days that are over are closed first wherever it stops.
    """
    done: Counter[str] = Counter()
    while True:
        async with db.reading() as connection:
            found = (await due.next_due(connection), await signals.earliest(connection))
        next_due = min((at for at in found if at is not None), default=None)
        if next_due is None or next_due > until:
            clock.move_to(max(until, clock()))
            if is_closing:
                await close_days(db, clock, house)
            return done
        clock.move_to(max(next_due, clock()))
        if is_closing:
            await close_days(db, clock, house)
        done += await work_due(db, clock, house)


async def seconds_until_due(db: Database, clock: Clock, *, most: float) -> float:
    """Return how long nothing is due, `most` at most."""
    async with db.reading() as connection:
        next_due = await due.next_due(connection)
    return most if next_due is None else min(most, max(0.0, (next_due - clock()).total_seconds()))
