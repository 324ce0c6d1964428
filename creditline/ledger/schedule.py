"""Schedules: when what part of a loan is due, as exact whole amounts whose principal sums to the loan.

Interest of a row is the balance times the rate times the days of its period, so a schedule says what will be owed if
everything is paid on its day. With 30/360 and due days up to the 28th a period is a twelfth of a year; with actual days
the instalment is fixed and its interest part is not. The last row takes what is left.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from creditline.ledger.interest import MONTHS_A_YEAR, Rate, Rounding, interest_minor, rounded
from creditline.ledger.terms import LoanTerms, RepaymentKind
from creditline.money import MILLION, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What one due date will ask for, if all before it was paid on its day."""

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int


@lru_cache(maxsize=256)
def due_dates(drawn_on: date, count: int) -> tuple[date, ...]:
    """Return the same day of the following months, clipped to the length of each: the 31st is the 28th in February."""
    return tuple(_months_after(drawn_on, months) for months in range(1, count + 1))


def plan(principal_minor: int, terms: LoanTerms, *, drawn_on: date) -> tuple[Planned, ...]:
    """Return the schedule of a loan drawn on a day."""
    dues = due_dates(drawn_on, terms.instalments_count)
    if terms.kind is RepaymentKind.ANY_DAY:
        dues = dues[-1:]
    return plan_rest(principal_minor, terms, since=terms.counted.begin_on(drawn_on), dues=dues)


def plan_rest(
    principal_minor: int,
    terms: LoanTerms,
    *,
    since: date,
    dues: Sequence[date],
    first_number: int = 1,
    instalment_minor: int | None = None,
) -> tuple[Planned, ...]:
    """Return rows on some due dates for an amount that is charged from `since` on.

    `instalment_minor` keeps an instalment (of equal principal: its principal) that was agreed before: rows that find
    nothing left are not made. Without one the amount is spread over all dues anew.
    """
    parts = _principal_parts(principal_minor, terms, len(dues)) if instalment_minor is None else None
    level = instalment_minor
    if level is None and terms.kind is RepaymentKind.LEVEL_INSTALMENTS:
        level = level_instalment_minor(
            principal_minor, terms.rate, count=len(dues), unit_minor=terms.instalment_unit_minor
        )
    rows: list[Planned] = []
    left_minor = principal_minor
    bounds = (since, *(terms.counted.end_on(due) for due in dues))
    for place, (due, (begin, end)) in enumerate(zip(dues, pairwise(bounds), strict=True)):
        days_count = terms.rate.day_count.days(begin, until=end)
        owed_minor = interest_minor(left_minor, terms.rate, days_count=days_count, rounding=terms.rounding)
        is_last = place == len(dues) - 1
        match terms.kind:
            case RepaymentKind.LEVEL_INSTALMENTS:
                own_minor = max(0, (level or 0) - owed_minor)
            case RepaymentKind.EQUAL_PRINCIPAL:
                own_minor = parts[place] if parts else (instalment_minor or 0)
            case RepaymentKind.INTEREST_FIRST | RepaymentKind.ANY_DAY:
                own_minor = 0
        own_minor = left_minor if is_last else min(left_minor, own_minor)
        rows.append(
            Planned(number=first_number + place, due_on=due, principal_minor=own_minor, interest_minor=owed_minor)
        )
        left_minor -= own_minor
        if not left_minor:
            break
    return tuple(rows)


def level_instalment_minor(principal_minor: int, rate: Rate, *, count: int, unit_minor: int = 1) -> int:
    """Return the level instalment A = P i (1+i)^n / ((1+i)^n - 1), i a twelfth of the year's rate.

    Rounded half up to a minor unit, or up to a larger unit if one is agreed.
    """
    exact = _level(principal_minor, _month(rate), count)
    rule = Rounding.HALF_UP if unit_minor == 1 else Rounding.UP
    return unit_minor * rounded(exact.numerator, per=exact.denominator * unit_minor, rounding=rule)


def level_balance_after(principal_minor: int, rate: Rate, *, count: int, paid_count: int) -> Fraction:
    """Return the exact balance after some level instalments, in closed form: what whole amounts are held against."""
    month = _month(rate)
    grown = (1 + month) ** paid_count
    instalment = _level(principal_minor, month, count)
    paid = instalment * (grown - 1) / month if month else instalment * paid_count
    return principal_minor * grown - paid


def _principal_parts(principal_minor: int, terms: LoanTerms, count: int) -> tuple[int, ...] | None:
    return split(principal_minor, [1] * count) if terms.kind is RepaymentKind.EQUAL_PRINCIPAL else None


def _month(rate: Rate) -> Fraction:
    return Fraction(rate.year_ppm, MONTHS_A_YEAR * MILLION)


def _level(principal_minor: int, month: Fraction, count: int) -> Fraction:
    grown = (1 + month) ** count
    return principal_minor * month * grown / (grown - 1) if month else Fraction(principal_minor, count)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
