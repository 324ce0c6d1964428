"""Tallies: what cases that were asked come to, as sums that can be added up and taken away again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from creditline.decision.asked import Asked, hits_of
from creditline.decision.losing import Losing
from creditline.decision.loss import Sum, moved_sum, sum_of, weighed_of
from creditline.decision.outcome import Kind
from creditline.decision.past import ANSWERS

WIDTH = len(ANSWERS) + 1
"""The answers there are, and none."""


class Of(StrEnum):
    """What is counted, or summed up; what stands behind it in a key is what it is told apart by."""

    CASES = "cases"
    CHANGED = "changed"
    BETTER = "better"
    WORSE = "worse"
    TURN = "turn"
    TURN_CHANGED = "turn changed"
    GRADE = "grade"
    GRADE_CHANGED = "grade changed"
    ARM = "arm"
    ARM_CHANGED = "arm changed"
    ARM_BETTER = "arm better"
    ARM_WORSE = "arm worse"
    ARM_RECORDED = "arm recorded"
    RULE_BEFORE = "rule before"
    RULE_AFTER = "rule after"
    MOVED_BEFORE = "moved before"
    MOVED_AFTER = "moved after"


Key = tuple[Any, ...]
Measured = tuple[Kind, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts and amounts by what they are `Of`; amounts, and what is expected of a year, with whose they are.

    Those are by kind, measure and currency.
    """

    counts: Counter[Key]
    amounts: Mapping[Measured, Sum]
    sums: Mapping[Measured, Sum]

    def of(self, what: Of) -> dict[Key, int]:
        """Return what is counted or summed up of one thing, by the rest of the key."""
        return {key[1:]: count for key, count in self.counts.items() if key[0] is what}


def tally_of(asked: Asked, losing: Losing | None) -> Tally:
    """Return what cases come to; their losses by some assumptions, or none."""
    past, counts = asked.past, Counter[Key]()
    better, worse = int((asked.sign > 0).sum()), int((asked.sign < 0).sum())
    for words, count in (("", past.count), (" changed", len(asked.rows)), (" better", better), (" worse", worse)):
        counts[Of(f"arm{words}"), asked.arm] = count
        counts[Of(words.strip() or "cases"), past.kind] = count
    pairs = (past.before.answers.astype(np.int64) + 1) * WIDTH + asked.after.answers + 1
    grades = past.grades
    for plain, otherwise, column, length in (
        (Of.TURN, Of.TURN_CHANGED, pairs, WIDTH * WIDTH),
        (Of.GRADE, Of.GRADE_CHANGED, grades, int(grades.max(initial=0)) + 1),
    ):
        every = np.bincount(column, minlength=length)
        changed = np.bincount(column[asked.rows], minlength=length)
        for place in np.flatnonzero(every).tolist():
            counts[plain, past.kind, place] = int(every[place])
            counts[otherwise, past.kind, place] = int(changed[place])
    for name, before in asked.moved_before.items():
        counts[Of.MOVED_BEFORE, past.kind, name, past.currency] = int(before.sum())
        counts[Of.MOVED_AFTER, past.kind, name, past.currency] = int(asked.moved_after[name].sum())
    counts.update({(Of.RULE_BEFORE, asked.arm, *rule): count for rule, count in past.rules_counts.items()})
    counts.update({(Of.RULE_AFTER, asked.arm, *rule): count for rule, count in hits_of(asked.answers).items()})
    counts.update({(Of.ARM_RECORDED, arm): count for arm, count in past.arms_counts.items()})
    amounts = {
        (past.kind, name, past.currency): moved_sum(
            past, asked.rows, before_minor=before, after_minor=asked.moved_after[name]
        )
        for name, before in asked.moved_before.items()
    }
    weighed = weighed_of(asked.given, losing) if losing else ()
    sums = {(past.kind, one.measure, past.currency): sum_of(one) for one in weighed}
    return Tally(counts=counts, amounts=amounts, sums=sums)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return tallies added up."""
    counts: Counter[Key] = Counter()
    amounts: dict[Measured, Sum] = {}
    sums: dict[Measured, Sum] = {}
    for one in tallies:
        for key, count in one.counts.items():
            counts[key] += count
        for so_far, own in ((amounts, one.amounts), (sums, one.sums)):
            for measured, more in own.items():
                so_far[measured] = so_far[measured].plus(more) if measured in so_far else more
    return Tally(counts=counts, amounts=amounts, sums=sums)


def exchanged(tally: Tally, *, former: Tally, latter: Tally) -> Tally:
    """Return a tally in which some cases are asked otherwise than they were: exact, as it sums whole numbers."""
    counts = Counter(tally.counts)
    counts.subtract(former.counts)
    counts.update(latter.counts)
    return Tally(
        counts=counts,
        amounts=_exchanged(tally.amounts, former=former.amounts, latter=latter.amounts),
        sums=_exchanged(tally.sums, former=former.sums, latter=latter.sums),
    )


def _exchanged(
    sums: Mapping[Measured, Sum], *, former: Mapping[Measured, Sum], latter: Mapping[Measured, Sum]
) -> dict[Measured, Sum]:
    return {key: own.plus(latter[key], less=former[key]) if key in latter else own for key, own in sums.items()}
