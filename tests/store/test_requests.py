"""The memory of commands: what was carried out is found under its caller's id, once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.errors import Broken
from creditline.ids import id_from
from creditline.store import requests
from creditline.store.connect import Database
from creditline.store.requests import Recorded
from tests.ledger.a_line import BOOKED_AT, LINE

DECLINED = Recorded(
    id=id_from("declined", at=BOOKED_AT),
    kind="open",
    line=LINE,
    digest=b"\x00\xff",
    amount_minor=None,
    accepted_minor=0,
    happened_at=BOOKED_AT,
    recorded_at=BOOKED_AT,
)
TAKEN = replace(
    DECLINED,
    id=id_from("taken", at=BOOKED_AT),
    kind="repay",
    amount_minor=5,
    accepted_minor=3,
    excess_minor=2,
    recorded_at=BOOKED_AT + timedelta(seconds=1),
)


async def test_a_command_is_found_as_it_was_recorded(db: Database) -> None:
    async with db.transaction() as connection:
        await requests.record(connection, [DECLINED, TAKEN])
    async with db.reading() as connection:
        found = await requests.find(connection, [TAKEN.id, DECLINED.id, id_from("unknown", at=BOOKED_AT)])
        assert found == {DECLINED.id: DECLINED, TAKEN.id: TAKEN}
        assert await requests.of_line(connection, LINE, most=5) == [TAKEN, DECLINED]
        assert await requests.of_line(connection, LINE, most=1) == [TAKEN]


async def test_whoever_sends_an_id_that_is_being_carried_out_waits_and_then_finds_it(db: Database) -> None:
    async with db.transaction() as first:
        await requests.hold(first, [TAKEN.id, DECLINED.id])
        waiting = asyncio.create_task(found_after_waiting(db))
        assert await asyncio.wait([waiting], timeout=0.1) == (set(), {waiting})
        await requests.record(first, [TAKEN])
    assert await waiting == {TAKEN.id: TAKEN}


async def found_after_waiting(db: Database) -> dict[UUID, Recorded]:
    async with db.transaction() as connection:
        await requests.hold(connection, [DECLINED.id, TAKEN.id])
        return await requests.find(connection, [TAKEN.id])


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (replace(TAKEN, kind="gift"), "request_kind_check"),
        (replace(TAKEN, amount_minor=-1), "request_amount_minor_check"),
        (replace(TAKEN, accepted_minor=-1), "request_accepted_minor_check"),
        (replace(TAKEN, excess_minor=-1), "request_excess_minor_check"),
    ],
)
async def test_a_command_that_cannot_be_is_not_recorded(db: Database, wrong: Recorded, check: str) -> None:
    with pytest.raises(Broken, match=check):
        await record(db, wrong)


async def record(db: Database, one: Recorded) -> None:
    async with db.transaction() as connection:
        await requests.record(connection, [one])
