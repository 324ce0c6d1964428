"""Recorded cases as an arm of a draft answers them: where otherwise, and whether better or worse."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditline.decision.answered import compared, differ, moved, outcomes_of, ranks_of
from creditline.decision.loss import Given
from creditline.decision.past import FIGURES, Outcomes, Past, Whole, taken
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.plan import decide_many
from creditline.policy.strategy import CHAMPION


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Cases of one kind as an arm of a draft answers them, where it answers otherwise, and where better (1) or worse (-1).

    `sign` is of the cases whose answer changed, in their order.
    """

    arm: str
    product: Product
    past: Past
    answers: Answers
    after: Outcomes
    is_changed: NDArray[np.bool_]
    rows: Whole
    sign: Whole
    moved_before: Mapping[str, Whole]
    moved_after: Mapping[str, Whole]

    @property
    def given(self) -> Given:
        """What is given out, before and after."""
        first = next(iter(self.moved_before), "")
        return Given(
            past=self.past,
            after=self.after,
            before_minor=self.moved_before[first],
            after_minor=self.moved_after[first],
            rows=self.rows,
        )


def ask(product: Product, past: Past, *, arm: str = CHAMPION) -> Asked:
    """Answer recorded cases of one kind by a draft, or by what an arm of it runs.

    Raise `Malformed` if its rules read something that the cases did not give.
    """
    answers = decide_many(product.policy, TABLES[past.kind], past.columns, past.numbers, count=past.count)
    after = outcomes_of(answers)
    is_changed = past.before.answers != after.answers
    for name in FIGURES:
        is_changed |= differ(past.before.figures[name], other=after.figures[name])
    is_changed |= differ(past.before.conditions, other=after.conditions)
    rows = np.flatnonzero(is_changed)
    return Asked(
        arm=arm,
        product=product,
        past=past,
        answers=answers,
        after=after,
        is_changed=is_changed,
        rows=rows,
        sign=compared(ranks_of(taken(after, rows)), than=ranks_of(taken(past.before, rows))),
        moved_before=dict(moved(past, past.before)),
        moved_after=dict(moved(past, after)),
    )


def hits_of(answers: Answers) -> Counter[tuple[str, int]]:
    """Count how often each rule of each table answered."""
    found: Counter[tuple[str, int]] = Counter()
    for table, hits in answers.hits.items():
        counts = np.bincount(hits.places, minlength=len(hits.sets)).tolist()
        for rows, count in zip(hits.sets, counts, strict=True):
            found.update({(table, row): count for row in rows if count})
    return found
