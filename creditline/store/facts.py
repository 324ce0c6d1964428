"""Facts about borrowers: intake that counts nothing twice, and reads that can be repeated exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from creditline.events.frames import Facts, facts_of_arrays
from creditline.events.row import EventRow, digest_of
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("facts")

COLUMNS = (
    "id", "number", "borrower", "happened_at", "recorded_at", "amount_minor", "currency", "code", "ref", "digest",
)  # fmt: skip
FETCHED = ("place", "number", "happened_us", "recorded_us", "amount_minor", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a chunk: the ids that were new, and the places whose id is on record with other content."""

    new: frozenset[UUID]
    differing: frozenset[int]


async def take(db: Connection, rows: Sequence[EventRow]) -> Taken:
    """Record the events of a chunk that are new, inside the caller's transaction; repeats change nothing."""
    await db.execute(SQL["stage_events"])
    staged = [(place, *row, digest_of(row)) for place, row in enumerate(rows)]
    await db.copy_records_to_table("staged_event", records=staged, columns=("place", *COLUMNS))
    new = frozenset(row["id"] for row in await db.fetch(SQL["take_staged"]))
    if len(new) == len(rows):
        return Taken(new=new, differing=frozenset())
    return Taken(new=new, differing=frozenset(row["place"] for row in await db.fetch(SQL["differing_staged"])))


async def record(db: Connection, rows: Sequence[EventRow]) -> None:
    """Record events that a flow itself made; their ids are its requests', which are new by now."""
    records = [(*row, digest_of(row)) for row in rows]
    await db.copy_records_to_table("event", records=records, columns=COLUMNS)


async def snapshot(db: Connection) -> str:
    """Return which transactions are visible now, as text to store and to read facts by."""
    seen, _ = await snapshot_and_policies(db)
    return seen


async def snapshot_and_policies(db: Connection) -> tuple[str, int]:
    """Return which transactions are visible now, and the number of the last act on policies among them (0: none)."""
    row = await db.fetchrow(SQL["take_snapshot"])
    assert row is not None
    return row["seen"], row["policies_number"]


async def facts(db: Connection, borrowers: Sequence[str], *, seen: str, own: Sequence[UUID] = ()) -> Facts:
    """Return the facts of borrowers that a snapshot shows, ready for the profile kernel.

    `own` is empty, or names per borrower an event that counts although the snapshot does not show it.
    """
    rows = await db.fetch(SQL["facts_of_borrowers"], list(borrowers), seen, list(own))
    columns = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, len(FETCHED))
    place, number, happened_us, recorded_us, amount_minor, code = columns.T
    return facts_of_arrays(
        tuple(borrowers),
        borrower_index=place,
        number=number.astype(np.uint8),
        happened_us=happened_us,
        recorded_us=recorded_us,
        amount_minor=amount_minor,
        code=code.astype(np.int32),
    )


async def of_borrower(db: Connection, borrower: str) -> list[EventRow]:
    """Return everything on record about a borrower, oldest first."""
    return [EventRow(*row) for row in await db.fetch(SQL["events_of_borrower"], borrower)]


async def is_known(db: Connection, borrower: str) -> bool:
    """Say whether a borrower has ever been heard of."""
    return bool(await db.fetchval(SQL["is_known"], borrower))


async def counts(db: Connection) -> dict[int, int]:
    """Return how many events of each type number are on record."""
    return {row["number"]: row["events_count"] for row in await db.fetch(SQL["count_events"])}
