"""Types: which values belong to them, and how a value is made to fit one, as DMN coerces it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from creditline.policy.standard.calendar import Day, Moment
from creditline.policy.standard.tree import Tests, TypeName
from creditline.policy.standard.values import Function, Range, Value, day_start, kind_of

MOST_NESTED = 30
"""How deep types may refer to each other before a value belongs to none."""

BASIC = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A type that a model defines.

    It is another type's (`base`), a context of `fields`, or a function of `parameters` that returns `result`; `allowed`
    tests each value, `constraint` the whole of a collection. `known` are the types its names mean.
    """

    name: str
    base: TypeName | None = None
    fields: "tuple[tuple[str, Item], ...]" = ()
    is_list: bool = False
    is_function: bool = False
    parameters: tuple[TypeName | None, ...] = ()
    result: TypeName | None = None
    allowed: Tests | None = None
    constraint: Tests | None = None
    known: "Mapping[str, Item]" = field(repr=False)


Kind: TypeAlias = TypeName | Item
Allows: TypeAlias = Callable[[Tests, Value], bool]
"""Says whether a value passes the tests of a type: the evaluator's own."""

ANY = TypeName(name="Any")


@dataclass(frozen=True, slots=True)
class Types:
    """The types in force, and who tests allowed values."""

    known: Mapping[str, Item]
    allows: Allows
    weigh: Callable[..., object]
    """Counts what it takes to go through a value."""

    def fits(self, value: Value, kind: Kind, depth: int = 0) -> bool:
        """Tell whether a value belongs to a type; null belongs to all."""
        if value is None:
            return True
        if depth > MOST_NESTED:
            return False
        if isinstance(kind, TypeName):
            return self._fits_name(value, kind, depth)
        if not kind.is_list:
            return self._fits_one(value, kind, depth)
        return (
            isinstance(value, tuple)
            and all(self._fits_one(one, kind, depth) for one in value)
            and (kind.constraint is None or self.allows(kind.constraint, value))
        )

    def _fits_one(self, value: Value, kind: Item, depth: int) -> bool:
        """Tell whether a value belongs to a type, or to its element if that is a collection."""
        types = Types(kind.known, self.allows, self.weigh)
        if value is None:
            return kind.allowed is None or not kind.is_list or self.allows(kind.allowed, value)
        if kind.is_function:
            return isinstance(value, Function) and types.takes(value, kind.parameters, kind.result, depth)
        if kind.fields:
            is_one = isinstance(value, dict) and all(
                name in value and types.fits(value[name], own, depth + 1) for name, own in kind.fields
            )
        else:
            is_one = kind.base is None or types.fits(value, kind.base, depth + 1)
        tests = [kind.allowed, None if kind.is_list else kind.constraint]
        return is_one and all(one is None or self.allows(one, value) for one in tests)

    def _fits_name(self, value: Value, kind: TypeName, depth: int) -> bool:
        if (basic := BASIC.get(kind.name)) is not None:
            return kind_of(value) == basic
        elements = tuple(part for _, part in kind.parts)
        match kind.name:
            case "Any":
                return True
            case "Null":
                return False
            case "list":
                return isinstance(value, tuple) and all(
                    self.fits(one, kind, depth + 1) for kind in elements for one in value
                )
            case "range":
                return isinstance(value, Range) and all(
                    self.fits(one, kind, depth + 1) for kind in elements for one in (value.low, value.high)
                )
            case "context":
                return isinstance(value, dict) and all(
                    name in value and self.fits(value[name], part, depth + 1) for name, part in kind.parts
                )
            case "function":
                if not isinstance(value, Function):
                    return False
                return not elements or self.takes(value, elements[:-1], elements[-1], depth)
        return kind.name in self.known and self.fits(value, self.known[kind.name], depth + 1)

    def takes(
        self, value: Function, parameters: tuple[TypeName | None, ...], result: TypeName | None, depth: int = 0
    ) -> bool:
        """Tell whether a function takes these parameters and returns that."""
        if len(value.parameters) != len(parameters):
            return False
        own = (*value.types, *(None for _ in value.parameters[len(value.types) :]))
        return all(
            self.covers(one, narrow=other, depth=depth) for one, other in zip(own, parameters, strict=True)
        ) and self.covers(result, narrow=value.result, depth=depth)

    def covers(self, wide: object, *, narrow: object, depth: int = 0) -> bool:
        """Tell whether every value of a type belongs to another; a type that is not told covers all."""
        if wide is None or narrow is None or depth > MOST_NESTED:
            return True
        wide, narrow = self.resolved(wide), self.resolved(narrow)
        if isinstance(wide, TypeName) and wide.name == "Any":
            return True
        if isinstance(wide, Item) or isinstance(narrow, Item):
            return wide is narrow
        if not isinstance(wide, TypeName) or not isinstance(narrow, TypeName):
            return False
        if BASIC.get(wide.name, wide.name) != BASIC.get(narrow.name, narrow.name):
            return False
        return not wide.parts or (
            len(wide.parts) == len(narrow.parts)
            and all(
                self.covers(one[1], narrow=other[1], depth=depth + 1)
                for one, other in zip(wide.parts, narrow.parts, strict=True)
            )
        )

    def resolved(self, kind: object) -> object:
        """Return what a name means, through names that only rename."""
        for _ in range(MOST_NESTED):
            if isinstance(kind, TypeName) and kind.name in self.known:
                kind = self.known[kind.name]
            if (
                isinstance(kind, Item)
                and kind.base is not None
                and not (kind.is_list or kind.allowed or kind.constraint)
            ):
                kind = kind.base
            else:
                break
        return kind

    def is_instance(self, value: Value, kind: TypeName) -> bool:
        """Return `value instance of kind`: null is an instance of Null only."""
        if value is None:
            return kind.name == "Null"
        self.weigh(value)
        return Types(self.known, lambda _, __: True, self.weigh).fits(value, kind)

    def coerced(self, value: Value, kind: Kind | None) -> Value:
        """Return a value as its type wants it: itself, a list's only member, a list of it, a day as its midnight, or null."""
        if kind is None or value is None:
            return value
        self.weigh(value)
        if self.fits(value, kind):
            return value
        if isinstance(value, tuple) and len(value) == 1 and self.fits(value[0], kind):
            return value[0]
        if not isinstance(value, tuple) and self.is_listed(kind) and self.fits((value,), kind):
            return (value,)
        if isinstance(value, Day) and self.fits(Moment(value, day_start(value).clock), kind):
            return day_start(value)
        return None

    def is_listed(self, kind: Kind) -> bool:
        """Tell whether a type is one of lists."""
        for _ in range(MOST_NESTED):
            if isinstance(kind, TypeName):
                if kind.name not in self.known:
                    return kind.name == "list"
                kind = self.known[kind.name]
            if kind.is_list or kind.base is None:
                return kind.is_list
            kind = kind.base
        return False
