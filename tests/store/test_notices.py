"""The database holds notices together: each under the id of a request, once, for good, and told once."""

from datetime import timedelta

import pytest

from creditline.decision.adverse import Act, Notice, Scope, Trigger, notice_of
from creditline.errors import Broken
from creditline.store import notices
from creditline.store.connect import Database
from tests.flows.an_act import blocked_by_hand
from tests.flows.desk import Desk, a_desk


async def a_notice(desk: Desk) -> Notice:
    act = await blocked_by_hand(desk)
    async with desk.db.reading() as connection:
        return (await notices.read(connection, [act]))[act].notice


async def test_a_notice_reads_as_it_was_written(db: Database) -> None:
    async with a_desk(db) as desk:
        kept = await a_notice(desk)
        act = Act(
            id=kept.act, line=kept.line, borrower=kept.borrower, product=kept.product, edition=kept.edition,
            trigger=Trigger.BLOCKED, scope=Scope.INDIVIDUAL, acted_at=kept.acted_at,
        )  # fmt: skip
        assert notice_of(act, desk.house.product(kept.product).law) == kept


@pytest.mark.parametrize(
    "statement",
    [
        "update notice set due_at = null",
        "delete from notice",
        "truncate notice cascade",
        "insert into notice select uuidv7(), line, borrower, product, edition, trigger, scope, acted_at, '', '', null from notice",
        "insert into notice_end select id, now(), 'post', ' ' from notice",
    ],
)
async def test_what_was_to_be_told_is_never_changed_lost_or_made_up(db: Database, statement: str) -> None:
    async with a_desk(db) as desk:
        await a_notice(desk)
        with pytest.raises(Broken):
            async with db.transaction() as connection:
                await connection.execute(statement)


async def test_the_first_telling_counts(db: Database) -> None:
    async with a_desk(db) as desk:
        kept, at = await a_notice(desk), desk.clock()
        async with db.transaction() as connection:
            for days in (0, 1):
                await notices.end(connection, kept.act, told_at=at + timedelta(days=days), way="post", teller="bo")
        async with db.reading() as connection:
            assert (await notices.read(connection, [kept.act]))[kept.act].told_at == at
            assert await notices.still_open(connection, due_by=None, most=9) == []
