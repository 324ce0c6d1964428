"""There is one way from a moment to its day: `clock.business_day`, in UTC; the kernel's own division and SQL say the same."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import creditline
from creditline.clock import DAY_US, EPOCH_DAY, business_day, start_of, to_us
from creditline.store.connect import Database

PACKAGE = Path(creditline.__file__).parent

IN_PYTHON = re.compile(r"\.date\(\)|fromtimestamp|date\.today|utcnow|\.timetuple\(")
IN_SQL = re.compile(r"::date\b(?!\[)|date_trunc|current_date|at time zone", re.IGNORECASE)
IN_THE_DATABASE = "return day::timestamp at time zone 'UTC';"
"""What `start_of_day` is: the one place where the database goes from a day to a moment."""


def test_no_other_module_takes_a_day_from_a_moment() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}: {match.group()}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in {".py", ".sql"} and path.name != "clock.py"
        for match in (IN_PYTHON if path.suffix == ".py" else IN_SQL).finditer(
            path.read_text(encoding="utf-8").replace(IN_THE_DATABASE, "")
        )
    }
    assert found == set()


@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001  # Its zone is given.
    st.integers(min_value=-12 * 60, max_value=14 * 60),
)
def test_a_moment_has_the_same_day_in_every_zone_and_in_the_kernel(naive: datetime, offset_minutes: int) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    day = business_day(at)
    assert day == business_day(at.astimezone(UTC)) == date.fromordinal(to_us(at) // DAY_US + EPOCH_DAY)
    assert start_of(day) <= at < start_of(day) + timedelta(days=1)


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2024, 2, 29), date(2026, 12, 31)])
def test_a_day_begins_at_midnight_utc(day: date) -> None:
    assert business_day(start_of(day)) == day
    assert business_day(start_of(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


async def test_a_day_begins_at_the_same_moment_in_the_database(db: Database) -> None:
    days = [date(1900, 1, 1) + timedelta(days=count) for count in range(110_000)]
    async with db.reading() as link:
        rows = await link.fetch("select day, start_of_day(day) as at from unnest($1::date[]) as over (day)", days)
    assert {row["day"]: row["at"] for row in rows} == {day: start_of(day) for day in days}
