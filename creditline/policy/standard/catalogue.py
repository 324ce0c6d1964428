"""All built-in functions of DMN 1.5 by name, and how one is called: the first whose signature the values fit."""

from collections.abc import Mapping, Sequence

from creditline.policy.standard import contexts, conversion, dates, intervals, lists, numbers, strings
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.values import Value
from creditline.policy.standard.words import Names
from creditline.policy.standard.work import Work

BUILT_IN: tuple[BuiltIn, ...] = (
    *strings.BUILT_IN,
    *numbers.BUILT_IN,
    *lists.BUILT_IN,
    *conversion.BUILT_IN,
    *contexts.BUILT_IN,
    *dates.BUILT_IN,
    *intervals.BUILT_IN,
)


def _by_name() -> Mapping[str, tuple[BuiltIn, ...]]:
    found: dict[str, tuple[BuiltIn, ...]] = {}
    for one in BUILT_IN:
        found[one.name] = (*found.get(one.name, ()), one)
    return found


BY_NAME: Mapping[str, tuple[BuiltIn, ...]] = _by_name()
NAMES = Names(BY_NAME)


def call(name: str, values: Sequence[Value], work: Work) -> Value:
    """Call a built-in function with values by place; null where they fit no signature."""
    work.weigh(*values)
    for one in BY_NAME[name]:
        bound = one.bound(values)
        if bound is not None:
            return _called(one, bound, work)
    return None


def call_named(name: str, values: Mapping[str, Value], work: Work) -> Value:
    """Call a built-in function with values by name; null where they fit no signature."""
    work.weigh(*values.values())
    for one in BY_NAME[name]:
        bound = one.bound_by_name(values)
        if bound is not None:
            return _called(one, bound, work)
    return None


def _called(one: BuiltIn, bound: Sequence[Value], work: Work) -> Value:
    """Call a function, and count what it makes."""
    found: Value = one.call(*bound, work=work) if one.wants_work else one.call(*bound)
    work.make(found)
    return found
