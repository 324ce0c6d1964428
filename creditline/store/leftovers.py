"""What a killed program left running over a data folder, found by where it works and not by a number in a file."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from creditline.errors import Code, Unavailable

PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.01


def record_of(data: Path) -> list[str]:
    """Return the lines of the server's own record of itself; empty while it has none or is writing it."""
    with suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        return lines if lines and lines[0].lstrip("-").isdigit() else []
    return []


def servers_in(data: Path) -> list[int]:
    """Return the numbers of the PostgreSQL processes at work in the data folder; empty where there is no /proc."""
    place = os.path.realpath(data)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str((entry / "cwd").readlink()) == place and (entry / "comm").read_text().startswith("postgres"):
                found.append(int(entry.name))
    return sorted(found)


def clear_leftovers(data: Path) -> None:
    """Stop what still runs over the data folder, and forget its number; the caller holds the folder's lock.

    A server that outlived its owner is stopped in good order and not taken over: a tenth of a second buys that
    everything runs with our settings, our log and our life. The number in its record has to go, because another
    program may have been given it since, and PostgreSQL would then refuse to start for ever. Raise `Unavailable` if
    something does not end.
    """
    for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        running = servers_in(data)
        main = [pid for pid in running if str(pid) in record_of(data)[:1]]
        # Without their main process the others end by themselves; SIGINT would only cancel what they do.
        polite = signal.SIGTERM if order == signal.SIGINT and not main else order
        for pid in main or running:
            with suppress(ProcessLookupError):
                os.kill(pid, polite)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while servers_in(data) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    if left := servers_in(data):
        raise Unavailable(
            f"The database in {data.parent} is still held by processes {left}, which do not end. End them, then start "
            "again.",
            code=Code.DATABASE_BUSY,
        )
    if sys.platform.startswith("linux"):
        (data / "postmaster.pid").unlink(missing_ok=True)
