"""What lists and ranges hold: members to go through, places to take, and whether a value is in them."""

from collections.abc import Iterable
from decimal import Decimal

from creditline.policy.standard.calendar import Day, day_of, number_of
from creditline.policy.standard.values import ORDERED, Range, Value, before, equals, kind_of, within


def a_range(found: Range) -> Range | None:
    """Return a range whose ends have an order among each other, else None."""
    ends = [end for end in (found.low, found.high) if end is not None]
    if any(not isinstance(end, ORDERED) for end in ends) or len({kind_of(end) for end in ends}) > 1:
        return None
    return found


def with_entries(item: Value) -> dict[str, Value]:
    """Return what a filter sees of a member: itself as `item`, and the entries of a context."""
    return {"item": item, **item} if isinstance(item, dict) else {"item": item}


def at_place(items: tuple[Value, ...], place: Decimal) -> Value:
    """Return a member by its place from 1, or from -1 for the last; null where there is none."""
    if place != place.to_integral_value() or not 0 < abs(place) <= len(items):
        return None
    return items[int(place) - (place > 0)]


def members(over: Value) -> Iterable[Value] | None:
    """Return what a loop goes through: a list, the whole numbers or days of a range, or a single value."""
    if isinstance(over, Range):
        return _steps_of(over)
    if over is None:
        return None
    return over if isinstance(over, tuple) else (over,)


def _steps_of(bounds: Range) -> Iterable[Value] | None:
    found = steps(bounds.low, high=bounds.high)
    if found is None or before(bounds.high, bounds.low) is not False:
        return None
    return (
        one
        for one in found
        if (bounds.has_low or equals(one, bounds.low) is not True)
        and (bounds.has_high or equals(one, bounds.high) is not True)
    )


def steps(low: Value, *, high: Value) -> Iterable[Value] | None:
    """Return the whole numbers, or days, from one to another, forwards or backwards."""
    match low, high:
        case (Decimal(), Decimal()):
            if low != low.to_integral_value() or high != high.to_integral_value() or max(abs(low), abs(high)) > 10**15:
                return None
            return (Decimal(one) for one in _counted(int(low), until=int(high)))
        case (Day(), Day()):
            return (day_of(one) for one in _counted(number_of(low), until=number_of(high)))
        case _:
            return None


def _counted(start: int, *, until: int) -> range:
    return range(start, until + 1) if start <= until else range(start, until - 1, -1)


def meets(value: Value, *, wanted: Value) -> bool | None:
    """Return whether a value is what is wanted, or in it: the meaning of `in`."""
    if isinstance(wanted, Range):
        return equals(value, wanted) if isinstance(value, Range) else within(value, wanted)
    if isinstance(wanted, tuple):
        if equals(value, wanted) is True:
            return True
        return any((within(value, one) if isinstance(one, Range) else equals(value, one)) is True for one in wanted)
    return equals(value, wanted)


def any_of(found: Iterable[bool | None]) -> bool | None:
    """Return whether one is true; null if none is and one is null."""
    result: bool | None = False
    for one in found:
        if one is True:
            return True
        result = None if one is None else result
    return result
