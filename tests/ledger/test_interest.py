"""Days are counted as agreed, interest is exact until it is posted, and then rounded once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.ledger.interest import (
    Accrual,
    DayCount,
    DaysCounted,
    Per,
    Rate,
    Rounding,
    interest_minor,
    rounded,
)

DAYS = [
    # count             since             until             days
    (DayCount.ACT_360, date(2024, 2, 28), date(2024, 3, 1), 2),
    (DayCount.ACT_365, date(2025, 2, 28), date(2025, 3, 1), 1),
    (DayCount.THIRTY_360, date(2025, 2, 28), date(2025, 3, 1), 3),
    (DayCount.THIRTY_360, date(2025, 1, 30), date(2025, 1, 31), 0),
    (DayCount.THIRTY_360, date(2025, 1, 15), date(2026, 1, 15), 360),
]


@pytest.mark.parametrize(("count", "since", "until", "days"), DAYS)
def test_days_are_counted_as_agreed(count: DayCount, since: date, until: date, days: int) -> None:
    assert count.days(since, until=until) == days


@given(
    count=st.sampled_from(DayCount), days=st.lists(st.dates(date(2023, 1, 1), date(2026, 1, 1)), min_size=3, max_size=3)
)
def test_strides_add_up_to_the_whole(count: DayCount, days: list[date]) -> None:
    first, middle, last = sorted(days)
    assert count.days(first, until=middle) + count.days(middle, until=last) == count.days(first, until=last)


@pytest.mark.parametrize(("counted", "charged"), [(DaysCounted.FIRST, 3), (DaysCounted.LAST, 3), (DaysCounted.BOTH, 4)])
def test_the_day_of_the_draw_or_of_the_repayment_is_charged_as_the_product_says(
    counted: DaysCounted, charged: int
) -> None:
    begin, end = counted.begin_on(date(2025, 1, 1)), counted.end_on(date(2025, 1, 4))
    assert DayCount.ACT_365.days(begin, until=end) == charged


@pytest.mark.parametrize(
    ("rounding", "whole"),
    [(Rounding.HALF_UP, (1, 2, 3, -1)), (Rounding.HALF_EVEN, (0, 2, 2, 0)), (Rounding.UP, (1, 2, 3, -1)), (Rounding.DOWN, (0, 1, 2, 0))],
)  # fmt: skip
def test_halves_are_rounded_as_agreed(rounding: Rounding, whole: tuple[int, ...]) -> None:
    assert tuple(rounded(half, per=2, rounding=rounding) for half in (1, 3, 5, -1)) == whole


def test_half_a_minor_unit_of_a_year_of_365_days_is_seen_exactly() -> None:
    # 25 at 10 % for 73 days is exactly half a minor unit; micros a day, rounded, would lose it.
    assert interest_minor(25, Rate(figure_ppm=100_000), days_count=73) == 1
    one_by_one = Accrual()
    for _ in range(73):
        one_by_one = one_by_one.plus(25, Rate(figure_ppm=100_000), days_count=1)
    assert one_by_one.micro == 500_000
    assert one_by_one.whole_minor(Rate(figure_ppm=100_000), Rounding.HALF_UP) == 1


@given(
    base=st.integers(0, 10**9),
    ppm=st.integers(0, 10**6),
    per=st.sampled_from(Per),
    count=st.sampled_from(DayCount),
    multiplier_bp=st.sampled_from([10_000, 13_333, 15_000]),
    days=st.lists(st.integers(0, 40), max_size=6),
)
def test_a_day_at_a_time_and_all_at_once_are_the_same(
    base: int, ppm: int, per: Per, count: DayCount, multiplier_bp: int, days: list[int]
) -> None:
    rate = Rate(figure_ppm=ppm, per=per, day_count=count)
    steps = Accrual()
    for some in days:
        steps = steps.plus(base, rate, days_count=some, multiplier_bp=multiplier_bp)
    assert steps == Accrual().plus(base, rate, days_count=sum(days), multiplier_bp=multiplier_bp)
    assert 0 <= steps.rest < rate.parts


def test_penalty_is_a_multiple_of_the_rate() -> None:
    daily = Rate(figure_ppm=500, per=Per.DAY, day_count=DayCount.ACT_360)
    assert interest_minor(1_000_000, daily, days_count=10, multiplier_bp=15_000) == 7_500
