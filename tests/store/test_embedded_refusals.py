import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from creditline.errors import Broken, Code, CreditlineError, Malformed, NotAllowed, Unavailable
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.leftovers import servers_in
from creditline.store.symptoms import SYMPTOMS, from_log, from_system

pytestmark = pytest.mark.slow


def refusal(folder: Path, **settings: str) -> CreditlineError:
    """Start a server that cannot start; whatever the reason, nothing may keep running and the folder is named."""
    with pytest.raises(CreditlineError) as refused:
        EmbeddedServer(folder, settings=settings).start()
    assert servers_in(folder / "data") == []
    assert str(folder) in refused.value.message
    return refused.value


def claims_another_version(data: Path) -> None:
    (data / "PG_VERSION").write_text("17\n")


def loses_its_control_file(data: Path) -> None:
    (data / "global" / "pg_control").unlink()


def flips_a_bit_of_its_control_file(data: Path) -> None:
    control = data / "global" / "pg_control"
    content = bytearray(control.read_bytes())
    content[40] ^= 1
    control.write_bytes(content)


def loses_its_log_of_writes(data: Path) -> None:
    for segment in (data / "pg_wal").glob("0*"):
        segment.unlink()


def loses_its_version(data: Path) -> None:
    (data / "PG_VERSION").unlink()


def is_empty(data: Path) -> None:
    shutil.rmtree(data)
    data.mkdir()


def lets_others_in(data: Path) -> None:
    data.chmod(0o777)


@pytest.mark.parametrize(
    ("damage", "kind", "code", "told"),
    [
        (claims_another_version, Malformed, Code.DATABASE_VERSION, "initialized by PostgreSQL version 17"),
        (loses_its_control_file, Broken, Code.DATA_CORRUPT, "pg_control"),
        (flips_a_bit_of_its_control_file, Broken, Code.DATA_CORRUPT, "incorrect checksum in control file"),
        (loses_its_log_of_writes, Broken, Code.DATA_CORRUPT, "could not locate a valid checkpoint record"),
        (loses_its_version, Broken, Code.DATA_CORRUPT, "is not a valid data directory"),
        (is_empty, Broken, Code.DATA_CORRUPT, "could not access the server configuration file"),
        (lets_others_in, NotAllowed, Code.USER_FORBIDDEN, "invalid permissions"),
    ],
)
def test_a_damaged_folder_is_named_with_what_the_log_says(
    folder: Path, damage: Callable[[Path], None], kind: type[CreditlineError], code: Code, told: str
) -> None:
    damage(folder / "data")
    refused = refusal(folder)
    assert (type(refused), refused.code) == (kind, code)
    assert told in refused.message


@pytest.mark.parametrize(
    ("settings", "kind", "code", "told"),
    [
        ({"shared_buffers": "lots"}, Malformed, Code.CONFIGURATION_INVALID, "lots"),
        ({"shred_buffers": "1GB"}, Malformed, Code.CONFIGURATION_INVALID, "shred_buffers"),
        ({"max_connections": "-1"}, Malformed, Code.CONFIGURATION_INVALID, "outside the valid range"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    folder: Path, settings: dict[str, str], kind: type[CreditlineError], code: Code, told: str
) -> None:
    refused = refusal(folder, **settings)
    assert (type(refused), refused.code) == (kind, code)
    assert told in refused.message


def test_too_little_memory_is_told(folder: Path) -> None:
    """The limit is put on a program of its own, since nobody can take it off again."""
    script = f"""
import resource
from pathlib import Path
from creditline.errors import CreditlineError
from creditline.store.embedded import EmbeddedServer

resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
try:
    EmbeddedServer(Path({str(folder)!r}), settings={{"shared_buffers": "1GB"}}).start()
except CreditlineError as error:
    print(error.code, error.message)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert said.stdout.startswith("memory_short "), said.stderr
    assert "smaller shared_buffers" in said.stdout
    assert "Cannot allocate memory" in said.stdout


def test_a_refused_start_can_be_mended_and_tried_again_on_the_same_server(folder: Path) -> None:
    (folder / "data" / "PG_VERSION").write_text("17\n")
    server = EmbeddedServer(folder)
    with pytest.raises(Malformed):
        server.start()
    (folder / "data" / "PG_VERSION").write_text("18\n")
    assert server.start()
    server.stop()


@pytest.mark.parametrize(
    ("place", "kind", "code"),
    [
        ("file", Malformed, Code.CONFIGURATION_INVALID),
        ("file/below", Malformed, Code.CONFIGURATION_INVALID),
        ("n" * 256, Malformed, Code.PATH_TOO_LONG),
        ("n" * 200 + ("/" + "n" * 200) * 20, Malformed, Code.PATH_TOO_LONG),
    ],
    ids=["a file", "below a file", "a long name", "a long path"],
)
def test_a_place_that_can_hold_no_folder_is_refused(
    tmp_path: Path, place: str, kind: type[CreditlineError], code: Code
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CreditlineError) as refused:
        EmbeddedServer(tmp_path / place).start()
    assert (type(refused.value), refused.value.code) == (kind, code)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_we_may_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(NotAllowed) as refused:
        EmbeddedServer(tmp_path / "locked" / "db").start()
    assert refused.value.code is Code.USER_FORBIDDEN


@contextmanager
def disk(place: Path, size: str) -> Iterator[Path]:
    """Mount a small disk, which only root may do."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("size", ["4k", "100k", "5m", "20m", "33m"])
def test_a_disk_too_small_for_a_first_start_is_told_and_left_clean(tmp_path: Path, size: str) -> None:
    with disk(tmp_path / "disk", size) as place:
        refused = refusal(place / "db")
        assert (type(refused), refused.code) == (Unavailable, Code.DISK_FULL)
        assert not (place / "db" / "data").exists()
        assert not list(place.glob("db/unfinished-*"))


async def fill(db: Database) -> None:
    """Write a few million bytes at a time, past the log of writes, until the database's disk is full."""
    async with db.alone() as link:
        await link.execute("create unlogged table filler (bytes bytea)")
        await link.execute("alter table filler alter bytes set storage external")
    while True:
        async with db.transaction() as link:
            await link.execute(
                "insert into filler select decode(repeat('00', 1000000), 'hex') from generate_series(1, 4)"
            )


def fill_up(place: Path) -> None:
    with (place / "rest").open("wb", buffering=0) as rest:
        while True:
            rest.write(bytes(4096))


async def test_a_disk_that_fills_up_keeps_what_was_acknowledged_and_starts_again_with_room(
    made_folder: Path, tmp_path: Path
) -> None:
    with disk(tmp_path / "disk", "120m") as place:
        folder = shutil.copytree(made_folder, place / "db")
        (place / "ballast").write_bytes(bytes(8_000_000))
        server = EmbeddedServer(folder, settings={"max_wal_size": "32MB", "min_wal_size": "32MB"})
        async with await connect(server.start(), size=1) as db:
            async with db.alone() as link:
                await link.execute("create table kept as select 1 as number")
            with pytest.raises(Unavailable, match="Free some space") as refused:
                await fill(db)
            assert refused.value.code is Code.DISK_FULL
            server.stop()
            with pytest.raises(OSError, match="No space"):
                fill_up(place)
            told = refusal(folder)
            assert (type(told), told.code) == (Unavailable, Code.DISK_FULL)
            (place / "ballast").unlink()
            server.start()
            async with db.reading() as link:
                assert await link.fetchval("select count(*) from kept") == 1
        server.stop()


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=[symptom.code for symptom in SYMPTOMS])
def test_every_sign_is_told_as_its_own_symptom(symptom: object) -> None:
    for known in SYMPTOMS:
        if known is symptom:
            for sign in known.signs:
                told = from_log(f"FATAL:  {sign}\n", folder=Path("db"), doing="start")
                assert (type(told), told.code) == (known.kind, known.code)
                assert known.remedy in told.message


def test_memory_is_not_taken_for_the_disk() -> None:
    said = 'could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: No space left on device'
    assert from_log(said, folder=Path("db"), doing="start").code is Code.MEMORY_SHORT


def test_what_nobody_knows_is_quoted() -> None:
    told = from_log("FATAL:  the moon is in the wrong phase\n", folder=Path("db"), doing="start")
    assert told.code is Code.DATABASE_UNREACHABLE
    assert "the moon" in told.message
    assert "(it said nothing)" in from_log("", folder=Path("db"), doing="start").message


def test_what_the_system_refuses_for_no_known_reason_is_quoted() -> None:
    told = from_system(OSError(5, "Input/output error", "db/data"), folder=Path("db"))
    assert told.code is Code.DATABASE_UNREACHABLE
    assert "db/data: Input/output error" in told.message
