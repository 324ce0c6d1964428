"""Where columns come in and go out: Polars series, numpy arrays or plain lists become vectors, and answers series again."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from creditline.errors import Code, Malformed
from creditline.policy.columnar.vector import (
    MOST,
    MOST_PLACES,
    Array,
    Truths,
    Vector,
    constant_of,
    exact,
    known_of,
    values_of,
    vector_of,
)
from creditline.policy.table import Input, Value

Columns = pl.DataFrame | Mapping[str, Any]
"""Inputs by name: a series, an array (NaN is null) or a list of one value a row, or one value for all rows."""


def vectors_of(columns: Columns, inputs: Sequence[Input], *, count: int) -> dict[str, Vector]:
    """Return the vectors of the inputs that a decision reads; raise `Malformed` naming one that is missing or wrong."""
    found: dict[str, Vector] = {}
    for one in inputs:
        if one.name not in columns:
            raise Malformed(
                f"Column {one.name} was not given. Give it, or null if it is not known.", code=Code.MESSAGE_MALFORMED
            )
        vector = _vector(columns[one.name])
        if vector.values.ndim and len(vector.values) != count:
            raise Malformed(
                f"Column {one.name} has {len(vector.values)} rows, and others have {count}. Give each one value a row.",
                code=Code.MESSAGE_MALFORMED,
            )
        found[one.name] = _of_kind(one, vector)
    return found


def count_of(columns: Columns) -> int:
    """Return how many rows are given: one if every input has one value for all."""
    if isinstance(columns, pl.DataFrame):
        return columns.height
    many = [len(one) for one in columns.values() if isinstance(one, pl.Series | list | tuple | np.ndarray)]
    return many[0] if many else 1


def _of_kind(one: Input, vector: Vector) -> Vector:
    """Return the vector of an input if it is of its kind; whole 0 and 1 are no truths, and truths no numbers."""
    if vector.kind not in {one.kind, "null"}:
        kind = "mixture of kinds" if vector.kind == "any" else vector.kind
        if kind != "mixture of kinds" or one.kind != "number":
            raise Malformed(
                f"Column {one.name} is a {kind}, and the input a {one.kind}. Give a {one.kind} or null.",
                code=Code.MESSAGE_MALFORMED,
            )
    return vector


def _vector(given: Any) -> Vector:
    """Return what was given for an input as a vector."""
    match given:
        case Vector():
            return given
        case pl.Series():
            return _of_series(given)
        case np.ndarray():
            return _of_array(given, None)
        case list() | tuple():
            return vector_of(given)
        case _:
            return constant_of(given)


def _of_series(series: pl.Series) -> Vector:
    """Return a series as a vector; floats keep NaN as their null."""
    known: Truths | None = series.is_not_null().to_numpy() if series.null_count() else None
    kind = series.dtype
    if kind == pl.Null:
        return Vector(kind="null", values=np.zeros(len(series), np.int8), known=np.zeros(len(series), np.bool_))
    if kind.is_float():
        return _of_array(series.to_numpy(), None)
    if kind == pl.Boolean:
        return _of_array(series.fill_null(value=False).to_numpy(), known)
    if kind.is_integer():
        return _of_array(series.fill_null(0).to_numpy(), known)
    if kind == pl.Date:
        days = series.to_physical().fill_null(0).to_numpy()
        return Vector(kind="date", values=days, known=known)
    if kind in {pl.String, pl.Categorical, pl.Enum}:
        names = (
            series.dtype.categories
            if isinstance(series.dtype, pl.Enum)
            else series.drop_nulls().cast(pl.String).unique().sort()
        )
        named = series.cast(pl.Enum(names))
        words = tuple(names)
        return Vector(kind="string", values=named.to_physical().fill_null(0).to_numpy(), known=known, words=words)
    if isinstance(kind, pl.Decimal) and kind.scale <= MOST_PLACES:
        units = series.fill_null(Decimal(0)).to_list()
        return _of_units([int(unit.scaleb(kind.scale)) for unit in units], known, kind.scale) or vector_of(
            series.to_list()
        )
    return vector_of(series.to_list())


def _of_units(units: Sequence[int], known: Truths | None, scale: int) -> Vector | None:
    """Return whole units as a vector, None if one is too large."""
    if any(abs(unit) > MOST for unit in units):
        return None
    return Vector(kind="number", values=np.array(units, np.int64), known=known, scale=scale)


def _of_array(values: Array, known: Truths | None) -> Vector:
    """Return an array as a vector: truths, whole numbers or features."""
    match values.dtype.kind:
        case "b":
            return Vector(kind="boolean", values=values, known=known)
        case "f":
            return Vector(kind="number", values=values.astype(np.float64, copy=False))
        case "i" | "u":
            if values.dtype.itemsize == 8 and values.size and (values.max() > MOST or values.min() < -MOST):
                whole = [int(value) for value in values.tolist()]
                rows = range(len(whole))
                return vector_of([whole[at] if known is None or known[at] else None for at in rows])
            held = values.astype(np.int64) if values.dtype == np.uint64 else values
            return Vector(kind="number", values=held, known=known)
        case _:
            return vector_of(values.tolist())


def series_of(name: str, vector: Vector, count: int) -> pl.Series:
    """Return an answer as a series: whole numbers, Decimal if they have decimals, Enum, Boolean or Date."""
    if vector.kind == "any":
        return pl.Series(name, values_of(vector, count), dtype=pl.Object)
    held = exact(vector)
    values = np.broadcast_to(held.values, (count,))
    match held.kind:
        case "null":
            return pl.Series(name, [None] * count, dtype=pl.Null)
        case "string":
            whole = pl.Series(name, values.astype(np.uint32)).cat.to(pl.Enum(held.words))
        case "date":
            whole = pl.Series(name, values.astype(np.int32)).cast(pl.Date)
        case "number" if held.scale:
            # Both sides have the scale, so that Polars divides whole numbers and leaves no rest.
            scaled = pl.Decimal(38, held.scale)
            whole = pl.Series(name, values).cast(scaled) / pl.Series([10**held.scale]).cast(scaled)
        case _:
            whole = pl.Series(name, values)
    known = known_of(held)
    return whole if known is None else whole.set(pl.Series(~np.broadcast_to(known, (count,))), None)


def value_at(vector: Vector, row: int) -> Value:
    """Return the value of one row."""
    one = Vector(
        kind=vector.kind,
        values=_at(vector.values, row),
        known=None if vector.known is None else _at(vector.known, row),
        scale=vector.scale,
        words=vector.words,
        over=None if vector.over is None else _at(vector.over, row),
    )
    return values_of(one, 1)[0]


def _at(part: Array, row: int) -> Array:
    return part[row : row + 1] if part.ndim else part
