"""Rows as files: the same rows in every format, and no half file under a whole one's name."""

import csv
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from creditline.edge.table_files import at_once, in_chunks, write_rows
from creditline.errors import Code, Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    amount_minor: int
    on: date


ROWS = [Row(name=f'a "{number}", ¥', amount_minor=number, on=date(2026, 3, 2)) for number in range(5)]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def one_by_one(rows: Sequence[Row]) -> AsyncIterator[Row]:
    for row in rows:
        yield row


@pytest.mark.parametrize("rows", [ROWS, []])
async def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path, rows: list[Row]) -> None:
    for name in ("rows.csv", "rows.parquet"):
        assert await write_rows(Row, in_chunks(one_by_one(rows), size=2), out=tmp_path / name) == len(rows)
    with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert [(row["name"], int(row["amount_minor"]), row["on"]) for row in read] == [
        (row.name, row.amount_minor, row.on.isoformat()) for row in rows
    ]
    frame = pl.read_parquet(tmp_path / "rows.parquet")
    assert frame.schema == {"name": pl.String, "amount_minor": pl.Int64, "on": pl.Date}
    assert frame.rows() == [(row.name, row.amount_minor, row.on) for row in rows]
    assert names_in(tmp_path) == ["rows.csv", "rows.parquet"]


async def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        await write_rows(Row, at_once(ROWS), out=tmp_path / "rows.xlsx")
    assert refused.value.code is Code.MESSAGE_MALFORMED


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
async def test_what_fails_half_way_leaves_the_file_that_was_there(tmp_path: Path, name: str) -> None:
    async def failing() -> AsyncIterator[Sequence[Row]]:
        yield ROWS
        raise ZeroDivisionError

    (tmp_path / name).write_text("before")
    with pytest.raises(ZeroDivisionError):
        await write_rows(Row, failing(), out=tmp_path / name)
    assert (tmp_path / name).read_text() == "before"
    assert names_in(tmp_path) == [name]
