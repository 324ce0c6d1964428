"""Built-in functions of lists, and the truths of lists."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from functools import cmp_to_key

from creditline.policy.standard.numbers import flat, whole
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Function, Value, equals
from creditline.policy.standard.work import Work

NUMBER, BOOLEAN, LIST = TypeName(name="number"), TypeName(name="boolean"), TypeName(name="list")
Items = tuple[Value, ...]


def is_same(left: Value, right: Value) -> bool:
    """Tell whether two values are one to a list: equal, or both null."""
    return equals(left, right) is True


def _contains(items: Items, element: Value, *, work: Work) -> Value:
    work.spend(len(items))
    return any(is_same(one, element) for one in items)


def _all(values: Items) -> Value:
    """Return whether all are true: false wins over what is no truth."""
    items = flat(values)
    if False in [one for one in items if isinstance(one, bool)]:
        return False
    return True if all(one is True for one in items) else None


def _any(values: Items) -> Value:
    items = flat(values)
    if True in [one for one in items if isinstance(one, bool)]:
        return True
    return False if all(one is False for one in items) else None


def place_in(items: Items, position: Decimal, *, spare: int = 0) -> int | None:
    """Return an index from a place counted from 1, or from the end if negative; None outside the list."""
    at = whole(position)
    if at is None or at == 0 or not -len(items) <= at <= len(items) + spare:
        return None
    return at - 1 if at > 0 else len(items) + at


def _sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Value:
    begin = place_in(items, start)
    if begin is None:
        return None
    if length is None:
        return items[begin:]
    count = whole(length)
    return items[begin : begin + count] if count is not None and 0 <= count <= len(items) - begin else None


def _append(items: Items, more: Items, *, work: Work) -> Value:
    work.make(items)
    return (*items, *more)


def _concatenate(lists: Items, *, work: Work) -> Value:
    return _joined(lists, work)


def _joined(lists: Items, work: Work) -> Items | None:
    found: list[Value] = []
    for one in lists:
        if one is None:
            return None
        found.extend(one if isinstance(one, tuple) else (one,))
        work.fits(len(found))
        work.spend(1 + len(found) // 16)
    return tuple(found)


def _insert(items: Items, position: Decimal, new: Value) -> Value:
    at = place_in(items, position, spare=1)
    return None if at is None else (*items[:at], new, *items[at:])


def _remove(items: Items, position: Decimal) -> Value:
    at = place_in(items, position)
    return None if at is None else (*items[:at], *items[at + 1 :])


def _replace_at(items: Items, position: Decimal, new: Value) -> Value:
    at = place_in(items, position.to_integral_value(rounding=ROUND_DOWN))
    return None if at is None else (*items[:at], new, *items[at + 1 :])


def _replace_where(items: Items, match: Function, new: Value, *, work: Work) -> Value:
    """Return a list with the members for which a function of the member and the new one is true replaced."""
    if len(match.parameters) != 2:
        return None
    found: list[Value] = []
    for one in items:
        work.spend()
        is_match = match.call((one, new))
        if not isinstance(is_match, bool):
            return None
        found.append(new if is_match else one)
    return tuple(found)


def _index_of(items: Items, match: Value, *, work: Work) -> Value:
    work.spend(len(items))
    return tuple(Decimal(at) for at, one in enumerate(items, start=1) if is_same(one, match))


def distinct(items: Iterable[Value], work: Work) -> Items:
    """Return values without those that were there before."""
    found: list[Value] = []
    for one in items:
        work.spend(1 + len(found) * (4 + work.weigh(one)) // 16)
        if not any(is_same(one, other) for other in found):
            found.append(one)
    return tuple(found)


def _union(lists: Items, *, work: Work) -> Value:
    joined = _joined(lists, work)
    return None if joined is None else distinct(joined, work)


def _flatten(items: Items, *, work: Work) -> Value:
    found: list[Value] = []
    left = list(reversed(items))
    while left:
        work.spend()
        one = left.pop()
        if isinstance(one, tuple):
            left.extend(reversed(one))
        else:
            found.append(one)
    return tuple(found)


class _Unordered(Exception):
    """A function that should order values gave no truth."""


def _sort(items: Items, precedes: Function, *, work: Work) -> Value:
    """Return a list in the order that a function of two members says."""

    def order(left: Value, right: Value) -> int:
        work.spend()
        is_first = precedes.call((left, right))
        if not isinstance(is_first, bool):
            raise _Unordered
        return -1 if is_first else int(precedes.call((right, left)) is True)

    if len(precedes.parameters) != 2:
        return None
    try:
        return tuple(sorted(items, key=cmp_to_key(order)))
    except _Unordered:
        return None


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("list contains", "list: list, element: any", _contains, BOOLEAN, wants_work=True),
    BuiltIn("count", "list: list", lambda items: Decimal(len(items)), NUMBER),
    BuiltIn("count", "list: any...", lambda items: Decimal(len(items)) if items else None, NUMBER),
    BuiltIn("all", "list: list", _all, BOOLEAN),
    BuiltIn("all", "list: any...", lambda values: _all(values) if values else None, BOOLEAN),
    BuiltIn("any", "list: list", _any, BOOLEAN),
    BuiltIn("any", "list: any...", lambda values: _any(values) if values else None, BOOLEAN),
    BuiltIn("sublist", "list: list, start position: number, length: number?", _sublist, LIST),
    BuiltIn("append", "list: list, item: any...", _append, LIST, wants_work=True),
    BuiltIn("concatenate", "list: any...", _concatenate, LIST, wants_work=True),
    BuiltIn("insert before", "list: list, position: number, newItem: any", _insert, LIST),
    BuiltIn("remove", "list: list, position: number", _remove, LIST),
    BuiltIn("reverse", "list: list", lambda items: items[::-1], LIST),
    BuiltIn("index of", "list: list, match: any", _index_of, LIST, wants_work=True),
    BuiltIn("union", "list: any...", _union, LIST, wants_work=True),
    BuiltIn("distinct values", "list: list", distinct, LIST, wants_work=True),
    BuiltIn("flatten", "list: list", _flatten, LIST, wants_work=True),
    BuiltIn("list replace", "list: list, position: number, newItem: any", _replace_at, LIST),
    BuiltIn("list replace", "list: list, match: function, newItem: any", _replace_where, LIST, wants_work=True),
    BuiltIn("sort", "list: list, precedes: function", _sort, LIST, wants_work=True),
)
