"""Fetch the Taiwan lines from their public home, the UCI repository (data set 350, CC BY 4.0)."""

import errno
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

from creditline.edge.sources.taiwan import read_columns
from creditline.errors import Code, Malformed, Unavailable

HOME = "https://archive.ics.uci.edu"
PATH = "/static/public/350/data.csv"
TIMEOUT_SECONDS = 30.0
BLOCK = 65_536
LINES_COUNT = 30_000
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def download_taiwan(to: Path, *, home: str = HOME, told: Callable[[int], None] = lambda _: None) -> Path:
    """Fetch the columns into `to`/taiwan/data.csv, whole and readable or not at all; return the file.

    `told` hears how many bytes each block had. Raises `Unavailable` when the home does not answer, sends less than it said
    or something else than 30,000 lines, and when the disk cannot take it.
    """
    folder = to / "taiwan"
    target = folder / "data.csv"
    unfinished: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="data.csv.", delete=False) as file:
            unfinished = Path(file.name)
            for block in _blocks(home + PATH):
                file.write(block)
                told(len(block))
        lines = read_columns(unfinished).height
        if lines != LINES_COUNT:
            raise _failed(f"it sent {lines} lines, and the set has {LINES_COUNT}")
        unfinished.chmod(0o644)
        unfinished.replace(target)
    except Malformed as other:
        raise _failed(f"what it sent is not the set ({other.message})") from other
    except OSError as error:
        code = Code.DISK_FULL if error.errno in FULL else Code.DATA_MISSING
        raise Unavailable(
            f"{folder} cannot be written: {os.strerror(error.errno or 0)}. Make room there, or name another folder in "
            "CREDITLINE_DATA.",
            code=code,
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return target


def _blocks(url: str) -> Iterator[bytes]:
    """Go through what an address sends; raise `Unavailable` if it ends before it should."""
    got = 0
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # Always http.
            wanted = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(BLOCK):
                got += len(block)
                yield block
    except urllib.error.HTTPError as refused:
        refused.close()
        raise _failed(f"it answered {refused.code} {refused.reason}") from refused
    except TimeoutError as error:
        raise _failed(f"it was silent for {TIMEOUT_SECONDS:.0f} seconds") from error
    except urllib.error.URLError as error:
        raise _failed(str(error.reason)) from error
    except (HTTPException, OSError, ValueError) as error:
        raise _failed(str(error) or type(error).__name__) from error
    if got < wanted:
        raise _failed(f"it sent {got} of {wanted} bytes")


def _failed(why: str) -> Unavailable:
    return Unavailable(
        f"The data set could not be fetched from its public home: {why}. Try again later, or put the file of UCI data set "
        "350 into the folder taiwan/ of your data as data.csv yourself.",
        code=Code.DATA_MISSING,
    )
