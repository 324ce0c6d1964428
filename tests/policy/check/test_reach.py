"""Gaps, overlaps and rules that never answer are what asking every input one by one finds, no more and no less."""

import pytest
from hypothesis import given, settings

from creditline.errors import PolicyInvalid
from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.check.reach import MOST_GAPS, before_of, reach_findings
from creditline.policy.check.region import Region
from creditline.policy.evaluate import evaluate
from creditline.policy.table import DecisionTable, HitPolicy, Policy, Value
from tests.policy.check.a_table import DOMAINS, a_table, every_input, laid, matching, tables

EVERYTHING = list(every_input(tuple(DOMAINS)))


def found(policy: Policy, code: FindingCode) -> list[Finding]:
    return [one for one in reach_findings(laid(policy), must_answer=True) if one.code is code]


def is_inside(region: Region, given: dict[str, Value]) -> bool:
    return region.holds(given)


@given(tables([HitPolicy.FIRST, HitPolicy.COLLECT_SUM]))
@settings(max_examples=60, deadline=None)
def test_gaps_are_exactly_the_inputs_that_no_rule_matches(policy: Policy) -> None:
    gaps = found(policy, FindingCode.GAP)
    regions = [one.region for one in gaps if one.region]
    holes = [own for own in EVERYTHING if not matching(policy, own)]
    assert bool(gaps) == bool(holes)
    for one in gaps:
        assert one.witness is None or evaluate(policy, "t", laid(policy).filled(one.witness)).rules == (("t", ()),)
    for own in EVERYTHING:
        if any(is_inside(region, own) for region in regions):
            assert not matching(policy, own)
    if len(gaps) <= MOST_GAPS:
        assert all(any(is_inside(region, own) for region in regions) for own in holes)


@given(tables([HitPolicy.UNIQUE]))
@settings(max_examples=60, deadline=None)
def test_overlaps_are_exactly_the_pairs_that_match_together(policy: Policy) -> None:
    together = {
        (rows[left], rows[right])
        for own in EVERYTHING
        for rows in [matching(policy, own)]
        for left in range(len(rows))
        for right in range(left + 1, len(rows))
    }
    overlaps = found(policy, FindingCode.OVERLAP)
    assert {one.rows for one in overlaps} == together
    for one in overlaps:
        assert one.witness is not None
        assert set(one.rows) <= set(matching(policy, laid(policy).filled(one.witness)))


@given(tables([HitPolicy.ANY]))
@settings(max_examples=60, deadline=None)
def test_overlaps_of_an_any_table_are_exactly_the_cases_that_are_an_error(policy: Policy) -> None:
    overlaps = found(policy, FindingCode.OVERLAP)
    for own in EVERYTHING:
        clash = {rows for rows in (one.rows for one in overlaps) if set(rows) <= set(matching(policy, own))}
        try:
            evaluate(policy, "t", own)
        except PolicyInvalid:
            assert clash
        else:
            assert not clash
    for one in overlaps:
        assert one.witness is not None
        with pytest.raises(PolicyInvalid, match="different outputs"):
            evaluate(policy, "t", laid(policy).filled(one.witness))


@given(tables([HitPolicy.FIRST, HitPolicy.COLLECT_SUM, HitPolicy.PRIORITY]))
@settings(max_examples=100, deadline=None)
def test_rules_that_never_answer_are_exactly_those_no_input_reaches(policy: Policy) -> None:
    table = policy.decision("t")
    assert isinstance(table, DecisionTable)
    before = before_of(table)
    reached: dict[int, list[dict[str, Value]]] = {row: [] for row in range(1, len(table.rules) + 1)}
    matched: set[int] = set()
    for own in EVERYTHING:
        rows = matching(policy, own)
        matched |= set(rows)
        for row in rows:
            if not any(before[row - 1] >> (other - 1) & 1 for other in rows):
                reached[row].append(own)
    told = list(reach_findings(laid(policy), must_answer=False))
    never = {one.rows[0] for one in told if one.code is FindingCode.RULE_NEVER_FIRST}
    empty = {one.rows[0] for one in told if one.code is FindingCode.RULE_NEVER_MATCHES}
    assert empty == reached.keys() - matched
    assert never == {row for row, own in reached.items() if not own} - empty
    for one in told:
        if one.code is FindingCode.REACHED_ONLY_BY_MISSING:
            assert one.witness is not None
            tested = one.witness.keys()
            assert all(any(own[name] is None for name in tested) for own in reached[one.rows[0]])
            assert one.rows[0] in matching(policy, laid(policy).filled(one.witness))


def test_a_gap_is_told_as_a_region_with_a_case() -> None:
    policy = a_table(HitPolicy.FIRST, ("m", "b"), [("< 2", "-"), ("-", "true"), ("> 4", "false")])
    (gap,) = found(policy, FindingCode.GAP)
    assert gap.severity is Severity.ERROR
    assert "No rule matches m 2 to 4 and b = false; for example m = 2, b = false." in gap.words


def test_a_masked_rule_names_the_fewest_that_mask_it() -> None:
    rows = [("> 5",), ("< 4",), (">= 4",), ("[2..5]",)]
    (masked,) = found(a_table(HitPolicy.FIRST, ("m",), rows), FindingCode.RULE_NEVER_FIRST)
    assert masked.rows == (4, 2, 3)
    assert "Rule 4 never answers: whatever it matches, rules 2 and 3 answer before it." in masked.words


def test_a_rule_that_only_missing_values_reach_is_told_unless_it_asks_for_null() -> None:
    for last, told in (("-", 1), ("null", 0)):
        policy = a_table(HitPolicy.FIRST, ("n",), [(">= 3",), ("< 3",), (last,)])
        assert len(found(policy, FindingCode.REACHED_ONLY_BY_MISSING)) == told


def test_inputs_that_are_compared_with_each_other_are_seen_together() -> None:
    policy = a_table(HitPolicy.FIRST, ("m", "n"), [("> n", "-"), ("n", "-"), ("-", "null")])
    (gap,) = found(policy, FindingCode.GAP)
    assert "m < n" in gap.words


@pytest.mark.parametrize(("outputs", "pairs"), [(["1", "1"], 1), (["1", "2"], 1)])
def test_overlap_says_whether_the_outputs_differ(outputs: list[str], pairs: int) -> None:
    overlaps = found(a_table(HitPolicy.UNIQUE, ("m",), [("< 3",), ("> 1",)], outputs), FindingCode.OVERLAP)
    assert len(overlaps) == pairs
    assert ("answer differently" in overlaps[0].words) == (outputs[0] != outputs[1])
    assert "m = 2" in overlaps[0].words


@pytest.mark.parametrize(
    ("outputs", "severity"),
    [
        (["1", "1"], None),
        (["1", "1.0"], None),
        (["m", "m"], None),
        (["m", "m + 0"], Severity.WARNING),
        (["1", "2"], Severity.ERROR),
    ],
)
def test_rules_of_an_any_table_may_overlap_as_long_as_they_say_the_same(
    outputs: list[str], severity: Severity | None
) -> None:
    overlaps = found(a_table(HitPolicy.ANY, ("m",), [("< 3",), ("> 1",)], outputs), FindingCode.OVERLAP)
    assert [one.severity for one in overlaps] == ([severity] if severity else [])
