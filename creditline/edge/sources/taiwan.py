"""The real book: 30,000 revolving credit lines of a bank in Taiwan, April to October 2005 (UCI data set 350, CC BY 4.0).

The source has six months of statements (status, bill, payment) and whether the line defaulted in October. Only the
months are real: we date an opening on 1 April, draws on the 12th, repayments on the 20th, statements on the 25th. Draws are
implied by what a bill grew beyond what was paid, so they hold interest and fees too. Columns that describe the person
(sex, education, marriage, age) are never read.
"""

import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl

from creditline.edge.sources.book import Book, corrupt, framed, ids_of
from creditline.errors import Code, Malformed, NotFound
from creditline.events.catalogue import (
    BalanceMoved,
    DrawMade,
    LineOpened,
    OutcomeObserved,
    RepaymentReceived,
    StatementIssued,
)
from creditline.events.event import Event
from creditline.events.frames import EVENT_SCHEMA
from creditline.ids import id_from

CURRENCY = "TWD"
NOON = timedelta(hours=12)
OPENED_ON = datetime(2005, 4, 1, tzinfo=UTC)
AS_OF = datetime(2005, 10, 1, tzinfo=UTC)
OUTCOME_AT = datetime(2005, 10, 25, tzinfo=UTC) + NOON
UNTIL = datetime(2005, 10, 26, tzinfo=UTC)

NUMBERS: dict[str, type[Event]] = {
    "line.opened": LineOpened,
    "balance.opening": BalanceMoved,
    "draw": DrawMade,
    "repayment": RepaymentReceived,
    # A refund larger than the month's purchases lowers what is owed, as a repayment does.
    "adjustment.credit": RepaymentReceived,
    "statement": StatementIssued,
    "outcome.default": OutcomeObserved,
}

LIMIT, DEFAULT = "LIMIT_BAL", "default.payment.next.month"
STATUS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
BILLS = tuple(f"BILL_AMT{month}" for month in range(1, 7))
PAID = tuple(f"PAY_AMT{month}" for month in range(1, 7))
READ = ("ID", LIMIT, *STATUS, *BILLS, *PAID, DEFAULT)
"""The columns that are read; the newest month comes first in each group, as in the source."""

BY_NUMBER_IN_UCI = {"X1": LIMIT, **{f"X{6 + k}": STATUS[k] for k in range(6)}, **{f"X{12 + k}": BILLS[k] for k in range(6)},
                    **{f"X{18 + k}": PAID[k] for k in range(6)}, "Y": DEFAULT}  # fmt: skip
"""The numbered columns of the public file, under their names."""

LINE_NAMES = "taiwan/"
COLUMNS_FILES = ("lines.csv.gz", "lines.csv", "data.csv", "data.csv.gz")
DATED = {"customer": pl.String(), "type": pl.String(), "amount": pl.Float64(), "time": pl.String(), "extra": pl.Int64()}
"""The columns of dated events: `time` is a day such as 2005-04-01, `extra` the months late of a statement."""

MOST_AMOUNT = 1e12
"""No bill of the source comes near it, and no amount beyond it is exact in minor units."""


def read_taiwan(folder: Path) -> Book:
    """Read `folder`/taiwan: the dated events if they are there, else the columns, from which they are derived.

    Raises `NotFound` saying what is missing, and `Malformed` saying what in which file cannot be read.
    """
    home = folder / "taiwan"
    dated, lines = home / "events.parquet", _lines_file(home)
    if dated.is_file():
        raw = _read_dated(dated)
    elif lines is not None:
        raw = derived(read_columns(lines))
    else:
        raise NotFound(
            f"{home} has neither events.parquet nor {', '.join(COLUMNS_FILES)}. Put the data there, name the folder that "
            "holds taiwan/ in CREDITLINE_DATA, or fetch them with `creditline data get taiwan`.",
            code=Code.DATA_MISSING,
        )
    defaults = _defaults(raw, lines, home)
    return _book(raw, defaults, title=f"Taiwan 2005: {len(defaults):,} real credit lines")


def dated_book(raw: pl.DataFrame, *, title: str, is_synthetic: bool = False) -> Book:
    """Return a book of dated events (customer, type, amount, time, extra) that tell their own outcomes."""
    bad = set(raw.filter(pl.col("type") == "outcome.default")["customer"])
    everybody = raw.filter(pl.col("type") == "line.opened")["customer"].to_list()
    return _book(raw, {one: one in bad for one in everybody}, title=title, is_synthetic=is_synthetic)


def _book(raw: pl.DataFrame, defaults: dict[str, bool], *, title: str, is_synthetic: bool = False) -> Book:
    return Book(
        title=title,
        currency=CURRENCY,
        events=_events(raw, defaults),
        defaults=defaults,
        as_of=AS_OF,
        until=UNTIL,
        is_synthetic=is_synthetic,
        # Draws are read from bills, which hold interest and fees already.
        contract_apr_bp=0,
    )


def derived(lines: pl.DataFrame) -> pl.DataFrame:
    """Return dated events (customer, type, amount, time, extra) from the columns of the source.

    Months run from April (k = 6) to September (k = 1). Between two statements the bill grew by what was drawn less what
    was paid: draw = bill_k - bill_(k+1) + payment_k; a negative one is a refund.
    """
    who = pl.concat_str([pl.lit("tw"), pl.col("ID").cast(pl.String)])
    parts = [_dated(lines, who, "line.opened", pl.col(LIMIT), "2005-04-01")]
    parts.append(_dated(lines, who, "balance.opening", pl.col(BILLS[5]), "2005-04-12").filter(pl.col("amount") != 0))
    for k in range(6):
        month = f"2005-{9 - k:02d}"
        parts.append(_dated(lines, who, "statement", pl.col(BILLS[k]), f"{month}-25", status=pl.col(STATUS[k])))
        if k < 5:
            grown = pl.col(BILLS[k]) - pl.col(BILLS[k + 1]) + pl.col(PAID[k])
            parts.append(_dated(lines, who, "draw", grown, f"{month}-12").filter(pl.col("amount") > 0))
            credit = _dated(lines, who, "adjustment.credit", -grown, f"{month}-12")
            parts.append(credit.filter(pl.col("amount") > 0))
            parts.append(_dated(lines, who, "repayment", pl.col(PAID[k]), f"{month}-20").filter(pl.col("amount") > 0))
    bad = lines.filter(pl.col(DEFAULT) == 1)
    parts.append(_dated(bad, who, "outcome.default", pl.lit(0.0), "2005-10-25"))
    return pl.concat(parts)


def _dated(
    lines: pl.DataFrame, who: pl.Expr, kind: str, amount: pl.Expr, day: str, status: pl.Expr | None = None
) -> pl.DataFrame:
    return lines.select(
        customer=who,
        type=pl.lit(kind),
        amount=amount.cast(pl.Float64),
        time=pl.lit(day),
        extra=pl.lit(None, pl.Int64) if status is None else status.cast(pl.Int64),
    )


def line_of(borrower: str) -> UUID:
    """Return the id that a borrower's line has in every replay."""
    return id_from(LINE_NAMES + borrower, at=OPENED_ON + NOON)


def _line_ids(borrowers: pl.Series) -> pl.Series:
    """Return `line_of` each borrower, as text."""
    opened_at = pl.Series([OPENED_ON + NOON], dtype=EVENT_SCHEMA["happened_at"])
    names = borrowers.unique()
    ids = ids_of(LINE_NAMES + names, at=opened_at.new_from_index(0, len(names)))
    return borrowers.replace_strict(names, ids, return_dtype=pl.String)


def _events(raw: pl.DataFrame, defaults: dict[str, bool]) -> pl.DataFrame:
    """Return raw dated events in EVENT_SCHEMA, with an outcome for every line."""
    known = raw.filter(pl.col("type") != "outcome.default")
    at = pl.col("time").str.to_datetime("%Y-%m-%d", time_unit="us", time_zone="UTC") + NOON
    is_moved = pl.col("type") == "balance.opening"
    events = known.select(
        number=pl.col("type").replace_strict(
            {kind: own.number for kind, own in NUMBERS.items()}, return_dtype=pl.UInt8
        ),
        borrower="customer",
        # A balance that came with a line came when the line did.
        happened_at=pl.when(is_moved).then(pl.lit(OPENED_ON + NOON)).otherwise(at),
        amount_minor=(pl.col("amount").clip(lower_bound=0) * 100).round().cast(pl.Int64),
        code=pl.when(pl.col("type") == "statement").then(pl.col("extra").clip(lower_bound=0).cast(pl.Int32)),
        kind="type",
    ).filter((pl.col("kind") != "balance.opening") | (pl.col("amount_minor") > 0))
    outcomes = pl.DataFrame(
        {"borrower": list(defaults), "code": [int(bad) for bad in defaults.values()]},
        schema={"borrower": pl.String, "code": pl.Int32},
    ).select(
        number=pl.lit(OutcomeObserved.number, pl.UInt8),
        borrower="borrower",
        happened_at=pl.lit(OUTCOME_AT),
        amount_minor=pl.lit(None, pl.Int64),
        code="code",
        kind=pl.lit("outcome"),
    )
    both = pl.concat([events, outcomes], how="vertical_relaxed")
    content = pl.concat_str("borrower", "kind", separator="/")
    return framed(both.with_columns(content=content, ref=_line_ids(both["borrower"])), currency=CURRENCY)


def _defaults(raw: pl.DataFrame, lines: Path | None, home: Path) -> dict[str, bool]:
    """Return who defaulted: from the events, or from the columns when no event tells; raise if both tell and differ."""
    everybody = raw.filter(pl.col("type") == "line.opened")["customer"].to_list()
    told = set(raw.filter(pl.col("type") == "outcome.default")["customer"])
    if lines is None:
        if not told:
            raise NotFound(
                f"{home}/events.parquet tells no outcome. Put {' or '.join(COLUMNS_FILES)} beside it.",
                code=Code.DATA_MISSING,
            )
        return {one: one in told for one in everybody}
    columns = read_columns(lines)
    by_column = {f"tw{row[0]}": row[1] == 1 for row in columns.select("ID", DEFAULT).iter_rows()}
    for one in everybody:
        if one not in by_column:
            raise Malformed(
                f"{home}: the events know {one}, and the columns do not. Fetch both files again from one source.",
                code=Code.DATA_CORRUPT,
            )
        if told and by_column[one] != (one in told):
            raise Malformed(
                f"{home}: events and columns disagree about {one}'s outcome. Fetch both files again from one source.",
                code=Code.DATA_CORRUPT,
            )
    return {one: by_column[one] for one in everybody}


def _read_dated(path: Path) -> pl.DataFrame:
    """Read dated events; raise `Malformed` saying what in the file is damaged, missing, doubled or no event of ours."""
    try:
        read = pl.read_parquet(path, columns=list(DATED))
        raw = read.select(pl.col(name).cast(kind, strict=False) for name, kind in DATED.items())
    except (pl.exceptions.PolarsError, OSError) as damaged:
        raise corrupt(path, f"it cannot be read ({_first_line(damaged)})") from damaged
    is_statement = pl.col("type") == "statement"
    for name, wrong in {
        "type": ~pl.col("type").is_in(list(NUMBERS)).fill_null(value=False),
        "customer": pl.col("customer").is_null(),
        "time": pl.col("time").str.to_date("%Y-%m-%d", strict=False).is_null(),
        "amount": ~pl.col("amount").abs().le(MOST_AMOUNT).fill_null(value=False),
        "extra": is_statement & pl.col("extra").is_null(),
    }.items():
        bad = raw.select(wrong).to_series().arg_true()
        if len(bad):
            raise corrupt(path, f"row {bad[0] + 1} has {read[name][bad[0]]!r} as {name}")
    opened = raw.filter(pl.col("type") == "line.opened")["customer"]
    double = raw.filter(pl.struct("customer", "type", "time").is_duplicated())["customer"]
    for what, whose in {
        "the same event twice": double,
        "two openings": opened.filter(opened.is_duplicated()),
        "events and no opening": raw["customer"].filter(~raw["customer"].is_in(opened.implode())),
    }.items():
        if len(whose):
            raise corrupt(path, f"{whose[0]} has {what}")
    return raw


def _lines_file(home: Path) -> Path | None:
    """Return the file of columns, packed or not, under our name or the public one."""
    return next((home / name for name in COLUMNS_FILES if (home / name).is_file()), None)


def read_columns(path: Path) -> pl.DataFrame:
    """Read the columns we use (READ), by name or by number, as numbers; one row a line.

    Raises `Malformed` naming the file, and the line of the file where it can.
    """
    try:
        header = pl.read_csv(path, n_rows=0, infer_schema=False).columns
        names = [name for name in header if name in READ or name in BY_NUMBER_IN_UCI]
        frame = pl.read_csv(path, columns=names, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, EOFError, zlib.error) as damaged:
        raise corrupt(path, f"it cannot be read ({_first_line(damaged)})") from damaged
    frame = frame.rename({name: BY_NUMBER_IN_UCI[name] for name in frame.columns if name in BY_NUMBER_IN_UCI})
    missing = [name for name in READ if name not in frame.columns]
    if missing:
        raise corrupt(path, f"it has no column {', '.join(missing)}")
    numbers = frame.select(pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in READ)
    for name in READ:
        is_good = numbers[name].abs() <= MOST_AMOUNT
        if name in ("ID", *STATUS):
            is_good &= numbers[name].floor() == numbers[name]
        elif name == DEFAULT:
            is_good &= numbers[name].is_in([0.0, 1.0])
        bad = (~is_good.fill_null(value=False)).arg_true()
        if len(bad):
            raise corrupt(path, f"line {bad[0] + 2} has {frame[name][bad[0]]!r} in {name}, where {_belongs(name)}")
    if numbers["ID"].is_duplicated().any():
        twice = numbers["ID"].filter(numbers["ID"].is_duplicated())
        raise corrupt(path, f"ID {twice[0]:.0f} stands there twice")
    return numbers.with_columns(pl.col("ID", *STATUS, DEFAULT).cast(pl.Int64))


def _belongs(name: str) -> str:
    """Return what a column's cells should hold."""
    if name == DEFAULT:
        return "0 or 1 belongs"
    return "a whole number belongs" if name in ("ID", *STATUS) else "a number belongs"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
