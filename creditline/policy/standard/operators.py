"""What + - * / ** mean for numbers, texts, days, times and durations; null where the standard gives them no meaning."""

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException

from creditline.policy.standard.calendar import (
    DAY,
    MOST_SPAN,
    Clock,
    Day,
    Moment,
    Months,
    Span,
    day_of,
    instant,
    months_later,
    moved,
    number_of,
)
from creditline.policy.standard.values import Value, clock_number
from creditline.policy.values import EXACT


def number(compute: Callable[..., Decimal], *numbers: Decimal) -> Decimal | None:
    """Return a computed number, or None where there is none."""
    try:
        found = compute(*numbers)
    except (DecimalException, OverflowError):
        return None
    return found if found.is_finite() else None


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """Return left sign right."""
    found = _TABLE.get((sign, type(left), type(right)))
    return None if found is None else found(left, right)


def negative(value: Value) -> Value:
    """Return -value."""
    match value:
        case Decimal():
            return EXACT.minus(value)
        case Span():
            return Span(-value.nanoseconds)
        case Months():
            return Months(-value.months)
        case _:
            return None


def _later(day: Day, span: Span) -> Value:
    return day_of(number_of(day) + span.nanoseconds // DAY)


def _moment_later(moment: Moment, months: Months) -> Value:
    day = months_later(moment.day, months)
    return day and Moment(day, moment.clock)


def _clock_later(clock: Clock, span: Span) -> Value:
    return Clock((clock.nanoseconds + span.nanoseconds) % DAY, clock.offset_seconds, clock.zone)


def _apart(left: Value, right: Value) -> Value:
    """Return how long it is from right to left; a moment that says where is not apart from one that does not."""
    one, other = _moment(left), _moment(right)
    if one is None or other is None or one.clock.is_local != other.clock.is_local:
        return None
    return Span(instant(one) - instant(other))


def _moment(value: Value) -> Moment | None:
    if isinstance(value, Day):
        return Moment(value, Clock(0, 0))
    return value if isinstance(value, Moment) else None


def _span(nanoseconds: Decimal | None) -> Value:
    return None if nanoseconds is None or abs(nanoseconds) > MOST_SPAN else Span(int(nanoseconds))


def _months(months: Decimal | None) -> Value:
    return None if months is None or abs(months) > MOST_SPAN else Months(int(months))


def _power(base: Decimal, exponent: Decimal) -> Value:
    return number(EXACT.power, base, exponent)


def _operation(compute: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Value]:
    return lambda left, right: number(compute, left, right)


_Operator = Callable[..., Value]
_TABLE: Mapping[tuple[str, type, type], _Operator] = {
    ("+", Decimal, Decimal): _operation(EXACT.add),
    ("-", Decimal, Decimal): _operation(EXACT.subtract),
    ("*", Decimal, Decimal): _operation(EXACT.multiply),
    ("/", Decimal, Decimal): _operation(EXACT.divide),
    ("**", Decimal, Decimal): _power,
    ("+", str, str): lambda left, right: left + right,
    ("+", Day, Span): _later,
    ("+", Span, Day): lambda span, day: _later(day, span),
    ("-", Day, Span): lambda day, span: _later(day, Span(-span.nanoseconds)),
    ("+", Day, Months): months_later,
    ("+", Months, Day): lambda months, day: months_later(day, months),
    ("-", Day, Months): lambda day, months: months_later(day, Months(-months.months)),
    ("+", Moment, Span): moved,
    ("+", Span, Moment): lambda span, moment: moved(moment, span),
    ("-", Moment, Span): lambda moment, span: moved(moment, Span(-span.nanoseconds)),
    ("+", Moment, Months): _moment_later,
    ("+", Months, Moment): lambda months, moment: _moment_later(moment, months),
    ("-", Moment, Months): lambda moment, months: _moment_later(moment, Months(-months.months)),
    ("+", Clock, Span): _clock_later,
    ("+", Span, Clock): lambda span, clock: _clock_later(clock, span),
    ("-", Clock, Span): lambda clock, span: _clock_later(clock, Span(-span.nanoseconds)),
    ("-", Day, Day): _apart,
    ("-", Moment, Moment): _apart,
    ("-", Moment, Day): _apart,
    ("-", Day, Moment): _apart,
    ("-", Clock, Clock): lambda left, right: Span(clock_number(left) - clock_number(right)),
    ("+", Span, Span): lambda left, right: _span(Decimal(left.nanoseconds + right.nanoseconds)),
    ("-", Span, Span): lambda left, right: _span(Decimal(left.nanoseconds - right.nanoseconds)),
    ("*", Span, Decimal): lambda span, times: _span(number(EXACT.multiply, Decimal(span.nanoseconds), times)),
    ("*", Decimal, Span): lambda times, span: _span(number(EXACT.multiply, Decimal(span.nanoseconds), times)),
    ("/", Span, Decimal): lambda span, by: _span(number(EXACT.divide, Decimal(span.nanoseconds), by)),
    ("/", Span, Span): lambda left, right: number(EXACT.divide, Decimal(left.nanoseconds), Decimal(right.nanoseconds)),
    ("+", Months, Months): lambda left, right: _months(Decimal(left.months + right.months)),
    ("-", Months, Months): lambda left, right: _months(Decimal(left.months - right.months)),
    ("*", Months, Decimal): lambda months, times: _months(number(EXACT.multiply, Decimal(months.months), times)),
    ("*", Decimal, Months): lambda times, months: _months(number(EXACT.multiply, Decimal(months.months), times)),
    ("/", Months, Decimal): lambda months, by: _months(number(EXACT.divide, Decimal(months.months), by)),
    ("/", Months, Months): lambda left, right: number(EXACT.divide, Decimal(left.months), Decimal(right.months)),
}
