"""Fetch the Taiwan lines from their public home, the UCI repository (data set 350, CC BY 4.0)."""

import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from creditline.errors import Code, Unavailable

HOME = "https://archive.ics.uci.edu"
PATH = "/static/public/350/data.csv"
TIMEOUT_SECONDS = 30.0
BLOCK = 65_536
LINES_COUNT = 30_000


def download_taiwan(to: Path, *, home: str = HOME, told: Callable[[int], None] = lambda _: None) -> Path:
    """Fetch the columns into `to`/taiwan/data.csv, whole or not at all; return the file.

    `told` hears how many bytes each block had. Raises `Unavailable` when the home does not answer or sends less than it
    said, and when the disk is full.
    """
    folder = to / "taiwan"
    target = folder / "data.csv"
    unfinished: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            unfinished = Path(file.name)
            with urllib.request.urlopen(home + PATH, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # Always http.
                wanted = int(answer.headers.get("Content-Length") or -1)
                got = lines = 0
                while block := answer.read(BLOCK):
                    file.write(block)
                    got, lines = got + len(block), lines + block.count(b"\n")
                    told(len(block))
        if got < wanted or lines < LINES_COUNT:
            raise _failed(f"it sent {got} bytes and {lines} lines, fewer than it should")
        unfinished.replace(target)
    except urllib.error.URLError as error:
        raise _failed(str(error.reason)) from error
    except TimeoutError as error:
        raise _failed("it did not answer in time") from error
    except OSError as error:
        code = Code.DISK_FULL if error.errno == 28 else Code.DATA_MISSING
        raise Unavailable(f"{folder} cannot be written: {os.strerror(error.errno or 0)}.", code=code) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return target


def _failed(why: str) -> Unavailable:
    return Unavailable(
        f"The data set could not be fetched from its public home: {why}. Try again later, or put the file of UCI data set "
        "350 into the folder taiwan/ of your data as data.csv yourself.",
        code=Code.DATA_MISSING,
    )
