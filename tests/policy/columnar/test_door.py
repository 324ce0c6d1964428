"""Columns come in through one door in any shape, and go out as series of their own kind."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from creditline.policy.columnar.door import count_of, series_of, value_at, vectors_of
from creditline.policy.columnar.vector import constant_of, vector_of
from creditline.policy.table import Input
from creditline.policy.values import Value

CASES: list[tuple[list[Value], pl.DataType]] = [
    ([3, None, 4], pl.Int64()),
    ([Decimal("2.5"), None, Decimal("-0.25")], pl.Decimal(38, 2)),
    ([True, None], pl.Boolean()),
    ([date(2026, 3, 2), None], pl.Date()),
    ([None, None], pl.Null()),
]


@pytest.mark.parametrize(("values", "kind"), CASES)
def test_answers_leave_in_their_own_kind(values: list[Value], kind: pl.DataType) -> None:
    series = series_of("out", vector_of(values), len(values))
    assert series.to_list() == values
    assert series.dtype == kind


def test_values_of_several_kinds_leave_as_objects() -> None:
    assert series_of("out", vector_of([1, "a"]), 2).to_list() == [1, "a"]


def test_one_value_of_a_row_is_read_without_the_others() -> None:
    assert value_at(vector_of([1, None, Decimal("0.5")]), 2) == Decimal("0.5")
    assert value_at(vector_of(["a", None]), 1) is None
    assert value_at(constant_of("b"), 7) == "b"


def test_rows_are_counted_by_the_first_column_that_has_any() -> None:
    assert count_of({"a": None, "b": [1, 2]}) == 2
    assert count_of({"a": 3}) == 1
    assert count_of(pl.DataFrame({"a": [1, 2, 3]})) == 3


def test_whole_numbers_beyond_62_bits_are_held_one_by_one() -> None:
    large = np.array([2**63 - 1, 5], np.int64)
    (vector,) = vectors_of({"x": large}, [Input(name="x", kind="number")], count=2).values()
    assert vector.kind == "any"
    assert value_at(vector, 0) == 2**63 - 1
