"""Literals are looked up by rule, in the smallest type that holds them; sets of rules answer together."""

import numpy as np
import pytest

from creditline.policy.columnar.outputs import Hits, filled, literals_of, place, together
from creditline.policy.columnar.vector import NotHeld, values_of, vector_of
from creditline.policy.feel import read_expression
from creditline.policy.table import DecisionTable
from tests.policy.a_policy import small


def test_literals_are_numbered_by_the_order_of_the_rules_and_end_with_null() -> None:
    found = literals_of([read_expression(text) for text in ("10", "x", "null", "300")], [3, 0, 1, 2])
    assert values_of(found.by_rule, 5) == [300, 10, None, None, None]
    assert found.by_rule.values.dtype == np.uint16
    assert list(found.rest.values()) == [(2,)]


def test_literals_of_several_kinds_are_refused() -> None:
    with pytest.raises(NotHeld, match="several kinds"):
        literals_of([read_expression("1"), read_expression('"a"')], [0, 1])


def test_expressions_are_computed_for_their_own_rows_only() -> None:
    literals = literals_of([read_expression("1"), read_expression("x * 2")], [0, 1])
    rule = np.array([1, 0, 2, 1])
    values = literals.by_rule.values[rule]
    found = filled(literals, {"x": vector_of([5, None, 7, None])}, values=values, rule=rule)
    assert values_of(found, 4) == [10, 1, None, None]


def test_sets_of_rules_answer_together() -> None:
    table = small("COLLECT", [("-", "1"), ("-", "2.5"), ("-", "x")], aggregation="SUM").decision("t")
    assert isinstance(table, DecisionTable)
    hits = Hits(places=np.array([0, 1, 2]), sets=((1, 2), (), (2, 3)))
    assert hits.at(2) == (2, 3)
    found = together(table, hits, {"x": vector_of([1, 2, 3])})
    assert [str(value) for value in values_of(found["out"], 3)] == ["3.5", "None", "5.5"]


def test_a_refusal_says_where_it_arose() -> None:
    with pytest.raises(NotHeld, match="column 'x': too fine"), place("column 'x'"):
        raise NotHeld("too fine")
