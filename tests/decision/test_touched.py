"""The decisions a finding touches are those that asking every recorded case one by one finds."""

from hypothesis import given, settings

from creditline.decision.recorded import Group
from creditline.decision.touched import with_cases
from creditline.policy.check.cells import cell_findings
from creditline.policy.check.finding import Finding, FindingCode
from creditline.policy.check.reach import MOST_GAPS, before_of, reach_findings
from creditline.policy.table import DecisionTable, HitPolicy, Policy
from tests.policy.check.a_table import DOMAINS, a_table, every_input, laid, matching, tables

EVERYTHING = list(every_input(tuple(DOMAINS)))
BOOK = EVERYTHING[::3]
GROUP = Group(
    table="t", numbers={}, columns={name: [own[name] for own in BOOK] for name in DOMAINS}, count=len(BOOK)
)  # fmt: skip


def told(policy: Policy) -> list[Finding]:
    own = laid(policy)
    findings = [*reach_findings(own, must_answer=False), *cell_findings(own)]
    return list(with_cases(policy, findings, [GROUP]))


def answering(policy: Policy) -> list[list[int]]:
    table = policy.decision("t")
    assert isinstance(table, DecisionTable)
    before = before_of(table)
    cases = [matching(policy, own) for own in BOOK]
    return [[row for row in rows if not any(before[row - 1] >> (other - 1) & 1 for other in rows)] for rows in cases]


@given(tables([HitPolicy.FIRST, HitPolicy.COLLECT_SUM]))
@settings(max_examples=40, deadline=None)
def test_every_count_is_what_asking_each_case_gives(policy: Policy) -> None:
    matched, answered = [matching(policy, own) for own in BOOK], answering(policy)
    found = told(policy)
    dead = {row for one in found if one.code is FindingCode.RULE_DEAD for row in one.rows}
    never = {one.rows[0] for one in found if one.code.startswith("rule_never")}
    table = policy.decision("t")
    assert isinstance(table, DecisionTable)
    assert dead == set(range(1, len(table.rules) + 1)) - {row for rows in answered for row in rows} - never
    for one in found:
        if one.code in {FindingCode.RULE_NEVER_FIRST, FindingCode.RULE_NEVER_MATCHES}:
            assert one.cases_count == sum(one.rows[0] in rows for rows in matched)
        elif one.code is FindingCode.REACHED_ONLY_BY_MISSING:
            assert one.cases_count == sum(one.rows[0] in rows for rows in answered)
        elif one.code is FindingCode.NOT_MATCHES_MISSING:
            assert one.witness
            (name,) = one.witness
            cases = zip(BOOK, matched, strict=True)
            assert one.cases_count == sum(own[name] is None and one.rows[0] in rows for own, rows in cases)
    gaps = [one for one in found if one.code is FindingCode.GAP and one.region]
    if len(gaps) <= MOST_GAPS and sum(one.code is FindingCode.GAP for one in found) == len(gaps) == 1:
        assert gaps[0].cases_count == sum(not rows for rows in matched)


@given(tables([HitPolicy.UNIQUE]))
@settings(max_examples=30, deadline=None)
def test_an_overlap_counts_the_cases_both_rules_match(policy: Policy) -> None:
    matched = [matching(policy, own) for own in BOOK]
    for one in told(policy):
        if one.code is FindingCode.OVERLAP and one.rows:
            assert one.cases_count == sum(set(one.rows) <= set(rows) for rows in matched)


def test_rules_nobody_was_answered_by_are_told_together() -> None:
    policy = a_table(HitPolicy.FIRST, ("m",), [("-",), ("> 2.5",), ("6",)])
    found = with_cases(policy, (), [GROUP])
    assert [(one.rows, one.cases_count) for one in found] == [((2, 3), None)]
    assert f"Rules 2 and 3 answered none of the {len(BOOK)} recorded decisions" in found[0].words
    assert with_cases(policy, (), []) == ()
