"""Signals: which lines are to be decided again, because something was learned that may bring back earlier what waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("signals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A line to be decided again: since when something is new, and whether a block was lifted."""

    line: UUID
    since: datetime
    is_unblock: bool = False


async def raise_of(db: Connection, signals: Sequence[Signal]) -> None:
    """Raise signals of lines that the transaction holds; one that is raised already stays as it is."""
    if signals:
        columns = [[getattr(one, name) for one in signals] for name in ("line", "since", "is_unblock")]
        await db.execute(SQL["raise"], *columns)


async def raise_of_borrower(db: Connection, borrower: str, *, since: datetime) -> None:
    """Raise a signal for each line of a borrower on which something waits."""
    await db.execute(SQL["raise_of_borrower"], borrower, since)


async def waiting(db: Connection, *, besides: Collection[UUID], most: int) -> list[UUID]:
    """Return up to `most` lines to be decided again but `besides`, the longest waiting first; nothing is taken."""
    return [row["line"] for row in await db.fetch(SQL["waiting_signals"], list(besides), most)]


async def take(db: Connection, lines: Collection[UUID]) -> list[Signal]:
    """Take the signals of lines that the transaction holds; without a commit they come back."""
    return [Signal(**dict(row)) for row in await db.fetch(SQL["take_signals"], list(lines))]


async def earliest(db: Connection) -> datetime | None:
    """Return since when the longest waiting line waits, None if none does."""
    since: datetime | None = await db.fetchval(SQL["earliest_signal"])
    return since
