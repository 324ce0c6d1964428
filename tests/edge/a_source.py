"""Small files of the sources for tests, and the real ones where they are at hand."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import msgspec
import polars as pl
import pytest

from creditline.edge.settings import read_settings
from creditline.edge.sources.taiwan import BY_NUMBER_IN_UCI, READ
from creditline.events.intake import Read, read_line
from creditline.events.row import EventRow, event_of
from tests.events.an_event import NOW

PERSONAL = ("SEX", "EDUCATION", "MARRIAGE", "AGE")


def real(name: str) -> Path:
    """Return the folder of a real data set, or skip the test that asks for it."""
    home = read_settings().data / name
    if not home.is_dir():
        pytest.skip(f"The data set {name} is not at hand: name the folder that holds it in CREDITLINE_DATA.")
    return home


def a_line(number: int, **cells: str) -> dict[str, str]:
    """Return one line of the Taiwan columns: a limit of 20,000, nothing else, unless cells say so."""
    return dict.fromkeys(READ, "0") | {"ID": str(number), "LIMIT_BAL": "20000"} | cells


def write_lines(path: Path, lines: Sequence[Mapping[str, str]]) -> Path:
    """Write lines of columns as the source has them, packed if the path says so; return the path."""
    text = "\n".join([",".join(lines[0]), *(",".join(line.values()) for line in lines)]) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def numbered(line: Mapping[str, str]) -> dict[str, str]:
    """Return a line under the numbered names of the public file, what describes the person among them."""
    number_of = {name: number for number, name in BY_NUMBER_IN_UCI.items()}
    return {number_of.get(name, name): cell for name, cell in line.items()} | dict.fromkeys(
        ("X2", "X3", "X4", "X5"), "1"
    )


def told_as_events(frame: pl.DataFrame) -> list[EventRow]:
    """Return the rows of a frame after they were sent and read as events, which checks every field of them."""
    rows = []
    for line, (own, *rest) in enumerate(frame.iter_rows(), start=1):
        read = read_line(line, msgspec.json.encode(event_of(EventRow(UUID(own), *rest))), now=NOW)
        assert isinstance(read, Read), read
        rows.append(read.row)
    return rows
