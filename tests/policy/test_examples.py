"""A product's examples are run on every executor, and an expectation that does not hold is found."""

from importlib.resources import files

import pytest

from creditline.edge.products import load_product, offered
from creditline.errors import PolicyInvalid
from creditline.policy.examples import examples_in, examples_of, tried


@pytest.mark.parametrize("name", offered())
def test_every_example_of_every_product_is_answered_as_expected(name: str) -> None:
    product = load_product(name)
    text = (files("creditline") / "products" / name / "examples.toml").read_text(encoding="utf-8")
    examples = examples_in(text)
    assert len(examples) >= 20
    assert {"opening", "draw", "restoration", "review"} <= {example.decision for example in examples}
    run = tried(product.policy, product.compiled, product.parameters, examples)
    assert [(one.example, one.words) for one in run] == [(one, ()) for one in examples]


def test_a_wrong_expectation_is_found_on_every_executor_with_the_rule_that_answered() -> None:
    product = load_product("consumer_revolving")
    given = {"is_blocked": True, "requested_minor": 1, "available_minor": 2, "accepts_partial": False}
    case = {"name": "blocked", "decision": "draw", "given": given, "expected": {"answer": "approve"}}
    (failed,) = tried(product.policy, product.compiled, product.parameters, examples_of({"case": [case]}))
    assert [words.split()[0] for words in failed.words] == ["reference", "compiled", "columns"]
    assert all("'decline'" in words and "('draw', (1,))" in words for words in failed.words)


def test_a_case_without_an_expectation_is_refused() -> None:
    with pytest.raises(PolicyInvalid, match="case half lacks decision, expected"):
        examples_of({"case": [{"name": "half"}]})
