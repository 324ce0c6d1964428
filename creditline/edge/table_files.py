"""Rows as files: CSV on stdout or in a file, Parquet in a file, each written whole or not at all.

Rows are frozen dataclasses of one kind. Amounts end in `_minor` and stay whole minor units of the currency beside them.
"""

import csv
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, TextIO, get_type_hints

from creditline.errors import Code, Malformed

CHUNK = 50_000
"""How many rows are in memory at once while a file is written."""


async def write_rows(kind: type, chunks: AsyncIterator[Sequence[Any]], *, out: Path | None) -> int:
    """Write rows of one kind to a file by its name, `.csv` or `.parquet`, or as CSV to stdout; return how many.

    Raise `Malformed` for a file of another name.
    """
    if out is None:
        return await _write_csv(sys.stdout, kind, chunks)
    match out.suffix:
        case ".csv":
            with _whole(out) as part, part.open("w", encoding="utf-8", newline="") as file:
                return await _write_csv(file, kind, chunks)
        case ".parquet":
            with _whole(out) as part:
                return await _write_parquet(part, kind, chunks)
        case _:
            raise Malformed(
                f"{out} ends in {out.suffix or 'nothing'}. Name a file that ends in .csv or .parquet.",
                code=Code.MESSAGE_MALFORMED,
            )


async def in_chunks(rows: AsyncIterator[Any], *, size: int = CHUNK) -> AsyncIterator[Sequence[Any]]:
    """Gather rows into chunks."""
    chunk: list[Any] = []
    async for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def at_once(rows: Sequence[Any]) -> AsyncIterator[Sequence[Any]]:
    """Give rows that are in memory already as one chunk."""
    yield rows


async def _write_csv(file: TextIO, kind: type, chunks: AsyncIterator[Sequence[Any]]) -> int:
    names = [field.name for field in fields(kind)]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    written_count = 0
    async for chunk in chunks:
        writer.writerows([_said(getattr(row, name)) for name in names] for row in chunk)
        written_count += len(chunk)
    return written_count


async def _write_parquet(out: Path, kind: type, chunks: AsyncIterator[Sequence[Any]]) -> int:
    """Write chunk by chunk beside the file, then put them together as a stream."""
    import polars as pl  # noqa: PLC0415  # Loading it costs more than most commands.

    types: dict[type, Any] = {int: pl.Int64, str: pl.String, date: pl.Date, datetime: pl.Datetime("us", "UTC")}
    hints = get_type_hints(kind)
    schema: dict[str, Any] = {field.name: types.get(hints[field.name], pl.String) for field in fields(kind)}
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        written_count, number = 0, count()
        pl.DataFrame(schema=schema).write_parquet(Path(folder) / f"{next(number):08d}.parquet")
        async for chunk in chunks:
            columns = {
                name: [_plain(getattr(row, name), is_text=dtype == pl.String) for row in chunk]
                for name, dtype in schema.items()
            }
            pl.DataFrame(columns, schema=schema).write_parquet(Path(folder) / f"{next(number):08d}.parquet")
            written_count += len(chunk)
        pl.scan_parquet(Path(folder) / "*.parquet").sink_parquet(out)
    return written_count


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Let a file be written under another name, and give it its own when it is complete."""
    part = out.with_name(f"{out.name}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any, *, is_text: bool) -> Any:
    return str(value) if is_text else value
