"""Text of expressions and cells is read back as the same thing."""

import pytest

from creditline.policy.feel import Cell, read_cell, read_expression
from creditline.policy.words import cell_text, feel_text


@pytest.mark.parametrize(
    "text",
    ["1", "-x", "x + 2 * y", "(x + 2) * y", 'if x > 3 then "a" else null', "min(x, -(y - 1), 3)", 'date("2026-01-02")', "true"],
)  # fmt: skip
def test_an_expression_is_written_so_that_it_is_read_back_the_same(text: str) -> None:
    node = read_expression(text)
    assert read_expression(feel_text(node)) == node


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-", "-"),
        ("<=5", "<= 5"),
        ("[1 .. 4)", "[1..4)"),
        ('not("a","b")', 'not("a", "b")'),
        ("null, > x", "null, > x"),
    ],
)
def test_a_cell_is_written_one_way(text: str, told: str) -> None:
    cell = read_cell(text)
    assert cell_text(cell) == told
    again = read_cell(told)
    assert Cell(tests=again.tests, is_negated=again.is_negated, text=text) == cell
