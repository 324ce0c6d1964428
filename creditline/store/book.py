"""The book as an accountant asks for it: sums by account, the journal, and the seals of days that are over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from creditline.clock import business_day
from creditline.ledger.chart import Account
from creditline.ledger.journal import Posted
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("book")

NOTHING_BEFORE = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0), -1)
"""The place in the journal before its first transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSum:
    """What was booked on an account in one currency, on each side."""

    currency: str
    account: Account
    debits_count: int
    debit_minor: int
    credits_count: int
    credit_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A day that is over, how many transfers it holds, and the seal that says which."""

    day: date
    transfers_count: int
    seal: str


async def sums(db: Connection, *, through: date) -> list[AccountSum]:
    """Return every account's sums up to and with a day, by currency."""
    return [
        AccountSum(
            currency=row["currency"],
            account=Account(row["account"]),
            debits_count=row["debits_count"],
            debit_minor=int(row["debit_minor"]),
            credits_count=row["credits_count"],
            credit_minor=int(row["credit_minor"]),
        )
        for row in await db.fetch(SQL["trial_balance"], through)
    ]


async def journal_page(
    db: Connection, *, since: datetime, until: datetime, after: tuple[datetime, UUID, int], most: int
) -> list[Posted]:
    """Return up to `most` transfers booked in [since, until), after one of them."""
    return [_posted(row) for row in await db.fetch(SQL["journal"], since, until, *after, most)]


async def journal(
    db: Connection, *, since: datetime, until: datetime, after: tuple[datetime, UUID, int]
) -> AsyncIterator[Posted]:
    """Go through the transfers booked in [since, until), without holding them in memory."""
    async for row in db.stream(SQL["journal"], since, until, *after, None):
        yield _posted(row)


async def booked_at(db: Connection, request: UUID, ordinal: int) -> datetime | None:
    """Return when a transfer was booked, None if there is none of that name."""
    at: datetime | None = await db.fetchval(SQL["booked_at"], request, ordinal)
    return at


async def booked_days(db: Connection) -> tuple[date, date] | None:
    """Return the first and the last day on which anything was booked, None for an empty book."""
    row = await db.fetchrow(SQL["first_and_last_booking"])
    if row is None or row["first_at"] is None:
        return None
    return business_day(row["first_at"]), business_day(row["last_at"])


async def last_seal(db: Connection) -> tuple[date, bytes] | None:
    """Return the last day that is sealed, and its seal."""
    row = await db.fetchrow(SQL["last_seal"])
    return None if row is None else (row["day"], row["seal"])


async def database_clock(db: Connection) -> datetime:
    """Return what the database's clock says."""
    now: datetime = await db.fetchval(SQL["database_clock"])
    return now


async def is_the_sealer(db: Connection) -> bool:
    """Say whether this transaction may seal; another may be at it."""
    is_ours: bool = await db.fetchval(SQL["one_sealer"])
    return is_ours


async def close_days(db: Connection, days: Sequence[date], *, at: datetime) -> None:
    """Let nothing more be booked on these days or before them, once the transactions that are booking now have ended."""
    await db.execute(SQL["drain_postings"])
    await db.execute(SQL["close_days"], list(days), at)


async def seal_day(db: Connection, day: date, *, previous: bytes | None, at: datetime) -> Seal:
    """Seal a day that is closed."""
    return _seal(await db.fetchrow(SQL["seal_day"], day, previous, at))


async def seals(db: Connection, *, most: int) -> list[Seal]:
    """Return the latest seals, newest first."""
    return [_seal(row) for row in await db.fetch(SQL["seals"], most)]


def _seal(row: Row | None) -> Seal:
    assert row is not None
    return Seal(day=row["day"], transfers_count=row["transfers_count"], seal=row["seal"].hex())


def _posted(row: Row) -> Posted:
    return Posted(**{**dict(row), "debit": Account(row["debit"]), "credit": Account(row["credit"])})
