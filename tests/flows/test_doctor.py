"""The doctor finds what is set or left otherwise than the engine needs it, each damage done by hand here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from creditline.clock import MovedClock, system_clock
from creditline.flows.doctor import REMEDIES, SETTINGS, Found, Grade, examine
from creditline.store import condition
from creditline.store.connect import Database, connect
from tests.flows.an_act import blocked_by_hand
from tests.flows.desk import STARTS_AT, a_desk

UNSAFE = {"fsync", "full_page_writes"}
"""What the tests' own server goes without, because it need not survive."""

OFF = {
    "synchronous_commit": ("off", Grade.WRONG),
    "default_transaction_isolation": ("serializable", Grade.WRONG),
    "idle_in_transaction_session_timeout": ("0", Grade.WRONG),
    "lock_timeout": ("0", Grade.WRONG),
    "TimeZone": ("Asia/Shanghai", Grade.WRONG),
    "session_replication_role": ("replica", Grade.WRONG),
    "zero_damaged_pages": ("on", Grade.WRONG),
    "statement_timeout": ("5000", Grade.ADVICE),
    "jit": ("on", Grade.ADVICE),
}


async def ill(db: Database, *, links_count: int = 4) -> dict[str, Found]:
    """Return what is not as it should be, besides what the tests' server goes without."""
    found = await examine(db, system_clock, links_count=links_count)
    return {one.name: one for one in found if one.grade is not Grade.FINE and one.name not in UNSAFE}


@asynccontextmanager
async def by_hand(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    link = await asyncpg.connect(dsn)
    yield link
    await link.close()


async def test_a_new_database_is_well_once_its_partitions_are_made(db: Database) -> None:
    found = await examine(db, system_clock, links_count=4)
    assert {one.name for one in found} >= {one.name for one in SETTINGS} | REMEDIES.keys()
    assert set(await ill(db)) <= {"partitions_missing", "data_checksums"}


@pytest.mark.parametrize("name", OFF)
async def test_a_setting_that_is_off_is_told_with_what_to_do(db: Database, dsn: str, name: str) -> None:
    """A pooler in between, or somebody's `alter role`, could do this to our sessions."""
    value, grade = OFF[name]
    async with await connect(dsn, size=1) as own:
        async with own.alone() as link:
            await link.execute(f"set {name} = '{value}'")
        found = (await ill(own))[name]
    assert found.grade is grade
    assert "Run: alter" in found.words or "or run: alter" in found.words
    assert name in found.words
    assert name not in await ill(db)


async def test_what_our_links_ask_for_wins_over_what_the_database_says(dsn: str) -> None:
    async with by_hand(dsn) as link:
        name = await link.fetchval("select current_database()")
        await link.execute(f"alter database {name} set synchronous_commit = off")
    async with await connect(dsn, size=1) as own:
        assert "synchronous_commit" not in await ill(own)


DAMAGE = [
    ("guards_disabled", "alter table line disable trigger line_guard", "line_guard on line"),
    ("guards_unhung", "drop trigger line_guard on line", "guard_line"),
    ("constraints_unproven", "alter table edition add check (product <> 'x') not valid", "edition_product_check"),
    (
        "indexes_broken",
        "update pg_index set indisvalid = false where indexrelid = 'timer_by_due'::regclass",
        "timer_by_due",
    ),
    (
        "timers_overdue",
        "insert into timer values (uuidv7(), 'tranche', now() - interval '1 hour')",
        "tranche",
    ),
    (
        "days_behind",
        "insert into daily_close values (true, '2026-01-01', now()); insert into line_close values (uuidv7(), '2026-01-03')",
        "1 lines, the first from 2026-01-03 on",
    ),
]


@pytest.mark.parametrize(("look", "damage", "says"), DAMAGE, ids=[look for look, _, _ in DAMAGE])
async def test_what_is_left_or_taken_away_is_found(db: Database, dsn: str, look: str, damage: str, says: str) -> None:
    assert look not in await ill(db)
    async with by_hand(dsn) as link:
        await link.execute(damage)
    found = (await ill(db))[look]
    assert says in found.value
    assert found.words == REMEDIES[look][1]
    assert found.grade is REMEDIES[look][0]


async def test_every_look_has_words_and_runs(db: Database) -> None:
    assert set(condition.LOOKS) < set(REMEDIES)
    async with db.reading() as connection:
        for look in condition.LOOKS:
            assert isinstance(await condition.look(connection, look), list), look


async def test_clocks_that_are_apart_and_too_many_links_are_told(db: Database) -> None:
    assert (await ill(db, links_count=10_000))["links"].words.startswith("This program opens up to 10000 links")
    later = MovedClock(system_clock() + timedelta(minutes=1))
    (drift,) = [one for one in await examine(db, later, links_count=4) if one.name == "clock drift"]
    assert drift.grade is Grade.WRONG
    assert 50 < float(drift.value.removesuffix(" s")) <= 60, "A busy machine takes some of the minute to look."


async def test_tables_older_than_the_program_are_told(db: Database, dsn: str) -> None:
    async with by_hand(dsn) as link:
        await link.execute("delete from migration where number = (select max(number) from migration)")
    assert (await ill(db))["migrations"].grade is Grade.ADVICE


async def test_a_notice_that_nobody_told_in_time_is_wrong(db: Database) -> None:
    async with a_desk(db) as desk:
        act = await blocked_by_hand(desk)
        for days, told in ((2, "none"), (3, f"{act}, due 2026-03-05")):
            desk.clock.move_to(STARTS_AT + timedelta(days=days, seconds=1))
            by_name = {one.name: one for one in await examine(db, desk.clock, links_count=4)}
            assert by_name["notices_overdue"].value == told
        assert by_name["notices_overdue"].grade is Grade.WRONG
