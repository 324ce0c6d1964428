"""Commands under their callers' ids: the memory that makes a repeat harmless."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from creditline.decision.outcome import Decision
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("requests")

COLUMNS = (
    "id",
    "kind",
    "line",
    "digest",
    "amount_minor",
    "accepted_minor",
    "excess_minor",
    "happened_at",
    "recorded_at",
)

_laid_out = attrgetter(*COLUMNS)
"""Lay a record out in the order of its columns; a loop over their names takes several times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One command as it was carried out; `digest` is of what the caller asked, amounts are minor units."""

    id: UUID
    kind: str
    line: UUID
    digest: bytes
    amount_minor: int | None
    accepted_minor: int
    excess_minor: int = 0
    happened_at: datetime
    recorded_at: datetime


def by_itself(decision: Decision, *, kind: str, accepted_minor: int = 0) -> Recorded:
    """Return the record of what the house asks itself about an amount, under the decision's own id."""
    return Recorded(
        id=decision.id,
        kind=kind,
        line=decision.line,
        digest=decision.id.bytes,
        amount_minor=decision.position.requested_minor,
        accepted_minor=accepted_minor,
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )


async def find(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Recorded]:
    """Return those of the requests that were already carried out."""
    return {row["id"]: Recorded(**dict(row)) for row in await db.fetch(SQL["find_requests"], list(ids))}


async def borne_by_events(db: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """Return those of the ids that an event bears and no request."""
    return [row["id"] for row in await db.fetch(SQL["borne_by_events"], list(ids))]


async def hold(db: Connection, ids: Sequence[UUID]) -> None:
    """Let no other transaction carry out a request under one of these ids before this one has ended."""
    await db.execute(SQL["hold_ids"], sorted(ids))


async def of_line(db: Connection, line: UUID, *, most: int) -> list[Recorded]:
    """Return a line's latest commands, newest first."""
    return [Recorded(**dict(row)) for row in await db.fetch(SQL["requests_of_line"], line, most)]


async def record(db: Connection, requests: Sequence[Recorded]) -> None:
    """Write commands that were just carried out."""
    await db.add("request", map(_laid_out, requests), columns=COLUMNS)
