"""Blocks laid out for a product: what each decision gave its tables, and what it was answered, as `past.Past`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from creditline.clock import DAY_US, EPOCH_DAY, from_us
from creditline.decision.block import Block, Ids
from creditline.decision.past import Outcomes, Past
from creditline.decision.product import Product
from creditline.decision.reopened import LOSS, USED, reopened_columns
from creditline.policy.columnar.vector import Vector
from creditline.policy.table import Input
from creditline.policy.values import Value

Ints = NDArray[np.int64]

WHOLE = ("granted_minor", "drawn_minor", "available_minor", "requested_minor", "sources_count")
TRUTHS = ("is_blocked", "is_moved", "accepts_partial")
SCORES = {"grade": "grades", "release_points": "release_points"}
"""Under which names tables read what a block holds; everything else they read is a feature."""


class Borrowers(Sequence[str]):
    """Names by place, made when they are looked at."""

    __slots__ = ("names",)

    def __init__(self, names: pl.Series) -> None:
        self.names = names

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.names)

    def __getitem__(self, at: Any) -> Any:
        """Return one, or some."""
        return Borrowers(self.names[at]) if isinstance(at, slice) else self.names[at]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """A number of every borrower, from 0 on without gaps: `numbers` of the borrowers whose hashes are `hashes`, in order."""

    hashes: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    numbers: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def of(self, block: Block) -> tuple["Numbering", Block]:
        """Return a block whose `who` are numbers, where they were hashes, and the numbering with its borrowers."""
        own, place = np.unique(block.who, return_inverse=True)
        at = np.searchsorted(self.hashes, own)
        is_known = np.zeros(len(own), np.bool_)
        is_known[at < len(self.hashes)] = self.hashes[at[at < len(self.hashes)]] == own[at < len(self.hashes)]
        numbers = np.empty(len(own), np.int64)
        numbers[is_known] = self.numbers[at[is_known]]
        numbers[~is_known] = len(self.numbers) + np.arange(np.count_nonzero(~is_known))
        wider = Numbering(
            hashes=np.insert(self.hashes, at[~is_known], own[~is_known]),
            numbers=np.insert(self.numbers, at[~is_known], numbers[~is_known]),
        )
        return wider, replace(block, who=numbers[place])


def laid_out(product: Product, blocks: Iterable[Block]) -> Iterator[Past]:
    """Go through blocks as a product's tables see them.

    Cases before the day on which all of its numbers have a value are left out, as are currencies it does not know.
    """
    for block in blocks:
        for rows, numbers in periods(product, block):
            yield past_of_block(product, block, rows=rows, numbers=numbers)


def periods(
    product: Product, block: Block, rows: Ints | None = None
) -> Iterator[tuple[Ints | None, Mapping[str, Value]]]:
    """Go through the cases of a block, or some of them, by the numbers of their day; None are all."""
    count = block.count if rows is None else len(rows)
    if block.currency not in product.currencies or not count:
        return
    starts = product.parameters.starts(block.currency)
    first_us = np.array([one.toordinal() - EPOCH_DAY for one in starts], np.int64) * DAY_US
    as_of_us = block.as_of_us if rows is None else block.as_of_us[rows]
    ends = np.searchsorted(first_us, [as_of_us.min(), as_of_us.max()], side="right") - 1
    if ends[0] == ends[1]:
        if ends[0] >= 0:
            yield rows, product.parameters.at(starts[int(ends[0])], currency=block.currency)
        return
    period = np.searchsorted(first_us, as_of_us, side="right") - 1
    for place in np.unique(period[period >= 0]).tolist():
        own = np.flatnonzero(period == place)
        yield own if rows is None else rows[own], product.parameters.at(starts[place], currency=block.currency)


def past_of_block(
    product: Product,
    block: Block,
    *,
    rows: Ints | None,
    numbers: Mapping[str, Value],
    scores: Mapping[str, Vector] | None = None,
) -> Past:
    """Return cases of a block under the same numbers of a product; `scores` take the place of those on record."""
    at = slice(None) if rows is None else rows
    as_of_us = block.as_of_us[at]
    rules_counts, arms_counts = _counts(block, block.said[at])
    return Past(
        kind=block.kind,
        currency=block.currency,
        numbers=numbers,
        columns=columns_of_block(product, block, product.policy.inputs, rows=rows, numbers=numbers)
        | dict(scores or {}),
        count=len(as_of_us),
        ids=Ids(block.ids[at]),
        borrowers=Borrowers(block.borrowers if rows is None else block.borrowers[rows]),
        first_at=from_us(int(as_of_us.min())).isoformat(),
        last_at=from_us(int(as_of_us.max())).isoformat(),
        as_of_us=as_of_us,
        is_blocked=block.is_blocked[at],
        requested_minor=block.requested_minor[at],
        granted_minor=block.granted_minor[at],
        grades=block.grades[at],
        pd_ppm=block.pd_ppm[at],
        who=block.who[at],
        before=Outcomes(
            answers=block.answers[at],
            figures={name: column[at] for name, column in block.figures.items()},
            conditions=_conditions(block)[at],
        ),
        rules_counts=rules_counts,
        arms_counts=arms_counts,
        block=block,
        rows=rows,
    )


def columns_of_block(
    product: Product, block: Block, inputs: Sequence[Input], *, rows: Ints | None, numbers: Mapping[str, Value]
) -> dict[str, Vector]:
    """Lay out what `decision.tables.given_of` gives one question of a product, for all of them."""
    whole = {
        one.name: _reopened(product, block, one.name) if one.name in {USED, LOSS} else _column(block, one.name)
        for one in inputs
        if one.name not in numbers
    }
    return whole if rows is None else {name: one.taken(rows) for name, one in whole.items()}


def _column(block: Block, name: str) -> Vector:
    """Return what a block's decisions gave under a name, null if they gave nothing under it; it is laid out once."""
    key = ("column", name)
    if key not in block.memo:
        block.memo[key] = _vector(block, "sources_count" if name == "covered_sources_count" else name)
    found: Vector = block.memo[key]
    return found


def _reopened(product: Product, block: Block, name: str) -> Vector:
    """Return what a product expects of the amounts that a block's decisions were asked for."""
    key = ("reopened", product.losing)
    if key not in block.memo:
        block.memo[key] = reopened_columns(
            product.losing, block.requested_minor, pd_ppm=block.pd_ppm, is_scored=block.grades > 0
        )
    found: dict[str, Vector] = block.memo[key]
    return found[name]


def _vector(block: Block, name: str) -> Vector:
    if name in WHOLE:
        return Vector(kind="number", values=getattr(block, name))
    if name in TRUTHS:
        return Vector(kind="boolean", values=getattr(block, name))
    if name in SCORES:
        return Vector(kind="number", values=getattr(block, SCORES[name]).astype(np.int64), known=block.grades > 0)
    known = block.feature(name)
    if known is None:
        return Vector(kind="null", values=np.zeros(block.count, np.int8), known=np.zeros(block.count, np.bool_))
    return Vector(kind="number", values=known)


def _conditions(block: Block) -> NDArray[np.object_]:
    if "conditions" not in block.memo:
        words: NDArray[np.object_] = np.empty(len(block.words), np.object_)
        words[:] = [one.condition for one in block.words]
        is_none = all(one is None for one in words)
        block.memo["conditions"] = np.broadcast_to(words[:1], (block.count,)) if is_none else words[block.said]
    found: NDArray[np.object_] = block.memo["conditions"]
    return found


def _counts(block: Block, said: NDArray[np.int32]) -> tuple[Counter[tuple[str, int]], Counter[str]]:
    """Count how often each rule answered then, and how many cases each arm decided."""
    rules: Counter[tuple[str, int]] = Counter()
    arms: Counter[str] = Counter()
    for words, count in zip(block.words, np.bincount(said, minlength=len(block.words)).tolist(), strict=True):
        if count:
            rules.update(dict.fromkeys(words.rules, count))
            arms[words.arm] += count
    return rules, arms
