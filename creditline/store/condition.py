"""The condition the database is in, apart from what is in it: settings, guards, links, what is left lying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("condition")

LOOKS = (
    "guards_disabled",
    "guards_unhung",
    "constraints_unproven",
    "indexes_broken",
    "transactions_prepared",
    "transactions_endless",
    "slots_left",
    "tables_ageing",
)
"""Statements that find what should not be there, each row with its subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Which server answers, its clock, how many links it gives, and whether the database has our tables."""

    version_number: int
    version: str
    clock_at: datetime
    links_count: int
    is_ours: bool


async def server(db: Connection) -> Server:
    """Return what the server says of itself."""
    (row,) = await db.fetch(SQL["server"])
    return Server(**dict(row))


async def settings(db: Connection, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the value of each setting that the server knows, and the unit of a number, such as `ms`."""
    rows = await db.fetch(SQL["settings"], list(names))
    return {row["name"]: (row["setting"], row["unit"]) for row in rows}


async def look(db: Connection, statement: str) -> list[str]:
    """Return what one of LOOKS finds, in words."""
    return [row["subject"] for row in await db.fetch(SQL[statement])]


async def overdue(db: Connection, *, as_of: datetime) -> list[str]:
    """Return what should have been done a while ago, in words, the oldest first."""
    return [row["subject"] for row in await db.fetch(SQL["timers_overdue"], as_of)]
