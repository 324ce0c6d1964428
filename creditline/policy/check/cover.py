"""Is a box of inputs covered by rules? Walk its dimensions with the rules still alive as bits, and find a hole or none.

A rule that holds everywhere in the dimensions still to come covers what is left; no rule alive is a hole. What was found
covered once is not walked again. The question is hard for tables made to be hard, so steps are counted: at the bound the
walk says so instead of going on.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MOST_STEPS = 100_000
"""Steps of one question after which it stays open."""

FEW = 48
"""Up to so many different sets of rules are compared for one that contains another."""

Masks = tuple[int, ...]


class BoundReached(Exception):  # It is told as a finding, not as a failure.
    """The walk took more steps than it may."""


@dataclass(slots=True)
class Steps:
    """How many steps a question may still take."""

    left: int = MOST_STEPS
    whole: "Steps | None" = None

    def share(self, most: int) -> "Steps":
        """Return steps for a part of the question, which count for the whole."""
        return Steps(left=most, whole=self)

    def take(self, count: int = 1) -> None:
        """Count steps; raise `BoundReached` when there are none left."""
        self.left -= count
        if self.whole is not None:
            self.whole.take(count)
        if self.left < 0:
            raise BoundReached


def always(box: Sequence[Iterable[int]]) -> list[int]:
    """Return, for each dimension of a box and for the end, the rules that hold in all that is still to come."""
    found = [-1]
    for masks in reversed(box):
        rest = found[-1]
        for mask in masks:
            rest &= mask
        found.append(rest)
    return found[::-1]


def hole(
    box: Sequence[Sequence[int]], rules: int, steps: Steps, *, covers: Sequence[int] | None = None
) -> Masks | None:
    """Return a mask of each dimension of a box whose bins together leave none of some rules; None if there is none.

    `covers` is what `always` gives for the box, if that is known already.
    """
    covers = covers or always(box)
    covered: set[tuple[int, int]] = set()

    def walk(at: int, *, alive: int) -> Masks | None:
        if not alive:
            return tuple(masks[0] for masks in box[at:])
        if alive & covers[at] or (at, alive) in covered:
            return None
        steps.take(len(box[at]))
        smaller: dict[int, int] = {}
        for mask in box[at]:
            left = alive & mask
            if not left:
                return (mask, *(masks[0] for masks in box[at + 1 :]))
            smaller.setdefault(left, mask)
        for left in _least(smaller):
            found = walk(at + 1, alive=left)
            if found is not None:
                return (smaller[left], *found)
        covered.add((at, alive))
        return None

    return walk(0, alive=rules) if all(box) else None


def _least(sets: Iterable[int]) -> list[int]:
    """Return sets of rules, the smallest first; of few sets, those that contain another are left out."""
    ordered = sorted(sets, key=int.bit_count)
    if len(ordered) > FEW or not ordered or not ordered[0]:
        return ordered[:1] if ordered and not ordered[0] else ordered
    kept: list[int] = []
    for one in ordered:
        if not any(other & one == other for other in kept):
            kept.append(one)
    return kept


def grown(dimensions: Sequence[Sequence[int]], inside: Masks, rules: int) -> list[frozenset[int]]:
    """Return the largest box around a hole that none of some rules reaches, grown one dimension after the other."""
    reach = [frozenset({mask}) for mask in inside]
    for at, masks in enumerate(dimensions):
        others = rules
        for own, chosen in enumerate(reach):
            if own != at:
                others &= _any_of(chosen)
        reach[at] = frozenset(mask for mask in masks if not mask & others)
    return reach


def _any_of(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


class Mates:
    """Which rules share inputs with a rule, and which hold wherever it does: from where each holds in each dimension."""

    def __init__(self, dimensions: Sequence[Sequence[int]], rules_count: int) -> None:
        self.everything = (1 << rules_count) - 1
        self.dimensions = dimensions
        self.runs = [_runs(masks, rules_count) for masks in dimensions]
        self.some = [_levels(masks, operator.or_) for masks in dimensions]
        self.all = [_levels(masks, operator.and_) for masks in dimensions]

    def of(self, row: int) -> int:
        """Return the rules whose box meets that of a rule, itself included; 0 if the rule matches nothing at all."""
        found = self.everything
        for levels, runs in zip(self.some, self.runs, strict=True):
            met = 0
            for start, end in runs[row]:
                level = (end - start).bit_length() - 1
                met |= levels[level][start] | levels[level][end - (1 << level)]
            found &= met
        return found

    def covers(self, row: int) -> list[int]:
        """Return what `always` gives for a rule's box."""
        found = [-1]
        for levels, runs in zip(reversed(self.all), reversed(self.runs), strict=True):
            rest = found[-1]
            for start, end in runs[row]:
                level = (end - start).bit_length() - 1
                rest &= levels[level][start] & levels[level][end - (1 << level)]
            found.append(rest)
        return found[::-1]

    def box(self, row: int) -> list[list[int]]:
        """Return the masks of each dimension in which a rule holds."""
        return [
            [mask for start, end in runs[row] for mask in masks[start:end]]
            for masks, runs in zip(self.dimensions, self.runs, strict=True)
        ]


def _runs(masks: Sequence[int], rules_count: int) -> list[list[tuple[int, int]]]:
    """Return where along a dimension each rule holds; found from what changes between neighbours."""
    runs: list[list[tuple[int, int]]] = [[] for _ in range(rules_count)]
    opened: dict[int, int] = {}
    everything = (1 << rules_count) - 1
    before = 0
    for at, mask in enumerate([*masks, 0]):
        changed = (mask ^ before) & everything
        while changed:
            row = (changed & -changed).bit_length() - 1
            changed &= changed - 1
            if row in opened:
                runs[row].append((opened.pop(row), at))
            else:
                opened[row] = at
        before = mask
    return runs


def _levels(masks: Sequence[int], join: Callable[[int, int], int]) -> list[list[int]]:
    """Return masks joined over every stretch of 1, 2, 4 and so on: any stretch is then two of them."""
    levels = [list(masks)]
    while 2 << (len(levels) - 1) <= len(masks):
        below, width = levels[-1], 1 << (len(levels) - 1)
        levels.append(list(map(join, below, below[width:])))
    return levels
