"""What the rules that matched give: literals looked up by rule, expressions computed for the rows that need them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from creditline.policy.columnar import arithmetic, logic, operate
from creditline.policy.columnar.vector import Array, NotHeld, Truths, Vector, at_rows, constant_of, exact, vector_of
from creditline.policy.evaluate import collected
from creditline.policy.feel import Constant, Expression
from creditline.policy.table import DecisionTable, HitPolicy, Value, constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Which rules of a table answered each row: `sets[places[row]]`, counted from 1."""

    places: Array
    sets: tuple[tuple[int, ...], ...]

    def at(self, row: int) -> tuple[int, ...]:
        """Return the rules that answered a row."""
        return self.sets[int(self.places[row])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one decision gave: its outputs by name, the rules of a table, and the rows that are an error, with words."""

    outputs: Mapping[str, Vector]
    hits: Hits | None
    failed: Mapping[int, str]


@contextmanager
def place(words: str) -> Iterator[None]:
    """Say in a refusal where in the policy it arose."""
    try:
        yield
    except NotHeld as reason:
        raise NotHeld(f"{words}: {reason}") from reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Literals:
    """The literals of one output, one a rule and null for no rule; `rest` are the rules whose output is computed."""

    by_rule: Vector
    rest: Mapping[Expression, tuple[int, ...]]


def literals_of(outputs: Sequence[Expression], order: Sequence[int]) -> Literals:
    """Return one output's literals in the order in which rules are numbered."""
    rest: dict[Expression, tuple[int, ...]] = {}
    given: list[Value] = []
    for number, row in enumerate(order):
        node = outputs[row]
        given.append(constant(node) if isinstance(node, Constant) else None)
        if not isinstance(node, Constant):
            rest[node] = (*rest.get(node, ()), number)
    by_rule = vector_of([*given, None])
    if by_rule.kind == "any":
        raise NotHeld("its literals are of several kinds, or too large")
    return Literals(by_rule=_narrow(by_rule), rest=rest)


def _narrow(vector: Vector) -> Vector:
    """Return a vector in the smallest whole type that holds it."""
    if vector.kind not in {"number", "string"}:
        return vector
    kind = np.promote_types(np.min_scalar_type(vector.values.min()), np.min_scalar_type(vector.values.max()))
    kind = np.dtype(np.int64) if kind.kind not in "iu" or kind == np.uint64 else kind
    return Vector(
        kind=vector.kind, values=vector.values.astype(kind), known=vector.known, scale=vector.scale, words=vector.words
    )


def filled(literals: Literals, scope: operate.Scope, *, values: Array, rule: Array) -> Vector:
    """Return one output: the literals looked up already, and what its expressions give where their rules matched."""
    table = literals.by_rule
    known: Truths | None = None
    if table.known is not None and not table.known[rule].all():
        known = table.known[rule]
    found = Vector(kind=table.kind, values=values, known=known, scale=table.scale, words=table.words)
    for node, numbers in literals.rest.items():
        where = np.isin(rule, np.array(numbers, rule.dtype))
        rows = np.flatnonzero(where)
        # Of no rows at all one asks whether columns could hold the expression.
        if not len(rows) and len(rule):
            continue
        own = exact(operate.compute(node, {name: at_rows(one, rows) for name, one in scope.items()}))
        found = logic.merged(where, this=_spread(own, rows, len(rule)), other=found)
    return found


def _spread(own: Vector, rows: Array, count: int) -> Vector:
    """Return a vector of some rows as one of all, null elsewhere."""
    if own.over is not None:
        raise NotHeld("it gives a quotient, which has no end")
    if own.kind == "any":
        raise NotHeld("it gives values held row by row")
    values = np.zeros(count, own.values.dtype)
    values[rows] = own.values
    known: Truths | None = None
    if own.known is not None:
        known = np.zeros(count, np.bool_)
        known[rows] = own.known
    return Vector(kind=own.kind, values=values, known=known, scale=own.scale, words=own.words)


def together(table: DecisionTable, hits: Hits, scope: operate.Scope) -> dict[str, Vector]:
    """Return the outputs of a table whose matching rules answer together, set by set."""
    if all(isinstance(node, Constant) for rule in table.rules for node in rule.outputs):
        answers = [_of_literals(table, numbers) for numbers in hits.sets]
        found: dict[str, Vector] = {}
        for at, output in enumerate(table.outputs):
            by_set = vector_of([answer[at] for answer in answers])
            if by_set.kind == "any":
                raise NotHeld(f"output {output.name!r}: what its rules give together is of several kinds")
            found[output.name] = at_rows(by_set, hits.places)
        return found
    order = np.argsort(hits.places, kind="stable")
    sets = hits.sets or (tuple(range(1, len(table.rules) + 1)),)
    ends = np.searchsorted(hits.places[order], np.arange(len(sets) + 1))
    made: dict[str, Vector] = {one.name: constant_of(None) for one in table.outputs}
    for number, numbers in enumerate(sets):
        rows = order[ends[number] : ends[number + 1]]
        if len(rows) or not len(order):
            where = hits.places == number
            own = {name: at_rows(one, rows) for name, one in scope.items()}
            for at, output in enumerate(table.outputs):
                given = [operate.compute(table.rules[row - 1].outputs[at], own) for row in numbers]
                one = _spread(exact(_collected(table.hit_policy, given)), rows, len(order))
                made[output.name] = logic.merged(where, this=one, other=made[output.name])
    return made


def _of_literals(table: DecisionTable, numbers: Sequence[int]) -> list[Value]:
    rows = [[constant(node) for node in table.rules[row - 1].outputs if isinstance(node, Constant)] for row in numbers]
    return collected(table.hit_policy, rows, len(table.outputs))


def _collected(hit_policy: HitPolicy, given: Sequence[Vector]) -> Vector:
    """Return what the outputs of several rules are together: their sum, least, most or number."""
    if hit_policy is HitPolicy.COLLECT_COUNT:
        return constant_of(len(given))
    if not given:
        return constant_of(None)
    if hit_policy is HitPolicy.COLLECT_SUM:
        total = constant_of(0)
        for one in given:
            total = arithmetic.arithmetic("+", total, one)
        return total
    return arithmetic.extreme(tuple(given), is_least=hit_policy is HitPolicy.COLLECT_MIN)
