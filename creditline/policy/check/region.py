"""Dimensions of a table and regions of them: the part of all inputs where something holds, in words and for counting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from creditline.policy.check.axis import Bin, spans_in_words
from creditline.policy.check.domain import Domain
from creditline.policy.evaluate import compute, holds
from creditline.policy.feel import Cell, Expression
from creditline.policy.values import Value

MOST_TOLD = 3
"""How many alternatives of one dimension are told in words."""


@dataclass(frozen=True)
class Dimension:
    """Inputs that a table tests together, and their bins; `is_exact` says whether the bins are all there can be.

    A dimension of one name is an axis or a list. A joint one holds names that cells compare with each other or compute
    with. `tests` are the columns that read its names: what each computes, and its cells.
    """

    names: tuple[str, ...]
    domains: tuple[Domain, ...]
    bins: tuple[Bin, ...]
    tests: tuple[tuple[Expression, tuple[Cell, ...]], ...]
    is_exact: bool = True
    is_joint: bool = False

    @cached_property
    def classes(self) -> Mapping[int, tuple[Bin, ...]]:
        """The bins by the rules that hold there."""
        found: dict[int, list[Bin]] = {}
        for one in self.bins:
            found.setdefault(one.mask, []).append(one)
        return {mask: tuple(bins) for mask, bins in found.items()}

    def mask_of(self, values: Sequence[Value]) -> int:
        """Return the rules that hold for values of the names; the reference says so, and not the bins."""
        return self.mask_in(dict(zip(self.names, values, strict=True)))

    def mask_in(self, scope: Mapping[str, Value]) -> int:
        """Return the rules that hold for inputs and what the decisions made of them."""
        mask = -1
        for expression, cells in self.tests:
            tested = compute(expression, scope)
            mask &= sum(holds(cell, tested, scope) << row for row, cell in enumerate(cells))
        return mask

    def known(self) -> "Dimension":
        """Return the dimension without the bins in which something is missing."""
        return Dimension(
            names=self.names,
            domains=self.domains,
            bins=tuple(one for one in self.bins if None not in one.values),
            tests=self.tests,
            is_exact=self.is_exact,
            is_joint=self.is_joint,
        )

    def words(self, masks: Iterable[int]) -> str:
        """Return some of the bins in words; "" if they are all there are."""
        wanted = frozenset(masks)
        if wanted >= self.classes.keys():
            return ""
        bins = [one for one in self.bins if one.mask in wanted]
        name = self.names[0]
        if self.is_joint:
            return _alternatives([one.words for one in bins])
        told = [spans_in_words(name, [span for one in bins if (span := one.span)], self.domains[0])]
        told = told if any(one.span for one in bins) else []
        listed = [one.words for one in bins if not one.span]
        if listed == ["missing"]:
            return " or ".join([*told, f"{name} missing"])
        return _alternatives([*told, *(f"{name} {_listed(words)}" for words in listed)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A box: for each dimension, the masks of the bins that belong to it."""

    dimensions: tuple[Dimension, ...]
    masks: tuple[frozenset[int], ...]

    def holds(self, scope: Mapping[str, Value]) -> bool:
        """Say whether a case lies inside; it names the inputs and decisions that the table's columns read."""
        return all(own.mask_in(scope) in masks for own, masks in zip(self.dimensions, self.masks, strict=True))

    @property
    def words(self) -> str:
        """The region as a sentence's condition: `grade 14 to 17 and release_points < 500`, or `whatever is given`."""
        parts = [own.words(masks) for own, masks in zip(self.dimensions, self.masks, strict=True)]
        told = [f"({part})" if " or " in part and len(parts) > 1 else part for part in parts if part]
        return " and ".join(told) or "whatever is given"

    @property
    def witness(self) -> dict[str, Value]:
        """Inputs inside: of each dimension the first bin that misses nothing, if it has one."""
        found: dict[str, Value] = {}
        for own, masks in zip(self.dimensions, self.masks, strict=True):
            bins = [one for one in own.bins if one.mask in masks]
            chosen = next((one for one in bins if None not in one.values), bins[0])
            found |= dict(zip(own.names, chosen.values, strict=True))
        return found


def _listed(words: str) -> str:
    return words if words in {"missing", "any other"} else f"= {words}"


def _alternatives(parts: Iterable[str]) -> str:
    """Return alternatives, each once, the first few of many."""
    told = list(dict.fromkeys(part for part in parts if part))
    more = f" or {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return " or ".join(told[:MOST_TOLD]) + more
