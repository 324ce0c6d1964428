"""What FEEL's operators mean, for every executor alike: decimals of 34 digits and three-valued logic.

null with anything is null, except that null = null is true and null equals nothing else. Values of different kinds are
neither equal nor ordered: null. A division by zero is null, and so is a number past 10 ** 6144.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from math import isfinite

Value = int | Decimal | str | bool | date | None
Number = int | Decimal

EXACT = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emax=6144, Emin=-6143, traps=[DivisionByZero, InvalidOperation, Overflow]
)
"""Decimals of 34 digits, as IEEE 754 has them; a result that is no number raises, and the caller answers null."""

LEAST_SCALE, MOST_SCALE = -6111, 6176
"""How many places a number may be rounded to."""

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
    """Return a whole number of up to 34 digits as an int, any other as the decimal it is."""
    return int(number) if number.adjusted() < EXACT.prec and number == number.to_integral_value() else number


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
    """Return left sign right for numbers; + also joins strings."""
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if kind_of(left) != "number" or kind_of(right) != "number":
        return None
    return _guarded(_ARITHMETIC[sign], Decimal(left), Decimal(right))  # type: ignore[arg-type]  # Numbers, as was just seen.


def call(function: str, arguments: tuple[Value, ...]) -> Value:
    """Return a built-in function of its arguments; arguments of a wrong kind give null."""
    if function == "not":
        return negated(arguments[0])
    if function == "days_between":
        first, second = arguments
        return (second - first).days if isinstance(first, date) and isinstance(second, date) else None
    if any(kind_of(argument) != "number" for argument in arguments):
        return None
    return _guarded(_FUNCTIONS[function], *(Decimal(argument) for argument in arguments))  # type: ignore[arg-type]  # As above.


def _guarded(compute: Callable[..., Decimal], *numbers: Decimal) -> Number | None:
    """Return a number, or null where arithmetic has none."""
    try:
        result = compute(*numbers)
    except DecimalException:
        return None
    return plain(result) if result.is_finite() else None


def rounded(number: Decimal, *, places: Decimal, rounding: str) -> Decimal:
    """Return a number of so many places, which may be negative for tens and hundreds; raise where there is none."""
    scale = int(places)
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise InvalidOperation
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= scale:
        return number
    return number.quantize(Decimal(1).scaleb(-scale, EXACT), rounding=rounding, context=EXACT)


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
    "round_half_up": lambda number, places: rounded(number, places=places, rounding=ROUND_HALF_UP),
    "decimal": lambda number, places: rounded(number, places=places, rounding=ROUND_HALF_EVEN),
}
