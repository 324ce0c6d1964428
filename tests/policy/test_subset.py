"""What the fast executors hold is said by one question, with the reason."""

import pytest

from creditline.errors import PolicyInvalid
from creditline.policy.dmn import read_policy
from creditline.policy.standard.model import Decision
from creditline.policy.standard.read import read_model
from creditline.policy.subset import why_not_scalar, why_text_is_not_scalar
from tests.policy.a_policy import policy_file, small
from tests.policy.standard.a_model import decision, literal, model, table


def test_every_decision_of_a_product_is_held() -> None:
    policy = read_policy(policy_file(), source="policy.dmn")
    assert {why_not_scalar(one) for one in policy.decisions} == {None}


def test_a_product_s_policy_is_held_read_as_a_model_too() -> None:
    found = [one for one in read_model(policy_file()).elements.values() if isinstance(one, Decision)]
    assert len(found) == len(read_policy(policy_file(), source="policy.dmn").decisions)
    assert {one.name: why_not_scalar(one) for one in found} == dict.fromkeys((one.name for one in found), None)


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (literal("x + abs(-1)"), None),
        (literal("for i in [x] return i"), "loops"),
        (literal("[x][1]"), "filters"),
        (literal("{a: x}.a"), "member"),
        (literal('string length("x")'), "calls a function"),
        (literal('@"2026-01-01"'), "literal with @"),
        (literal("x instance of number"), "asks for a type"),
        (table("FIRST", [("< 5", "1"), ("-", "x")]), None),
        (table("RULE ORDER", [("-", "x")]), "RULE ORDER"),
        (table("COLLECT", [("-", "x")]), "COLLECT"),
        (table("COLLECT", [("-", "x")], extra='aggregation="SUM"'), None),
        (table("FIRST", [("even(?)", "x")]), "calls its input"),
        (table("FIRST", [("-", "x")], outputs="<output typeRef='time'/>"), "its type is time"),
        ("<list/>", "boxed list"),
    ],
)
def test_a_decision_that_is_not_held_is_told_why(inner: str, why: str | None) -> None:
    found = model(decision(inner)).named("d")
    assert isinstance(found, Decision)
    said = why_not_scalar(found)
    assert said is None if why is None else said is not None and why in said


@pytest.mark.parametrize(
    ("text", "is_cell", "why"),
    [
        ("sum(for i in [1, 2] return i) + 1", False, "calls a function"),
        ("for i in [1, 2] return i", False, "it loops"),
        ("in > 3", False, None),
        ("even(?)", True, "calls its input"),
        ('duration("P1D")', True, "calls a function"),
        ("[1", True, None),
    ],
)
def test_text_outside_of_the_core_is_told_why(text: str, is_cell: bool, why: str | None) -> None:
    said = why_text_is_not_scalar(text, is_cell=is_cell)
    assert said is None if why is None else said is not None and why in said


def test_a_policy_that_goes_outside_of_the_core_is_refused_with_the_reason() -> None:
    with pytest.raises(PolicyInvalid, match=r"row 1, output 'out', character 5: .*; DMN has it, but .* and it loops"):
        small("FIRST", [("-", "for i in [1, 2] return i")])
