"""Where a value would have to lie to hold an answer down no more: a threshold is told only if crossing it helps.

Anything changes only at the ends that tables compare with and at the edges of the scorecards' bins. These are tried from
the borrower's own value outwards, and the question is decided again at each. A threshold found so is enough: with all
else as it is, the answer is better from there on, and not one step short of it. Where no value of one feature is enough,
because others of the same trouble hold the answer down as well, it is tried with these others mended.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import isnan
from typing import NamedTuple

from creditline.decision.factors import Case, Factor, rank_without
from creditline.decision.outcome import Needs, Reason
from creditline.policy.evaluate import compute
from creditline.policy.table import names_in
from creditline.score.reasons import better_edges, features_lost

RATIO_STEP = 1e-6
"""The least by which two ratios differ: tables see six decimals. Everything else is counted in whole numbers."""


CLOSED = (Needs.BELOW, Needs.AT_LEAST)
"""How a value lies beyond the edge of a bin, which is closed below."""


class Crossing(NamedTuple):
    """A value to try: on a threshold, or one step beyond it, as `needs` says."""

    value: float
    threshold: float
    needs: Needs


class Mended(NamedTuple):
    """What counts as mended while a threshold is tried: factors at their neutrals, and features moved elsewhere."""

    taken: tuple[Factor, ...]
    moved: Mapping[str, float]


def tell(case: Case, needed: Sequence[Factor], *, together: bool) -> tuple[Reason, ...]:
    """Say each factor with the borrower's own value and the threshold that matters, in the order given.

    Where the factors help only together, each is tried with the others mended: those told before at their thresholds,
    those still to be told at their neutrals.
    """
    mended = Mended(tuple(needed) if together else (), {})
    reasons = []
    for factor in needed:
        others = Mended(tuple(one for one in mended.taken if one is not factor), mended.moved)
        told, crossed = _told(case, factor, others)
        reasons.append(told)
        if together and crossed is not None:
            mended = crossed
    return tuple(reasons)


def _told(case: Case, factor: Factor, others: Mended) -> tuple[Reason, Mended | None]:
    """Say one factor, and return what is mended once its threshold is crossed; None where it has no threshold."""
    dearest, names = _seen_by(case, factor)
    rest_too = Mended((*others.taken, factor), others.moved)
    best = rank_without(case, *rest_too)
    for mended, tried in ((others, dearest), (rest_too, names)):
        for name in tried:
            found = _crossing(case, factor, name, mended=mended, best=best)
            if found is not None:
                value, threshold, needs = found
                told = Reason(
                    code=factor.code, factor=name, value=own_value(case, name), threshold=threshold, needs=needs
                )
                return told, Mended(mended.taken, {**mended.moved, name: value})
    name = next(iter((*names, *factor.neutral)))
    return Reason(code=factor.code, factor=name, value=own_value(case, name), threshold=None, needs=Needs.OTHER), None


def _crossing(case: Case, factor: Factor, name: str, *, mended: Mended, best: tuple[int, ...]) -> Crossing | None:
    """Return the nearest crossing at which the answer is better than at the borrower's own value; None without one.

    `best` is what the answer would be worth without the factor: where that is another answer, and not only another
    number, better is another answer.
    """
    own = own_value(case, name)
    crossings = [] if own is None else crossings_of(case, factor, name, own)
    if own is None or not crossings:
        return None

    def rank_at(value: float) -> tuple[int, ...]:
        return rank_without(case, mended.taken, {**mended.moved, name: value})

    held = rank_at(own)

    def is_better(crossing: Crossing) -> bool:
        rank = rank_at(crossing.value)
        return rank[0] > held[0] if best[0] > held[0] else rank > held

    # A feature is worse in one direction only, so what the farthest value does not mend, no nearer one does.
    return next(filter(is_better, crossings), None) if is_better(crossings[-1]) else None


def _seen_by(case: Case, factor: Factor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a factor is seen by: inputs of the table first, then features of the cards, the dearest first.

    The first answer has only the dearest feature of each card: where that is not enough, none that cost less is.
    """
    inputs = [name for name, neutral in factor.neutral.items() if case.is_off(name, neutral)]
    lost = [features_lost(card, case.features, case.product.features, factor.families) for _, card in case.cards]
    dearest = dict.fromkeys((*inputs, *(name for names in lost for name in names[:1])))
    return tuple(dearest), tuple(dict.fromkeys((*inputs, *(name for names in lost for name in names))))


def own_value(case: Case, name: str) -> float | None:
    """Return the borrower's own value of an input or a feature as it is told; yes is 1, and None is not known."""
    if name in case.reads:
        value = case.given[name]
        return float(value) if isinstance(value, int | Decimal) else None
    feature = case.features[case.product.features.index(name)]
    return None if isnan(feature) else feature


def crossings_of(case: Case, factor: Factor, name: str, own: float) -> list[Crossing]:
    """Return the crossings beyond the borrower's own value at which the answer may be better, nearest first."""
    step = RATIO_STEP if name.endswith("_ratio") else 1.0
    found = [
        Crossing(edge, edge, Needs.AT_LEAST) if edge > own else Crossing(edge - step, edge, Needs.BELOW)
        for _, card in case.cards
        for edge in better_edges(card, name, own)
    ]
    neutral = factor.neutral.get(name)
    if name in case.reads and isinstance(neutral, int | Decimal) and not isinstance(neutral, bool):
        for end in _ends(case, name):
            if neutral < own:
                beyond = [Crossing(end - step, end, Needs.BELOW), Crossing(end, end, Needs.AT_MOST)]
                found += [one for one in beyond if neutral <= one.value < own]
            else:
                beyond = [Crossing(end, end, Needs.AT_LEAST), Crossing(end + step, end, Needs.ABOVE)]
                found += [one for one in beyond if own < one.value <= neutral]
    # Of two ways to say one value, such as below 1 and at most 0, the one in which bins are closed comes first.
    found.sort(key=lambda one: (abs(one.value - own), one.needs not in CLOSED))
    return list({one.value: one for one in reversed(found)}.values())[::-1]


def _ends(case: Case, name: str) -> Iterator[float]:
    """Go through the numbers that the table compares an input with."""
    for end in case.product.policy.compared[case.table].get(name, ()):
        number = compute(end, case.given) if case.given.keys() >= {*names_in(end)} else None
        if isinstance(number, int | Decimal):
            yield float(number)
