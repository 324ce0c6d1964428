"""How a built-in function is declared: a signature in words, and what it does with values that fit it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from creditline.policy.standard.calendar import Day, Moment
from creditline.policy.standard.kinds import BASIC
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Value, day_start, kind_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name and kind, whether it may be left out or be null, and whether it takes all the rest."""

    name: str
    kind: str
    is_optional: bool = False
    is_nullable: bool = False
    takes_rest: bool = False

    def fitted(self, value: Value) -> tuple[bool, Value]:
        """Return whether a value is, or can be made, what the parameter wants, and the value made."""
        return (True, None) if value is None and self.is_nullable else fit(value, self.kind)


@dataclass(frozen=True)
class BuiltIn:
    """A function, or one way to call it: several of one name are tried in turn.

    The signature reads "name: kind, name: kind?, name: kind??, name: kind...": ? may be left out, ?? may be null too.
    With `wants_work` the function is given the work as `work`, to count what it makes.
    """

    name: str
    signature: str
    call: Callable[..., Value]
    result: TypeName | None = None
    wants_work: bool = False

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that the signature tells."""
        return tuple(_parameter(one) for one in self.signature.split(", ") if one)

    @property
    def types(self) -> tuple[TypeName | None, ...]:
        """The types of the parameters, None where any will do."""
        return tuple(TypeName(name=one.kind) if one.kind in BASIC else None for one in self.parameters)

    def bound(self, values: Sequence[Value]) -> "list[Value] | None":
        """Return values by place as the parameters want them; None if they do not fit."""
        wanted = self.parameters
        if wanted and wanted[-1].takes_rest:
            own = len(wanted) - 1
            if len(values) < own:
                return None
            return self.fitted([*values[:own], tuple(values[own:])])
        if len(values) > len(wanted) or any(not one.is_optional for one in wanted[len(values) :]):
            return None
        return self.fitted(values)

    def bound_by_name(self, values: Mapping[str, Value]) -> "list[Value] | None":
        """Return values by name in the order of the parameters, null for what is left out; None if they do not fit."""
        if set(values) - {one.name for one in self.parameters}:
            return None
        found: list[Value] = []
        for one in self.parameters:
            fitted = one.fitted(values[one.name]) if one.name in values else (one.is_optional, None)
            if not fitted[0]:
                return None
            found.append(fitted[1])
        return found

    def fitted(self, values: Sequence[Value]) -> "list[Value] | None":
        """Return values as their parameters want them, None if one cannot be."""
        found = [one.fitted(value) for one, value in zip(self.parameters, values, strict=False)]
        return [value for _, value in found] if all(is_fit for is_fit, _ in found) else None


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(": ")
    bare = kind.removesuffix("...").rstrip("?")
    return Parameter(
        name, bare, is_optional=kind.endswith("?"), is_nullable=kind.endswith("??"), takes_rest=kind.endswith("...")
    )


def fit(value: Value, kind: str) -> tuple[bool, Value]:
    """Return whether a value is, or can be made, of a kind, and the value made."""
    if kind == "any":
        return True, value
    if value is None:
        return False, None
    if kind == "list":
        return True, value if isinstance(value, tuple) else (value,)
    if kind_of(value) == kind:
        return True, value
    if isinstance(value, Day) and kind == "date and time":
        return True, day_start(value)
    if isinstance(value, Moment) and kind == "day":
        return True, value.day
    if isinstance(value, Day) and kind == "day":
        return True, value
    if isinstance(value, tuple) and len(value) == 1:
        return fit(value[0], kind)
    return False, None
