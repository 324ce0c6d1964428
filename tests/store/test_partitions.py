"""Tables that grow are kept by the time in their ids; nothing is refused for its time, and nothing is lost on the way there."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file
from pathlib import Path

import pytest

from creditline.errors import Broken
from creditline.ids import new_id
from creditline.store import partitions
from creditline.store.connect import Connection, Database, connect
from creditline.store.migrate import STORE, migrate
from tests.store.a_book import a_book, drawing, repaying

NOW = datetime.now(UTC)
REQUEST = (
    "insert into request values ($1, 'void', $1, 'd', null, 0, 0, now(), now()) returning tableoid::regclass::text"
)


@pytest.fixture
async def link(db: Database) -> AsyncIterator[Connection]:
    async with db.transaction() as connection:
        yield connection


async def home_of(link: Connection, at: datetime) -> str:
    """Return the partition a request with an id of that time is kept in."""
    name: str = await link.fetchval(REQUEST, new_id(at))
    return name


async def test_a_new_database_has_the_coming_months(link: Connection) -> None:
    assert await partitions.missing(link, as_of=NOW) == []
    assert await partitions.make_coming(link, as_of=NOW) == []
    assert await home_of(link, NOW) == f"request_{NOW:%Y_%m}"


async def test_no_time_is_refused(link: Connection) -> None:
    assert await home_of(link, datetime(1999, 12, 31, tzinfo=UTC)) == "request_before"
    assert await home_of(link, datetime(2199, 1, 1, tzinfo=UTC)) == "request_beyond"


async def test_coming_partitions_are_made_once_and_used(link: Connection) -> None:
    later = datetime(2031, 11, 5, tzinfo=UTC)
    names = {
        f"{kept}_{month}"
        for kept in ("request", "transfer", "decision", "line_day", "shadow")
        for month in ("2031_11", "2031_12", "2032_01")
    }
    assert set(await partitions.missing(link, as_of=later)) == names | {"event_2031", "event_2032"}
    assert set(await partitions.make_coming(link, as_of=later)) == names | {"event_2031", "event_2032"}
    assert await partitions.make_coming(link, as_of=later) == []
    assert await home_of(link, datetime(2031, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)) == "request_2031_12"
    assert await home_of(link, datetime(2032, 1, 1, tzinfo=UTC)) == "request_2032_01"


async def test_a_month_whose_rows_came_before_it_stays_where_they_are(link: Connection) -> None:
    early = datetime(2031, 12, 5, tzinfo=UTC)
    assert await home_of(link, early) == "request_beyond"
    made = await partitions.make_coming(link, as_of=early - timedelta(days=30))
    assert "request_2031_12" not in made
    assert "transfer_2031_12" in made
    assert await home_of(link, early) == "request_beyond"
    assert await partitions.missing(link, as_of=early, ahead=timedelta()) == ["request_2031_12"]


@pytest.mark.parametrize("session_zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
async def test_months_begin_at_midnight_utc_whatever_the_session_says(link: Connection, session_zone: str) -> None:
    await link.execute(f"set local timezone = '{session_zone}'")
    await partitions.make_coming(link, as_of=datetime(2040, 3, 1, tzinfo=UTC))
    assert await home_of(link, datetime(2040, 3, 1, tzinfo=UTC)) == "request_2040_03"
    assert await home_of(link, datetime(2040, 2, 29, 23, 59, tzinfo=UTC)) == "request_beyond"


async def test_a_new_partition_is_guarded_like_its_table(db: Database) -> None:
    later = datetime(2031, 11, 5, tzinfo=UTC)
    async with db.transaction() as link:
        await partitions.make_coming(link, as_of=later)
        await home_of(link, later)
    for statement in (
        "update request_2031_11 set kind = kind",
        "delete from request_2031_11",
        "truncate request_2031_11",
    ):
        with pytest.raises(Broken, match="request is append-only"):
            async with db.transaction() as link:
                await link.execute(statement)


REFERENCES = [
    # what is written, with an id that nothing has                                                       refusal
    ("insert into line_entry select $1, 9, request, 'block', 0, 0, 0, 0, now() from line_entry limit 1", "line"),
    ("insert into line_entry select line, 9, $1, 'block', 0, 0, 0, 0, now() from line_entry limit 1", "request"),
    ("insert into transfer select $1, 0, line, 4, 2, 1, now() from line_entry limit 1", "request"),
    ("insert into transfer select request, 9, $1, 4, 2, 1, now() from line_entry limit 1", "line"),
    ("insert into reservation select $1, line, 1, now() from line_entry limit 1", "id"),
    ("insert into reservation select request, $1, 1, now() from line_entry limit 1", "line"),
    ("insert into tranche select $1, line, $1, 1, 1, '2030-01-01', 'c', sha256 from line_entry, edition limit 1", "decision"),
]  # fmt: skip


async def test_nothing_refers_to_what_is_not_there(db: Database, subtests: pytest.Subtests) -> None:
    await a_book(db, drawing(6))
    async with db.transaction() as link:
        await link.execute("insert into edition values (sha256('e'), 'p', 'e', now())")
    for statement, key in REFERENCES:
        with subtests.test(statement), pytest.raises(Broken, match=f"_{key}_fkey"):
            async with db.transaction() as link:
                await link.fetch(statement, new_id(NOW))


async def everything(db: Database) -> dict[str, list[str]]:
    """Return every row of every table, which partitions are kept in or not."""
    async with db.reading() as link:
        tables = await link.fetch(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition "
            "and relnamespace = 'public'::regnamespace and relname <> 'migration'"
        )
        found = {}
        for table in (row["relname"] for row in tables):
            rows = await link.fetch(f"select t::text as words from {table} t order by 1")
            found[table] = [row["words"] for row in rows]
        return found


async def columns_of(link: Connection) -> dict[str, list[str]]:
    """Return the columns a row of each table is written with."""
    rows = await link.fetch(
        "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace "
        "and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and c.relname <> 'migration' order by a.attnum"
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["relname"], []).append(row["attname"])
    return found


async def copied(book: Connection, old: Connection) -> None:
    """Write a book's rows into a database of an earlier layout, column by column, as they would have been written then."""
    await old.execute("set local session_replication_role = replica")
    written = await columns_of(book)
    for table, columns in (await columns_of(old)).items():
        kept = [column for column in columns if column in written.get(table, [])]
        if kept:
            rows = await book.fetch(f"select {', '.join(kept)} from {table}")
            await old.execute(f"delete from {table}")
            await old.copy_records_to_table(table, records=[tuple(row) for row in rows], columns=kept)


async def test_an_old_database_keeps_every_row_when_its_tables_are_partitioned(
    db: Database, empty_dsn: str, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    with as_file(STORE / "migrations") as all_of_them:
        before = [file for file in sorted(all_of_them.glob("*.sql")) if file.name < "0004"]
        for file in before:
            shutil.copy(file, folder)
        line = await a_book(db, drawing(6), repaying(2))
        async with await connect(empty_dsn, size=2) as early:
            await migrate(early, folder=tmp_path)
            async with db.reading() as book, early.transaction() as link:
                await copied(book, link)
                await link.execute("insert into timer values ($1, 'tranche', now())", line.id)
            old = await everything(early)
            assert len(old["line_entry"]) == 3
            shutil.copy(all_of_them / "0004_partitions.sql", folder)
            assert (await migrate(early, folder=tmp_path))[0] == 4
            new = await everything(early)
    assert {name: rows for name, rows in new.items() if rows} == {name: rows for name, rows in old.items() if rows}
