"""The booster: a sum of shallow trees, kept as plain numbers.

Every tree is complete, three splits deep, so it is 7 splits and 8 leaves; a branch that ends early repeats its leaf. A
value goes left when it is at most the threshold, as LightGBM compares; an unknown one counts as the lowest or the highest
value of its feature, as the feature says. Leaves are whole centi-points (hundredths of a point), so a sum is exact in any
order.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from creditline.score import calibrate
from creditline.score.calibrate import Floats, Ints, Knot
from creditline.score.scorecard import WORSE, places_of
from creditline.score.sealed import file_bytes, identity_of, invalid, open_envelope, require_identity

DEPTH = 3
SPLITS_COUNT = 2**DEPTH - 1
LEAVES_COUNT = 2**DEPTH
CENTI = 100

UNKNOWN = ("lowest", "highest")

ROWS_AT_ONCE = 1024
"""Rows scored together: their columns of comparisons then stay in the processor's cache."""

FEW_ROWS = 64
"""Up to so many rows the loop over one row at a time is faster than the columns (tests/bench/bench_score.py)."""


class Read(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feature the trees read: the reason it is told as, the direction it is held to, and its value at no fault.

    `unknown` says as what an unknown value counts, `lowest` or `highest`; a `reference` of None is unknown too.
    """

    name: str
    family: str
    worse: str
    unknown: str
    reference: float | None


class Tree(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One tree: the feature and the threshold of each split, then the leaves.

    Split k is followed by split 2k+1 on the left and 2k+2 on the right; leaves run from left to right.
    """

    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    leaves_centi: tuple[int, ...]


class Decides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the file that decides, in the order its identity is taken."""

    base_centi: int
    reads: tuple[Read, ...]
    trees: tuple[Tree, ...]
    knots: tuple[Knot, ...]
    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booster:
    """A frozen booster; `features` are the names it reads in its order, the rest its trees as two ways want them."""

    decides: Decides
    sha256: str
    card: Mapping[str, Any]
    features: tuple[str, ...] = field(init=False, repr=False, compare=False)
    columns: "Columns" = field(init=False, repr=False, compare=False)
    walks: tuple["Walk", ...] = field(init=False, repr=False, compare=False)
    unknowns: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", tuple(one.name for one in self.decides.reads))
        object.__setattr__(self, "columns", _columns_of(self.decides.trees))
        walks = tuple((*tree.features, *tree.thresholds, *tree.leaves_centi) for tree in self.decides.trees)
        object.__setattr__(self, "walks", walks)
        unknowns = tuple(math.inf if one.unknown == "highest" else -math.inf for one in self.decides.reads)
        object.__setattr__(self, "unknowns", unknowns)

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
        return calibrate.pd_ppm(self.decides.knots, points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The trees for many rows: the distinct comparisons, and for each tree's split which of them it is."""

    features: NDArray[np.intp]
    thresholds: Floats
    comparison: NDArray[np.intp]
    leaves_centi: NDArray[np.int32]


Walk = tuple[Any, ...]
"""A tree as the loop over one row wants it, flat: 7 features, 7 thresholds, 8 leaves."""


def points(booster: Booster, x: Floats, names: tuple[str, ...]) -> Ints:
    """Return the points of every row of `x` (float64[n,f], NaN for unknown, columns called `names`), int64[n]."""
    places = places_of(booster.features, names)
    if len(x) <= FEW_ROWS:
        return np.array([points_of_row(booster, row, names) for row in x.tolist()], np.int64)
    columns = np.ascontiguousarray(x[:, list(places)].T)
    columns = np.where(np.isnan(columns), np.array(booster.unknowns)[:, None], columns)
    total = np.full(len(x), booster.decides.base_centi, np.int64)
    for start in range(0, len(x), ROWS_AT_ONCE):
        total[start : start + ROWS_AT_ONCE] += _leaves(booster.columns, columns[:, start : start + ROWS_AT_ONCE])
    return np.asarray((total + CENTI // 2) // CENTI, np.int64)


def points_of_row(booster: Booster, row: Sequence[float], names: tuple[str, ...]) -> int:
    """Return the points of one row of floats: the same answer as `points`, without arrays."""
    return _points_of([row[place] for place in places_of(booster.features, names)], booster)


def points_without(
    booster: Booster,
    row: Sequence[float],
    names: tuple[str, ...],
    *,
    families: Collection[str],
    kept: Collection[str] = (),
) -> int:
    """Return the points of a row whose features of some families, but those kept, are no worse than without fault.

    A value that is already better than the reference stays, so that taking a trouble away never makes a row worse.
    """
    own = [row[place] for place in places_of(booster.features, names)]
    mended = [
        without_fault(read, value) if read.family in families and read.name not in kept else value
        for read, value in zip(booster.decides.reads, own, strict=True)
    ]
    return _points_of(mended, booster)


def without_fault(read: Read, value: float) -> float:
    """Return the better of a value and the feature's reference; where neither direction is worse, the reference."""
    reference = math.nan if read.reference is None else read.reference
    if read.worse == "higher" and value < reference:
        return value
    if read.worse == "lower" and value > reference:
        return value
    return reference


def _points_of(own: Sequence[float], booster: Booster) -> int:
    """Walk every tree with the booster's own features of one row; the splits are written out because loops are slow."""
    v = [unknown if math.isnan(value) else value for value, unknown in zip(own, booster.unknowns, strict=True)]
    total = booster.decides.base_centi
    for f0, f1, f2, f3, f4, f5, f6, t0, t1, t2, t3, t4, t5, t6, a, b, c, d, e, f, g, h in booster.walks:
        if v[f0] <= t0:
            if v[f1] <= t1:
                total += a if v[f3] <= t3 else b
            else:
                total += c if v[f4] <= t4 else d
        elif v[f2] <= t2:
            total += e if v[f5] <= t5 else f
        else:
            total += g if v[f6] <= t6 else h
    return (total + CENTI // 2) // CENTI


def range_of(booster: Booster) -> tuple[int, int]:
    """Return points that no row can be below or above: every tree at its worst and at its best leaf."""
    least = booster.decides.base_centi + sum(min(tree.leaves_centi) for tree in booster.decides.trees)
    most = booster.decides.base_centi + sum(max(tree.leaves_centi) for tree in booster.decides.trees)
    return (least + CENTI // 2) // CENTI, (most + CENTI // 2) // CENTI


def read_booster(data: bytes) -> Booster:
    """Read a booster; raise `PolicyInvalid` when it was changed or does not hold together."""
    envelope = open_envelope(data, kinds=("booster",))
    try:
        decides = msgspec.json.decode(envelope.decides, type=Decides)
    except msgspec.DecodeError as error:
        raise invalid("booster", f"its trees are not readable ({error}). Fit it again.") from error
    require_identity(envelope, decides)
    fault = _fault_of_trees(decides)
    if fault is not None:
        raise invalid("booster", f"{fault}. Fit it again.")
    booster = booster_of(decides, card=envelope.card)
    least, most = range_of(booster)
    fault = calibrate.fault_of(decides.knots, least_points=least, most_points=most)
    if fault is not None:
        raise invalid("booster", f"{fault}. Fit it again.")
    return booster


def booster_of(decides: Decides, *, card: Mapping[str, Any]) -> Booster:
    """Return the frozen value of what decides and the card that tells about it."""
    return Booster(decides=decides, sha256=identity_of("booster", decides), card=card)


def write_booster(booster: Booster) -> bytes:
    """Return the booster's file, which `read_booster` reads back as the same value."""
    return file_bytes("booster", booster.decides, booster.card)


def _fault_of_trees(decides: Decides) -> str | None:
    """Say which tree is not one, with its numbers; None when all are."""
    if len({read.name for read in decides.reads}) < len(decides.reads):
        return "it names a feature twice"
    for read in decides.reads:
        if read.worse not in WORSE:
            return f"feature {read.name}: worse={read.worse!r} is none of {', '.join(WORSE)}"
        if read.unknown not in UNKNOWN:
            return f"feature {read.name}: unknown={read.unknown!r} is none of {', '.join(UNKNOWN)}"
    for number, tree in enumerate(decides.trees):
        sizes = (len(tree.features), len(tree.thresholds), len(tree.leaves_centi))
        if sizes != (SPLITS_COUNT, SPLITS_COUNT, LEAVES_COUNT):
            return f"tree {number} has {sizes} splits and leaves, a complete one {SPLITS_COUNT} and {LEAVES_COUNT}"
        if not all(0 <= feature < len(decides.reads) for feature in tree.features):
            return f"tree {number} reads feature {max(tree.features)} of {len(decides.reads)}"
        if not all(math.isfinite(threshold) for threshold in tree.thresholds):
            return f"tree {number} has a threshold that is not a number"
    return None


def _columns_of(trees: Sequence[Tree]) -> Columns:
    """Return the trees for many rows: a comparison that several trees make is made once."""
    found: dict[tuple[int, float], int] = {}
    comparison = [
        [found.setdefault(split, len(found)) for split in zip(tree.features, tree.thresholds, strict=True)]
        for tree in trees
    ]
    return Columns(
        features=np.array([feature for feature, _ in found], np.intp),
        thresholds=np.array([threshold for _, threshold in found], np.float64),
        comparison=np.array(comparison, np.intp).reshape(len(trees), SPLITS_COUNT),
        leaves_centi=np.array([tree.leaves_centi for tree in trees], np.int32).reshape(len(trees), LEAVES_COUNT),
    )


def _leaves(trees: Columns, columns: Floats) -> Ints:
    """Return the centi-points of all trees together for each column of `columns` (float64[f,n]), int64[n]."""
    right = (columns[trees.features] > trees.thresholds[:, None]).view(np.uint8)
    total = np.zeros(columns.shape[1], np.int64)
    for splits, leaves in zip(trees.comparison, trees.leaves_centi, strict=True):
        at = right[splits[0]]
        second = np.where(at, right[splits[2]], right[splits[1]])
        low = np.where(second, right[splits[4]], right[splits[3]])
        high = np.where(second, right[splits[6]], right[splits[5]])
        total += leaves[4 * at + 2 * second + np.where(at, high, low)]
    return total
