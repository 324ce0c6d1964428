"""Units by the last part of a name: what is compared, added or given must be in one unit.

A product or quotient of units is not followed, and a literal has the unit of whatever it meets; only that a literal fits
its unit is looked at: a ratio is not compared with thousands, a share in parts per million not with a fraction.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.feel import Call, Choice, Constant, Expression, Name, Negative, Operation
from creditline.policy.table import COMPARISONS, DecisionTable, LiteralExpression, Policy, ends_of

UNITS = ("minor", "ppm", "bp", "ratio", "count", "days", "points", "at", "on")

SAME = ("+", "-", *COMPARISONS)
LARGEST_RATIO = 100
KEEPING = frozenset({"min", "max", "abs", "floor", "ceiling", "round_half_up", "decimal"})
"""Functions whose value has the unit of their first argument."""


def unit_findings(policy: Policy) -> Iterator[Finding]:
    """Go through the places of a policy in which one unit meets another."""
    for decision in policy.decisions:
        if isinstance(decision, LiteralExpression):
            for words in _mixed(decision.expression):
                yield _finding(decision.name, words)
            continue
        yield from _of_columns(decision)
        for row, rule in enumerate(decision.rules, start=1):
            for output, result in zip(decision.outputs, rule.outputs, strict=True):
                own = list(_mixed(result))
                given, wanted = unit_of(result), unit_of(Name(name=output.name))
                if given and wanted and given != wanted:
                    own.append(f"{output.name} is in {wanted} and is given {given}")
                for words in own:
                    yield _finding(decision.name, words, row=row, column=output.name)


def _of_columns(table: DecisionTable) -> Iterator[Finding]:
    for at, column in enumerate(table.columns):
        for words in _mixed(column.expression):
            yield _finding(table.name, words, column=column.label)
        own = unit_of(column.expression)
        for row, rule in enumerate(table.rules, start=1):
            for end in ends_of(rule.cells[at]):
                for words in (*_mixed(end), *_meeting(own, end, column.label)):
                    yield _finding(table.name, words, row=row, column=column.label)


def unit_of(node: Expression) -> str | None:
    """Return the unit of an expression; None if it has none or it is not known."""
    match node:
        case Name(name=name):
            last = name.rpartition("_")[2]
            return last if last in UNITS else None
        case Negative(of=of):
            return unit_of(of)
        case Operation(sign="+" | "-", left=left, right=right):
            return unit_of(left) or unit_of(right)
        case Choice(this=this, other=other):
            return unit_of(this) or unit_of(other)
        case Call(function=function, arguments=arguments) if function in KEEPING:
            return next((unit for one in arguments if (unit := unit_of(one))), None)
        case _:
            return None


def _mixed(node: object) -> Iterator[str]:
    """Go through the places inside an expression where two units meet that are not the same."""
    for left, right in _pairs(node):
        yield from _meeting(unit_of(left), right, _said(left))
        if isinstance(left, Constant):
            yield from _literal(unit_of(right), left, _said(right))
    if isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            yield from _mixed(getattr(node, field))
    elif isinstance(node, tuple):
        for one in node:
            yield from _mixed(one)


def _pairs(node: object) -> Iterator[tuple[Expression, Expression]]:
    """Go through the parts of an expression that must be in one unit."""
    match node:
        case Operation(sign=sign, left=left, right=right) if sign in SAME:
            yield left, right
        case Call(function="min" | "max", arguments=arguments):
            yield from ((arguments[0], one) for one in arguments[1:])
        case Choice(this=this, other=other):
            yield this, other


def _meeting(unit: str | None, other: Expression, name: str) -> Iterator[str]:
    """Say what is wrong where something of a unit meets an expression."""
    second = unit_of(other)
    if unit and second and unit != second:
        yield f"{name} is in {unit} and meets {_said(other)}, which is in {second}"
    if isinstance(other, Constant):
        yield from _literal(unit, other, name)


def _literal(unit: str | None, literal: Constant, name: str) -> Iterator[str]:
    if literal.kind != "number":
        return
    number = Decimal(literal.text)
    if unit == "ratio" and abs(number) > LARGEST_RATIO:
        yield f"{name} is a ratio, in which 1 is the whole, and meets {literal.text}, as if it were in ppm or a percentage"
    if unit in {"ppm", "bp", "minor", "count", "days"} and number != number.to_integral_value():
        yield f"{name} is in whole {unit} and meets {literal.text}, as if it were a ratio"


def _said(node: Expression) -> str:
    return node.name if isinstance(node, Name) else "what is computed"


def _finding(table: str, words: str, *, row: int | None = None, column: str | None = None) -> Finding:
    return Finding(
        code=FindingCode.UNIT_MISMATCH,
        severity=Severity.ERROR,
        table=table,
        rows=(row,) if row else (),
        column=column,
        words=f"{words[:1].upper()}{words[1:]}. Convert one of them, or compare with something of the same unit.",
    )
