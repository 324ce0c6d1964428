"""The whole standard as one more executor: a policy is written as DMN 1.3, and read and answered by another implementation.

`policy.standard` shares no parser, tree or evaluator with the engine's own. It tells no rules, so that outputs alone are
compared, and it takes a thousand times as long as a compiled row, so that it is asked some rows of each batch.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from creditline.errors import PolicyInvalid
from creditline.policy.evaluate import evaluate
from creditline.policy.prove.compare import Told
from creditline.policy.prove.rows import Given
from creditline.policy.standard.calendar import Day
from creditline.policy.standard.graph import answer
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import read_model
from creditline.policy.standard.values import Value as Whole
from creditline.policy.table import Policy
from creditline.policy.values import Value, kind_of, plain
from creditline.policy.write import write_policy

MOST_ROWS = 100
"""How many rows of a batch are asked, spread evenly; the others are told as the reference tells them."""


@lru_cache(maxsize=4)
def _written(policy: Policy) -> Model:
    return read_model(write_policy(policy))


def by_standard(policy: Policy, name: str, rows: Sequence[Given], numbers: Given) -> list[Told]:
    """Answer a decision by the whole standard; a row that is an error of the engine has to be null there."""
    step = max(1, len(rows) // MOST_ROWS)
    return [_told(policy, name, {**numbers, **row}, is_asked=at % step == 0) for at, row in enumerate(rows)]


def _told(policy: Policy, name: str, given: Given, *, is_asked: bool) -> Told:
    try:
        own = evaluate(policy, name, given)
        expected: Told = (tuple((one, kind_of(value), value) for one, value in own.outputs.items()), own.rules)
    except PolicyInvalid as wrong:
        own, expected = None, ("error", wrong.message)
    if not is_asked:
        return expected
    found = answer(_written(policy), name, {one: _given_as(value) for one, value in given.items()}).value
    if own is None:
        return expected if found is None else ("error", f"none by the standard, which gives {found}")
    values = (
        [_found_as(one) for one in found.values()] if isinstance(found, dict) else [_found_as(found)] * len(own.outputs)
    )
    return (tuple((one, kind_of(value), value) for one, value in zip(own.outputs, values, strict=False)), own.rules)


def _given_as(value: Value) -> Whole:
    match value:
        case bool() | str() | None:
            return value
        case date():
            return Day(value.year, value.month, value.day)
        case _:
            return Decimal(value)


def _found_as(value: Whole) -> Value:
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return plain(value)
        case Day():
            return date(value.year, value.month, value.day)
        case _:
            return str(value)
