"""The additive scorecard: every feature's bin gives whole points, and the score is their sum.

One card is used for the probability of default and one, without a table of probabilities, for release. All arithmetic
is on integers, so one request, the whole book and a replay elsewhere give the same points.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from creditline.errors import Code, PolicyInvalid
from creditline.score import calibrate
from creditline.score.calibrate import Floats, Ints, Knot
from creditline.score.sealed import file_bytes, identity_of, invalid, open_envelope, require_identity

FEW_ROWS = 16
"""Up to so many rows the loop over one row at a time is faster than the columns (tests/bench/bench_score.py)."""

WORSE = ("higher", "lower", "neither")


class Bins(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The points of one feature: bin k holds the values in [edges[k-1], edges[k]), the outer ones are open.

    `family` is what a lost point is told as, `worse` the direction in which more can only cost points,
    `reference_points` what reasons are measured against: the best that can be had, by a known or an unknown value.
    """

    name: str
    family: str
    worse: str
    edges: tuple[float, ...]
    points: tuple[int, ...]
    points_missing: int
    reference_points: int


class Decides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the file that decides, in the order its identity is taken."""

    base_points: int
    bins: tuple[Bins, ...]
    knots: tuple[Knot, ...]
    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A frozen scorecard; `kind` is `scorecard`, or `release` for the card without probabilities.

    `features` are the names it reads in its order; `edges` and `table` its bins as arrays, the unknown last.
    """

    kind: str
    decides: Decides
    sha256: str
    card: Mapping[str, Any]
    features: tuple[str, ...] = field(init=False, repr=False, compare=False)
    edges: tuple[Floats, ...] = field(init=False, repr=False, compare=False)
    table: tuple[Ints, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bins = self.decides.bins
        object.__setattr__(self, "features", tuple(one.name for one in bins))
        object.__setattr__(self, "edges", tuple(np.array(one.edges, np.float64) for one in bins))
        table = tuple(np.array([*one.points, one.points_missing], np.int64) for one in bins)
        object.__setattr__(self, "table", table)

    def points(self, x: Floats, names: tuple[str, ...]) -> Ints:
        """Return the points of every row, int64[n]; `x` is float64[n,f] with NaN for unknown, `names` its columns."""
        return points(self, x, names)

    def points_without(
        self, row: Sequence[float], names: tuple[str, ...], *, families: Collection[str], kept: Collection[str] = ()
    ) -> int:
        """Return the points of one row whose features of some families, but those kept, are at no fault."""
        return points_without(self, row, names, families=families, kept=kept)

    def pd_ppm(self, points: Ints) -> Ints:
        """Return the probability of default of each number of points, int64[n] in ppm."""
        if not self.decides.knots:
            raise PolicyInvalid(
                f"The {self.kind} card gives points and no probability: it decides about release only. "
                "Ask the scorecard or the booster for a probability of default.",
                code=Code.SCORECARD_INVALID,
            )
        return calibrate.pd_ppm(self.decides.knots, points)


def points(card: Scorecard, x: Floats, names: tuple[str, ...]) -> Ints:
    """Return the points of every row of `x` (float64[n,f], NaN for unknown, columns called `names`), int64[n]."""
    if len(x) <= FEW_ROWS:
        return np.array([points_of_row(card, row, names) for row in x.tolist()], np.int64)
    total = np.full(len(x), card.decides.base_points, np.int64)
    for edges, table, place in zip(card.edges, card.table, places_of(card.features, names), strict=True):
        total += table[_bin_of(x[:, place], edges)]
    return total


def points_of_row(card: Scorecard, row: Sequence[float], names: tuple[str, ...]) -> int:
    """Return the points of one row of floats: the same answer as `points`, without arrays."""
    total = card.decides.base_points
    for bins, place in zip(card.decides.bins, places_of(card.features, names), strict=True):
        total += points_in(bins, row[place])
    return total


def points_without(
    card: Scorecard,
    row: Sequence[float],
    names: tuple[str, ...],
    *,
    families: Collection[str],
    kept: Collection[str] = (),
) -> int:
    """Return the points of a row whose features of some families, but those kept, give the best that can be had."""
    total = card.decides.base_points
    for bins, place in zip(card.decides.bins, places_of(card.features, names), strict=True):
        is_best = bins.family in families and bins.name not in kept
        total += bins.reference_points if is_best else points_in(bins, row[place])
    return total


def points_by_feature(card: Scorecard, x: Floats, names: tuple[str, ...]) -> Ints:
    """Return the points each feature gave each row, int64[n, features]; with the base they sum to `points`."""
    given = [
        table[_bin_of(x[:, place], edges)]
        for edges, table, place in zip(card.edges, card.table, places_of(card.features, names), strict=True)
    ]
    return np.stack(given, axis=1) if given else np.zeros((len(x), 0), np.int64)


def points_in(bins: Bins, value: float) -> int:
    """Return the points one value of one feature gives."""
    return bins.points_missing if math.isnan(value) else bins.points[bisect_right(bins.edges, value)]


@lru_cache(maxsize=64)
def places_of(features: tuple[str, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the column of each feature among `names`; raise `PolicyInvalid` naming those that are not there."""
    place = {name: at for at, name in enumerate(names)}
    absent = [name for name in features if name not in place]
    if absent:
        raise PolicyInvalid(
            f"The score reads {', '.join(absent)}, which the profile catalogue in use does not have. "
            "Use the catalogue it was fitted with, or fit it again.",
            code=Code.SCORECARD_INVALID,
        )
    return tuple(place[name] for name in features)


def range_of(card: Scorecard) -> tuple[int, int]:
    """Return the least and the most points the card can give."""
    least = sum(min(*one.points, one.points_missing) for one in card.decides.bins)
    most = sum(max(*one.points, one.points_missing) for one in card.decides.bins)
    return card.decides.base_points + least, card.decides.base_points + most


def read_scorecard(data: bytes) -> Scorecard:
    """Read a scorecard or a release card; raise `PolicyInvalid` when it was changed or does not hold together."""
    envelope = open_envelope(data, kinds=("scorecard", "release"))
    try:
        decides = msgspec.json.decode(envelope.decides, type=Decides)
    except msgspec.DecodeError as error:
        raise invalid(envelope.kind, f"its points are not readable ({error}). Fit it again.") from error
    require_identity(envelope, decides)
    card = scorecard_of(envelope.kind, decides, card=envelope.card)
    fault = fault_of(card)
    if fault is not None:
        raise invalid(envelope.kind, f"{fault}. Fit it again.")
    return card


def scorecard_of(kind: str, decides: Decides, *, card: Mapping[str, Any]) -> Scorecard:
    """Return the frozen value of what decides and the card that tells about it."""
    return Scorecard(kind=kind, decides=decides, sha256=identity_of(kind, decides), card=card)


def write_scorecard(card: Scorecard) -> bytes:
    """Return the card's file, which `read_scorecard` reads back as the same value."""
    return file_bytes(card.kind, card.decides, card.card)


def fault_of(card: Scorecard) -> str | None:
    """Say what makes a card unfit to decide, with the feature and the numbers; None when nothing does."""
    if len(set(card.features)) < len(card.features):
        return "it names a feature twice"
    knots = card.decides.knots
    if (card.kind == "scorecard") != bool(knots):
        return f"a {card.kind} card has {len(knots)} knots of probability; only a scorecard has them"
    for bins in card.decides.bins:
        fault = _fault_of_bins(bins)
        if fault is not None:
            return f"feature {bins.name}: {fault}"
    if not knots:
        return None
    least, most = range_of(card)
    return calibrate.fault_of(knots, least_points=least, most_points=most)


def _fault_of_bins(bins: Bins) -> str | None:
    """Say what is wrong with the points of one feature; None when nothing is."""
    if len(bins.points) != len(bins.edges) + 1:
        return f"{len(bins.edges)} edges make {len(bins.edges) + 1} bins, and there are points for {len(bins.points)}"
    if any(low >= high for low, high in pairwise(bins.edges)):
        return f"its edges {list(bins.edges)} must rise"
    if bins.worse not in WORSE:
        return f"worse={bins.worse!r} is none of {', '.join(WORSE)}"
    falling = {"higher": 1, "lower": -1, "neither": 0}[bins.worse]
    if any((after - before) * falling > 0 for before, after in pairwise(bins.points)):
        return f"worse={bins.worse!r}, and its points {list(bins.points)} go the other way"
    best = max(*bins.points, bins.points_missing)
    if bins.reference_points != best:
        return f"its reference is {bins.reference_points} points and the best that can be had {best}"
    return None


def _bin_of(values: Floats, edges: Floats) -> Ints:
    """Return the bin of each value; the bin after the last is for what is not known."""
    bins = np.searchsorted(edges, values, side="right")
    bins[np.isnan(values)] = len(edges) + 1
    return np.asarray(bins, np.int64)
