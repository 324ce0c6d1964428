"""Days of lines: which are to be closed next, how lines stood at the end of those that are, and what is in suspense."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from creditline.ledger.asset_class import AssetClass, Bucket
from creditline.ledger.day import LineDay
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("days")

_RESULT = tuple(field.name for field in fields(LineDay))
COLUMNS = (*_RESULT, "request", "edition", "closed_at")
_of_result = attrgetter(*_RESULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A line with days to close, from `next_on` on, and what the books hold of it in suspense, in minor units.

    `is_late` says what was last recorded of it as a fact. Nothing is booked any more on days up to `sealed_through_on`.
    """

    line: UUID
    borrower: str
    product: str
    currency: str
    next_on: date
    suspended_interest_minor: int
    suspended_penalty_minor: int
    is_late: bool
    sealed_through_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The result of a day of a line, the request that booked it, whose thresholds counted, and when it was closed."""

    result: LineDay
    request: UUID
    edition: str
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where a line stands after days of it were closed; one that `is_over` owes nothing any more."""

    line: UUID
    next_on: date
    suspended_interest_minor: int
    suspended_penalty_minor: int
    is_late: bool
    is_over: bool


async def begin(db: Connection, day: date, *, at: datetime) -> date:
    """Begin to close days with one, unless that was begun before; return the first day that is closed."""
    begun: date = await db.fetchval(SQL["begin_daily_close"], day, at)
    return begun


async def begins_on(db: Connection) -> date | None:
    """Return the first day that is closed, None if days are not closed here."""
    begun: date | None = await db.fetchval(SQL["daily_close_begins_on"])
    return begun


async def claim(db: Connection, *, through: date, most: int, besides: Collection[UUID] = ()) -> list[Behind]:
    """Lock up to `most` lines that have a day to close up to `through` and that nobody else holds, leaving out `besides`."""
    return [Behind(**dict(row)) for row in await db.fetch(SQL["claim_lines"], through, most, list(besides))]


async def behind(db: Connection, lines: Sequence[UUID], *, through: date) -> list[Behind]:
    """Return those of some lines, which the caller holds, that have a day to close up to `through`."""
    return [Behind(**dict(row)) for row in await db.fetch(SQL["lines_behind"], list(lines), through)]


async def record(db: Connection, closed: Sequence[Closed]) -> None:
    """Write the results of days; one of a line and a day that is there already is refused by the database."""
    records = [(*_of_result(one.result), one.request, bytes.fromhex(one.edition), one.closed_at) for one in closed]
    await db.copy_records_to_table("line_day", records=records, columns=COLUMNS)


async def move_on(db: Connection, moved: Sequence[Moved]) -> None:
    """Write where lines stand after days of them were closed."""
    await db.execute(
        SQL["move_on"],
        [one.line for one in moved],
        [one.next_on for one in moved],
        [one.suspended_interest_minor for one in moved],
        [one.suspended_penalty_minor for one in moved],
        [one.is_late for one in moved],
        [one.is_over for one in moved],
    )


async def suspend(db: Connection, line: UUID, *, interest_minor: int, penalty_minor: int) -> None:
    """Write what a line has in suspense after it was moved by something else than a close, such as a charge-off."""
    await db.execute(SQL["suspend"], line, interest_minor, penalty_minor)


async def suspended(db: Connection, lines: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return the interest and the penalty that the books hold in suspense, by line; one that owes nothing is absent."""
    rows = await db.fetch(SQL["suspended"], list(lines))
    return {row["line"]: (row["suspended_interest_minor"], row["suspended_penalty_minor"]) for row in rows}


async def buckets(db: Connection, days: Mapping[UUID, date]) -> dict[UUID, Bucket]:
    """Return in which bucket lines stood at the end of a day each; a line that was not closed then is absent."""
    if not days:
        return {}
    rows = await db.fetch(SQL["buckets_of_days"], list(days), list(days.values()))
    return {row["line"]: Bucket(row["bucket"]) for row in rows}


async def next_on(db: Connection, line: UUID) -> tuple[date, Bucket] | None:
    """Return which day of a line is closed next, and in which bucket it stood on the last; None if days are not closed."""
    row = await db.fetchrow(SQL["next_day_of_line"], line)
    return None if row is None else (row["next_on"], Bucket(row["bucket"] or Bucket.CURRENT))


async def of_line(db: Connection, line: UUID, *, through: date, most: int) -> list[LineDay]:
    """Return how a line stood at the end of up to `most` days, the newest first."""
    return [_result(row) for row in await db.fetch(SQL["days_of_line"], line, through, most)]


async def between(db: Connection, line: UUID, *, since: date, through: date) -> list[LineDay]:
    """Return how a line stood at the end of each closed day from one to another, the oldest first."""
    return [_result(row) for row in await db.fetch(SQL["days_between"], line, since, through)]


async def lines_with_days(db: Connection, *, after: UUID, most: int) -> list[UUID]:
    """Return up to `most` lines of which days were closed, in id order after an id."""
    return [row["line"] for row in await db.fetch(SQL["lines_with_days"], after, most)]


async def results(db: Connection, lines: Sequence[UUID]) -> list[tuple[LineDay, str]]:
    """Return every closed day of some lines, by line and day, each with the edition whose thresholds counted."""
    return [
        (_result({name: row[name] for name in _RESULT}), row["edition"].hex())
        for row in await db.fetch(SQL["results_of_lines"], list(lines))
    ]


async def not_closed(db: Connection, *, through: date) -> tuple[int, date | None]:
    """Return how many lines have a day to close up to `through`, and the first of these days."""
    row = await db.fetchrow(SQL["lines_not_closed"], through)
    assert row is not None
    return row["lines_count"], row["first_on"]


async def classes(db: Connection, day: date) -> list[Row]:
    """Return the book at the end of a day by currency, class, bucket and stage."""
    return list(await db.fetch(SQL["classes_of_day"], day))


async def last_closed_on(db: Connection) -> date | None:
    """Return the last day of which any line was closed, None if there is none."""
    day: date | None = await db.fetchval(SQL["last_closed_on"])
    return day


def _result(row: Row | dict[str, Any]) -> LineDay:
    return LineDay(**{**dict(row), "bucket": Bucket(row["bucket"]), "asset_class": AssetClass(row["asset_class"])})
