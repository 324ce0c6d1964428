"""The book's statements: sums by day and account, and a gate that lets nothing be booked behind it."""

import asyncio
from datetime import date

import pytest

from creditline.clock import DAY, business_day
from creditline.errors import Code, Unavailable
from creditline.ledger.chart import Account
from creditline.store import book
from creditline.store.connect import Database
from tests.ledger.a_line import BOOKED_AT
from tests.store.a_book import a_book, a_new_line, drawing, opening, repaying, steps, write

DAY_OF_BOOK = business_day(BOOKED_AT)


async def test_sums_are_of_both_sides_and_of_no_later_day(db: Database) -> None:
    await a_book(db, drawing(4), repaying(1))
    async with db.reading() as connection:
        found = {one.account: one for one in await book.sums(connection, through=DAY_OF_BOOK)}
        assert await book.sums(connection, through=date(2026, 3, 1)) == []
    money = found[Account.RECEIVABLE]
    assert (money.debit_minor, money.credit_minor, money.debits_count, money.credits_count) == (4, 1, 1, 1)
    assert sum(one.debit_minor - one.credit_minor for one in found.values()) == 0


async def test_what_books_while_a_day_is_closed_is_waited_for_and_what_comes_after_is_refused(db: Database) -> None:
    done = steps(a_new_line(), opening)
    late = steps(a_new_line("late"), opening, first=7)

    async def close() -> None:
        async with db.transaction() as connection:
            await book.close_days(connection, [DAY_OF_BOOK], at=BOOKED_AT + DAY)

    async with db.transaction() as connection:
        await write(connection, done)
        closing = asyncio.create_task(close())
        await asyncio.sleep(0.05)
        assert not closing.done()
    await closing
    with pytest.raises(Unavailable) as refused:
        async with db.transaction() as connection:
            await write(connection, late)
    assert refused.value.code is Code.CLOCK_BEHIND
    async with db.transaction() as connection:
        seal = await book.seal_day(connection, DAY_OF_BOOK, previous=None, at=BOOKED_AT + DAY)
    assert seal.transfers_count == 1
