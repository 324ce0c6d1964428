"""The life of editions on record: deeds in order, periods in two times, and what a turn decides by."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.policy.life import Act, Deed, Period
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("policies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one snapshot shows: its facts, the number of the last act on policies, and the periods with their stopped arms."""

    seen: str
    number: int
    periods: tuple[Period, ...]
    stopped: tuple[frozenset[str], ...]


async def lock(db: Connection) -> None:
    """Let no other act on policies in until this transaction ends; decisions go on."""
    await db.execute(SQL["lock_policies"])


async def deeds(db: Connection, product: str) -> list[Deed]:
    """Return everything that was done to a product's editions, in order."""
    return [_deed(row) for row in await db.fetch(SQL["read_deeds"], product)]


async def deed(db: Connection, id: UUID) -> Deed | None:  # noqa: A002  # It is the caller's id for the act, as in every table.
    """Return the act that was done under an id, or None."""
    row = await db.fetchrow(SQL["read_deed"], id)
    return None if row is None else _deed(row)


async def products(db: Connection) -> list[str]:
    """Return the names of the products that have editions here."""
    return [row["product"] for row in await db.fetch(SQL["read_products"])]


async def record(db: Connection, done: Deed) -> int:
    """Write an act; return its number, which is the next one whatever the deed says."""
    number: int = await db.fetchval(
        SQL["record_deed"],
        done.id,
        done.product,
        bytes.fromhex(done.edition),
        done.act,
        done.actor,
        done.reason,
        done.recorded_at,
        done.starts_at,
        done.ends_at,
        done.gate,
        list(done.failed_gates),
        done.arm,
        done.detail,
    )
    return number


async def periods(db: Connection, product: str, *, known_at: datetime | None = None) -> list[Period]:
    """Return when which edition is in force, as known now, or as it was known at an instant."""
    if known_at is None:
        rows = await db.fetch(SQL["read_periods"], product)
    else:
        rows = await db.fetch(SQL["read_periods_known"], product, known_at)
    return [_period(row) for row in rows]


async def put_in_force(db: Connection, period: Period, *, now: datetime) -> None:
    """Lay a period over those that were known; what it does not cover of them stays in force.

    `period.opened_by` is the number of the deed that does it. Knowledge begins now, or just after the last that was learned.
    """
    span = (period.starts_at, period.ends_at)
    known_from = await db.fetchval(SQL["known_from"], period.product, now)
    closed = await db.fetch(SQL["end_knowledge"], period.product, *span, known_from, period.opened_by)
    if closed:
        await db.execute(SQL["keep_rest"], period.product, *span, known_from, period.opened_by)
    await db.execute(
        SQL["open_period"],
        period.product,
        bytes.fromhex(period.edition),
        *span,
        # A house without a past is taken to have decided by its founding edition always.
        None if period.starts_at is None else known_from,
        period.opened_by,
    )


async def standing(db: Connection) -> Standing:
    """Return what a turn decides by, all from one snapshot."""
    rows = await db.fetch(SQL["take_standing"])
    known = [row for row in rows if row["product"] is not None]
    return Standing(
        seen=rows[0]["seen"],
        number=rows[0]["policies_number"],
        periods=tuple(_period(row) for row in known),
        stopped=tuple(frozenset(row["stopped_arms"]) for row in known),
    )


def _period(row: Row) -> Period:
    return Period(
        product=row["product"],
        edition=row["edition"].hex(),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        opened_by=row["opened_by"],
    )


def _deed(row: Row) -> Deed:
    return Deed(
        number=row["number"],
        id=row["id"],
        product=row["product"],
        edition=row["edition"].hex(),
        act=Act(row["what"]),
        actor=row["actor"],
        reason=row["reason"],
        recorded_at=row["recorded_at"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        gate=row["gate"],
        failed_gates=tuple(row["failed_gates"]),
        arm=row["arm"],
        detail=row["detail"],
    )
