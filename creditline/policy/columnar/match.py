"""From the bins of a table's columns to the rules that match: a lookup where bins are few, an AND of bits where many.

Two columns whose bins make few pairs become one, with a table of what both say together, as long as that stays small. If
all become one, a row's rule is one lookup. Otherwise the bits of each column's bins, any number of 64-bit words, are
looked up and ANDed, and the rule is the lowest bit of the first word that is not 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creditline.policy.columnar.bins import Selector
from creditline.policy.columnar.vector import Array

PAIRS = 8_192
"""How many pairs of bins a lookup of two columns may have."""

WORD = 64
LOW_WORD = (1 << WORD) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """The columns of a table, combined: `nodes` whose bits are ANDed; `everything` has a bit for each rule.

    `words` holds the nodes' bits, one array of codes a word and node; `alone` the first rule of each code of the only node.
    """

    nodes: tuple["Node", ...]
    everything: int
    rules_count: int
    words: tuple[tuple[Array, ...], ...]
    alone: Array | None

    def first(self, rows: slice) -> Array:
        """Return the first rule that matches in some rows, counted from 0; the number of rules if none does."""
        count = rows.stop - rows.start
        if not self.nodes:
            return np.full(count, _lowest(self.everything, self.rules_count), np.intp)
        codes = [node.codes(rows) for node in self.nodes]
        if self.alone is not None:
            return np.take(self.alone, codes[0], out=codes[0], mode="clip")
        return self._lowest_bits(codes, count)

    def _lowest_bits(self, codes: list[Array], count: int) -> Array:
        """Return the lowest bit of the AND, word by word; rows that found theirs are left out of the words after."""
        found = np.full(count, self.rules_count, np.intp)
        left: Array | None = None
        for at, tables in enumerate(self.words):
            bits = np.take(tables[0], codes[0], mode="clip")
            for table, code in zip(tables[1:], codes[1:], strict=True):
                np.bitwise_and(bits, np.take(table, code, mode="clip"), out=bits)
            places = np.add(np.bitwise_count((bits & -bits) - np.uint64(1)), at * WORD, dtype=np.intp)
            if len(self.words) == 1:
                np.minimum(places, self.rules_count, out=found)
                return found
            is_hit = bits != 0
            hits = np.flatnonzero(is_hit)
            found[hits if left is None else left[hits]] = places[hits]
            rest = np.flatnonzero(~is_hit)
            if not len(rest):
                break
            left = rest if left is None else left[rest]
            codes = [code[rest] for code in codes]
        return found

    def bits(self, rows: slice) -> Array:
        """Return all rules that match in some rows, as 64-bit words [rows, words], the first rule in the lowest bit."""
        count = rows.stop - rows.start
        found = np.empty((count, len(self.words)), np.uint64)
        codes = [node.codes(rows) for node in self.nodes]
        for at, tables in enumerate(self.words):
            found[:, at] = self.everything >> at * WORD & LOW_WORD
            for table, code in zip(tables, codes, strict=True):
                found[:, at] &= np.take(table, code, mode="clip")
        return found

    def several(self, rows: slice) -> Array:
        """Return where more than one rule matches."""
        if self.alone is not None:
            several = np.array([mask.bit_count() > 1 for mask in self.nodes[0].masks], np.bool_)
            if not several.any():
                return np.zeros(rows.stop - rows.start, np.bool_)
            return several[self.nodes[0].codes(rows)]
        return np.asarray(np.bitwise_count(self.bits(rows)).sum(axis=1) > 1)

    def groups(self, rows: slice) -> tuple[Array, Sequence[int]]:
        """Return for some rows which of several sets of rules matches, and the sets."""
        count = rows.stop - rows.start
        if not self.nodes:
            return np.zeros(count, np.intp), [self.everything]
        if len(self.nodes) == 1:
            return self.nodes[0].codes(rows), self.nodes[0].masks
        bits = np.ascontiguousarray(self.bits(rows))
        whole = bits.view(np.dtype((np.void, bits.shape[1] * 8))).ravel() if bits.shape[1] > 1 else bits[:, 0]
        sets, places = np.unique(whole, return_inverse=True)
        held = np.ascontiguousarray(sets).view(np.uint64).reshape(len(sets), bits.shape[1]).tolist()
        return places, [sum(word << at * WORD for at, word in enumerate(one)) for one in held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One column, or two that became one: the codes of rows, and the rules of each code."""

    masks: tuple[int, ...]
    own: Selector | None = None
    pair: "tuple[Node, Node, Array] | None" = None

    def codes(self, rows: slice) -> Array:
        """Return the codes of some rows."""
        if self.pair is None:
            found = np.empty(rows.stop - rows.start, np.intp)
            assert self.own is not None
            assert self.own.fill is not None
            self.own.fill(rows, found)
            return found
        left, right, table = self.pair
        found = left.codes(rows)
        np.multiply(found, len(right.masks), out=found)
        np.add(found, right.codes(rows), out=found)
        return np.take(table, found, out=found, mode="clip")


def _lowest(mask: int, none: int) -> int:
    return (mask & -mask).bit_length() - 1 if mask else none


def matcher_of(selectors: Sequence[Selector], rules_count: int, *, is_first: bool) -> Matcher:
    """Combine the columns of a table.

    If `is_first`, rules after one that surely matches are of no interest, and their bits may be left out.
    """
    everything = (1 << rules_count) - 1
    nodes: list[Node] = []
    for selector in selectors:
        if selector.fill is None:
            everything &= selector.masks[0]
        else:
            nodes.append(Node(masks=selector.masks, own=selector))
    nodes = [Node(masks=tuple(mask & everything for mask in node.masks), own=node.own) for node in nodes]
    nodes = _combined(nodes, everything, is_first=is_first)
    words = tuple(
        tuple(np.array([mask >> at * WORD & LOW_WORD for mask in node.masks], np.uint64) for node in nodes)
        for at in range(-(-rules_count // WORD) or 1)
    )
    return Matcher(
        nodes=tuple(nodes),
        everything=everything,
        rules_count=rules_count,
        words=words,
        alone=np.array([_lowest(mask, rules_count) for mask in nodes[0].masks], np.intp) if len(nodes) == 1 else None,
    )


def _combined(nodes: list[Node], everything: int, *, is_first: bool) -> list[Node]:
    """Return the nodes after the two of fewest codes became one, again and again, while their pairs are few."""
    while len(nodes) > 1:
        nodes = sorted(nodes, key=lambda node: len(node.masks))
        left, right, rest = nodes[0], nodes[1], nodes[2:]
        if len(left.masks) * len(right.masks) > PAIRS:
            break
        # A rule that holds in every bin of the other columns ends the search: what comes after it is of no interest.
        surely = everything if is_first else 0
        for node in rest:
            for mask in node.masks:
                surely &= mask
        nodes = [_pair(left, right, surely), *rest]
    return nodes


def _pair(left: Node, right: Node, surely: int) -> Node:
    """Return two nodes as one, whose codes are the distinct sets of rules that both leave."""
    places: dict[int, int] = {}
    table = np.empty(len(left.masks) * len(right.masks), np.intp)
    at = 0
    for mask in left.masks:
        for other in right.masks:
            both = mask & other
            end = both & surely
            if end:
                both &= ((end & -end) << 1) - 1
            table[at] = places.setdefault(both, len(places))
            at += 1
    return Node(masks=tuple(places), pair=(left, right, table))
