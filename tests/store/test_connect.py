import asyncio
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Broken, Code, CreditlineError, Malformed, NotAllowed, Unavailable
from creditline.store import connect as chapter
from creditline.store.connect import SESSION, Database, connect, decode_snapshot, encode_snapshot
from creditline.store.embedded import EmbeddedServer
from creditline.store.translate import Stage, translation

FACT = "create table fact (number integer primary key check (number < 10))"

RAISE = "do $$ begin raise exception using errcode = '{state}', message = 'told'; end $$"


@pytest.fixture
async def facts(db: Database) -> Database:
    """A database with one small table of our own."""
    async with db.alone() as link:
        await link.execute(FACT)
    return db


async def insert(db: Database, *numbers: int, then: str = "select 1") -> None:
    async with db.transaction() as link:
        for number in numbers:
            await link.execute("insert into fact values ($1)", number)
        await link.execute(then)


async def count(db: Database) -> int:
    async with db.reading() as link:
        number: int = await link.fetchval("select count(*) from fact")
        return number


async def test_a_block_that_ends_is_committed_and_one_that_raises_is_undone(facts: Database) -> None:
    async def insert_and_fail() -> None:
        async with facts.transaction() as link:
            await link.execute("insert into fact values (3)")
            raise ZeroDivisionError

    await insert(facts, 1, 2)
    with pytest.raises(ZeroDivisionError):
        await insert_and_fail()
    assert await count(facts) == 2


async def test_every_way_of_asking_answers(facts: Database) -> None:
    async with facts.transaction() as link:
        await link.copy_records_to_table("fact", records=[(1,), (2,)], columns=("number",))
        rows = await link.fetch("select number, number * 2 as twice from fact order by number")
        assert [dict(row) for row in rows] == [{"number": 1, "twice": 2}, {"number": 2, "twice": 4}]
        assert [tuple(row) for row in rows] == [(1, 2), (2, 4)]
        row = await link.fetchrow("select 'a' as letter")
        assert row is not None
        assert (row["letter"], row[0], list(row.keys())) == ("a", "a", ["letter"])
        assert await link.fetchrow("select from fact where number > $1", 7) is None
        assert await link.fetchval("select max(number) from fact") == 2
        assert await link.execute("delete from fact") == "DELETE 2"


async def test_a_session_keeps_our_promises_whatever_the_server_says(db: Database) -> None:
    async with db.reading() as link:
        shown = {name: await link.fetchval(f"show {name}") for name in SESSION}
    assert shown == SESSION | {"timezone": "UTC", "idle_in_transaction_session_timeout": "15s", "lock_timeout": "10s"}


async def test_reading_sees_one_state_however_long_it_takes(facts: Database) -> None:
    async with facts.reading() as link:
        assert await link.fetchval("select count(*) from fact") == 0
        await insert(facts, 1)
        assert await link.fetchval("select count(*) from fact") == 0
    assert await count(facts) == 1


async def test_reading_cannot_write(facts: Database) -> None:
    with pytest.raises(Malformed, match="can only be read") as refused:
        async with facts.reading() as link:
            await link.execute("insert into fact values (1)")
    assert refused.value.code is Code.CONFIGURATION_INVALID


@pytest.mark.parametrize(
    ("sql", "kind", "code", "told"),
    [
        ("insert into fact values (10)", Broken, Code.INVARIANT_BROKEN, "constraint fact_number_check"),
        ("insert into fact values (1), (1)", Broken, Code.INVARIANT_BROKEN, "constraint fact_pkey"),
        ("insert into fact values (null)", Broken, Code.INVARIANT_BROKEN, "SQLSTATE 23502"),
        (RAISE.format(state="P0001"), Broken, Code.INVARIANT_BROKEN, "guard"),
        (RAISE.format(state="CL000"), Broken, Code.INVARIANT_BROKEN, "guard"),
        (RAISE.format(state="CL001"), Unavailable, Code.CLOCK_BEHIND, "are closed"),
        (RAISE.format(state="CL002"), NotAllowed, Code.OVERDRAWN, "has not the room"),
        (RAISE.format(state="25P03"), Unavailable, Code.DATABASE_BUSY, "idle"),
        (RAISE.format(state="40001"), Unavailable, Code.DATABASE_BUSY, "same id"),
        (RAISE.format(state="42501"), NotAllowed, Code.USER_FORBIDDEN, "Grant"),
        (RAISE.format(state="53100"), Unavailable, Code.DISK_FULL, "Free some space"),
        (RAISE.format(state="53200"), Unavailable, Code.MEMORY_SHORT, "memory"),
        (RAISE.format(state="53400"), Unavailable, Code.DATABASE_BUSY, "used up"),
        (RAISE.format(state="58030"), Unavailable, Code.DATABASE_UNREACHABLE, "files"),
        (RAISE.format(state="XX001"), Broken, Code.DATA_CORRUPT, "backup"),
        (RAISE.format(state="XX002"), Broken, Code.DATA_CORRUPT, "REINDEX"),
        ("set local statement_timeout = 10; select pg_sleep(9)", Unavailable, Code.DATABASE_BUSY, "too long"),
        ("select 1 / 0", Broken, Code.INVARIANT_BROKEN, "division by zero, SQLSTATE 22012"),
        ("select nothing", Broken, Code.INVARIANT_BROKEN, "fault of the engine"),
    ],
)
async def test_an_error_of_the_server_is_said_as_ours_and_nothing_is_recorded(
    facts: Database, sql: str, kind: type[CreditlineError], code: Code, told: str
) -> None:
    with pytest.raises(CreditlineError) as refused:
        await insert(facts, 5, then=sql)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert told in refused.value.message
    assert await count(facts) == 0


async def test_a_value_of_the_wrong_kind_is_our_bug(facts: Database) -> None:
    async with facts.alone() as link:
        for values in (["one"], [2**40], [], [1, 2]):
            with pytest.raises(Broken):
                await link.execute("insert into fact values ($1)", *values)
    assert await count(facts) == 0


async def test_two_that_wait_for_each_other_are_told_apart(facts: Database) -> None:
    await insert(facts, 1, 2)
    both = asyncio.Barrier(2)

    async def turn(first: int, second: int) -> None:
        async with facts.transaction() as link:
            await link.execute("select from fact where number = $1 for update", first)
            await both.wait()
            await link.execute("select from fact where number = $1 for update", second)

    ended = await asyncio.gather(turn(1, 2), turn(2, 1), return_exceptions=True)
    errors = [error for error in ended if error is not None]
    assert [(type(error), getattr(error, "code", None)) for error in errors] == [(Unavailable, Code.DATABASE_BUSY)]


async def test_a_lock_that_is_not_free_in_time_is_busy(facts: Database) -> None:
    await insert(facts, 1)
    async with facts.transaction() as holder:
        await holder.execute("select from fact for update")
        with pytest.raises(Unavailable, match="lock") as refused:
            await insert(facts, then="set local lock_timeout = 10; select from fact for update")
    assert refused.value.code is Code.DATABASE_BUSY


async def test_an_error_that_was_passed_over_is_not_taken_for_a_commit(facts: Database) -> None:
    async def insert_and_pass_over() -> None:
        async with facts.transaction() as link:
            await link.execute("insert into fact values (1)")
            with pytest.raises(Broken):
                await link.execute("select 1 / 0")

    with pytest.raises(Broken, match="had failed"):
        await insert_and_pass_over()
    assert await count(facts) == 0


async def deferred(db: Database, body: str) -> None:
    """Let a trigger of the table run while a transaction commits."""
    async with db.alone() as link:
        await link.execute(
            f"""
            create function at_commit() returns trigger language plpgsql as $$ begin {body}; return null; end $$;
            create constraint trigger at_commit after insert on fact deferrable initially deferred
                for each row execute function at_commit()
            """
        )


async def test_a_guard_that_refuses_at_the_commit_proves_that_nothing_was_recorded(facts: Database) -> None:
    await deferred(facts, "raise exception 'no' using errcode = 'check_violation'")
    with pytest.raises(Broken, match="Nothing was recorded"):
        await insert(facts, 1)
    assert await count(facts) == 0


async def test_a_link_that_breaks_before_the_commit_recorded_nothing(facts: Database) -> None:
    with pytest.raises(Unavailable, match="Nothing was recorded") as lost:
        await insert(facts, 1, then="select pg_terminate_backend(pg_backend_pid())")
    assert lost.value.code is Code.DATABASE_UNREACHABLE
    assert await count(facts) == 0


async def test_a_link_that_breaks_during_the_commit_leaves_the_outcome_unknown(facts: Database) -> None:
    await deferred(facts, "perform pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable, match="same id") as lost:
        await insert(facts, 1)
    assert lost.value.code is Code.OUTCOME_UNKNOWN
    assert await count(facts) == 0


async def test_a_commit_that_is_not_answered_in_time_leaves_the_outcome_unknown(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, "STATEMENT_SECONDS", 0.3)
    async with await connect(dsn, size=1) as slow:
        async with slow.alone() as link:
            await link.execute(FACT)
        await deferred(slow, "perform pg_sleep(5)")
        with pytest.raises(Unavailable) as lost:
            await insert(slow, 1)
        assert lost.value.code is Code.OUTCOME_UNKNOWN
        with pytest.raises(Unavailable, match="in time") as late:
            await insert(slow, then="select pg_sleep(5)")
        assert late.value.code is Code.DATABASE_BUSY
        assert await count(slow) == 0


async def test_a_statement_alone_that_loses_its_link_leaves_the_outcome_unknown(facts: Database) -> None:
    with pytest.raises(Unavailable) as lost:
        async with facts.alone() as link:
            await link.execute("select pg_terminate_backend(pg_backend_pid())")
    assert lost.value.code is Code.OUTCOME_UNKNOWN


async def test_links_that_were_cut_while_they_lay_idle_are_replaced_unseen(facts: Database) -> None:
    async def hold() -> None:
        async with facts.transaction() as link:
            await link.execute("select pg_sleep(0.1)")

    for _ in range(5):
        await asyncio.gather(*(hold() for _ in range(4)))
        async with facts.alone() as link:
            await link.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        await asyncio.gather(*(insert(facts) for _ in range(4)))


async def test_a_block_that_is_cancelled_is_undone_and_its_link_is_good_again(dsn: str) -> None:
    async with await connect(dsn, size=1) as one:
        async with one.alone() as link:
            await link.execute(FACT)
        for _ in range(5):
            working = asyncio.ensure_future(insert(one, 1, then="select pg_sleep(30)"))
            await asyncio.sleep(0.05)
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working
            assert await count(one) == 0


async def test_when_every_link_is_taken_the_next_is_told_so(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chapter, "WAIT_SECONDS", 0.05)
    async with await connect(dsn, size=1) as one, one.reading():
        with pytest.raises(Unavailable, match="larger pool") as refused:
            async with one.reading():
                pass
    assert refused.value.code is Code.DATABASE_BUSY


async def test_a_closed_pool_says_so(dsn: str) -> None:
    closed = await connect(dsn, size=1)
    await closed.close()
    with pytest.raises(Unavailable) as refused:
        await count(closed)
    assert refused.value.code is Code.DATABASE_UNREACHABLE


@pytest.mark.slow
async def test_a_server_without_a_free_connection_is_busy(folder: Path) -> None:
    few = {"max_connections": "3", "superuser_reserved_connections": "0", "max_wal_senders": "0"}
    async with EmbeddedServer(folder, settings=few) as server:
        taken = [await asyncpg.connect(server.dsn()) for _ in range(3)]
        with pytest.raises(Unavailable, match="no connection left") as refused:
            await connect(server.dsn(), size=1)
        assert refused.value.code is Code.DATABASE_BUSY
        for link in taken:
            await link.close()


@pytest.mark.parametrize(
    ("address", "kind", "code", "told"),
    [
        ("postgresql://u:hush@127.0.0.1:1/book", Unavailable, Code.DATABASE_UNREACHABLE, "book at 127.0.0.1"),
        ("postgresql:///book?host=/nowhere", Unavailable, Code.DATABASE_UNREACHABLE, "book at /nowhere"),
        ("mysql://u:hush@127.0.0.1/book", Malformed, Code.CONFIGURATION_INVALID, "postgresql://"),
        ("postgresql://u:hush@host:port/book", Malformed, Code.CONFIGURATION_INVALID, "postgresql://"),
        ("postgresql://u:hush@[host/book", Malformed, Code.CONFIGURATION_INVALID, "postgresql://"),
        ("", Malformed, Code.CONFIGURATION_INVALID, "postgresql://"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told_without_its_password(
    address: str, kind: type[CreditlineError], code: Code, told: str
) -> None:
    with pytest.raises(CreditlineError) as refused:
        await connect(address, size=1)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert told in refused.value.message
    assert "hush" not in refused.value.message


async def test_a_database_that_is_not_there_is_named(dsn: str) -> None:
    with pytest.raises(Malformed, match="no such database"):
        await connect(dsn.replace("/test_", "/untested_", 1), size=1)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(104, "Connection reset by peer"),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("unexpected"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        ValueError("what nobody thought of"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_no_proof_of_a_rollback_leaves_a_commit_unknown(error: Exception) -> None:
    for is_lost in (False, True):
        assert translation(error, stage=Stage.COMMIT, is_lost=is_lost).code is Code.OUTCOME_UNKNOWN
        assert translation(error, stage=Stage.WORK, is_lost=is_lost).code is not Code.OUTCOME_UNKNOWN
    assert translation(error, stage=Stage.ALONE, is_lost=True).code is Code.OUTCOME_UNKNOWN


XIDS = st.integers(3, 40) | st.integers(2**40, 2**40 + 3)


@st.composite
def snapshots(draw: st.DrawFn) -> str:
    """A snapshot as PostgreSQL writes it: ids in order, each once, the lowest running one first."""
    running = sorted(draw(st.sets(XIDS, max_size=4)))
    highest = max(running, default=draw(XIDS)) + 1
    return f"{running[0] if running else highest}:{highest}:{','.join(map(str, running))}"


@given(snapshots())
def test_a_snapshot_survives_being_sent(text: str) -> None:
    assert decode_snapshot(encode_snapshot(text)) == text


async def test_the_server_reads_a_snapshot_as_we_write_it(db: Database) -> None:
    texts = ["10:20:10,14,19", "10:10:", "1099511627786:1099511627789:1099511627786"]
    async with db.transaction() as link:
        await link.execute("create temporary table seen (place integer, snapshot pg_snapshot) on commit drop")
        await link.copy_records_to_table("seen", records=list(enumerate(texts)), columns=("place", "snapshot"))
        rows = await link.fetch("select snapshot, snapshot::text as text from seen order by place")
        assert [tuple(row) for row in rows] == [(text, text) for text in texts]
        now = await link.fetchrow("select pg_current_snapshot() as sent, pg_current_snapshot()::text as text")
        assert now is not None
        assert now["sent"] == now["text"]
