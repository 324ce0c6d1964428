"""Values become columns of whole units and come back as they were; features pass the door like the reference's."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.columnar.vector import (
    MOST,
    NotHeld,
    Vector,
    at_rows,
    constant_of,
    exact,
    known_of,
    least_float,
    places_of,
    values_of,
    vector_of,
)
from creditline.policy.values import Value, door

NUMBERS = st.one_of(st.integers(-5, 5), st.decimals("-9", "9", places=4), st.just(10**17))
FLOATS = st.one_of(
    st.floats(-4, 4),
    st.integers(-4_000_000, 4_000_000).map(lambda units: units / 1_000_000),
    st.integers(-4_000_000, 4_000_000).map(lambda units: (units + 0.5) / 1_000_000),
    st.sampled_from([0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1e9 + 0.5, 2.0**60, -(2.0**53)]),
)


@pytest.mark.parametrize(
    "values",
    [
        [None, None],
        [1, None, Decimal("2.50"), -3],
        [True, None, False],
        ["b", None, "a", "b"],
        [date(2026, 3, 2), None, date(1900, 1, 1)],
        [1, "a", None, True],
        [10**30, None],
        [Decimal("0.1234567890123456789"), 1],
    ],
)
def test_values_come_back_as_they_were(values: list[Value]) -> None:
    assert values_of(vector_of(values), len(values)) == values


@given(st.lists(st.none() | NUMBERS, min_size=1, max_size=6))
def test_numbers_come_back_as_they_were(values: list[Value]) -> None:
    assert values_of(vector_of(values), len(values)) == values


def test_what_whole_numbers_cannot_hold_is_kept_as_it_is_and_marked_by_its_kind() -> None:
    assert vector_of([MOST + 1]).kind == "any"
    assert vector_of([1, "a"]).kind == "any"
    with pytest.raises(NotHeld, match="too many digits"):
        constant_of(MOST + 1)
    with pytest.raises(NotHeld, match="decimals"):
        constant_of(Decimal("1e-16"))


def test_a_constant_has_no_rows_and_is_one_for_all() -> None:
    assert constant_of(Decimal("2.5")).values.shape == ()
    assert values_of(constant_of("a"), 3) == ["a", "a", "a"]
    assert values_of(constant_of(None), 2) == [None, None]


@given(st.lists(FLOATS, min_size=1, max_size=8))
def test_features_pass_the_same_door_as_the_references(floats: list[float]) -> None:
    raw = Vector(kind="number", values=np.array(floats))
    try:
        found = values_of(raw, len(floats))
    except NotHeld:
        assert max(abs(one) for one in floats if np.isfinite(one)) > MOST / 1_000_000
        return
    assert found == [door(one) for one in floats]
    known = known_of(raw)
    assert (known is None) == all(np.isfinite(floats))


@given(st.one_of(NUMBERS, st.decimals("-3", "3", places=8), st.just(Decimal("1e17") + Decimal("0.5"))))
def test_the_least_float_at_a_point_passes_the_door_there_and_the_one_before_does_not(point: int | Decimal) -> None:
    found = least_float(Decimal(point))
    below = door(float(np.nextafter(found, -np.inf)))
    reached = door(found)
    assert reached is not None
    assert below is not None
    assert below < point <= reached


def test_a_point_beyond_all_features_is_refused() -> None:
    with pytest.raises(NotHeld, match="beyond what a feature can be"):
        least_float(Decimal("1e301"))


def test_decimals_are_counted_without_trailing_zeros() -> None:
    assert [places_of(one) for one in (3, Decimal("2.50"), Decimal("1e3"), Decimal("0.000001"))] == [0, 1, 0, 6]


def test_rows_are_taken_from_what_has_rows_only() -> None:
    rows = np.array([2, 0])
    assert values_of(at_rows(vector_of([1, None, 3]), rows), 2) == [3, 1]
    assert values_of(at_rows(constant_of(7), rows), 2) == [7, 7]
    assert exact(constant_of(7)).scale == 0
