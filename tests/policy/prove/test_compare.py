"""A proof finds the one row in which an executor goes wrong, and makes its witness small."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from creditline.policy.prove.compare import EXECUTORS, Effort, Execute, Told, prove
from creditline.policy.prove.rows import Given
from creditline.policy.table import Policy, Value
from tests.policy.a_policy import small

POLICY = small("FIRST", [("< 5", "x + p"), ("[5..9]", "p * 1.5"), ("-", "3")])


def wrong_where(name: str, value: Value) -> Execute:
    """Return an executor that answers nothing where an input has one value, and else as the row executor does."""

    def execute(policy: Policy, decision: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
        told = EXECUTORS["row"](policy, decision, rows, numbers)
        return [((), ()) if row[name] == value else one for row, one in zip(rows, told, strict=True)]

    return execute


def test_the_executors_agree() -> None:
    proof = prove(POLICY, "t", numbers={}, effort=Effort(most=500, seed=1))
    assert proof.is_agreed
    assert proof.is_exhaustive
    assert proof.row_wise == ()
    assert proof.rows_count == proof.combinations_count + 125
    assert proof.points == {"x": 7, "p": 6}


@pytest.mark.parametrize("value", [None, 4, 5, 6, 9, 10])
def test_an_executor_that_goes_wrong_at_one_point_is_caught(value: Value) -> None:
    proof = prove(
        POLICY, "t", numbers={}, effort=Effort(most=500, seed=1), executors={"spoilt": wrong_where("x", value)}
    )
    assert proof.difference is not None
    assert not proof.is_exhaustive
    assert proof.difference.given == {"x": value, "p": None}
    assert set(proof.difference.answers) == {"reference", "spoilt"}
    assert proof.difference.answers["spoilt"] == ""
    assert "t: " in proof.difference.answers["reference"]


def test_a_fault_between_the_points_is_caught_where_not_all_can_be_tried() -> None:
    proof = prove(
        POLICY,
        "t",
        numbers={},
        effort=Effort(most=30, seed=1),
        executors={"spoilt": wrong_where("x", Decimal("4.999999"))},
    )
    assert proof.difference is not None


def test_a_difference_of_kind_is_a_difference() -> None:
    def truths(policy: Policy, decision: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
        told = EXECUTORS["row"](policy, decision, rows, numbers)
        return [(tuple((name, "boolean", True) if value == 1 else (name, kind, value) for name, kind, value in out), rules)
                for out, rules in told]  # fmt: skip

    assert not prove(
        small("FIRST", [("-", "1")]), "t", numbers={}, effort=Effort(most=9, seed=1), executors={"spoilt": truths}
    ).is_agreed


def test_one_that_only_goes_wrong_among_others_is_caught_too() -> None:
    def spoilt(policy: Policy, decision: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
        told = EXECUTORS["row"](policy, decision, rows, numbers)
        return told if len(rows) == 1 else [*told[:-1], ((), ())]

    proof = prove(POLICY, "t", numbers={}, effort=Effort(most=500, seed=1), executors={"spoilt": spoilt})
    assert proof.difference is not None
    assert "spoilt, among others" in proof.difference.answers


def test_errors_are_held_to_the_reference_and_marks_are_told() -> None:
    proof = prove(
        small("UNIQUE", [("> 1", "x ** 2"), ("> 2", "1")]),
        "t",
        numbers={"p": 1, "other": 2},
        effort=Effort(most=50, seed=1),
    )
    assert proof.is_agreed
    (mark,) = proof.row_wise
    assert mark.decision == "t"
