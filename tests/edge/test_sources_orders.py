"""Real orders: purchases without a name get one that lasts, and what cannot be read is told with its line."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from creditline.edge.sources.cdnow import is_cdnow, read_cdnow
from creditline.edge.sources.olist import is_olist, read_olist
from creditline.errors import Code, Malformed, NotFound
from creditline.events.catalogue import OrderPaid, OrderPlaced
from creditline.events.event import Category
from creditline.events.frames import EVENT_SCHEMA
from creditline.events.row import EventRow, event_of
from tests.edge.a_source import real, told_as_events

HEAD = " customer_id  date number_of_cds  dollar_value\r\n"
BOUGHT = " 00002 19970112  1   12.00\r\n 00002 19970112  5   77.05\r\n 00455 19970102  1    0.00\r\n 00003 19980528 14  320.9"

ORDERS = (
    "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at\n"
    "o1,c1,delivered,2017-07-09 21:57:05,2017-07-09 22:10:13\n"
    "o2,c2,canceled,2018-01-01 00:00:00,\n"
    "o3,c1,delivered,2018-02-01 10:00:00,2018-02-01 10:00:00\n"
)
CUSTOMERS = "customer_id,customer_unique_id,customer_city\nc1,ada,recife\nc2,bob,natal\n"
PAYMENTS = (
    "order_id,payment_sequential,payment_type,payment_installments,payment_value\n"
    "o1,1,credit_card,2,128.45\no1,2,voucher,1,0.29\no2,1,boleto,1,10\no3,1,voucher,1,0.0\n"
)


def write_cdnow(home: Path, text: str) -> Path:
    (home / "CDNOW_master.txt").write_text(text, encoding="ascii", newline="")
    return home


def write_olist(home: Path, *, orders: str = ORDERS, customers: str = CUSTOMERS, payments: str = PAYMENTS) -> Path:
    for name, text in (("orders", orders), ("customers", customers), ("order_payments", payments)):
        (home / f"olist_{name}_dataset.csv").write_text(text, encoding="utf-8")
    return home


def paid(row: EventRow) -> OrderPaid:
    event = event_of(row)
    assert isinstance(event, OrderPaid)
    return event


def test_purchases_are_numbered_and_dated_and_what_cost_nothing_is_none(tmp_path: Path) -> None:
    frame = read_cdnow(write_cdnow(tmp_path, HEAD + BOUGHT + "0\r\n"))
    assert frame.schema == EVENT_SCHEMA
    told = [paid(row) for row in told_as_events(frame)]
    assert [(one.borrower, one.order, one.happened_at, one.amount_minor) for one in told] == [
        ("cd00002", "cd00002-1", datetime(1997, 1, 12, 12, tzinfo=UTC), 1_200),
        ("cd00002", "cd00002-2", datetime(1997, 1, 12, 12, tzinfo=UTC), 7_705),
        ("cd00003", "cd00003-1", datetime(1998, 5, 28, 12, tzinfo=UTC), 32_090),
    ]
    assert {(one.category, one.currency) for one in told} == {(Category.MEDIA, "USD")}
    assert frame["id"].is_unique().all()


def test_packed_purchases_are_the_same_with_the_same_ids(tmp_path: Path) -> None:
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "CDNOW_master.txt.gz").write_bytes(gzip.compress((HEAD + BOUGHT + "0").encode()))
    assert read_cdnow(tmp_path / "packed").equals(read_cdnow(write_cdnow(tmp_path, HEAD + BOUGHT + "0")))


@pytest.mark.parametrize(
    "line", ["00001 19970101 1", "00001 19970230 1 5.00", "00001 19970101 1 -5.00", "00001 19970101 1 5.001", ""]
)
def test_a_purchase_that_is_none_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(Malformed, match="line 3 is") as wrong:
        read_cdnow(write_cdnow(tmp_path, HEAD + "00001 19970101 1 5.00\n" + line + "\n"))
    assert wrong.value.code is Code.DATA_CORRUPT


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", gzip.compress(b"x" * 5000)[:-9], gzip.compress(b"caf\xe9")])
def test_packed_purchases_that_are_damaged_are_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "CDNOW_master.txt.gz").write_bytes(content)
    if content:
        with pytest.raises(Malformed, match="cannot be read"):
            read_cdnow(tmp_path)
    else:
        assert read_cdnow(tmp_path).is_empty()


def test_an_order_is_placed_and_each_of_its_payments_paid(tmp_path: Path) -> None:
    frame = read_olist(write_olist(tmp_path))
    assert frame.schema == EVENT_SCHEMA
    told = [
        (row.number, row.borrower, row.ref, row.happened_at, row.amount_minor, row.currency)
        for row in told_as_events(frame)
    ]
    bought_at, approved_at = datetime(2017, 7, 9, 21, 57, 5, tzinfo=UTC), datetime(2017, 7, 9, 22, 10, 13, tzinfo=UTC)
    assert told == [
        (OrderPlaced.number, "ada", "o1", bought_at, 12_874, "BRL"),
        (OrderPaid.number, "ada", "o1", approved_at, 12_845, "BRL"),
        (OrderPaid.number, "ada", "o1", approved_at, 29, "BRL"),
        # Never approved, so never paid; and an order that cost nothing is none.
        (OrderPlaced.number, "bob", "o2", datetime(2018, 1, 1, tzinfo=UTC), 1_000, "BRL"),
    ]
    assert frame["id"].is_unique().all()
    assert read_olist(tmp_path).equals(frame)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda home: write_olist(home, orders=ORDERS.replace("2018-01-01 00:00:00", "soon")), "line 3 has 'soon' in order_purchase"),
        (lambda home: write_olist(home, orders=ORDERS.replace("o2,c2", ",c2")), "line 3 has None in order_id"),
        (lambda home: write_olist(home, orders=ORDERS.replace("order_approved_at", "approved")), "cannot be read"),
        (lambda home: write_olist(home, customers=CUSTOMERS.replace("c2,bob", "c9,bob")), "order o2 is of a customer whom"),
        (lambda home: write_olist(home, payments=PAYMENTS.replace("128.45", "much")), "line 2 has 'much' in payment_value"),
        (lambda home: write_olist(home, payments=PAYMENTS.replace("128.45", "-1")), "line 2 has '-1' in payment_value"),
        (lambda home: write_olist(home, payments=PAYMENTS.replace("128.45", "inf")), "line 2 has 'inf' in payment_value"),
    ],
)  # fmt: skip
def test_an_order_that_is_none_is_told_with_its_line(tmp_path: Path, write: Callable[[Path], Path], words: str) -> None:
    with pytest.raises(Malformed) as wrong:
        read_olist(write(tmp_path))
    assert words in wrong.value.message
    assert wrong.value.code is Code.DATA_CORRUPT


def test_a_folder_is_known_by_its_files_and_what_is_missing_is_named(tmp_path: Path) -> None:
    assert not is_cdnow(tmp_path)
    assert not is_olist(tmp_path)
    with pytest.raises(NotFound, match=r"has no CDNOW_master\.txt\.gz"):
        read_cdnow(tmp_path)
    with pytest.raises(NotFound, match="has no olist_orders_dataset"):
        read_olist(tmp_path)
    assert is_cdnow(write_cdnow(tmp_path, HEAD))
    assert is_olist(write_olist(tmp_path))


def test_every_real_purchase_that_cost_something_is_an_event() -> None:
    home = real("cdnow")
    frame = read_cdnow(home)
    assert frame.height == 69_579
    assert frame["borrower"].n_unique() >= 23_500
    assert frame["id"].is_unique().all()
    if (home / "events.parquet").is_file():
        other = pl.read_parquet(home / "events.parquet")
        assert frame["amount_minor"].sum() == round(other["amount"].sum() * 100)
    told_as_events(frame[::50])


def test_the_real_orders_are_those_that_were_dated_before() -> None:
    home = real("olist_sample")
    frame = read_olist(home)
    told_as_events(frame[::20])
    assert frame["id"].is_unique().all()
    if not (home / "events.parquet").is_file():
        pytest.skip("The dated events are not at hand to compare with.")
    other = pl.read_parquet(home / "events.parquet").select(
        number=pl.when(pl.col("type") == "order.placed")
        .then(pl.lit(OrderPlaced.number, pl.UInt8))
        .when(pl.col("type").str.starts_with("payment."))
        .then(pl.lit(OrderPaid.number, pl.UInt8)),
        borrower="customer",
        happened_at=pl.col("time").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", time_zone="UTC"),
        amount_minor=(pl.col("amount") * 100).round().cast(pl.Int64),
        ref="ref",
    )
    other = other.filter(pl.col("number").is_not_null(), pl.col("amount_minor") > 0)
    assert frame.select(other.columns).sort(other.columns).equals(other.sort(other.columns))
