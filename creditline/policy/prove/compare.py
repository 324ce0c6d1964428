"""Ask every executor for every row and hold its answers to the reference's; a difference comes with its smallest witness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from creditline.errors import PolicyInvalid
from creditline.policy.columnar.answers import RowWise, answer_at
from creditline.policy.columnar.plan import decide_many, marks_of
from creditline.policy.compiled import compile_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.prove.points import points_of
from creditline.policy.prove.rows import Given, rows_of
from creditline.policy.table import Answer, Policy
from creditline.policy.values import Value, door, kind_of

Told = tuple[Any, ...]
"""An answer so that it can be compared: outputs with their kinds and the rules of each table, or the words of an error."""

Execute = Callable[[Policy, str, Sequence[Given], Given], list[Told]]
"""Answer a decision for rows of inputs, under numbers that are the same for all."""

BATCH = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many rows a decision is tried with at most, besides random ones, and what throws these."""

    most: int = 20_000
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first row that is answered otherwise than the reference does: what was given, and what each executor told."""

    given: Mapping[str, Value]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a decision was tried with, and whether all executors agreed.

    `combinations_count` is how many combinations of points there are: `is_exhaustive` says that all were tried. `points`
    counts those of each input, `row_wise` marks what columns hand to the row executor.
    """

    decision: str
    rows_count: int
    combinations_count: int
    is_exhaustive: bool
    points: Mapping[str, int]
    row_wise: tuple[RowWise, ...]
    difference: Difference | None

    @property
    def is_agreed(self) -> bool:
        """Whether no row was answered otherwise."""
        return self.difference is None


def prove(
    policy: Policy,
    name: str,
    *,
    numbers: Given,
    effort: Effort,
    executors: Mapping[str, Execute] | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Proof:
    """Try a decision on every executor with some effort; stop at the first difference.

    `tell` is told how many more rows were tried.
    """
    bound = {one: value for one, value in numbers.items() if one in policy.inputs_by_name}
    points = points_of(policy, name, bound)
    rows = rows_of(policy, name, points, numbers=bound, most=effort.most, dice=np.random.default_rng(effort.seed))
    contest = Contest(policy=policy, name=name, numbers=bound, executors=executors or EXECUTORS)
    found: Difference | None = None
    tried = 0
    while found is None and (batch := list(islice(rows.rows, BATCH))):
        found = contest.difference(batch)
        tried += len(batch)
        tell(len(batch))
    return Proof(
        decision=name,
        rows_count=tried,
        combinations_count=rows.combinations_count,
        is_exhaustive=rows.is_exhaustive and found is None,
        points={one.name: len(one.near) for one in points},
        row_wise=tuple(mark for mark in marks_of(policy, bound) if mark.decision in _on_the_way(policy, name)),
        difference=found,
    )


def _on_the_way(policy: Policy, name: str) -> frozenset[str]:
    return frozenset({name}).union(*(_on_the_way(policy, other) for other in policy.required[name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A decision, and the executors that are held to the reference."""

    policy: Policy
    name: str
    numbers: Given
    executors: Mapping[str, Execute]

    def difference(self, rows: Sequence[Given]) -> Difference | None:
        """Return the first difference among some rows, made as small as it stays one; None if there is none."""
        expected = _by_reference(self.policy, self.name, rows, self.numbers)
        for executor, execute in self.executors.items():
            told = execute(self.policy, self.name, rows, self.numbers)
            if told != expected:
                at = next(at for at in range(len(rows)) if told[at] != expected[at])
                return self._shrunk(rows[at]) or self._told(rows[at], executor, told[at])
        return None

    def _told(self, row: Given, executor: str, told: Told) -> Difference:
        """Return a difference that one row alone does not show: it needs its neighbours."""
        (expected,) = _by_reference(self.policy, self.name, [row], self.numbers)
        return Difference(given=row, answers={"reference": _said(expected), f"{executor}, among others": _said(told)})

    def _shrunk(self, row: Given) -> Difference | None:
        """Return the difference of a row with as many inputs null, or else 0, as it stays one."""
        found = self._alone(row)
        if found is None:
            return None
        for name in row:
            for value in (None, 0):
                tried = self._alone({**found.given, name: value}) if found.given[name] not in {None, 0} else None
                if tried is not None:
                    found = tried
                    break
        return found

    def _alone(self, row: Given) -> Difference | None:
        kinds = {name: self.policy.inputs_by_name[name].kind for name in row}
        if any(value is not None and kind_of(value) != kinds[name] for name, value in row.items()):
            return None
        (expected,) = _by_reference(self.policy, self.name, [row], self.numbers)
        answers = {
            name: execute(self.policy, self.name, [row], self.numbers)[0] for name, execute in self.executors.items()
        }
        if all(told == expected for told in answers.values()):
            return None
        return Difference(
            given=row, answers={"reference": _said(expected), **{name: _said(told) for name, told in answers.items()}}
        )


def _by_reference(policy: Policy, name: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
    return [_asked(partial(evaluate, policy, name, {**numbers, **row})) for row in rows]


def _by_row(policy: Policy, name: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
    compiled = compile_policy(policy, frozenset(numbers))
    return [_asked(partial(compiled.decide, name, {**numbers, **row})) for row in rows]


def _in_columns(policy: Policy, name: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
    columns = {one: [row[one] for row in rows] for one in rows[0]}
    return _many(policy, name, columns, numbers, len(rows))


def _in_floats(policy: Policy, name: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
    """Answer with numbers as features come: floats, NaN for null, wherever a float passes the door as the number."""
    columns: dict[str, Any] = {one: [row[one] for row in rows] for one in rows[0]}
    for one, values in columns.items():
        if policy.inputs_by_name[one].kind == "number" and all(value is None or _passes(value) for value in values):
            columns[one] = np.array([np.nan if value is None else float(value) for value in values])
    return _many(policy, name, columns, numbers, len(rows))


def _passes(value: Any) -> bool:
    return bool(door(float(value)) == value)


def _many(policy: Policy, name: str, columns: Mapping[str, Any], numbers: Given, count: int) -> list[Told]:
    answers = decide_many(policy, name, columns, numbers, count=count)
    return [_asked(partial(answer_at, answers, row)) for row in range(count)]


EXECUTORS: Mapping[str, Execute] = {"row": _by_row, "columns": _in_columns, "columns of floats": _in_floats}
"""The executors that are held to the reference."""


def _asked(ask: Callable[[], Answer]) -> Told:
    try:
        answer = ask()
    except PolicyInvalid as wrong:
        return ("error", wrong.message)
    return (tuple((name, kind_of(value), value) for name, value in answer.outputs.items()), answer.rules)


def _said(told: Told) -> str:
    """Return an answer in words: its outputs, then the rules of each table."""
    if told[0] == "error":
        return f"error: {told[1]}"
    outputs = ", ".join(f"{name} = {_literal(value)}" for name, _, value in told[0])
    rules = "; ".join(f"{table}: {', '.join(map(str, rows)) or 'no rule'}" for table, rows in told[1])
    return f"{outputs} ({rules})" if rules else outputs


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case _:
            return str(value)
