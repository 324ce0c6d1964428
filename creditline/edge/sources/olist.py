"""Real orders: Olist, a marketplace in Brazil, 2016 to 2018 (CC BY-NC-SA 4.0), to the second.

An order's amount is the sum of its payments; a payment is dated when the order was approved, and one that never was is
left out. The source does not say its time zone: its times are taken as UTC. The categories of the goods are not read.
"""

import zlib
from pathlib import Path

import polars as pl

from creditline.edge.sources.book import corrupt, framed
from creditline.errors import Code, NotFound
from creditline.events.catalogue import OrderPaid, OrderPlaced
from creditline.events.event import Category

CURRENCY = "BRL"
OTHER = list(Category).index(Category.OTHER)
ORDERS, CUSTOMERS, PAYMENTS = "olist_orders_dataset", "olist_customers_dataset", "olist_order_payments_dataset"
COLUMNS = {
    ORDERS: ("order_id", "customer_id", "order_purchase_timestamp", "order_approved_at"),
    CUSTOMERS: ("customer_id", "customer_unique_id"),
    PAYMENTS: ("order_id", "payment_sequential", "payment_value"),
}
OPTIONAL = frozenset({"order_approved_at"})


def is_olist(home: Path) -> bool:
    """Say whether a folder holds this source."""
    return _path(home, ORDERS) is not None


def read_olist(home: Path) -> pl.DataFrame:
    """Read the orders in a folder and their payments as events (EVENT_SCHEMA); what cost nothing is none.

    Raises `NotFound` naming the file that is missing, and `Malformed` naming the file and line that cannot be read.
    """
    orders, customers, payments = (_table(home, name) for name in (ORDERS, CUSTOMERS, PAYMENTS))
    amounts = payments.with_columns(amount_minor=_cents("payment_value"))
    whose = orders.join(customers, on="customer_id", how="left")
    lost = whose.filter(pl.col("customer_unique_id").is_null())["order_id"]
    if len(lost):
        raise corrupt(home, f"order {lost[0]} is of a customer whom {CUSTOMERS} does not know")
    placed = whose.join(amounts.group_by("order_id").agg(pl.col("amount_minor").sum()), on="order_id").select(
        content=pl.concat_str("order_id", pl.lit("order.placed"), separator="/"),
        number=pl.lit(OrderPlaced.number, pl.UInt8),
        borrower="customer_unique_id",
        happened_at=_instant("order_purchase_timestamp"),
        amount_minor="amount_minor",
        code=pl.lit(OTHER, pl.Int32),
        ref="order_id",
    )
    paid = whose.join(amounts, on="order_id").select(
        content=pl.concat_str("order_id", pl.lit("order.paid"), "payment_sequential", separator="/"),
        number=pl.lit(OrderPaid.number, pl.UInt8),
        borrower="customer_unique_id",
        happened_at=_instant("order_approved_at"),
        amount_minor="amount_minor",
        code=pl.lit(OTHER, pl.Int32),
        ref="order_id",
    )
    both = pl.concat([placed, paid]).filter(pl.col("amount_minor") > 0, pl.col("happened_at").is_not_null())
    return framed(both.sort("happened_at", "content"), currency=CURRENCY)


def _path(home: Path, name: str) -> Path | None:
    """Return the file of a table, packed or not."""
    return next((path for end in (".csv.gz", ".csv") if (path := home / f"{name}{end}").is_file()), None)


def _table(home: Path, name: str) -> pl.DataFrame:
    """Read the columns of a table that we use, as text that was checked to be what it should."""
    path = _path(home, name)
    if path is None:
        raise NotFound(f"{home} has no {name}.csv.gz or {name}.csv. Put it there.", code=Code.DATA_MISSING)
    try:
        table = pl.read_csv(path, columns=list(COLUMNS[name]), infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, EOFError, zlib.error) as damaged:
        raise corrupt(path, f"it cannot be read ({str(damaged).splitlines()[0]})") from damaged
    for column in COLUMNS[name]:
        given = pl.col(column)
        if column == "payment_value":
            is_good = _cents(column).is_not_null()
        elif column.startswith("order_") and column != "order_id":
            is_good = _instant(column).is_not_null() | (given.is_null() & (column in OPTIONAL))
        else:
            is_good = given.is_not_null()
        bad = table.select(~is_good).to_series().arg_true()
        if len(bad):
            raise corrupt(path, f"line {bad[0] + 2} has {table[column][bad[0]]!r} in {column}")
    return table


def _cents(column: str) -> pl.Expr:
    """Return an amount such as 24.39 in cents; null for what is none."""
    amount = pl.col(column).cast(pl.Float64, strict=False)
    return pl.when(amount.is_between(0, 1e12)).then((amount * 100).round().cast(pl.Int64, strict=False))


def _instant(column: str) -> pl.Expr:
    """Return an instant such as 2017-07-09 21:57:05 in UTC; null for what is none."""
    return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", time_zone="UTC", strict=False)
