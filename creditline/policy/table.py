"""A policy as values: inputs, decision tables and expressions, with a canonical form and the hash that names it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import cast

import msgspec

from creditline.errors import Code, Malformed, PolicyInvalid
from creditline.policy.feel import Between, Cell, Constant, Expression, Name, Node, Operation
from creditline.policy.values import EXACT, Value, door, kind_of, plain

__all__ = [
    "Answer", "Column", "DecisionTable", "HitPolicy", "Input", "LiteralExpression", "Output", "Policy", "Rule", "Value",
    "canonical", "checked", "constant", "decision_names", "door", "from_canonical", "names_in", "names_read",
]  # fmt: skip


COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


class HitPolicy(StrEnum):
    """What a table does with the rules that match: U, A, F, P, or C with + < > # or as a list of nothing."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    COLLECT_SUM = "COLLECT SUM"
    COLLECT_MIN = "COLLECT MIN"
    COLLECT_MAX = "COLLECT MAX"
    COLLECT_COUNT = "COLLECT COUNT"
    ANY = "ANY"


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A value the caller gives: number, string, boolean or date; null is always allowed."""

    name: str
    kind: str
    allowed: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What a table's column tests."""

    label: str
    expression: Expression
    kind: str


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a table's column gives; `allowed` is in falling priority."""

    name: str
    kind: str
    allowed: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A row: one cell a column, one expression an output."""

    cells: tuple[Cell, ...]
    outputs: tuple[Expression, ...]


class DecisionTable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Rules over columns."""

    name: str
    hit_policy: HitPolicy
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


class LiteralExpression(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A decision that is one expression."""

    name: str
    kind: str
    expression: Expression


class Policy(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Inputs, and decisions that may require each other."""

    name: str
    inputs: tuple[Input, ...]
    decisions: tuple[DecisionTable | LiteralExpression, ...]

    @cached_property
    def sha256(self) -> str:
        """The identity of what the policy answers, as 64 hex digits."""
        return hashlib.sha256(canonical(self)).hexdigest()

    @cached_property
    def by_name(self) -> Mapping[str, DecisionTable | LiteralExpression]:
        """The decisions by name."""
        return {decision.name: decision for decision in self.decisions}

    @cached_property
    def inputs_by_name(self) -> Mapping[str, Input]:
        """The inputs by name."""
        return {one.name: one for one in self.inputs}

    @cached_property
    def required(self) -> Mapping[str, tuple[str, ...]]:
        """Which decisions each decision reads directly, each once, in the order it mentions them."""
        by_output = {output: own.name for own in self.decisions for output in output_names(own)}
        return {
            own.name: tuple(dict.fromkeys(by_output[one] for one in names_in(own) if one in by_output))
            for own in self.decisions
        }

    @cached_property
    def compared(self) -> Mapping[str, Mapping[str, tuple[Expression, ...]]]:
        """What each decision, and what it requires, compares each input with: the ends of cells and of comparisons."""
        return {name: _compared(self, name) for name in self.by_name}

    def decision(self, name: str) -> DecisionTable | LiteralExpression:
        """Return a decision; raise `Malformed` naming those there are."""
        if name not in self.by_name:
            raise Malformed(
                f"Policy {self.name} has no decision {name!r}. It has {', '.join(sorted(self.by_name))}.",
                code=Code.POLICY_INVALID,
            )
        return self.by_name[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a decision gave: its outputs by name, and the matched rows (from 1) of every table on the way.

    No match leaves every output null and the table's rows empty. A literal expression's only output has its own name, and
    a table required by another is an input there: its only output, or its outputs as NAME.OUTPUT written NAME_OUTPUT.
    """

    outputs: Mapping[str, Value]
    rules: tuple[tuple[str, tuple[int, ...]], ...]


def canonical(policy: Policy) -> bytes:
    """Return the one form of a policy: inputs by name, decisions by name, rules in their order."""
    ordered = msgspec.structs.replace(
        policy,
        inputs=tuple(sorted(policy.inputs, key=lambda one: one.name)),
        decisions=tuple(sorted(policy.decisions, key=lambda one: one.name)),
    )
    return msgspec.json.encode(ordered)


def from_canonical(data: bytes) -> Policy:
    """Return the policy of a canonical form; raise `PolicyInvalid` if it is damaged."""
    try:
        return msgspec.json.decode(data, type=Policy)
    except msgspec.MsgspecError as damaged:
        raise PolicyInvalid(f"A stored policy cannot be read: {damaged}.", code=Code.POLICY_INVALID) from damaged


def constant(node: Constant) -> Value:
    """Return the value of a literal."""
    match node.kind:
        case "number":
            return plain(EXACT.create_decimal(node.text))
        case "string":
            return node.text
        case "boolean":
            return node.text == "true"
        case "date":
            return date.fromisoformat(node.text)
        case _:
            return None


def literal(value: Value) -> Constant:
    """Return a value as a literal: the inverse of `constant`."""
    match value:
        case bool():
            return Constant(kind="boolean", text=str(value).lower())
        case date():
            return Constant(kind="date", text=value.isoformat())
        case _:
            return Constant(kind=kind_of(value), text="null" if value is None else str(value))


def with_literals(
    decision: DecisionTable | LiteralExpression, known: Mapping[str, Value]
) -> DecisionTable | LiteralExpression:
    """Return a decision with the names that are known replaced by their values."""
    return cast("DecisionTable | LiteralExpression", _with_literals(decision, known))


def _with_literals(node: object, known: Mapping[str, Value]) -> object:
    if isinstance(node, Name):
        return literal(known[node.name]) if node.name in known else node
    if isinstance(node, msgspec.Struct):
        parts = {field: _with_literals(getattr(node, field), known) for field in node.__struct_fields__}
        return msgspec.structs.replace(node, **parts)
    if isinstance(node, tuple):
        return tuple(_with_literals(one, known) for one in node)
    return node


def decision_names(policy: Policy) -> tuple[str, ...]:
    """Return the names of a policy's decisions."""
    return tuple(decision.name for decision in policy.decisions)


def output_names(decision: DecisionTable | LiteralExpression) -> tuple[str, ...]:
    """Return the names under which other decisions read this one."""
    if isinstance(decision, LiteralExpression) or len(decision.outputs) == 1:
        return (decision.name,)
    return tuple(f"{decision.name}_{output.name}" for output in decision.outputs)


def nodes_in(part: object) -> Iterator[Node]:
    """Go through the nodes of an expression, cell, rule or decision, itself first."""
    if isinstance(part, Node):
        yield part
    if isinstance(part, msgspec.Struct):
        for field in part.__struct_fields__:
            yield from nodes_in(getattr(part, field))
    elif isinstance(part, tuple):
        for one in part:
            yield from nodes_in(one)


def names_in(part: object) -> Iterator[str]:
    """Go through the names an expression, cell, rule or decision mentions."""
    return (node.name for node in nodes_in(part) if isinstance(node, Name))


def requires(policy: Policy, name: str) -> tuple[str, ...]:
    """Return the decisions that a decision reads directly, each once, in the order it mentions them."""
    return policy.required[policy.decision(name).name]


def _compared(policy: Policy, name: str) -> dict[str, tuple[Expression, ...]]:
    """Return what a decision and those it requires compare each input with, each once."""
    found: dict[str, list[Expression]] = {}
    for read, end in _comparisons(policy.decision(name)):
        found.setdefault(read, []).append(end)
    for other in requires(policy, name):
        for read, ends in _compared(policy, other).items():
            found.setdefault(read, []).extend(ends)
    return {read: tuple(dict.fromkeys(ends)) for read, ends in found.items()}


def _comparisons(node: object) -> Iterator[tuple[str, Expression]]:
    """Go through the names that a table's columns or an expression's operators compare, each with what it meets."""
    match node:
        case DecisionTable():
            for at, column in enumerate(node.columns):
                for end in (end for rule in node.rules for end in ends_of(rule.cells[at])):
                    yield from _named(column.expression, end)
        case LiteralExpression():
            yield from _comparisons(node.expression)
        case Operation():
            if node.sign in COMPARISONS:
                yield from _named(node.left, node.right)
            yield from _comparisons(node.left)
            yield from _comparisons(node.right)


def _named(left: Expression, right: Expression) -> Iterator[tuple[str, Expression]]:
    """Give those of two values that are a name, with the other one."""
    if isinstance(left, Name):
        yield left.name, right
    if isinstance(right, Name):
        yield right.name, left


def ends_of(cell: Cell) -> Iterator[Expression]:
    """Go through the values that a cell compares with."""
    for test in cell.tests:
        yield from (test.low, test.high) if isinstance(test, Between) else (test.value,)


def names_read(policy: Policy, name: str) -> frozenset[str]:
    """Return the inputs that a decision reads, itself or through what it requires."""
    own = {one for one in names_in(policy.decision(name)) if one in policy.inputs_by_name}
    return frozenset(own).union(*(names_read(policy, other) for other in requires(policy, name)))


def checked(policy: Policy, name: str, given: Mapping[str, Value]) -> None:
    """Raise `Malformed` unless every input that a decision reads is given and of its kind."""
    for read in sorted(names_read(policy, name)):
        if read not in given:
            raise Malformed(
                f"Decision {name} needs {read}, which was not given. Give it, or null if it is not known.",
                code=Code.MESSAGE_MALFORMED,
            )
        require_kind(policy.inputs_by_name[read], given[read])


def require_kind(one: Input, value: Value) -> None:
    """Raise `Malformed` unless a value is null or of its input's kind."""
    if value is not None and kind_of(value) != one.kind:
        raise Malformed(
            f"Input {one.name} is a {one.kind}, and {value!r} is a {kind_of(value)}. Give a {one.kind} or null.",
            code=Code.MESSAGE_MALFORMED,
        )
