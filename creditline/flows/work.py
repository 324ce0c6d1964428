"""Work: do everything that is due, until nothing is."""

from collections import Counter
from datetime import datetime

from creditline.clock import Clock, MovedClock
from creditline.flows.capture import expire_reservations
from creditline.flows.house import House
from creditline.flows.restore import restore_due
from creditline.store import due
from creditline.store.connect import Database


async def work_due(db: Database, clock: Clock, house: House, *, most: int = 500) -> Counter[str]:
    """Release or keep back every due tranche and expire every due reservation; returns how many of each answer."""
    done: Counter[str] = Counter()
    while True:
        decided = await restore_due(db, clock, house, most=most)
        expired = await expire_reservations(db, clock, most=most)
        done.update(decision.answer for decision in decided)
        done.update({"expired": expired})
        if not decided and not expired:
            return +done


async def work_until(db: Database, clock: MovedClock, house: House, *, until: datetime) -> Counter[str]:
    """Move a clock forward to `until`, stopping wherever something is due and doing it on its day."""
    done: Counter[str] = Counter()
    while True:
        async with db.reading() as connection:
            next_due = await due.next_due(connection)
        if next_due is None or next_due > until:
            clock.move_to(max(until, clock()))
            return done
        clock.move_to(max(next_due, clock()))
        done += await work_due(db, clock, house)


async def seconds_until_due(db: Database, clock: Clock, *, most: float) -> float:
    """Return how long nothing is due, `most` at most."""
    async with db.reading() as connection:
        next_due = await due.next_due(connection)
    return most if next_due is None else min(most, max(0.0, (next_due - clock()).total_seconds()))
