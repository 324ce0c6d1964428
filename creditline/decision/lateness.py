"""What a closed day makes known of a borrower: that something fell overdue, how late it is by now, that nothing is any more."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from creditline.clock import DAY, MICROSECOND, start_of
from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.events.catalogue import Cured, FellOverdue, StatementIssued
from creditline.events.event import Event
from creditline.ids import id_from
from creditline.ledger.asset_class import Bucket
from creditline.ledger.close import Classes, DayClosed, late_minor
from creditline.ledger.day import line_day
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.ledger.running import end_day

MOST_OVERDUE_DAYS = 10_000
TURNS = (1, 31, 61, 91)
"""On which days past due a bucket begins."""


_MONTHLY: dict[str, bool] = {}
"""Whether editions, which never change, bill every month."""

Billing = Callable[[date], bool]
"""Says whether a statement of what is owed is issued at the end of a day's month."""


def bills_monthly(product: Product) -> bool:
    """Say whether a product has the close issue a statement at the end of every month; raise `PolicyInvalid` if it is unclear.

    Not where it says nothing: a lender who sends statements of their own would have every one counted twice.
    """
    if product.edition not in _MONTHLY:
        section = tomllib.loads(product.files["product.toml"].decode()).get("statements", {})
        is_said = isinstance(section, dict) and section.keys() <= {"monthly"}
        is_monthly = section.get("monthly", False) if is_said else None
        if not isinstance(is_monthly, bool):
            raise PolicyInvalid(
                f"Product {product.name}: [statements] in product.toml is {section}. It must be monthly = true or false.",
                code=Code.POLICY_INVALID,
            )
        _MONTHLY[product.edition] = is_monthly
    return _MONTHLY[product.edition]


def never(_: date) -> bool:
    """Issue no statement by the month."""
    return False


def facts_of(
    day: DayClosed, before: Bucket, *, borrower: str, currency: str, monthly: Billing = never
) -> tuple[Event, ...]:
    """Return the facts of the end of a day: none unless the line went into another bucket than it was in `before`.

    A change is told by a statement of what is owed and by how many months payment is late, which is what rules look at. So
    is what is owed at the end of a month, however well it is paid, where that is billed.
    """
    result, at = day.result, start_of(day.result.day + DAY) - MICROSECOND
    is_billed = result.owed_minor > 0 and (result.day + DAY).day == 1 and monthly(result.day)
    if result.bucket is before and not is_billed:
        return ()
    statement = StatementIssued(
        id=id_from(f"statement/{result.line}/{result.day}", at=at),
        borrower=borrower,
        happened_at=at,
        line=result.line,
        amount_minor=result.owed_minor,
        currency=currency,
        months_late_count=months_late(result.bucket),
    )
    if result.bucket is before:
        return (statement,)
    if result.bucket is Bucket.CURRENT:
        own = id_from(f"cured/{result.line}/{result.day}", at=at)
        return (Cured(id=own, borrower=borrower, happened_at=at, line=result.line), statement)
    if before is not Bucket.CURRENT:
        return (statement,)
    fell = FellOverdue(
        id=id_from(f"fell_overdue/{result.line}/{result.day}", at=at),
        borrower=borrower,
        happened_at=at,
        line=result.line,
        amount_minor=max(1, day.late_minor),
        currency=currency,
        overdue_days=min(MOST_OVERDUE_DAYS, result.dpd_days),
    )
    return (fell, statement)


def facts_ahead(
    line: Line,
    loans: Sequence[Loan],
    before: Bucket,
    *,
    span: tuple[date, date],
    classes: Classes,
    monthly: Billing = never,
) -> Iterator[Event]:
    """Go through the facts of the days from one to another on which nothing is drawn and nothing is paid.

    A line that stood in `before` goes into another bucket only on the first of them, or so many days after a due date; what
    it owes is told at the end of a month that is billed.
    """
    since, through = span
    dues = {row.due_on for loan in loans for row in loan.rows}
    turns = {since, *(due_on + timedelta(days=days) for due_on in dues for days in TURNS)}
    turns |= set(_month_ends(since, through))
    for day in sorted(turn for turn in turns if since <= turn <= through):
        own = [end_day(loan, day) for loan in loans if loan.drawn_on <= day]
        result = line_day(line.id, day, own, classes(day))
        closed = DayClosed(result=result, legs=(), late_minor=sum(late_minor(loan, day) for loan in own))
        yield from facts_of(closed, before, borrower=line.borrower, currency=line.currency, monthly=monthly)
        before = result.bucket


def _month_ends(since: date, through: date) -> Iterator[date]:
    """Go through the last days of months from one day to another."""
    first = since.replace(day=1)
    while True:
        first = (first + timedelta(days=31)).replace(day=1)
        if first - DAY > through:
            return
        yield first - DAY


def months_late(bucket: Bucket) -> int:
    """Return by how many months payment is late, begun ones counted: 4 for all that is later than three."""
    return tuple(Bucket).index(bucket)
