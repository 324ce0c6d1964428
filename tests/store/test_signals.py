"""Signals in the store: taken only with their line, the longest waiting first."""

from datetime import UTC, datetime, timedelta

from creditline.ids import id_from
from creditline.store import signals
from creditline.store.connect import Database
from creditline.store.signals import Signal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_the_longest_waiting_come_first(db: Database) -> None:
    old, new = id_from("old", at=NOW), id_from("new", at=NOW)
    raised = [Signal(line=new, since=NOW), Signal(line=old, since=NOW - timedelta(hours=1))]
    async with db.transaction() as connection:
        await signals.raise_of(connection, raised)
        await signals.raise_of(connection, [])
    async with db.reading() as connection:
        assert await signals.waiting(connection, besides=(), most=9) == [old, new]
        assert await signals.waiting(connection, besides=[old], most=9) == [new]
        assert await signals.earliest(connection) == NOW - timedelta(hours=1)
    async with db.transaction() as connection:
        assert await signals.take(connection, [old]) == [raised[1]]
        assert await signals.earliest(connection) == NOW
