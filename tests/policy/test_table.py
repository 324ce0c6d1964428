"""A policy has one canonical form, one hash, and hit policies that mean what the standard says."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from creditline.errors import Code, Malformed, PolicyInvalid
from creditline.policy import evaluate as reference
from creditline.policy.compiled import compile_policy
from creditline.policy.dmn import read_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.table import (
    Value,
    canonical,
    constant,
    from_canonical,
    literal,
    names_in,
    names_read,
    with_literals,
)
from tests.policy.a_policy import policy_file, small

HITS: list[tuple[str, str, list[tuple[str, str]], int | None, Value, tuple[int, ...]]] = [
    ("UNIQUE", "", [("[1..5]", "10"), ("> 5", "20")], 5, 10, (1,)),
    ("UNIQUE", "", [("[1..5]", "10"), ("> 5", "20")], 0, None, ()),
    ("FIRST", "", [("> 1", "10"), ("> 2", "20"), ("-", "30")], 3, 10, (1,)),
    ("FIRST", "", [("> 1", "10"), ("> 2", "20"), ("-", "30")], None, 30, (3,)),
    ("COLLECT", "SUM", [("> 1", "10"), ("> 2", "20"), ("-", "30")], 2, 40, (1, 3)),
    ("COLLECT", "MIN", [("> 1", "10"), ("> 2", "20"), ("-", "30")], 3, 10, (1, 2, 3)),
    ("COLLECT", "MAX", [("> 1", "10"), ("> 2", "20"), ("-", "30")], 3, 30, (1, 2, 3)),
    ("COLLECT", "COUNT", [("> 1", "10"), ("> 2", "20")], 3, 2, (1, 2)),
    ("COLLECT", "COUNT", [("> 1", "10"), ("> 2", "20")], 0, 0, ()),
    ("COLLECT", "SUM", [("> 1", "10")], 0, None, ()),
    ("ANY", "", [("> 1", "10"), ("> 2", "10.0"), ("-", "null")], None, None, (3,)),
    ("ANY", "", [("> 1", "10"), ("> 2", "10.0")], 3, 10, (1,)),
    ("ANY", "", [("> 1", "x + 7"), ("> 2", "10")], 3, 10, (1,)),
    ("ANY", "", [("> 1", "10"), ("> 2", "20")], 2, 10, (1,)),
    ("ANY", "", [("> 1", "null"), ("> 2", "null")], 3, None, (1,)),
    ("ANY", "", [("> 1", "10")], 0, None, ()),
]


@pytest.mark.parametrize(("hit", "aggregation", "rules", "x", "out", "rows"), HITS)
def test_a_hit_policy_chooses_its_rules(
    hit: str, aggregation: str, rules: list[tuple[str, str]], x: int | None, out: Value, rows: tuple[int, ...]
) -> None:
    policy = small(hit, rules, aggregation=aggregation)
    for answer in (evaluate(policy, "t", {"x": x}), compile_policy(policy).decide("t", {"x": x})):
        assert answer.outputs == {"out": out}
        assert answer.rules == (("t", rows),)


def test_priority_follows_the_order_of_allowed_values() -> None:
    policy = small("PRIORITY", [("> 1", '"low"'), ("> 2", '"high"')], allowed='"high", "low"')
    assert evaluate(policy, "t", {"x": 3}).outputs == {"out": "high"}
    assert compile_policy(policy).decide("t", {"x": 3}).rules == (("t", (2,)),)


def test_two_rules_of_a_unique_table_that_match_are_an_error_on_both_executors() -> None:
    policy = small("UNIQUE", [("> 1", "10"), ("> 2", "20")])
    for executor in (partial(evaluate, policy), compile_policy(policy).decide):
        with pytest.raises(PolicyInvalid, match="rules 1 and 2 both match"):
            executor("t", {"x": 3})


@pytest.mark.parametrize("other", ["20", "x + 8", "null"])
def test_rules_of_an_any_table_that_give_different_outputs_are_an_error_on_both_executors(other: str) -> None:
    policy = small("ANY", [("> 1", "10"), ("> 2", other), ("> 5", "10")])
    for executor in (partial(evaluate, policy), compile_policy(policy).decide):
        with pytest.raises(PolicyInvalid, match="rules 1 and 2 all match and give different outputs"):
            executor("t", {"x": 3})
        assert executor("t", {"x": 2}).rules == (("t", (1,)),)


def test_the_hash_of_a_policy_is_pinned_to_its_content() -> None:
    policy = small("FIRST", [("> 1", "10"), ("-", "20")])
    assert policy.sha256 == "43c7df920e903735ea6c2f16053f262c18362c03de40ae13fc1d7d405a902666"
    assert policy.sha256 == small("FIRST", [("> 1", "10"), ("-", "20")]).sha256
    assert policy.sha256 != small("FIRST", [("-", "20"), ("> 1", "10")]).sha256


def test_the_canonical_form_reads_back_exactly() -> None:
    policy = read_policy(policy_file(), source="policy.dmn")
    again = from_canonical(canonical(policy))
    assert canonical(again) == canonical(policy)
    assert again.sha256 == policy.sha256


def test_a_damaged_stored_policy_is_refused() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        from_canonical(canonical(small("FIRST", [("-", "1")]))[:-5])
    assert refused.value.code is Code.POLICY_INVALID


def test_a_missing_input_and_one_of_another_kind_are_told_by_both_executors() -> None:
    policy = small("FIRST", [("> p", "10")])
    compiled = compile_policy(policy, frozenset({"p"}))
    for executor in (partial(evaluate, policy), compiled.decide):
        with pytest.raises(Malformed, match="needs p, which was not given"):
            executor("t", {"x": 1})
        with pytest.raises(Malformed, match="is a number, and True is a boolean"):
            executor("t", {"x": True, "p": 1})
        with pytest.raises(Malformed, match="is a number, and 'a' is a string"):
            executor("t", {"x": "a", "p": 1})
    with pytest.raises(Malformed, match="has no decision 'other'"):
        compiled.decide("other", {})


def test_a_decision_reads_what_it_and_its_requirements_mention() -> None:
    policy = read_policy(policy_file(), source="policy.dmn")
    assert {"is_blocked", "months_late_last_count", "draws_30d_count"} <= names_read(policy, "no_arrears_and_calm")
    assert {"release_veto_points", "late_observation_days"} <= names_read(policy, "restoration")
    assert "requested_minor" not in names_read(policy, "restoration")


def test_what_a_table_compares_its_inputs_with_is_known_each_once() -> None:
    policy = small("FIRST", [("> p", "10"), ("[0..3], 3", "20")])
    compared = policy.compared["t"]
    assert [reference.compute(end, {"p": 6}) for end in compared["x"]] == [6, 0, 3]
    assert [reference.compute(end, {"x": 9}) for end in compared["p"]] == [9]


def test_what_an_expression_and_what_it_requires_compare_is_known() -> None:
    policy = read_policy(policy_file(), source="policy.dmn")
    calm = policy.compared["no_arrears_and_calm"]
    given: dict[str, Value] = {"frequent_draws_30d_count": 6}
    assert [reference.compute(end, given) for end in calm["draws_30d_count"]] == [None, 6]
    assert [reference.compute(end, given) for end in calm["months_late_last_count"]] == [None, 0]
    assert "requested_minor" in policy.compared["draw"]


@pytest.mark.parametrize("value", [None, True, False, 3, Decimal("2.50"), "word", date(2026, 3, 2)])
def test_a_value_as_a_literal_means_itself(value: Value) -> None:
    assert constant(literal(value)) == value
    policy = small("FIRST", [("> p", "p")])
    bound = with_literals(policy.decision("t"), {"p": value})
    assert set(names_in(bound)) == {"x"}
    assert set(names_in(policy.decision("t"))) == {"x", "p"}
