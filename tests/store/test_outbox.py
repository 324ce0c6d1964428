"""Decisions wait for every outlet from their own transaction on, and not a moment before."""

import pytest

from creditline.errors import CreditlineError
from creditline.store import outbox
from creditline.store.connect import Database
from tests.flows.desk import Desk, a_desk

NEVER = RuntimeError("the block failed")


async def test_without_an_outlet_nothing_waits(db: Database) -> None:
    async with a_desk(db) as desk:
        await desk.draw(await desk.open(), 100)
        async with db.reading() as connection:
            assert await outbox.waiting(connection) == {}
            assert await connection.fetchval("select count(*) from outbox") == 0


async def test_each_outlet_is_owed_every_decision_once(db: Database) -> None:
    async with a_desk(db) as desk:
        line = await desk.open()
        async with db.transaction() as connection:
            for name in ("nats", "letters", "nats"):
                await outbox.open_outlet(connection, name, opened_at=desk.clock())
        drawn = [await desk.draw(line, 100) for _ in range(3)]
        async with db.reading() as connection:
            assert await outbox.waiting(connection) == {"letters": 3, "nats": 3}
        async with db.transaction() as connection:
            taken = await outbox.take(connection, "nats", most=2)
            owed = sorted(one.decision.id for one in drawn)
            assert taken == owed[:2]
            async with db.transaction() as other:
                assert await outbox.take(other, "nats", most=2) == owed[2:]
        async with db.reading() as connection:
            assert await outbox.waiting(connection) == {"letters": 3, "nats": 0}


async def test_what_is_not_committed_is_not_told(db: Database) -> None:
    async with a_desk(db) as desk:
        line = await desk.open()
        await open_nats(desk)
        async with db.alone() as connection:
            await connection.execute(
                "create function fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"
            )
            await connection.execute(
                "create constraint trigger fail after insert on decision deferrable initially "
                "deferred for each row execute function fail()"
            )
        with pytest.raises(CreditlineError):
            await desk.draw(line, 100)
        async with db.alone() as connection:
            await connection.execute("drop trigger fail on decision")
        async with db.reading() as connection:
            assert await outbox.waiting(connection) == {"nats": 0}


async def test_what_could_not_be_told_waits_again(db: Database) -> None:
    async with a_desk(db) as desk:
        line = await desk.open()
        await open_nats(desk)
        drawn = await desk.draw(line, 100)
        with pytest.raises(RuntimeError):
            await take_and_fail(db)
        async with db.transaction() as connection:
            assert await outbox.take(connection, "nats", most=10) == [drawn.decision.id]


async def take_and_fail(db: Database) -> None:
    async with db.transaction() as connection:
        await outbox.take(connection, "nats", most=10)
        raise NEVER


async def open_nats(desk: Desk) -> None:
    async with desk.db.transaction() as connection:
        await outbox.open_outlet(connection, "nats", opened_at=desk.clock())
