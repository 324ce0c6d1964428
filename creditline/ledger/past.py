"""A loan's past told again: the loan at the beginning of any day, from its draw and what was done to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from creditline.ledger.allocation import Part
from creditline.ledger.loan import Loan
from creditline.ledger.payment import waive
from creditline.ledger.running import accrue, end_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was paid or waived of a loan at once, by part, and the day on which it counts."""

    met_on: date
    parts: Mapping[Part, int]


def loan_on(drawn: Loan, deeds: Sequence[Deed], *, day: date) -> Loan:
    """Return a loan at the beginning of a day, what was done before that day included.

    By parts, each of which meets its claims oldest first, whatever order the parts were met in.
    """
    loan = drawn
    for deed in sorted(deeds, key=lambda deed: deed.met_on):
        if deed.met_on >= day:
            break
        for part in Part:
            if amount_minor := deed.parts.get(part):
                loan, _ = waive(loan, amount_minor, on=deed.met_on, part=part)
    return accrue(loan, through_on=day)


def at_end(loan: Loan, deeds: Sequence[Deed], *, day: date) -> Loan:
    """Return a loan at the end of a day, from where it stood before that day and what was met of it on it."""
    for deed in deeds:
        for part in Part:
            if amount_minor := deed.parts.get(part):
                loan, _ = waive(loan, amount_minor, on=deed.met_on, part=part)
    return end_day(loan, day)
