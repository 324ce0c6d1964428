"""Days of lines in the database: claimed by one program at a time, written once, and never changed."""

import re
from datetime import date

import pytest

from creditline.clock import DAY
from creditline.errors import Broken, Code
from creditline.ids import id_from
from creditline.ledger.asset_class import ClassTerms
from creditline.ledger.day import line_day
from creditline.ledger.line import Line
from creditline.store import days
from creditline.store.connect import Connection, Database
from creditline.store.days import Closed, Moved
from tests.ledger.a_line import BOOKED_AT
from tests.store.a_book import a_book, drawing, stamp

DAY_OF_BOOK = BOOKED_AT.date()
EDITION = "0" * 64


async def an_owing_line(db: Database) -> Line:
    """Return a line that owes, of a book whose days are closed, as a loan of it would leave it."""
    line = await a_book(db, drawing(6))
    async with db.transaction() as link:
        await link.execute("insert into edition values ($1, 'p', 'e', now())", bytes(32))
        await link.execute("insert into line_close (line, next_on) values ($1, $2)", line.id, DAY_OF_BOOK)
        await days.begin(link, DAY_OF_BOOK, at=BOOKED_AT)
    return line


async def close(link: Connection, line: Line, day: date) -> None:
    result = line_day(line.id, day, (), ClassTerms())
    request = stamp(1).request
    await days.record(link, [Closed(result=result, request=request, edition=EDITION, closed_at=BOOKED_AT)])


def moved(line: Line, *, next_on: date, is_over: bool = False) -> Moved:
    return Moved(
        line=line.id,
        next_on=next_on,
        suspended_interest_minor=3,
        suspended_penalty_minor=4,
        is_late=True,
        is_over=is_over,
    )


async def test_the_first_word_about_when_closing_begins_stands(db: Database) -> None:
    async with db.transaction() as link:
        assert await days.begins_on(link) is None
        assert await days.begin(link, DAY_OF_BOOK, at=BOOKED_AT) == DAY_OF_BOOK
        assert await days.begin(link, DAY_OF_BOOK + DAY, at=BOOKED_AT) == DAY_OF_BOOK
        assert await days.begins_on(link) == DAY_OF_BOOK


async def test_a_line_is_claimed_by_one_program_and_passed_over_by_others(db: Database) -> None:
    line = await an_owing_line(db)
    async with db.transaction() as ours, db.transaction() as theirs:
        (mine,) = await days.claim(ours, through=DAY_OF_BOOK, most=9)
        assert (mine.line, mine.next_on, mine.is_late) == (line.id, DAY_OF_BOOK, False)
        assert await days.claim(theirs, through=DAY_OF_BOOK, most=9) == []
        assert await days.claim(ours, through=DAY_OF_BOOK - DAY, most=9) == []
        assert await days.claim(ours, through=DAY_OF_BOOK, most=9, besides=[line.id]) == []


async def test_a_line_moves_on_and_never_back(db: Database) -> None:
    line = await an_owing_line(db)
    async with db.transaction() as link:
        await days.move_on(link, [moved(line, next_on=DAY_OF_BOOK + DAY)])
        assert await days.behind(link, [line.id], through=DAY_OF_BOOK) == []
        assert await days.suspended(link, [line.id]) == {line.id: (3, 4)}
        await days.suspend(link, line.id, interest_minor=0, penalty_minor=0)
        assert await days.suspended(link, [line.id]) == {line.id: (0, 0)}
        assert await days.not_closed(link, through=DAY_OF_BOOK) == (0, None)
        assert await days.not_closed(link, through=DAY_OF_BOOK + DAY) == (1, DAY_OF_BOOK + DAY)
    with pytest.raises(Broken, match="a day that is closed stays so"):
        async with db.transaction() as link:
            await days.move_on(link, [moved(line, next_on=DAY_OF_BOOK)])
    async with db.transaction() as link:
        await days.move_on(link, [moved(line, next_on=DAY_OF_BOOK + DAY, is_over=True)])
        assert await days.suspended(link, [line.id]) == {}


async def test_a_day_of_a_line_is_written_once_and_read_in_order(db: Database) -> None:
    line = await an_owing_line(db)
    async with db.transaction() as link:
        for day in (DAY_OF_BOOK, DAY_OF_BOOK + DAY):
            await close(link, line, day)
        assert await days.last_closed_on(link) == DAY_OF_BOOK + DAY
        newest = await days.of_line(link, line.id, through=DAY_OF_BOOK + DAY, most=1)
        oldest = await days.between(link, line.id, since=DAY_OF_BOOK, through=DAY_OF_BOOK)
        assert [one.day for one in (*newest, *oldest)] == [DAY_OF_BOOK + DAY, DAY_OF_BOOK]
        (row,) = await days.classes(link, DAY_OF_BOOK)
        assert (row["asset_class"], row["bucket"], row["lines_count"]) == ("normal", "current", 1)
    with pytest.raises(Broken, match="line_day") as refused:
        async with db.transaction() as link:
            await close(link, line, DAY_OF_BOOK)
    assert refused.value.code is Code.INVARIANT_BROKEN


@pytest.mark.parametrize("table", ["line_day", "daily_close"])
async def test_what_was_closed_is_neither_changed_nor_forgotten(
    db: Database, subtests: pytest.Subtests, table: str
) -> None:
    line = await an_owing_line(db)
    async with db.transaction() as link:
        await close(link, line, DAY_OF_BOOK)
    for statement in (f"update {table} set {{}} = {{}}", f"delete from {table}", f"truncate {table}"):
        column = "line" if table == "line_day" else "begins_on"
        with subtests.test(statement), pytest.raises(Broken) as refused:
            async with db.transaction() as link:
                await link.execute(statement.format(column, column))
        assert re.search(r"\w+ is append-only", refused.value.message)


@pytest.mark.parametrize("named", ["$1, day + 1, request", "line, day + 1, $1"])
async def test_a_day_refers_to_what_is_there(db: Database, named: str) -> None:
    await close_one(db)
    unknown = id_from("unknown", at=BOOKED_AT)
    with pytest.raises(Broken, match="_fkey"):
        async with db.transaction() as link:
            await link.execute(
                f"insert into line_day select {named}, edition, dpd_days, bucket, asset_class, stage, "
                "is_non_accrual, 0, 0, 0, 0, 0, 0, 0, closed_at from line_day where $1::uuid is not null",
                unknown,
            )


async def close_one(db: Database) -> None:
    line = await an_owing_line(db)
    async with db.transaction() as link:
        await close(link, line, DAY_OF_BOOK)
