"""A column of policy values as numpy holds it: exact, with null beside it, or not held at all.

A number is a whole number of units of 10**-scale, so that money and decimals are added, multiplied, compared and rounded
without loss; where 64 bits or whole numbers cannot hold what the reference would say, `NotHeld` is raised and the
decision is made row by row instead. A feature stays the float it came as until somebody computes with it: to be compared
with break points it need not be anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.policy.values import EXACT, SIX, Value, door, kind_of, plain

Array = NDArray[Any]
Truths = NDArray[np.bool_]

MOST = 2**62
"""The largest whole number a column holds: the sum or difference of two of them still fits into 64 bits."""

MOST_PLACES = 15
EPOCH = date(1970, 1, 1)
MILLION = 1_000_000
FARTHEST = Decimal("1e300")


class NotHeld(ValueError):
    """A reason why whole numbers in columns cannot hold what an expression gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The values of one name or expression: one for all rows (no shape), or one a row.

    kind        values
    number      whole numbers of 10**-scale, each over `over` if that is given; or floats as they came, NaN being null
    string      places in `words`
    boolean     truths
    date        days since 1970-01-01
    null        nothing: every row is null
    any         Python values, as the row-wise executor gave them

    `known` says which rows are not null, None that all are (of floats: those that are finite). A value at a row that is
    not known is 0.
    """

    kind: str
    values: Array
    known: Truths | None = None
    scale: int = 0
    words: tuple[str, ...] = ()
    over: Array | None = None

    @property
    def is_raw(self) -> bool:
        """Whether these are features that have not passed the door yet."""
        return self.values.dtype.kind == "f"

    @property
    def most(self) -> int:
        """The largest absolute value, in units of the scale."""
        if self.values.size == 0:
            return 0
        return max(abs(int(self.values.min())), abs(int(self.values.max())))

    def taken(self, rows: Array) -> "Vector":
        """Return the values at some places; one value for all rows stays one."""
        if not self.values.ndim:
            return self
        return replace(
            self,
            values=self.values[rows],
            known=self.known[rows] if self.known is not None and self.known.ndim else self.known,
            over=self.over[rows] if self.over is not None and self.over.ndim else self.over,
        )


def constant_of(value: Value) -> Vector:
    """Return one value for all rows."""
    match value:
        case None:
            return Vector(kind="null", values=np.zeros((), np.int8), known=np.zeros((), np.bool_))
        case bool():
            return Vector(kind="boolean", values=np.array(value))
        case str():
            return Vector(kind="string", values=np.zeros((), np.intp), words=(value,))
        case date():
            return Vector(kind="date", values=np.array((value - EPOCH).days))
        case int() | Decimal():
            scale = places_of(value)
            return Vector(kind="number", values=np.array(_units(value, scale)), scale=scale)
        case _:
            raise NotHeld(f"{value!r} is held row by row")


def places_of(number: int | Decimal) -> int:
    """Return how many decimals a number needs."""
    if isinstance(number, int):
        return 0
    exponent = number.normalize(EXACT).as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _units(number: int | Decimal, scale: int) -> int:
    """Return a number in units of 10**-scale; raise `NotHeld` if it is too fine or too large."""
    if scale > MOST_PLACES:
        raise NotHeld(f"{number} has more than {MOST_PLACES} decimals")
    units = int(Decimal(number).scaleb(scale, EXACT)) if scale else int(number)
    if abs(units) > MOST or Decimal(units).scaleb(-scale, EXACT) != number:
        raise NotHeld(f"{number} has too many digits for a column of whole numbers")
    return units


def vector_of(values: Sequence[Value]) -> Vector:
    """Return Python values as a vector: of their kind, or of kind `any` if they have several or do not fit."""
    kinds = {kind_of(value) for value in values} - {"null"}
    known = np.array([value is not None for value in values], np.bool_)
    if not kinds:
        return Vector(kind="null", values=np.zeros(len(values), np.int8), known=known)
    try:
        made = _of_kind(kinds.pop(), values) if len(kinds) == 1 else None
    except NotHeld:
        made = None
    if made is None:
        objects = np.empty(len(values), np.object_)
        objects[:] = values
        return Vector(kind="any", values=objects, known=known)
    return made if known.all() else Vector(**{**_fields(made), "known": known})


def _fields(vector: Vector) -> dict[str, Any]:
    return {name: getattr(vector, name) for name in Vector.__slots__}


def _of_kind(kind: str, values: Sequence[Any]) -> Vector:
    """Return values of one kind; null becomes 0."""
    match kind:
        case "number":
            scale = max(places_of(value) for value in values if value is not None)
            units = [0 if value is None else _units(value, scale) for value in values]
            return Vector(kind=kind, values=np.array(units, np.int64), scale=scale)
        case "boolean":
            return Vector(kind=kind, values=np.array([value is True for value in values], np.bool_))
        case "date":
            days = [0 if value is None else (value - EPOCH).days for value in values]
            return Vector(kind=kind, values=np.array(days, np.int64))
        case "string":
            words = {word: at for at, word in enumerate(sorted({one for one in values if one is not None}))}
            places = [0 if value is None else words[value] for value in values]
            return Vector(kind=kind, values=np.array(places, np.intp), words=tuple(words))
        case _:
            raise NotHeld(f"values of kind {kind} are held row by row")


def known_of(vector: Vector) -> Truths | None:
    """Return which rows are not null, None if all are."""
    if not vector.is_raw:
        return vector.known
    finite = np.isfinite(vector.values)
    return None if finite.all() else finite


def exact(vector: Vector) -> Vector:
    """Return a number in whole units: features pass the door here, rounded half up to six decimals, NaN being null."""
    if vector.kind != "number" or not vector.is_raw:
        return vector
    known = known_of(vector)
    given = vector.values if known is None else np.where(known, vector.values, 0.0)
    floor = np.floor(given)
    if given.size and max(abs(float(floor.min())), abs(float(floor.max()))) >= MOST / MILLION:
        if not (floor == given).all() or np.abs(given).max() >= MOST:
            raise NotHeld("a feature is too large for six decimals")
        return Vector(kind="number", values=given.astype(np.int64), known=known)
    whole = floor.astype(np.int64)
    if (floor == given).all():
        return Vector(kind="number", values=whole, known=known)
    part = (given - floor) * MILLION
    millionths = np.floor(part + 0.5).astype(np.int64)
    units = whole * MILLION + millionths
    # So near to a half the product of floats may lie on either side of it: the door itself says on which.
    for at in np.flatnonzero(np.abs(part - np.floor(part) - 0.5) < 1e-9):
        units[at] = int(Decimal(door(float(given[at])) or 0) * MILLION)
    return Vector(kind="number", values=units, known=known, scale=6)


def least_float(point: Decimal) -> float:
    """Return the least float that passes the door as the point or more; raise `NotHeld` beyond the range of floats."""
    if abs(point) > FARTHEST:
        raise NotHeld(f"{point} is beyond what a feature can be")
    reached = _door_bound(point)
    while (door(reached) or 0) < point:
        reached = float(np.nextafter(reached, np.inf))
    while (door(below := float(np.nextafter(reached, -np.inf))) or 0) >= point:
        reached = below
    return reached


def _door_bound(point: Decimal) -> float:
    """Return a float near to where the door's answer passes a point: floats this large have no sixth decimal."""
    if abs(point) > MOST:
        return float(point)
    return float(point.quantize(SIX, rounding=ROUND_CEILING, context=EXACT) - SIX / 2)


def values_of(vector: Vector, count: int) -> list[Value]:
    """Return a vector as Python values, one a row; raise `NotHeld` for quotients, which are never whole."""
    if vector.over is not None:
        raise NotHeld("a quotient has no end")
    held = exact(vector)
    known = np.broadcast_to(np.True_ if held.known is None else held.known, (count,)).tolist()
    return [
        _value(held, value) if is_known else None
        for value, is_known in zip(np.broadcast_to(held.values, (count,)).tolist(), known, strict=True)
    ]


def _value(vector: Vector, value: Any) -> Value:
    match vector.kind:
        case "number":
            return plain(Decimal(value).scaleb(-vector.scale)) if vector.scale else int(value)
        case "string":
            return vector.words[int(value)]
        case "date":
            return EPOCH + timedelta(days=value)
        case "null":
            return None
        case _:
            found: Value = value
            return found


def at_rows(vector: Vector, rows: Array) -> Vector:
    """Return a vector at some rows only."""
    parts = {name: getattr(vector, name) for name in ("values", "known", "over")}
    taken = {name: part[rows] if part is not None and part.ndim else part for name, part in parts.items()}
    return Vector(**{**_fields(vector), **taken})
