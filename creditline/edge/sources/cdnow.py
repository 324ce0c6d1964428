"""Real orders: what 23,570 people bought of CDNOW, a seller of music, from January 1997 to June 1998.

The source has a day, a number of CDs and an amount in dollars a purchase, and no name of it: we number a customer's
purchases in the order of the file. Only the days are real; a purchase is dated at noon.
"""

import gzip
import re
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from creditline.edge.sources.book import corrupt, framed
from creditline.errors import Code, NotFound
from creditline.events.catalogue import OrderPaid
from creditline.events.event import Category
from creditline.events.frames import EVENT_SCHEMA

FILES = ("CDNOW_master.txt.gz", "CDNOW_master.txt")
CURRENCY = "USD"
NOON = timedelta(hours=12)
PURCHASE = re.compile(r"^\s*(\w{1,16})\s+(\d{8})\s+\d+\s+(\d{1,9})\.(\d\d)\s*$", re.ASCII)
MUSIC = list(Category).index(Category.MEDIA)


def is_cdnow(home: Path) -> bool:
    """Say whether a folder holds this source."""
    return any((home / name).is_file() for name in FILES)


def read_cdnow(home: Path) -> pl.DataFrame:
    """Read the purchases in a folder as events (EVENT_SCHEMA); what cost nothing is none.

    Raises `NotFound` naming the file that is missing, and `Malformed` naming the line that cannot be read.
    """
    path = next((home / name for name in FILES if (home / name).is_file()), None)
    if path is None:
        raise NotFound(f"{home} has no {' or '.join(FILES)}. Put it there.", code=Code.DATA_MISSING)
    raw = pl.DataFrame(
        _purchases(path),
        schema={"customer": pl.String, "happened_at": EVENT_SCHEMA["happened_at"], "amount_minor": pl.Int64},
        orient="row",
    )
    who = pl.concat_str(pl.lit("cd"), "customer")
    order = pl.concat_str(who, pl.col("customer").cum_count().over("customer").cast(pl.String), separator="-")
    paid = raw.select(
        content=pl.concat_str(order, pl.lit("order.paid"), separator="/"),
        number=pl.lit(OrderPaid.number, pl.UInt8),
        borrower=who,
        happened_at="happened_at",
        amount_minor="amount_minor",
        code=pl.lit(MUSIC, pl.Int32),
        ref=order,
    )
    return framed(paid.filter(pl.col("amount_minor") > 0), currency=CURRENCY)


def _purchases(path: Path) -> list[tuple[str, datetime, int]]:
    """Return customer, instant and cents of each purchase."""
    try:
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("ascii")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as damaged:
        raise corrupt(path, f"it cannot be read ({damaged})") from damaged
    bought = []
    for line, words in enumerate(text.splitlines()[1:], start=2):
        found = PURCHASE.match(words)
        try:
            customer, day, dollars, cents = found.groups() if found else ("", "", "", "")
            bought.append((customer, datetime.fromisoformat(day).replace(tzinfo=UTC) + NOON, int(dollars + cents)))
        except ValueError as wrong:
            raise corrupt(path, f"line {line} is {words!r}, not a customer, a day, a number and an amount") from wrong
    return bought
