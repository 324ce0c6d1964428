"""Cells, names and units that say what nobody meant are told; those that are as they should be are not."""

import pytest

from creditline.policy.check.cells import cell_findings
from creditline.policy.check.domain import Domain, domains_of
from creditline.policy.check.finding import FindingCode, Severity
from creditline.policy.check.laid import lay_out
from creditline.policy.check.surroundings import Numbers, Surroundings
from creditline.policy.check.whole import check_policy
from creditline.policy.feel import read_cell, read_expression
from creditline.policy.table import Column, DecisionTable, HitPolicy, Input, LiteralExpression, Output, Policy, Rule

NAMES = ("use_ratio", "late_days", "asked_minor", "share_ppm", "draws_count", "word")


def a_policy(
    tested: str, cell: str, result: str = "1", *, output: str = "out", allowed: tuple[str, ...] = ()
) -> Policy:
    kind = "string" if result.startswith('"') else "number"
    table = DecisionTable(
        name="t",
        hit_policy=HitPolicy.FIRST,
        columns=(
            Column(label=tested, expression=read_expression(tested), kind="string" if tested == "word" else "number"),
        ),
        outputs=(Output(name=output, kind=kind, allowed=allowed),),
        rules=(
            Rule(cells=(read_cell(cell),), outputs=(read_expression(result),)),
            Rule(cells=(read_cell("-"),), outputs=(read_expression("null"),)),
        ),
    )
    inputs = [Input(name=name, kind="string" if name == "word" else "number") for name in NAMES]
    return Policy(name="small", inputs=tuple(inputs), decisions=(table,))


def codes(policy: Policy, known: Surroundings | None = None) -> set[FindingCode]:
    unused = {FindingCode.INPUT_UNUSED}
    return {one.code for one in check_policy(policy, known or Surroundings())} - unused


@pytest.mark.parametrize(
    ("tested", "cell", "code"),
    [
        ("word", 'not("p")', FindingCode.NOT_MATCHES_MISSING),
        ("word", 'not("p", null)', None),
        ("word", '"p"', None),
        ("late_days", "not(3)", FindingCode.NOT_MATCHES_MISSING),
        ("use_ratio", "0.3", FindingCode.RATIO_EQUALITY),
        ("use_ratio", "0", None),
        ("use_ratio", "> 0.3", None),
        ("use_ratio / 3", "0.5", FindingCode.RATIO_EQUALITY),
        ("late_days", "> asked_minor", FindingCode.UNIT_MISMATCH),
        ("late_days", "> late_days", FindingCode.RULE_NEVER_MATCHES),
        ("use_ratio", ">= share_ppm", FindingCode.UNIT_MISMATCH),
        ("use_ratio", ">= 300000", FindingCode.UNIT_MISMATCH),
        ("share_ppm", ">= 0.3", FindingCode.UNIT_MISMATCH),
        ("share_ppm", ">= 300000", None),
        ("asked_minor + late_days", "> 5", FindingCode.UNIT_MISMATCH),
        ("asked_minor * use_ratio", "> 5", None),
        ("min(asked_minor, draws_count)", "> 5", FindingCode.UNIT_MISMATCH),
    ],
)
def test_a_cell_is_told_if_it_says_what_is_hardly_meant(tested: str, cell: str, code: str | None) -> None:
    assert codes(a_policy(tested, cell)) == ({code} if code else set())


def test_not_over_an_input_that_is_never_missing_is_fine() -> None:
    known = Surroundings(domains={"late_days": Domain(kind="number", is_whole=True, is_nullable=False)})
    assert codes(a_policy("late_days", "not(3)"), known) == set()


@pytest.mark.parametrize(
    ("output", "result", "code"),
    [
        ("amount_minor", "asked_minor", None),
        ("amount_minor", "late_days", FindingCode.UNIT_MISMATCH),
        ("amount_minor", "if late_days > 3 then asked_minor else draws_count", FindingCode.UNIT_MISMATCH),
        ("answer", '"approve"', None),
        ("answer", '"aprove"', FindingCode.ANSWER_UNKNOWN),
        ("condition", '"no_arrears"', FindingCode.CONDITION_UNKNOWN),
        ("reason", '"latte"', FindingCode.REASON_UNKNOWN),
    ],
)
def test_an_output_is_told_if_the_engine_cannot_mean_it(output: str, result: str, code: str | None) -> None:
    words = {"answer": frozenset({"approve"}), "condition": frozenset({"calm"}), "reason": frozenset({"late"})}
    known = Surroundings(words=words, must_answer=frozenset({"t"}))
    assert codes(a_policy("late_days", "> 3", result, output=output), known) == ({code} if code else set())


def test_an_output_that_a_number_makes_impossible_is_told() -> None:
    policy = a_policy("late_days", "> 3", "share_ppm", allowed=("1", "2"))
    known = Surroundings(
        numbers=tuple(Numbers(day=None, currency="", values={"share_ppm": value}) for value in (1, 3, 2))
    )
    found = [one for one in check_policy(policy, known) if one.code is FindingCode.OUTPUT_NOT_ALLOWED]
    assert [(one.rows, one.severity) for one in found] == [((1,), Severity.ERROR)]
    assert "It gives 3" in found[0].words


def test_an_input_that_nobody_gives_is_told_with_what_it_may_have_meant() -> None:
    policy = a_policy("late_days", "> 3")
    known = Surroundings(inputs=frozenset({*NAMES, "latest_days"} - {"late_days"}))
    (found,) = [one for one in check_policy(policy, known) if one.code is FindingCode.INPUT_UNKNOWN]
    assert "Did you mean latest_days?" in found.words


def test_units_of_expressions_are_looked_at_too() -> None:
    decision = LiteralExpression(name="is_calm", kind="boolean", expression=read_expression("late_days < asked_minor"))
    inputs = tuple(Input(name=name, kind="number") for name in ("late_days", "asked_minor"))
    policy = Policy(name="small", inputs=inputs, decisions=(decision,))
    assert codes(policy) == {FindingCode.UNIT_MISMATCH}


def test_cells_of_a_laid_table_are_told_with_the_case_that_shows_it() -> None:
    policy = a_policy("word", 'not("p")')
    (one,) = cell_findings(lay_out(policy, "t", domains_of(policy, {})))
    assert one.witness == {"word": None}
    assert 'Write not("p", null) if that is not meant.' in one.words
