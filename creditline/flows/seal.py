"""Close days that are over, and seal what they hold, so that nobody changes the past unseen (ADR 0012)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from creditline.clock import DAY, Clock
from creditline.flows.over import last_day, require_closed
from creditline.store import book, days
from creditline.store.book import Seal
from creditline.store.connect import Connection, Database


async def seal_days(
    db: Database, clock: Clock, *, through: date | None = None, told: Callable[[Seal], None] = lambda _: None
) -> list[Seal]:
    """Close and seal every day that is over, or those up to `through`; return the new seals, oldest first.

    A day is over when this machine's clock and the database's both say so. Safe in many programs at once, and to be
    stopped anywhere: a day that is closed and not sealed is sealed the next time. Raise `NotAllowed` for a day that is
    not over.
    """
    async with db.transaction() as connection:
        last = await _last_day(connection, clock, through)
        days = await _days_to(connection, last)
        if not days or not await book.is_the_sealer(connection):
            return []
        await book.close_days(connection, days, at=clock())
    made: list[Seal] = []
    for day in days:
        async with db.transaction() as connection:
            seal = await _sealed(connection, day, at=clock())
        if seal is None:
            break
        made.append(seal)
        told(seal)
    return made


async def read_seals(db: Database, *, most: int) -> list[Seal]:
    """Return the latest seals, newest first."""
    async with db.reading() as connection:
        return await book.seals(connection, most=most)


async def _last_day(db: Connection, clock: Clock, through: date | None) -> date:
    """Return the last day to seal: over, and closed for every line if days are closed; raise `NotAllowed` otherwise."""
    last = await last_day(db, clock, through)
    if through is not None:
        await require_closed(db, through=through)
    _, first_on = await days.not_closed(db, through=last)
    return last if first_on is None else first_on - DAY


async def _days_to(db: Connection, last: date) -> list[date]:
    """Return the days that are not sealed yet, from the one after the last seal, or from the first that was booked on."""
    sealed, booked = await book.last_seal(db), await book.booked_days(db)
    if booked is None:
        return []
    first = booked[0] if sealed is None else sealed[0] + timedelta(days=1)
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


async def _sealed(db: Connection, day: date, *, at: datetime) -> Seal | None:
    """Seal a day, or return None because another program is sealing."""
    if not await book.is_the_sealer(db):
        return None
    sealed = await book.last_seal(db)
    if sealed is not None and sealed[0] >= day:
        return None
    return await book.seal_day(db, day, previous=sealed[1] if sealed else None, at=at)
