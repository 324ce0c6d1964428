"""A line's days are closed, one after the other: what ran up is booked on its own day, and what is no income suspended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from creditline.clock import DAY
from creditline.ledger.asset_class import ClassTerms
from creditline.ledger.book import Legs
from creditline.ledger.booking import book_run_up, together
from creditline.ledger.day import LineDay, line_day, suspend_legs
from creditline.ledger.loan import Loan, LoanState
from creditline.ledger.running import end_day

Classes = Callable[[date], ClassTerms]
"""Gives the thresholds that count at the end of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspense:
    """What the books hold of a line as accrued and no income yet, in minor units."""

    interest_minor: int = 0
    penalty_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed:
    """The result of a day, what it books, and what was due before the day and is not paid, interest with principal."""

    result: LineDay
    legs: Legs
    late_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Some days of a line that were closed: their results, its loans after them, and the day that comes next.

    `changed` are the loans that ran on, one version further. A line that `is_over` owes nothing from there on.
    """

    days: tuple[DayClosed, ...]
    changed: tuple[Loan, ...]
    suspense: Suspense
    next_on: date
    is_over: bool


def close_line(
    line: UUID, loans: Sequence[Loan], *, since: date, through: date, suspense: Suspense, classes: Classes
) -> Closing:
    """Close the days of a line from `since` through another; its loans come as they stand, none paid after `since`.

    A day on which nothing is owed is closed once, after the last on which something was; days without a loan are skipped.
    """
    days: list[DayClosed] = []
    running = {loan.id: loan for loan in loans if loan.state is LoanState.OPEN}
    day = since
    while day <= through:
        own = [loan for loan in running.values() if loan.drawn_on <= day]
        legs: list[Legs] = []
        for loan in own:
            running[loan.id], booked = book_run_up(end_day(loan, day))
            legs.append(booked)
        result = line_day(line, day, [running[loan.id] for loan in own], classes(day))
        after = Suspense(interest_minor=result.suspended_interest_minor, penalty_minor=result.suspended_penalty_minor)
        legs.append(
            suspend_legs(
                after.interest_minor - suspense.interest_minor,
                penalty_minor=after.penalty_minor - suspense.penalty_minor,
            )
        )
        suspense = after
        late = sum(late_minor(running[loan.id], day) for loan in own)
        days.append(DayClosed(result=result, legs=together(legs), late_minor=late))
        day = day + DAY if own else min((loan.drawn_on for loan in running.values()), default=through + DAY)
    ran = [loan for loan in running.values() if loan.drawn_on < day]
    return Closing(
        days=tuple(days),
        changed=tuple(replace(loan, version=loan.version + 1) for loan in ran),
        suspense=suspense,
        next_on=day,
        is_over=not running,
    )


def late_minor(loan: Loan, day: date) -> int:
    """Return what was due before a day and is not paid, interest with principal."""
    return sum(
        row.principal_unpaid_minor + row.interest_unpaid_minor for row in loan.rows if row.is_due and row.due_on < day
    )
