"""Schedules sum to the loan, clear in the last row and never ask for less than nothing."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.ledger.interest import DayCount, Rate
from creditline.ledger.schedule import due_dates, level_balance_after, plan, plan_rest
from creditline.ledger.terms import RepaymentKind
from tests.ledger.a_loan import some_terms

TWELVE_PERCENT = Rate(figure_ppm=120_000, day_count=DayCount.THIRTY_360)


def test_dues_keep_their_day_and_are_clipped_to_the_month() -> None:
    assert [due.isoformat()[5:] for due in due_dates(date(2025, 10, 31), 6)] == [
        "11-30", "12-31", "01-31", "02-28", "03-31", "04-30",
    ]  # fmt: skip


TABLE = [
    # kind                               principal of each row    interest of each row
    (RepaymentKind.ANY_DAY,            [1_200_00],                          [36_00]),
    (RepaymentKind.LEVEL_INSTALMENTS,  [396_03, 399_99, 403_98],            [12_00, 8_04, 4_04]),
    (RepaymentKind.EQUAL_PRINCIPAL,    [400_00, 400_00, 400_00],            [12_00, 8_00, 4_00]),
    (RepaymentKind.INTEREST_FIRST,     [0, 0, 1_200_00],                    [12_00, 12_00, 12_00]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "principal", "interest"), TABLE, ids=[row[0] for row in TABLE])
def test_each_kind_brings_principal_back_in_its_way(
    kind: RepaymentKind, principal: list[int], interest: list[int]
) -> None:
    rows = plan(1_200_00, some_terms(kind, rate=TWELVE_PERCENT, count=3), drawn_on=date(2025, 1, 10))
    assert [row.principal_minor for row in rows] == principal
    assert [row.interest_minor for row in rows] == interest


SCHEDULES = {
    "amount": st.integers(1, 5_000_000),
    "count": st.integers(1, 40),
    "ppm": st.integers(0, 480_000),
    "drawn_on": st.dates(date(2023, 12, 1), date(2025, 3, 31)),
}


@given(kind=st.sampled_from(RepaymentKind), days=st.sampled_from(DayCount), unit=st.sampled_from([1, 100, 10_000]), **SCHEDULES)  # fmt: skip
def test_principal_sums_to_the_loan_and_no_row_is_negative(
    kind: RepaymentKind, days: DayCount, unit: int, amount: int, count: int, ppm: int, drawn_on: date
) -> None:
    rate = Rate(figure_ppm=ppm, day_count=days)
    rows = plan(amount, some_terms(kind, rate=rate, count=count, unit_minor=unit), drawn_on=drawn_on)
    assert sum(row.principal_minor for row in rows) == amount
    assert all(row.principal_minor >= 0 and row.interest_minor >= 0 for row in rows)
    assert all(before.due_on < after.due_on for before, after in pairwise(rows))
    assert len(rows) <= count


@given(day=st.integers(1, 28), **{**SCHEDULES, "ppm": st.integers(1, 360_000)})
def test_thirty_days_a_month_follow_the_closed_form(
    day: int, amount: int, count: int, ppm: int, drawn_on: date
) -> None:
    rate = Rate(figure_ppm=ppm, day_count=DayCount.THIRTY_360)
    terms = some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=rate, count=count)
    rows, left = plan(amount, terms, drawn_on=drawn_on.replace(day=day)), amount
    for paid, row in enumerate(rows, start=1):
        left -= row.principal_minor
        # Each month rounds by at most one minor unit, and what was rounded bears interest.
        assert abs(left - level_balance_after(amount, rate, count=count, paid_count=paid)) <= paid * 1.03**paid


@given(**SCHEDULES)
def test_actual_days_cost_what_thirty_do_but_for_a_few_days(amount: int, count: int, ppm: int, drawn_on: date) -> None:
    def interest(days: DayCount) -> int:
        rate = Rate(figure_ppm=ppm, day_count=days)
        rows = plan(amount, some_terms(RepaymentKind.INTEREST_FIRST, rate=rate, count=count), drawn_on=drawn_on)
        return sum(row.interest_minor for row in rows)

    few = amount * ppm / 1_000_000 / 365 * (3 + count / 30) + count
    assert abs(interest(DayCount.ACT_365) - interest(DayCount.THIRTY_360)) <= few


def test_an_instalment_that_is_kept_makes_fewer_rows() -> None:
    terms = some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=TWELVE_PERCENT, count=12)
    dues = due_dates(date(2025, 1, 10), 12)
    rows = plan_rest(50_000, terms, since=date(2025, 1, 10), dues=dues, instalment_minor=10_000)
    assert [row.principal_minor for row in rows] == [9_500, 9_595, 9_691, 9_788, 9_886, 1_540]
