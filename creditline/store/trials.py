"""What became of the borrowers of an arm: who was answered in it, about which lines, and what those still owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.decision.outcome import Answer, Decision
from creditline.store.connect import Connection
from creditline.store.decisions import decision_of
from creditline.store.statements import statements

SQL = statements("trials")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whose answers are looked at: of a product, in an arm, from an instant on and before another."""

    product: str
    arm: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Who was answered in an arm, each once: the name it is drawn by, whose lines these are, and the first answers."""

    name: str
    borrower: str
    lines: tuple[UUID, ...]
    first_at: datetime
    asked: Answer | None
    restored: Answer | None


async def answered(
    db: Connection, span: Span, *, by_borrower: bool, among: Sequence[UUID] | None = None
) -> list[Answered]:
    """Return who was answered in an arm, by borrower or by line; `among` narrows it to some of the decisions."""
    own = (span.product, span.arm, span.since, span.until)
    rows = await db.fetch(SQL["subjects_of_arm"], *own, by_borrower, None if among is None else list(among))
    return [
        Answered(
            name=row["name"],
            borrower=row["borrower"],
            lines=tuple(row["lines"]),
            first_at=row["first_at"],
            asked=None if row["asked"] is None else Answer(row["asked"]),
            restored=None if row["restored"] is None else Answer(row["restored"]),
        )
        for row in rows
    ]


async def page(db: Connection, span: Span, *, after: UUID, most: int) -> list[Decision]:
    """Return up to `most` decisions of an arm in id order after an id."""
    own = (span.product, span.arm, span.since, span.until)
    return [decision_of(row) for row in await db.fetch(SQL["decisions_of_arm"], *own, after, most)]


async def owed(db: Connection, lines: Sequence[UUID]) -> dict[str, int]:
    """Return the principal that lines still owe, by currency."""
    return {row["currency"]: row["owed_minor"] for row in await db.fetch(SQL["owed_on_lines"], list(lines))}
