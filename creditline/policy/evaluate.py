"""The reference evaluator: walks the tree as the standard is written, and is what the other executors are held to."""

from collections.abc import Mapping, Sequence

from creditline.errors import Code, PolicyInvalid
from creditline.policy import values
from creditline.policy.feel import Against, Between, Call, Cell, Choice, Constant, Expression, Name, Negative, Operation
from creditline.policy.table import (
    Answer,
    DecisionTable,
    HitPolicy,
    LiteralExpression,
    Policy,
    Value,
    checked,
    constant,
    output_names,
    requires,
)

Scope = Mapping[str, Value]
Rows = tuple[tuple[str, tuple[int, ...]], ...]


def evaluate(policy: Policy, name: str, given: Scope) -> Answer:
    """Evaluate a decision and what it requires; raise `Malformed` for a missing input or one of another kind."""
    checked(policy, name, given)
    return _evaluate(policy, name, given)


def compute(node: Expression, scope: Scope) -> Value:
    """Return the value of an expression."""
    match node:
        case Constant():
            return constant(node)
        case Name(name=name):
            return scope[name]
        case Negative(of=of):
            return values.arithmetic("-", 0, compute(of, scope))
        case Choice(test=test, this=this, other=other):
            return compute(this if compute(test, scope) is True else other, scope)
        case Call(function=function, arguments=arguments):
            return values.call(function, tuple(compute(argument, scope) for argument in arguments))
        case Operation(sign=sign, left=left, right=right):
            return operate(sign, compute(left, scope), compute(right, scope))


def operate(sign: str, left: Value, right: Value) -> Value:
    """Return the value of two values and an operator."""
    match sign:
        case "and":
            return values.both(left, right)
        case "or":
            return values.either(left, right)
        case "=":
            return values.equals(left, right)
        case "!=":
            return values.negated(values.equals(left, right))
        case "<" | "<=" | ">" | ">=":
            return values.ordered(sign, left, right)
        case _:
            return values.arithmetic(sign, left, right)


def holds(cell: Cell, value: Value, scope: Scope) -> bool:
    """Say whether a cell matches: only true matches, null does not."""
    if not cell.tests:
        return True
    result: bool | None = False
    for test in cell.tests:
        result = values.either(result, _test(test, value, scope))
    return (values.negated(result) if cell.is_negated else result) is True


def _test(test: Against | Between, value: Value, scope: Scope) -> bool | None:
    match test:
        case Against(sign="=", value=wanted):
            return values.equals(value, compute(wanted, scope))
        case Against(sign=sign, value=wanted):
            return values.ordered(sign, value, compute(wanted, scope))
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            above = values.ordered(">=" if has_low else ">", value, compute(low, scope))
            return values.both(above, values.ordered("<=" if has_high else "<", value, compute(high, scope)))


def _scope(policy: Policy, name: str, given: Scope) -> tuple[dict[str, Value], Rows]:
    """Return what a decision can read, what it requires evaluated, and the rows met on the way."""
    scope = dict(given)
    rows: Rows = ()
    for other in requires(policy, name):
        answer = _evaluate(policy, other, given)
        scope.update(zip(output_names(policy.decision(other)), answer.outputs.values(), strict=True))
        rows += answer.rules
    return scope, rows


def _evaluate(policy: Policy, name: str, given: Scope) -> Answer:
    decision = policy.decision(name)
    scope, rows = _scope(policy, name, given)
    if isinstance(decision, LiteralExpression):
        return Answer(outputs={name: compute(decision.expression, scope)}, rules=rows)
    chosen = _chosen(decision, _matching(decision, scope), scope)
    outputs = [[compute(one, scope) for one in decision.rules[row].outputs] for row in chosen]
    names = [output.name for output in decision.outputs]
    matched = ((name, tuple(row + 1 for row in chosen)),)
    return Answer(
        outputs=dict(zip(names, collected(decision.hit_policy, outputs, len(names)), strict=True)), rules=rows + matched
    )


def _matching(table: DecisionTable, scope: Scope) -> list[int]:
    """Return the rows whose every cell matches."""
    inputs = [compute(column.expression, scope) for column in table.columns]
    return [
        row
        for row, rule in enumerate(table.rules)
        if all(holds(cell, value, scope) for cell, value in zip(rule.cells, inputs, strict=True))
    ]


def _chosen(table: DecisionTable, matching: Sequence[int], scope: Scope) -> list[int]:
    """Return the rows that answer, by the hit policy."""
    match table.hit_policy:
        case HitPolicy.UNIQUE:
            if len(matching) > 1:
                raise not_unique(table.name, matching)
            return list(matching)
        case HitPolicy.FIRST:
            return list(matching[:1])
        case HitPolicy.ANY:
            outputs = [[compute(one, scope) for one in table.rules[row].outputs] for row in matching]
            if not alike(outputs):
                raise not_alike(table.name, matching)
            return list(matching[:1])
        case HitPolicy.PRIORITY:
            return sorted(
                matching, key=lambda row: priority(table, [compute(one, scope) for one in table.rules[row].outputs])
            )[:1]
        case HitPolicy.COLLECT_SUM | HitPolicy.COLLECT_MIN | HitPolicy.COLLECT_MAX | HitPolicy.COLLECT_COUNT:
            return list(matching)


def priority(table: DecisionTable, outputs: Sequence[Value]) -> tuple[int, ...]:
    """Return the place of a rule's outputs in the order of their allowed values, the first output first."""
    return tuple(
        output.allowed.index(str(value)) if str(value) in output.allowed else len(output.allowed)
        for output, value in zip(table.outputs, outputs, strict=True)
    )


def not_unique(table: str, matching: Sequence[int]) -> PolicyInvalid:
    """Return the error of a unique table in which several rules match."""
    rows = " and ".join(str(row + 1) for row in matching)
    return PolicyInvalid(
        f"Table {table}: rules {rows} both match, and its hit policy is UNIQUE. Make them exclude each other.",
        code=Code.POLICY_INVALID,
    )


def alike(rows: Sequence[Sequence[Value]]) -> bool:
    """Say whether rules give the same, output by output; null is the same as null."""
    return all(values.equals(one, first) is True for row in rows[1:] for one, first in zip(row, rows[0], strict=True))


def not_alike(table: str, matching: Sequence[int]) -> PolicyInvalid:
    """Return the error of a table in which any rule may answer, and those that match give different outputs."""
    rows = " and ".join(str(row + 1) for row in matching)
    return PolicyInvalid(
        f"Table {table}: rules {rows} all match and give different outputs, and its hit policy is ANY. Make them give the "
        "same, or exclude each other.",
        code=Code.POLICY_INVALID,
    )


def collected(hit_policy: HitPolicy, rows: Sequence[Sequence[Value]], width: int) -> list[Value]:
    """Return the outputs of the rows that answer: one row's own, or their sum, least, most or number."""
    if hit_policy is HitPolicy.COLLECT_COUNT:
        return [len(rows)] * width
    if not rows:
        return [None] * width
    match hit_policy:
        case HitPolicy.COLLECT_SUM:
            return [_sum([row[place] for row in rows]) for place in range(width)]
        case HitPolicy.COLLECT_MIN:
            return [values.call("min", tuple(row[place] for row in rows)) for place in range(width)]
        case HitPolicy.COLLECT_MAX:
            return [values.call("max", tuple(row[place] for row in rows)) for place in range(width)]
        case _:
            return list(rows[0])


def _sum(numbers: Sequence[Value]) -> Value:
    total: Value = 0
    for number in numbers:
        total = values.arithmetic("+", total, number)
    return total
