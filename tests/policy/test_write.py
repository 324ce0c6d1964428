"""A policy is written as DMN 1.3 that other engines read, and is the same policy when it is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.dmn import read_policy
from creditline.policy.feel import read_cell, read_expression
from creditline.policy.standard.read import read_model
from creditline.policy.write import cell_text, feel_text, quoted, write_policy
from tests.parity.test_policy_parity import CELLS, HITS, OUTPUTS
from tests.policy.a_policy import small


@given(hit=HITS, rules=st.lists(st.tuples(CELLS, OUTPUTS), min_size=1, max_size=5))
def test_what_is_written_is_read_back_under_the_same_hash(hit: tuple[str, str], rules: list[tuple[str, str]]) -> None:
    policy = small(hit[0], rules, aggregation=hit[1])
    xml = write_policy(policy)
    assert read_policy(xml, source="again.dmn").sha256 == policy.sha256
    assert read_model(xml).problems == ()
    assert b"20191111/MODEL" in xml


@pytest.mark.parametrize(
    "text",
    ["(1 + 2) * 3", "1 - (2 - 3)", "-2 ** 2", "-(2 ** 2)", "(if a then 1 else 2) + 3", "if a then 1 else 2 + 3",
     "(a or b) and c", "(if a then b else c) or true", "a or b or c", "a or (if b then c else true)", "a < b = true", "round half up(a, 2)", 'date("2026-01-31") > d', '"a\\n\\\\\\"b"', "not(a)"],
)  # fmt: skip
def test_an_expression_keeps_its_brackets_and_no_others(text: str) -> None:
    assert feel_text(read_expression(text), {}) == text


def test_one_of_several_outputs_is_written_as_a_path() -> None:
    paths = {"t_low": "t.low"}
    assert feel_text(read_expression("t_low + 1"), paths) == "t.low + 1"
    assert read_expression("t.low + 1") == read_expression("t_low + 1")
    assert cell_text(read_cell("not([t_low..5), < 3, 7)"), paths) == "not([t.low..5), < 3, 7)"


@given(st.text(max_size=20))
def test_a_text_is_quoted_so_that_it_is_read_back(text: str) -> None:
    assert feel_text(read_expression(quoted(text)), {}) == quoted(text)
