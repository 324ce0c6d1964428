"""Promises as they were told, what became of them, and how many were kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from creditline.decision.dates import OpenPromises
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome, Promise, PromiseEnd, PromiseKind, Told
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("promises")

COLUMNS = ("tranche", "kind", "product", "reason", "told_at", "languages", "words")
END_COLUMNS = ("promise", "outcome", "request", "ended_at", "languages", "words")
BREACH_COLUMNS = ("promise", "follower", "author", "approver", "reason", "notice_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Why a promise was not kept, who says so and who approved it, when that was told, and the promise in its place."""

    promise: UUID
    follower: UUID
    author: str
    approver: str
    reason: str
    notice_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A promise with its end and its breach, each None while there is none."""

    promise: Promise
    end: PromiseEnd | None
    breach_reason: str | None
    author: str | None
    approver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many promises of one product, day, reason and kind were told, and what became of them."""

    product: str
    due_on: date
    reason: str
    kind: PromiseKind
    told_count: int
    kept_count: int
    early_count: int
    late_count: int
    broken_count: int
    condition_failed_count: int
    undone_count: int
    open_count: int

    @property
    def week_on(self) -> date:
        """The Monday of the week they were told for."""
        return self.due_on - timedelta(days=self.due_on.weekday())


async def record(db: Connection, promises: Sequence[Promise]) -> None:
    """Write promises of tranches that were just written."""
    records = [
        (one.tranche.id, one.kind, one.product, one.reason, one.told_at, one.told.languages, one.told.words)
        for one in promises
    ]
    await db.add("promise", records, columns=COLUMNS)


async def end(db: Connection, ended: Sequence[PromiseEnd]) -> None:
    """Write what became of promises whose tranches have just ended."""
    records = [
        (one.promise, one.outcome, one.request, one.ended_at, one.told.languages, one.told.words) for one in ended
    ]
    await db.add("promise_end", records, columns=END_COLUMNS)


async def breach(db: Connection, breaches: Sequence[Breach]) -> None:
    """Write who answers for promises that are broken."""
    records = [tuple(getattr(one, column) for column in BREACH_COLUMNS) for one in breaches]
    await db.add("promise_breach", records, columns=BREACH_COLUMNS)


async def of_line(db: Connection, line: UUID, *, most: int) -> list[Kept]:
    """Return a line's latest promises, newest first, those told together by their days."""
    return [_kept(row) for row in await db.fetch(SQL["promises_of_line"], line, most)]


async def of_decision(db: Connection, decision: UUID) -> list[Kept]:
    """Return the promises that a decision made, by day."""
    return [_kept(row) for row in await db.fetch(SQL["promises_of_decision"], decision)]


async def failed(db: Connection, *, most: int) -> list[Kept]:
    """Return promises that were late or broken, those that failed last first."""
    return [_kept(row) for row in await db.fetch(SQL["promises_failed"], most)]


async def counts(db: Connection) -> list[Count]:
    """Return how promises went, by product, day they were told for, reason and kind."""
    return [Count(**{**dict(row), "kind": PromiseKind(row["kind"])}) for row in await db.fetch(SQL["count_promises"])]


async def still_open(db: Connection, product: str) -> tuple[OpenPromises, ...]:
    """Return what a product has promised and not ended yet."""
    return tuple(
        OpenPromises(
            is_estimate=row["kind"] == PromiseKind.ESTIMATE,
            currency=row["currency"],
            count=row["count"],
            amount_minor=row["amount_minor"],
            last_due_on=row["last_due_on"],
            editions_count=row["editions_count"],
        )
        for row in await db.fetch(SQL["open_promises"], product)
    )


def _kept(row: Row) -> Kept:
    columns = ("id", "line", "decision", "ordinal", "amount_minor", "due_on", "condition", "is_cut", "follows")
    tranche = Tranche(**{column: row[column] for column in columns}, edition=row["edition"].hex())
    promise = Promise(
        tranche=tranche,
        kind=PromiseKind(row["kind"]),
        product=row["product"],
        reason=row["reason"],
        told_at=row["told_at"],
        told=Told(languages=tuple(row["languages"]), words=tuple(row["words"])),
    )
    ended = None
    if row["outcome"] is not None:
        ended = PromiseEnd(
            promise=tranche.id,
            outcome=Outcome(row["outcome"]),
            request=row["request"],
            ended_at=row["ended_at"],
            told=Told(languages=tuple(row["end_languages"]), words=tuple(row["end_words"])),
        )
    return Kept(
        promise=promise,
        end=ended,
        breach_reason=row["breach_reason"],
        author=row["author"],
        approver=row["approver"],
    )
