"""A full disk: a clear error with a code, nothing half done, and work as before once there is space again."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from creditline.errors import Code, Unavailable
from creditline.flows.verify import verify
from creditline.ledger.line import Line
from creditline.store.connect import Database
from tests.flows.desk import Desk, codes

FULL = """
create function no_space() returns trigger language plpgsql as $$
begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
end $$;
create trigger no_space before insert on {table} for each row execute function no_space();
"""
"""What the server says when a table cannot grow, said where it is wanted."""

WRITTEN = ("request", "line", "line_entry", "transfer", "decision", "event", "tranche", "timer")


async def counts(db: Database) -> list[int]:
    async with db.reading() as connection:
        return [await connection.fetchval(f"select count(*) from {table}") for table in WRITTEN]


async def late(desk: Desk) -> Line:
    """Return a line whose repayments are observed, so that a repayment writes into every table."""
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    return line


@pytest.mark.parametrize("table", ["event", "request", "line_entry", "transfer", "decision", "tranche", "timer"])
async def test_wherever_the_disk_is_full_nothing_is_half_done_and_the_same_request_works_later(
    desk: Desk, table: str
) -> None:
    line = await late(desk)
    before, asked = await counts(desk.db), [desk.repaying(line, 100), desk.repaying(line, 200)]
    async with desk.db.alone() as connection:
        await connection.execute(FULL.format(table=table))
    outcomes = await desk.repays(*asked)
    assert codes(outcomes) == [Code.DISK_FULL, Code.DISK_FULL]
    assert isinstance(outcomes[0], Unavailable)
    assert "Free some space" in outcomes[0].message
    assert await counts(desk.db) == before
    assert await desk.line(line) != line
    assert await verify(desk.db) == []
    async with desk.db.alone() as connection:
        await connection.execute(f"drop trigger no_space on {table}")
    assert codes(await desk.repays(*asked)) == ["observed", "observed"]
    assert (await desk.line(line)).withheld_minor == 300


async def test_a_sweeper_that_meets_a_full_disk_finds_its_work_again(desk: Desk) -> None:
    line = await late(desk)
    await desk.repay(line, 100)
    await desk.statement(line)
    async with desk.db.alone() as connection:
        await connection.execute(FULL.format(table="tranche_end"))
    with pytest.raises(Unavailable) as refused:
        await desk.wait(days=31)
    assert refused.value.code is Code.DISK_FULL
    assert (await desk.line(line)).withheld_minor == 100
    async with desk.db.alone() as connection:
        await connection.execute("drop trigger no_space on tranche_end")
    assert await desk.wait() == {"released": 1}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes, which only who may mount one gets."""
    if os.geteuid() != 0:
        pytest.skip("A small disk of its own needs the right to mount one.")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0777", "small", folder], check=False)
    if mounted.returncode:
        pytest.skip("This machine lets nobody mount a disk.")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def give_to_server(folder: Path, data: Path) -> None:
    """Let the server write into a folder, and pass through those above it that are ours."""
    owner = data.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)


@pytest.fixture
async def on_small_disk(db: Database, small_disk: Path) -> AsyncIterator[tuple[Database, Path]]:
    """A database whose decisions and events are kept on a small disk."""
    name = f"small_{uuid4().hex}"
    home = small_disk / "tablespace"
    home.mkdir()
    async with db.alone() as connection:
        give_to_server(home, Path(await connection.fetchval("show data_directory")))
        await connection.execute(f"create tablespace {name} location '{home}'")
        partitions = await connection.fetch(
            "select relid::text as part from pg_partition_tree('decision') where isleaf "
            "union all select relid::text from pg_partition_tree('event') where isleaf"
        )
        for row in partitions:
            await connection.execute(f"alter table {row['part']} set tablespace {name}")
    yield db, small_disk
    async with db.alone() as connection:
        for row in partitions:
            await connection.execute(f"alter table {row['part']} set tablespace pg_default")
        await connection.execute(f"drop tablespace {name}")


@pytest.mark.slow
async def test_a_disk_that_is_really_full_is_told_and_costs_nothing_that_was_answered(
    on_small_disk: tuple[Database, Path], desk: Desk
) -> None:
    db, disk = on_small_disk
    line = await desk.open(amount_minor=100_000)
    filler = disk / "filler"
    free = os.statvfs(disk)
    filler.write_bytes(b"\0" * max(0, free.f_bavail * free.f_bsize - 64 * 1024))
    told: list[Code | str] = []
    request = desk.drawing(line, 1)
    for _ in range(500):
        told += codes(await desk.draws(request))
        if told[-1] is Code.DISK_FULL:
            break
        await desk.wait(days=1)
        request = desk.drawing(line, 1)
    drawn_minor = told.count("approve")
    assert told[-1] is Code.DISK_FULL
    assert drawn_minor > 0
    assert (await desk.line(line)).drawn_minor == drawn_minor
    assert await verify(db) == []
    filler.unlink()
    assert codes(await desk.draws(request)) == ["approve"]
    assert (await desk.line(line)).drawn_minor == drawn_minor + 1
