"""What people set about lines: their words, what was added until a date, and lines that nobody ever used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.ledger.book import Posting
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a request added to a line until a moment."""

    request: UUID
    line: UUID
    ends_at: datetime


async def say(db: Connection, posting: Posting, *, authority: str, reason: str) -> None:
    """Write by whose authority and why a line was moved."""
    words = (posting.line.id, posting.line.version, posting.entry.request, authority, reason)
    columns = ("line", "version", "request", "authority", "reason")
    await db.add("line_word", [words], columns=columns)


async def add(db: Connection, extra: Extra) -> None:
    """Write what was added to a line until when."""
    columns = ("request", "line", "ends_at")
    await db.add("line_extra", [(extra.request, extra.line, extra.ends_at)], columns=columns)


async def extras(db: Connection, requests: Sequence[UUID]) -> list[Extra]:
    """Return what these requests added."""
    return [Extra(**dict(row)) for row in await db.fetch(SQL["read_extras"], list(requests))]


async def unused(db: Connection, lines: Sequence[UUID]) -> list[UUID]:
    """Return those of the lines, not closed, that nothing was ever drawn on, reserved on or brought to."""
    return [row["id"] for row in await db.fetch(SQL["unused_lines"], list(lines))]


async def words_of(db: Connection, line: UUID) -> dict[int, str]:
    """Return what was done to a line by whom and why, by the version of its entry."""
    rows = await db.fetch(SQL["words_of_line"], line)
    return {row["version"]: f"{row['kind']} by {row['authority']}: {row['reason']}" for row in rows}
