"""The life of editions on record: deeds in order, periods in two times, and what a turn decides by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.policy.life import Act, Deed, Period
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("policies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one snapshot shows: its facts, the number of the last act on policies, the periods, what arms run, which are stopped.

    `arms` are by edition and name, `stopped` by product.
    """

    seen: str
    number: int
    periods: tuple[Period, ...]
    arms: Mapping[str, Mapping[str, str]]
    stopped: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRun:
    """Which edition an arm runs, and whether it only says what it would decide."""

    arm: str
    edition: str
    is_shadow: bool


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
        arms={
            row["edition"].hex(): {arm: runs.hex() for arm, runs in zip(row["arms"], row["arms_run"], strict=True)}
            for row in known
        },
        stopped={row["product"]: frozenset(row["stopped_arms"]) for row in known},
    )


async def put_arms(db: Connection, edition: str, arms: Sequence[ArmRun]) -> None:
    """Keep which editions the arms of one run; those editions are stored before."""
    await db.execute(
        SQL["put_arms"],
        bytes.fromhex(edition),
        [one.arm for one in arms],
        [bytes.fromhex(one.edition) for one in arms],
        [one.is_shadow for one in arms],
    )


async def arms(db: Connection, edition: str) -> list[ArmRun]:
    """Return which editions the arms of one run."""
    rows = await db.fetch(SQL["read_arms"], bytes.fromhex(edition))
    return [ArmRun(arm=row["arm"], edition=row["runs"].hex(), is_shadow=row["is_shadow"]) for row in rows]


async def arms_seen(db: Connection, decisions: Sequence[UUID]) -> dict[UUID, tuple[str, frozenset[str]]]:
    """Return for decisions that arms may have made the edition then in force, and the arms then stopped."""
    rows = await db.fetch(SQL["arms_seen"], list(decisions))
    return {row["id"]: (row["edition"].hex(), frozenset(row["stopped_arms"])) for row in rows}


async def run_by(db: Connection, edition: str) -> list[str]:
    """Return the editions whose arms run one."""
    return [row["edition"].hex() for row in await db.fetch(SQL["run_by"], bytes.fromhex(edition))]


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
