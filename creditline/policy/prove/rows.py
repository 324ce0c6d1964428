"""The rows a policy is proved with: every combination of points while they are few, else each point before each rule."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from itertools import product as every
from typing import Any

import numpy as np

from creditline.policy.evaluate import holds
from creditline.policy.feel import Name
from creditline.policy.prove.points import Points, decisions_of
from creditline.policy.table import DecisionTable, Policy, Rule, names_in
from creditline.policy.values import Value, kind_of, plain

Given = Mapping[str, Value]

RANDOM_SHARE = 4
"""One row in so many is random where not all combinations can be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is tried, and how much of all there is: `combinations_count` of points, all of them if `is_exhaustive`."""

    rows: Iterator[Given]
    count: int
    combinations_count: int
    is_exhaustive: bool


def rows_of(
    policy: Policy, name: str, points: Sequence[Points], *, numbers: Given, most: int, dice: np.random.Generator
) -> Rows:
    """Return at most `most` rows, and as many again of a quarter at random if all combinations are among them."""
    combinations = math.prod(len(one.near) for one in points)
    if combinations <= most:
        further = max(most // RANDOM_SHARE, 1)
        return Rows(
            rows=_chain(_all(points), _random(points, further, dice)),
            count=combinations + further,
            combinations_count=combinations,
            is_exhaustive=True,
        )
    around = list(islice(_around(policy, name, points, numbers, dice), most - most // RANDOM_SHARE))
    rest = most - len(around)
    return Rows(
        rows=_chain(iter(around), _random(points, rest, dice)),
        count=most,
        combinations_count=combinations,
        is_exhaustive=False,
    )


def _chain(first: Iterator[Given], then: Iterator[Given]) -> Iterator[Given]:
    yield from first
    yield from then


def _all(points: Sequence[Points]) -> Iterator[Given]:
    names = [one.name for one in points]
    for values in every(*(one.near for one in points)):
        yield dict(zip(names, values, strict=True))


def _around(
    policy: Policy, name: str, points: Sequence[Points], numbers: Given, dice: np.random.Generator
) -> Iterator[Given]:
    """Go from a row that each rule matches through every point of every input, one input at a time.

    The rules come in an order thrown by the dice, so that a bound on the rows cuts off no table and no end of one.
    """
    rules = [
        (table, rule)
        for table in decisions_of(policy, name)
        if isinstance(table, DecisionTable)
        for rule in table.rules
    ]
    for at in dice.permutation(len(rules)).tolist():
        base = _matching(*rules[at], points=points, numbers=numbers, dice=dice)
        yield base
        for one in points:
            for value in (*one.near, *one.fine):
                if value != base[one.name]:
                    yield {**base, one.name: value}


def _matching(
    table: DecisionTable, rule: Rule, *, points: Sequence[Points], numbers: Given, dice: np.random.Generator
) -> Given:
    """Return a row of points that a rule matches, as far as its columns are inputs and its cells mention no others."""
    row = {one.name: _one_of(one.near, dice) for one in points}
    by_name = {one.name: one for one in points}
    for column, cell in zip(table.columns, rule.cells, strict=True):
        read = column.expression
        if isinstance(read, Name) and read.name in by_name:
            scope = {**numbers, **row}
            known = set(names_in(cell)) <= scope.keys()
            holding = [value for value in by_name[read.name].near if known and holds(cell, value, scope)]
            row[read.name] = _one_of(holding, dice) if holding else row[read.name]
    return row


def _random(points: Sequence[Points], count: int, dice: np.random.Generator) -> Iterator[Given]:
    """Go through rows of values thrown by the dice: points, and numbers between and beyond them."""
    for _ in range(count):
        yield {one.name: _thrown(one, dice) for one in points}


def _thrown(points: Points, dice: np.random.Generator) -> Value:
    numbers: list[Any] = [value for value in points.near if kind_of(value) == "number"]
    if not numbers or dice.random() < 0.5:
        return _one_of((*points.near, *points.fine), dice)
    low, high = numbers[0], numbers[-1]
    places = int(dice.integers(0, 7))
    share = Decimal(int(dice.integers(-200, 1201))) / 1000
    return plain((low + share * (high - low)).quantize(Decimal(1).scaleb(-places)))


def _one_of(values: Sequence[Value], dice: np.random.Generator) -> Value:
    return values[int(dice.integers(0, len(values)))]
