"""Names nobody gives, units that do not fit, and findings in order: small parts asked one by one."""

import re
from pathlib import Path

import pytest

from creditline.policy.check.domain import Domain, domain_of, domains_of
from creditline.policy.check.finding import Finding, FindingCode, Severity, case_of, counted, in_order, joined
from creditline.policy.check.names import name_findings
from creditline.policy.check.surroundings import Allowed, Surroundings
from creditline.policy.check.units import unit_findings, unit_of
from creditline.policy.check.whole import check_policy
from creditline.policy.feel import read_expression
from creditline.policy.table import HitPolicy, Input
from tests.policy.check.a_table import a_table

POLICY = a_table(HitPolicy.FIRST, ("m",), [("> 3",), ("-",)])


def a_finding(severity: Severity, *rows: int) -> Finding:
    return Finding(code=FindingCode.GAP, severity=severity, table="t", rows=rows, words="No rule matches.")


def test_the_worst_is_told_first_and_everything_once() -> None:
    note, warning, error = (
        a_finding(severity, row) for row, severity in enumerate((Severity.NOTE, Severity.WARNING, Severity.ERROR))
    )
    assert in_order([note, error, warning]) == (error, warning, note)
    assert in_order([error, error]) == (error,)


def test_a_place_is_told_from_the_table_down() -> None:
    one = Finding(
        code=FindingCode.SYNTAX, severity=Severity.ERROR, table="t", rows=(1, 2), column="x", character=3, words=""
    )
    assert one.place == "t, rows 1 and 2, x, character 3"
    assert counted(one, 7).cases_count == 7
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert case_of({"a": None, "b": "p", "c": True}) == 'a = null, b = "p", c = true'


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("asked_minor", "minor"),
        ("grade", None),
        ("-late_days", "days"),
        ("3 + late_days", "days"),
        ("late_days * 3", None),
        ("floor(asked_minor)", "minor"),
        ("min(3, late_days)", "days"),
        ("if x > 3 then late_days else 0", "days"),
    ],
)
def test_the_unit_of_an_expression_is_the_last_word_of_its_names(text: str, unit: str | None) -> None:
    assert unit_of(read_expression(text)) == unit


def test_a_table_without_units_has_none_that_do_not_fit() -> None:
    assert not list(unit_findings(POLICY))


def test_inputs_nobody_reads_are_notes_and_those_nobody_gives_are_errors() -> None:
    found = {one.column: one.severity for one in name_findings(POLICY, Surroundings(inputs=frozenset({"n", "w"})))}
    assert found == {"n": Severity.NOTE, "w": Severity.NOTE, "m": Severity.ERROR, "b": Severity.ERROR}


def test_what_may_be_given_follows_from_name_and_kind() -> None:
    assert domain_of(Input(name="late_days", kind="number")).is_whole
    assert not domain_of(Input(name="use_ratio", kind="number")).is_whole
    assert domain_of(Input(name="w", kind="string", allowed=("p",))).plain is None
    assert Domain(kind="number", least=2, is_nullable=False).plain == 2
    assert Domain(kind="boolean", is_nullable=False).plain is False
    assert domains_of(POLICY, {"n": Domain(kind="number", most=6)})["n"].most == 6
    assert not Domain(kind="number", most=6).holds(7)


def test_an_exception_that_nothing_needs_is_told() -> None:
    known = Surroundings(worse={"m": "higher"}, allowed=(Allowed(table="t", name="m", why="so it is"),))
    found = [one for one in check_policy(POLICY, known) if one.code is FindingCode.EXCEPTION_UNUSED]
    assert [(one.table, one.column, one.severity) for one in found] == [("t", "m", Severity.WARNING)]


def test_the_analysts_page_explains_every_finding() -> None:
    page = (Path(__file__).parents[3] / "docs" / "checks.md").read_text(encoding="utf-8")
    assert [code for code in FindingCode if f"`{code}`" not in page] == []
    assert set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE)) <= set(FindingCode)
