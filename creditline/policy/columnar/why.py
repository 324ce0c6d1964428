"""Why not: for one row, the rules nearest to matching and the cells that stood against them."""

from dataclasses import dataclass

from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.door import value_at
from creditline.policy.evaluate import compute, holds
from creditline.policy.table import DecisionTable, Value, names_in, with_literals


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A cell that did not hold: what the column's input was, and what the cell wants."""

    column: str
    value: Value
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A rule, counted from 1, and the cells that kept it from matching; none if it matched."""

    rule: int
    against: tuple[Against, ...]


def why_not(answers: Answers, table: str, *, row: int, most: int = 3) -> tuple[Near, ...]:
    """Return the rules of a table that came nearest to matching a row: fewest cells against them, then in their order.

    Rules that matched are left out. The reference says of every cell whether it holds.
    """
    decision = with_literals(answers.policy.decision(table), answers.parameters)
    if not isinstance(decision, DecisionTable):
        return ()
    scope = {name: value_at(answers.scope[name], row) for name in set(names_in(decision))}
    given = [compute(column.expression, scope) for column in decision.columns]
    found: list[Near] = []
    for number, rule in enumerate(decision.rules, start=1):
        against = tuple(
            Against(column=column.label, value=value, cell=cell.text)
            for column, value, cell in zip(decision.columns, given, rule.cells, strict=True)
            if not holds(cell, value, scope)
        )
        if against:
            found.append(Near(rule=number, against=against))
    return tuple(sorted(found, key=lambda near: len(near.against))[:most])
