"""A product's examples are run on every executor, and an expectation that does not hold is found."""

import tomllib
from importlib.resources import files

import pytest

from creditline.edge.products import load_product, offered
from creditline.errors import PolicyInvalid
from creditline.policy.examples import examples_of, failures_of


@pytest.mark.parametrize("name", offered())
def test_every_example_of_every_product_is_answered_as_expected(name: str) -> None:
    product = load_product(name)
    text = (files("creditline") / "products" / name / "examples.toml").read_text(encoding="utf-8")
    examples = examples_of(tomllib.loads(text))
    assert len(examples) >= 20
    assert {"opening", "draw", "restoration", "review"} <= {example.decision for example in examples}
    assert failures_of(product.policy, product.compiled, product.parameters, examples) == []


def test_a_wrong_expectation_is_found_on_both_executors_with_the_rule_that_answered() -> None:
    product = load_product("consumer_revolving")
    given = {"is_blocked": True, "requested_minor": 1, "available_minor": 2, "accepts_partial": False}
    case = {"name": "blocked", "decision": "draw", "given": given, "expected": {"answer": "approve"}}
    failed = failures_of(product.policy, product.compiled, product.parameters, examples_of({"case": [case]}))
    assert [one.words.split()[0] for one in failed] == ["reference", "compiled"]
    assert "'decline'" in failed[0].words
    assert "('draw', (1,))" in failed[0].words


def test_a_case_without_an_expectation_is_refused() -> None:
    with pytest.raises(PolicyInvalid, match="case half lacks decision, expected"):
        examples_of({"case": [{"name": "half"}]})
