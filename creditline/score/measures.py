"""How good a score is: ranking, truth of its probabilities, and how much of an error is chance.

Arrays are one value a line; `is_bad` holds 0 and 1, probabilities are in [0, 1].
"""

import math

import numpy as np

from creditline.score.calibrate import Floats, Ints

NOISE_DRAWS = 400


def brier(pd: Floats, is_bad: Ints) -> float:
    """Return the mean squared error of the probabilities."""
    return float(np.mean((pd - is_bad) ** 2))


def auc(badness: Ints | Floats, is_bad: Ints) -> float:
    """Return the chance that a bad one is ranked worse than a good one, ties counting half (Mann and Whitney)."""
    _, place, count = np.unique(badness, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    bads = int(is_bad.sum())
    goods = len(is_bad) - bads
    return float((rank[is_bad == 1].sum() - bads * (bads + 1) / 2) / (bads * goods))


def ks(badness: Ints | Floats, is_bad: Ints) -> float:
    """Return the greatest distance between the distributions of the bad and of the good (Kolmogorov, Smirnov)."""
    _, place = np.unique(badness, return_inverse=True)
    bad = np.cumsum(np.bincount(place, weights=is_bad))
    good = np.cumsum(np.bincount(place, weights=1 - is_bad))
    return float(np.max(np.abs(bad / bad[-1] - good / good[-1])))


def ece(pd: Floats, is_bad: Ints, *, groups_count: int = 10) -> float:
    """Return the expected calibration error: mean |told - observed| over groups of equal size, weighted by size."""
    return float(_gap(pd[order := np.argsort(pd, kind="stable")], is_bad[order][None, :], groups_count)[0])


def ece_noise(pd: Floats, *, share: float = 0.95, groups_count: int = 10, seed: int = 20051001) -> float:
    """Return the quantile of the ECE that a perfect set of these probabilities would show by chance alone."""
    told = np.sort(pd, kind="stable")
    draw = np.random.default_rng(seed)
    found = [
        float(_gap(told, (draw.random((1, len(told))) < told).astype(np.int64), groups_count)[0])
        for _ in range(NOISE_DRAWS)
    ]
    return float(np.quantile(found, share))


def wilson(bads_count: float, count: float, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the interval of a rate (Wilson, 1927); z is the normal quantile, 95 % unless told."""
    rate, spread = bads_count / count, z * z / count
    middle = (rate + spread / 2) / (1 + spread)
    half = z * math.sqrt(rate * (1 - rate) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def jeffreys(pd: float, bads_count: int, count: int) -> float:
    """Return the one-sided p of the Jeffreys test: the chance, given what was seen, that the true rate is below `pd`.

    `BetaCDF(pd; bads + 1/2, goods + 1/2)` (ECB, *Instructions for reporting the validation results*, 2019).
    """
    return _beta_cdf(pd, bads_count + 0.5, count - bads_count + 0.5)


def _gap(told: Floats, seen: Ints, groups_count: int) -> Floats:
    """Return the calibration error of each row of `seen`, both sorted by what was told."""
    starts = np.unique(np.linspace(0, len(told), groups_count + 1).astype(np.int64)[:-1])
    apart = np.add.reduceat(seen - told, starts, axis=1)
    return np.asarray(np.abs(apart).sum(axis=1) / len(told), np.float64)


def _beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cdf(1 - x, b, a)
    value = 1.0
    for pair in range(100 + math.ceil(10 * math.sqrt(a + b)), 0, -1):
        even = pair * (b - pair) * x / ((a + 2 * pair - 1) * (a + 2 * pair))
        odd = -(a + pair) * (a + b + pair) * x / ((a + 2 * pair) * (a + 2 * pair + 1))
        value = 1 + even / (1 + odd / value)
    value = 1 - (a + b) * x / ((a + 1) * value)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) / (a * value)
