"""What the fast executors hold is said by one question, with the reason."""

import pytest

from creditline.policy.dmn import read_policy
from creditline.policy.standard.model import Decision
from creditline.policy.standard.read import read_model
from creditline.policy.subset import why_not_scalar
from tests.policy.a_policy import policy_file
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
