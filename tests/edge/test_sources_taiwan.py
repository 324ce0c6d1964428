"""The real book: its columns and its dated events tell the same, no person is described, and damage is told in words."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.edge.sources.book import ids_of
from creditline.edge.sources.taiwan import READ, derived, line_of, read_columns, read_taiwan
from creditline.errors import Code, Malformed, NotFound
from creditline.events.catalogue import (
    BalanceMoved,
    DrawMade,
    LineOpened,
    OutcomeObserved,
    RepaymentReceived,
    StatementIssued,
)
from creditline.events.frames import EVENT_SCHEMA
from creditline.ids import id_from
from tests.edge.a_source import PERSONAL, a_line, numbered, real, told_as_events, write_lines

LATE = a_line(
    7,
    PAY_0="2", PAY_2="-1",
    BILL_AMT1="3913", BILL_AMT2="3102", BILL_AMT3="-89", BILL_AMT6="500", BILL_AMT5="500", BILL_AMT4="1.00E+05",
    PAY_AMT2="689", PAY_AMT3="1.1e2",
    **{"default.payment.next.month": "1"},
)  # fmt: skip
QUIET = a_line(8)
SORTED = ["customer", "type", "time"]


def day(month: int, of_month: int) -> datetime:
    return datetime(2005, month, of_month, 12, tzinfo=UTC)


def dated(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["customer", "type", "amount", "time", "extra"], orient="row")


OPENED = ("tw7", "line.opened", 20_000.0, "2005-04-01", None)
STATED = ("tw7", "statement", 500.0, "2005-04-25", -1)
ENDED = ("tw7", "outcome.default", 0.0, "2005-10-25", None)


def write_dated(folder: Path, *rows: tuple[Any, ...]) -> None:
    (folder / "taiwan").mkdir(exist_ok=True)
    dated(list(rows)).write_parquet(folder / "taiwan" / "events.parquet")


def test_six_months_of_columns_become_dated_events(tmp_path: Path) -> None:
    write_lines(tmp_path / "taiwan" / "lines.csv", [LATE, QUIET])
    book = read_taiwan(tmp_path)
    assert book.defaults == {"tw7": True, "tw8": False}
    assert book.events.schema == EVENT_SCHEMA
    assert not book.is_synthetic
    late = [
        (row.number, row.happened_at, row.amount_minor, row.code)
        for row in told_as_events(book.events.filter(borrower="tw7").sort("happened_at", "number"))
    ]
    assert late == [
        (LineOpened.number, day(4, 1), 2_000_000, None),
        (BalanceMoved.number, day(4, 1), 50_000, None),
        (StatementIssued.number, day(4, 25), 50_000, 0),
        (StatementIssued.number, day(5, 25), 50_000, 0),
        (DrawMade.number, day(6, 12), 9_950_000, None),
        (StatementIssued.number, day(6, 25), 10_000_000, 0),
        # What lowered the bill beyond what was paid is a refund, and counts as a repayment.
        (RepaymentReceived.number, day(7, 12), 9_997_900, None),
        (RepaymentReceived.number, day(7, 20), 11_000, None),
        (StatementIssued.number, day(7, 25), 0, 0),
        (DrawMade.number, day(8, 12), 388_000, None),
        (RepaymentReceived.number, day(8, 20), 68_900, None),
        (StatementIssued.number, day(8, 25), 310_200, 0),
        (DrawMade.number, day(9, 12), 81_100, None),
        (StatementIssued.number, day(9, 25), 391_300, 2),
        (OutcomeObserved.number, day(10, 25), None, 1),
    ]
    quiet = told_as_events(book.events.filter(borrower="tw8"))
    assert sorted(row.number for row in quiet) == [
        LineOpened.number,
        *[StatementIssued.number] * 6,
        OutcomeObserved.number,
    ]
    assert {row.ref for row in quiet} == {str(line_of("tw8"))}
    assert book.events.filter(pl.col("recorded_at") != pl.col("happened_at")).is_empty()


@pytest.mark.parametrize("name", ["lines.csv.gz", "lines.csv", "data.csv", "data.csv.gz"])
def test_the_file_may_be_packed_and_its_columns_numbered(tmp_path: Path, name: str) -> None:
    write_lines(tmp_path / "named" / "taiwan" / "lines.csv", [LATE, QUIET])
    write_lines(tmp_path / "other" / "taiwan" / name, [numbered(LATE), numbered(QUIET)])
    named, other = read_taiwan(tmp_path / "named"), read_taiwan(tmp_path / "other")
    assert named.events.equals(other.events)
    assert named.defaults == other.defaults


def test_what_describes_the_person_is_never_read(tmp_path: Path) -> None:
    without = write_lines(tmp_path / "without.csv", [LATE, QUIET])
    for name in PERSONAL:
        with_it = write_lines(tmp_path / f"{name}.csv", [{name: "not a number", **line} for line in (LATE, QUIET)])
        assert read_columns(with_it).equals(read_columns(without))
    assert not set(PERSONAL) & set(READ)
    assert read_columns(without).columns == list(READ)


def test_reading_again_gives_every_event_the_id_it_had(tmp_path: Path) -> None:
    write_lines(tmp_path / "taiwan" / "lines.csv", [LATE, QUIET])
    one, two = read_taiwan(tmp_path).events, read_taiwan(tmp_path).events
    assert one.equals(two)
    assert one["id"].is_unique().all()


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(-(10**15), 10**15)), max_size=5))
def test_many_ids_are_those_that_are_made_one_by_one(named: list[tuple[str, int]]) -> None:
    instants = [datetime(2005, 4, 1, tzinfo=UTC) + timedelta(microseconds=us) for _, us in named]
    many = ids_of(
        pl.Series([name for name, _ in named], dtype=pl.String), at=pl.Series(instants, dtype=pl.Datetime("us", "UTC"))
    )
    assert many.to_list() == [str(id_from(name, at=at)) for (name, _), at in zip(named, instants, strict=True)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"BILL_AMT3": "n/a"}, "line 3 has 'n/a' in BILL_AMT3, where a number belongs"),
        ({"BILL_AMT3": ""}, "line 3 has None in BILL_AMT3"),
        ({"BILL_AMT3": "inf"}, "line 3 has 'inf' in BILL_AMT3"),
        ({"BILL_AMT3": "NaN"}, "line 3 has 'NaN' in BILL_AMT3"),
        ({"LIMIT_BAL": "1e13"}, "line 3 has '1e13' in LIMIT_BAL"),
        ({"PAY_0": "1.5"}, "line 3 has '1.5' in PAY_0, where a whole number belongs"),
        ({"default.payment.next.month": "2"}, "line 3 has '2' in default.payment.next.month, where 0 or 1 belongs"),
        ({"ID": "7"}, "ID 7 stands there twice"),
    ],
)
def test_a_cell_that_is_no_number_is_told_with_its_line(tmp_path: Path, cells: Mapping[str, str], words: str) -> None:
    path = write_lines(tmp_path / "lines.csv", [LATE, QUIET | dict(cells)])
    with pytest.raises(Malformed) as wrong:
        read_columns(path)
    assert words in wrong.value.message
    assert str(path) in wrong.value.message
    assert wrong.value.code is Code.DATA_CORRUPT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read (empty CSV)"),
        (b"ID,LIMIT_BAL\n1,2\n", "has no column PAY_0, PAY_2"),
        (b"<html><body>Not found</body></html>\n", "has no column ID, LIMIT_BAL"),
        (bytes(range(256)) * 4, "has no column ID"),
    ],
)
def test_a_file_that_is_another_is_told_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(content)
    with pytest.raises(Malformed) as wrong:
        read_columns(path)
    assert words in wrong.value.message


def test_a_packed_file_that_was_cut_is_told_and_not_read_in_part(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "lines.csv.gz", [a_line(number) for number in range(1, 2000)])
    for kept in (0.1, 0.5, 0.99):
        whole = gzip.compress(gzip.decompress(path.read_bytes()))
        (tmp_path / "cut.csv.gz").write_bytes(whole[: int(len(whole) * kept)])
        with pytest.raises(Malformed, match="cannot be read"):
            read_columns(tmp_path / "cut.csv.gz")


def test_dated_events_are_read_where_they_are_and_their_outcomes_with_them(tmp_path: Path) -> None:
    write_dated(tmp_path, OPENED, STATED, ENDED)
    book = read_taiwan(tmp_path)
    assert book.defaults == {"tw7": True}
    assert book.title == "Taiwan 2005: 1 real credit lines"
    assert [row.number for row in told_as_events(book.events)] == [70, 74, 90]


def test_outcomes_come_from_the_columns_when_no_event_tells_one(tmp_path: Path) -> None:
    write_dated(tmp_path, OPENED, STATED)
    with pytest.raises(NotFound, match="tells no outcome"):
        read_taiwan(tmp_path)
    write_lines(tmp_path / "taiwan" / "lines.csv", [LATE, QUIET])
    assert read_taiwan(tmp_path).defaults == {"tw7": True}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([LATE | {"default.payment.next.month": "0"}], "disagree about tw7's outcome"),
        ([QUIET], "the events know tw7, and the columns do not"),
    ],
)
def test_events_and_columns_that_disagree_are_refused(tmp_path: Path, lines: list[dict[str, str]], words: str) -> None:
    write_dated(tmp_path, OPENED, STATED, ENDED)
    write_lines(tmp_path / "taiwan" / "lines.csv", lines)
    with pytest.raises(Malformed, match=words) as wrong:
        read_taiwan(tmp_path)
    assert wrong.value.code is Code.DATA_CORRUPT


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("tw7", "gift", 1.0, "2005-04-25", None), "row 3 has 'gift' as type"),
        (("tw7", None, 1.0, "2005-04-25", None), "row 3 has None as type"),
        ((None, "draw", 1.0, "2005-04-25", None), "row 3 has None as customer"),
        (("tw7", "draw", None, "2005-04-25", None), "row 3 has None as amount"),
        (("tw7", "draw", float("inf"), "2005-04-25", None), "row 3 has inf as amount"),
        (("tw7", "draw", 1.0, "25 April", None), "row 3 has '25 April' as time"),
        (("tw7", "statement", 1.0, "2005-05-25", None), "row 3 has None as extra"),
        (STATED, "tw7 has the same event twice"),
        (("tw7", "line.opened", 1.0, "2005-04-02", None), "tw7 has two openings"),
        (("tw9", "draw", 1.0, "2005-04-25", None), "tw9 has events and no opening"),
    ],
)
def test_a_dated_event_that_is_none_is_told_with_its_row(tmp_path: Path, row: tuple[Any, ...], words: str) -> None:
    write_dated(tmp_path, OPENED, STATED, row)
    with pytest.raises(Malformed) as wrong:
        read_taiwan(tmp_path)
    assert words in wrong.value.message


def test_a_parquet_file_that_is_damaged_or_another_is_told_so(tmp_path: Path) -> None:
    write_dated(tmp_path, OPENED, STATED, ENDED)
    path = tmp_path / "taiwan" / "events.parquet"
    whole = path.read_bytes()
    for damaged in (b"", b"PAR1", whole[:-20], whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(Malformed, match="cannot be read"):
            read_taiwan(tmp_path)
    pl.DataFrame({"customer": ["tw7"]}).write_parquet(path)
    with pytest.raises(Malformed, match="cannot be read"):
        read_taiwan(tmp_path)


def test_what_is_missing_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        read_taiwan(tmp_path)
    assert missing.value.code is Code.DATA_MISSING
    assert str(tmp_path / "taiwan") in missing.value.message
    assert "creditline data get taiwan" in missing.value.message


def test_the_real_columns_and_the_real_events_tell_the_same() -> None:
    home = real("taiwan")
    if not (home / "events.parquet").is_file() or not (home / "lines.csv.gz").is_file():
        pytest.skip("Only one of the two files is at hand.")
    events = pl.read_parquet(home / "events.parquet", columns=["customer", "type", "amount", "time", "extra"])
    columns = derived(read_columns(home / "lines.csv.gz"))
    assert events.sort(SORTED).equals(columns.select(events.columns).sort(SORTED))
    assert events.height == 395_923


def test_the_real_book_is_made_of_events_that_intake_takes() -> None:
    book = read_taiwan(real("taiwan").parent)
    assert len(book.defaults) >= 24_000
    assert book.events["id"].is_unique().all()
    assert 0.22 < sum(book.defaults.values()) / len(book.defaults) < 0.222
    few = sorted(book.defaults)[::200]
    rows = told_as_events(book.events.filter(pl.col("borrower").is_in(few)))
    assert len(rows) > 15 * len(few)
