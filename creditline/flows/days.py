"""Days that were closed, read: a line's, and the book's by class."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from creditline.clock import Clock, business_day
from creditline.flows.turn import the_line
from creditline.ledger.day import LineDay
from creditline.store import days, lines
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """How many lines stood in a class, bucket and stage at the end of a day, and what they owed, in minor units."""

    currency: str
    asset_class: str
    bucket: str
    stage: int
    lines_count: int
    principal_minor: int
    overdue_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    suspended_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDay:
    """The book at the end of a day by class, best first; `left_count` lines have that day, or one before it, to close."""

    day: date
    left_count: int
    rows: list[ClassRow]


async def days_of(db: Database, clock: Clock, *, line: UUID, through: date | None, most: int) -> list[LineDay]:
    """Return how a line stood at the end of its latest closed days, newest first; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        the_line(await lines.read(connection, [line]), line)
        return await days.of_line(connection, line, through=through or business_day(clock()), most=most)


async def book_at(db: Database, clock: Clock, *, day: date | None) -> BookDay:
    """Return the book by class at the end of a day, the last that was closed if none is named."""
    async with db.reading() as connection:
        last = day or await days.last_closed_on(connection) or business_day(clock()) - timedelta(days=1)
        left_count, _ = await days.not_closed(connection, through=last)
        rows = [ClassRow(**dict(row)) for row in await days.classes(connection, last)]
    return BookDay(day=last, left_count=left_count, rows=rows)
