"""When a line was seen bad: by statements, arrears, outcomes and unpaid loans, as far as it was known."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from creditline.events.row import EventRow
from creditline.ids import id_from
from creditline.store import facts, outcomes
from creditline.store.connect import Database

AT = datetime(2026, 3, 1, tzinfo=UTC)
LINE, OTHER = UUID(int=7), UUID(int=8)


def told(number: int, code: int, *, days: int, line: UUID = LINE, late: int = 0) -> EventRow:
    at = AT + timedelta(days=days)
    name = f"{number} {code} {days} {line}"
    return EventRow(id_from(name, at=at), number, "ada", at, at + timedelta(days=late), None, None, code, str(line))


async def seen(db: Database, *rows: EventRow, known_days: int = 100) -> dict[UUID, list[int]]:
    async with db.transaction() as connection:
        await facts.take(connection, rows)
        found = await outcomes.bad_moments(
            connection,
            {LINE: "ada", OTHER: "ada"},
            known_at=AT + timedelta(days=known_days),
            late_days=90,
            late_months=3,
        )
    return {line: sorted((at - AT).days for at in moments) for line, moments in found.items()}


async def test_only_what_is_late_enough_or_told_as_default_is_bad(db: Database) -> None:
    rows = [told(74, 2, days=1), told(74, 3, days=2), told(75, 89, days=3), told(75, 90, days=4)]
    rows += [told(90, 0, days=5), told(90, 1, days=6, line=OTHER), told(72, 9, days=7)]
    assert await seen(db, *rows) == {LINE: [2, 4], OTHER: [6]}


async def test_what_is_learned_later_is_not_there_yet(db: Database) -> None:
    rows = [told(90, 1, days=10, late=5)]
    assert await seen(db, *rows, known_days=14) == {}
    assert await seen(db, *rows, known_days=15) == {LINE: [10]}
