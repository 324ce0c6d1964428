"""What FEEL's comparisons and its three-valued logic mean on vectors."""

import operator
from collections.abc import Callable, Mapping

import numpy as np

from creditline.policy.columnar.arithmetic import both_known, fits, nothing, scaled
from creditline.policy.columnar.vector import Array, NotHeld, Truths, Vector, exact


def truth(values: Array, known: Truths | None) -> Vector:
    """Return truths; what is not known counts as false in `values`, as everywhere."""
    held = np.asarray(values, np.bool_)
    return Vector(kind="boolean", values=held if known is None else held & known, known=known)


def is_true(vector: Vector) -> Truths:
    """Return where a vector is true: null and anything else is not."""
    if vector.kind == "any":
        raise NotHeld("it tests values held row by row")
    if vector.kind != "boolean":
        return np.zeros(vector.values.shape, np.bool_)
    return vector.values if vector.known is None else vector.values & vector.known


def is_false(vector: Vector) -> Truths:
    """Return where a vector is false."""
    if vector.kind == "any":
        raise NotHeld("it tests values held row by row")
    if vector.kind != "boolean":
        return np.zeros(vector.values.shape, np.bool_)
    return ~vector.values if vector.known is None else ~vector.values & vector.known


def both(left: Vector, right: Vector) -> Vector:
    """Return left and right: false wins over null."""
    yes, no = is_true(left) & is_true(right), is_false(left) | is_false(right)
    return truth(yes, yes | no)


def either(left: Vector, right: Vector) -> Vector:
    """Return left or right: true wins over null."""
    yes, no = is_true(left) | is_true(right), is_false(left) & is_false(right)
    return truth(yes, yes | no)


def negated(of: Vector) -> Vector:
    """Return not of."""
    yes, no = is_false(of), is_true(of)
    return truth(yes, yes | no)


def equals(left: Vector, right: Vector) -> Vector:
    """Return left = right: null equals null and nothing else, and values of two kinds are neither equal nor not."""
    left, right = exact(left), exact(right)
    known, others = _known(left), _known(right)
    if left.kind == right.kind != "null":
        same, other = comparable(left, right)
        found = known & others & np.asarray(same == other)
        return truth(found | ~(known | others), None)
    both_null = ~(known | others)
    return truth(both_null, ~(known & others))


def _known(vector: Vector) -> Truths:
    """Return where a vector is not null, as an array."""
    if vector.kind == "any":
        raise NotHeld("it compares values held row by row")
    return np.ones(vector.values.shape, np.bool_) if vector.known is None else vector.known


def ordered(sign: str, left: Vector, right: Vector) -> Vector:
    """Return left < right and so on; booleans and values of two kinds have no order."""
    left, right = exact(left), exact(right)
    if "any" in {left.kind, right.kind}:
        raise NotHeld("it compares values held row by row")
    if left.kind != right.kind or left.kind in {"boolean", "null"}:
        return nothing(left, right)
    value, other = comparable(left, right)
    return truth(_ORDER[sign](value, other), both_known(left, right))


def comparable(left: Vector, right: Vector) -> tuple[Array, Array]:
    """Return two vectors of one kind as arrays that compare as their values do."""
    match left.kind:
        case "number":
            return _numbers(left, right)
        case "string":
            merged = {word: at for at, word in enumerate(sorted({*left.words, *right.words}))}
            value, other = (
                np.array([merged[word] for word in one.words] or [0], np.intp)[one.values] for one in (left, right)
            )
            return value, other
        case _:
            return left.values, right.values


def _numbers(left: Vector, right: Vector) -> tuple[Array, Array]:
    """Return numbers as whole units of one scale; a quotient is compared by multiplying the other side."""
    if left.over is not None and right.over is not None:
        raise NotHeld("it compares two quotients")
    if left.over is None and right.over is None:
        scale = max(left.scale, right.scale)
        return scaled(left, scale), scaled(right, scale)
    quotient, whole = (left, right) if left.over is not None else (right, left)
    assert quotient.over is not None
    factor = 10**whole.scale
    over = Vector(kind="number", values=quotient.over)
    fits(quotient.most * factor)
    fits(whole.most * over.most)
    value, other = quotient.values * np.int64(factor), whole.values.astype(np.int64) * quotient.over
    return (value, other) if left.over is not None else (other, value)


_ORDER: Mapping[str, Callable[[Array, Array], Array]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def chosen(test: Vector, *, this: Vector, other: Vector) -> Vector:
    """Return this where a test is true, other elsewhere."""
    return merged(is_true(test), this=exact(this), other=exact(other))


def merged(where: Truths, *, this: Vector, other: Vector) -> Vector:
    """Return one vector made of two: this where it says so, other elsewhere."""
    kinds = {this.kind, other.kind} - {"null"}
    if len(kinds) > 1 or "any" in kinds or this.over is not None or other.over is not None:
        raise NotHeld("it gives values of several kinds, or a quotient")
    known = None
    if this.known is not None or other.known is not None:
        known = np.asarray(np.where(where, _known(this), _known(other)), np.bool_)
    if not kinds:
        return nothing(this, other, Vector(kind="boolean", values=where))
    kind = kinds.pop()
    value, rest = (_zero(one, kind) for one in (this, other))
    if kind == "number":
        scale = max(value.scale, rest.scale)
        units = np.where(where, scaled(value, scale), scaled(rest, scale))
        return Vector(kind=kind, values=units, known=known, scale=scale)
    if kind == "string":
        words = tuple(sorted({*value.words, *rest.words}))
        values, others = comparable(value, rest)
        return Vector(kind=kind, values=np.where(where, values, others), known=known, words=words)
    return Vector(kind=kind, values=np.where(where, value.values, rest.values), known=known)


def _zero(vector: Vector, kind: str) -> Vector:
    """Return a vector of nulls as one of a kind, with zeros."""
    if vector.kind == kind:
        return vector
    dtype = np.bool_ if kind == "boolean" else np.int64
    return Vector(kind=kind, values=np.zeros(vector.values.shape, dtype), known=vector.known)
