"""Partitions by time: made before their time comes, so that no row has to go where everything else goes."""

from datetime import datetime, timedelta

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("partitions")

AHEAD = timedelta(days=62)
"""How far ahead partitions are made: two whole months, so that a worker may be away for one and nobody notices."""


async def make_coming(db: Connection, *, as_of: datetime) -> list[str]:
    """Make the partitions of now and of the time ahead that are not there yet; return their names.

    Raise `Unavailable` where a long transaction holds a table: try again later, there is time.
    """
    await db.execute(SQL["wait_briefly"])
    return [row["name"] for row in await db.fetch(SQL["make_partitions"], as_of, as_of + AHEAD)]


async def missing(db: Connection, *, as_of: datetime, ahead: timedelta = AHEAD) -> list[str]:
    """Return the names of the partitions that are not there, from the one of a moment to the one of a time ahead."""
    return [row["name"] for row in await db.fetch(SQL["missing_partitions"], as_of, as_of + ahead)]
