import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from creditline.errors import Broken, Code, Conflict, CreditlineError
from creditline.store.connect import Database, connect
from creditline.store.identity import binaries
from creditline.store.migrate import STORE, create, migrate, migrations, prepare

FIRST = "create table line (id integer primary key);"
SECOND = (
    "alter table line add column drawn_minor bigint not null default 0; create index line_of on line (drawn_minor);"
)
BOTH = "create table line (id integer primary key, drawn_minor bigint not null default 0);\ncreate index line_of on line (drawn_minor);"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a folder with a schema and its migrations by name."""

    def written(schema: str = "", **steps: str) -> Path:
        (tmp_path / "migrations").mkdir(exist_ok=True)
        (tmp_path / "schema.sql").write_text(schema)
        for name, sql in steps.items():
            (tmp_path / "migrations" / f"{name.removeprefix('_')}.sql").write_text(sql)
        return tmp_path

    return written


@pytest.fixture
async def empty(empty_dsn: str) -> AsyncIterator[Database]:
    """A database without tables."""
    async with await connect(empty_dsn, size=2) as links:
        yield links


async def tables(db: Database) -> dict[str, list[str]]:
    async with db.reading() as link:
        rows = await link.fetch(
            "select table_name, array_agg(column_name::text order by ordinal_position) as columns "
            "from information_schema.columns where table_schema = 'public' and table_name <> 'migration' group by 1"
        )
    return {row["table_name"]: row["columns"] for row in rows}


async def recorded(db: Database) -> list[int]:
    async with db.reading() as link:
        return [row["number"] for row in await link.fetch("select number from migration order by number")]


def drawn(dsn: str) -> str:
    """Return everything that makes a database's tables what they are, as pg_dump writes it."""
    said = subprocess.run(
        [binaries() / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", dsn],
        capture_output=True,
        text=True,
        check=True,
    )
    # Each dump is closed with a random word of its own.
    lines = [
        line for line in said.stdout.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))
    ]
    return "\n".join(lines)


async def both_ways(empty_dsn: str, folder: Traversable) -> tuple[str, str]:
    """Return the tables as schema.sql draws them and as the migrations do, one after the other in the same place."""
    found = []
    for way in (create, migrate):
        async with await connect(empty_dsn, size=1) as db:
            async with db.alone() as link:
                await link.execute("drop schema public cascade; create schema public")
            await way(db, folder=folder)
            found.append(await asyncio.to_thread(drawn, empty_dsn))
    return found[0], found[1]


async def test_the_schema_is_what_the_migrations_lead_to(empty_dsn: str) -> None:
    drawn_at_once, drawn_in_steps = await both_ways(empty_dsn, STORE)
    assert "CREATE TABLE public.line_entry" in drawn_at_once
    assert drawn_at_once == drawn_in_steps


async def test_a_schema_that_is_written_otherwise_and_means_the_same_is_equal(empty_dsn: str, write: Write) -> None:
    at_once, in_steps = await both_ways(empty_dsn, write(BOTH, _0001_first=FIRST, _0002_second=SECOND))
    assert at_once == in_steps


@pytest.mark.slow
@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        BOTH.replace(" not null", ""),
        BOTH.replace("default 0", "default 1"),
        BOTH.replace("bigint", "integer"),
        BOTH.replace(" primary key", ""),
        BOTH + "create table more ();",
        BOTH + "alter table line add check (drawn_minor >= 0);",
        BOTH + "comment on table line is 'What was agreed.';",
        BOTH + "create function one() returns integer language sql as 'select 1';",
        re.sub("create index.*", "", BOTH),
        BOTH.replace("on line (drawn_minor)", "on line (id)"),
    ],
)
async def test_any_difference_between_schema_and_migrations_is_seen(empty_dsn: str, write: Write, other: str) -> None:
    at_once, in_steps = await both_ways(empty_dsn, write(other, _0001_first=FIRST, _0002_second=SECOND))
    assert at_once != in_steps


async def test_migrations_are_applied_in_order_and_once(empty: Database, write: Write) -> None:
    folder = write(_0001_first=FIRST)
    assert await migrate(empty, folder=folder) == (1,)
    assert await migrate(empty, folder=folder) == ()
    folder = write(_0002_second=SECOND, _0003_third="alter table line rename column drawn_minor to owed_minor")
    assert await migrate(empty, folder=folder) == (2, 3)
    assert await tables(empty) == {"line": ["id", "owed_minor"]}
    assert await recorded(empty) == [1, 2, 3]


async def test_one_that_fails_leaves_those_before_it_and_nothing_of_its_own(empty: Database, write: Write) -> None:
    folder = write(
        _0001_first=FIRST, _0002_second="create table half (); select 1 / 0", _0003_third="create table third ()"
    )
    with pytest.raises(Broken, match="division by zero"):
        await migrate(empty, folder=folder)
    assert await tables(empty) == {"line": ["id"]}
    assert await recorded(empty) == [1]
    assert await migrate(empty, folder=write(_0002_second=SECOND)) == (2, 3)


async def test_one_that_was_changed_after_it_was_applied_is_refused(empty: Database, write: Write) -> None:
    await migrate(empty, folder=write(_0001_first=FIRST))
    with pytest.raises(Broken, match=r"Migration 1 \(first\) was changed") as refused:
        await migrate(empty, folder=write(_0001_first=FIRST + "-- A word more.", _0002_second=SECOND))
    assert refused.value.code is Code.INVARIANT_BROKEN
    assert await recorded(empty) == [1]


async def test_line_ends_are_no_change(empty: Database, write: Write) -> None:
    await migrate(empty, folder=write(_0001_first="select 1;\nselect 2;\n"))
    folder = write()
    (folder / "migrations" / "0001_first.sql").write_bytes(b"select 1;\r\nselect 2;\r\n")
    assert await migrate(empty, folder=folder) == ()


async def test_a_database_that_is_newer_than_the_program_is_refused(empty: Database, write: Write) -> None:
    await migrate(empty, folder=write(_0001_first=FIRST, _0002_second=SECOND))
    folder = write()
    (folder / "migrations" / "0002_second.sql").unlink()
    for way in (migrate, prepare):
        with pytest.raises(Conflict, match=r"has had migration 2 \(second\), and this program knows 1") as refused:
            await way(empty, folder=folder)
        assert refused.value.code is Code.DATABASE_AHEAD


async def test_programs_that_migrate_together_do_it_once(empty_dsn: str, write: Write) -> None:
    folder = write(_0001_first=FIRST, _0002_second=SECOND, _0003_third="select pg_sleep(0.05)")
    pools = [await connect(empty_dsn, size=1) for _ in range(4)]
    applied = await asyncio.gather(*(migrate(pool, folder=folder) for pool in pools))
    assert sorted(number for numbers in applied for number in numbers) == [1, 2, 3]
    for pool in pools:
        await pool.close()


async def test_programs_that_prepare_together_do_it_once(empty_dsn: str, write: Write) -> None:
    folder = write(BOTH, _0001_first=FIRST, _0002_second=SECOND)
    pools = [await connect(empty_dsn, size=1) for _ in range(4)]
    assert await asyncio.gather(*(prepare(pool, folder=folder) for pool in pools)) == [()] * 4
    assert await recorded(pools[0]) == [1, 2]
    for pool in pools:
        await pool.close()


async def test_preparing_creates_or_brings_up_to_date_or_does_nothing(empty: Database, write: Write) -> None:
    assert await prepare(empty, folder=write(FIRST, _0001_first=FIRST)) == ()
    assert await recorded(empty) == [1]
    folder = write(BOTH, _0002_second=SECOND)
    assert await prepare(empty, folder=folder) == (2,)
    assert await prepare(empty, folder=folder) == ()
    assert await tables(empty) == {"line": ["id", "drawn_minor"]}


async def test_tables_of_another_program_are_left_alone(empty: Database, write: Write) -> None:
    folder = write(BOTH, _0001_first=FIRST)
    async with empty.alone() as link:
        await link.execute("create table theirs (id integer)")
    for way, told in ((prepare, "tables of another program"), (create, "has tables already")):
        with pytest.raises(Conflict, match=told) as refused:
            await way(empty, folder=folder)
        assert refused.value.code is Code.CONFIGURATION_INVALID
    assert await tables(empty) == {"theirs": ["id"]}


async def test_a_schema_that_fails_leaves_an_empty_database(empty: Database, write: Write) -> None:
    with pytest.raises(CreditlineError):
        await create(empty, folder=write(BOTH + "select 1 / 0", _0001_first=FIRST))
    assert await tables(empty) == {}
    await create(empty, folder=write(BOTH))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["_0002_second"], "numbered \\[2\\]"),
        (["_0001_first", "_0003_third"], "numbered \\[1, 3\\]"),
        (["_0001_first", "_0001_other"], "numbered \\[1, 1\\]"),
        (["_0000_none"], "numbered \\[0\\]"),
        (["first"], "first.sql is not a migration's name"),
        (["_1_first"], "1_first.sql is not a migration's name"),
    ],
)
def test_files_that_are_numbered_or_named_wrongly_are_refused(write: Write, names: list[str], told: str) -> None:
    with pytest.raises(Broken, match=told):
        migrations(write(**dict.fromkeys(names, "select 1")))


def test_what_is_no_migration_is_passed_over(write: Write) -> None:
    folder = write(_0001_first=FIRST)
    (folder / "migrations" / "README.md").touch()
    assert [(one.number, one.name, one.sql) for one in migrations(folder)] == [(1, "first", FIRST)]
