"""The tree of a FEEL expression, the whole language; the scalar core has its own in `policy.feel`."""

from typing import TypeAlias

import msgspec


class Part(msgspec.Struct, frozen=True, tag=True):
    """A part of an expression."""


class Literal(Part, frozen=True, tag=True):
    """A value as it is written: kind is number, string, boolean, null or at (a day, time or duration)."""

    kind: str
    text: str


class Name(Part, frozen=True, tag=True):
    """Something of the scope, its words apart by one space; `?` is the value under test."""

    name: str


class Operation(Part, frozen=True, tag=True):
    """Two values and an operator: + - * / ** = != < <= > >= and or."""

    sign: str
    left: "Tree"
    right: "Tree"


class Negative(Part, frozen=True, tag=True):
    """A number or duration with its sign turned."""

    of: "Tree"


class Choice(Part, frozen=True, tag=True):
    """`if test then this else other`."""

    test: "Tree"
    this: "Tree"
    other: "Tree"


class Source(Part, frozen=True, tag=True):
    """What a variable of a loop goes through: a list or range, or the numbers or days from `over` to `until`."""

    name: str
    over: "Tree"
    until: "Tree | None" = None


class Loop(Part, frozen=True, tag=True):
    """`for ... return`: every combination of its sources, the last fastest; `partial` is the results so far."""

    sources: tuple[Source, ...]
    body: "Tree"
    has_partial: bool = False


class Quantified(Part, frozen=True, tag=True):
    """`some` or `every ... satisfies`."""

    is_every: bool
    sources: tuple[Source, ...]
    body: "Tree"


class Within(Part, frozen=True, tag=True):
    """`value in (tests)`, and `value between low and high` as a test of a closed range."""

    value: "Tree"
    tests: tuple["Tree", ...]


class Between(Part, frozen=True, tag=True):
    """`value between low and high`, both of which belong to it."""

    value: "Tree"
    low: "Tree"
    high: "Tree"


class TypeName(Part, frozen=True, tag=True):
    """A type as it is named: its parts are a list's or range's element, a context's entries, or a function's own.

    The last part of a function is what it returns.
    """

    name: str
    parts: tuple[tuple[str, "TypeName"], ...] = ()


class InstanceOf(Part, frozen=True, tag=True):
    """Whether a value is of a type."""

    value: "Tree"
    of: TypeName


class Path(Part, frozen=True, tag=True):
    """A member of a context, of each context of a list, or of a day, time, duration or range."""

    of: "Tree"
    name: str


class Filter(Part, frozen=True, tag=True):
    """The members of a list for which a condition holds, or the one at a place."""

    of: "Tree"
    by: "Tree"


class Invocation(Part, frozen=True, tag=True):
    """A function of values, given by place, or by name if there are names."""

    function: "Tree"
    arguments: tuple["Tree", ...]
    names: tuple[str, ...] = ()


class Lambda(Part, frozen=True, tag=True):
    """A function as it is written; one that is external is refused, and null."""

    parameters: tuple[tuple[str, TypeName | None], ...]
    body: "Tree"
    is_external: bool = False


class Listed(Part, frozen=True, tag=True):
    """A list."""

    items: tuple["Tree", ...]


class Entries(Part, frozen=True, tag=True):
    """A context, whose later entries see the earlier ones."""

    entries: tuple[tuple[str, "Tree"], ...]


class Bounds(Part, frozen=True, tag=True):
    """A range; an end that is absent is open without end. `sign` is = or != for `(= 1)` and `(!= 1)`, both ends the value."""

    low: "Tree | None"
    high: "Tree | None"
    has_low: bool
    has_high: bool
    sign: str = ""


class Against(Part, frozen=True, tag=True):
    """A comparison of the value under test: = or !=; those with an order are ranges."""

    sign: str
    value: "Tree"


class Condition(Part, frozen=True, tag=True):
    """A test that is a truth about the value under test, which it calls `?`."""

    of: "Tree"


class Tests(Part, frozen=True, tag=True):
    """The tests of a cell, one of which must hold, or none if negated; no tests at all is `-`, anything."""

    tests: tuple["Tree", ...]
    is_negated: bool


Tree: TypeAlias = (
    Literal
    | Name
    | Operation
    | Negative
    | Choice
    | Loop
    | Quantified
    | Within
    | Between
    | InstanceOf
    | Path
    | Filter
    | Invocation
    | Lambda
    | Listed
    | Entries
    | Bounds
    | Against
    | Condition
    | Tests
)


def mentions(part: object, name: str) -> bool:
    """Tell whether a part of a tree reads a name."""
    left: list[object] = [part]
    while left:
        one = left.pop()
        if isinstance(one, Name) and one.name == name:
            return True
        if isinstance(one, Part):
            left.extend(getattr(one, field) for field in one.__struct_fields__)
        elif isinstance(one, tuple):
            left.extend(one)
    return False
