"""Events from files: lines of JSON, packed or not, and Parquet; read in batches, so that memory stays small."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import msgspec
import polars as pl

from creditline.errors import Code, Malformed
from creditline.events.intake import Judged, Read, read_line
from creditline.flows.ingest import CHUNK

T = TypeVar("T")


def lines_in(path: Path) -> int | None:
    """Return how many events a file holds if that is known without reading it, for a progress bar."""
    if path.suffix == ".parquet":
        try:
            return pl.scan_parquet(path).select(pl.len()).collect().item()  # type: ignore[no-any-return]
        except (pl.exceptions.PolarsError, OSError) as damaged:
            raise _corrupt(path, 0, damaged) from damaged
    return None


def batches_of(path: Path, *, now: datetime) -> Iterator[list[Read | Judged]]:
    """Go through a file's events in batches, each line read or malformed; `now` stamps when they were learned of.

    A Parquet file has a column for each field of the wire form, `type` among them; what is null is not sent. Raises
    `Malformed` when the file itself is damaged, saying how many lines were read before.
    """
    numbered = _parquet(path) if path.suffix == ".parquet" else _json(path)
    for chunk in _chunks(numbered):
        yield [read_line(line, text, now=now) for line, text in chunk]


def _json(path: Path) -> Iterator[tuple[int, bytes]]:
    line = 0
    try:
        with cast("BinaryIO", gzip.open(path) if path.suffix == ".gz" else path.open("rb")) as file:
            for line, text in enumerate(file, start=1):
                if text.strip():
                    yield line, text.rstrip(b"\r\n")
    except (OSError, EOFError, zlib.error) as damaged:
        raise _corrupt(path, line, damaged) from damaged


def _parquet(path: Path) -> Iterator[tuple[int, bytes]]:
    line = 0
    try:
        frame = pl.scan_parquet(path)
        total = frame.select(pl.len()).collect().item()
        for start in range(0, total, CHUNK):
            for row in frame.slice(start, CHUNK).collect().iter_rows(named=True):
                line += 1
                yield line, _sent(row)
    except (pl.exceptions.PolarsError, OSError) as damaged:
        raise _corrupt(path, line, damaged) from damaged


def _sent(row: dict[str, Any]) -> bytes:
    """Return a row as it would have been sent."""
    return msgspec.json.encode({name: value for name, value in row.items() if value is not None})


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _corrupt(path: Path, line: int, damaged: Exception) -> Malformed:
    words = str(damaged).splitlines()[0] if str(damaged) else type(damaged).__name__
    return Malformed(
        f"{path} is damaged after line {line} ({words}). What was told as accepted is kept; mend the file and send it "
        "again: repeats are harmless.",
        code=Code.DATA_CORRUPT,
    )
