"""Dates that a draft would tell: whether what is withheld of a repayment would be back later or sooner than it was told then.

What is promised already keeps its day: it is looked at by the edition that promised it, whatever is published. So these are the
dates of the promises that would have been made instead, the last of each repayment, exactly as `restoration.plan` lays them out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from creditline.decision.marks import Marks
from creditline.decision.shares import Share, share_of_cases

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Repayments whose last part the draft would promise for another day; `is_estimate` says how firmly it would be told.

    At once is day 0. What one of the two would cut is in neither, as it has no such day. Of those that are later: by how many
    days in the middle, in nine of ten at most, and at most.
    """

    is_estimate: bool
    later: Share
    sooner: Share
    later_days_median: int
    later_days_90: int
    later_days_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPromises:
    """Promises of a product that are open now, by how firmly they were told; none of them is moved by a publication."""

    is_estimate: bool
    currency: str
    count: int
    amount_minor: int
    last_due_on: date
    editions_count: int


def dates_of(marks: Iterable[Marks]) -> tuple[Dates, ...]:
    """Return how the last dates of recorded repayments would move."""
    days: dict[bool, list[Ints]] = {False: [], True: []}
    for one in marks:
        for kind, own in days.items():
            own.append(one.later_days[one.is_dated & (one.is_estimate == kind)])
    return tuple(
        _dates(np.concatenate(own), is_estimate=kind) for kind, own in days.items() if sum(len(one) for one in own)
    )


def _dates(moved: Ints, *, is_estimate: bool) -> Dates:
    later = np.sort(moved[moved > 0])
    return Dates(
        is_estimate=is_estimate,
        later=share_of_cases(len(later), of_count=len(moved)),
        sooner=share_of_cases(int((moved < 0).sum()), of_count=len(moved)),
        later_days_median=_at(later, 50),
        later_days_90=_at(later, 90),
        later_days_most=_at(later, 100),
    )


def _at(ordered: Sequence[int] | Ints, percent: int) -> int:
    """Return the least value that so many percent of ordered ones reach at most; 0 of none."""
    return int(ordered[max(0, -(-len(ordered) * percent // 100) - 1)]) if len(ordered) else 0
