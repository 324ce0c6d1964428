"""A run over many rows answers each as the reference does, and says of what it could not hold in columns."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from creditline.edge.products import load_product
from creditline.errors import Malformed, PolicyInvalid
from creditline.policy.columnar.answers import answer_at, frame_of
from creditline.policy.columnar.plan import bits_of, decide_many, marks_of, steps_of
from creditline.policy.columnar.vector import NotHeld
from creditline.policy.dmn import read_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.table import Policy, Value
from tests.policy.a_policy import NAMESPACE, small


def literal(expression: str, kind: str = "number") -> Policy:
    """Return a policy of one expression `t` over x, a number, and w, a word."""
    text = expression.replace("&", "&amp;").replace("<", "&lt;")
    return read_policy(
        (
            f'<definitions xmlns="{NAMESPACE}" name="one">'
            '<inputData name="x"><variable name="x" typeRef="number"/></inputData>'
            '<inputData name="w"><variable name="w" typeRef="string"/></inputData>'
            f'<decision name="t"><variable name="t" typeRef="{kind}"/>'
            f"<literalExpression><text>{text}</text></literalExpression></decision></definitions>"
        ).encode(),
        source="one.dmn",
    )


def test_a_constant_answers_every_row() -> None:
    answers = decide_many(literal("7"), "t", {}, count=3)
    assert frame_of(answers)["t"].to_list() == [7, 7, 7]
    table = decide_many(small("FIRST", [("-", "7")]), "t", {"x": [1, 2, None]})
    assert frame_of(table).to_dict(as_series=False) == {"out": [7, 7, 7], "rule_of_t": [1, 1, 1]}


def test_nan_is_null_at_the_door_and_never_large() -> None:
    policy = small("FIRST", [("> 5", "1"), ("null", "2"), ("-", "3")])
    for column in (np.array([np.nan, 6.0, 4.0]), pl.Series([None, 6.0, 4.0]), pl.Series([float("nan"), 6.0, 4.0])):
        assert frame_of(decide_many(policy, "t", {"x": column}))["out"].to_list() == [2, 1, 3]


def test_not_a_word_matches_null() -> None:
    policy = small("FIRST", [("not(3)", "1"), ("-", "2")])
    assert [evaluate(policy, "t", {"x": x}).outputs["out"] for x in (3, 4, None)] == [2, 1, 1]
    assert frame_of(decide_many(policy, "t", {"x": [3, 4, None]}))["out"].to_list() == [2, 1, 1]


def test_a_cell_that_goes_wrong_counts_as_no_match_and_not_as_anything() -> None:
    policy = small("FIRST", [("1 / p", "1"), ("-", "2")])
    assert frame_of(decide_many(policy, "t", {"x": [1, 1], "p": [0, 1]}))["out"].to_list() == [2, 1]
    assert frame_of(decide_many(policy, "t", {"x": [1, 1]}, {"p": 0}))["out"].to_list() == [2, 2]


def test_a_row_that_two_unique_rules_match_is_an_error_in_its_place_only() -> None:
    policy = small("UNIQUE", [("> 1", "10"), ("> 2", "20")])
    answers = decide_many(policy, "t", {"x": [0, 2, 3]})
    assert list(answers.failed) == [2]
    assert answer_at(answers, 1).outputs == {"out": 10}
    with pytest.raises(PolicyInvalid, match="rules 1 and 2 both match"):
        answer_at(answers, 2)


@pytest.mark.parametrize(
    ("output", "reason"),
    [("x / p", "output 'out': it gives a quotient"), ("x ** 2", "a power"), ("x + 0.0000000000000001", "decimals")],
)
def test_what_columns_cannot_hold_is_answered_row_by_row_with_a_mark(output: str, reason: str) -> None:
    policy = small("FIRST", [("> 1", output), ("-", "2")])
    answers = decide_many(policy, "t", {"x": [1, 3, 7, None], "p": [3, 3, 0, 1]})
    (mark,) = answers.row_wise
    assert mark.decision == "t"
    assert reason in mark.reason
    for row, (x, p) in enumerate([(1, 3), (3, 3), (7, 0), (None, 1)]):
        assert answer_at(answers, row) == evaluate(policy, "t", {"x": x, "p": p})


def test_numbers_too_large_for_64_bits_are_answered_row_by_row_and_not_wrapped() -> None:
    policy = small("FIRST", [("> 1", "x * x"), ("-", "2")])
    assert decide_many(policy, "t", {"x": [10**6]}).row_wise == ()
    answers = decide_many(policy, "t", {"x": [10**12]})
    assert answers.row_wise
    assert answer_at(answers, 0).outputs == {"out": 10**24}


def test_marks_say_before_any_row_which_decisions_cannot_run_in_columns() -> None:
    assert marks_of(small("FIRST", [("-", "x * 1.25")])) == ()
    (mark,) = marks_of(small("FIRST", [("-", "p"), ("-", "x ** 2")]))
    assert (mark.decision, "power" in mark.reason) == ("t", True)
    (cell,) = marks_of(small("FIRST", [("x ** 2", "p")]))
    assert "column 'x'" in cell.reason
    product = load_product("consumer_revolving")
    assert marks_of(product.policy, product.parameters.at(date(2026, 1, 1), currency="CNY")) == ()


def test_words_come_as_text_enum_or_category_and_leave_as_enum() -> None:
    policy = literal('if w = "a" then "first" else w', "string")
    words = ["a", "b", None, "a"]
    for column in (
        words,
        pl.Series(words),
        pl.Series(words, dtype=pl.Categorical),
        pl.Series(words, dtype=pl.Enum(["b", "a"])),
    ):
        answered = frame_of(decide_many(policy, "t", {"w": column}))["t"]
        assert answered.to_list() == ["first", "b", None, "first"]
        assert isinstance(answered.dtype, pl.Enum)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([1, None, 3], dtype=pl.UInt8),
        pl.Series([1, None, 3], dtype=pl.Float32),
        pl.Series([Decimal(1), None, Decimal(3)], dtype=pl.Decimal(10, 2)),
        np.array([1.0, np.nan, 3.0]),
        (1, None, 3),
    ],
)
def test_numbers_come_in_any_shape(column: object) -> None:
    answers = decide_many(literal("x * 1.5"), "t", {"x": column})
    assert frame_of(answers)["t"].to_list() == [Decimal("1.5"), None, Decimal("4.5")]


def test_a_missing_column_one_of_another_kind_and_one_of_another_length_are_told() -> None:
    policy = literal("if w = null then x else 1")
    with pytest.raises(Malformed, match="Column w was not given"):
        decide_many(policy, "t", {"x": [1]})
    with pytest.raises(Malformed, match="Column x is a boolean, and the input a number"):
        decide_many(policy, "t", {"x": [True], "w": [None]})
    with pytest.raises(Malformed, match="Column w is a mixture of kinds"):
        decide_many(policy, "t", {"x": [1, 2], "w": ["a", 1]})
    with pytest.raises(Malformed, match="Column w has 1 rows, and others have 2"):
        decide_many(policy, "t", {"x": [1, 2], "w": ["a"]})


def test_chained_decisions_are_answered_once_each_in_order_and_reported_as_the_reference_does() -> None:
    product = load_product("consumer_revolving")
    numbers = product.parameters.at(date(2026, 1, 1), currency="CNY")
    assert steps_of(product.policy, "opening") == ("grade_terms", "opening")
    columns: dict[str, object] = {one.name: None for one in product.policy.inputs if one.name not in numbers}
    columns |= {"grade": [None, 3, 21], "is_moved": False, "requested_minor": [10, 10**9, 5]}
    answers = decide_many(product.policy, "opening", columns, numbers)
    for row, (grade, asked) in enumerate([(None, 10), (3, 10**9), (21, 5)]):
        given: dict[str, Value] = {one.name: None for one in product.policy.inputs}
        given |= numbers
        given |= {"grade": grade, "is_moved": False, "requested_minor": asked}
        assert answer_at(answers, row) == evaluate(product.policy, "opening", given)


def test_the_whole_mask_is_given_on_request() -> None:
    policy = small("FIRST", [("> 1", "10"), ("> 2", "20"), ("-", "30")])
    answers = decide_many(policy, "t", {"x": [0, 2, 3]})
    assert bits_of(answers, "t")[:, 0].tolist() == [0b100, 0b101, 0b111]
    with pytest.raises(NotHeld, match="no rules"):
        bits_of(decide_many(literal("x"), "t", {"x": [1]}), "t")


def test_collected_rules_are_lists() -> None:
    policy = small("COLLECT", [("> 1", "10"), ("-", "x")], aggregation="SUM")
    frame = frame_of(decide_many(policy, "t", {"x": [0, 2, None]}))
    assert frame["rule_of_t"].to_list() == [[2], [1, 2], [2]]
    assert frame["out"].to_list() == [0, 12, None]


def test_any_of_many_rules_may_answer_and_each_row_that_differs_is_told() -> None:
    rules = [(f"> {row}", "1" if row < 80 else "2") for row in range(100)]
    found = decide_many(small("ANY", rules), "t", {"x": [0, 40, 81, 200, None]})
    assert found.row_wise == ()
    assert [found.hits["t"].at(row) for row in (0, 1, 4)] == [(), (1,), ()]
    assert sorted(found.failed) == [2, 3]
    assert found.failed[2].startswith("Table t: rules 1 and 2 and 3")


def test_rules_that_compute_and_match_together_are_compared_row_by_row_with_a_mark() -> None:
    policy = small("ANY", [("> 1", "x + 1"), ("> 2", "2 * x - 2"), ("> 2", "x + 1")])
    answers = decide_many(policy, "t", {"x": [0, 2, 3, 4, None]})
    (mark,) = answers.row_wise
    assert "rules 1 and 2 match together" in mark.reason
    assert list(answers.failed) == [3]
    for row, x in ((0, 0), (1, 2), (2, 3), (4, None)):
        assert answer_at(answers, row) == evaluate(policy, "t", {"x": x})
    alike = decide_many(small("ANY", [("> 1", "x + 1"), ("> 2", "x + 1")]), "t", {"x": [0, 2, 3]})
    assert (alike.row_wise, alike.failed) == ((), {})
