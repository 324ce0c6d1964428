"""Whole units add, multiply, divide and round to what 34 decimal digits give, or say that they cannot."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy import values
from creditline.policy.columnar import arithmetic
from creditline.policy.columnar.vector import MOST, NotHeld, Vector, constant_of, values_of, vector_of
from creditline.policy.values import Value

NUMBERS = st.one_of(
    st.none(),
    st.integers(-7, 7),
    st.decimals("-9", "9", places=2),
    st.sampled_from([10**6, -(10**6) + 1, Decimal("0.5")]),
)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6)
ROUNDINGS = {"half_up": "round_half_up", "half_even": "decimal"}


@pytest.mark.parametrize("sign", ["+", "-", "*"])
@given(pairs=PAIRS)
def test_sums_and_products_are_the_references(sign: str, pairs: list[tuple[Value, Value]]) -> None:
    left, right = (vector_of(side) for side in zip(*pairs, strict=True))
    found = values_of(arithmetic.arithmetic(sign, left, right), len(pairs))
    assert found == [values.arithmetic(sign, *pair) for pair in pairs]


@pytest.mark.parametrize("how", ROUNDINGS)
@given(pairs=PAIRS, places=st.integers(-2, 4))
def test_quotients_are_rounded_like_the_references(how: str, places: int, pairs: list[tuple[Value, Value]]) -> None:
    left, right = (vector_of(side) for side in zip(*pairs, strict=True))
    found = values_of(arithmetic.rounded(arithmetic.arithmetic("/", left, right), places, how), len(pairs))
    wanted = [values.call(ROUNDINGS[how], (values.arithmetic("/", *pair), places)) for pair in pairs]
    assert found == wanted


@pytest.mark.parametrize("how", ["floor", "ceiling"])
@given(pairs=PAIRS)
def test_quotients_are_cut_like_the_references(how: str, pairs: list[tuple[Value, Value]]) -> None:
    left, right = (vector_of(side) for side in zip(*pairs, strict=True))
    found = values_of(arithmetic.rounded(arithmetic.arithmetic("/", left, right), 0, how), len(pairs))
    assert found == [values.call(how, (values.arithmetic("/", *pair),)) for pair in pairs]


def test_a_rate_times_an_amount_is_exact_where_floats_and_short_decimals_are_not() -> None:
    product = arithmetic.arithmetic("*", vector_of([Decimal("0.05")]), vector_of([Decimal("0.50")]))
    assert values_of(product, 1) == [Decimal("0.025")]
    amounts: list[Value] = list(range(100_000, 101_000))
    owed = arithmetic.arithmetic("*", vector_of(amounts), constant_of(Decimal("1.005")))
    rounded = values_of(arithmetic.rounded(owed, 0, "half_up"), len(amounts))
    assert rounded == [
        values.call("round_half_up", (values.arithmetic("*", one, Decimal("1.005")), 0)) for one in amounts
    ]
    assert rounded != [int(np.floor(float(one) * 1.005 + 0.5)) for one in range(100_000, 101_000)]


def test_a_division_by_nothing_is_null_in_its_row_and_harms_no_other() -> None:
    quotient = arithmetic.arithmetic("/", vector_of([7, 7, None]), vector_of([0, 2, 0]))
    assert values_of(arithmetic.rounded(quotient, 0, "floor"), 3) == [None, 3, None]
    assert values_of(arithmetic.arithmetic("/", vector_of([7]), constant_of(0)), 1) == [None]


def test_a_divisor_of_twos_and_fives_leaves_whole_units_and_any_other_a_quotient() -> None:
    assert values_of(arithmetic.arithmetic("/", vector_of([7]), constant_of(8)), 1) == [Decimal("0.875")]
    third = arithmetic.arithmetic("/", vector_of([1]), constant_of(3))
    with pytest.raises(NotHeld, match="no end"):
        values_of(third, 1)
    with pytest.raises(NotHeld, match="quotient"):
        arithmetic.arithmetic("+", third, constant_of(1))


def test_what_64_bits_cannot_hold_is_refused_and_never_wraps() -> None:
    large = vector_of([MOST, -MOST])
    for sign, other in (("+", 1), ("-", 1), ("*", 2)):
        with pytest.raises(NotHeld, match="too large"):
            arithmetic.arithmetic(sign, large, constant_of(other))
    small = Vector(kind="number", values=np.array([200], np.uint8))
    assert values_of(arithmetic.arithmetic("*", small, small), 1) == [40_000]
    assert values_of(arithmetic.negative(small), 1) == [-200]


def test_the_least_and_the_most_are_null_if_one_is() -> None:
    given_ = (vector_of([3, None, Decimal("0.5")]), vector_of([Decimal("2.5"), 1, 1]))
    assert values_of(arithmetic.extreme(given_, is_least=True), 3) == [Decimal("2.5"), None, Decimal("0.5")]
    assert values_of(arithmetic.extreme((*given_, constant_of(None)), is_least=False), 3) == [None] * 3
    assert values_of(arithmetic.absolute(vector_of([-3, None])), 2) == [3, None]
