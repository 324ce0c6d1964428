"""Blocks: recorded decisions of one kind, currency and catalogue in columns, as small as they are exact, and never changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, overload
from uuid import UUID

import numpy as np
import polars as pl
from numpy.typing import NDArray

from creditline.decision.outcome import Kind

Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]
Array = NDArray[Any]

NARROW = (np.float16, np.float32)
"""The kinds of float that a feature is kept in if all its values are exactly that."""

WIDTH = 65_536
"""Columns are compared so many values at a time, so that nothing large lies beside them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What many decisions say alike: edition and arm, the condition, the rules that answered, and the factors that were told."""

    edition: str
    arm: str
    condition: str | None
    rules: tuple[tuple[str, int], ...]
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """n recorded decisions of one kind, currency and catalogue.

    `ids` and `lines` are [n, 2] halves of UUIDs, `who` [n] a hash of the borrower, `as_of_us` [n] microseconds since 1970; what
    the tables read of a `Position` and the scores is [n] each, grade 0 and `pd_ppm` NONE where no score spoke. `known` is a
    column a feature, NaN where nothing was known; a column of one value is a view of it. `figures` are the numbers of the
    answers as `past.Outcomes` has them, `said` [n] places in `words`. `memo` is what was reckoned from it alone, by whom it may.
    """

    kind: Kind
    currency: str
    features: tuple[str, ...]
    words: tuple[Words, ...]
    ids: NDArray[np.uint64]
    lines: NDArray[np.uint64]
    borrowers: pl.Series
    who: Ints
    as_of_us: Ints
    granted_minor: Ints
    drawn_minor: Ints
    available_minor: Ints
    requested_minor: Ints
    sources_count: Ints
    is_blocked: Truths
    is_moved: Truths
    accepts_partial: Truths
    pd_ppm: Ints
    grades: NDArray[np.int16]
    release_points: Ints
    answers: NDArray[np.int8]
    figures: Mapping[str, Ints]
    said: NDArray[np.int32]
    known: tuple[Array, ...]
    memo: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.who)

    @property
    def size_bytes(self) -> int:
        """How much memory its columns take."""
        held = [*_columns(self).values(), *self.figures.values(), *self.known]
        return sum(one.nbytes for one in held if all(one.strides)) + int(self.borrowers.estimated_size())

    def taken(self, rows: Ints | Truths) -> "Block":
        """Return some of them, in the order of `rows`."""
        own: dict[str, Any] = {name: column[rows] for name, column in _columns(self).items()}
        return replace(
            self,
            **own,
            borrowers=self.borrowers.filter(pl.Series(rows)) if rows.dtype == np.bool_ else self.borrowers[rows],
            figures={name: _at(column, rows) for name, column in self.figures.items()},
            known=tuple(_at(column, rows) for column in self.known),
        )

    def feature(self, name: str) -> Array | None:
        """Return what was known of a feature, as floats; None if the catalogue did not have it."""
        if name not in self.features:
            return None
        column = self.known[self.features.index(name)]
        if all(column.strides):
            return column.astype(np.float64)
        return np.broadcast_to(column[:1].astype(np.float64), column.shape)


def _columns(block: Block) -> dict[str, Array]:
    own = {one.name: getattr(block, one.name) for one in fields(block)}
    return {name: value for name, value in own.items() if isinstance(value, np.ndarray)}


def _at(column: Array, rows: Ints | Truths) -> Array:
    """Return some values of a column, of one that has a single value a view again."""
    if all(column.strides):
        return column[rows]
    return np.broadcast_to(column[:1], (int(rows.sum()) if rows.dtype == np.bool_ else len(rows),))


def joined(blocks: Sequence[Block]) -> Block:
    """Return blocks of one kind, currency and catalogue as one, in the order of ids."""
    whole = _concatenated(blocks) if len(blocks) > 1 else blocks[0]
    order = np.lexsort((whole.ids[:, 1], whole.ids[:, 0]))
    return whole if (order[1:] > order[:-1]).all() else whole.taken(order)


def is_apart(block: Block, others: Sequence[Block]) -> bool:
    """Say whether none of a block's decisions is in others, which are in the order of ids."""
    high, low = block.ids[:, 0], block.ids[:, 1]
    for other in others:
        first = np.searchsorted(other.ids[:, 0], high, side="left")
        last = np.searchsorted(other.ids[:, 0], high, side="right")
        for row in np.flatnonzero(last > first).tolist():
            if (other.ids[first[row] : last[row], 1] == low[row]).any():
                return False
    return True


def _concatenated(blocks: Sequence[Block]) -> Block:
    first = blocks[0]
    places: dict[Words, int] = {}
    said = [
        np.array([places.setdefault(word, len(places)) for word in one.words], np.int32)[one.said] for one in blocks
    ]
    columns = [_columns(one) for one in blocks]
    own: dict[str, Any] = {name: np.concatenate([one[name] for one in columns]) for name in columns[0]}
    own["said"] = np.concatenate(said)
    return replace(
        first,
        **own,
        words=tuple(places),
        borrowers=pl.concat([one.borrowers for one in blocks]).rechunk(),
        figures={name: small([one.figures[name] for one in blocks]) for name in first.figures},
        known=tuple(small([one.known[place] for one in blocks]) for place in range(len(first.known))),
    )


def small(parts: Sequence[Array]) -> Array:
    """Return parts of a column as one; if it has a single value, as a view of that."""
    firsts = [one[:1] for one in parts if len(one)]
    count = sum(len(one) for one in parts)
    if firsts and all(_is_one(one, firsts[0]) for one in parts):
        return np.broadcast_to(firsts[0], (count,))
    return np.concatenate(parts)


def narrow(column: Array) -> Array:
    """Return floats in the smallest kind that holds each of them exactly; of a single value, a view of it."""
    if len(column) and _is_one(column, column[:1]):
        return np.broadcast_to(column[:1].copy(), column.shape)
    for kind in NARROW:
        with np.errstate(over="ignore"):
            held = column.astype(kind)
        if np.array_equal(held.astype(np.float64), column, equal_nan=True) and _keeps_signs(held, column):
            return held
    return np.ascontiguousarray(column)


def _keeps_signs(held: Array, column: Array) -> bool:
    return bool(np.array_equal(np.signbit(held), np.signbit(column)))


def _is_one(column: Array, value: Array) -> bool:
    """Say whether a column has one value throughout, bit by bit; looked at in parts, as most columns differ early."""
    if not all(column.strides):
        return column[:1].tobytes() == value.astype(column.dtype).tobytes() if len(column) else True
    return all(_same(column[at : at + WIDTH], value[0]) for at in range(0, len(column), WIDTH))


def _same(part: Array, value: Any) -> bool:
    if part.dtype.kind != "f":
        return bool((part == value).all())
    if np.isnan(value):
        return bool(np.isnan(part).all())
    return bool(((part == value) & (np.signbit(part) == np.signbit(value))).all())


class Ids(Sequence[UUID]):
    """UUIDs by place, made when they are looked at: a million of them as objects take more room than all columns."""

    __slots__ = ("halves",)

    def __init__(self, halves: NDArray[np.uint64]) -> None:
        self.halves = halves

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.halves)

    @overload
    def __getitem__(self, at: int) -> UUID: ...
    @overload
    def __getitem__(self, at: slice) -> "Ids": ...
    def __getitem__(self, at: int | slice) -> "UUID | Ids":
        """Return one, or some."""
        if isinstance(at, slice):
            return Ids(self.halves[at])
        high, low = self.halves[at].tolist()
        return UUID(int=high << 64 | low)

    def __iter__(self) -> Iterator[UUID]:
        """Go through all."""
        for high, low in self.halves.tolist():
            yield UUID(int=high << 64 | low)
