"""Days go by: interest and penalty run up, and instalments fall due.

Going day by day and going at one stride give the same loan, so a close that missed days catches up exactly.
"""

from dataclasses import replace
from datetime import date, timedelta

from creditline.ledger.interest import Accrual
from creditline.ledger.loan import Instalment, Loan, LoanState


def accrue(loan: Loan, *, through_on: date) -> Loan:
    """Bring a loan to the beginning of a day: the days before it are charged, and what is due by then is due.

    A day the loan has already reached changes nothing, and so does any day once it is closed or charged off.
    """
    return _charge(loan, until=loan.terms.counted.end_on(through_on))


def end_day(loan: Loan, day: date) -> Loan:
    """Bring a loan to the end of a day: it and the days before it are charged, whichever end of a loan's life is not."""
    return _charge(loan, until=day + timedelta(days=1))


def _charge(loan: Loan, *, until: date) -> Loan:
    if loan.state is not LoanState.OPEN:
        return loan
    loan = fall_due(loan)
    while loan.accrued_through_on < until:
        loan = fall_due(_run(loan, until=min([until, *_turns(loan)])))
    return loan


def fall_due(loan: Loan) -> Loan:
    """Make the instalments due whose day the loan has reached: the interest that ran up is posted to them, rounded once."""
    row = loan.running_row
    while row is not None and _end(loan, row) <= loan.accrued_through_on:
        fallen = replace(row, interest_minor=row.interest_minor + loan.accrued_interest_minor, is_due=True)
        loan = replace(loan, rows=with_row(loan.rows, fallen), interest=Accrual())
        row = loan.running_row
    return loan


def with_row(rows: tuple[Instalment, ...], changed: Instalment) -> tuple[Instalment, ...]:
    """Return rows with one of them changed."""
    return tuple(changed if row.number == changed.number else row for row in rows)


def late_minor(loan: Loan) -> int:
    """Return the principal on which penalty runs: overdue, and its days of grace are over."""
    return sum(row.principal_unpaid_minor for row in loan.rows if _is_late(loan, row))


def _run(loan: Loan, *, until: date) -> Loan:
    """Charge the days up to `until`, between which nothing falls due and no grace ends."""
    terms = loan.terms
    days_count = terms.rate.day_count.days(loan.accrued_through_on, until=until)
    late = late_minor(loan)
    base_minor = late
    if terms.is_compound:
        base_minor += sum(row.interest_unpaid_minor for row in loan.rows if _is_late(loan, row))
    return replace(
        loan,
        accrued_through_on=until,
        interest=loan.interest.plus(loan.outstanding_minor - late, terms.rate, days_count=days_count),
        penalty=loan.penalty.plus(
            base_minor, terms.rate, days_count=days_count, multiplier_bp=terms.penalty_multiplier_bp
        ),
    )


def _turns(loan: Loan) -> list[date]:
    """Return the days to come on which an instalment falls due or the grace of one ends."""
    grace = timedelta(days=loan.terms.grace_days)
    ends = [_end(loan, row) for row in loan.rows]
    return [day for end in ends for day in (end, end + grace) if day > loan.accrued_through_on]


def _is_late(loan: Loan, row: Instalment) -> bool:
    grace = timedelta(days=loan.terms.grace_days)
    return row.is_due and _end(loan, row) + grace <= loan.accrued_through_on


def _end(loan: Loan, row: Instalment) -> date:
    """Return the first day that an instalment paid on its day is charged no more."""
    return loan.terms.counted.end_on(row.due_on)
