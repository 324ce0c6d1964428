"""The one-row executor: a policy becomes Python functions, written once and then called for each request.

A column whose cells compare one input with literals and parameters becomes break points: they cut the input's values into
bins, and each bin has a bit for every rule that holds there, found with the reference's own `holds`. A row is then one
search a column and one AND of bits; the lowest bit is the first rule. All other cells and outputs become expressions.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from creditline.policy import values
from creditline.policy.evaluate import Rows, collected, holds, not_unique, priority
from creditline.policy.feel import Against, Between, Call, Cell, Choice, Constant, Expression, Name, Negative, Operation
from creditline.policy.table import (
    Answer,
    Column,
    DecisionTable,
    HitPolicy,
    LiteralExpression,
    Policy,
    Value,
    checked,
    constant,
    names_in,
    names_read,
    output_names,
    require_kind,
    requires,
)

Scope = Mapping[str, Value]
Bits = Callable[[Scope], int]
Outputs = tuple[Value, ...]

TYPES: Mapping[str, frozenset[type]] = {
    "number": frozenset({int, Decimal}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "date": frozenset({date}),
}
MOST_BINS = 64
"""How many sets of parameter values a column keeps its bins for; a day has one."""


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """Functions for the decisions of a policy; the same answers as `evaluate`, faster."""

    policy: Policy
    decisions: Mapping[str, "CompiledDecision"]

    def decide(self, name: str, given: Scope) -> Answer:
        """Evaluate a decision and what it requires; raise `Malformed` for a missing input or one of another kind."""
        decision = self.decisions.get(name) or self.decisions[self.policy.decision(name).name]
        for read, types in decision.reads:
            value = given.get(read, given)
            if value is given:
                checked(self.policy, name, given)
            if value is not None and type(value) not in types:
                require_kind(self.policy.inputs_by_name[read], value)  # type: ignore[arg-type]
        if not decision.requires:
            return decision.run(given, ())
        return self._with_required(decision, given)

    def _with_required(self, decision: "CompiledDecision", given: Scope) -> Answer:
        scope = dict(given)
        rows: Rows = ()
        for other in decision.requires:
            needed = self.decisions[other]
            answer = self._with_required(needed, given) if needed.requires else needed.run(given, ())
            scope.update(zip(needed.names, answer.outputs.values(), strict=True))
            rows += answer.rules
        return decision.run(scope, rows)


@dataclass(frozen=True, slots=True)
class CompiledDecision:
    """One decision: what it reads and requires, under which names others read it, and the function that answers."""

    reads: tuple[tuple[str, frozenset[type]], ...]
    requires: tuple[str, ...]
    names: tuple[str, ...]
    run: Callable[[Scope, Rows], Answer]


def compile_policy(policy: Policy, parameters: frozenset[str] = frozenset()) -> CompiledPolicy:
    """Compile every decision of a policy; `parameters` names the inputs that change by date only."""
    return CompiledPolicy(
        policy=policy,
        decisions={
            decision.name: CompiledDecision(
                reads=tuple(
                    (name, TYPES[policy.inputs_by_name[name].kind])
                    for name in sorted(names_read(policy, decision.name))
                ),
                requires=requires(policy, decision.name),
                names=output_names(decision),
                run=_table(decision, parameters) if isinstance(decision, DecisionTable) else _literal(decision),
            )
            for decision in policy.decisions
        },
    )


def _literal(decision: LiteralExpression) -> Callable[[Scope, Rows], Answer]:
    value = function_of(decision.expression)
    name = decision.name
    return lambda scope, rows: Answer(outputs={name: value(scope)}, rules=rows)


def _table(table: DecisionTable, parameters: frozenset[str]) -> Callable[[Scope, Rows], Answer]:
    """Return the function of a table: bits of every column, then the rows its hit policy chooses, then their outputs."""
    columns = [
        _bits(column, [rule.cells[at] for rule in table.rules], parameters) for at, column in enumerate(table.columns)
    ]
    names = tuple(output.name for output in table.outputs)
    outputs = [_outputs(rule.outputs) for rule in table.rules]
    everything, name = (1 << len(table.rules)) - 1, table.name
    nothing = (name, ())
    marks = [(name, (row + 1,)) for row in range(len(table.rules))]

    if table.hit_policy is HitPolicy.FIRST:

        def first(scope: Scope, rows: Rows) -> Answer:
            bits = everything
            for column in columns:
                bits &= column(scope)
                if not bits:
                    return Answer(outputs=dict.fromkeys(names), rules=(*rows, nothing))
            row = (bits & -bits).bit_length() - 1
            return Answer(outputs=dict(zip(names, outputs[row](scope), strict=True)), rules=(*rows, marks[row]))

        return first

    def run(scope: Scope, rows: Rows) -> Answer:
        bits = everything
        for column in columns:
            bits &= column(scope)
        matching = list(_places(bits))
        if table.hit_policy is HitPolicy.UNIQUE and len(matching) > 1:
            raise not_unique(name, matching)
        found = [outputs[row](scope) for row in matching]
        if table.hit_policy is HitPolicy.PRIORITY and matching:
            best = min(range(len(matching)), key=lambda place: priority(table, found[place]))
            matching, found = [matching[best]], [found[best]]
        given = collected(table.hit_policy, found, len(names))
        return Answer(
            outputs=dict(zip(names, given, strict=True)), rules=(*rows, (name, tuple(row + 1 for row in matching)))
        )

    return run


def _places(bits: int) -> Iterator[int]:
    """Go through the places of the bits that are set, the lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _outputs(expressions: Sequence[Expression]) -> Callable[[Scope], Outputs]:
    """Return the function that gives a rule's outputs; literals are computed now."""
    if all(isinstance(one, Constant) for one in expressions):
        fixed = tuple(constant(one) for one in expressions if isinstance(one, Constant))
        return lambda _: fixed
    functions = [function_of(one) for one in expressions]
    return lambda scope: tuple(function(scope) for function in functions)


def _bits(column: Column, cells: Sequence[Cell], parameters: frozenset[str]) -> Bits:
    """Return the function that gives the rules which hold for a column, one bit each."""
    ends = [end for cell in cells for test in cell.tests for end in _ends(test)]
    is_simple = all(isinstance(end, Constant) or (isinstance(end, Name) and end.name in parameters) for end in ends)
    if not isinstance(column.expression, Name) or not is_simple or column.kind == "date":
        return _bits_by_expression(column, cells)
    needed = tuple(dict.fromkeys(names_in(tuple(cells))))
    binned = _numbers if column.kind == "number" else _words
    if not needed:
        return binned(column.expression.name, cells, {})
    return _Dated(column.expression.name, cells, needed, binned).bits


@dataclass(slots=True)
class _Dated:
    """A column whose break points are parameters: its bins are made once for each set of their values."""

    name: str
    cells: Sequence[Cell]
    needed: tuple[str, ...]
    binned: Callable[[str, Sequence[Cell], Scope], Bits]
    made: dict[tuple[Value, ...], Bits] = field(default_factory=dict)

    def bits(self, scope: Scope) -> int:
        """Return the rules that hold under today's parameters."""
        key = tuple([scope[name] for name in self.needed])
        bits = self.made.get(key)
        if bits is None:
            if len(self.made) >= MOST_BINS:
                self.made.clear()
            bits = self.made[key] = self.binned(self.name, self.cells, dict(zip(self.needed, key, strict=True)))
        return bits(scope)


def _ends(test: Against | Between) -> tuple[Expression, ...]:
    return (test.low, test.high) if isinstance(test, Between) else (test.value,)


def _points(cells: Sequence[Cell], scope: Scope) -> list[Value]:
    """Return the values that a column's cells compare with, each once."""
    ends = [end for cell in cells for test in cell.tests for end in _ends(test)]
    found = [
        constant(end) if isinstance(end, Constant) else scope[end.name]
        for end in ends
        if isinstance(end, Constant | Name)
    ]
    return list(dict.fromkeys(value for value in found if value is not None))


def _holding(cells: Sequence[Cell], value: Value, scope: Scope) -> int:
    """Return the rules whose cell holds for a value, by the reference."""
    return sum(1 << row for row, cell in enumerate(cells) if holds(cell, value, scope))


def _numbers(name: str, cells: Sequence[Cell], scope: Scope) -> Bits:
    """Return the bits of a number: a bin below each break point, one at it, and one above the last."""
    points: list[Any] = sorted(_points(cells, scope))
    between = [_middle(points, at) for at in range(len(points) + 1)]
    below = [_holding(cells, value, scope) for value in between]
    at = [_holding(cells, value, scope) for value in points]
    unknown = _holding(cells, None, scope)

    def bits(scope: Scope) -> int:
        value = scope[name]
        if value is None:
            return unknown
        place = bisect_left(points, value)
        return at[place] if place < len(points) and points[place] == value else below[place]

    return bits


def _middle(points: Sequence[Any], at: int) -> Value:
    """Return a number in the gap below break point `at`, or above the last."""
    if not points:
        return 0
    if at == 0:
        return points[0] - 1  # type: ignore[no-any-return]
    if at == len(points):
        return points[-1] + 1  # type: ignore[no-any-return]
    return values.EXACT.divide(values.EXACT.add(Decimal(points[at - 1]), Decimal(points[at])), Decimal(2))


def _words(name: str, cells: Sequence[Cell], scope: Scope) -> Bits:
    """Return the bits of a string or boolean: one bin a value that is named, one for null and one for the rest."""
    named: dict[Value, int] = {value: _holding(cells, value, scope) for value in (*_points(cells, scope), None)}
    is_truth = all(isinstance(value, bool) for value in named if value is not None)
    named |= {value: _holding(cells, value, scope) for value in (True, False) if is_truth}
    rest = _holding(cells, "".join(str(value) for value in named) + "?", scope)
    return lambda scope: named.get(scope[name], rest)


def _bits_by_expression(column: Column, cells: Sequence[Cell]) -> Bits:
    """Return the bits of a column whose cells read other inputs or whose input is computed."""
    source = " | ".join(
        f"({1 << row} if {_cell(cell)} else 0)" if cell.tests else str(1 << row) for row, cell in enumerate(cells)
    )
    value = function_of(column.expression)
    code = _made(f"lambda scope, value: {source or '0'}")
    return lambda scope: code(scope, value(scope))


def function_of(node: Expression) -> Callable[[Scope], Value]:
    """Return an expression as a Python function of the scope."""
    return _made(f"lambda scope: {_code(node)}")


CONSTANTS: dict[str, Value] = {}
"""Literals that Python has no exact source for, by the writing under which generated code reads them."""


def _made(source: str) -> Callable[..., Any]:
    """Return a function from generated source; it sees the operators, the literals and nothing else."""
    operators = ("both", "either", "negated", "equals", "ordered", "arithmetic", "call")
    names = {"__builtins__": {}, "k": CONSTANTS, **{name: getattr(values, name) for name in operators}}
    function: Callable[..., Any] = eval(source, names)  # noqa: S307  # The source is written here, from a tree we read.
    return function


def _code(node: Expression) -> str:
    """Return the Python source of an expression over `scope`."""
    match node:
        case Constant():
            value = constant(node)
            if isinstance(value, int | str | None):
                return repr(value)
            CONSTANTS[repr(value)] = value
            return f"k[{repr(value)!r}]"
        case Name(name=name):
            return f"scope[{name!r}]"
        case Negative(of=of):
            return f"arithmetic('-', 0, {_code(of)})"
        case Choice(test=test, this=this, other=other):
            return f"({_code(this)} if {_code(test)} is True else {_code(other)})"
        case Call(function=function, arguments=arguments):
            return f"call({function!r}, ({''.join(_code(argument) + ', ' for argument in arguments)}))"
        case Operation(sign=sign, left=left, right=right):
            return _operation(sign, _code(left), _code(right))


def _operation(sign: str, left: str, right: str) -> str:
    match sign:
        case "and":
            return f"both({left}, {right})"
        case "or":
            return f"either({left}, {right})"
        case "=":
            return f"equals({left}, {right})"
        case "!=":
            return f"negated(equals({left}, {right}))"
        case "<" | "<=" | ">" | ">=":
            return f"ordered({sign!r}, {left}, {right})"
        case _:
            return f"arithmetic({sign!r}, {left}, {right})"


def _cell(cell: Cell) -> str:
    """Return the Python source of a cell over `value` and `scope`: a truth, never null."""
    found = "False"
    for test in cell.tests:
        found = f"either({found}, {_test(test)})"
    return f"{f'negated({found})' if cell.is_negated else found} is True"


def _test(test: Against | Between) -> str:
    match test:
        case Against(sign="=", value=wanted):
            return f"equals(value, {_code(wanted)})"
        case Against(sign=sign, value=wanted):
            return f"ordered({sign!r}, value, {_code(wanted)})"
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            above = f"ordered({'>=' if has_low else '>'!r}, value, {_code(low)})"
            below = f"ordered({'<=' if has_high else '<'!r}, value, {_code(high)})"
            return f"both({above}, {below})"
