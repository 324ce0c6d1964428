"""The members values have by themselves: a day's year, a time's hour, a duration's days, a range's ends."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from creditline.policy.standard.calendar import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Clock,
    Day,
    Moment,
    Months,
    Span,
    offset_of,
    weekday,
)
from creditline.policy.standard.values import Range, Value


def member(of: Value, name: str) -> Value:
    """Return a member of a value, of each value of a list, or null where there is none such."""
    if isinstance(of, dict):
        return of.get(name)
    if isinstance(of, tuple):
        return tuple(member(one, name) for one in of)
    found = _MEMBERS.get((type(of), name))
    return None if found is None else found(of)


def _part(nanoseconds: int, *, unit: int, wider: int) -> Decimal:
    """Return how many of a unit are left over from the wider one, with the sign of the whole."""
    count = abs(nanoseconds) % wider // unit
    return Decimal(-count if nanoseconds < 0 else count)


def _seconds(span: Span) -> Decimal:
    seconds = Decimal(abs(span.nanoseconds) % MINUTE) / SECOND
    return -seconds if span.nanoseconds < 0 else seconds


def _whole(months: int, *, is_years: bool) -> Decimal:
    count = abs(months) // 12 if is_years else abs(months) % 12
    return Decimal(-count if months < 0 else count)


def _offset(seconds: int | None) -> Value:
    return None if seconds is None else Span(seconds * SECOND)


_OF_DAY: Mapping[str, Callable[[Day], Value]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal(weekday(day)),
}
_OF_CLOCK: Mapping[str, Callable[[Clock, Day | None], Value]] = {
    "hour": lambda clock, _: Decimal(clock.hour),
    "minute": lambda clock, _: Decimal(clock.minute),
    "second": lambda clock, _: Decimal(clock.second),
    "time offset": lambda clock, day: _offset(offset_of(clock, day)),
    "timezone": lambda clock, _: clock.zone or None,
}


def _of_moment_day(read: Callable[[Day], Value]) -> Callable[[Moment], Value]:
    return lambda moment: read(moment.day)


def _of_moment_clock(read: Callable[[Clock, Day | None], Value]) -> Callable[[Moment], Value]:
    return lambda moment: read(moment.clock, moment.day)


def _of_clock(read: Callable[[Clock, Day | None], Value]) -> Callable[[Clock], Value]:
    return lambda clock: read(clock, None)


_MEMBERS: Mapping[tuple[type, str], Callable[..., Value]] = {
    **{(Day, name): read for name, read in _OF_DAY.items()},
    **{(Clock, name): _of_clock(read) for name, read in _OF_CLOCK.items()},
    **{(Moment, name): _of_moment_day(read) for name, read in _OF_DAY.items()},
    **{(Moment, name): _of_moment_clock(read) for name, read in _OF_CLOCK.items()},
    (Span, "days"): lambda span: _part(span.nanoseconds, unit=DAY, wider=abs(span.nanoseconds) + DAY),
    (Span, "hours"): lambda span: _part(span.nanoseconds, unit=HOUR, wider=DAY),
    (Span, "minutes"): lambda span: _part(span.nanoseconds, unit=MINUTE, wider=HOUR),
    (Span, "seconds"): _seconds,
    (Months, "years"): lambda months: _whole(months.months, is_years=True),
    (Months, "months"): lambda months: _whole(months.months, is_years=False),
    (Range, "start"): lambda bounds: bounds.low,
    (Range, "end"): lambda bounds: bounds.high,
    (Range, "start included"): lambda bounds: bounds.has_low,
    (Range, "end included"): lambda bounds: bounds.has_high,
}
