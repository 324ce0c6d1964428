"""The one-row executor: a policy becomes Python functions, written once and then called for each request.

Parameters change with the day and not with the request, so each set of their values gets functions of its own, in which
they are literals. A column whose cells compare one input with literals becomes break points: they cut the input's values
into bins, and each bin has a bit for every rule that holds there, found with the reference's own `holds`. A row is then
one search a column and one AND of bits; the bits left are the rules that match. What these answer is found once for each
set of bits. All other cells and outputs become expressions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

from creditline.policy import values
from creditline.policy.evaluate import Rows, alike, collected, compute, holds, not_alike, not_unique, priority
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
    ends_of,
    names_in,
    names_read,
    output_names,
    requires,
    with_literals,
)

Scope = Mapping[str, Value]
Run = Callable[[Scope], Answer]
Bits = Callable[[Scope], int]
Values = Callable[[Scope], tuple[Value, ...]]


MOST_DAYS = 64
"""For how many sets of parameter values a decision keeps its functions; a day has one."""

MOST_ANSWERS = 4096
"""For how many sets of matching rules a table keeps what they answer."""

MOST_SEEN = 512
"""For how many numbers a column keeps their bin: counts and grades are looked up, amounts of money are searched for."""

ONE_RULE = (HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.PRIORITY, HitPolicy.ANY)


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """Functions for the decisions of a policy; the same answers as `evaluate`, faster."""

    policy: Policy
    decisions: Mapping[str, "CompiledDecision"]

    def decide(self, name: str, given: Scope) -> Answer:
        """Evaluate a decision and what it requires; raise `Malformed` for a missing input or one of another kind."""
        decision = self.decisions.get(name) or self.decisions[self.policy.decision(name).name]
        try:
            types = tuple(map(type, decision.values(given)))
        except KeyError:
            # The reference says which input is missing.
            checked(self.policy, name, given)
            raise
        if types not in decision.types:
            checked(self.policy, name, given)
            decision.types.add(types)
        return decision.under(given)(given)


@dataclass(frozen=True, slots=True)
class CompiledDecision:
    """One decision: what it reads, all or what changes with the day or with the request, and how it is answered.

    `types` are the types of what it reads that were found to be of the right kinds, `made` its functions by the values of
    the parameters.
    """

    reads: frozenset[str]
    values: Values
    parameters: Values
    inputs: Values
    make: Callable[[Scope], Run]
    types: set[tuple[type, ...]] = field(default_factory=set)
    made: dict[tuple[Value, ...], Run] = field(default_factory=dict)

    def under(self, given: Scope) -> Run:
        """Return the function that answers while the parameters have the values given."""
        key = self.parameters(given)
        run = self.made.get(key)
        if run is None:
            if len(self.made) >= MOST_DAYS:
                self.made.clear()
            run = self.made[key] = self.make(given)
        return run


def compile_policy(policy: Policy, parameters: frozenset[str] = frozenset()) -> CompiledPolicy:
    """Compile every decision of a policy; `parameters` names the inputs that change by date only."""
    return CompiledPolicy(
        policy=policy, decisions={one.name: _decision(policy, one.name, parameters) for one in policy.decisions}
    )


def _decision(policy: Policy, name: str, parameters: frozenset[str]) -> CompiledDecision:
    reads = sorted(names_read(policy, name))
    dated = [one for one in reads if one in parameters]

    def make(given: Scope) -> Run:
        return _run(policy, name, {one: given[one] for one in dated})

    return CompiledDecision(
        reads=frozenset(reads),
        values=_values_of(reads),
        parameters=_values_of(dated),
        inputs=_values_of([one for one in reads if one not in parameters]),
        make=make,
    )


def _values_of(names: Sequence[str]) -> Values:
    """Return the function that gives the values of some names; `KeyError` if one has none."""
    if len(names) > 1:
        return itemgetter(*names)
    if not names:
        return lambda _: ()
    return lambda scope: tuple([scope[name] for name in names])


def _run(policy: Policy, name: str, numbers: Scope) -> Run:
    """Return the function of a decision under some values of the parameters, what it requires included."""
    own = run_of(with_literals(policy.decision(name), numbers))
    required = [(output_names(policy.decision(one)), _run(policy, one, numbers)) for one in requires(policy, name)]
    if not required:
        return own

    def run(given: Scope) -> Answer:
        scope = dict(given)
        rules: Rows = ()
        for names, needed in required:
            answer = needed(given)
            scope.update(zip(names, answer.outputs.values(), strict=True))
            rules += answer.rules
        answer = own(scope)
        return Answer(outputs=answer.outputs, rules=rules + answer.rules)

    return run


def run_of(decision: DecisionTable | LiteralExpression) -> Run:
    """Return the function of one decision, which is given what it reads of others too."""
    return _table(decision) if isinstance(decision, DecisionTable) else _literal(decision)


def _literal(decision: LiteralExpression) -> Run:
    value = function_of(decision.expression)
    name = decision.name
    return lambda scope: Answer(outputs={name: value(scope)}, rules=())


def _table(table: DecisionTable) -> Run:
    """Return the function of a table: the bits of every column, then what the rules left answer."""
    columns = [_bits(column, [rule.cells[at] for rule in table.rules]) for at, column in enumerate(table.columns)]
    everything, is_first = (1 << len(table.rules)) - 1, table.hit_policy is HitPolicy.FIRST
    answers: dict[int, Run] = {}

    def run(scope: Scope) -> Answer:
        bits = everything
        for column in columns:
            bits &= column(scope)
        if is_first:
            bits &= -bits
        answer = answers.get(bits)
        if answer is None:
            if len(answers) >= MOST_ANSWERS:
                answers.clear()
            answer = answers[bits] = _answer(table, list(_places(bits)))
        return answer(scope)

    return run


def _places(bits: int) -> Iterator[int]:
    """Go through the places of the bits that are set, the lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _answer(table: DecisionTable, matching: Sequence[int]) -> Run:
    """Return the function of the rules that match; literals are answered now, and then always by the same value."""
    if table.hit_policy is HitPolicy.UNIQUE and len(matching) > 1:
        raise not_unique(table.name, matching)
    outputs = [table.rules[row].outputs for row in matching]
    is_one = len(matching) == 1 and table.hit_policy in ONE_RULE
    names = tuple(output.name for output in table.outputs)
    run = _one(table.name, names, matching[0], outputs[0]) if is_one else _several(table, names, matching, outputs)
    if any(not isinstance(one, Constant) for row in outputs for one in row):
        return run
    fixed = run({})
    return lambda _: fixed


def _one(table: str, names: Sequence[str], row: int, outputs: Sequence[Expression]) -> Run:
    """Return the function of one rule: its outputs by name."""
    rules = ((table, (row + 1,)),)
    source = ", ".join(f"{name!r}: {_code(one)}" for name, one in zip(names, outputs, strict=True))
    found = _made(f"lambda scope: {{{source}}}")
    return lambda scope: Answer(outputs=found(scope), rules=rules)


def _several(
    table: DecisionTable, names: Sequence[str], matching: Sequence[int], outputs: Sequence[Sequence[Expression]]
) -> Run:
    """Return the function of several rules, or none: their outputs together, or those of one of them."""
    functions = [[function_of(one) for one in row] for row in outputs]

    def run(scope: Scope) -> Answer:
        rows, found = list(matching), [[function(scope) for function in row] for row in functions]
        if table.hit_policy is HitPolicy.PRIORITY and rows:
            best = min(range(len(rows)), key=lambda place: priority(table, found[place]))
            rows, found = [rows[best]], [found[best]]
        if table.hit_policy is HitPolicy.ANY and rows:
            if not alike(found):
                raise not_alike(table.name, rows)
            rows, found = rows[:1], found[:1]
        given = collected(table.hit_policy, found, len(names))
        rules = ((table.name, tuple(row + 1 for row in rows)),)
        return Answer(outputs=dict(zip(names, given, strict=True)), rules=rules)

    return run


def _bits(column: Column, cells: Sequence[Cell]) -> Bits:
    """Return the function that gives the rules which hold for a column, one bit each."""
    is_simple = column.kind != "date" and not any(names_in(tuple(cells)))
    if not is_simple or not isinstance(column.expression, Name):
        return _bits_by_expression(column, cells)
    return (_numbers if column.kind == "number" else _words)(column.expression.name, cells)


def _points(cells: Sequence[Cell]) -> list[Value]:
    """Return the values that a column's cells compare with, each once; the cells mention no names."""
    found = [compute(end, {}) for cell in cells for end in ends_of(cell)]
    return list(dict.fromkeys(value for value in found if value is not None))


def _holding(cells: Sequence[Cell], value: Value) -> int:
    """Return the rules whose cell holds for a value, by the reference."""
    return sum(1 << row for row, cell in enumerate(cells) if holds(cell, value, {}))


def _numbers(name: str, cells: Sequence[Cell]) -> Bits:
    """Return the bits of a number: a bin below each break point, one at it, and one above the last."""
    points: list[Any] = sorted(point for point in _points(cells) if values.kind_of(point) == "number")
    bins = [_holding(cells, _middle(points, 0))]
    for at, point in enumerate(points):
        bins += [_holding(cells, point), _holding(cells, _middle(points, at + 1))]
    unknown = _holding(cells, None)

    seen: dict[Value, int] = {None: unknown}

    def bits(scope: Scope) -> int:
        value: Any = scope[name]
        found = seen.get(value)
        if found is None:
            found = bins[bisect_left(points, value) + bisect_right(points, value)]
            if len(seen) < MOST_SEEN:
                seen[value] = found
        return found

    return bits


def _middle(points: Sequence[Any], at: int) -> Value:
    """Return a number in the gap below break point `at`, or above the last."""
    if not points:
        return 0
    if at in {0, len(points)}:
        beyond: Value = points[0] - 1 if at == 0 else points[-1] + 1
        return beyond
    return values.EXACT.divide(values.EXACT.add(Decimal(points[at - 1]), Decimal(points[at])), Decimal(2))


def _words(name: str, cells: Sequence[Cell]) -> Bits:
    """Return the bits of a string or boolean: one bin a value that is named, one for null and one for the rest."""
    named: dict[Value, int] = {value: _holding(cells, value) for value in (*_points(cells), None)}
    is_truth = all(isinstance(value, bool) for value in named if value is not None)
    named |= {value: _holding(cells, value) for value in (True, False) if is_truth}
    rest = _holding(cells, "".join(str(value) for value in named) + "?")
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
    found = _test(cell.tests[0])
    for test in cell.tests[1:]:
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
