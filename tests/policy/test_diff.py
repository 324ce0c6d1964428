"""What is otherwise between two policies is told rule by rule, and nothing that reads otherwise is left out."""

from datetime import date
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.policy.diff import Change, ChangeKind, Part, changes_of, changes_of_numbers
from creditline.policy.feel import Name, read_cell, read_expression
from creditline.policy.parameters import Dated, Parameter, Parameters, read_parameters
from creditline.policy.table import Column, DecisionTable, HitPolicy, LiteralExpression, Output, Policy
from tests.policy.check.a_table import a_table, tables

ROWS = [("< 2", "true"), ("[2..4]", "-"), ("> 4", "false"), ("-", "-")]
OLD = a_table(HitPolicy.FIRST, ("m", "b"), ROWS)


def told(old: Policy, new: Policy) -> list[str]:
    return [f"{one.place}: {one.words}" for one in changes_of(old, new=new)]


def table_of(policy: Policy) -> DecisionTable:
    return cast("DecisionTable", policy.decision("t"))


def with_table(policy: Policy, **parts: object) -> Policy:
    return msgspec.structs.replace(policy, decisions=(msgspec.structs.replace(table_of(policy), **parts),))


@pytest.mark.parametrize(
    ("rows", "outputs", "lines"),
    [
        (ROWS, "0123", []),
        ([("<2", "true"), ("[2 .. 4]", "-"), ("> 4", "false"), ("-", "-")], "0123", []),
        ([ROWS[0], ("[2..5]", "-"), *ROWS[2:]], "0123", ["t, rule 2: m [2..4] -> [2..5]"]),
        (ROWS, "0193", ["t, rule 3: out 2 -> 9"]),
        ([ROWS[0], ("[2..4]", "true"), *ROWS[2:]], "0923", ["t, rule 2: out 1 -> 9, b - -> true"]),
        (ROWS[:1] + ROWS[2:], "023", ["t, rule 2: removed m [2..4]: out 1"]),
        ([("6", "-"), *ROWS], "90123", ["t, rule 1: added m 6: out 9"]),
        ([*ROWS[:2], ("-", "-"), ROWS[2]], "0132", ["t, rule 4 -> 3: moved always: out 3"]),
    ],
)  # fmt: skip
def test_rules_are_told_one_by_one(rows: list[tuple[str, str]], outputs: str, lines: list[str]) -> None:
    assert told(OLD, a_table(HitPolicy.FIRST, ("m", "b"), rows, list(outputs))) == lines


def test_a_move_is_not_told_where_order_decides_nothing() -> None:
    sums = [
        a_table(HitPolicy.COLLECT_SUM, ("m", "b"), rows, outputs)
        for rows, outputs in ((ROWS[:2], "01"), (ROWS[1::-1], "10"))
    ]
    assert changes_of(sums[0], new=sums[1]) == ()


def test_the_shape_of_a_table_is_told_before_its_rules() -> None:
    table = table_of(OLD)
    column = Column(label="w", expression=Name("w"), kind="string")
    rules = tuple(
        msgspec.structs.replace(rule, cells=(*rule.cells, read_cell('"p"' if row == 1 else "-")))
        for row, rule in enumerate(table.rules)
    )
    wider = with_table(OLD, columns=(*table.columns, column), rules=rules, hit_policy=HitPolicy.UNIQUE)
    assert told(OLD, wider) == [
        "t, hit policy: FIRST -> UNIQUE", "t, column w: added", 't, rule 2: w - -> "p"',
    ]  # fmt: skip
    assert told(wider, OLD)[1] == "t, column w: removed"
    text = with_table(OLD, outputs=(Output(name="out", kind="string"),))
    assert told(OLD, text) == ["t, output out: number -> string"]


def test_decisions_expressions_and_inputs_are_told() -> None:
    before, after = (
        LiteralExpression(name="fine", kind="boolean", expression=read_expression(text)) for text in ("m > 3", "m > 4")
    )
    old, new, bare = (
        msgspec.structs.replace(OLD, decisions=(*OLD.decisions, one)) if one else OLD for one in (before, after, None)
    )
    assert told(old, new) == ["fine, expression: m > 3 -> m > 4"]
    assert told(bare, new) == ["decision fine: added"]
    assert told(old, bare) == ["decision fine: removed"]
    fewer = msgspec.structs.replace(OLD, inputs=OLD.inputs[1:])
    assert told(fewer, OLD) == [f"input {OLD.inputs[0].name}: added"]
    swapped = msgspec.structs.replace(OLD, decisions=(msgspec.structs.replace(before, name="t"),))
    assert told(swapped, OLD) == ["t, expression: m > 3 -> a table"]


def played(rows: list[object], changes: tuple[Change, ...], new: list[object]) -> list[object]:
    """Carry the told changes of rules out on the old rows; what they do not say of a rule is taken from the new."""
    gone = {one.old_row for one in changes if one.kind in {ChangeKind.REMOVED, ChangeKind.MOVED}}
    edited = {one.old_row: new[(one.new_row or 0) - 1] for one in changes if one.kind is ChangeKind.EDITED}
    kept = [edited.get(row, own) for row, own in enumerate(rows, start=1) if row not in gone]
    for one in sorted(changes, key=lambda one: one.new_row or 0):
        if one.kind in {ChangeKind.ADDED, ChangeKind.MOVED}:
            assert one.new_row
            kept.insert(one.new_row - 1, new[one.new_row - 1])
    return kept


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_the_changes_told_make_the_new_rules_of_the_old(data: st.DataObject) -> None:
    old = data.draw(tables([HitPolicy.FIRST]))
    table = table_of(old)
    rules = data.draw(st.lists(st.sampled_from(table.rules), max_size=6))
    new = with_table(old, rules=tuple(rules))
    changes = changes_of(old, new=new)
    sides = [
        [(tuple((own.tests, own.is_negated) for own in rule.cells), rule.outputs) for rule in one]
        for one in (table.rules, rules)
    ]
    assert played(list(sides[0]), changes, list(sides[1])) == sides[1]
    assert {one.part for one in changes} <= {Part.RULE}
    assert changes_of(old, new=old) == ()


def numbers(**values: list[tuple[int, int]]) -> Parameters:
    return Parameters(
        all=tuple(
            Parameter(
                name=name,
                unit="days",
                why="",
                currency=None,
                values=tuple(Dated(since=date(year, 1, 1), value=value, reference="") for year, value in dated),
            )
            for name, dated in values.items()
        )
    )


def test_numbers_are_told_from_the_day_on_which_they_are_otherwise() -> None:
    old = numbers(a_days=[(2025, 5), (2027, 7)], b_days=[(2025, 1)])
    new = numbers(a_days=[(2025, 5), (2026, 6), (2027, 7)], c_days=[(2025, 1)])
    assert [f"{one.place}: {one.words}" for one in changes_of_numbers(old, new=new)] == [
        "parameter a_days: from 2026-01-01: 5 -> 6",
        "parameter b_days: from 2025-01-01: 1 -> nothing",
        "parameter c_days: from 2025-01-01: nothing -> 1",
    ]
    split = numbers(a_days=[(2025, 5), (2026, 5), (2027, 7)], b_days=[(2025, 1)])
    assert changes_of_numbers(old, new=split) == ()
    text = '[x_minor.CNY]\nunit = "minor"\nwhy = "w"\nvalues = [{ from = 2025-01-01, value = 3, reference = "r" }]'
    (money,) = changes_of_numbers(numbers(), new=read_parameters({"x.toml": text}))
    assert money.place == "parameter x_minor.CNY"
