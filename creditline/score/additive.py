"""The arithmetic of fitting an additive card, with numpy alone: steps between bins, their weights, and whole points.

A logistic regression weighs every step from one bin of a feature to the next. A step that would run against the declared
direction is left out, so each feature is monotone by construction, and what two features say together is not counted
twice, as it is when every bin is given its weight of evidence alone.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from creditline.score.calibrate import FACTOR, OFFSET, Floats, Ints, Knot, logistic_regression
from creditline.score.grade import MASTER_SCALE
from creditline.score.recipe import Chosen, column_of, worse_of
from creditline.score.scorecard import Bins, Decides

Edges = Callable[[Floats, Ints], Sequence[float]]
"""Finds raw edges for the known values of one feature, given them and whether each line ended badly."""

RIDGE = 3.0
"""The penalty on the weights, so that a thin bin does not speak louder than it knows."""

LEAST_KNOWN_SHARE = 0.01
"""An unknown value has its own weight where at least this share of lines is unknown; else it weighs as the average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A feature's bins with their evidence in log odds of good, the unknown's last."""

    chosen: Chosen
    edges: tuple[float, ...]
    evidence: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one bin of a feature to the next, or to the unknown: a column of the regression.

    One that is held keeps the declared direction: it is left out when its weight would turn it.
    """

    feature: int
    bin: int
    sign: int
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Additive:
    """A fitted sum in log odds of good, before it is rounded to points."""

    constant: float
    features: tuple[Weighed, ...]

    def log_odds_bad(self, x: Floats, names: tuple[str, ...]) -> Floats:
        """Return the log odds bad:good of every row, float64[n]."""
        total = np.full(len(x), self.constant)
        for one in self.features:
            total += one.evidence[bin_of(column_of(one.chosen, x, names), one.edges)]
        return -total

    def scaled(self, slope: float, shift: float) -> "Additive":
        """Return the sum after a logistic calibration: log odds bad become slope x log odds + shift."""
        features = tuple(replace(one, evidence=one.evidence * slope) for one in self.features)
        return Additive(constant=self.constant * slope - shift, features=features)


def fit_additive(
    x: Floats, is_bad: Ints, recipe: Sequence[Chosen], *, names: tuple[str, ...], edges: Edges
) -> Additive:
    """Fit an additive card on rows `x` with columns `names`; `edges` proposes the bins of one feature."""
    kept = [_binned(column_of(chosen, x, names), is_bad, chosen, edges) for chosen in recipe]
    places = [bin_of(column_of(one.chosen, x, names), one.edges) for one in kept]
    steps = [step for at, one in enumerate(kept) for step in _steps(at, one, places[at])]
    while True:
        columns = [_column(step, places[step.feature], kept[step.feature]) for step in steps]
        weights = logistic_regression(
            np.column_stack([*columns, np.ones(len(x))]), np.asarray(1 - is_bad, np.float64), ridge=RIDGE
        )
        held = [weight if step.is_held else np.inf for step, weight in zip(steps, weights[:-1], strict=True)]
        if min(held) >= 0:
            break
        del steps[int(np.argmin(held))]
    fitted = [
        _summed(one, places[at], [(s, w) for s, w in zip(steps, weights, strict=False) if s.feature == at])
        for at, one in enumerate(kept)
    ]
    return Additive(constant=float(weights[-1]), features=tuple(one for one in fitted if np.ptp(one.evidence[:-1]) > 0))


def decides_of(fitted: Additive, *, is_unknown_best: bool, knots: Sequence[Knot] = ()) -> Decides:
    """Round a fitted sum to whole points: each feature's worst known bin gives 0, the base has the rest.

    With `is_unknown_best` an unknown value costs nothing.
    """
    base = OFFSET + FACTOR * fitted.constant
    bins = []
    for one in fitted.features:
        exact = one.evidence * FACTOR
        floor = float(exact[:-1].min())
        base += floor
        points = [int(value) for value in np.floor(exact - floor + 1 / 2)]
        unknown = max(points) if is_unknown_best else points[-1]
        edges, known = _without_equals(one.edges, points[:-1])
        if known == (unknown,):
            # A feature that the others made superfluous is not read at all.
            continue
        bins.append(
            Bins(
                name=one.chosen.name,
                family=one.chosen.family,
                worse=worse_of(one.chosen),
                edges=edges,
                points=known,
                points_missing=unknown,
                reference_points=max(*known, unknown),
            )
        )
    return Decides(base_points=round(base), bins=tuple(bins), knots=tuple(knots), grades=MASTER_SCALE)


def bin_of(values: Floats, edges: Sequence[float]) -> Ints:
    """Return the bin of each value, the unknown after the last."""
    bins = np.searchsorted(np.array(edges, np.float64), values, side="right")
    bins[np.isnan(values)] = len(edges) + 1
    return np.asarray(bins, np.int64)


def rounded(edge: float, step: float) -> float:
    """Round an edge to a whole step, or to two significant digits where the step is 0, so that it can be said."""
    if step:
        return round(round(edge / step) * step, 6)
    return float(f"{edge:.1e}")


def _binned(values: Floats, is_bad: Ints, chosen: Chosen, edges: Edges) -> Weighed:
    """Return a feature's bins between the proposed edges, rounded so that they can be said, still without evidence."""
    known = ~np.isnan(values)
    raw = edges(values[known], is_bad[known])
    # A count's edge between 1 and 2 is 2: bins are closed below.
    found = {rounded(math.ceil(edge) if chosen.edge_step == 1 else edge, chosen.edge_step) for edge in raw}
    return Weighed(chosen=chosen, edges=tuple(sorted(found)), evidence=np.zeros(len(found) + 2))


def _steps(feature: int, one: Weighed, place: Ints) -> list[Step]:
    """Return the steps of one feature: one at each edge, and one to the unknown where enough lines are unknown."""
    worse = worse_of(one.chosen)
    sign = -1 if worse == "higher" else 1
    steps = [Step(feature=feature, bin=k + 1, sign=sign, is_held=worse != "neither") for k in range(len(one.edges))]
    if np.mean(place > len(one.edges)) >= LEAST_KNOWN_SHARE:
        steps.append(Step(feature=feature, bin=len(one.edges) + 1, sign=1, is_held=one.chosen.is_unknown_best))
    return steps


def _column(step: Step, place: Ints, one: Weighed) -> Floats:
    """Return the column of a step: its sign for the lines at or past its bin, 0 for the others."""
    return np.asarray(step.sign * ((place >= step.bin) & (place < _end_of(step, one))), np.float64)


def _end_of(step: Step, one: Weighed) -> int:
    """Return the bin before which a step ends: the unknown has passed the steps of the known only where it is best."""
    is_through = step.bin > len(one.edges) or one.chosen.is_unknown_best
    return len(one.edges) + (2 if is_through else 1)


def _summed(one: Weighed, place: Ints, weighed: Sequence[tuple[Step, float]]) -> Weighed:
    """Return a feature with its steps added up; an unknown without a step of its own weighs as the average line."""
    edges_count = len(one.edges)
    evidence = np.zeros(edges_count + 2)
    for step, weight in weighed:
        evidence[step.bin : _end_of(step, one)] += step.sign * weight
    if not one.chosen.is_unknown_best and not any(step.bin > edges_count for step, _ in weighed):
        known = place[place <= edges_count]
        evidence[-1] = evidence[known].mean() if len(known) else 0.0
    return replace(one, evidence=evidence)


def _without_equals(edges: Sequence[float], points: Sequence[int]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Drop the edges between bins that give the same points."""
    kept = [k for k in range(len(edges)) if points[k] != points[k + 1]]
    return tuple(edges[k] for k in kept), (points[0], *(points[k + 1] for k in kept))
