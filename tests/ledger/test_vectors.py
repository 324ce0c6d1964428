"""Published figures, each with its source, and one that the press got wrong."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from creditline.ledger.asset_class import ead_minor
from creditline.ledger.cost import average_daily_balance_minor, effective_of_month, monthly_rate, simple_year_ppm
from creditline.ledger.interest import DayCount, Per, Rate, interest_minor, rounded
from creditline.ledger.schedule import level_balance_after, level_instalment_minor, plan
from creditline.ledger.terms import RepaymentKind
from tests.ledger.a_line import a_line
from tests.ledger.a_loan import some_terms


def cents(exact: Fraction) -> str:
    whole = rounded(exact.numerator, per=exact.denominator)
    return f"{whole // 100}.{whole % 100:02d}"


# numpy-financial (PyPI), docstring of `ipmt`: 2,500 at 8.24 % / 12 in 12 months; principal, interest, balance.
V1 = [
    ("200.58", "17.17", "2299.42"), ("201.96", "15.79", "2097.46"), ("203.35", "14.40", "1894.11"),
    ("204.74", "13.01", "1689.37"), ("206.15", "11.60", "1483.22"), ("207.56", "10.18", "1275.66"),
    ("208.99", "8.76", "1066.67"), ("210.42", "7.32", "856.25"), ("211.87", "5.88", "644.38"),
    ("213.32", "4.42", "431.05"), ("214.79", "2.96", "216.26"), ("216.26", "1.49", "0.00"),
]  # fmt: skip


def test_level_rows_are_those_of_numpy_financial() -> None:
    rate, rows, interest = Rate(figure_ppm=82_400), [], Fraction(0)
    before = Fraction(250_000)
    for paid in range(1, 13):
        after = level_balance_after(250_000, rate, count=12, paid_count=paid)
        own = before * rate.year_ppm / 12_000_000
        rows.append((cents(before - after), cents(own), cents(after)))
        interest, before = interest + own, after
    assert rows == V1
    assert cents(interest) == "112.98"


def test_whole_amounts_stay_within_a_cent_of_the_published_rows() -> None:
    rate = Rate(figure_ppm=82_400, day_count=DayCount.THIRTY_360)
    rows = plan(250_000, some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=rate), drawn_on=date(2025, 1, 15))
    for row, (principal, interest, _) in zip(rows, V1, strict=True):
        assert abs(row.principal_minor - int(Decimal(principal) * 100)) <= 2
        assert abs(row.interest_minor - int(Decimal(interest) * 100)) <= 1


@pytest.mark.parametrize(
    ("principal", "year_ppm", "count", "instalment"),
    [
        (20_000_000, 120_000, 12, 1_776_976),  # a public test file: 200,000 at 12 % / 12 in 12 months
        (30_000_000, 40_000, 84, 410_064),  # 300,000 at 4 % in 84 months: the press has 4,283 or 4,200, and is wrong
    ],
)
def test_a_level_instalment_is_the_published_one(principal: int, year_ppm: int, count: int, instalment: int) -> None:
    assert level_instalment_minor(principal, Rate(figure_ppm=year_ppm), count=count) == instalment
    assert instalment not in {428_300, 420_000}


def test_actual_days_with_an_instalment_rounded_up_are_those_of_frappe_lending() -> None:
    # frappe/lending, loan_management/doctype/loan/test_loan.py @002b084f: 280,000 at 8.4 %, drawn 2025-01-27, 20 dues.
    rate = Rate(figure_ppm=84_000, day_count=DayCount.ACT_365)
    terms = some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=rate, count=20, unit_minor=100)
    rows = plan(28_000_000, terms, drawn_on=date(2025, 1, 27))
    assert rows[0].principal_minor + rows[0].interest_minor == 1_505_200
    assert rounded(sum(row.interest_minor for row in rows), per=100) == 20_970
    left = [28_000_000 - sum(row.principal_minor for row in rows[: place + 1]) for place in range(20)]
    shown = {
        place: [
            rounded(amount, per=100)
            for amount in (rows[place].principal_minor, rows[place].interest_minor, left[place])
        ]
        for place in (3, 17, 19)
    }
    assert shown == {3: [13_392, 1_660, 226_979], 17: [14_745, 307, 29_715], 19: [14_875, 106, 0]}


def test_a_cash_flow_costs_what_was_published() -> None:
    # A public test file: 950 received, 12 monthly payments of 87.50.
    month = monthly_rate([95_000, *[-8_750] * 12])
    assert round(month * 100, 4) == Decimal("1.5744")
    assert round(month * 1200, 4) == Decimal("18.8925")
    assert round(effective_of_month(month) * 100, 4) == Decimal("20.6173")


def test_the_rate_of_appendix_j_is_found() -> None:
    # 12 CFR 1026 appendix J, single advance: 5,000 in 24 payments of 230.
    assert round(monthly_rate([500_000, *[-23_000] * 24]) * 1200, 2) == Decimal("9.69")


@pytest.mark.parametrize(
    ("segments", "average"),
    [
        ([(400_00, 7), (360_00, 3), (420_00, 6), (410_00, 7), (460_00, 7)], 416_33),  # jiskha.com id=1322156378
        ([(1928_00, 15), (1778_00, 15)], 1853_00),  # algebra.com solution 848071
    ],
)
def test_an_average_daily_balance_is_the_published_one(segments: list[tuple[int, int]], average: int) -> None:
    assert average_daily_balance_minor(segments) == average


@pytest.mark.parametrize(("day_ppm", "day_minor", "year_ppm"), [(200, 10_00, 72_000), (500, 25_00, 180_000)])
def test_daily_interest_is_that_of_the_bank(day_ppm: int, day_minor: int, year_ppm: int) -> None:
    # bank.jxyuging.com/bank/2022/1104/222428.html: 50,000 at 0.02 % and 0.05 % a day.
    rate = Rate(figure_ppm=day_ppm, per=Per.DAY, day_count=DayCount.ACT_360)
    assert interest_minor(50_000_00, rate, days_count=1) == day_minor
    assert simple_year_ppm(rate) == year_ppm


def test_available_is_the_limit_less_what_is_used_and_blocked() -> None:
    # Oracle ELCM 14.8.2, transactions.
    assert a_line(granted=100_000_00, drawn=30_000_00, reserved=20_000_00).available_minor == 50_000_00


def test_a_demand_loan_costs_its_actual_days() -> None:
    # frappe/lending test_loan.py, test_loan_closure: 1,000,000 at 13.5 % for 34 days over 365.
    assert interest_minor(1_000_000_00, Rate(figure_ppm=135_000), days_count=34) == 12_575_34


def test_a_purchased_receivable_is_paid_by_the_day() -> None:
    # apache/fineract, ProjectedAmortizationScheduleModel: turnover 100,000 at 18 % over 360 days, 9,000 advanced.
    payment_minor = interest_minor(100_000_00, Rate(figure_ppm=180_000, day_count=DayCount.ACT_360), days_count=1)
    assert payment_minor == 50_00
    assert 9_000_00 / payment_minor == 180


@pytest.mark.parametrize(("ccf_ppm", "ead"), [(100_000, 37_000), (400_000, 58_000)])
def test_exposure_at_default_counts_a_share_of_what_is_undrawn(ccf_ppm: int, ead: int) -> None:
    # CRE20.98 and .100: 10 % where the lender may cancel at will, 40 % of other commitments.
    assert ead_minor(30_000, undrawn_minor=70_000, ccf_ppm=ccf_ppm) == ead
