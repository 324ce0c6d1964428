"""Fairness: whether a draft answers the members of one group as favourably as those of another, over recorded cases.

Who belongs to which group is supplied for this purpose alone; no feature, score or table ever sees it. For each kind of
question the group that is answered favourably most often, among those large enough, is the reference, and every other is told
by its ratio to it: the adverse impact ratio. A ratio below four fifths that chance does not explain is flagged. The four-fifths
rule is one of employment law in the United States; for credit it is a common alarm, and no legal test.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from creditline.decision.answered import BY_CODE
from creditline.decision.outcome import Kind
from creditline.decision.past import Outcomes, Past
from creditline.decision.tables import BEST
from creditline.score.rates import Interval, Sample, clustered, fisher, rate_of, ratio_of

FOUR_FIFTHS = 0.80
MOST_P = 0.05
LEAST_CASES = 30
"""Of fewer independent cases no ratio is told."""

Groups = Mapping[str, Mapping[str, str]]
"""By attribute, the group of each borrower: {"age": {"ada": "60 and over"}}."""

FAVOURABLE: Mapping[Kind, str] = {
    Kind.OPENING: "approved",
    Kind.DRAW: "approved",
    Kind.RESTORATION: "restored at once",
    Kind.REVIEW: "kept or raised",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """How often a group is answered favourably; the ratio to the reference and its p are None for the reference itself.

    Cases of one borrower count as fewer, as `score.rates.clustered` has it.
    """

    attribute: str
    kind: Kind
    favourable: str
    group: str
    reference: str
    cases_count: int
    independent_count: int
    rate: Interval
    ratio: Interval | None
    p: float | None

    @property
    def is_flagged(self) -> bool:
        """Whether the ratio is below four fifths and chance does not explain it."""
        return self.ratio is not None and self.p is not None and self.ratio.at < FOUR_FIFTHS and self.p < MOST_P


def fairness_of(asked: Sequence[tuple[Past, Outcomes]], groups: Groups) -> tuple[GroupRate, ...]:
    """Compare groups by attribute and kind; borrowers of no group, and groups too small, are left out."""
    return tuple(
        one
        for attribute, members in sorted(groups.items())
        for kind in FAVOURABLE
        for one in _compared(attribute, kind, _samples([own for own in asked if own[0].kind is kind], members))
    )


def _samples(asked: Iterable[tuple[Past, Outcomes]], members: Mapping[str, str]) -> dict[str, tuple[int, Sample]]:
    """Return by group how many cases it has, and how often they are answered favourably."""
    hits: dict[str, list[np.ndarray]] = {}
    who: dict[str, list[np.ndarray]] = {}
    for past, outcomes in asked:
        own = np.array([members.get(one, "") for one in past.borrowers])
        is_favourable = BY_CODE[outcomes.answers] >= BEST[past.kind]
        for group in np.unique(own[own != ""]).tolist():
            hits.setdefault(group, []).append(is_favourable[own == group])
            who.setdefault(group, []).append(past.who[own == group])
    return {
        group: (sum(map(len, parts)), clustered(np.concatenate(parts), np.concatenate(who[group])))
        for group, parts in hits.items()
    }


def _compared(attribute: str, kind: Kind, samples: Mapping[str, tuple[int, Sample]]) -> Iterator[GroupRate]:
    large = {group: own for group, own in samples.items() if own[1].count >= LEAST_CASES}
    if len(large) < 2:
        return
    reference = max(sorted(large), key=lambda group: large[group][1].rate)
    for group, (count, sample) in sorted(large.items()):
        is_other = group != reference
        against = large[reference][1]
        yield GroupRate(
            attribute=attribute,
            kind=kind,
            favourable=FAVOURABLE[kind],
            group=group,
            reference=reference,
            cases_count=count,
            independent_count=int(sample.count),
            rate=rate_of(sample),
            ratio=ratio_of(sample, over=against) if is_other and against.hits else None,
            p=fisher(sample, against=against) if is_other else None,
        )
