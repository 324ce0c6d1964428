"""Outboxes: which decisions are still to be told to which outlet."""

from datetime import datetime
from uuid import UUID

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("outbox")


async def open_outlet(db: Connection, name: str, *, opened_at: datetime) -> None:
    """Let every decision wait for an outlet from now on; a second time changes nothing."""
    await db.execute(SQL["open_outlet"], name, opened_at)


async def take(db: Connection, outlet: str, *, most: int) -> list[UUID]:
    """Take up to `most` decisions that wait for an outlet, oldest first; they wait again unless this commits."""
    return sorted(row["decision"] for row in await db.fetch(SQL["take_waiting"], outlet, most))


async def waiting(db: Connection) -> dict[str, int]:
    """Return how many decisions wait for each outlet."""
    return {row["name"]: row["waiting_count"] for row in await db.fetch(SQL["count_waiting"])}
