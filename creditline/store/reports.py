"""Figures of the whole book: what was answered, and what became of the lines it was answered to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.events.catalogue import OutcomeObserved
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Rows of the report's queries, as their statements name them; money in minor units."""

    answers: list[Row]
    last_answers: list[Row]
    rules: list[Row]
    reopened: list[Row]
    delays: list[Row]


async def figures(db: Connection, *, as_of: datetime) -> Figures:
    """Return the figures of restoration on a book with outcomes, its exposure as of an instant."""
    outcome = OutcomeObserved.number
    await db.execute(SQL["learn_sizes"])
    return Figures(
        answers=await db.fetch(SQL["restoration_answers"]),
        last_answers=await db.fetch(SQL["last_answers"], outcome),
        rules=await db.fetch(SQL["rule_outcomes"], outcome),
        reopened=await db.fetch(SQL["reopened_exposure"], outcome, as_of),
        delays=await db.fetch(SQL["delays"], outcome, as_of),
    )


async def one_held_by(db: Connection, answer: str, *, reasons: tuple[str, ...] = ()) -> UUID | None:
    """Return a line that is worth showing: it holds something back under an answer, first for one of the reasons."""
    line: UUID | None = await db.fetchval(SQL["one_held_by"], answer, list(reasons))
    return line


async def one_at_once(db: Connection) -> UUID | None:
    """Return a line whose last repayment came back at once."""
    line: UUID | None = await db.fetchval(SQL["one_at_once"])
    return line
