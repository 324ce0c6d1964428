"""The stage of a campaign: a database cluster of its own, API servers as programs of their own, and wires between them."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

from creditline.store.connect import Database, connect
from creditline.store.embedded import PORT, USER, EmbeddedServer
from creditline.store.migrate import create
from tests.faults.wire import Wire, led_through

SOCKET = f".s.PGSQL.{PORT}"
DATABASE = "campaign"
SERVE = """
import asyncio, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from creditline.edge.engine import running
from creditline.edge.server import serve_until_stopped
from creditline.edge.settings import read_settings

def clock():
    return datetime.now(UTC) + timedelta(seconds=float(Path(sys.argv[1]).read_text()))

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(read_settings(), clock=clock) as engine:
        await serve_until_stopped(engine, read_settings(), stop)

asyncio.run(main())
"""
"""What `creditline serve` does, with a clock that is as wrong as a file says."""

PATIENCE_SECONDS = 60.0
IDLE_SECONDS = 1
IMPATIENT: Mapping[str, str] = {"idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s"}
"""A program that is stopped inside a transaction is cut off sooner than in real life, so that nobody need wait."""


class ApiProgram:
    """A server with its worker in a process of its own, on a port that it keeps when it is started again."""

    def __init__(self, dsn: str, home: Path, *, clock: Path) -> None:
        self.port = free_port()
        self._clock = clock
        self._environment = {
            **os.environ,
            "CREDITLINE_DSN": dsn,
            "CREDITLINE_HOME": str(home),
            "CREDITLINE_PORT": str(self.port),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._log = home / f"api_{self.port}.log"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, again and again while the database is away, and wait until it listens."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._listens():
                await asyncio.sleep(0.2)

    def send(self, order: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(order)

    async def kill(self) -> None:
        """Kill it as a machine that loses its power would."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Stop it in good order."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                await self.kill()

    def said(self) -> str:
        """Return the last of what it wrote on its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:]) if self._log.exists() else ""

    async def _listens(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", SERVE, str(self._clock), env=self._environment, stdout=log, stderr=log
                )
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False


@dataclass(slots=True, kw_only=True)
class Stage:
    """What a scenario plays with: the cluster in charge, the wire to it, API servers, and their clock.

    `spares` are clusters that stand by or have been left; `clock` is the file that says how many seconds it is wrong.
    """

    cluster: EmbeddedServer
    wire: Wire
    programs: Sequence[ApiProgram]
    clock: Path
    random: Random
    spares: list[EmbeddedServer] = field(default_factory=list)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Database]:
        """Look at the database of the cluster in charge, past the wire."""
        async with await connect(self.cluster.dsn(DATABASE), size=2) as db:
            yield db

    async def kill_cluster(self) -> None:
        """Kill the cluster in charge as a machine that loses its power would."""
        if self.cluster.pid is not None:
            os.kill(self.cluster.pid, signal.SIGKILL)
        await until(lambda: self.cluster.pid is None)

    async def revive(self) -> None:
        """Start the cluster in charge, if it does not run."""
        await asyncio.to_thread(self.cluster.start)

    def turn_clock(self, offset: timedelta) -> None:
        """Make the servers' clocks wrong by so much."""
        new = self.clock.with_suffix(".new")
        new.write_text(str(offset.total_seconds()))
        new.replace(self.clock)


@asynccontextmanager
async def a_stage(folder: Path, cluster: EmbeddedServer, *, seed: int) -> AsyncIterator[Stage]:
    """Set a stage: two API servers on one database of a cluster, and a wire in between; strike it at the end."""
    random = Random(seed)  # Nothing here is secret.
    near = Path(tempfile.mkdtemp(prefix="wire"))
    wire = Wire(lambda: asyncio.open_unix_connection(str(socket_of(stage.cluster) / SOCKET)), random=random)
    dsn = f"postgresql://{USER}@/{DATABASE}?host={near}&port={PORT}"
    clock = folder / "clock"
    stage = Stage(
        cluster=cluster,
        wire=wire,
        programs=[ApiProgram(dsn, folder, clock=clock) for _ in range(2)],
        clock=clock,
        random=random,
    )
    stage.turn_clock(timedelta(0))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, near, ignore_errors=True)
        stack.push_async_callback(_strike, stage)
        await stage.revive()
        async with await connect(cluster.dsn(), size=1) as links, links.alone() as link:
            await link.execute(f"create database {DATABASE}")
        async with stage.looking() as made:
            await create(made)
        await stack.enter_async_context(led_through(wire, near / SOCKET))
        await asyncio.gather(*(program.start() for program in stage.programs))
        yield stage


async def _strike(stage: Stage) -> None:
    """End every program and cluster of a stage."""
    await asyncio.gather(*(program.stop() for program in stage.programs))
    for cluster in (*stage.spares, stage.cluster):
        await asyncio.to_thread(cluster.stop)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.01)


def socket_of(cluster: EmbeddedServer) -> Path:
    """Return the folder of a cluster's socket."""
    return Path(parse_qs(urlsplit(cluster.dsn()).query)["host"][0])


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        return port
