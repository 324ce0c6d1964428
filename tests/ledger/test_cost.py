"""What money costs is told as a rate that one can check by hand."""

from datetime import date
from decimal import Decimal

import pytest

from creditline.errors import Malformed
from creditline.ledger.cost import (
    average_daily_balance_minor,
    calendar_year_ppm,
    effective_year,
    monthly_rate,
    simple_year_ppm,
    yearly_rate,
)
from creditline.ledger.interest import DayCount, Per, Rate

DAILY = Rate(figure_ppm=500, per=Per.DAY, day_count=DayCount.ACT_360)


def test_a_penalty_of_one_and_a_half_passes_a_ceiling_of_24_percent() -> None:
    assert simple_year_ppm(DAILY, multiplier_bp=15_000) == 270_000
    assert calendar_year_ppm(DAILY, multiplier_bp=15_000) == 273_750


def test_a_year_over_360_costs_five_days_more() -> None:
    assert calendar_year_ppm(Rate(figure_ppm=180_000, day_count=DayCount.ACT_360)) == 182_500
    assert calendar_year_ppm(Rate(figure_ppm=180_000, day_count=DayCount.ACT_365)) == 180_000
    assert calendar_year_ppm(Rate(figure_ppm=180_000, day_count=DayCount.THIRTY_360)) == 180_000
    assert calendar_year_ppm(Rate(figure_ppm=100_001, day_count=DayCount.ACT_360)) == 101_390  # told rounded up


def test_the_effective_rate_compounds_by_the_day() -> None:
    assert round(effective_year(DAILY) * 100, 2) == Decimal("20.02")


def test_dated_payments_a_year_apart_cost_their_simple_rate() -> None:
    rate = yearly_rate([(date(2025, 1, 1), 1_000_000), (date(2026, 1, 1), -1_100_000)])
    assert round(rate, 12) == Decimal("0.1")


@pytest.mark.parametrize("flows", [[], [100], [100, 100], [-100, 50]])
def test_payments_without_a_rate_are_refused(flows: list[int]) -> None:
    with pytest.raises(Malformed, match="paid out first"):
        monthly_rate(flows)


def test_no_days_have_no_balance() -> None:
    assert average_daily_balance_minor([]) == 0
