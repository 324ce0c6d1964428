"""Facts about borrowers: intake that counts nothing twice, and reads that can be repeated exactly."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from creditline.clock import to_us
from creditline.events.frames import Facts, facts_of_arrays
from creditline.events.row import EventRow, digest_of
from creditline.events.undone import UNDONE_BY, Undone, tells_undone, with_undone
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The events of one borrower that a snapshot shows, and of those that were undone by which event, and from when on."""

    rows: tuple[EventRow, ...]
    undone: Mapping[UUID, tuple[UUID, datetime]]


COLUMNS = (
    "id", "number", "borrower", "happened_at", "recorded_at", "amount_minor", "currency", "code", "ref", "digest",
)  # fmt: skip
SENT = {
    "place": ">i4",
    "number": ">i2",
    "happened_at": ">i8",
    "recorded_at": ">i8",
    "amount_minor": ">i8",
    "code": ">i4",
}
"""The columns in which facts are fetched, and how the server lays out their numbers."""

SENT_EPOCH_US = 946_684_800_000_000
"""What the server counts microseconds from: 2000-01-01, in microseconds since 1970."""


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


async def signal_taken(db: Connection, heard: Collection[int]) -> None:
    """Have lines decided again on which something waits and whose borrower an event of a heard number, just taken, is of."""
    await db.execute(SQL["signal_staged"], sorted(heard))


async def record(db: Connection, rows: Sequence[EventRow]) -> None:
    """Record events that a flow itself made; their ids are its requests', which are new by now."""
    await db.add("event", [(*row, digest_of(row), None) for row in rows], columns=COLUMNS)


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
    sent = await db.fetchrow(SQL["facts_of_borrowers"], list(borrowers), seen, list(own))
    assert sent is not None
    column = {name: np.frombuffer(sent[name] or b"", dtype=layout) for name, layout in SENT.items()}
    found = facts_of_arrays(
        tuple(borrowers),
        borrower_index=column["place"].astype(np.int64),
        number=column["number"].astype(np.uint8),
        happened_us=column["happened_at"].astype(np.int64) + SENT_EPOCH_US,
        recorded_us=column["recorded_at"].astype(np.int64) + SENT_EPOCH_US,
        amount_minor=column["amount_minor"].astype(np.int64),
        code=column["code"].astype(np.int32),
    )
    if not tells_undone(found):
        return found
    rows = await db.fetch(SQL["undone_of_borrowers"], list(borrowers), seen, sorted(UNDONE_BY.values()))
    return with_undone(found, [_undone(row) for row in rows])


def _undone(row: Row) -> Undone:
    return Undone(
        place=row["place"],
        number=row["number"],
        happened_us=to_us(row["happened_at"]),
        recorded_us=to_us(row["recorded_at"]),
        amount_minor=row["amount_minor"],
        from_us=to_us(row["undone_from"]),
    )


async def of_borrower(db: Connection, borrower: str) -> list[EventRow]:
    """Return everything on record about a borrower, oldest first."""
    return [EventRow(*row) for row in await db.fetch(SQL["events_of_borrower"], borrower)]


async def find(db: Connection, event: UUID) -> EventRow | None:
    """Return an event by its id, or None."""
    row = await db.fetchrow(SQL["find_event"], event)
    return None if row is None else EventRow(*row)


async def last_told(db: Connection, borrower: str, numbers: Collection[int]) -> datetime | None:
    """Return when a fact of some types last happened to a borrower, None if none did."""
    at: datetime | None = await db.fetchval(SQL["last_told"], borrower, sorted(numbers))
    return at


async def seen_of(db: Connection, borrower: str, *, seen: str, own: UUID | None = None) -> Seen:
    """Return what `facts` would give of one borrower, event by event, oldest first, and what of it was undone."""
    undone = await db.fetch(SQL["undone_seen"], borrower, seen, sorted(UNDONE_BY.values()))
    return Seen(
        rows=tuple(EventRow(*row) for row in await db.fetch(SQL["events_seen"], borrower, seen, own)),
        undone={row["id"]: (row["by"], row["undone_from"]) for row in reversed(undone)},
    )


async def is_known(db: Connection, borrower: str) -> bool:
    """Say whether a borrower has ever been heard of."""
    return bool(await db.fetchval(SQL["is_known"], borrower))


async def counts(db: Connection) -> dict[int, int]:
    """Return how many events of each type number are on record."""
    return {row["number"]: row["events_count"] for row in await db.fetch(SQL["count_events"])}
