"""FEEL text as tests evaluate it: names in force, and what they mean."""

from collections.abc import Mapping
from decimal import Decimal

from creditline.policy.standard import catalogue
from creditline.policy.standard.calendar import read_moment
from creditline.policy.standard.conversion import text_of
from creditline.policy.standard.cursor import Vocabulary
from creditline.policy.standard.parser import read_expression, read_tests
from creditline.policy.standard.run import Scope, holds, run
from creditline.policy.standard.values import Value
from creditline.policy.standard.words import Names
from creditline.policy.standard.work import Work

SCOPE: Mapping[str, Value] = {
    "x": Decimal(7),
    "monthly rate": Decimal("0.5"),
    "a+b": Decimal(3),
    "loans": ({"grade": "A", "sum drawn": Decimal(10)}, {"grade": "B", "sum drawn": Decimal(20)}),
    "unknown": None,
}


def vocabulary(names: Mapping[str, Value] = SCOPE) -> Vocabulary:
    """Return a vocabulary of the built-in functions and some names."""
    return Vocabulary(frames=(catalogue.NAMES, Names(names)), members=Names(["sum drawn", "grade"]), types=Names())


def value(text: str, names: Mapping[str, Value] = SCOPE, *, work: Work | None = None) -> Value:
    """Return the value of an expression."""
    own = work or Work(as_of=read_moment("2026-01-31T12:00:00Z"))
    return run(read_expression(text, vocabulary(names)), Scope(dict(names), work=own))


def said(text: str, names: Mapping[str, Value] = SCOPE) -> str:
    """Return the value of an expression as FEEL writes it."""
    return text_of(value(text, names), is_nested=True)


def matches(cell: str, given: Value) -> bool:
    """Say whether a cell matches a value."""
    return holds(read_tests(cell, vocabulary()), given, Scope(dict(SCOPE)))
