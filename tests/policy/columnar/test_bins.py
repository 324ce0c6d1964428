"""Whichever way a value finds its bin, the rules there are those whose cells hold by the reference."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from creditline.policy.columnar.bins import selectors_of
from creditline.policy.columnar.vector import MOST, NotHeld, Vector, constant_of, values_of, vector_of
from creditline.policy.evaluate import holds
from creditline.policy.feel import read_cell
from creditline.policy.values import Value, door

NAN, INF = float("nan"), float("inf")

COLUMNS: dict[str, tuple[list[str], Vector]] = {
    "one edge": (["> 5", "<= 5", "-"], vector_of([4, 5, 6, None])),
    "few edges": (["[2..4]", "3", "not(3)", "null", "not(null)"], vector_of([1, 2, 3, 4, 5, None])),
    "a table by value": (
        [f"[{at}..{at + 7}]" for at in range(0, 60, 4)],
        vector_of([*range(-2, 80), None, MOST, -MOST]),
    ),
    "a grid of money": (
        [f"[{at * 1001}..{at * 1001 + 777_777}]" for at in range(0, 3000, 170)],
        vector_of([*(at * 1001 + step for at in range(0, 4000, 85) for step in (-1, 0, 1)), None, MOST, -MOST]),
    ),
    "decimals": (["< 0.5", "[0.5..1.25)", "1.25", "1 / 3"], vector_of([Decimal(at) / 8 for at in range(-8, 24)])),
    "finer than the input": (["> 0.0000001", "< -0.0000001", "0.5"], vector_of([-1, 0, 1])),
    "features": (
        [f"[{at / 100}..{at / 100 + 0.25})" for at in range(0, 200, 9)],
        Vector(
            kind="number",
            values=np.array(
                [*(at / 100 + step for at in range(-5, 300) for step in (-5e-7, 0, 4e-7, 6e-7)), NAN, INF, -INF, 1e300]
            ),
        ),
    ),
    "features, few edges": (
        ["> 0.3", "0.3"],
        Vector(kind="number", values=np.array([0.1 + 0.2, 0.3, 0.3000005, NAN, -INF])),
    ),
    "edges too close for a grid": (
        [*(f"> {at}" for at in range(40)), *(f"> {10**12 + at}" for at in range(40))],
        vector_of([*range(-1, 42), *(10**12 + at for at in range(-1, 42)), None]),
    ),
    "features too close for a grid": (
        [*(f"> {at}" for at in range(40)), *(f"> {10**12 + at}" for at in range(40))],
        Vector(
            kind="number", values=np.array([*range(-1, 42), *(10**12 + at for at in range(-1, 42)), NAN], np.float64)
        ),
    ),
    "truths": (["true", "false", "null", "not(true)", "-"], vector_of([True, False, None])),
    "words": (['"a"', 'not("a")', '"a", "b"', "null", "-"], vector_of(["a", "b", "c", None])),
    "words in order": (['< "b"', '>= "b"'], vector_of(["a", "b", "c", None])),
    "days": (
        ['> date("2026-03-01")', '[date("2026-01-01")..date("2026-02-01"))', "null"],
        vector_of([date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2), None]),
    ),
    "the first and the last day": (
        ['>= date("0001-01-01")', '<= date("9999-12-31")'],
        vector_of([date(1, 1, 1), date(9999, 12, 31), None]),
    ),
    "a number where a word belongs": (['"a"', "3", 'not("a")'], vector_of([3, 4, None])),
    "nothing known": (["> 1", "null", "not(3)"], vector_of([None, None])),
    "nothing compared": (["-", "-"], vector_of([1, None])),
    "one value for all": (["> 1", "null"], constant_of(2)),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_bin_holds_the_rules_whose_cells_hold(case: str) -> None:
    texts, vector = COLUMNS[case]
    cells = [read_cell(text) for text in texts]
    count = vector.values.size
    masks = [(1 << len(cells)) - 1] * count
    for selector in selectors_of(vector, cells, {}):
        places = np.zeros(count, np.intp)
        if selector.fill is not None:
            selector.fill(slice(0, count), places)
        masks = [mask & selector.masks[place] for mask, place in zip(masks, places.tolist(), strict=True)]
    found = [[bool(mask >> row & 1) for row in range(len(cells))] for mask in masks]
    given: list[Value] = values_of(vector, count) if case != "features" else in_the_door(vector)
    assert found == [[holds(cell, value, {}) for cell in cells] for value in given]


def in_the_door(vector: Vector) -> list[Value]:
    return [door(float(value)) for value in vector.values]


def test_cells_that_read_other_inputs_are_asked_row_by_row_of_those() -> None:
    texts = [*(f"> y + {at}" for at in range(9)), "3", "-", "not(y)", "[y..z]"]
    cells = [read_cell(text) for text in texts]
    x, y, z = [3, 5, None, 8], [1, 5, 2, None], [4, 5, 6, 7]
    scope = {"y": vector_of(y), "z": vector_of(z)}
    found = [(1 << len(cells)) - 1] * 4
    for selector in selectors_of(vector_of(x), cells, scope):
        assert selector.fill is not None
        places = np.zeros(4, np.intp)
        selector.fill(slice(0, 4), places)
        found = [mask & selector.masks[place] for mask, place in zip(found, places.tolist(), strict=True)]
    for row, mask in enumerate(found):
        given: dict[str, Value] = {"y": y[row], "z": z[row]}
        assert [bool(mask >> at & 1) for at in range(len(cells))] == [holds(cell, x[row], given) for cell in cells]


def test_an_input_that_columns_do_not_hold_is_refused() -> None:
    with pytest.raises(NotHeld, match="row by row"):
        selectors_of(vector_of([1, "a"]), [read_cell("1")], {})
