"""Instants are whole microseconds in UTC, business days begin at midnight UTC, and a moved clock stands still."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import (
    DAY,
    DAY_US,
    EPOCH,
    EPOCH_DAY,
    MICROSECOND,
    MovedClock,
    business_day,
    from_us,
    just_after,
    start_of,
    system_clock,
    to_us,
)

BEIJING = timezone(timedelta(hours=8))
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone itself


@pytest.mark.parametrize(
    ("instant", "instant_us"),
    [
        (EPOCH, 0),
        (EPOCH + MICROSECOND, 1),
        (EPOCH - MICROSECOND, -1),
        (datetime(2026, 3, 2, tzinfo=UTC), 1_772_409_600_000_000),
        (datetime(1970, 1, 1, 8, tzinfo=BEIJING), 0),
    ],
)
def test_an_instant_is_microseconds_since_1970(instant: datetime, instant_us: int) -> None:
    assert to_us(instant) == instant_us
    assert from_us(instant_us) == instant


@given(INSTANTS)
def test_no_microsecond_is_lost_on_the_way(instant: datetime) -> None:
    assert from_us(to_us(instant)) == instant


@given(INSTANTS)
def test_nothing_lies_between_an_instant_and_the_one_just_after(instant: datetime) -> None:
    assert to_us(just_after(instant)) == to_us(instant) + 1


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 7, 59, tzinfo=BEIJING), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 8, tzinfo=BEIJING), date(2026, 3, 2)),
    ],
)
def test_a_business_day_begins_at_midnight_utc(instant: datetime, day: date) -> None:
    assert business_day(instant) == day


@given(INSTANTS)
def test_an_instant_lies_in_its_own_day(instant: datetime) -> None:
    day = business_day(instant)
    assert start_of(day) <= instant < start_of(day) + DAY
    assert to_us(start_of(day)) == (day.toordinal() - EPOCH_DAY) * DAY_US


def test_a_moved_clock_stands_still_until_it_is_moved() -> None:
    clock = MovedClock(datetime(2026, 3, 2, 8, tzinfo=BEIJING))
    assert clock() == clock() == datetime(2026, 3, 2, tzinfo=UTC)
    assert clock().tzinfo is UTC
    clock.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    assert clock() == datetime(2026, 3, 1, tzinfo=UTC)


def test_the_machine_tells_its_time_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= system_clock() <= datetime.now(UTC)
