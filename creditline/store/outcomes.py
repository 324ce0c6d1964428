"""What became of lines: when each was seen bad, and which of those that decisions name were opened at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("outcomes")


async def bad_moments(
    db: Connection, borrowers: Mapping[UUID, str], *, known_at: datetime, late_days: int, late_months: int
) -> dict[UUID, list[datetime]]:
    """Return by line (given with their borrowers) when it was seen bad, as known at an instant; the others are absent."""
    found: dict[UUID, list[datetime]] = {}
    rows = await db.fetch(
        SQL["bad_moments"], list(borrowers), list(borrowers.values()), known_at, late_days, late_months
    )
    for row in rows:
        found.setdefault(row["line"], []).append(row["bad_at"])
    return found


async def opened_lines(db: Connection, lines: Sequence[UUID]) -> set[UUID]:
    """Return which of these lines there are."""
    return {row["id"] for row in await db.fetch(SQL["opened_lines"], list(lines))}
