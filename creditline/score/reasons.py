"""Which family of facts cost how many points: what a borrower is told is what the score did.

A scorecard's loss is read off: points of the best bin less points given, summed by family. A booster's is measured by
substitution: the family's features are set to their values at no fault and the row is scored again. Either way setting
the family to its reference gives back exactly the points told, so no reason is told that was not used.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from creditline.score.boosted import Booster, points_of_row, points_without, without_fault
from creditline.score.calibrate import Floats, Ints
from creditline.score.scorecard import Bins, Scorecard, places_of, points_by_feature, points_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What a family of features cost: `points` more than 0.

    `feature` is the one of the family that cost most, `value` the borrower's own (None when unknown).
    """

    family: str
    points: int
    feature: str
    value: float | None


def points_lost(card: Scorecard, row: Sequence[float], names: tuple[str, ...]) -> tuple[Lost, ...]:
    """Return the families that cost points, the dearest first, equals in the order of the card."""
    total: dict[str, int] = {}
    dearest: dict[str, tuple[int, Bins, float]] = {}
    for bins, place in zip(card.decides.bins, places_of(card.features, names), strict=True):
        value = row[place]
        lost = bins.reference_points - points_in(bins, value)
        total[bins.family] = total.get(bins.family, 0) + lost
        if bins.family not in dearest or lost > dearest[bins.family][0]:
            dearest[bins.family] = (lost, bins, value)
    return _ordered(
        [
            Lost(
                family=family,
                points=points,
                feature=dearest[family][1].name,
                value=_known(dearest[family][2]),
            )
            for family, points in total.items()
            if points > 0
        ]
    )


def points_lost_boosted(booster: Booster, row: Sequence[float], names: tuple[str, ...]) -> tuple[Lost, ...]:
    """Return the families whose substitution by their references gains points, the dearest first."""
    given = points_of_row(booster, row, names)
    found = []
    for family in dict.fromkeys(read.family for read in booster.decides.reads):
        gained = points_without(booster, row, names, families=(family,)) - given
        if gained > 0:
            _, name = max(_gains(booster, row, names, (family,)), key=lambda one: one[0])
            value = row[names.index(name)]
            found.append(Lost(family=family, points=gained, feature=name, value=_known(value)))
    return _ordered(found)


def features_lost(
    card: Scorecard | Booster, row: Sequence[float], names: tuple[str, ...], families: Collection[str]
) -> tuple[str, ...]:
    """Return the features of some families that cost points, the dearest first, equals in the order of the card."""
    lost = [
        (points, name)
        for name, family, points in lost_by_feature(card, row, names)
        if points > 0 and family in families
    ]
    return tuple(name for _, name in sorted(lost, key=lambda one: -one[0]))


def lost_by_feature(
    card: Scorecard | Booster, row: Sequence[float], names: tuple[str, ...]
) -> list[tuple[str, str, int]]:
    """Return each feature of a card with its family and what its value costs alone, in the order of the card.

    Points are more than 0 where another value would have given more, and never less with a scorecard.
    """
    if isinstance(card, Booster):
        families = {read.name: read.family for read in card.decides.reads}
        return [(name, families[name], points) for points, name in _gains(card, row, names, {*families.values()})]
    return [
        (bins.name, bins.family, bins.reference_points - points_in(bins, row[place]))
        for bins, place in zip(card.decides.bins, places_of(card.features, names), strict=True)
    ]


def better_edges(card: Scorecard | Booster, name: str, value: float) -> tuple[float, ...]:
    """Return the edges on whose far side a feature of a scorecard gives more points; a booster has no edges of one."""
    bins = None if isinstance(card, Booster) else next((one for one in card.decides.bins if one.name == name), None)
    if bins is None or math.isnan(value):
        return ()
    at = bisect_right(bins.edges, value)
    better = [k for k, points in enumerate(bins.points) if points > bins.points[at]]
    return tuple(bins.edges[k] if k < at else bins.edges[k - 1] for k in better)


def lost_by_family(card: Scorecard, x: Floats, names: tuple[str, ...]) -> tuple[tuple[str, ...], Ints]:
    """Return the families in the order of the card, and what each cost each row, int64[n, families], 0 or more."""
    families = tuple(dict.fromkeys(bins.family for bins in card.decides.bins))
    given = points_by_feature(card, x, names)
    lost = np.zeros((len(x), len(families)), np.int64)
    for at, bins in enumerate(card.decides.bins):
        lost[:, families.index(bins.family)] += bins.reference_points - given[:, at]
    return families, np.maximum(lost, 0)


def _gains(
    booster: Booster, row: Sequence[float], names: tuple[str, ...], families: Collection[str]
) -> list[tuple[int, str]]:
    """Return what mending each feature of some families alone would gain, with the feature, in the booster's order."""
    given = points_of_row(booster, row, names)
    own = [row[place] for place in places_of(booster.features, names)]
    return [
        (
            points_of_row(booster, [*own[:at], without_fault(read, own[at]), *own[at + 1 :]], booster.features) - given,
            read.name,
        )
        for at, read in enumerate(booster.decides.reads)
        if read.family in families
    ]


def _known(value: float) -> float | None:
    """Return the value, None when it is not known."""
    return None if math.isnan(value) else value


def _ordered(found: Sequence[Lost]) -> tuple[Lost, ...]:
    """Put the dearest family first and keep the card's order among equals."""
    return tuple(sorted(found, key=lambda lost: -lost.points))
