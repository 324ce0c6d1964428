"""Lines and their books: what is posted is read back as it was, in the order it happened."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from creditline.errors import Broken
from creditline.ids import id_from
from creditline.ledger.book import Posting
from creditline.store import lines
from creditline.store.connect import Database
from tests.ledger.a_line import OPENED_AT
from tests.store.a_book import a_book, a_new_line, blocking, capping, drawing, granting, opening, repaying, steps, write

UNKNOWN = id_from("nobody's line", at=OPENED_AT)
FIRST = UUID(int=0)
MOVES = (drawing(6), repaying(2), granting(12), granting(1), capping(3), blocking("fraud"), repaying(4))


async def test_a_line_is_read_as_it_was_posted(db: Database) -> None:
    line = await a_book(db, *MOVES)
    async with db.transaction() as connection:
        assert await lines.read(connection, [line.id]) == {line.id: line}
        assert await lines.lock(connection, [line.id, line.id]) == {line.id: line}
        assert await lines.of_borrower(connection, "ada") == [line]
    assert (line.drawn_minor, line.withheld_minor, line.self_limit_minor, line.block_reason) == (0, 6, 3, "fraud")


async def test_an_unknown_line_is_simply_absent(db: Database) -> None:
    async with db.transaction() as connection:
        assert await lines.read(connection, [UNKNOWN]) == {}
        assert await lines.lock(connection, [UNKNOWN]) == {}
        assert await lines.of_borrower(connection, "nobody") == []
        assert await lines.entries(connection, UNKNOWN) == []
        assert await lines.transfers(connection, UNKNOWN) == []


async def test_entries_and_transfers_are_read_in_the_order_of_the_books(db: Database) -> None:
    line = await a_book(db, *MOVES)
    done = steps(a_new_line(), opening, *MOVES)
    async with db.reading() as connection:
        assert await lines.entries(connection, line.id) == [posting.entry for posting in done]
        assert await lines.transfers(connection, line.id) == [one for posting in done for one in posting.transfers]


async def test_a_batch_posts_lines_with_different_numbers_of_movements_together(db: Database) -> None:
    first = steps(a_new_line("first"), opening, drawing(3), repaying(1))
    second = steps(a_new_line("second"), opening, first=3)
    async with db.transaction() as connection:
        await write(connection, first, second)
    async with db.reading() as connection:
        read = await lines.read(connection, [first[0].line.id, second[0].line.id])
        assert await lines.entries(connection, second[0].line.id) == [second[0].entry]
    assert read == {own[-1].line.id: own[-1].line for own in (first, second)}


async def test_one_wrong_line_refuses_its_whole_batch(db: Database) -> None:
    first = steps(a_new_line("first"), opening)
    second = steps(a_new_line("second"), opening, drawing(3), first=1)
    skipping = [second[0], replace(second[1], line=replace(second[1].line, version=3))]
    with pytest.raises(Broken, match="goes from version 1 to 3"):
        await posted(db, first, skipping)
    async with db.reading() as connection:
        assert await lines.page(connection, after=FIRST, most=10) == []


async def posted(db: Database, *books: Sequence[Posting]) -> None:
    async with db.transaction() as connection:
        await write(connection, *books)


async def test_a_book_is_read_a_page_at_a_time(db: Database) -> None:
    opened = [steps(a_new_line(f"line {number}"), opening, first=number) for number in range(3)]
    await posted(db, *opened)
    async with db.reading() as connection:
        first = await lines.page(connection, after=FIRST, most=2)
        rest = await lines.page(connection, after=first[-1].id, most=2)
    assert [line.id for line in (*first, *rest)] == sorted(postings[0].line.id for postings in opened)
    assert (len(first), len(rest)) == (2, 1)


async def test_the_book_is_summed_by_product_and_currency(db: Database) -> None:
    await a_book(db, drawing(6), repaying(2), blocking("fraud"))
    async with db.reading() as connection:
        (total,) = await lines.totals(connection)
    assert dict(total) == {
        "product": "consumer_revolving", "currency": "CNY", "lines_count": 1, "granted_minor": 10, "drawn_minor": 4,
        "reserved_minor": 0, "withheld_minor": 2, "blocked_count": 1,
    }  # fmt: skip


async def test_a_locked_line_makes_writers_wait_and_readers_not(db: Database) -> None:
    line = await a_book(db)
    locked, done = asyncio.Event(), asyncio.Event()
    order: list[str] = []

    async def first() -> None:
        async with db.transaction() as connection:
            await lines.lock(connection, [line.id])
            locked.set()
            await done.wait()
            order.append("first")

    async def second() -> None:
        await locked.wait()
        async with db.reading() as connection:
            assert await lines.read(connection, [line.id]) == {line.id: line}
        order.append("reader")
        done.set()
        async with db.transaction() as connection:
            await lines.lock(connection, [line.id])
            order.append("second")

    await asyncio.gather(first(), second())
    assert order == ["reader", "first", "second"]
