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

from creditline.edge.sources.book import Book
from creditline.errors import Code, Malformed, NotFound
from creditline.events.catalogue import (
    BalanceMoved,
    DrawMade,
    Event,
    LineOpened,
    OutcomeObserved,
    RepaymentReceived,
    StatementIssued,
)
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


def read_taiwan(folder: Path) -> Book:
    """Read `folder`/taiwan: the dated events if they are there, else the columns, from which they are derived.

    Raises `NotFound` saying what is missing, and `Malformed` saying what in which file cannot be read.
    """
    home = folder / "taiwan"
    dated, lines = home / "events.parquet", _lines_file(home)
    if dated.is_file():
        raw = _read_dated(dated)
    elif lines is not None:
        raw = derived(_read_lines(lines))
    else:
        raise NotFound(
            f"{home} has neither events.parquet nor lines.csv.gz. Put the data there, name their folder in "
            "CREDITLINE_DATA, or fetch them with `creditline data get taiwan`.",
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
    return id_from(f"taiwan/{borrower}", at=OPENED_ON + NOON)


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
    return both.with_columns(
        id=_ids(both),
        ref=pl.col("borrower").replace_strict({one: str(line_of(one)) for one in defaults}, return_dtype=pl.String),
        recorded_at=pl.col("happened_at"),
        currency=pl.lit(CURRENCY),
    ).select(pl.col(name).cast(kind) for name, kind in EVENT_SCHEMA.items())


def _ids(events: pl.DataFrame) -> pl.Series:
    """Return an id for each event that reading the file again gives again."""
    rows = events.select("borrower", "kind", "happened_at").iter_rows()
    return pl.Series([str(id_from(f"{who}/{kind}", at=at)) for who, kind, at in rows], dtype=pl.String)


def _defaults(raw: pl.DataFrame, lines: Path | None, home: Path) -> dict[str, bool]:
    """Return who defaulted: from the events, or from the columns when no event tells; raise if both tell and differ."""
    everybody = raw.filter(pl.col("type") == "line.opened")["customer"].to_list()
    told = set(raw.filter(pl.col("type") == "outcome.default")["customer"])
    if lines is None or not told:
        if lines is None and not told:
            raise NotFound(f"{home} tells no outcome: add lines.csv.gz or outcome events.", code=Code.DATA_MISSING)
        if lines is None:
            return {one: one in told for one in everybody}
    columns = _read_lines(lines)
    by_column = {f"tw{row[0]}": row[1] == 1 for row in columns.select("ID", DEFAULT).iter_rows()}
    for one in everybody:
        if one not in by_column or (told and by_column[one] != (one in told)):
            raise Malformed(
                f"{home}: events and columns disagree about {one}'s outcome. Fetch both files again from one source.",
                code=Code.DATA_CORRUPT,
            )
    return {one: by_column[one] for one in everybody}


def _read_dated(path: Path) -> pl.DataFrame:
    """Read dated events; raise `Malformed` for a damaged file, unknown types or missing columns."""
    columns = ["customer", "type", "amount", "time", "extra"]
    try:
        raw = pl.read_parquet(path, columns=columns)
    except (pl.exceptions.PolarsError, OSError) as damaged:
        raise _corrupt(path, f"it cannot be read ({str(damaged).splitlines()[0]})") from damaged
    unknown = set(raw["type"].unique()) - set(NUMBERS)
    if unknown:
        raise _corrupt(path, f"it has events of type {', '.join(sorted(unknown))}")
    return raw


def _lines_file(home: Path) -> Path | None:
    """Return the file of columns, packed or not, under our name or the public one."""
    names = ("lines.csv.gz", "lines.csv", "data.csv", "data.csv.gz")
    return next((home / name for name in names if (home / name).is_file()), None)


def _read_lines(path: Path) -> pl.DataFrame:
    """Read the columns we use, by name or by number; raise `Malformed` naming the file, and the line where it can."""
    try:
        header = pl.read_csv(path, n_rows=0, infer_schema=False).columns
        names = [name for name in header if name in READ or name in BY_NUMBER_IN_UCI]
        frame = pl.read_csv(path, columns=names, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, EOFError, zlib.error) as damaged:
        raise _corrupt(path, f"it cannot be read ({str(damaged).splitlines()[0]})") from damaged
    frame = frame.rename({name: BY_NUMBER_IN_UCI[name] for name in frame.columns if name in BY_NUMBER_IN_UCI})
    missing = [name for name in READ if name not in frame.columns]
    if missing:
        raise _corrupt(path, f"it has no column {', '.join(missing)}")
    numbers = frame.select(pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in READ)
    for name in READ:
        bad = numbers[name].is_null().arg_true()
        if len(bad):
            raise _corrupt(path, f"line {bad[0] + 2} has {frame[name][bad[0]]!r} in {name}, where a number belongs")
    whole = numbers.with_columns(pl.col("ID", *STATUS, DEFAULT).cast(pl.Int64))
    if whole["ID"].is_duplicated().any():
        raise _corrupt(path, f"ID {whole['ID'].filter(whole['ID'].is_duplicated())[0]} stands there twice")
    return whole


def _corrupt(path: Path, what: str) -> Malformed:
    return Malformed(f"{path}: {what}. Nothing was taken from it; fetch it again.", code=Code.DATA_CORRUPT)
