"""Evaluate the tree of a FEEL expression in a scope, step by step and within the bounds of its work."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from creditline.policy.standard import catalogue
from creditline.policy.standard.conversion import literal
from creditline.policy.standard.kinds import Item, Types
from creditline.policy.standard.operators import arithmetic, negative
from creditline.policy.standard.properties import member
from creditline.policy.standard.sequences import a_range, any_of, at_place, meets, members, steps, with_entries
from creditline.policy.standard.tree import (
    Against,
    Between,
    Bounds,
    Choice,
    Condition,
    Entries,
    Filter,
    InstanceOf,
    Invocation,
    Lambda,
    Listed,
    Literal,
    Loop,
    Name,
    Negative,
    Operation,
    Path,
    Quantified,
    Source,
    Tests,
    Tree,
    Within,
)
from creditline.policy.standard.values import (
    Function,
    Range,
    Value,
    both,
    compare,
    either,
    equals,
    negated,
)
from creditline.policy.standard.work import Work

INPUT = "?"
POWER_STEPS = 40
"""What a power costs beside a sum: its time on one machine, for all."""


class Scope:
    """Names and what they mean here, inside a wider scope; the widest knows the types, and the work to be spent."""

    __slots__ = ("names", "outer", "types", "work")

    def __init__(
        self,
        names: dict[str, Value],
        *,
        outer: "Scope | None" = None,
        work: Work | None = None,
        types: Types | None = None,
    ) -> None:
        self.names = names
        self.outer = outer
        self.work: Work = work or (outer.work if outer else Work())
        self.types: Types = types or (outer.types if outer else types_of({}, self.work))

    def inside(self, names: dict[str, Value]) -> "Scope":
        """Return a scope within this one."""
        return Scope(names, outer=self)

    def get(self, name: str) -> Value:
        """Return what a name means; a name that nothing has is a built-in function or null."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return built_in(name, self.work)


def types_of(known: Mapping[str, Item], work: Work) -> Types:
    """Return the types in force, whose tests of allowed values are part of some work."""

    def allows(tests: Tests, value: Value) -> bool:
        return holds(tests, value, Scope({}, work=work, types=Types({}, lambda _, __: True, work.weigh)))

    return Types(known, allows, work.weigh)


def built_in(name: str, work: Work) -> Value:
    """Return a built-in function as a value, or null if there is none of this name."""
    found = catalogue.BY_NAME.get(name)
    if found is None:
        return None
    first = found[0]
    return Function(
        name=name,
        parameters=tuple(one.name for one in first.parameters),
        call=lambda values: catalogue.call(name, values, work),
        call_named=lambda values: catalogue.call_named(name, values, work),
        types=first.types,
        result=first.result,
    )


def run(tree: Tree, scope: Scope) -> Value:
    """Return the value of an expression; raise `Exhausted` past a bound."""
    scope.work.enter()
    found = _RUN[type(tree)](tree, scope)
    scope.work.leave()
    return found


def holds(tests: Tests, value: Value, scope: Scope) -> bool:
    """Say whether a cell matches: only true matches, null does not."""
    if not tests.tests:
        return True
    inner = scope.inside({INPUT: value})
    found = any_of(passes(test, value, inner) for test in tests.tests)
    return (negated(found) if tests.is_negated else found) is True


def passes(test: Tree, value: Value, scope: Scope) -> bool | None:
    """Return the outcome of one test of a value: a comparison, a range, members, something equal, or an own condition."""
    wanted = run(test, scope)
    if isinstance(test, Against):
        return wanted if isinstance(wanted, bool) else None
    if isinstance(test, Bounds) and wanted is None:
        return _between_ends(test, value, scope)
    if isinstance(wanted, bool) and isinstance(test, Condition):
        return wanted
    scope.work.weigh(value, wanted)
    return meets(value, wanted=wanted)


def _between_ends(test: Bounds, value: Value, scope: Scope) -> bool | None:
    """Return whether a value lies in a range that is none, an end being null: false if the other end forbids it."""
    if test.sign:
        return None
    above = True if test.low is None else compare(">=" if test.has_low else ">", value, run(test.low, scope))
    below = True if test.high is None else compare("<=" if test.has_high else "<", value, run(test.high, scope))
    return both(above, below)


def call(function: Value, values: tuple[Value, ...], work: Work) -> Value:
    """Call a function with values by place; what is no function gives null."""
    if not isinstance(function, Function):
        return None
    work.spend()
    return function.call(values)


def call_named(function: Value, values: Mapping[str, Value], work: Work) -> Value:
    """Call a function with values by name; names it does not know, or misses, give null."""
    if not isinstance(function, Function):
        return None
    if function.call_named is not None:
        return function.call_named(values)
    if set(values) != set(function.parameters):
        return None
    return call(function, tuple(values[name] for name in function.parameters), work)


def _literal(tree: Literal, scope: Scope) -> Value:  # noqa: ARG001 - all have one signature
    return literal(tree.kind, text=tree.text)


def _name(tree: Name, scope: Scope) -> Value:
    return scope.get(tree.name)


def _operation(tree: Operation, scope: Scope) -> Value:
    """Evaluate a chain of operators from its innermost left, without recursion for each."""
    chain = [tree]
    while isinstance(chain[-1].left, Operation):
        chain.append(chain[-1].left)
    value = run(chain[-1].left, scope)
    for one in reversed(chain):
        scope.work.spend()
        value = operate(one, value, scope)
    return value


def operate(tree: Operation, left: Value, scope: Scope) -> Value:
    """Return the value of an operator whose left side is known."""
    match tree.sign:
        case "and":
            return False if left is False else both(left, run(tree.right, scope))
        case "or":
            return True if left is True else either(left, run(tree.right, scope))
        case "=" | "!=" | "<" | "<=" | ">" | ">=" as sign:
            right = run(tree.right, scope)
            scope.work.weigh(left, right)
            return compare(sign, left, right)
        case sign:
            right = run(tree.right, scope)
            if isinstance(left, str) and isinstance(right, str):
                scope.work.fits(len(left) + len(right))
            found = arithmetic(sign, left, right)
            scope.work.make(found)
            scope.work.spend(POWER_STEPS * (sign == "**"))
            return found


def _negative(tree: Negative, scope: Scope) -> Value:
    return negative(run(tree.of, scope))


def _choice(tree: Choice, scope: Scope) -> Value:
    return run(tree.this if run(tree.test, scope) is True else tree.other, scope)


def _within(tree: Within, scope: Scope) -> Value:
    value = run(tree.value, scope)
    inner = scope.inside({INPUT: value})
    return any_of(passes(test, value, inner) for test in tree.tests)


def _between(tree: Between, scope: Scope) -> Value:
    value = run(tree.value, scope)
    low, high = run(tree.low, scope), run(tree.high, scope)
    return both(compare(">=", value, low), compare("<=", value, high))


def _against(tree: Against, scope: Scope) -> Value:
    value, wanted = scope.get(INPUT), run(tree.value, scope)
    scope.work.weigh(value, wanted)
    found = equals(value, wanted)
    return negated(found) if tree.sign == "!=" else found


def _condition(tree: Condition, scope: Scope) -> Value:
    return run(tree.of, scope)


def _instance_of(tree: InstanceOf, scope: Scope) -> Value:
    return scope.types.is_instance(run(tree.value, scope), tree.of)


def _path(tree: Path, scope: Scope) -> Value:
    of = run(tree.of, scope)
    if isinstance(of, tuple):
        scope.work.weigh(of)
    return member(of, tree.name)


def _listed(tree: Listed, scope: Scope) -> Value:
    return tuple(run(one, scope) for one in tree.items)


def _entries(tree: Entries, scope: Scope) -> Value:
    found: dict[str, Value] = {}
    inner = scope.inside(found)
    for key, value in tree.entries:
        found[key] = run(value, inner)
    return dict(found)


def _bounds(tree: Bounds, scope: Scope) -> Value:
    low = None if tree.low is None else run(tree.low, scope)
    high = None if tree.high is None else run(tree.high, scope)
    if (tree.low is not None and low is None) or (tree.high is not None and high is None):
        return None
    return a_range(Range(low, high, tree.has_low, tree.has_high, tree.sign))


def _filter(tree: Filter, scope: Scope) -> Value:
    """Return the members of a list that a condition keeps, or the one at a place, counted from 1 or from the end."""
    of = run(tree.of, scope)
    items = of if isinstance(of, tuple) else () if of is None else (of,)
    if isinstance(tree.by, Literal | Negative):
        place = run(tree.by, scope)
        if isinstance(place, Decimal):
            return at_place(items, place)
    return filtered(items, lambda item: run(tree.by, scope.inside(with_entries(item))), scope)


def filtered(items: tuple[Value, ...], keep: Callable[[Value], Value], scope: Scope) -> Value:
    """Return what a filter keeps; a filter that gives a number means a place."""
    kept: list[Value] = []
    if not items:
        return ()
    for at, item in enumerate(items):
        found = keep(item)
        if at == 0 and isinstance(found, Decimal):
            return at_place(items, found)
        if not isinstance(found, bool) and found is not None:
            return None
        if found is True:
            kept.append(item)
        scope.work.spend(1 + (len(item) // 8 if isinstance(item, dict) else 0))
    return tuple(kept)


def _loop(tree: Loop, scope: Scope) -> Value:
    found: list[Value] = []
    for inner in _turns(tree.sources, scope):
        if inner is None:
            return None
        if tree.has_partial:
            inner.names["partial"] = tuple(found)
            scope.work.spend(len(found) // 8)
        found.append(run(tree.body, inner))
        scope.work.fits(len(found))
    return tuple(found)


def _quantified(tree: Quantified, scope: Scope) -> Value:
    """Return whether the body holds for one or for all; a turn that is no truth makes it null unless it is decided."""
    result: bool | None = tree.is_every
    for inner in _turns(tree.sources, scope):
        if inner is None:
            return None
        found = run(tree.body, inner)
        if found is (not tree.is_every):
            return found
        if not isinstance(found, bool):
            result = None
    return result


def _turns(sources: tuple[Source, ...], scope: Scope) -> Iterator[Scope | None]:
    """Go through the combinations of a loop's variables, the last fastest; None where there is nothing to go through."""
    if not sources:
        yield scope
        return
    first, rest = sources[0], sources[1:]
    over = run(first.over, scope)
    items = steps(over, high=run(first.until, scope)) if first.until is not None else members(over)
    if items is None:
        yield None
        return
    for item in items:
        scope.work.spend()
        yield from _turns(rest, scope.inside({first.name: item}))


def _invocation(tree: Invocation, scope: Scope) -> Value:
    function = run(tree.function, scope)
    values = tuple(run(one, scope) for one in tree.arguments)
    if tree.names:
        if len(set(tree.names)) < len(tree.names):
            return None
        return call_named(function, dict(zip(tree.names, values, strict=True)), scope.work)
    return call(function, values, scope.work)


def _lambda(tree: Lambda, scope: Scope) -> Value:
    if tree.is_external:
        return None
    names = tuple(name for name, _ in tree.parameters)
    types = tuple(kind for _, kind in tree.parameters)

    def call_it(values: tuple[Value, ...]) -> Value:
        if len(values) != len(names):
            return None
        fitted = [scope.types.coerced(value, kind) for value, kind in zip(values, types, strict=True)]
        if any(after is None and before is not None for before, after in zip(values, fitted, strict=True)):
            return None
        return run(tree.body, scope.inside(dict(zip(names, fitted, strict=True))))

    return Function(name="function", parameters=names, call=call_it, types=types)


def _tests(tree: Tests, scope: Scope) -> Value:
    return holds(tree, scope.get(INPUT), scope)


_RUN: Mapping[type, Callable[..., Value]] = {
    Literal: _literal,
    Name: _name,
    Operation: _operation,
    Negative: _negative,
    Choice: _choice,
    Loop: _loop,
    Quantified: _quantified,
    Within: _within,
    Between: _between,
    InstanceOf: _instance_of,
    Path: _path,
    Filter: _filter,
    Invocation: _invocation,
    Lambda: _lambda,
    Listed: _listed,
    Entries: _entries,
    Bounds: _bounds,
    Against: _against,
    Condition: _condition,
    Tests: _tests,
}
