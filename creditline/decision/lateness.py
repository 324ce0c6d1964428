"""What a closed day makes known of a borrower: that something fell overdue, how late it is by now, that nothing is any more."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from creditline.clock import DAY, MICROSECOND, start_of
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


def facts_of(day: DayClosed, before: Bucket, *, borrower: str, currency: str) -> tuple[Event, ...]:
    """Return the facts of the end of a day: none unless the line went into another bucket than it was in `before`.

    A change is told by a statement of what is owed and by how many months payment is late, which is what rules look at.
    """
    result, at = day.result, start_of(day.result.day + DAY) - MICROSECOND
    if result.bucket is before:
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
    line: Line, loans: Sequence[Loan], before: Bucket, *, since: date, through: date, classes: Classes
) -> Iterator[Event]:
    """Go through the facts of the days from one to another on which nothing is drawn and nothing is paid.

    A line that stood in `before` goes into another bucket only on the first of them, or so many days after a due date.
    """
    dues = {row.due_on for loan in loans for row in loan.rows}
    turns = {since, *(due_on + timedelta(days=days) for due_on in dues for days in TURNS)}
    for day in sorted(turn for turn in turns if since <= turn <= through):
        own = [end_day(loan, day) for loan in loans if loan.drawn_on <= day]
        result = line_day(line.id, day, own, classes(day))
        closed = DayClosed(result=result, legs=(), late_minor=sum(late_minor(loan, day) for loan in own))
        yield from facts_of(closed, before, borrower=line.borrower, currency=line.currency)
        before = result.bucket


def months_late(bucket: Bucket) -> int:
    """Return by how many months payment is late, begun ones counted: 4 for all that is later than three."""
    return tuple(Bucket).index(bucket)
