"""Which factors are told: those that each help alone, else a set of which none can be spared, else none.

Factors are letters; an answer is better when a set that holds one of the listed combinations is taken away.
"""

from collections.abc import Sequence
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.factors import Factor
from creditline.decision.reasons import smallest_needed

TABLE = [
    # factors  what makes it better  told
    ("abc",    ["a"],                "a"),
    ("abc",    ["a", "c"],           "ac"),
    ("abc",    ["ab"],               "ab"),
    ("abc",    ["bc"],               "bc"),
    ("abc",    ["abc"],              "abc"),
    ("abc",    ["a", "bc"],          "a"),
    ("abc",    [],                   ""),
    ("",       ["a"],                ""),
    # Of two pairs that would each do, the one told is what is left when spares are taken away in order.
    ("abcd",   ["ab", "cd"],         "cd"),
    ("abc",    ["ab", "bc"],         "bc"),
]  # fmt: skip


def told(letters: str, combinations_that_help: Sequence[str]) -> str:
    factors = [Factor(code=letter, neutral={}) for letter in letters]

    def better(taken: Sequence[Factor]) -> bool:
        codes = {factor.code for factor in taken}
        return any(set(one) <= codes for one in combinations_that_help)

    return "".join(factor.code for factor in smallest_needed(factors, better=better))


@pytest.mark.parametrize(("letters", "helpful", "expected"), TABLE)
def test_the_factors_that_are_told(letters: str, helpful: list[str], expected: str) -> None:
    assert told(letters, helpful) == expected


PARTS = ["".join(part) for part in chain.from_iterable(combinations("abcd", size) for size in (1, 2, 3))]


@given(st.lists(st.sampled_from(PARTS), max_size=3))
def test_what_is_told_helps_together_and_none_of_it_can_be_spared(helpful: list[str]) -> None:
    chosen = told("abcd", helpful)
    if not helpful:
        assert chosen == ""
        return

    def helps(letters: str) -> bool:
        return any(set(one) <= set(letters) for one in helpful)

    assert helps(chosen)
    alone = [letter for letter in "abcd" if helps(letter)]
    if alone:
        assert list(chosen) == alone
    else:
        assert not any(helps(chosen.replace(letter, "")) for letter in chosen)
