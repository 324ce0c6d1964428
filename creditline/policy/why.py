"""Why not: the rules nearest to matching, and the cells that stood against them."""

from collections.abc import Mapping
from dataclasses import dataclass

from creditline.policy.evaluate import compute, evaluate, holds
from creditline.policy.table import DecisionTable, Policy, Value, output_names, requires


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A cell that did not hold: what the column's input was, and what the cell wants."""

    column: str
    value: Value
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A rule, counted from 1, and the cells that kept it from matching."""

    rule: int
    against: tuple[Against, ...]


def why_not(policy: Policy, name: str, given: Mapping[str, Value], *, most: int = 3) -> tuple[Near, ...]:
    """Return the rules of a table that came nearest to matching what is given; none of an expression.

    What the table requires of other decisions is evaluated first. Raises `Malformed` for a missing input.
    """
    table = policy.decision(name)
    if not isinstance(table, DecisionTable):
        return ()
    scope = dict(given)
    for other in requires(policy, name):
        answer = evaluate(policy, other, given)
        scope.update(zip(output_names(policy.decision(other)), answer.outputs.values(), strict=True))
    return nearest(table, scope, most=most)


def nearest(table: DecisionTable, scope: Mapping[str, Value], *, most: int) -> tuple[Near, ...]:
    """Return the rules with the fewest cells against them, then in their order; those that matched are left out.

    The reference says of every cell whether it holds.
    """
    given = [compute(column.expression, scope) for column in table.columns]
    found: list[Near] = []
    for number, rule in enumerate(table.rules, start=1):
        against = tuple(
            Against(column=column.label, value=value, cell=cell.text)
            for column, value, cell in zip(table.columns, given, rule.cells, strict=True)
            if not holds(cell, value, scope)
        )
        if against:
            found.append(Near(rule=number, against=against))
    return tuple(sorted(found, key=lambda near: len(near.against))[:most])
