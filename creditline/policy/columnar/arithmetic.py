"""What FEEL's arithmetic means on vectors: whole units, exact or refused, null where the reference has null.

A quotient stays a numerator over a divisor until it is compared or rounded: the reference rounds it to 34 digits, and
from a whole number of at most 19 digits over another that never crosses a whole number, a tie or a decimal it is compared
with. Whatever would need the 34 digits themselves is refused.
"""

from collections.abc import Callable

import numpy as np

from creditline.policy.columnar.vector import MOST, MOST_PLACES, Array, NotHeld, Truths, Vector, exact

TENS = tuple(10**place for place in range(19))


def both_known(left: Vector, right: Vector) -> Truths | None:
    """Return where two vectors are both known, None if everywhere."""
    if left.known is None or right.known is None:
        return right.known if left.known is None else left.known
    return left.known & right.known


def nothing(*vectors: Vector) -> Vector:
    """Return null for every row that some vectors have."""
    shape = np.broadcast_shapes(*(one.values.shape for one in vectors))
    return Vector(kind="null", values=np.zeros(shape, np.int8), known=np.zeros(shape, np.bool_))


def fits(most: int) -> None:
    """Raise `NotHeld` unless whole numbers up to `most` are held."""
    if most > MOST:
        raise NotHeld("its numbers are too large for exact whole arithmetic")


def scaled(vector: Vector, scale: int) -> Array:
    """Return the units of a number at a finer scale."""
    if vector.over is not None:
        raise NotHeld("it computes with a quotient, which has no end")
    if scale > MOST_PLACES:
        raise NotHeld(f"it has more than {MOST_PLACES} decimals")
    factor = TENS[scale - vector.scale]
    units = vector.values.astype(np.int64, copy=False)
    if factor == 1:
        return units
    fits(vector.most * factor)
    return units * np.int64(factor)


def arithmetic(sign: str, left: Vector, right: Vector) -> Vector:
    """Return left sign right; null where either is null or no number."""
    left, right = exact(left), exact(right)
    if "any" in {left.kind, right.kind} or (sign == "+" and left.kind == right.kind == "string"):
        raise NotHeld("it joins strings or computes with values held row by row")
    if left.kind != "number" or right.kind != "number":
        return nothing(left, right)
    match sign:
        case "+" | "-":
            scale = max(left.scale, right.scale)
            units, others = scaled(left, scale), scaled(right, scale)
            fits(_most(units) + _most(others))
            values = units + others if sign == "+" else units - others
            return Vector(kind="number", values=values, known=both_known(left, right), scale=scale)
        case "*":
            return _product(left, right)
        case "/":
            return _quotient(left, right)
        case _:
            raise NotHeld(f"it takes a number to a power ({sign})")


def _most(units: Array) -> int:
    return Vector(kind="number", values=units).most


def _product(left: Vector, right: Vector) -> Vector:
    units, others = scaled(left, left.scale), scaled(right, right.scale)
    scale = left.scale + right.scale
    if scale > MOST_PLACES:
        raise NotHeld(f"it has more than {MOST_PLACES} decimals")
    fits(_most(units) * _most(others))
    return Vector(kind="number", values=units * others, known=both_known(left, right), scale=scale)


def _quotient(left: Vector, right: Vector) -> Vector:
    """Return left over right: whole if the divisor is one number made of twos and fives, else a quotient."""
    scale = max(left.scale, right.scale)
    units, others = scaled(left, scale), scaled(right, scale)
    known = both_known(left, right)
    if others.ndim == 0:
        divisor = int(others)
        if divisor == 0:
            return nothing(left, right)
        for places, power in enumerate(TENS):
            if power % divisor == 0:
                times = power // divisor
                fits(_most(units) * abs(times))
                if places <= MOST_PLACES:
                    return Vector(kind="number", values=units * np.int64(times), known=known, scale=places)
    is_none = others == 0
    if is_none.any():
        known = ~is_none if known is None else known & ~is_none
    sign = np.where(others < 0, -1, 1)
    over = np.where(is_none, 1, np.abs(others))
    return Vector(kind="number", values=units * sign, known=known, over=over)


def negative(of: Vector) -> Vector:
    """Return 0 - of."""
    return arithmetic("-", Vector(kind="number", values=np.zeros((), np.int64)), of)


def rounded(of: Vector, places: int, how: str) -> Vector:
    """Return a number rounded to decimals; `how` is floor, ceiling, half_up (away from zero) or half_even."""
    of = exact(of)
    if of.kind != "number":
        return nothing(of)
    if abs(places) > MOST_PLACES or of.scale - places >= len(TENS):
        raise NotHeld(f"it rounds to {places} decimals")
    units, over = of.values.astype(np.int64, copy=False), of.over
    if over is None and of.scale <= places:
        return of
    shift = places - of.scale
    if over is None:
        over = np.array(TENS[-shift], np.int64)
    elif shift >= 0:
        fits(of.most * TENS[shift])
        units = units * np.int64(TENS[shift])
    else:
        fits(_most(over) * TENS[-shift])
        over = over * np.int64(TENS[-shift])
    fits(2 * _most(over))
    values = _ROUNDINGS[how](units, over)
    if places < 0:
        fits(_most(values) * TENS[-places])
        values = values * np.int64(TENS[-places])
    return Vector(kind="number", values=values, known=of.known, scale=max(0, places))


def _half_up(units: Array, over: Array) -> Array:
    """Round to the nearest whole, ties away from zero."""
    whole, rest = np.divmod(np.abs(units), over)
    return np.asarray(np.sign(units) * (whole + (2 * rest >= over)))


def _half_even(units: Array, over: Array) -> Array:
    """Round to the nearest whole, ties to the even one."""
    whole, rest = np.divmod(units, over)
    return np.asarray(whole + ((2 * rest > over) | ((2 * rest == over) & (whole % 2 == 1))))


_ROUNDINGS: dict[str, Callable[[Array, Array], Array]] = {
    "floor": np.floor_divide,
    "ceiling": lambda units, over: -np.floor_divide(-units, over),
    "half_up": _half_up,
    "half_even": _half_even,
}


def absolute(of: Vector) -> Vector:
    """Return a number without its sign."""
    of = exact(of)
    if of.kind != "number":
        return nothing(of)
    return Vector(kind="number", values=np.abs(scaled(of, of.scale)), known=of.known, scale=of.scale)


def extreme(of: tuple[Vector, ...], *, is_least: bool) -> Vector:
    """Return the least or the most of numbers, null where one of them is null."""
    held = [exact(one) for one in of]
    if any(one.kind != "number" for one in held):
        return nothing(*held)
    scale = max(one.scale for one in held)
    choose = np.minimum if is_least else np.maximum
    found = Vector(kind="number", values=scaled(held[0], scale), known=held[0].known, scale=scale)
    for one in held[1:]:
        known = both_known(found, one)
        found = Vector(kind="number", values=choose(found.values, scaled(one, scale)), known=known, scale=scale)
    return found


def days_between(left: Vector, right: Vector) -> Vector:
    """Return the days from left to right."""
    if left.kind != "date" or right.kind != "date":
        return nothing(left, right)
    days = right.values.astype(np.int64) - left.values.astype(np.int64)
    return Vector(kind="number", values=np.asarray(days), known=both_known(left, right))
