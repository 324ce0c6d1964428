"""Writes that wait: sent as one statement, in an order nobody can tell from sending them one by one."""

import re

import pytest

from creditline.errors import Broken, Code
from creditline.store.connect import Connection, Database
from creditline.store.later import Later, insert_of, joined

TABLES = """
create table fact (number integer primary key check (number < 10), word text, told_at timestamptz default now());
create table line_of (number integer not null, other integer references fact);
"""
DOUBLED = "update fact set word = new.word || new.word from unnest($1::fact[]) as new where fact.number = new.number"
COLUMNS = ("number", "word")


@pytest.fixture
async def facts(db: Database) -> Database:
    """A database with two small tables of our own."""
    async with db.alone() as link:
        await link.execute(TABLES)
    return db


async def words(db: Connection) -> dict[int, str]:
    return {row["number"]: row["word"] for row in await db.fetch("select number, word from fact")}


async def test_what_waits_is_seen_by_whatever_is_asked_next_and_by_everybody_after_the_commit(facts: Database) -> None:
    async with facts.transaction() as link:
        await link.add("fact", [(1, "a", None)], columns=COLUMNS)
        await link.add("line_of", [(7, 1)], columns=("number", "other"))
        await link.add("fact", [(2, "b", None)], columns=COLUMNS)
        assert await link.fetchval("select count(*) from fact where told_at is not null") == 2
        await link.add("fact", [(3, "c", None)], columns=COLUMNS)
    async with facts.reading() as link:
        assert await words(link) == {1: "a", 2: "b", 3: "c"}
        assert await link.fetchval("select other from line_of") == 1


async def test_rows_that_are_changed_as_soon_as_they_are_added_and_again_are_changed_each_time(facts: Database) -> None:
    async with facts.transaction() as link:
        await link.add("fact", [(1, "a", None)], columns=COLUMNS)
        await link.change("fact", [(1, "b", None)], by=DOUBLED)
        await link.change("fact", [(1, "c", None)], by=DOUBLED)
        await link.add("fact", [(2, "d", None)], columns=COLUMNS)
        assert await words(link) == {1: "cc", 2: "d"}


async def test_what_is_refused_is_told_at_the_commit_and_nothing_of_it_is_recorded(facts: Database) -> None:
    with pytest.raises(Broken) as refused:
        async with facts.transaction() as link:
            await link.add("fact", [(1, "a", None), (10, "too large", None)], columns=COLUMNS)
    assert refused.value.code is Code.INVARIANT_BROKEN
    async with facts.reading() as link:
        assert await words(link) == {}


async def test_a_block_that_raises_sends_nothing(facts: Database) -> None:
    async def add_and_fail() -> None:
        async with facts.transaction() as link:
            await link.add("fact", [(1, "a", None)], columns=COLUMNS)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await add_and_fail()
    async with facts.reading() as link:
        assert await words(link) == {}


async def test_a_link_on_which_every_statement_commits_keeps_nothing_waiting(facts: Database) -> None:
    async with facts.alone() as link:
        await link.add("fact", [(1, "a", None)], columns=COLUMNS)
        async with facts.reading() as other:
            assert await words(other) == {1: "a"}


async def test_a_table_that_is_called_as_a_type_of_the_server_is_ours(facts: Database) -> None:
    async with facts.alone() as link:
        await link.execute("create table box (number integer)")
        await link.add("box", [(1,)], columns=("number",))
        assert await link.fetchval("select number from box") == 1


def test_many_tables_are_one_statement_and_a_table_has_one_part() -> None:
    later, sql = Later(), insert_of("fact", COLUMNS)
    assert later.takes("fact", sql=sql, is_insert=True)
    later.put("fact", [(1, "a", None)], sql=sql)
    assert later.takes("fact", sql=sql, is_insert=True)
    assert not later.takes("fact", sql=DOUBLED, is_insert=False)
    assert not later.takes("fact", sql=insert_of("fact", ("number",)), is_insert=True)
    assert later.takes("line_of", sql=DOUBLED, is_insert=False)
    later.put("fact", [(2, "b", None)], sql=sql)
    later.put("line_of", [(3, 1)], sql=DOUBLED)
    statement, values = later.take()
    assert values == [[(1, "a", None), (2, "b", None)], [(3, 1)]]
    assert re.findall(r"\$\d", statement) == ["$1", "$2"]
    assert not later


def test_one_part_is_its_own_statement() -> None:
    assert joined((DOUBLED,)) == DOUBLED


def test_no_rows_are_nothing_to_send() -> None:
    later = Later()
    later.put("fact", [], sql=DOUBLED)
    assert not later
