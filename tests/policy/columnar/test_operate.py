"""An expression over columns is the reference's walk; what it has no words for is refused, never guessed."""

import pytest

from creditline.policy import evaluate as reference
from creditline.policy.columnar.operate import compute, holds
from creditline.policy.columnar.vector import NotHeld, values_of, vector_of
from creditline.policy.feel import read_cell, read_expression
from creditline.policy.values import Value

ROWS: list[dict[str, Value]] = [
    {"x": 3, "y": 2, "w": "a"},
    {"x": None, "y": 0, "w": None},
    {"x": -7, "y": None, "w": "b"},
    {"x": 0, "y": 5, "w": "a"},
]
EXPRESSIONS = [
    "x + y * 2 - 1", "-x", "if x > y then x else y", "floor(x / y)", "round_half_up(x / 3, 2)", "decimal(x / 8, 1)",
    "round_half_up(x, 1.9)", "round_half_up(x, null)", "min(x, y)", "max(x, y, 1)", "abs(x)", "ceiling(x / 2)", "not(x > 1)",
    'w = "a" and x != null', "x = null or y < 3", "x / 0", "w + 1", 'days_between(date("2026-01-01"), date("2026-03-01")) + x',
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_gives_what_the_reference_gives(text: str) -> None:
    scope = {name: vector_of([row[name] for row in ROWS]) for name in ("x", "y", "w")}
    node = read_expression(text)
    assert values_of(compute(node, scope), len(ROWS)) == [reference.compute(node, row) for row in ROWS]


@pytest.mark.parametrize("text", ["-", "x", "> y", "not(y, null)", "[0..y)", "y + 1, 3"])
def test_a_cell_holds_where_it_does_by_the_reference(text: str) -> None:
    scope = {name: vector_of([row[name] for row in ROWS]) for name in ("x", "y")}
    cell = read_cell(text)
    found = holds(cell, scope["x"], scope)
    assert [bool(found) if found.ndim == 0 else bool(found[at]) for at in range(4)] == [
        reference.holds(cell, row["x"], row) for row in ROWS
    ]


@pytest.mark.parametrize("text", ["x ** 2", "w + w", "x / y + 1", "round_half_up(x, y)", "if x > 1 then 1 else w"])
def test_what_has_no_exact_column_is_refused(text: str) -> None:
    scope = {name: vector_of([row[name] for row in ROWS]) for name in ("x", "y", "w")}
    with pytest.raises(NotHeld):
        compute(read_expression(text), scope)
