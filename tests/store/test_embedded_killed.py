import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from creditline.errors import Code, Unavailable
from creditline.store.connect import connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.identity import binaries, identity_for
from creditline.store.leftovers import record_of, servers_in

pytestmark = pytest.mark.slow

OWNER = """
import os, signal, sys, time
from pathlib import Path
from creditline.store.embedded import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]))
{before}
print(server.start(), flush=True)
{after}
"""
WAITING = "time.sleep(600)"


@contextmanager
def program(folder: Path, after: str = WAITING, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run another program that owns the folder; give it once its server runs, and leave nothing of it."""
    script = OWNER.format(after=after, before=before)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as owner:
        try:
            assert owner.stdout is not None
            assert before or owner.stdout.readline().startswith("postgresql://")
            yield owner
        finally:
            with suppress(ProcessLookupError):
                os.killpg(owner.pid, signal.SIGKILL)
            owner.wait()
            until(lambda: not servers_in(folder / "data"))


def until(is_so: Callable[[], bool], *, within_seconds: float = 20) -> None:
    deadline = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def kill(server: EmbeddedServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.pid is None)


async def written(dsn: str) -> int:
    link = await asyncpg.connect(dsn)
    try:
        await link.execute("create table if not exists fact (number integer)")
        await link.execute("insert into fact values (1)")
        number: int = await link.fetchval("select count(*) from fact")
        return number
    finally:
        await link.close()


async def test_a_killed_server_starts_again_with_everything_acknowledged(folder: Path) -> None:
    server = EmbeddedServer(folder)
    assert await written(server.start()) == 1
    kill(server)
    assert await written(server.start()) == 2
    server.stop()


async def test_a_pool_finds_the_server_again_after_both_were_cut(folder: Path) -> None:
    server = EmbeddedServer(folder)
    async with await connect(server.start(), size=2) as db:
        async with db.alone() as link:
            await link.execute("create table fact (number integer)")
        for _ in range(3):
            kill(server)
            server.start()
            with suppress(Unavailable):
                async with db.transaction() as link:
                    await link.execute("insert into fact values (1)")
            async with db.transaction() as link:
                assert await link.fetchval("select count(*) from fact") is not None
    server.stop()


async def test_processes_that_outlive_a_killed_server_are_ended_first(folder: Path) -> None:
    server = EmbeddedServer(folder)
    link = await asyncpg.connect(server.start())
    busy = asyncio.ensure_future(link.execute("do 'begin loop end loop; end'"))
    await asyncio.sleep(0.2)
    kill(server)
    assert servers_in(server.data)
    dsn = server.start()
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await asyncio.wait_for(busy, 10)
    assert await written(dsn) == 1
    server.stop()


async def test_a_killed_program_takes_its_server_along(folder: Path) -> None:
    with program(folder) as owner:
        assert servers_in(folder / "data")
        owner.kill()
        until(lambda: not servers_in(folder / "data"))
        assert not (folder / "data" / "postmaster.pid").exists(), "it was an orderly stop"
        async with EmbeddedServer(folder) as server:
            assert await written(server.dsn()) == 1


async def test_starting_right_after_the_kill_of_a_program_works(folder: Path) -> None:
    for count in (1, 2, 3):
        with program(folder) as owner:
            owner.kill()
            owner.wait()
            async with EmbeddedServer(folder) as server:
                assert await written(server.dsn()) == count


async def test_starting_right_after_program_and_server_were_killed_works(folder: Path) -> None:
    with program(folder) as owner:
        pids = [owner.pid, int(record_of(folder / "data")[0])]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        owner.wait()
        async with EmbeddedServer(folder) as server:
            assert await written(server.dsn()) == 1


async def test_a_server_nobody_owns_is_stopped_in_good_order_and_replaced(folder: Path) -> None:
    data = folder / "data"
    command = identity_for(data).command(
        str(binaries() / "postgres"), "-D", str(data), "-c", "listen_addresses=", "-k", str(folder)
    )
    orphan = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL, start_new_session=True)
    until(lambda: "ready" in "".join(record_of(data)[7:8]))
    assert await written(f"postgresql://creditline@/postgres?host={folder}") == 1
    async with EmbeddedServer(folder) as server:
        assert await orphan.wait() == 0
        assert await written(server.dsn()) == 2


async def test_a_number_that_another_program_has_since_been_given_harms_nobody(folder: Path) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "600")
    record = f"{stranger.pid}\n{folder / 'data'}\n0\n5432\n\n\n  1 1\nready\n"
    (folder / "data" / "postmaster.pid").write_text(record)
    async with EmbeddedServer(folder) as server:
        assert await written(server.dsn()) == 1
    assert stranger.returncode is None
    stranger.kill()
    assert await stranger.wait() == -signal.SIGKILL


async def test_a_first_start_that_was_killed_half_way_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    with program(folder, before="Path(sys.argv[1]).mkdir()") as owner:
        until(lambda: any(folder.glob("unfinished-*/base")))
        owner.kill()
        owner.wait()
        assert not (folder / "data").exists()
        async with EmbeddedServer(folder) as server:
            assert await written(server.dsn()) == 1
    async with EmbeddedServer(folder):
        pass
    assert not list(folder.glob("unfinished-*"))


def test_a_second_program_is_told_which_one_has_the_folder(folder: Path) -> None:
    with (
        program(folder) as owner,
        pytest.raises(Unavailable, match=f"in use by process {owner.pid}.*CREDITLINE_DSN") as refused,
    ):
        EmbeddedServer(folder).start()
    assert refused.value.code is Code.DATABASE_BUSY


async def test_a_second_start_in_the_same_program_is_refused_and_harms_nothing(folder: Path) -> None:
    async with EmbeddedServer(folder) as server:
        with pytest.raises(Unavailable, match=f"in use by process {os.getpid()}"):
            EmbeddedServer(folder).start()
        assert await written(server.dsn()) == 1


@pytest.mark.parametrize(
    "end",
    ["", "raise SystemExit(3)", "1 / 0", "os.kill(os.getpid(), signal.SIGTERM)"],
    ids=["at its end", "by exit", "by an error", "by a polite signal"],
)
def test_a_program_that_ends_stops_its_server_in_good_order(folder: Path, end: str) -> None:
    with program(folder, after=f"sys.stderr = open(os.devnull, 'w'); {end or 'pass'}") as owner:
        owner.wait()
        until(lambda: not servers_in(folder / "data"))
    assert not (folder / "data" / "postmaster.pid").exists()
    assert "database system is shut down" in (folder / "server.log").read_text()


def test_a_child_of_the_program_does_not_stop_the_server(folder: Path) -> None:
    after = (
        "child = os.fork() or sys.exit(server.stop()); os.waitpid(child, 0); print(server.pid, flush=True); " + WAITING
    )
    with program(folder, after=after) as owner:
        assert owner.stdout is not None
        assert int(owner.stdout.readline()) in servers_in(folder / "data")


def test_a_break_from_the_keyboard_reaches_the_program_and_not_its_server(folder: Path) -> None:
    after = f"""
try:
    print("waiting", flush=True)
    {WAITING}
except KeyboardInterrupt:
    time.sleep(0.3)
    print(server.pid, flush=True)
"""
    with program(folder, after=after) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "waiting\n"
        os.killpg(owner.pid, signal.SIGINT)
        assert owner.stdout.readline().strip() != "None"
        assert owner.wait() == 0


async def test_a_thread_that_ends_does_not_take_the_server_along(folder: Path) -> None:
    server = EmbeddedServer(folder)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    await asyncio.sleep(0.2)
    assert server.pid is not None
    assert await written(server.dsn()) == 1
    server.stop()


async def test_a_server_killed_during_a_commit_leaves_the_outcome_unknown(folder: Path) -> None:
    server = EmbeddedServer(folder)
    async with await connect(server.start(), size=1) as db:
        async with db.alone() as link:
            await link.execute(
                """
                create table fact (number integer);
                create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end';
                create constraint trigger slow after insert on fact deferrable initially deferred
                    for each row execute function wait()
                """
            )

        async def insert() -> None:
            async with db.transaction() as link:
                await link.execute("insert into fact values (1)")

        inserting = asyncio.ensure_future(insert())
        await asyncio.sleep(0.3)
        for pid in servers_in(server.data):
            os.kill(pid, signal.SIGKILL)
        until(lambda: server.pid is None)
        with pytest.raises(Unavailable, match="same id") as lost:
            await asyncio.wait_for(inserting, 10)
        assert lost.value.code is Code.OUTCOME_UNKNOWN
        server.start()
        async with db.reading() as link:
            assert await link.fetchval("select count(*) from fact") == 0
    server.stop()
