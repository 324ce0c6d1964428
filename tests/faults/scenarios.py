"""The scenarios of the campaign: each breaks one thing, again and again, while a storm rages, and mends it at the end."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from creditline.errors import CreditlineError
from creditline.store.connect import connect
from creditline.store.embedded import USER, EmbeddedServer
from creditline.store.identity import binaries
from tests.faults.stage import IDLE_SECONDS, IMPATIENT, Stage, socket_of

HELD = """
select count(*) from pg_stat_activity
where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()
"""

Scenario = Callable[[Stage, float], Awaitable[None]]
"""Breaks things for some seconds; when it returns, everything runs again."""


async def api_killed(stage: Stage, seconds: float) -> None:
    """Kill an API server under load with signal 9, now one and now the other, and start it again."""
    async for _ in _rounds(seconds, every=1.2):
        program = stage.random.choice(stage.programs)
        await program.kill()
        await program.start()


async def database_killed(stage: Stage, seconds: float) -> None:
    """Kill PostgreSQL under load with signal 9, and start it again."""
    async for _ in _rounds(seconds, every=2.0):
        await stage.kill_cluster()
        await stage.revive()


async def answers_lost(stage: Stage, seconds: float) -> None:
    """Lose answers of the database on the wire, those to a commit among them."""
    before_count, stage.wire.lost_ratio = stage.wire.lost_count, 0.003
    while stage.wire.lost_count == before_count:
        await asyncio.sleep(seconds)
    stage.wire.lost_ratio = 0.0


async def links_cut(stage: Stage, seconds: float) -> None:
    """Cut all links to the database at once, again and again."""
    async for _ in _rounds(seconds, every=0.6):
        stage.wire.cut()


async def worker_stopped(stage: Stage, seconds: float) -> None:
    """Stop a server inside a transaction, so that it holds its locks, and let it go on after it was given up."""
    cut_off = asyncio.Event()
    async with stage.looking() as db:
        async for _ in _rounds(seconds, every=0.05, at_least=cut_off.is_set):
            program = stage.random.choice(stage.programs)
            program.send(signal.SIGSTOP)
            async with db.reading() as connection:
                held_count = await connection.fetchval(HELD)
            if held_count:
                await asyncio.sleep(1.2 * IDLE_SECONDS)
                async with db.reading() as connection:
                    if await connection.fetchval(HELD) < held_count:
                        cut_off.set()
            program.send(signal.SIGCONT)


async def everything_killed(stage: Stage, seconds: float) -> None:
    """Kill the database and both servers in the same moment."""
    async for _ in _rounds(seconds, every=3.0):
        await asyncio.gather(stage.kill_cluster(), *(program.kill() for program in stage.programs))
        await stage.revive()
        await asyncio.gather(*(program.start() for program in stage.programs))


async def clock_jumps(stage: Stage, seconds: float) -> None:
    """Let the clock jump back by two hours, ahead by three days, back by thirty, and ahead again for good."""
    for offset in (timedelta(hours=-2), timedelta(0), timedelta(days=3), timedelta(days=-27), timedelta(days=3)):
        stage.turn_clock(offset)
        await asyncio.sleep(seconds / 5)


async def standby_promoted(stage: Stage, seconds: float) -> None:
    """Let a second cluster copy every commit before it is acknowledged; kill the first, and put the second in charge."""
    primary, folder = stage.cluster, stage.cluster.folder.with_name("standby")
    await asyncio.to_thread(_copy, primary, folder / "data")
    standby = EmbeddedServer(folder, settings=IMPATIENT)
    stage.spares.append(standby)
    await asyncio.to_thread(standby.start)
    await _tell(primary, "alter system set synchronous_standby_names = 'ANY 1 (*)'", "select pg_reload_conf()")
    await asyncio.sleep(seconds)
    await stage.kill_cluster()
    await _tell(standby, "select pg_promote(true, 30)")
    stage.spares.append(primary)
    stage.spares.remove(standby)
    stage.cluster = standby
    stage.wire.cut()


SCENARIOS: Mapping[str, Scenario] = {
    "an API server is killed": api_killed,
    "PostgreSQL is killed": database_killed,
    "answers are lost": answers_lost,
    "links are cut": links_cut,
    "a worker stops inside its transaction": worker_stopped,
    "everything is killed at once": everything_killed,
    "a standby is promoted": standby_promoted,
    "the clock jumps": clock_jumps,
}
"""In the order in which one stage can play them all: a clock that was ahead stays ahead."""


def disk_filled(disk: Path) -> Scenario:
    """Return the scenario that fills a disk to the brim, again and again, also while a new piece of the log is due."""

    async def fill(stage: Stage, seconds: float) -> None:
        filler = disk / "filler"
        async for _ in _rounds(seconds, every=1.0):
            free = os.statvfs(disk)
            filler.write_bytes(b"\0" * (free.f_bavail * free.f_bsize))
            await asyncio.sleep(0.5)
            with contextlib.suppress(CreditlineError):
                await _tell(stage.cluster, "select pg_switch_wal()")
            await asyncio.sleep(1.0)
            filler.unlink()
            await stage.revive()

    return fill


def _copy(primary: EmbeddedServer, data: Path) -> None:
    """Copy a running cluster into a folder, ready to follow it."""
    data.parent.mkdir(mode=0o700)
    copy = binaries() / "pg_basebackup"
    command = [str(copy), "-h", str(socket_of(primary)), "-U", USER, "-D", str(data), "-R", "-c", "fast"]
    subprocess.run(command, check=True, capture_output=True)
    owner = primary.data.stat()
    for one in (data, *data.rglob("*")):
        os.chown(one, owner.st_uid, owner.st_gid, follow_symlinks=False)


async def _tell(cluster: EmbeddedServer, *orders: str) -> None:
    """Give a cluster orders that no transaction may hold."""
    async with await connect(cluster.dsn(), size=1) as links, links.alone() as link:
        for order in orders:
            await link.execute(order)


async def _rounds(seconds: float, *, every: float, at_least: Callable[[], bool] = lambda: True) -> AsyncIterator[None]:
    """Go round until the seconds are over and at least this is so, waiting before each round and after it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until or not at_least():
        await asyncio.sleep(every / 2)
        yield
        await asyncio.sleep(every / 2)
