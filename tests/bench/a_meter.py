"""What work costs besides time: processor seconds of the client and the server, bytes on the disk, bytes of log."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from creditline.store.connect import Database

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

READ = """
select pg_backend_pid() as backend, pg_current_wal_insert_lsn() - '0/0'::pg_lsn as log_bytes, pg_database_size(current_database()) as disk_bytes
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Sums since some beginning; subtract two of them, divide by how much was done."""

    client_seconds: float
    server_seconds: float
    log_bytes: float
    disk_bytes: float

    def __sub__(self, other: Self) -> "Cost":
        """Return what was spent between two readings."""
        return Cost(
            client_seconds=self.client_seconds - other.client_seconds,
            server_seconds=self.server_seconds - other.server_seconds,
            log_bytes=self.log_bytes - other.log_bytes,
            disk_bytes=self.disk_bytes - other.disk_bytes,
        )


async def read_cost(db: Database, *, client: int | None = None) -> Cost:
    """Read the meters; `client` is the process that does the work, ours if it is None."""
    async with db.alone() as link:
        row = await link.fetchrow(READ)
    assert row is not None
    if client is None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        client_seconds = used.ru_utime + used.ru_stime
    else:
        client_seconds = process_seconds(client)
    return Cost(
        client_seconds=client_seconds,
        server_seconds=server_seconds(row["backend"]),
        log_bytes=float(row["log_bytes"]),
        disk_bytes=float(row["disk_bytes"]),
    )


def server_seconds(backend: int) -> float:
    """Return the processor seconds of a whole server: its first process, those it has now, and those that have ended."""
    first = int(_fields(backend)[1])
    children = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal() and _parent(one) == first]
    return process_seconds(first, ended=True) + sum(process_seconds(one) for one in children)


def process_seconds(process: int, *, ended: bool = False) -> float:
    """Return the processor seconds of a process, and of its children that have ended if asked."""
    try:
        fields = _fields(process)
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if ended else 13]) / TICKS_A_SECOND


def _fields(process: int) -> list[str]:
    """Return the fields of a process's state after its name, which may hold anything."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _parent(folder: Path) -> int:
    try:
        return int(_fields(int(folder.name))[1])
    except OSError:
        return 0
