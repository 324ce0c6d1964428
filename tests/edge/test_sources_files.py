"""Files of events: whatever their form, the same events; bounded memory; and damage costs nothing that stood before it."""

import gzip
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from creditline.edge.sources.files import batches_of, lines_in
from creditline.errors import Code, Malformed, NotFound
from creditline.events.catalogue import EVENT_TYPES, LoggedIn, OrderPlaced
from creditline.events.event import Category, Event
from creditline.events.frames import EVENT_SCHEMA
from creditline.events.intake import EARLIEST, Judged, Read, Verdict
from creditline.events.row import EventRow, row_of
from creditline.flows.ingest import CHUNK, ingest_read
from creditline.ids import id_from
from creditline.store import facts
from creditline.store.connect import Database
from tests.edge.a_source import real
from tests.edge.an_api import the_house
from tests.edge.test_sources_orders import BOUGHT, HEAD, write_cdnow, write_olist
from tests.events.an_event import NOW


def an_order(number: int) -> OrderPlaced:
    return OrderPlaced(
        id=id_from(str(number), at=NOW), borrower=f"b{number % 7}", happened_at=NOW - timedelta(seconds=number),
        order=f"o-{number}", category=Category.HOME, amount_minor=number + 1, currency="CNY",
    )  # fmt: skip


LOGIN = LoggedIn(id=id_from("login", at=NOW), borrower="ada", happened_at=NOW)
EVENTS: list[Event] = [*map(an_order, range(5)), LOGIN]
ROWS = [row_of(event, recorded_at=NOW) for event in EVENTS]


def as_lines(events: Sequence[Event]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def as_wired(events: Sequence[Event], path: Path) -> Path:
    """Write a column a field, as a sender would who keeps events in a table."""
    fields = [msgspec.to_builtins(event, builtin_types=(type(NOW),)) for event in events]
    pl.DataFrame(fields, infer_schema_length=None).write_parquet(path)
    return path


def as_stored(rows: Sequence[EventRow], path: Path) -> Path:
    told = [(str(row.id), *row[1:]) for row in rows]
    pl.DataFrame(told, schema=EVENT_SCHEMA, orient="row").write_parquet(path)
    return path


def everything(path: Path) -> list[Read | Judged]:
    return [one for batch in batches_of(path, now=NOW) for one in batch]


def rows_in(path: Path) -> list[EventRow]:
    read = everything(path)
    assert [one.line for one in read] == list(range(1, len(read) + 1))
    return [one.row for one in read if isinstance(one, Read)]


def reasons_in(path: Path) -> list[str]:
    return [one.reason or "" for one in everything(path) if isinstance(one, Judged)]


def packed(home: Path) -> Path:
    (home / "e.ndjson.gz").write_bytes(gzip.compress(as_lines(EVENTS[:3])) + gzip.compress(as_lines(EVENTS[3:])))
    return home / "e.ndjson.gz"


def plain(home: Path) -> Path:
    (home / "e.ndjson").write_bytes(as_lines(EVENTS).removesuffix(b"\n"))
    return home / "e.ndjson"


@pytest.mark.parametrize(
    "write",
    [
        plain,
        packed,
        lambda home: as_wired(EVENTS, home / "e.parquet"),
        lambda home: as_stored(ROWS, home / "e.parquet"),
    ],
    ids=["lines", "packed lines", "columns as sent", "columns as stored"],
)
def test_the_same_events_are_read_from_every_form(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path)
    assert rows_in(path) == ROWS
    assert lines_in(path) == (None if path.suffix == ".gz" else len(ROWS))


def test_blank_lines_are_passed_over_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "e.ndjson"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + as_lines([LOGIN]).replace(b"\n", b"\r\n") + b"\n{\n")
    assert [(one.line, isinstance(one, Read)) for one in everything(path)] == [(2, True), (4, False)]
    assert lines_in(path) == 4


@pytest.mark.parametrize("form", ["ndjson", "ndjson.gz", "parquet"])
def test_a_large_file_comes_in_batches_and_in_order(tmp_path: Path, form: str) -> None:
    path, events = tmp_path / f"e.{form}", [an_order(number) for number in range(2 * CHUNK + 1)]
    if form == "parquet":
        as_wired(events, path)
    else:
        path.write_bytes(gzip.compress(as_lines(events), 1) if form == "ndjson.gz" else as_lines(events))
    batches = list(batches_of(path, now=NOW))
    assert [len(batch) for batch in batches] == [CHUNK, CHUNK, 1]
    assert rows_in(path) == [row_of(event, recorded_at=NOW) for event in events]


def test_a_file_without_line_ends_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "e.ndjson.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(64):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + as_lines([LOGIN]))
    first, second = everything(path)
    assert isinstance(first, Judged)
    assert first.code is Code.TOO_LARGE
    assert isinstance(second, Read)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_what_stands_before_a_damage_is_taken_in(tmp_path: Path, kept: float) -> None:
    events = [an_order(number) for number in range(CHUNK + 500)]
    whole = gzip.compress(as_lines(events), 1)
    (tmp_path / "cut.ndjson.gz").write_bytes(whole[: int(len(whole) * kept)])
    read: list[Read | Judged] = []
    batches = batches_of(tmp_path / "cut.ndjson.gz", now=NOW)
    with pytest.raises(Malformed) as damaged:
        read.extend(one for batch in batches for one in batch)
    assert damaged.value.code is Code.DATA_CORRUPT
    assert f"is damaged after line {len(read)} (" in damaged.value.message
    assert abs(len(read) / len(events) - kept) < 0.1
    assert [one.row for one in read if isinstance(one, Read)] == [
        row_of(event, recorded_at=NOW) for event in events[: len(read)]
    ]


def test_a_parquet_file_that_is_damaged_is_told_so(tmp_path: Path) -> None:
    path = as_wired(EVENTS, tmp_path / "e.parquet")
    whole = path.read_bytes()
    for damaged in (b"", b"PAR1", whole[:-20], whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        for ask in (everything, lines_in):
            with pytest.raises(Malformed, match="is damaged after line 0"):
                ask(path)


def test_a_parquet_file_of_something_else_is_told_what_it_should_have(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "e.parquet")
    with pytest.raises(Malformed, match=r"has the columns a\. Give it those of the wire form, `type` among them"):
        everything(tmp_path / "e.parquet")


def test_one_row_that_is_no_event_costs_no_other(tmp_path: Path) -> None:
    bad = [
        ROWS[0]._replace(number=250),
        ROWS[0]._replace(code=99),
        ROWS[0]._replace(amount_minor=None),
        ROWS[0]._replace(borrower="a b"),
        ROWS[5]._replace(happened_at=NOW + timedelta(days=1)),
    ]
    path = as_stored([*bad, *ROWS], tmp_path / "e.parquet")
    assert rows_in(path) == ROWS
    for reason, words in zip(
        reasons_in(path), ("type number 250", "has code 99", "$.amount_minor", "$.borrower", "clock"), strict=True
    ):
        assert words in reason


def test_an_id_that_is_none_costs_no_other_row(tmp_path: Path) -> None:
    told = [(own, *ROWS[0][1:]) for own in (None, "x", str(ROWS[0].id))]
    pl.DataFrame(told, schema=EVENT_SCHEMA, orient="row").write_parquet(tmp_path / "e.parquet")
    assert rows_in(tmp_path / "e.parquet") == ROWS[:1]


def test_instants_without_a_zone_are_refused_row_by_row(tmp_path: Path) -> None:
    rows = [msgspec.to_builtins(LOGIN) | {"happened_at": NOW.replace(tzinfo=None)}]
    pl.DataFrame(rows).write_parquet(tmp_path / "e.parquet")
    assert "timezone" in reasons_in(tmp_path / "e.parquet")[0]


def test_a_folder_of_known_orders_is_read_as_events(tmp_path: Path) -> None:
    for name, write in (
        ("cdnow", lambda home: write_cdnow(home, HEAD + BOUGHT + "0")),
        ("olist", write_olist),
    ):
        (tmp_path / name).mkdir()
        write(tmp_path / name)
        assert lines_in(tmp_path / name) is None
        assert len(rows_in(tmp_path / name)) in {3, 4}


def test_what_is_not_there_or_is_another_folder_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="of none of the sources") as unknown:
        everything(tmp_path)
    assert unknown.value.code is Code.DATA_MISSING
    with pytest.raises(NotFound, match="does not exist"):
        everything(tmp_path / "gone.ndjson")
    assert lines_in(tmp_path / "gone.ndjson") is None


def test_real_orders_are_read_from_their_folder() -> None:
    assert len(rows_in(real("olist_sample"))) > 16_000


def at_its_edges(kind: type[Event]) -> Event:
    """Return an event of a type with every field at the last value that its type allows."""
    filled: dict[str, Any] = {
        "id": id_from(kind.__name__, at=EARLIEST),
        "borrower": "b" * 64,
        "happened_at": EARLIEST,
        "amount_minor": 10**15,
        "currency": "JPY",
        "line": id_from("line", at=NOW),
    }
    told = msgspec.inspect.type_info(kind)
    assert isinstance(told, msgspec.inspect.StructType)
    for field in told.fields:
        inner = field.type.type if isinstance(field.type, msgspec.inspect.Metadata) else field.type
        match inner:
            case msgspec.inspect.IntType(le=int(most)):
                filled[field.name] = most
            case msgspec.inspect.StrType(max_length=int(most)):
                filled[field.name] = "\U0001f9fe" * most
            case msgspec.inspect.EnumType(cls=members):
                filled[field.name] = list(members)[-1]
            case msgspec.inspect.LiteralType(values=values):
                filled[field.name] = values[-1]
            case msgspec.inspect.StrType(pattern=str()) if field.name not in filled:
                # A language is a version of words too.
                filled[field.name] = "zh"
            case _:
                pass
    return kind(**{name: value for name, value in filled.items() if name in {one.name for one in told.fields}})


async def test_whatever_intake_takes_the_database_holds(db: Database, tmp_path: Path) -> None:
    events = [at_its_edges(kind) for kind in EVENT_TYPES]
    path = tmp_path / "e.ndjson"
    path.write_bytes(as_lines(events) + as_lines([LOGIN]).replace(b'"ada"', b'"a\\u0000a"'))
    (batch,) = batches_of(path, now=NOW)
    judged = await ingest_read(db, the_house(), read=batch)
    assert [one.verdict for one in judged] == [*[Verdict.ACCEPTED] * len(events), Verdict.MALFORMED]
    async with db.reading() as connection:
        held = await facts.of_borrower(connection, "b" * 64)
    assert sorted(held, key=lambda row: row.number) == sorted(
        (row_of(event, recorded_at=NOW) for event in events), key=lambda row: row.number
    )
