"""What is due: tranches that are not back yet, reservations that are not captured, and their timers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from creditline.clock import start_of
from creditline.decision.outcome import Answer
from creditline.ledger.chart import Movement
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("due")

COLUMNS = ("id", "line", "decision", "ordinal", "amount_minor", "due_on", "condition", "edition", "is_cut", "follows")


class TimerKind(StrEnum):
    """What a timer wakes."""

    TRANCHE = "tranche"
    RESERVATION = "reservation"
    EXTRA = "extra"
    APPROVAL = "approval"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An authorised draw that is not captured yet."""

    id: UUID
    line: UUID
    amount_minor: int
    expires_at: datetime


async def record(db: Connection, tranches: Sequence[Tranche]) -> None:
    """Write tranches and set their timers to the first instant of their day."""
    rows = [{column: getattr(one, column) for column in COLUMNS} for one in tranches]
    records = [tuple({**row, "edition": bytes.fromhex(row["edition"])}.values()) for row in rows]
    await db.add("tranche", records, columns=COLUMNS)
    await set_timers(db, TimerKind.TRANCHE, [(one.id, start_of(one.due_on)) for one in tranches])


async def end(db: Connection, ended: Sequence[tuple[UUID, UUID, Answer | Outcome, datetime]]) -> None:
    """Write how tranches ended: (tranche, request, answer, at); one that is broken off was not answered but broken."""
    await db.add("tranche_end", ended, columns=("tranche", "request", "answer", "ended_at"))


async def drop_timers(db: Connection, subjects: Sequence[UUID]) -> None:
    """Forget timers of what has ended; one that a worker holds is left to it, and finds that nothing is open."""
    await db.execute(SQL["drop_timers"], list(subjects))


async def open_of(db: Connection, lines: Sequence[UUID]) -> list[Tranche]:
    """Return what of these lines is not back yet, earliest date first."""
    rows = await db.fetch(SQL["open_tranches"], list(lines))
    return [Tranche(**{**dict(row), "edition": row["edition"].hex()}) for row in rows]


async def still_open(db: Connection, ids: Sequence[UUID]) -> list[Tranche]:
    """Return those of the tranches that have not ended."""
    rows = await db.fetch(SQL["read_tranches"], list(ids))
    return [Tranche(**{**dict(row), "edition": row["edition"].hex()}) for row in rows]


async def tranches(db: Connection, ids: Sequence[UUID]) -> list[Tranche]:
    """Return tranches by id, whether they have ended or not."""
    rows = await db.fetch(SQL["all_tranches"], list(ids))
    return [Tranche(**{**dict(row), "edition": row["edition"].hex()}) for row in rows]


async def reserve(db: Connection, reservations: Sequence[Reservation]) -> None:
    """Write reservations and set the timers of their expiry."""
    records = [(one.id, one.line, one.amount_minor, one.expires_at) for one in reservations]
    await db.add("reservation", records, columns=("id", "line", "amount_minor", "expires_at"))
    await set_timers(db, TimerKind.RESERVATION, [(one.id, one.expires_at) for one in reservations])


async def reservations(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Reservation]:
    """Return those of the reservations that nothing has ended."""
    return {row["id"]: Reservation(**dict(row)) for row in await db.fetch(SQL["read_reservations"], list(ids))}


async def reservations_of(db: Connection, line: UUID) -> list[Reservation]:
    """Return what of a line is reserved, the earliest to expire first."""
    return [Reservation(**dict(row)) for row in await db.fetch(SQL["open_reservations_of_line"], line)]


async def expired_of(db: Connection, lines: Sequence[UUID], *, as_of: datetime) -> list[Reservation]:
    """Return the reservations of these lines whose time is over and that nothing has ended."""
    return [Reservation(**dict(row)) for row in await db.fetch(SQL["expired_reservations"], list(lines), as_of)]


async def end_reservations(db: Connection, ended: Sequence[tuple[UUID, UUID, Movement, int]]) -> None:
    """Write how reservations ended: (reservation, request, movement, captured amount); their timers go."""
    columns = ("reservation", "request", "movement", "captured_minor")
    await db.add("reservation_end", ended, columns=columns)
    await drop_timers(db, [reservation for reservation, *_ in ended])


async def claim(
    db: Connection, kind: TimerKind, *, as_of: datetime, most: int, only: Sequence[UUID] | None = None
) -> list[UUID]:
    """Take up to `most` due subjects, or `only` those, that no other worker holds; without a commit they come back."""
    if only is not None:
        return [row["subject"] for row in await db.fetch(SQL["claim_these_timers"], as_of, kind, list(only))]
    return [row["subject"] for row in await db.fetch(SQL["claim_timers"], as_of, kind, most)]


async def waiting(db: Connection, *, as_of: datetime, besides: Collection[UUID], most: int) -> list[UUID]:
    """Return up to `most` due subjects of any kind but `besides`, the longest due first; nothing is taken."""
    return [row["subject"] for row in await db.fetch(SQL["waiting_timers"], as_of, list(besides), most)]


async def next_due(db: Connection) -> datetime | None:
    """Return when the next timer rings, or None."""
    due: datetime | None = await db.fetchval(SQL["next_due"])
    return due


async def set_timers(db: Connection, kind: TimerKind, due: Sequence[tuple[UUID, datetime]]) -> None:
    """Let timers of subjects that have none ring at their moments."""
    records = [(subject, kind, due_at) for subject, due_at in due]
    await db.add("timer", records, columns=("subject", "kind", "due_at"))
