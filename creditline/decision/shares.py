"""Shares of cases, with the interval that so few of them leave open."""

from dataclasses import dataclass
from math import sqrt

from creditline.money import MILLION

Z_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, as a share with its 95 % interval (Wilson's), in ppm."""

    count: int
    of_count: int
    share_ppm: int
    low_ppm: int
    high_ppm: int


def share_of_cases(count: int, *, of_count: int) -> Share:
    """Return a share with its Wilson interval, rounded to whole ppm outwards; of nothing it may be anything."""
    if not of_count:
        return Share(count=0, of_count=0, share_ppm=0, low_ppm=0, high_ppm=MILLION)
    share, squared = count / of_count, Z_95 * Z_95 / of_count
    middle, half = share + squared / 2, Z_95 * sqrt(share * (1 - share) / of_count + squared / of_count / 4)
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return Share(
        count=count,
        of_count=of_count,
        share_ppm=round(share * MILLION),
        low_ppm=max(0, int(low * MILLION)),
        high_ppm=min(MILLION, -int(-high * MILLION // 1)),
    )
