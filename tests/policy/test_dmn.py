"""A policy file is read whole, and every mistake in one is told where it is."""

import pytest

from creditline.edge.products import offered
from creditline.errors import Code, PolicyInvalid
from creditline.policy.dmn import read_policy
from tests.policy.a_policy import NAMESPACE, policy_file

BROKEN = [
    ("the file is cut off", "</definitions>", "", "line "),
    (
        "a cell is no FEEL",
        "<text>&gt;= 2</text>",
        "<text>&gt;= </text>",
        "table 'draw', row 2, column 'months late', character 3",
    ),
    (
        "a name nobody knows",
        "<text>&gt;= velocity_draws_1d_count</text>",
        "<text>&gt;= velocity</text>",
        "velocity is no input",
    ),
    ("an output that is not allowed", '<text>"refer"</text>', '<text>"perhaps"</text>', "none of its allowed values"),
    ("a number where a word belongs", '<text>"at_once"</text>', "<text>1</text>", "this output is a string"),
    ("a word against a number", "<text>[1..8]</text>", '<text>"good"</text>', "compares a number with the string"),
    ("a cell too few", "<inputEntry><text>[1..8]</text></inputEntry>", "", "it has 0 cells"),
    (
        "a hit policy we do not have",
        'id="t_draw" hitPolicy="FIRST"',
        'id="t_draw" hitPolicy="RULE ORDER"',
        "its hit policy is RULE ORDER",
    ),
    ("a type we do not have", 'name="grade" typeRef="number"', 'name="grade" typeRef="money"', "its type is money"),
    ("an order of booleans", "<text>true</text>", "<text>&gt; true</text>", "orders a boolean"),
    ("a circle", "<text>not(is_blocked) and", "<text>no_arrears_and_calm and", "in a circle"),
    ("two things of one name", 'name="draw">', 'name="review">', "two things are named"),
    (
        "an expression that is empty",
        "<text>not(is_blocked)</text>",
        "<text></text>",
        "expression 'not_blocked', character 1",
    ),
    ("a document that is no DMN", "definitions", "model", "its root is"),
]


def test_the_products_policies_are_read_and_named_by_their_content() -> None:
    for name in offered():
        policy = read_policy(policy_file(name), source="policy.dmn")
        assert {"opening", "draw", "restoration", "review"} <= {decision.name for decision in policy.decisions}
        assert policy.sha256 == read_policy(policy_file(name), source="elsewhere.dmn").sha256


@pytest.mark.parametrize(("case", "old", "new", "words"), BROKEN)
def test_a_mistake_is_told_with_its_place(case: str, old: str, new: str, words: str) -> None:
    text = policy_file().decode()
    assert old in text, case
    broken = text.replace(old, new) if case == "a document that is no DMN" else text.replace(old, new, 1)
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(broken.encode(), source="policy.dmn")
    assert refused.value.code is Code.POLICY_INVALID
    assert words in refused.value.message
    assert refused.value.message.startswith("policy.dmn")


def test_a_file_that_refers_to_another_is_refused() -> None:
    evil = b'<!DOCTYPE d [<!ENTITY x SYSTEM "other.txt">]><definitions>&x;</definitions>'
    with pytest.raises(PolicyInvalid, match="entities"):
        read_policy(evil, source="policy.dmn")


def test_layout_ids_and_descriptions_do_not_change_what_a_policy_is() -> None:
    text = policy_file().decode()
    reworded = text.replace('id="d_draw"', 'id="anything"').replace("A blocked line pays nothing out.", "Blocked.")
    assert reworded != text
    same = read_policy(reworded.replace("\n", "\n\n").encode(), source="x")
    assert same.sha256 == read_policy(text.encode(), source="x").sha256


def test_a_changed_cell_is_another_policy() -> None:
    text = policy_file().decode()
    changed = text.replace("<text>[1..8]</text>", "<text>[1..7]</text>", 1)
    assert read_policy(changed.encode(), source="x").sha256 != read_policy(text.encode(), source="x").sha256


def diamonds(layers: int) -> bytes:
    """Return decisions in layers of two, each of which requires both of the layer below."""
    first = '<variable name="a0" typeRef="number"/><literalExpression><text>1</text></literalExpression>'
    rows = [f'<decision name="a0">{first}</decision>']
    for layer in range(1, layers):
        rows.append(
            f'<decision name="b{layer}"><variable name="b{layer}" typeRef="number"/><literalExpression>'
            f"<text>a{layer - 1}</text></literalExpression></decision>"
        )
        rows.append(
            f'<decision name="a{layer}"><variable name="a{layer}" typeRef="number"/><literalExpression>'
            f"<text>a{layer - 1} + b{layer}</text></literalExpression></decision>"
        )
    return f'<definitions xmlns="{NAMESPACE}" name="m">{"".join(rows)}</definitions>'.encode()


def test_decisions_that_require_each_other_in_endless_ways_are_refused() -> None:
    assert read_policy(diamonds(9), source="m").decisions
    with pytest.raises(PolicyInvalid, match="ways, at most"):
        read_policy(diamonds(30), source="m")


@pytest.mark.parametrize("step", [1, -1], ids=["the first first", "the deepest first"])
def test_decisions_that_require_each_other_too_deep_are_refused(step: int) -> None:
    rows = [
        f'<decision name="a{at}"><variable name="a{at}" typeRef="number"/><literalExpression><text>a{at - 1}</text>'
        "</literalExpression></decision>"
        for at in range(1, 3_000)
    ]
    head = f'<definitions xmlns="{NAMESPACE}" name="m"><inputData name="a0" typeRef="number"/>'
    with pytest.raises(PolicyInvalid, match="deep"):
        read_policy(f"{head}{''.join(rows[::step])}</definitions>".encode(), source="m")
