"""Built-in functions that turn values into others: texts, numbers, days, times, durations and ranges."""

import re
from decimal import Decimal
from functools import lru_cache

from creditline.policy.standard.calendar import (
    SECOND,
    Clock,
    Day,
    Moment,
    Months,
    Span,
    a_clock,
    a_day,
    months_between,
    read_at,
    read_clock,
    read_day,
    read_duration,
    read_moment,
)
from creditline.policy.standard.numbers import whole
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import ORDERED, Function, Range, Value, before
from creditline.policy.standard.work import Work
from creditline.policy.values import EXACT

STRING = TypeName(name="string")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?", re.ASCII)
_END = (
    r"""\s*(-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|@"[^"]*"|(?:date and time|date|time|duration)\(\s*"[^"]*"\s*\)|null)\s*"""
)
_RANGE = re.compile(rf"\s*([\[\](]){_END}\.\.{_END}([\[\])])\s*")


@lru_cache(maxsize=16384)
def literal(kind: str, *, text: str) -> Value:
    """Return the value of a literal."""
    match kind:
        case "number":
            found = EXACT.create_decimal(text)
            return found if found.is_finite() else None
        case "string":
            return text
        case "boolean":
            return text == "true"
        case "at":
            return read_at(text)
        case _:
            return None


def text_of(value: Value, *, is_nested: bool = False) -> str:
    """Return a value as FEEL writes it; a text by itself has no quotes, and inside a list or context it has."""
    match value:
        case None:
            return "null"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if is_nested else value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case tuple():
            return f"[{', '.join(text_of(one, is_nested=True) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{key}: {text_of(one, is_nested=True)}' for key, one in value.items())}}}"
        case Range():
            return _range_text(value)
        case Function():
            return f"function({', '.join(value.parameters)})"
        case _:
            return str(value)


def _range_text(bounds: Range) -> str:
    """Return a range as it is written; one without an end is a comparison."""
    low, high = text_of(bounds.low, is_nested=True), text_of(bounds.high, is_nested=True)
    if bounds.low is None and bounds.high is not None:
        return f"{'<=' if bounds.has_high else '<'} {high}"
    if bounds.high is None and bounds.low is not None:
        return f"{'>=' if bounds.has_low else '>'} {low}"
    return f"{'[' if bounds.has_low else '('}{low}..{high}{']' if bounds.has_high else ')'}"


def _string(value: Value, *, work: Work) -> Value:
    if value is None:
        return None
    text = text_of(value)
    work.make(text)
    return text


def _number(text: str, grouping: Value, point: Value) -> Value:
    """Return the number that a text says with these separators: blank, comma, full stop or none."""
    if (
        grouping not in {None, " ", ",", "."}
        or point not in {None, ",", "."}
        or (grouping == point and point is not None)
    ):
        return None
    if isinstance(grouping, str):
        text = text.replace(grouping, "")
    if isinstance(point, str):
        text = text.replace(point, ".") if point == "." or "." not in text else ""
    if len(text) > 10_000 or not _NUMBER.fullmatch(text):
        return None
    found = EXACT.create_decimal(text)
    return found if found.is_finite() else None


def _day(text: Value) -> Value:
    match text:
        case str():
            return read_day(text)
        case Moment():
            return text.day
        case Day():
            return text
        case _:
            return None


def _day_of(year: Decimal, month: Decimal, day: Decimal) -> Value:
    parts = [whole(one) for one in (year, month, day)]
    if None in parts:
        return None
    return a_day(parts[0] or 0, month=parts[1] or 0, day=parts[2] or 0)


def _clock(text: Value) -> Value:
    match text:
        case str():
            return read_clock(text)
        case Moment():
            return text.clock
        case Clock():
            return text
        case Day():
            return Clock(0, 0)
        case _:
            return None


def _clock_of(hour: Decimal, minute: Decimal, second: Decimal, offset: Span | None = None) -> Value:
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not 0 <= second < 60:
        return None
    seconds = None if offset is None else offset.nanoseconds // SECOND
    return a_clock(hours, minute=minutes, nanoseconds=int(second * SECOND), offset_seconds=seconds)


def _moment(text: Value) -> Value:
    match text:
        case str():
            return read_moment(text)
        case Moment():
            return text
        case Day():
            return Moment(text, Clock(0, 0))
        case _:
            return None


def _duration(text: Value) -> Value:
    return read_duration(text) if isinstance(text, str) else text if isinstance(text, Span | Months) else None


def _between(start: Day, until: Day) -> Value:
    return months_between(start, until=until)


def _range(text: str) -> Value:
    """Return the range that a text says; its ends are literals, and the lower comes first."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    low, high = _end(match[2]), _end(match[3])
    if type(low) is not type(high) or not isinstance(low, ORDERED) or before(high, low) is not False:
        return None
    return Range(low, high, match[1] == "[", match[4] == "]")


def _end(text: str) -> Value:
    name, separator, rest = text.rpartition("(")
    if separator and '"' in rest and not text.startswith(('"', "@")):
        return _READERS[name.strip()](rest.strip(' )"\t\n'))
    if text.startswith("@"):
        return read_at(text[2:-1])
    if text.startswith('"'):
        return text[1:-1].replace('\\"', '"')
    return None if text == "null" else Decimal(text)


def _now(*, work: Work) -> Value:
    return work.as_of


def _today(*, work: Work) -> Value:
    return work.as_of and work.as_of.day


_READERS = {"date": read_day, "time": read_clock, "date and time": read_moment, "duration": read_duration}

BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("string", "from: any", _string, STRING, wants_work=True),
    BuiltIn("number", "from: string", lambda text: _number(text, None, None), TypeName(name="number")),
    BuiltIn(
        "number",
        "from: string, grouping separator: any, decimal separator: any",
        _number,
        TypeName(name="number"),
    ),
    BuiltIn("date", "from: any", _day, TypeName(name="date")),
    BuiltIn("date", "year: number, month: number, day: number", _day_of, TypeName(name="date")),
    BuiltIn("time", "from: any", _clock, TypeName(name="time")),
    BuiltIn(
        "time",
        "hour: number, minute: number, second: number, offset: days and time duration??",
        _clock_of,
        TypeName(name="time"),
    ),
    BuiltIn("date and time", "from: any", _moment, TypeName(name="date and time")),
    BuiltIn("date and time", "date: day, time: time", Moment, TypeName(name="date and time")),
    BuiltIn("duration", "from: any", _duration),
    BuiltIn(
        "years and months duration",
        "from: day, to: day",
        _between,
        TypeName(name="years and months duration"),
    ),
    BuiltIn("range", "from: string", _range),
    BuiltIn("now", "", _now, TypeName(name="date and time"), wants_work=True),
    BuiltIn("today", "", _today, TypeName(name="date"), wants_work=True),
)
