"""Notices of unfavourable acts: what is due, what was told, and what waits for the outlets that tell it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.decision.adverse import OUTCOMES, Notice, Scope, Trigger
from creditline.explanation.letter import Matter
from creditline.restoration.promise import Told
from creditline.store import appeals
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("notices")

COLUMNS = (
    "id", "line", "borrower", "product", "edition", "trigger", "scope", "acted_at", "jurisdiction", "ground", "due_at",
)  # fmt: skip
OTHERWISE: Mapping[str, Callable[[Notice], object]] = {
    "id": lambda notice: notice.act,
    "edition": lambda notice: bytes.fromhex(notice.edition),
}
"""Columns that are kept otherwise than the record has them."""

TRY_COLUMNS = ("id", "notice", "outlet", "tried_at", "answer", "status", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice and what became of it: when it first reached somebody, by which outlet or whose hand; None while open."""

    notice: Notice
    told_at: datetime | None
    way: str | None
    teller: str | None

    def is_overdue(self, at: datetime) -> bool:
        """Say whether it should have been told by now and was not."""
        due_at = self.notice.due_at
        return due_at is not None and due_at <= at and self.told_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One sending of a notice to an outlet, and what was answered: `delivered`, `failed`, or `gave_up` after the last."""

    id: UUID
    notice: UUID
    outlet: str
    tried_at: datetime
    answer: str
    status: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many notices of one trigger and scope stand how."""

    trigger: Trigger
    scope: Scope
    made_count: int
    not_wanted_count: int
    in_time_count: int
    late_count: int
    waiting_count: int
    overdue_count: int


async def record(db: Connection, notices: Sequence[Notice]) -> None:
    """Write notices of acts that were just done; those that are due wait for every outlet that tells notices."""
    if not notices:
        return
    records = [
        tuple(getattr(one, name) if name not in OTHERWISE else OTHERWISE[name](one) for name in COLUMNS)
        for one in notices
    ]
    await db.add("notice", records, columns=COLUMNS)


async def read(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Return notices by the ids of their acts; an unknown one is simply absent."""
    return {row["id"]: _standing(row) for row in await db.fetch(SQL["read_notices"], list(ids))}


async def of(db: Connection, *, borrower: str | None = None, line: UUID | None = None, most: int) -> list[Standing]:
    """Return a borrower's or a line's notices, or everybody's, newest first."""
    return [_standing(row) for row in await db.fetch(SQL["notices_of"], borrower, line, most)]


async def still_open(db: Connection, *, due_by: datetime | None, most: int) -> list[Standing]:
    """Return what is due and not told, the soonest first: all, or what was due by a moment."""
    return [_standing(row) for row in await db.fetch(SQL["notices_open"], due_by, most)]


async def counts(db: Connection, *, at: datetime) -> list[Count]:
    """Return how many notices stand how, by trigger and scope."""
    return [
        Count(**{**dict(row), "trigger": Trigger(row["trigger"]), "scope": Scope(row["scope"])})
        for row in await db.fetch(SQL["count_notices"], at)
    ]


async def end(db: Connection, notice: UUID, *, told_at: datetime, way: str, teller: str) -> None:
    """Write that a notice reached somebody; the first time counts."""
    await db.execute(SQL["end_notice"], notice, told_at, way, teller)


async def open_outlet(db: Connection, name: str, *, opened_at: datetime) -> None:
    """Let every due notice wait for an outlet from now on, with what was never told; a second time changes nothing."""
    await db.execute(SQL["open_notice_outlet"], name, opened_at)


async def lease(db: Connection, outlet: str, *, at: datetime, until: datetime, most: int) -> list[tuple[UUID, int]]:
    """Take up to `most` notices that wait, each with its number of tries; they come again at `until` unless told of before."""
    rows = await db.fetch(SQL["lease_notices"], outlet, at, until, most)
    return sorted((row["notice"], row["tries_count"]) for row in rows)


async def put_off(db: Connection, outlet: str, notice: UUID, *, next_at: datetime) -> None:
    """Let a notice that was sent in vain wait until a moment."""
    await db.execute(SQL["put_off_notice"], outlet, notice, next_at)


async def drop(db: Connection, outlet: str, notice: UUID) -> None:
    """Let a notice wait for an outlet no more."""
    await db.execute(SQL["drop_notice"], outlet, notice)


async def next_at(db: Connection, outlet: str) -> datetime | None:
    """Return when the next notice is to be sent to an outlet, or None."""
    at: datetime | None = await db.fetchval(SQL["next_notice"], outlet)
    return at


async def tried(db: Connection, one: Try) -> None:
    """Write what became of one sending."""
    records = [tuple(getattr(one, name) for name in TRY_COLUMNS)]
    await db.copy_records_to_table("notice_try", records=records, columns=TRY_COLUMNS)


async def tries(db: Connection, notice: UUID) -> list[Try]:
    """Return how often a notice was sent and what was answered, oldest first."""
    return [Try(**dict(row)) for row in await db.fetch(SQL["tries_of"], notice)]


async def send_again(db: Connection, notices: Sequence[UUID], *, at: datetime) -> list[UUID]:
    """Let notices wait anew for every outlet that tells them; returns those that do."""
    return sorted({row["notice"] for row in await db.fetch(SQL["send_again"], list(notices), at)})


async def given_up(db: Connection, *, most: int) -> list[UUID]:
    """Return what was given up and reached nobody since, the oldest first."""
    return [row["id"] for row in await db.fetch(SQL["notices_given_up"], most)]


async def matter(db: Connection, notice: Notice, *, currency: str | None) -> Matter:
    """Return what a letter needs beside the decision; `currency` is the decision's if there is one."""
    kept_in = currency or await db.fetchval(SQL["currency_of"], notice.line)
    rows = await db.fetch(SQL["matter_of"], notice.act, notice.line)
    own = {name: rows[0][name] for name in ("before_minor", "after_minor", "authority", "reason")} if rows else {}
    said = await db.fetch(SQL["said_of_promises"], notice.act)
    verdict = await appeals.verdict_of(db, notice.act) if notice.trigger in OUTCOMES else None
    parts = {part: tuple(_told(row) for row in said if row["part"] == part) for part in ("end", "date")}
    return Matter(currency=kept_in, ends=parts["end"], dates=parts["date"], verdict=verdict, **own)


def _told(row: Row) -> Told:
    return Told(languages=tuple(row["languages"]), words=tuple(row["words"]))


def _standing(row: Row) -> Standing:
    notice = Notice(
        act=row["id"],
        trigger=Trigger(row["trigger"]),
        scope=Scope(row["scope"]),
        edition=row["edition"].hex(),
        **{name: row[name] for name in ("line", "borrower", "product", "acted_at", "jurisdiction", "ground", "due_at")},
    )
    return Standing(notice=notice, **{name: row[name] for name in ("told_at", "way", "teller")})
