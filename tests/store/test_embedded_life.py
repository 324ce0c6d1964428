import asyncio
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from creditline.errors import Code, Malformed, NotAllowed
from creditline.store import launch
from creditline.store.embedded import SETTINGS, EmbeddedServer
from creditline.store.identity import Identity, identity_for, namespaces_work
from creditline.store.leftovers import servers_in

pytestmark = pytest.mark.slow

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
WITH_NAMESPACES = pytest.mark.skipif(not namespaces_work(), reason="this machine allows no user namespaces")

START_AND_ASK = """
import asyncio, os, sys
from pathlib import Path
import asyncpg
from creditline.errors import CreditlineError
from creditline.store.embedded import EmbeddedServer
from creditline.store.identity import identity_for

async def main():
    try:
        async with EmbeddedServer(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
            link = await asyncpg.connect(server.dsn())
            answer = await link.fetchval("select 6 * 7")
            await link.close()
        print(os.geteuid(), identity_for(server.data).way, answer)
    except CreditlineError as error:
        print(error.code, error.message)

asyncio.run(main())
"""


async def ask(dsn: str, sql: str) -> object:
    link = await asyncpg.connect(dsn)
    try:
        return await link.fetchval(sql)
    finally:
        await link.close()


async def tell(dsn: str, sql: str) -> None:
    link = await asyncpg.connect(dsn)
    try:
        await link.execute(sql)
    finally:
        await link.close()


def runs_as(server: EmbeddedServer) -> int:
    """Return the user whose the server's process is, seen from outside of its namespace."""
    return Path(f"/proc/{server.pid}").stat().st_uid


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder below one that everybody may pass through, as /var/lib is."""
    above = Path(tempfile.mkdtemp(prefix="creditline-test-"))
    above.chmod(0o755)
    yield above / "db"
    shutil.rmtree(above)


async def test_the_first_start_makes_a_database_that_keeps_its_promises(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path / "new" / "db") as server:
        link = await asyncpg.connect(server.dsn())
        shown = {
            name: await link.fetchval(f"show {name}")
            for name in ("data_checksums", "server_encoding", "listen_addresses")
        }
        shown |= {name: await link.fetchval(f"show {name}") for name in SETTINGS}
        locale = await link.fetchval(
            "select datlocprovider::text || datlocale from pg_database where datname = 'postgres'"
        )
        await link.close()
        assert shown == {
            **SETTINGS,
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "listen_addresses": "",
            "wal_compression": "pglz",
        }
        assert locale == "bC.UTF-8"
        assert mode(server.folder) == mode(server.data) == mode(server.folder / "socket") == 0o700
        assert mode(server.log) == 0o600
        assert {
            line.split()[0]: line.split()[-1]
            for line in (server.data / "pg_hba.conf").read_text().splitlines()
            if line[:1].isalpha()
        } == {
            "local": "trust",
            "host": "reject",
        }


async def test_a_stopped_server_keeps_what_it_was_told(folder: Path) -> None:
    async with EmbeddedServer(folder) as server:
        await tell(server.dsn(), "create table fact as select 1 as number")
    async with EmbeddedServer(folder) as server:
        assert await ask(server.dsn(), "select count(*) from fact") == 1
    assert servers_in(folder / "data") == []


def test_starting_and_stopping_twice_is_as_good_as_once(folder: Path) -> None:
    server = EmbeddedServer(folder)
    dsn, pid = server.start(), server.pid
    assert (server.start(), server.pid) == (dsn, pid)
    server.stop()
    server.stop()
    assert server.pid is None


async def test_a_cancelled_start_leaves_nothing_running(folder: Path) -> None:
    server = EmbeddedServer(folder)
    starting = asyncio.ensure_future(server.__aenter__())
    await asyncio.sleep(0.02)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert server.pid is None
    assert servers_in(server.data) == []


async def test_a_stop_does_not_wait_for_clients(folder: Path) -> None:
    server = EmbeddedServer(folder)
    link = await asyncpg.connect(server.start())
    asking = asyncio.ensure_future(link.fetchval("select pg_sleep(60)"))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(asyncio.to_thread(server.stop), 10)
    with pytest.raises(asyncpg.PostgresError):
        await asking


@pytest.mark.parametrize(
    "name",
    ["with a space", "it's", 'a "quoted" one', "a,comma", "50%", "a:b", "a&b=c#d?", "信用", "-dash", "back\\slash"],
)
async def test_a_folder_may_have_any_name(made_folder: Path, tmp_path: Path, name: str) -> None:
    place = shutil.copytree(made_folder, tmp_path / name)
    async with EmbeddedServer(place) as server:
        assert await ask(server.dsn(), "select 6 * 7") == 42


async def test_a_path_too_long_for_a_socket_gets_a_short_private_one(made_folder: Path, tmp_path: Path) -> None:
    place = shutil.copytree(made_folder, tmp_path / ("long" * 30))
    server = EmbeddedServer(place)
    server.start()
    try:
        socket = server._socket
        assert socket.parent == Path(tempfile.gettempdir())
        assert mode(socket) == 0o700
        assert await ask(server.dsn(), "select 6 * 7") == 42
    finally:
        server.stop()
    assert not socket.exists()


def test_where_no_socket_fits_the_path_is_refused_in_words(
    made_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = shutil.copytree(made_folder, tmp_path / ("long" * 30))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with pytest.raises(Malformed, match="longer than the 107 bytes") as refused:
        EmbeddedServer(place).start()
    assert refused.value.code is Code.PATH_TOO_LONG
    assert servers_in(place / "data") == []


def test_a_socket_folder_prepared_by_somebody_else_is_not_used(
    made_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = shutil.copytree(made_folder, tmp_path / ("long" * 30))
    with tempfile.TemporaryDirectory() as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        server = EmbeddedServer(place)
        server.start()
        server.stop()
        (tmp_path / "elsewhere").mkdir()
        server._socket.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(NotAllowed, match="Remove it") as refused:
            server.start()
        monkeypatch.undo()
    assert refused.value.code is Code.USER_FORBIDDEN
    assert server.pid is None


@AS_ROOT
@WITH_NAMESPACES
async def test_root_in_a_namespace_changes_no_owner_and_needs_no_open_door(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    async with EmbeddedServer(home / "db", settings={"fsync": "off"}, way="namespace") as server:
        assert await ask(server.dsn(), "select 6 * 7") == 42
        assert runs_as(server) == 0
    assert {path.stat().st_uid for path in (home / "db").rglob("*")} == {0}
    assert mode(home) == 0o700


@AS_ROOT
async def test_root_without_namespaces_becomes_nobody_and_remains_it(open_folder: Path) -> None:
    for way in ("drop", None):
        async with EmbeddedServer(open_folder, settings={"fsync": "off"}, way=way) as server:
            assert await ask(server.dsn(), "select 6 * 7") == 42
            number = runs_as(server)
            assert number != 0
        assert {path.stat().st_uid for path in server.data.rglob("*")} == {number}
    assert mode(open_folder) == 0o700


@AS_ROOT
async def test_root_may_give_up_namespaces_later(folder: Path, open_folder: Path) -> None:
    place = shutil.copytree(folder, open_folder)
    async with EmbeddedServer(place, way="drop") as server:
        assert await ask(server.dsn(), "select 6 * 7") == 42
    assert identity_for(server.data).way == "drop"


@AS_ROOT
def test_nobody_is_told_who_may_not_pass(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with pytest.raises(NotAllowed, match="pass through the folders above") as refused:
        EmbeddedServer(home / "db", way="drop").start()
    assert refused.value.code is Code.USER_FORBIDDEN


@AS_ROOT
@WITH_NAMESPACES
@pytest.mark.parametrize(("number", "way"), [(1, "plain"), (54321, "namespace")], ids=["named", "without a name"])
def test_an_ordinary_user_starts_it_as_well(tmp_path: Path, number: int, way: str) -> None:
    """A namespace is as good as another user, and can read this environment wherever it is."""
    command = Identity(way="namespace", number=number).command(
        sys.executable, "-c", START_AND_ASK, str(tmp_path / "db")
    )
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout == f"{number} {way} 42\n", said.stderr


@AS_ROOT
@WITH_NAMESPACES
def test_an_ordinary_user_is_told_whose_folder_it_is(folder: Path) -> None:
    os.chown(folder / "data", 65534, -1)
    command = Identity(way="namespace", number=1).command(sys.executable, "-c", START_AND_ASK, str(folder))
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout.startswith("user_forbidden "), said.stderr
    assert "belongs to user 65534, and this program runs as user 1" in said.stdout


@pytest.mark.parametrize(
    ("identity", "program", "parent", "told"),
    [
        (Identity(way="plain", number=0), "/nowhere/x", 0, "plain: No such file or directory: /nowhere/x"),
        (Identity(way="plain", number=0), "/bin/true", 1, "plain: the program that asked for this start has ended: 1"),
        pytest.param(
            *(
                Identity(way="drop", number=65534),
                "/nowhere/x",
                0,
                "drop: user 65534 cannot reach the program: /nowhere/x",
            ),
            marks=AS_ROOT,
        ),
    ],
    ids=["no program", "no parent", "no way there"],
)
def test_a_launch_that_cannot_be_says_why_in_one_line(identity: Identity, program: str, parent: int, told: str) -> None:
    said = subprocess.run(identity.command(program, parent=parent), capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (launch.FAILED_STATUS, f"launch {told}\n")
