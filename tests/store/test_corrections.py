"""Corrections in the database: what a request takes back of another, once, and what breaks that is refused or found."""

from dataclasses import replace

import pytest

from creditline.errors import Broken
from creditline.flows.verify import verify
from creditline.ledger.allocation import Part
from creditline.ledger.book import Posting, Stamp, correct
from creditline.ledger.chart import Account, Movement
from creditline.ledger.line import Line
from creditline.store import corrections, limits, lines, requests
from creditline.store.connect import Connection, Database
from creditline.store.corrections import TakenBack
from creditline.store.requests import Recorded
from tests.store.a_book import a_new_line, drawing, opening, repaying, stamp, steps

LAW = "what is taken back was there, and is taken back once"
BREAKS = [
    # by hand                                                                    law
    ("delete from correction",                                                   LAW),
    ("update correction set amount_minor = amount_minor + 1",                    LAW),
    ("update correction set corrects = request",                                 LAW),
    ("update request set kind = 'draw' where kind = 'repay'",                    LAW),
    ("update request set line = id where kind = 'bounce'",                       LAW),
    ("delete from waiver",                                                       LAW),
    ("update waiver set request = (select id from request where kind = 'open')", LAW),
    ("delete from line_word where reason = 'R01'",                               "what no rule decided is answered for"),
]  # fmt: skip


def bouncing(line: Line, at: Stamp) -> Posting:
    money = ((Account.RECEIVABLE, Account.SETTLEMENT, 2),)
    return correct(line, Movement.REVERSE, drawn_minor=2, withheld_minor=-2, stamp=at, money=money)


def waiving(line: Line, at: Stamp) -> Posting:
    return correct(line, Movement.WAIVE, stamp=at, money=((Account.WAIVER_EXPENSE, Account.FEE_RECEIVABLE, 1),))


async def a_corrected_book(db: Database) -> list[Posting]:
    """Write a line of 10: 6 drawn, 2 repaid and owed again, and 1 forgiven."""
    done = steps(a_new_line(), opening, drawing(6), repaying(2), bouncing, waiving)
    async with db.transaction() as connection:
        kinds = (("open", 10), ("draw", 6), ("repay", 2), ("bounce", 2), ("waive", 1))
        await requests.record(connection, [recorded(one, *kind) for one, kind in zip(done, kinds, strict=True)])
        await lines.post(connection, [done])
        for posting, reason in ((done[3], "R01"), (done[4], "hardship")):
            await limits.say(connection, posting, authority="desk", reason=reason)
        await corrections.take_back(connection, [taken_back(done)])
        await corrections.waive(connection, done[4].entry.request, part=Part.FEE, loan=None, role="lead")
    return done


def taken_back(done: list[Posting]) -> TakenBack:
    return TakenBack(request=done[3].entry.request, corrects=done[2].entry.request, amount_minor=2, is_whole=True)


def recorded(posting: Posting, kind: str, accepted_minor: int) -> Recorded:
    at = posting.entry.booked_at
    return Recorded(
        id=posting.entry.request,
        kind=kind,
        line=posting.line.id,
        digest=b"d",
        amount_minor=accepted_minor,
        accepted_minor=accepted_minor,
        happened_at=at,
        recorded_at=at,
    )


@pytest.mark.parametrize(("by_hand", "law"), BREAKS)
async def test_what_breaks_a_correction_is_found(db: Database, by_hand: str, law: str) -> None:
    await a_corrected_book(db)
    assert law not in {one.law for one in await verify(db)}
    async with db.alone() as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(by_hand)
    assert law in {one.law for one in await verify(db)}


async def test_what_was_done_is_read_back_with_what_of_it_counts(db: Database) -> None:
    done = await a_corrected_book(db)
    async with db.reading() as connection:
        posted = await corrections.transfers_of(connection, [done[3].entry.request])
        assert await corrections.open_tranches_of(connection, [done[2].entry.request]) == []
    assert tuple(posted) == done[3].transfers


async def test_the_same_is_not_taken_back_twice_nor_more_than_there_was(db: Database) -> None:
    done = await a_corrected_book(db)
    once = taken_back(done)
    for again in (
        replace(once, request=done[4].entry.request, amount_minor=1),
        replace(once, request=done[4].entry.request, corrects=done[1].entry.request, amount_minor=7),
        replace(once, request=done[4].entry.request, corrects=done[1].entry.request, amount_minor=5),
        replace(once, request=done[4].entry.request),
    ):
        with pytest.raises(Broken):
            await take(db, again)


async def take(db: Database, one: TakenBack) -> None:
    async with db.transaction() as connection:
        await corrections.take_back(connection, [one])


async def test_only_what_was_repaid_is_owed_again_beyond_the_limit(db: Database) -> None:
    """The entry says what moved the line; without one that corrects, the guard refuses as ever."""
    async with db.transaction() as connection:
        done = steps(a_new_line(), opening, drawing(10))
        over = correct(
            done[-1].line,
            Movement.REVERSE,
            drawn_minor=3,
            stamp=stamp(2),
            money=((Account.RECEIVABLE, Account.SETTLEMENT, 3),),
        )
        await write_all(connection, [*done, over])
    assert over.line.over_minor == 3
    again = replace(over.line, drawn_minor=14, version=4)
    entry = replace(over.entry, version=4, movement=Movement.DRAW, drawn_minor=14)
    with pytest.raises(Broken, match="would be overdrawn"):
        await post(db, replace(over, line=again, entry=entry, transfers=()))


async def post(db: Database, posting: Posting) -> None:
    async with db.transaction() as connection:
        await lines.post(connection, [[posting]])


async def write_all(db: Connection, done: list[Posting]) -> None:
    await requests.record(db, [recorded(one, "draw", 0) for one in done])
    await lines.post(db, [done])
