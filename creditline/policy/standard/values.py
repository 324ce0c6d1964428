"""What FEEL's values are, and which are equal, ordered or of one kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from creditline.policy.standard.calendar import DAY as DAY_NANOSECONDS
from creditline.policy.standard.calendar import SECOND, Clock, Day, Moment, Months, Span, instant, offset_of


@dataclass(frozen=True, slots=True)
class Range:
    """Values between two ends; None is an end that is not there. With a `sign` it is all that equals an end, or all else."""

    low: "Value"
    high: "Value"
    has_low: bool
    has_high: bool
    sign: str = ""

    @property
    def start(self) -> tuple["Value", bool]:
        """The lower end and whether it belongs to the range."""
        return self.low, self.has_low

    @property
    def end(self) -> tuple["Value", bool]:
        """The upper end and whether it belongs to the range."""
        return self.high, self.has_high


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value: its parameters, each with the type it wants (None for any), and what it does."""

    name: str
    parameters: tuple[str, ...]
    call: "Callable[[tuple[Value, ...]], Value]"
    call_named: "Callable[[Mapping[str, Value]], Value] | None" = field(default=None)
    types: tuple[object, ...] = ()
    result: object = None


Value: TypeAlias = (
    "Decimal | str | bool | Day | Clock | Moment | Span | Months | Range | Function | tuple[Value, ...] "
    "| dict[str, Value] | None"
)
Pair = tuple[Value, Value]

ORDERED = (Decimal, str, Day, Clock, Moment, Span, Months)


def kind_of(value: Value) -> str:
    """Return the name of a value's type."""
    return "null" if value is None else _KINDS[type(value)]


_KINDS: Mapping[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    Day: "date",
    Clock: "time",
    Moment: "date and time",
    Span: "days and time duration",
    Months: "years and months duration",
    Range: "range",
    Function: "function",
    tuple: "list",
    dict: "context",
}


def equals(left: Value, right: Value) -> bool | None:
    """Return left = right; null for values of different types."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    return _EQUAL.get(type(left), _same)(left, right)


def _same(left: Value, right: Value) -> bool | None:
    return left == right


def _all(pairs: list[Pair]) -> bool | None:
    """Return whether all pairs are equal; one that is not decides, whatever cannot be compared."""
    found = [equals(left, right) for left, right in pairs]
    if all(found):
        return True
    return False if False in found or None not in found else None


def _lists(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool | None:
    return len(left) == len(right) and _all(list(zip(left, right, strict=True)))


def _contexts(left: dict[str, Value], right: dict[str, Value]) -> bool | None:
    return left.keys() == right.keys() and _all([(value, right[key]) for key, value in left.items()])


def _ranges(left: Range, right: Range) -> bool | None:
    if (left.has_low, left.has_high, left.sign) != (right.has_low, right.has_high, right.sign):
        return False
    if [left.low is None, left.high is None] != [right.low is None, right.high is None]:
        return False
    return _all([(left.low, right.low), (left.high, right.high)])


def _clocks(left: Clock, right: Clock) -> bool | None:
    if left.is_local != right.is_local:
        return False
    return clock_number(left) // SECOND == clock_number(right) // SECOND


def _moments(left: Moment, right: Moment) -> bool | None:
    if left.clock.is_local != right.clock.is_local:
        return False
    return instant(left) // SECOND == instant(right) // SECOND


_EQUAL: Mapping[type, Callable[..., bool | None]] = {
    tuple: _lists,
    dict: _contexts,
    Range: _ranges,
    Clock: _clocks,
    Moment: _moments,
}


def clock_number(clock: Clock) -> int:
    """Return a time of day in nanoseconds of UTC, for comparison; one that says nothing of where stays as it is."""
    return clock.nanoseconds - (offset_of(clock) or 0) * SECOND


def before(left: Value, right: Value) -> bool | None:
    """Return left < right; null for values that have no order among each other."""
    if isinstance(left, Day) and isinstance(right, Moment):
        left = Moment(left, Clock(0))
    elif isinstance(left, Moment) and isinstance(right, Day):
        right = Moment(right, Clock(0))
    if type(left) is not type(right) or not isinstance(left, ORDERED):
        return None
    match left, right:
        case (Clock(), Clock()):
            return clock_number(left) // SECOND < clock_number(right) // SECOND
        case (Moment(), Moment()):
            return instant(left) // SECOND < instant(right) // SECOND
        case _:
            return bool(left < right)  # type: ignore[operator]  # Both are of one ordered type, as was just seen.


def compare(sign: str, left: Value, right: Value) -> bool | None:
    """Return left sign right for = != < <= > >=."""
    match sign:
        case "=":
            return equals(left, right)
        case "!=":
            return negated(equals(left, right))
        case "<":
            return before(left, right)
        case ">":
            return before(right, left)
        case "<=":
            return negated(before(right, left))
        case _:
            return negated(before(left, right))


def negated(value: Value) -> bool | None:
    """Return not value, null for what is no boolean."""
    return not value if isinstance(value, bool) else None


def both(left: Value, right: Value) -> bool | None:
    """Return left and right: false wins over null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Value, right: Value) -> bool | None:
    """Return left or right: true wins over null."""
    if right is True:
        return True
    return False if left is False and right is False else None


def within(value: Value, bounds: Range) -> bool | None:
    """Return whether a value lies in a range."""
    if bounds.sign == "!=":
        return negated(equals(value, bounds.low))
    above = compare(">=" if bounds.has_low else ">", value, bounds.low) if bounds.low is not None else True
    below = compare("<=" if bounds.has_high else "<", value, bounds.high) if bounds.high is not None else True
    if above is False or below is False:
        return False
    return True if above and below else None


def day_start(day: Day) -> Moment:
    """Return the midnight, UTC, that a day begins with where a moment is wanted."""
    return Moment(day, Clock(0, 0))


def same_instant_kind(left: Value, right: Value) -> bool:
    """Tell whether two values are of one type and write their place alike: what `is` asks."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Moment) and isinstance(right, Moment):
        return same_instant_kind(left.day, right.day) and same_instant_kind(left.clock, right.clock)
    if isinstance(left, Clock) and isinstance(right, Clock):
        return left.nanoseconds == right.nanoseconds and (left.zone, offset_of(left)) == (right.zone, offset_of(right))
    return equals(left, right) is True


DAY_SPAN = Span(DAY_NANOSECONDS)
