"""Why not, for one row of many: what the columns held is what the nearest rules are asked about."""

from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.door import value_at
from creditline.policy.table import DecisionTable, names_in, with_literals
from creditline.policy.why import Near, nearest


def why_not(answers: Answers, table: str, *, row: int, most: int = 3) -> tuple[Near, ...]:
    """Return the rules of a table that came nearest to matching a row; none of an expression."""
    decision = with_literals(answers.policy.decision(table), answers.parameters)
    if not isinstance(decision, DecisionTable):
        return ()
    scope = {name: value_at(answers.scope[name], row) for name in set(names_in(decision))}
    return nearest(decision, scope, most=most)
