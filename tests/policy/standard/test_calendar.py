"""Days and durations of `creditline.policy.standard.calendar` agree with Python's own, and go on where those end."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.standard.calendar import (
    Clock,
    Day,
    Moment,
    Months,
    Span,
    day_of,
    instant,
    months_later,
    number_of,
    read_at,
    read_clock,
    read_day,
    read_duration,
    read_moment,
    weekday,
    zone_named,
)

EPOCH = date(1970, 1, 1)


@given(st.dates())
def test_a_day_has_the_number_and_weekday_python_gives_it(day: date) -> None:
    own = Day(day.year, day.month, day.day)
    assert number_of(own) == (day - EPOCH).days
    assert day_of(number_of(own)) == own
    assert weekday(own) == day.isoweekday()
    assert read_day(str(own)) == own


@given(st.integers(-365_000_000_000, 365_000_000_000))
def test_a_day_of_any_year_is_its_number_and_back(number: int) -> None:
    day = day_of(number)
    assert day is not None
    assert number_of(day) == number


@given(st.datetimes(), st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_a_moment_is_written_and_read_back(at: datetime, offset: timedelta) -> None:
    seconds = int(offset.total_seconds()) % 64_800
    clock = Clock(((at.hour * 60 + at.minute) * 60 + at.second) * 10**9 + at.microsecond * 1000, seconds // 60 * 60)
    moment = Moment(Day(at.year, at.month, at.day), clock)
    assert read_moment(str(moment)) == moment
    assert instant(moment) // 10**9 == (at - datetime(1970, 1, 1)) // timedelta(seconds=1) - seconds // 60 * 60  # noqa: DTZ001


@given(st.integers(-(10**20), 10**20), st.integers(-(10**9), 10**9))
def test_durations_are_written_and_read_back(nanoseconds: int, months: int) -> None:
    assert read_duration(str(Span(nanoseconds))) == Span(nanoseconds)
    assert read_duration(str(Months(months))) == Months(months)


def test_a_month_later_is_at_most_the_month_s_last_day() -> None:
    assert months_later(Day(2024, 1, 31), Months(1)) == Day(2024, 2, 29)
    assert months_later(Day(999_999_999, 12, 1), Months(1)) is None


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "998-01-01", "01998-01-01", "+2026-01-01", "-0000-01-01", "P", "PT", "P1Y2D", "24:00:00", "10:00",
     "10:00:00+19:00", "10:00:00@No/Where", "2026-01-01T", "1H", "P" + "9" * 40 + "D", "10:00:00@../etc/passwd"],
)  # fmt: skip
def test_what_is_no_day_time_or_duration_is_none(text: str) -> None:
    assert read_at(text) is None


def test_midnight_at_the_end_of_a_day_is_the_next() -> None:
    assert read_moment("2026-01-31T24:00:00") == Moment(Day(2026, 2, 1), Clock(0))


def test_a_zone_has_its_offset_of_the_day() -> None:
    assert zone_named("Europe/Paris") is not None
    summer, winter = read_moment("2026-07-01T00:00:00@Europe/Paris"), read_moment("2026-01-01T00:00:00@Europe/Paris")
    assert summer is not None
    assert winter is not None
    assert instant(summer) // 10**9 % 86_400 == 22 * 3600
    assert instant(winter) // 10**9 % 86_400 == 23 * 3600
    assert str(read_clock("10:00:00.5@Europe/Paris")) == "10:00:00.5@Europe/Paris"
