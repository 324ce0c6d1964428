"""Built-in functions that say how points and ranges lie to each other, after Allen's interval algebra."""

from collections.abc import Callable

from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Range, Value, compare, equals, same_instant_kind, within

BOOLEAN = TypeName(name="boolean")
Truth = bool | None


def _and(*truths: Truth) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _or(*truths: Truth) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def _before(left: Value, right: Value) -> Truth:
    """Return whether all of one lies before all of the other."""
    end, has_end = left.end if isinstance(left, Range) else (left, True)
    start, has_start = right.start if isinstance(right, Range) else (right, True)
    is_before = compare("<", end, start)
    return is_before if has_end and has_start else _or(is_before, equals(end, start))


def _meets(left: Range, right: Range) -> Truth:
    return _and(left.has_high, right.has_low, equals(left.high, right.low))


def _overlaps(left: Range, right: Range) -> Truth:
    return _and(_negated(_before(left, right)), _negated(_before(right, left)))


def _overlaps_before(left: Range, right: Range) -> Truth:
    """Return whether one begins first and ends within the other."""
    begins = _or(compare("<", left.low, right.low), _and(equals(left.low, right.low), left.has_low, not right.has_low))
    touches = _or(compare(">", left.high, right.low), _and(equals(left.high, right.low), left.has_high, right.has_low))
    ends = _or(
        compare("<", left.high, right.high),
        _and(equals(left.high, right.high), not left.has_high or right.has_high),
    )
    return _and(begins, touches, ends)


def _overlaps_after(left: Range, right: Range) -> Truth:
    """Return whether one begins within the other and ends last."""
    touches = _or(compare("<", left.low, right.high), _and(equals(left.low, right.high), left.has_low, right.has_high))
    begins = _or(
        compare(">", left.low, right.low),
        _and(equals(left.low, right.low), right.has_low, not left.has_low),
    )
    ends = _or(
        compare(">", left.high, right.high), _and(equals(left.high, right.high), left.has_high or not right.has_high)
    )
    return _and(touches, begins, ends)


def _negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _finishes(left: Value, right: Range) -> Truth:
    if not isinstance(left, Range):
        return _and(right.has_high, equals(left, right.high))
    inside = _or(
        compare(">", left.low, right.low), _and(equals(left.low, right.low), right.has_low or not left.has_low)
    )
    return _and(left.has_high == right.has_high, equals(left.high, right.high), inside)


def _starts(left: Value, right: Range) -> Truth:
    if not isinstance(left, Range):
        return _and(right.has_low, equals(left, right.low))
    inside = _or(
        compare("<", left.high, right.high), _and(equals(left.high, right.high), right.has_high or not left.has_high)
    )
    return _and(left.has_low == right.has_low, equals(left.low, right.low), inside)


def _includes(left: Range, right: Value) -> Truth:
    if not isinstance(right, Range):
        return within(right, left)
    begins = _or(
        compare("<", left.low, right.low), _and(equals(left.low, right.low), left.has_low or not right.has_low)
    )
    ends = _or(
        compare(">", left.high, right.high), _and(equals(left.high, right.high), left.has_high or not right.has_high)
    )
    return _and(begins, ends)


def _coincides(left: Value, right: Value) -> Truth:
    if not isinstance(left, Range) or not isinstance(right, Range):
        return equals(left, right)
    return _and(
        equals(left.low, right.low),
        equals(left.high, right.high),
        left.has_low == right.has_low,
        left.has_high == right.has_high,
    )


def _flipped(call: Callable[..., Truth]) -> Callable[..., Truth]:
    return lambda left, right: call(right, left)


def _points(name: str, call: Callable[..., Truth], *kinds: str) -> tuple[BuiltIn, ...]:
    """Declare a function for the kinds of its two values: `point` or `range`, as "point range"."""
    found = []
    for pair in kinds:
        first, second = pair.split()
        names = ("range1", "range2") if first == second == "range" else ("point1", "point2")
        names = names if first == second else (first, second)
        signature = f"{names[0]}: {_KIND[first]}, {names[1]}: {_KIND[second]}"
        found.append(BuiltIn(name, signature, _only(call, first, second), BOOLEAN))
    return tuple(found)


def _only(call: Callable[..., Truth], *kinds: str) -> Callable[..., Value]:
    """Return a function that is null for a range where a point is wanted, or a null point."""

    def guarded(left: Value, right: Value) -> Value:
        for kind, value in zip(kinds, (left, right), strict=True):
            if kind == "point" and (value is None or isinstance(value, Range)):
                return None
        return call(left, right)

    return guarded


_KIND = {"point": "any", "range": "range"}
_RANGES = "range range"

BUILT_IN: tuple[BuiltIn, ...] = (
    *_points("before", _before, _RANGES, "point range", "range point", "point point"),
    *_points("after", _flipped(_before), _RANGES, "point range", "range point", "point point"),
    *_points("meets", _meets, _RANGES),
    *_points("met by", _flipped(_meets), _RANGES),
    *_points("overlaps", _overlaps, _RANGES),
    *_points("overlaps before", _overlaps_before, _RANGES),
    *_points("overlaps after", _overlaps_after, _RANGES),
    *_points("finishes", _finishes, _RANGES, "point range"),
    *_points("finished by", _flipped(_finishes), _RANGES, "range point"),
    *_points("includes", _includes, _RANGES, "range point"),
    *_points("during", _flipped(_includes), _RANGES, "point range"),
    *_points("starts", _starts, _RANGES, "point range"),
    *_points("started by", _flipped(_starts), _RANGES, "range point"),
    *_points("coincides", _coincides, _RANGES, "point point"),
    BuiltIn("is", "value1: any?, value2: any?", lambda one=None, other=None: same_instant_kind(one, other), BOOLEAN),
    BuiltIn("not", "negand: any", lambda value: not value if isinstance(value, bool) else None, BOOLEAN),
)
