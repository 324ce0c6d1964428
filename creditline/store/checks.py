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
    ("entries_off_their_steps", "every entry follows from the one before it"),
    ("entries_off_their_transfers", "what an entry moves is what its transfers move"),
    ("requests_off_their_entries", "what a request accepted is what its entries moved"),
    ("lines_off_their_reins", "a block, a cap and the dates of a line are those of its entries"),
    ("promises_off_their_decisions", "what a decision withheld is what it promised"),
    ("dates_off_their_promises", "every date that is told is a promise, and ends as it was promised"),
    ("breaches_unanswered", "a promise is broken only with a reason, two people and a notice"),
    ("acts_without_notice", "every unfavourable act is on record as something to be told"),
    ("reviews_off_their_findings", "a human review ended as people found, two of them where it takes two"),
    ("decisions_by_another_edition", "what was decided was decided by the edition then in force"),
    ("decisions_in_stopped_arms", "nobody new is decided in an arm that is stopped"),
    ("shadows_off_their_arms", "a shadow is what an arm would have said, and no more"),
    ("ends_off_their_decisions", "what ended was ended by its own decision or request"),
    ("transfers_out_of_balance", "every transfer leaves one account for another of its kind"),
    ("lines_off_their_loans", "what a line owes is what its loans owe"),
    ("loans_off_their_entries", "a loan is the fold of its entries, and its due dates add up to it"),
    ("days_off_their_accounts", "a closed day of a line is what its accounts held then"),
    ("lines_off_their_close", "a line that owes is closed day by day, and its suspense is in its account"),
    ("days_off_their_seals", "a closed day holds what it was sealed with"),
    ("entries_without_words", "what no rule decided is answered for"),
    ("corrections_off_their_requests", "what is taken back was there, and is taken back once"),
    ("umbrellas_off_their_room", "an umbrella grants what is free of it and what is under it"),
    ("umbrellas_off_their_leaves", "what is taken of an umbrella is what its lines use"),
    ("umbrellas_off_their_entries", "an umbrella is the fold of its entries, and a line stands where it was put"),
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
