"""Days, times of day, moments and durations as FEEL has them: years to 999,999,999, nanoseconds, offsets and zones.

Python's own `datetime` ends at the year 9999 and at microseconds, so these are small values of our own.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOST_YEARS = 999_999_999
MOST_OFFSET_SECONDS = 18 * 3600
MOST_SPAN = MOST_YEARS * 366 * DAY
"""How long a duration may be, in nanoseconds: longer than any two days are apart."""

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = re.compile(r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)", re.ASCII)
_CLOCK = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+/-]{1,64}))?", re.ASCII
)
_MONTHS = re.compile(r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_SPAN = re.compile(
    r"(-?)P(?:(\d{1,15})D)?(?:(T)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,20})(?:\.(\d{0,30}))?S)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day of the Gregorian calendar, before 1582 too."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in nanoseconds since midnight, with an offset from UTC in seconds, a zone, or neither."""

    nanoseconds: int
    offset_seconds: int | None = None
    zone: str = ""

    @property
    def hour(self) -> int:
        """The hour, 0 to 23."""
        return self.nanoseconds // HOUR

    @property
    def minute(self) -> int:
        """The minute, 0 to 59."""
        return self.nanoseconds % HOUR // MINUTE

    @property
    def second(self) -> int:
        """The whole second, 0 to 59."""
        return self.nanoseconds % MINUTE // SECOND

    @property
    def is_local(self) -> bool:
        """Whether it says nothing of where."""
        return self.offset_seconds is None and not self.zone

    def __str__(self) -> str:
        fraction = f"{self.nanoseconds % SECOND:09d}".rstrip("0")
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{'.' if fraction else ''}{fraction}"
        if self.zone:
            return f"{text}@{self.zone}"
        return text if self.offset_seconds is None else text + offset_text(self.offset_seconds)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of a day."""

    day: Day
    clock: Clock

    def __str__(self) -> str:
        return f"{self.day}T{self.clock}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A duration of days, hours, minutes and seconds, in nanoseconds."""

    nanoseconds: int

    def __str__(self) -> str:
        left = abs(self.nanoseconds)
        days, left = divmod(left, DAY)
        hours, left = divmod(left, HOUR)
        minutes, left = divmod(left, MINUTE)
        seconds, rest = divmod(left, SECOND)
        fraction = f".{rest:09d}".rstrip("0") if rest else ""
        told = f"{days}D" if days else ""
        within = f"{hours}H" if hours else ""
        within += f"{minutes}M" if minutes else ""
        within += f"{seconds}{fraction}S" if seconds or rest else ""
        if not told and not within:
            within = "0S"
        return f"{'-' if self.nanoseconds < 0 else ''}P{told}{'T' if within else ''}{within}"


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months, in months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        told = (f"{years}Y" if years else "") + (f"{months}M" if months else "") or "0M"
        return f"{'-' if self.months < 0 else ''}P{told}"


def offset_text(seconds: int) -> str:
    """Return an offset as it is written: Z, +01:00 or -05:30."""
    if seconds == 0:
        return "Z"
    hours, rest = divmod(abs(seconds), 3600)
    tail = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{rest // 60:02d}{tail}"


def month_days(year: int, *, month: int) -> int:
    """Return how many days a month has."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and is_leap else _MONTH_DAYS[month - 1]


def a_day(year: int, *, month: int, day: int) -> Day | None:
    """Return a day, or None if there is none such."""
    if abs(year) > MOST_YEARS or not 1 <= month <= 12 or not 1 <= day <= month_days(year, month=month):
        return None
    return Day(year, month, day)


def number_of(day: Day) -> int:
    """Return how many days a day is after 1970-01-01 (the algorithm of Howard Hinnant's `days_from_civil`)."""
    year = day.year - (day.month <= 2)
    era, of_era = divmod(year, 400)
    of_year = (153 * ((day.month + 9) % 12) + 2) // 5 + day.day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def day_of(number: int) -> Day | None:
    """Return the day that many days after 1970-01-01, or None past the last year."""
    era, of_era = divmod(number + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return a_day(year_of_era + era * 400 + (month <= 2), month=month, day=day)


def weekday(day: Day) -> int:
    """Return the day of the week, 1 for Monday to 7 for Sunday."""
    return (number_of(day) + 3) % 7 + 1


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo | None:
    """Return a time zone, or None if there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None


def offset_of(clock: Clock, day: Day | None = None) -> int | None:
    """Return the offset from UTC in seconds that a time has on a day (a zone's own in mid-winter if no day is told)."""
    if clock.offset_seconds is not None or not clock.zone:
        return clock.offset_seconds
    zone = zone_named(clock.zone)
    if zone is None:
        return None
    year = day.year if day is not None and 1 < day.year < 9999 else 2001
    month, number = (day.month, day.day) if day is not None else (1, 1)
    number = min(number, month_days(year, month=month))
    local = datetime(year, month, number, clock.hour, clock.minute, clock.second, tzinfo=zone)
    offset = zone.utcoffset(local)
    return None if offset is None else int(offset.total_seconds())


def instant(moment: Moment) -> int:
    """Return a moment in nanoseconds since 1970 UTC; one that says nothing of where is taken as UTC."""
    offset = offset_of(moment.clock, moment.day) or 0
    return number_of(moment.day) * DAY + moment.clock.nanoseconds - offset * SECOND


def moved(moment: Moment, span: Span) -> Moment | None:
    """Return a moment some time later, by the clock on the wall."""
    days, nanoseconds = divmod(number_of(moment.day) * DAY + moment.clock.nanoseconds + span.nanoseconds, DAY)
    day = day_of(days)
    clock = Clock(nanoseconds, moment.clock.offset_seconds, moment.clock.zone)
    return None if day is None else Moment(day, clock)


def months_later(day: Day, months: Months) -> Day | None:
    """Return the same day of another month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months.months, 12)
    return a_day(year, month=month + 1, day=min(day.day, month_days(year, month=month + 1)))


def months_between(start: Day, *, until: Day) -> Months:
    """Return the whole months from one day to another."""
    if until < start:
        return Months(-months_between(until, until=start).months)
    months = (until.year - start.year) * 12 + until.month - start.month
    return Months(months - (until.day < start.day))


def read_day(text: str) -> Day | None:
    """Return the day that a text says, or None."""
    match = _DAY.fullmatch(text)
    return a_day(int(match[1]), month=int(match[2]), day=int(match[3])) if match and match[1] != "-0000" else None


def a_clock(hour: int, *, minute: int, nanoseconds: int, offset_seconds: int | None = None) -> Clock | None:
    """Return a time of day from its hour, minute and the nanoseconds of that minute; None if there is none such."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= nanoseconds < MINUTE):
        return None
    if offset_seconds is not None and abs(offset_seconds) > MOST_OFFSET_SECONDS:
        return None
    return Clock(hour * HOUR + minute * MINUTE + nanoseconds, offset_seconds)


def read_clock(text: str) -> Clock | None:
    """Return the time of day that a text says, or None."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, is_utc, sign, hours, minutes, seconds, zone = match.groups()
    nanoseconds = int(second) * SECOND + int((fraction or "").ljust(9, "0")[:9])
    offset = 0 if is_utc else None
    if sign:
        if int(minutes) > 59 or int(seconds or 0) > 59:
            return None
        offset = (-1 if sign == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0))
    clock = a_clock(int(hour), minute=int(minute), nanoseconds=nanoseconds, offset_seconds=offset)
    if clock is None or not zone:
        return clock
    return Clock(clock.nanoseconds, None, zone) if zone_named(zone) else None


def read_moment(text: str) -> Moment | None:
    """Return the moment that a text says, or None; a day alone is its midnight."""
    day_text, separator, clock_text = text.partition("T")
    day = read_day(day_text)
    if day is not None and clock_text.startswith("24:00:00"):
        # Midnight at the end of a day is the beginning of the next.
        day, clock_text = day_of(number_of(day) + 1), f"00{clock_text[2:]}"
    clock = read_clock(clock_text) if separator else Clock(0)
    return Moment(day, clock) if day is not None and clock is not None else None


def read_duration(text: str) -> Span | Months | None:
    """Return the duration that a text says, of either kind, or None."""
    if (match := _MONTHS.fullmatch(text)) and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return Months(-months if match[1] else months)
    match = _SPAN.fullmatch(text)
    if match is None or not any(match[part] for part in (2, 4, 5, 6)) or (match[3] and not any(match.group(4, 5, 6))):
        return None
    nanoseconds = int(match[2] or 0) * DAY + int(match[4] or 0) * HOUR + int(match[5] or 0) * MINUTE
    nanoseconds += int(match[6] or 0) * SECOND + int((match[7] or "").ljust(9, "0")[:9])
    return Span(-nanoseconds if match[1] else nanoseconds) if nanoseconds <= MOST_SPAN else None


def read_at(text: str) -> Day | Clock | Moment | Span | Months | None:
    """Return what an at-literal means: `@"2026-01-31"` and the like."""
    return read_day(text) or read_clock(text) or (read_moment(text) if "T" in text else None) or read_duration(text)
