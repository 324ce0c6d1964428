"""The invariants of the whole database, each one query that finds what breaks it."""

from dataclasses import dataclass

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("checks")

INVARIANTS = (
    ("lines_off_their_grant", "every unit of a limit is in exactly one bucket"),
    ("lines_off_their_entries", "a line is the fold of its entries"),
    ("lines_off_their_tranches", "what is withheld is what tranches will bring back"),
    ("lines_off_their_reservations", "what is reserved is what reservations hold"),
    ("money_off_the_limit", "what is receivable is what is drawn"),
    ("decisions_without_effect", "what was decided is what was booked"),
    ("timers_missing", "everything that is due has a timer"),
    ("events_of_nothing", "everything that was booked is a fact, once"),
)
"""Statement and law, in the order in which they are checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row that breaks a law: which, and what it says."""

    law: str
    subject: str
    words: str


async def check(db: Connection, statement: str, law: str, *, most: int) -> list[Finding]:
    """Return up to `most` rows that break one law; none when it holds."""
    rows = await db.fetch(SQL[statement], most)
    return [Finding(law=law, subject=row["subject"], words=row["words"]) for row in rows]
