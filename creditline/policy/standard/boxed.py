"""Evaluate boxed expressions in a scope, and decision tables by every hit policy of the standard."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from creditline.policy.standard import catalogue
from creditline.policy.standard.model import (
    Boxed,
    BoxedChoice,
    BoxedContext,
    BoxedFilter,
    BoxedFunction,
    BoxedInvocation,
    BoxedList,
    BoxedLoop,
    Missing,
    Plain,
    Relation,
    Table,
    Typed,
)
from creditline.policy.standard.run import Scope, call_named, filtered, holds, run
from creditline.policy.standard.sequences import members, with_entries
from creditline.policy.standard.tree import Tests, TypeName
from creditline.policy.standard.values import Function, Value, equals

ONE_RULE = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


def evaluate(box: Boxed, scope: Scope) -> Value:
    """Return the value of a boxed expression."""
    scope.work.enter()
    found = _EVALUATE[type(box)](box, scope)
    scope.work.leave()
    return found


def _plain(box: Plain, scope: Scope) -> Value:
    return run(box.tree, scope)


def _missing(box: Missing, scope: Scope) -> Value:  # noqa: ARG001 - all have one signature
    return None


def _typed(box: Typed, scope: Scope) -> Value:
    return scope.types.coerced(evaluate(box.of, scope), box.kind)


def _context(box: BoxedContext, scope: Scope) -> Value:
    found: dict[str, Value] = {}
    inner = scope.inside(found)
    for name, kind, own in box.entries:
        found[name] = scope.types.coerced(evaluate(own, inner), kind)
    return dict(found) if box.result is None else evaluate(box.result, inner)


def _invocation(box: BoxedInvocation, scope: Scope) -> Value:
    function = evaluate(box.function, scope)
    values = {name: evaluate(own, scope) for name, own in box.bindings}
    return call_named(function, values, scope.work)


def function_of(box: BoxedFunction, scope: Scope, *, name: str = "function", result: TypeName | None = None) -> Value:
    """Return a function as a value; one that is external is null."""
    if box.is_external:
        return None
    names = tuple(name for name, _ in box.parameters)
    types = tuple(kind for _, kind in box.parameters)

    def call_it(values: tuple[Value, ...]) -> Value:
        fitted = arguments(values, types, scope)
        if fitted is None:
            return None
        found = evaluate(box.body, scope.inside(dict(zip(names, fitted, strict=True))))
        return scope.types.coerced(found, result)

    return Function(name=name, parameters=names, call=call_it, types=types, result=result)


def arguments(values: tuple[Value, ...], types: tuple[TypeName | None, ...], scope: Scope) -> tuple[Value, ...] | None:
    """Return the values of a call as the parameters want them, None if they are too many, too few or do not fit."""
    if len(values) != len(types):
        return None
    fitted = tuple(scope.types.coerced(value, kind) for value, kind in zip(values, types, strict=True))
    is_lost = any(after is None and before is not None for before, after in zip(values, fitted, strict=True))
    return None if is_lost else fitted


def _function(box: BoxedFunction, scope: Scope) -> Value:
    return function_of(box, scope)


def _relation(box: Relation, scope: Scope) -> Value:
    return tuple(
        {name: evaluate(cell, scope) for name, cell in zip(box.columns, row, strict=False)} for row in box.rows
    )


def _list(box: BoxedList, scope: Scope) -> Value:
    return tuple(evaluate(one, scope) for one in box.items)


def _choice(box: BoxedChoice, scope: Scope) -> Value:
    test = evaluate(box.test, scope)
    if not isinstance(test, bool):
        return None
    return evaluate(box.this if test else box.other, scope)


def _filter(box: BoxedFilter, scope: Scope) -> Value:
    of = evaluate(box.of, scope)
    if of is None:
        return None
    items = of if isinstance(of, tuple) else (of,)
    return filtered(items, lambda item: evaluate(box.match, scope.inside(with_entries(item))), scope)


def _loop(box: BoxedLoop, scope: Scope) -> Value:
    over = members(evaluate(box.over, scope))
    if over is None:
        return None
    found: list[Value] = []
    for item in over:
        inner = scope.inside({box.name: item, "partial": tuple(found)})
        scope.work.spend(1 + len(found) // 8)
        found.append(evaluate(box.body, inner))
    return _ENDS[box.kind](tuple(found))


def _some(found: tuple[Value, ...]) -> Value:
    return any(found) if all(isinstance(one, bool) for one in found) else None


def _every(found: tuple[Value, ...]) -> Value:
    return all(found) if all(isinstance(one, bool) for one in found) else None


def _table(table: Table, scope: Scope) -> Value:
    """Answer a decision table: the rules that match, reduced by its hit policy."""
    if any(isinstance(cell, Missing) for rule in table.rules for cell in rule.cells):
        # A cell that cannot be read is neither a match nor none: no rule can be chosen in good faith.
        return None
    inputs: list[Value] = []
    for clause in table.inputs:
        value = scope.types.coerced(evaluate(clause.value, scope), clause.kind)
        if clause.allowed is not None and value is not None and not holds(clause.allowed, value, scope):
            return None
        inputs.append(value)
    matching = [
        rule.outputs
        for rule in table.rules
        if all(
            isinstance(cell, Tests) and holds(cell, value, scope)
            for cell, value in zip(rule.cells, inputs, strict=True)
        )
    ]
    if table.hit_policy == "UNIQUE" and len(matching) > 1:
        return None
    if table.hit_policy == "FIRST":
        matching = matching[:1]
    rows = [_outputs(table, outputs, scope) for outputs in matching]
    if not rows:
        return _nothing(table, scope)
    return _reduced(table, rows, scope)


def _outputs(table: Table, outputs: tuple[Boxed, ...], scope: Scope) -> tuple[Value, ...]:
    """Return the outputs of a rule, each of its type and allowed, or null."""
    found: list[Value] = []
    for gives, own in zip(table.outputs, outputs, strict=True):
        value = scope.types.coerced(evaluate(own, scope), gives.kind)
        is_allowed = gives.allowed is None or value is None or holds(gives.allowed, value, scope)
        found.append(value if is_allowed else None)
    return tuple(found)


def _nothing(table: Table, scope: Scope) -> Value:
    """Return what a table answers if no rule matches: its defaults, a count of 0, or null."""
    if any(gives.default is not None for gives in table.outputs):
        row = tuple(None if gives.default is None else evaluate(gives.default, scope) for gives in table.outputs)
        return _one(table, row)
    return Decimal(0) if table.hit_policy == "COLLECT" and table.aggregation == "COUNT" else None


def _one(table: Table, row: tuple[Value, ...]) -> Value:
    """Return the outputs of a rule: the only one by itself, several as a context."""
    if len(row) == 1:
        return row[0]
    return {gives.name: value for gives, value in zip(table.outputs, row, strict=True)}


def _reduced(table: Table, rows: list[tuple[Value, ...]], scope: Scope) -> Value:
    """Return what the rules that match answer by the hit policy."""
    if table.hit_policy in {"PRIORITY", "OUTPUT ORDER"}:
        rows = sorted(rows, key=lambda row: _priority(table, row, scope))
    values = tuple(_one(table, row) for row in rows)
    if table.hit_policy == "ANY":
        scope.work.weigh(values)
        return values[0] if all(equals(one, values[0]) for one in values) else None
    if table.hit_policy in ONE_RULE:
        return values[0]
    if table.hit_policy == "COLLECT" and table.aggregation:
        name = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}.get(table.aggregation)
        if name is None or (len(table.outputs) > 1 and name != "count"):
            return None
        return catalogue.call(name, (values,), scope.work)
    return values


def _priority(table: Table, row: tuple[Value, ...], scope: Scope) -> tuple[int, ...]:
    """Return the place of a rule's outputs in the order of their allowed values, the first output first."""
    places = []
    for gives, value in zip(table.outputs, row, strict=True):
        tests = () if gives.allowed is None else gives.allowed.tests
        place = (at for at, one in enumerate(tests) if holds(Tests(tests=(one,), is_negated=False), value, scope))
        places.append(next(place, len(tests)))
    return tuple(places)


_ENDS: Mapping[str, Callable[[tuple[Value, ...]], Value]] = {"for": lambda found: found, "some": _some, "every": _every}
_EVALUATE: Mapping[type, Callable[..., Value]] = {
    Plain: _plain,
    Missing: _missing,
    Typed: _typed,
    BoxedContext: _context,
    BoxedInvocation: _invocation,
    BoxedFunction: _function,
    Relation: _relation,
    BoxedList: _list,
    BoxedChoice: _choice,
    BoxedFilter: _filter,
    BoxedLoop: _loop,
    Table: _table,
}
