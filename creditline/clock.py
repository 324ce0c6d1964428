"""Time as we use it: instants in UTC, whole microseconds, business days.

The core never asks the time: it is told `as_of`. Only the shell holds a `Clock`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WEEK_DAYS, WORKING_DAYS = 7, 5
DAY = timedelta(days=1)
DAY_US = 86_400_000_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
SETTLES_IN = timedelta(minutes=5)
"""How long after midnight a day may still be booked on by a machine whose clock is behind."""


def system_clock() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


class MovedClock:
    """A clock that stands still until it is moved: for replays, simulations and tests."""

    def __init__(self, start: datetime) -> None:
        self.now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        """Return the instant the clock was last moved to."""
        return self.now

    def move_to(self, instant: datetime) -> None:
        """Set the clock; backwards is allowed, because real clocks do it too."""
        self.now = instant.astimezone(UTC)


def to_us(instant: datetime) -> int:
    """Return microseconds since 1970-01-01 UTC, exactly."""
    return (instant - EPOCH) // MICROSECOND


def from_us(instant_us: int) -> datetime:
    """Return the instant `instant_us` microseconds after 1970-01-01 UTC, exactly."""
    return EPOCH + timedelta(microseconds=instant_us)


def just_after(instant: datetime) -> datetime:
    """Return the next instant: an answer as of then counts what happened at `instant`."""
    return instant + MICROSECOND


def business_day(instant: datetime) -> date:
    """Return the business day an instant falls on; days begin at midnight UTC (ADR 0006)."""
    return instant.astimezone(UTC).date()


def working_days(*, after: date, until: date) -> int:
    """Return how many Mondays to Fridays lie after a day up to another, negative if that is earlier; holidays count."""
    if until < after:
        return -working_days(after=until, until=after)
    weeks, rest = divmod((until - after).days, WEEK_DAYS)
    left = sum((after.weekday() + step) % WEEK_DAYS < WORKING_DAYS for step in range(1, rest + 1))
    return weeks * WORKING_DAYS + left


def last_over(now: datetime) -> date:
    """Return the last business day that is over at an instant."""
    return business_day(now - SETTLES_IN) - DAY


def start_of(day: date) -> datetime:
    """Return the first instant of a business day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
