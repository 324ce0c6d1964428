"""The values of an input that are worth trying: each break point, one unit to either side of it, null and others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from creditline.policy.evaluate import compute
from creditline.policy.feel import Expression, Operation
from creditline.policy.table import (
    COMPARISONS,
    DecisionTable,
    Input,
    LiteralExpression,
    Policy,
    ends_of,
    names_in,
    names_read,
    requires,
)
from creditline.policy.values import SIX, Value, kind_of, plain

NUMBERS: tuple[Value, ...] = (-1, 0, Decimal("0.5"), 1, 7)
DATES: tuple[Value, ...] = (date(2024, 2, 29), date(2026, 1, 1))
WORDS: tuple[Value, ...] = ("", "another word")
"""What is tried of an input that nothing is compared with, and of a word beside those that are named."""

Decision = DecisionTable | LiteralExpression


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What is tried of one input: `near` in combination with the others, `fine` besides, one input at a time."""

    name: str
    near: tuple[Value, ...]
    fine: tuple[Value, ...]


def points_of(policy: Policy, name: str, numbers: Mapping[str, Value]) -> tuple[Points, ...]:
    """Return the points of every input a decision reads, itself or through what it requires, by name.

    `numbers` are inputs of one value, such as parameters on a day: they are no points, and ends computed from them are.
    """
    reads = sorted(names_read(policy, name) - numbers.keys())
    found: dict[str, set[Value]] = {one: set() for one in reads}
    links: list[set[str]] = []
    for decision in decisions_of(policy, name):
        for names, end in _meetings(decision):
            others = set(names_in(end)) - numbers.keys()
            meet = {one for one in (*names, *others) if one in found}
            if others:
                links.append(meet)
            elif (value := compute(end, numbers)) is not None:
                for one in meet:
                    found[one].add(value)
    _share(found, links)
    return tuple(_points(policy.inputs_by_name[one], found[one]) for one in reads)


def decisions_of(policy: Policy, name: str) -> Iterator[Decision]:
    """Go through a decision and those it requires, each once."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        own = waiting.pop()
        if own not in seen:
            seen.add(own)
            yield policy.decision(own)
            waiting += requires(policy, own)


def _meetings(node: object) -> Iterator[tuple[set[str], Expression]]:
    """Go through what is compared: the names on one side, and the other side."""
    if isinstance(node, DecisionTable):
        for at, column in enumerate(node.columns):
            names = set(names_in(column.expression))
            for rule in node.rules:
                for end in ends_of(rule.cells[at]):
                    yield names, end
    if isinstance(node, Operation) and node.sign in COMPARISONS:
        yield set(names_in(node.left)), node.right
        yield set(names_in(node.right)), node.left
    if isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            yield from _meetings(getattr(node, field))
    elif isinstance(node, tuple):
        for one in node:
            yield from _meetings(one)


def _share(found: dict[str, set[Value]], links: Sequence[set[str]]) -> None:
    """Give inputs that are compared with each other the points of each other, so that they meet."""
    is_growing = True
    while is_growing:
        is_growing = False
        for link in links:
            together = set().union(*(found[one] for one in link))
            for one in link:
                is_growing |= len(found[one]) < len(together)
                found[one] = together


def _points(one: Input, ends: set[Value]) -> Points:
    own = [end for end in ends if kind_of(end) == one.kind]
    near: Sequence[Value] = ()
    fine: Sequence[Value] = ()
    match one.kind:
        case "number":
            near = [number for end in own for number in _beside(end, _unit(end))] or NUMBERS
            fine = [number for end in own for number in _beside(end, SIX)]
        case "date":
            near = [day for end in own for day in _days(end)] or DATES
        case "boolean":
            near = (False, True)
        case "string":
            near = (*own, *one.allowed, *WORDS)
    tried = _sorted(near)
    return Points(
        name=one.name, near=(None, *tried), fine=tuple(value for value in _sorted(fine) if value not in tried)
    )


def _sorted(values: Sequence[Any]) -> tuple[Value, ...]:
    return tuple(sorted(set(values)))


def _unit(number: Any) -> Decimal:
    """Return one in the last place of a number, but no finer than a feature can be."""
    exponent = Decimal(number).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(Decimal(1).scaleb(min(exponent, 0)), SIX)


def _beside(number: Any, unit: Decimal) -> tuple[Value, ...]:
    return tuple(plain(Decimal(number) + step * unit) for step in (-1, 0, 1))


def _days(day: Any) -> tuple[Value, ...]:
    steps = [step for step in (-1, 0, 1) if date.min.toordinal() <= day.toordinal() + step <= date.max.toordinal()]
    return tuple(day + timedelta(days=step) for step in steps)
