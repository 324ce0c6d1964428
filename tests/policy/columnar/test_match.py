"""The rule of a row is the first whose every cell holds, however many rules there are and however they are looked up."""

import numpy as np
import pytest

from creditline.policy.columnar.bins import Selector
from creditline.policy.columnar.match import PAIRS, matcher_of
from creditline.policy.columnar.vector import Array

ROWS = 500


def a_selector(dice: np.random.Generator, *, rules_count: int, bins_count: int) -> tuple[Selector, Array]:
    """Return a selector of random bits, one in five off, and the bin of every row."""
    bits = dice.random((bins_count, rules_count)) < 0.8
    masks = tuple(sum(1 << int(at) for at in np.flatnonzero(row)) for row in bits)
    places = dice.integers(0, bins_count, ROWS)
    return Selector(masks=masks, fill=lambda rows, out: np.copyto(out, places[rows])), bits[places]


@pytest.mark.parametrize("rules_count", [1, 3, 63, 64, 65, 130, 1000])
@pytest.mark.parametrize("bins_count", [2, 5, 91])
@pytest.mark.parametrize("columns_count", [0, 1, 2, 5])
def test_any_number_of_rules_is_matched_exactly(rules_count: int, bins_count: int, columns_count: int) -> None:
    dice = np.random.default_rng([rules_count, bins_count, columns_count])
    made = [a_selector(dice, rules_count=rules_count, bins_count=bins_count) for _ in range(columns_count)]
    fixed = Selector(masks=((1 << rules_count) - 1 - (1 << rules_count // 2),))
    held = np.ones((ROWS, rules_count), np.bool_)
    held[:, rules_count // 2] = False
    for _, bits in made:
        held &= bits
    wanted = np.where(held.any(axis=1), held.argmax(axis=1), rules_count)
    selectors = [fixed, *(selector for selector, _ in made)]
    rows = slice(0, ROWS)
    first = matcher_of(selectors, rules_count, is_first=True)
    assert (first.first(rows) == wanted).all()
    whole = matcher_of(selectors, rules_count, is_first=False)
    assert (whole.first(rows) == wanted).all()
    assert (whole.several(rows) == (held.sum(axis=1) > 1)).all()
    words = whole.bits(rows)
    assert [
        [bool(int(words[row, at // 64]) >> at % 64 & 1) for at in range(rules_count)] for row in range(ROWS)
    ] == held.tolist()
    places, sets = whole.groups(rows)
    assert [[bool(sets[place] >> at & 1) for at in range(rules_count)] for place in places.tolist()] == held.tolist()


def test_columns_of_few_bins_become_one_lookup_and_of_many_do_not() -> None:
    dice = np.random.default_rng(1)
    few = [a_selector(dice, rules_count=4, bins_count=5)[0] for _ in range(6)]
    assert matcher_of(few, 4, is_first=True).alone is not None
    many = [a_selector(dice, rules_count=90, bins_count=91)[0] for _ in range(4)]
    assert len(matcher_of(many, 90, is_first=True).nodes) > 1
    assert PAIRS < 91**3
