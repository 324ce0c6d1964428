"""From points to probability: the scale, the calibration at fit time, and the table of knots used at decision time.

The scale is the usual one (Siddiqi, *Credit Risk Scorecards*, 2006): `points = OFFSET + FACTOR ln(odds good:bad)`, 20
points double the odds, 600 points are odds of 30:1. At decision time only the table is used: integers in, integers out.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Annotated, NamedTuple

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from creditline.money import MILLION

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

POINTS_TO_DOUBLE = 20
FACTOR = POINTS_TO_DOUBLE / math.log(2)
OFFSET = 600 - FACTOR * math.log(30)

KNOT_STEP = 5
"""Points between knots: linear between them, the table is within 0.4 % of the curve it stands for."""

EXTREME_LOG_ODDS = 30.0

_POINTS_OF_KNOT = itemgetter(0)

NEWTON_STEPS = 100
NEWTON_DONE = 1e-10


class Knot(NamedTuple):
    """One row of the table: at these points, this probability of default in parts per million."""

    points: int
    pd_ppm: Annotated[int, Meta(ge=0, le=MILLION)]


def points_at(pd: float) -> int:
    """Return the whole points of a probability of default in (0, 1), rounded half up."""
    return math.floor(OFFSET + FACTOR * math.log((1 - pd) / pd) + 0.5)


def pd_at(points: float) -> float:
    """Return the probability of default that points on the scale stand for."""
    return 1 / (1 + math.exp((points - OFFSET) / FACTOR))


def pd_ppm_at(table: Sequence[Knot], points: int) -> int:
    """Return the probability of default of whole points, in ppm; outside the table the nearest end counts."""
    if points <= table[0].points:
        return table[0].pd_ppm
    if points >= table[-1].points:
        return table[-1].pd_ppm
    above = bisect_right(table, points, key=_POINTS_OF_KNOT)
    low, high = table[above - 1], table[above]
    return low.pd_ppm - (points - low.points) * (low.pd_ppm - high.pd_ppm) // (high.points - low.points)


def pd_ppm(table: Sequence[Knot], points: Ints) -> Ints:
    """Return the probability of default of many points, int64[n] in ppm: `pd_ppm_at` for each."""
    at = np.array([knot.points for knot in table], np.int64)
    pd = np.array([knot.pd_ppm for knot in table], np.int64)
    inside = np.clip(points, at[0], at[-1])
    low = np.minimum(np.searchsorted(at, inside, side="right") - 1, len(at) - 2)
    fall = pd[low] - pd[low + 1]
    return np.asarray(pd[low] - (inside - at[low]) * fall // (at[low + 1] - at[low]), np.int64)


def fault_of(table: Sequence[Knot], *, least_points: int, most_points: int) -> str | None:
    """Say why a table is not strictly falling over the points a card can give; None when it is."""
    if len(table) < 2:
        return f"its table has {len(table)} knots; give at least two"
    for low, high in pairwise(table):
        if high.points <= low.points or low.pd_ppm - high.pd_ppm < high.points - low.points:
            return (
                f"from {low.points} to {high.points} points its probability goes from {low.pd_ppm} to {high.pd_ppm} "
                "ppm; it must fall by at least 1 ppm a point"
            )
    if least_points < table[0].points or most_points > table[-1].points:
        return (
            f"its points run from {least_points} to {most_points} and its table from {table[0].points} "
            f"to {table[-1].points}; the table must cover them"
        )
    return None


def knots_of(shape: Sequence[float], *, least_points: int, most_points: int) -> tuple[Knot, ...]:
    """Return the table of a calibration (`beta` or `logistic`) over at least the given range of points.

    Every step falls by at least 1 ppm a point, so that better points are never an equal probability.
    """
    start = least_points - least_points % KNOT_STEP
    stop = most_points + -most_points % KNOT_STEP
    points = np.arange(start, max(stop, start + KNOT_STEP) + 1, KNOT_STEP)
    pd = np.rint(MILLION * probability(shape, log_odds_at(points))).astype(np.int64)
    falling = pd.copy()
    for place in range(len(pd) - 2, -1, -1):
        falling[place] = max(falling[place], falling[place + 1] + KNOT_STEP)
    return tuple(Knot(int(at), int(ppm)) for at, ppm in zip(points, falling, strict=True))


def log_odds_at(points: Ints | Floats) -> Floats:
    """Return the log odds bad:good that points stand for before any calibration."""
    return (OFFSET - np.asarray(points, np.float64)) / FACTOR


def probability(shape: Sequence[float], log_odds: Floats) -> Floats:
    """Return calibrated probabilities: `shape` is (a, b, c) of a beta calibration, or (a, c) of a logistic one.

    Beta calibration (Kull, Silva Filho, Flach, 2017): `logit p' = a ln p - b ln(1 - p) + c`; with a = b it is Platt's.
    """
    shown = _columns(np.clip(log_odds, -EXTREME_LOG_ODDS, EXTREME_LOG_ODDS), is_beta=len(shape) == 3) @ np.array(shape)
    return np.asarray(1 / (1 + np.exp(-shown)), np.float64)


def calibration(log_odds: Floats, is_bad: Ints, *, is_beta: bool) -> tuple[float, ...]:
    """Fit the shape that `probability` takes, by Newton's method; slopes are kept positive so that ranking never turns.

    A beta calibration one of whose slopes would be negative falls back to the logistic one.
    """
    clipped = np.clip(log_odds, -EXTREME_LOG_ODDS, EXTREME_LOG_ODDS)
    columns = _columns(clipped, is_beta=is_beta)
    shape = logistic_regression(columns, is_bad.astype(np.float64))
    if is_beta and min(shape[0], shape[1]) <= 0:
        return calibration(log_odds, is_bad, is_beta=False)
    return tuple(float(one) for one in shape)


def _columns(log_odds: Floats, *, is_beta: bool) -> Floats:
    """Return what the calibration is linear in: (ln p, -ln(1-p), 1), or (logit p, 1)."""
    ones = np.ones_like(log_odds)
    if not is_beta:
        return np.column_stack([log_odds, ones])
    return np.column_stack([-np.logaddexp(0, -log_odds), np.logaddexp(0, log_odds), ones])


def logistic_regression(columns: Floats, target: Floats, *, ridge: float = 1e-6) -> Floats:
    """Return the coefficients of a logistic regression, by Newton's method; the ridge spares the last, the constant."""
    weight = np.zeros(columns.shape[1])
    penalty = ridge * np.eye(columns.shape[1])
    penalty[-1, -1] = 0.0
    for _ in range(NEWTON_STEPS):
        told = 1 / (1 + np.exp(-columns @ weight))
        slope = columns.T @ (target - told) - penalty @ weight
        curve = (columns * (told * (1 - told))[:, None]).T @ columns + penalty
        step = np.linalg.solve(curve, slope)
        weight = weight + step
        if float(np.max(np.abs(step))) < NEWTON_DONE:
            break
    return np.asarray(weight, np.float64)
