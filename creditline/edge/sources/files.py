"""Events from files: lines of JSON, packed or not, Parquet, and folders of known orders; in batches, so memory stays small."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from creditline.edge.sources.cdnow import is_cdnow, read_cdnow
from creditline.edge.sources.olist import is_olist, read_olist
from creditline.errors import Broken, Code, Malformed, NotFound
from creditline.events.frames import EVENT_SCHEMA
from creditline.events.intake import Judged, Lines, Read, malformed, read_line
from creditline.events.row import EventRow, event_of
from creditline.flows.ingest import CHUNK

BLOCK = 1 << 20
STORED = [name for name in EVENT_SCHEMA if name != "recorded_at"]
"""The columns of the stored form; when something is learned of is told by intake alone."""

Numbered = Iterator[tuple[int, bytes | Judged]]


def lines_in(path: Path) -> int | None:
    """Return how many lines a file holds if that is soon known, for a progress bar; None if not."""
    if path.suffix == ".parquet":
        try:
            return pl.scan_parquet(path).select(pl.len()).collect().item()  # type: ignore[no-any-return]  # A count.
        except (pl.exceptions.PolarsError, OSError) as damaged:
            raise _stopped(path, 0, damaged) from damaged
    if path.suffix == ".gz" or not path.is_file():
        return None
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")


def batches_of(path: Path, *, now: datetime) -> Iterator[list[Read | Judged]]:
    """Go through a file's events in batches, each line read or malformed; `now` stamps when they were learned of.

    A Parquet file has the columns of EVENT_SCHEMA, or a column for each field of the wire form, `type` among them; what is
    null is not sent. A folder is one of orders that we know. Raises `NotFound` when there is nothing, and `Malformed` when
    the file itself is damaged, after a batch of what was read before.
    """
    batch: list[Read | Judged] = []
    try:
        for line, text in _numbered(path):
            batch.append(text if isinstance(text, Judged) else read_line(line, text, now=now))
            if len(batch) == CHUNK:
                yield batch
                batch = []
    except Malformed:
        # What stood before the damage is taken in; the consumer hears of the damage when it asks for more.
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _numbered(path: Path) -> Numbered:
    """Return the numbered lines of whatever a path leads to."""
    if path.is_dir():
        return _stored(_orders_in(path))
    if not path.exists():
        raise NotFound(f"{path} does not exist. Name a file of events.", code=Code.DATA_MISSING)
    return _parquet(path) if path.suffix == ".parquet" else _json(path)


def _orders_in(home: Path) -> pl.DataFrame:
    """Return the orders (EVENT_SCHEMA) in a folder of a source that we know."""
    if is_cdnow(home):
        return read_cdnow(home)
    if is_olist(home):
        return read_olist(home)
    raise NotFound(
        f"{home} is a folder, and of none of the sources whose orders can be taken in: cdnow, olist. Name a file of "
        "events: .ndjson, .ndjson.gz or .parquet.",
        code=Code.DATA_MISSING,
    )


def _json(path: Path) -> Numbered:
    """Go through a file of lines in blocks, however long its lines are."""
    lines = Lines()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            # What could be unpacked before a damage is wanted too, so a block may be shorter than asked for.
            while block := file.read1(BLOCK):
                yield from lines.feed(block)
            yield from lines.end()
    except (OSError, EOFError, zlib.error) as damaged:
        raise _stopped(path, lines.line, damaged) from damaged


def _parquet(path: Path) -> Numbered:
    """Go through the rows of a Parquet file, each as it would have been sent."""
    line = 0
    try:
        frame = pl.scan_parquet(path)
        columns = frame.collect_schema().names()
        is_stored = set(STORED) <= set(columns)
        if not is_stored and "type" not in columns:
            raise Malformed(
                f"{path} has the columns {', '.join(columns)}. Give it those of the wire form, `type` among them, or "
                f"{', '.join(STORED)}.",
                code=Code.DATA_CORRUPT,
            )
        total = frame.select(pl.len()).collect().item()
        for start in range(0, total, CHUNK):
            rows = frame.slice(start, CHUNK).collect()
            for line, text in _stored(rows, before=start) if is_stored else _wired(rows, before=start):
                yield line, text
    except (pl.exceptions.PolarsError, OSError) as damaged:
        raise _stopped(path, line, damaged) from damaged


def _wired(rows: pl.DataFrame, *, before: int) -> Numbered:
    """Go through rows whose columns are fields of the wire form, numbered after `before` others."""
    sent: Iterable[Mapping[str, Any]] = rows.iter_rows(named=True)
    for line, row in enumerate(sent, start=before + 1):
        yield line, msgspec.json.encode({name: value for name, value in row.items() if value is not None})


def _stored(rows: pl.DataFrame, *, before: int = 0) -> Numbered:
    """Go through rows of EVENT_SCHEMA, numbered after `before` others; they are checked as if they had been sent."""
    whole = rows.with_columns(recorded_at=pl.col("happened_at")).select(
        pl.col(name).cast(kind) for name, kind in EVENT_SCHEMA.items()
    )
    for line, (own, *rest) in enumerate(whole.iter_rows(), start=before + 1):
        try:
            yield line, msgspec.json.encode(event_of(EventRow(UUID(own), *rest)))
        except (Broken, TypeError, ValueError) as wrong:
            yield line, malformed(line, Code.DATA_CORRUPT, f"The row is no event: {wrong}")


def _stopped(path: Path, line: int, damaged: Exception) -> Malformed:
    words = str(damaged).splitlines()[0] if str(damaged) else type(damaged).__name__
    return Malformed(
        f"{path} is damaged after line {line} ({words}). What was told as accepted is kept; mend the file and send it "
        "again: repeats are harmless.",
        code=Code.DATA_CORRUPT,
    )
