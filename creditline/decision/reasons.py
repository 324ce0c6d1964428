"""Why an answer is no better: the factors without which it would have been.

A factor is a reason only if the answer, decided again with the factor at its neutral, is better (necessity; METHODS 3).
Where several factors each hold the answer down, the smallest set found by taking them away one after another is told,
and each of that set is needed.
"""

from collections.abc import Callable, Sequence

from creditline.decision.factors import FACTORS, Case, Factor, is_present, rank_without, shortage
from creditline.decision.outcome import Reason
from creditline.decision.tables import BEST
from creditline.decision.thresholds import tell

MOST_REASONS = 4


def reasons_of(case: Case) -> tuple[Reason, ...]:
    """Return at most four reasons, the one whose absence helps most first; none if nothing plainly bad was needed."""
    if case.now[0] >= BEST[case.kind]:
        return ()
    present = [one for one in (*FACTORS, *shortage(case)) if is_present(case, one)]
    needed = smallest_needed(present, better=lambda taken: rank_without(case, taken) > case.now)
    needed.sort(key=lambda factor: rank_without(case, [factor]), reverse=True)
    helps_alone = any(rank_without(case, [factor]) > case.now for factor in needed)
    return tell(case, needed, together=not helps_alone)[:MOST_REASONS]


def smallest_needed(factors: Sequence[Factor], *, better: Callable[[Sequence[Factor]], bool]) -> list[Factor]:
    """Return the factors without which the answer is better, in the order given.

    These are all that each improve it alone, if any does; else a set that improves it together, smallest in that none
    of it can be spared (found by sparing one after another, so another such set may have fewer); else none, when not
    even all of them together improve it. `better` says whether the answer without some factors is better.
    """
    alone = [factor for factor in factors if better([factor])]
    if alone or not better(factors):
        return alone
    chosen = list(factors)
    for factor in factors:
        rest = [other for other in chosen if other is not factor]
        if better(rest):
            chosen = rest
    return chosen
