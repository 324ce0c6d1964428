"""Words, dated additions and closed lines in the database: what breaks their laws is found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditline.flows.verify import verify
from creditline.ledger.book import close, extend
from creditline.store import due, limits
from creditline.store.connect import Database
from creditline.store.due import TimerKind
from creditline.store.limits import Extra
from tests.ledger.a_line import BOOKED_AT
from tests.store.a_book import a_new_line, granting, opening, stamp, steps, write

UNTIL = BOOKED_AT + timedelta(days=30)
BREAKS = [
    # by hand                                              law
    ("delete from line_word",                              "what no rule decided is answered for"),
    ("update line_word set request = line",                "what no rule decided is answered for"),
    ("update line_word set version = version + 9",                   "what no rule decided is answered for"),
    ("delete from timer where kind = 'extra'",             "everything that is due has a timer"),
    ("update line_extra set ends_at = now()",              "everything that is due has a timer"),
    ("update line set closed_at = null where granted_minor = 0", "a block, a cap and the dates of a line are those of its entries"),
    ("update line set extra_minor = 0, extra_ends_at = null, granted_minor = 0, closed_at = now()", "a block, a cap and the dates of a line are those of its entries"),
]  # fmt: skip


async def a_book_of_limits(db: Database) -> None:
    """Write a line of 10 cut to 5 with 3 added until a month from now, and another that was opened and closed."""
    done = steps(
        replace(a_new_line(), opened_at=stamp(0).booked_at),
        opening,
        granting(5),
        lambda line, at: extend(line, 3, until=UNTIL, stamp=at),
    )
    over = steps(
        replace(a_new_line("over"), opened_at=stamp(10).booked_at),
        opening,
        lambda line, at: close(line, stamp=at),
        first=10,
    )
    async with db.transaction() as connection:
        await write(connection, done, over)
        for posting in (*done[1:], over[1]):
            await limits.say(connection, posting, authority="desk", reason="test")
        extra = Extra(request=done[2].entry.request, line=done[2].line.id, ends_at=UNTIL)
        await limits.add(connection, extra)
        await due.set_timers(connection, TimerKind.EXTRA, [(extra.request, UNTIL)])
        assert await limits.extras(connection, [extra.request]) == [extra]
        assert await limits.unused(connection, [done[2].line.id, over[1].line.id]) == [done[2].line.id]


@pytest.mark.parametrize(("by_hand", "law"), BREAKS)
async def test_what_breaks_a_limit_is_found(db: Database, by_hand: str, law: str) -> None:
    await a_book_of_limits(db)
    assert law not in {one.law for one in await verify(db)}
    async with db.alone() as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(by_hand)
    assert law in {one.law for one in await verify(db)}
