"""Built-in functions of numbers: rounding, roots, remainders, and statistics of lists."""

from collections import Counter
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from creditline.policy.standard.calendar import Months, Span
from creditline.policy.standard.operators import arithmetic, negative, number
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Value, before
from creditline.policy.standard.work import Work
from creditline.policy.values import EXACT, rounded

NUMBER = TypeName(name="number")
CURVE_STEPS = 30
"""What a logarithm or exponential costs beside a sum."""


def whole(value: Decimal | None) -> int | None:
    """Return a number as an int, or None if it has a fraction or more than 18 digits."""
    if value is None or value != value.to_integral_value() or abs(value) >= 10**18:
        return None
    return int(value)


def _rounding(rounding: str) -> Callable[..., Value]:
    return lambda value, scale=None: number(lambda: rounded(value, places=scale or Decimal(0), rounding=rounding))


def _modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """Return the remainder with the sign of the divisor: dividend - divisor * floor(dividend / divisor)."""
    if divisor == 0:
        return None
    rest = number(EXACT.remainder, dividend, divisor)
    if rest is None:
        return None
    return EXACT.add(rest, divisor) if rest != 0 and (rest < 0) != (divisor < 0) else rest


def _sqrt(value: Decimal) -> Value:
    return number(EXACT.sqrt, value)


def _log(value: Decimal, *, work: Work) -> Value:
    work.spend(CURVE_STEPS)
    return number(EXACT.ln, value) if value > 0 else None


def _exp(value: Decimal, *, work: Work) -> Value:
    work.spend(CURVE_STEPS)
    return number(EXACT.exp, value) if value < 20_000 else None


def _odd(value: Decimal) -> Value:
    return None if value != value.to_integral_value() else number(EXACT.remainder, value, Decimal(2)) not in {None, 0}


def _even(value: Decimal) -> Value:
    return None if value != value.to_integral_value() else number(EXACT.remainder, value, Decimal(2)) == 0


def _abs(value: Value) -> Value:
    match value:
        case Decimal():
            return EXACT.abs(value)
        case Span() | Months():
            return negative(value) if str(value).startswith("-") else value
        case _:
            return None


def flat(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the values of a call: its only list, or all of them."""
    return values[0] if len(values) == 1 and isinstance(values[0], tuple) else values


def _numbers(values: tuple[Value, ...]) -> list[Decimal] | None:
    """Return a list that holds numbers only, else None."""
    found = [one for one in flat(values) if isinstance(one, Decimal)]
    return found if len(found) == len(flat(values)) and found else None


def _sum(values: tuple[Value, ...]) -> Value:
    """Return the sum of numbers or of durations of one kind."""
    items = flat(values)
    if not items or not isinstance(items[0], Decimal | Span | Months):
        return None
    total: Value = items[0]
    for one in items[1:]:
        total = arithmetic("+", total, one)
    return total


def _mean(values: tuple[Value, ...]) -> Value:
    return arithmetic("/", _sum(values), Decimal(len(flat(values))))


def _product(values: tuple[Value, ...]) -> Value:
    items = _numbers(values)
    if items is None:
        return None
    total: Decimal | None = Decimal(1)
    for one in items:
        total = None if total is None else number(EXACT.multiply, total, one)
    return total


def _median(values: tuple[Value, ...]) -> Value:
    items = _numbers(values)
    if items is None:
        return None
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return arithmetic("/", number(EXACT.add, ordered[middle - 1], ordered[middle]), Decimal(2))


def _stddev(values: tuple[Value, ...]) -> Value:
    """Return the standard deviation of a sample."""
    items = _numbers(values)
    if items is None or len(items) < 2:
        return None
    mean = _mean(tuple(items))
    squares = [arithmetic("*", one, one) for one in (arithmetic("-", item, mean) for item in items)]
    variance = arithmetic("/", _sum(tuple(squares)), Decimal(len(items) - 1))
    return _sqrt(variance) if isinstance(variance, Decimal) else None


def _mode(values: tuple[Value, ...]) -> Value:
    """Return the numbers that occur most often, in ascending order."""
    if not flat(values):
        return ()
    items = _numbers(values)
    if items is None:
        return None
    counted = Counter(items)
    most = max(counted.values())
    return tuple(sorted(one for one, count in counted.items() if count == most))


def _extreme(values: tuple[Value, ...], *, is_least: bool) -> Value:
    items = flat(values)
    if not items:
        return None
    found = items[0]
    if before(found, found) is None:
        return None
    for one in items[1:]:
        is_before = before(one, found) if is_least else before(found, one)
        if is_before is None:
            return None
        found = one if is_before else found
    return found


def _lists(name: str, call: Callable[..., Value]) -> tuple[BuiltIn, ...]:
    """Declare a function of a list, which may be given as its members."""
    return (
        BuiltIn(name, "list: list", lambda items: call((items,)), NUMBER),
        BuiltIn(name, "list: any...", lambda values: call(values) if values else None, NUMBER),
    )


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("decimal", "n: number, scale: number", _rounding(ROUND_HALF_EVEN), NUMBER),
    BuiltIn("floor", "n: number, scale: number?", _rounding(ROUND_FLOOR), NUMBER),
    BuiltIn("ceiling", "n: number, scale: number?", _rounding(ROUND_CEILING), NUMBER),
    BuiltIn("round up", "n: number, scale: number", _rounding(ROUND_UP), NUMBER),
    BuiltIn("round down", "n: number, scale: number", _rounding(ROUND_DOWN), NUMBER),
    BuiltIn("round half up", "n: number, scale: number", _rounding(ROUND_HALF_UP), NUMBER),
    BuiltIn("round half down", "n: number, scale: number", _rounding(ROUND_HALF_DOWN), NUMBER),
    BuiltIn("abs", "n: number", _abs, NUMBER),
    BuiltIn("abs", "n: any", _abs),
    BuiltIn("modulo", "dividend: number, divisor: number", _modulo, NUMBER),
    BuiltIn("sqrt", "number: number", _sqrt, NUMBER),
    BuiltIn("log", "number: number", _log, NUMBER, wants_work=True),
    BuiltIn("exp", "number: number", _exp, NUMBER, wants_work=True),
    BuiltIn("odd", "number: number", _odd, TypeName(name="boolean")),
    BuiltIn("even", "number: number", _even, TypeName(name="boolean")),
    *_lists("sum", _sum),
    *_lists("mean", _mean),
    *_lists("product", _product),
    *_lists("median", _median),
    *_lists("stddev", _stddev),
    *_lists("mode", _mode),
    *_lists("min", lambda values: _extreme(values, is_least=True)),
    *_lists("max", lambda values: _extreme(values, is_least=False)),
)
