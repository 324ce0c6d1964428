"""What FEEL's operators mean, for every executor alike: decimals of 34 digits and three-valued logic.

null with anything is null, except that null = null is true and null equals nothing else. Values of different kinds are
neither equal nor ordered: null. A division by zero is null.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException
from math import isfinite

Value = int | Decimal | str | bool | date | None
Number = int | Decimal

EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN)
SIX = Decimal("0.000001")


def door(value: float) -> Number | None:
    """Return a feature as the policy sees it: whole, or a decimal of at most six places rounded half up; NaN is null."""
    if not isfinite(value):
        return None
    whole = int(value)
    if whole == value:
        return whole
    return plain(Decimal(value).quantize(SIX, rounding=ROUND_HALF_UP, context=EXACT))


def plain(number: Decimal) -> Number:
    """Return a whole number as an int, any other as the decimal it is."""
    return int(number) if number == number.to_integral_value() else number


def kind_of(value: Value) -> str:
    """Return the kind of a value: number, string, boolean, date or null."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case str():
            return "string"
        case date():
            return "date"


def equals(left: Value, right: Value) -> bool | None:
    """Return left = right."""
    if left is None or right is None:
        return left is right
    return left == right if kind_of(left) == kind_of(right) else None


def ordered(sign: str, left: Value, right: Value) -> bool | None:
    """Return left < right and so on; booleans have no order."""
    kind = kind_of(left)
    if left is None or kind != kind_of(right) or kind == "boolean":
        return None
    return _ORDER[sign](left, right)


def both(left: Value, right: Value) -> bool | None:
    """Return left and right: false wins over null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Value, right: Value) -> bool | None:
    """Return left or right: true wins over null."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negated(value: Value) -> bool | None:
    """Return not value."""
    return not value if isinstance(value, bool) else None


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """Return left sign right for numbers; + also joins strings and - counts the days between dates."""
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if kind_of(left) != "number" or kind_of(right) != "number":
        return None
    return _guarded(_ARITHMETIC[sign], Decimal(left), Decimal(right))  # type: ignore[arg-type]


def call(function: str, arguments: tuple[Value, ...]) -> Value:
    """Return a built-in function of its arguments; arguments of a wrong kind give null."""
    if function == "not":
        return negated(arguments[0])
    if function == "days_between":
        first, second = arguments
        return (second - first).days if isinstance(first, date) and isinstance(second, date) else None
    if any(kind_of(argument) != "number" for argument in arguments):
        return None
    return _guarded(_FUNCTIONS[function], *(Decimal(argument) for argument in arguments))  # type: ignore[arg-type]


def _guarded(compute: Callable[..., Decimal], *numbers: Decimal) -> Number | None:
    """Return a number, or null where arithmetic has none."""
    try:
        result = compute(*numbers)
    except DecimalException:
        return None
    return plain(result) if result.is_finite() else None


def _rounded(number: Decimal, places: Decimal, rounding: str) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-int(places)), rounding=rounding, context=EXACT)


_ORDER: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": EXACT.divide,
    "**": EXACT.power,
}

_FUNCTIONS: Mapping[str, Callable[..., Decimal]] = {
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
    "abs": EXACT.abs,
    "floor": lambda number: number.to_integral_value(rounding=ROUND_FLOOR),
    "ceiling": lambda number: number.to_integral_value(rounding=ROUND_CEILING),
    "round_half_up": lambda number, places: _rounded(number, places, ROUND_HALF_UP),
    "decimal": lambda number, places: _rounded(number, places, ROUND_HALF_EVEN),
}
