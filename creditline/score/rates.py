"""Rates and how far they lie apart: intervals for one share, for a difference and for a ratio, also where cases repeat.

A `Sample` is so many hits of so many, as real numbers: cases of one borrower are alike, so several of them count as fewer
than they are. Levels are of confidence, two-sided, in (0, 1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from creditline.score.measures import wilson

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """So many hits of so many, as they count after what repeats is taken together."""

    hits: float
    count: float

    @property
    def rate(self) -> float:
        """The share, 0 of nothing."""
        return self.hits / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure and the ends of its interval."""

    at: float
    low: float
    high: float


def normal_quantile(level: float) -> float:
    """Return the quantile of the normal distribution beyond which half of what the level leaves out lies."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def clustered(is_hit: NDArray[np.bool_], who: NDArray[np.int64]) -> Sample:
    """Return n cases of several a borrower as the independent cases they are worth (Rao and Scott, 1992).

    The design effect is the variance over borrowers against that of independent cases, never below 1; where nobody or
    everybody is hit it cannot be measured, and a borrower counts once.
    """
    if not len(is_hit):
        return Sample(hits=0.0, count=0.0)
    _, place = np.unique(who, return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    hits = np.bincount(place, weights=is_hit)
    count, groups = float(len(is_hit)), len(sizes)
    rate = float(hits.sum()) / count
    effect = float((sizes**2).sum()) / count
    if 0 < rate < 1 and groups > 1:
        apart = float(((hits - sizes * rate) ** 2).sum())
        effect = apart * groups / (groups - 1) / count / (rate * (1 - rate))
    effect = max(1.0, effect)
    return Sample(hits=rate * count / effect, count=count / effect)


def standardised(samples: Sequence[Sample], weights: Sequence[float]) -> Sample:
    """Return samples of several groups as one with the mix that the weights give, which sum to 1.

    It counts as many cases as give its variance: of the groups by themselves, or of equal rates (Kish), whichever are fewer.
    """
    if len(samples) == 1:
        return samples[0]
    rate = sum(weight * one.rate for one, weight in zip(samples, weights, strict=True))
    alike = variance = 0.0
    for one, weight in zip(samples, weights, strict=True):
        smoothed = (one.hits + 0.5) / (one.count + 1)
        alike += weight**2 / one.count
        variance += weight**2 * smoothed * (1 - smoothed) / one.count
    count = min(1 / alike, rate * (1 - rate) / variance) if 0 < rate < 1 else 1 / alike
    return Sample(hits=rate * count, count=count)


def rate_of(sample: Sample, *, level: float = LEVEL) -> Interval:
    """Return a share with Wilson's interval; of nothing it may be anything."""
    if not sample.count:
        return Interval(at=0.0, low=0.0, high=1.0)
    low, high = wilson(sample.hits, sample.count, z=normal_quantile(level))
    return Interval(at=sample.rate, low=low, high=high)


def difference_of(one: Sample, *, than: Sample, level: float = LEVEL) -> Interval:
    """Return by how much the first rate is above the second (Newcombe, 1998, method 10: the hybrid of two score intervals)."""
    first, second = rate_of(one, level=level), rate_of(than, level=level)
    apart = first.at - second.at
    return Interval(
        at=apart,
        low=apart - math.hypot(first.at - first.low, second.high - second.at),
        high=apart + math.hypot(first.high - first.at, second.at - second.low),
    )


def ratio_of(one: Sample, *, over: Sample, level: float = LEVEL) -> Interval:
    """Return the first rate over the second with the interval of its logarithm (Katz and others, 1978).

    Where a count is 0, half a case is added to each (Walter, 1975), so that it has an interval.
    """
    added = 0.0 if min(one.hits, over.hits) > 0 else 0.5
    first, second = (one.hits + added) / (one.count + added), (over.hits + added) / (over.count + added)
    spread = (1 - first) / (one.hits + added) + (1 - second) / (over.hits + added)
    half = normal_quantile(level) * math.sqrt(max(0.0, spread))
    ratio = first / second
    return Interval(at=ratio, low=ratio * math.exp(-half), high=ratio * math.exp(half))


def fisher(one: Sample, *, against: Sample) -> float:
    """Return the two-sided p of Fisher's exact test that two rates are equal: tables no likelier than the one seen.

    Counts are rounded down to whole cases first.
    """
    hits, count, others = int(one.hits), int(one.count), int(against.count)
    drawn, total = hits + int(against.hits), count + others
    few, most = max(0, drawn - others), min(drawn, count)
    factorial = np.concatenate(([0.0], np.log(np.arange(1, total + 1)).cumsum()))
    found = np.arange(few, most + 1)
    log = -(factorial[found] + factorial[count - found] + factorial[drawn - found] + factorial[others - drawn + found])
    chance = np.exp(log - log.max())
    # Two tables that are as likely differ in the last digits.
    return float(chance[chance <= chance[hits - few] * (1 + 1e-7)].sum() / chance.sum())
