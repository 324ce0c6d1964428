"""Which values an input may have: its kind, its bounds, whether it is whole, and whether it may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from creditline.policy.table import Input, Policy
from creditline.policy.values import Number, Value

WHOLE = ("_minor", "_ppm", "_bp", "_days", "_count", "_points")
"""Endings of names whose values are whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The values of an input; `least` and `most` belong to it, None is no bound, and `allowed` lists them all."""

    kind: str
    least: Number | None = None
    most: Number | None = None
    is_whole: bool = False
    is_nullable: bool = True
    allowed: tuple[Value, ...] = ()

    def holds(self, value: Value) -> bool:
        """Say whether a value that is not missing may be given."""
        if self.allowed:
            return value in self.allowed
        if isinstance(value, bool) or not isinstance(value, Number):
            return True
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    @property
    def plain(self) -> Value:
        """A value to be given where it does not matter which: missing if it may be."""
        if self.is_nullable:
            return None
        if self.allowed:
            return self.allowed[0]
        match self.kind:
            case "number":
                return self.least if self.least is not None else self.most if self.most is not None else 0
            case "boolean":
                return False
            case "string":
                return ""
            case _:
                return None


def domain_of(given: Input) -> Domain:
    """Return what is known of an input by its declaration alone: its kind, its listed values, and whole by its ending."""
    listed = given.allowed if given.kind == "string" else ()
    return Domain(kind=given.kind, is_whole=given.name.endswith(WHOLE), allowed=tuple(listed))


def domains_of(policy: Policy, known: Mapping[str, Domain]) -> dict[str, Domain]:
    """Return the domain of every input of a policy: as known, else as declared."""
    return {one.name: known.get(one.name) or domain_of(one) for one in policy.inputs}
