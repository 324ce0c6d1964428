"""Comparisons and three-valued logic on columns are the reference's, for every pair of values of every kind."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from creditline.policy import values
from creditline.policy.columnar import logic
from creditline.policy.columnar.vector import Vector, values_of, vector_of
from creditline.policy.values import Value

KINDS: list[list[Value]] = [
    [None, 1, Decimal("1.5"), -2],
    [None, True, False],
    [None, "a", "b", ""],
    [None, date(2026, 1, 1), date(2026, 1, 2)],
    [None],
]
OPERATORS: dict[str, tuple[Callable[[Vector, Vector], Vector], Callable[[Value, Value], Value]]] = {
    "equals": (logic.equals, values.equals),
    "both": (logic.both, values.both),
    "either": (logic.either, values.either),
    **{
        sign: (
            lambda left, right, sign=sign: logic.ordered(sign, left, right),  # type: ignore[misc]
            lambda left, right, sign=sign: values.ordered(sign, left, right),  # type: ignore[misc]
        )
        for sign in ("<", "<=", ">", ">=")
    },
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_pair_of_values_is_answered_as_the_reference_does(operator: str) -> None:
    columnar, reference = OPERATORS[operator]
    for left, right in product(KINDS, KINDS):
        pairs = list(product(left, right))
        vectors = [vector_of([pair[side] for pair in pairs]) for side in (0, 1)]
        assert values_of(columnar(*vectors), len(pairs)) == [reference(*pair) for pair in pairs], (left, right)


def test_a_null_is_neither_denied_nor_chosen() -> None:
    test = vector_of([True, False, None])
    assert values_of(logic.negated(test), 3) == [False, True, None]
    assert values_of(logic.chosen(test, this=vector_of([1, 2, 3]), other=vector_of([Decimal("0.5"), None, 9])), 3) == [
        1,
        None,
        9,
    ]
    words = logic.chosen(test, this=vector_of(["b", "b", "b"]), other=vector_of(["a", "c", None]))
    assert values_of(words, 3) == ["b", "c", None]
