"""Human reviews: what borrowers asked for, what officers found, what a second person said, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from creditline.decision.adverse import Trigger
from creditline.explanation.letter import Verdict
from creditline.restoration.plan import Tranche
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("appeals")


class AppealReason(StrEnum):
    """Why somebody asks for a person."""

    FACTS_WRONG = "facts_wrong"
    CIRCUMSTANCES = "circumstances"
    NOT_UNDERSTOOD = "not_understood"
    OTHER = "other"


class State(StrEnum):
    """How a request stands: nobody has found anything, a change waits for a second person, or it ended."""

    WAITING = "waiting"
    PROPOSED = "proposed"
    UPHELD = "upheld"
    CHANGED = "changed"


class Effect(StrEnum):
    """What a person may change: bring withheld limit back, lift a block, or raise a limit that was cut."""

    RELEASE = "release"
    UNBLOCK = "unblock"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A request for a human review, as it was asked."""

    id: UUID
    act: UUID
    line: UUID
    borrower: str
    reason: AppealReason
    words: str
    language: str
    priority: int
    digest: bytes
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A request and how it stands; what an officer found is None until somebody did. `letter` tells the outcome."""

    id: UUID
    act: UUID
    line: UUID
    borrower: str
    reason: AppealReason
    words: str
    language: str
    priority: int
    digest: bytes
    asked_at: datetime
    due_at: datetime
    trigger: Trigger
    product: str
    edition: str
    state: State
    finding: UUID | None
    officer: str | None
    outcome_reason: str | None
    effect: Effect | None
    amount_minor: int | None
    approver: str | None
    letter: UUID | None
    ended_at: datetime | None

    @property
    def is_ended(self) -> bool:
        """Whether it was answered."""
        return self.ended_at is not None

    def is_overdue(self, at: datetime) -> bool:
        """Say whether it should have been answered by now and was not."""
        return not self.is_ended and self.due_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an officer found: it stands, or is to be changed so, by `promises` or to `granted_minor`."""

    id: UUID
    review: UUID
    answer: str
    officer: str
    reason: str
    effect: Effect | None
    amount_minor: int
    promises: tuple[UUID, ...]
    granted_minor: int | None
    needs_second: bool
    digest: bytes
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What a second person said to a finding: `approve` or `refuse`."""

    id: UUID
    finding: UUID
    answer: str
    officer: str
    reason: str
    digest: bytes
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an officer wrote down about a request, for colleagues."""

    id: UUID
    review: UUID
    officer: str
    words: str
    digest: bytes
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What became of the requests about one product's acts of one kind and leading reason."""

    product: str
    trigger: Trigger
    leading: str
    asked_count: int
    upheld_count: int
    changed_count: int
    open_count: int
    late_count: int


RAISED = tuple(Raised.__dataclass_fields__)
FINDING = tuple(Finding.__dataclass_fields__)
SECOND = tuple(Second.__dataclass_fields__)
NOTE = tuple(Note.__dataclass_fields__)
END = ("review", "finding", "answer", "request", "ended_at")


async def raise_(db: Connection, one: Raised) -> None:
    """Write a request."""
    await db.copy_records_to_table(
        "human_review", records=[tuple(getattr(one, name) for name in RAISED)], columns=RAISED
    )


async def find(db: Connection, one: Finding) -> None:
    """Write what an officer found."""
    records = [tuple(getattr(one, name) for name in FINDING)]
    await db.copy_records_to_table("human_review_finding", records=records, columns=FINDING)


async def second(db: Connection, one: Second) -> None:
    """Write what a second person said to a finding."""
    records = [tuple(getattr(one, name) for name in SECOND)]
    await db.copy_records_to_table("human_review_answer", records=records, columns=SECOND)


async def note(db: Connection, one: Note) -> None:
    """Write a note down."""
    await db.copy_records_to_table(
        "human_review_note", records=[tuple(getattr(one, name) for name in NOTE)], columns=NOTE
    )


async def notes(db: Connection, review: UUID) -> list[Note]:
    """Return the notes on a request, oldest first."""
    return [Note(**dict(row)) for row in await db.fetch(SQL["notes_of"], review)]


async def find_note(db: Connection, own: UUID) -> Note | None:
    """Return a note by its id, or None."""
    row = await db.fetchrow(SQL["find_note"], own)
    return None if row is None else Note(**dict(row))


async def end(db: Connection, review: UUID, finding: Finding, *, request: UUID, at: datetime) -> None:
    """Write that a request was answered by a finding, carried out under a request."""
    answer = State.CHANGED if finding.effect else State.UPHELD
    records = [(review, finding.id, answer, request, at)]
    await db.copy_records_to_table("human_review_end", records=records, columns=END)


async def read(db: Connection, review: UUID) -> Appeal | None:
    """Return a request and how it stands, or None."""
    return next((_appeal(row) for row in await db.fetch(SQL["read_appeals"], review, None)), None)


async def of_borrower(db: Connection, borrower: str) -> list[Appeal]:
    """Return a borrower's requests, newest first."""
    return [_appeal(row) for row in await db.fetch(SQL["read_appeals"], None, borrower)]


async def waiting(db: Connection, *, at: datetime, is_overdue: bool, most: int) -> list[Appeal]:
    """Return what waits for a person, in the order in which it is to be looked at; only what is overdue if asked so."""
    rows = await db.fetch(SQL["queue_of_appeals"], at, is_overdue, most)
    found = [await read(db, row["id"]) for row in rows]
    return [one for one in found if one is not None]


async def open_about(db: Connection, act: UUID) -> UUID | None:
    """Return the request about an act that waits for an answer, or None."""
    found: UUID | None = await db.fetchval(SQL["open_about"], act)
    return found


async def findings(db: Connection, review: UUID) -> list[tuple[Finding, Second | None]]:
    """Return what officers found on a request, oldest first, each with what a second person said to it."""
    return [(_finding(row), _second(row)) for row in await db.fetch(SQL["findings_of"], review)]


async def verdict_of(db: Connection, request: UUID) -> Verdict | None:
    """Return what a request that ended a review found, or None for another request."""
    rows = await db.fetch(SQL["verdict_of"], request)
    return Verdict(**dict(rows[0])) if rows else None


async def withheld_by(db: Connection, act: UUID) -> list[Tranche]:
    """Return what is still withheld of what an act withheld, the earliest date first."""
    rows = await db.fetch(SQL["withheld_by"], act)
    return [Tranche(**{**dict(row), "edition": row["edition"].hex()}) for row in rows]


async def rates(db: Connection, *, at: datetime) -> list[Rate]:
    """Return what became of requests, by product, act and leading reason."""
    return [
        Rate(**{**dict(row), "trigger": Trigger(row["trigger"])}) for row in await db.fetch(SQL["rate_appeals"], at)
    ]


def _appeal(row: Row) -> Appeal:
    own = dict(row)
    return Appeal(
        **{
            **own,
            "reason": AppealReason(own["reason"]),
            "trigger": Trigger(own["trigger"]),
            "state": State(own["state"]),
            "edition": own["edition"].hex(),
            "effect": None if own["effect"] is None else Effect(own["effect"]),
        }
    )


def _finding(row: Row) -> Finding:
    own = {name: row[name] for name in FINDING}
    effect = None if own["effect"] is None else Effect(own["effect"])
    return Finding(**{**own, "effect": effect, "promises": tuple(own["promises"])})


def _second(row: Row) -> Second | None:
    if row["answered_by"] is None:
        return None
    return Second(
        id=row["answered_by"],
        finding=row["id"],
        answer=row["second_answer"],
        officer=row["second_officer"],
        reason=row["second_reason"],
        digest=row["second_digest"],
        answered_at=row["answered_at"],
    )
