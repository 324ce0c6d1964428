"""Days go by: ordinary interest until the due date, penalty after the grace, and never a day twice."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.ledger.allocation import Part
from creditline.ledger.interest import DayCount, DaysCounted, Rate
from creditline.ledger.loan import LoanState
from creditline.ledger.payment import claims_of, pay
from creditline.ledger.running import accrue, late_minor
from creditline.ledger.terms import RepaymentKind
from tests.ledger.a_loan import DRAWN_ON, a_loan, some_terms


def on(days: int) -> date:
    return DRAWN_ON + timedelta(days=days)


def test_a_day_costs_principal_times_rate() -> None:
    loan = accrue(a_loan(1_000_000), through_on=on(10))
    assert loan.accrued_interest_minor == 5_000
    assert loan.interest.micro == 5_000_000_000
    assert claims_of(loan)[0].part is Part.INTEREST


@pytest.mark.parametrize(("counted", "days"), [(DaysCounted.FIRST, 0), (DaysCounted.LAST, 0), (DaysCounted.BOTH, 1)])
def test_a_loan_repaid_on_its_day_costs_what_the_product_says(counted: DaysCounted, days: int) -> None:
    loan = accrue(a_loan(1_000_000, some_terms(counted=counted)), through_on=DRAWN_ON)
    assert loan.accrued_interest_minor == 500 * days


def test_the_last_day_counted_is_not_charged_again_the_next() -> None:
    loan = accrue(a_loan(1_000_000, some_terms(counted=DaysCounted.BOTH)), through_on=on(3))
    assert loan.accrued_interest_minor == 2_000
    assert accrue(loan, through_on=on(3)) == loan
    assert accrue(loan, through_on=on(4)).accrued_interest_minor == 2_500


ONE_MONTH = some_terms(count=1)  # due on 2025-02-27, 31 days after the draw

TABLE = [
    # terms                                     days  interest  penalty    dpd
    (ONE_MONTH,                                   31,   15_500,       0,     0),
    (ONE_MONTH,                                   32,   15_500,     750,     1),
    (ONE_MONTH,                                   41,   15_500,   7_500,    10),
    # In its grace an overdue day costs what it always did; days past due count all the same.
    (some_terms(count=1, grace_days=3),           34,   17_000,       0,     3),
    (some_terms(count=1, grace_days=3),           35,   17_000,     750,     4),
    # Interest upon unpaid interest runs only where it was agreed.
    (some_terms(count=1, compound=True),          41,   15_500,   7_616,    10),
    (some_terms(count=1, multiplier_bp=10_000),   41,   15_500,   5_000,    10),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "days", "interest", "penalty", "dpd"), TABLE)
def test_what_is_overdue_costs_a_penalty_once_its_grace_is_over(
    terms: object, days: int, interest: int, penalty: int, dpd: int
) -> None:
    loan = accrue(a_loan(1_000_000, terms), through_on=on(days))  # type: ignore[arg-type]  # the table's column is mixed
    owed = {part: sum(claim.amount_minor for claim in claims_of(loan) if claim.part is part) for part in Part}
    assert (owed[Part.INTEREST], owed[Part.PENALTY], loan.dpd_days(on(days))) == (interest, penalty, dpd)


def test_only_the_late_part_of_an_instalment_loan_bears_penalty() -> None:
    terms = some_terms(RepaymentKind.EQUAL_PRINCIPAL, count=4)
    loan = accrue(a_loan(1_000_000, terms), through_on=on(41))
    assert (loan.overdue_minor, late_minor(loan), loan.outstanding_minor) == (250_000, 250_000, 1_000_000)
    assert loan.accrued_penalty_minor == 250_000 * 500 * 10 * 3 // 2 // 1_000_000
    assert loan.accrued_interest_minor == 750_000 * 500 * 10 // 1_000_000


def test_a_due_date_paid_late_frees_the_next_from_its_days() -> None:
    terms = some_terms(RepaymentKind.INTEREST_FIRST, count=3)
    loan = accrue(a_loan(1_000_000, terms), through_on=on(70))
    assert loan.dpd_days(on(70)) == 39
    paid, _ = pay(loan, loan.rows[0].interest_minor, on=on(70))
    assert paid.dpd_days(on(70)) == 11  # the second was due on day 59


@settings(max_examples=60)
@given(
    kind=st.sampled_from(RepaymentKind),
    grace=st.integers(0, 40),
    count=st.integers(1, 4),
    compound=st.booleans(),
    counted=st.sampled_from(DaysCounted),
    days=st.sampled_from(DayCount),
    stops=st.lists(st.integers(0, 200), max_size=8),
)
def test_a_close_that_missed_days_catches_up_exactly(
    kind: RepaymentKind, grace: int, count: int, compound: bool, counted: DaysCounted, days: DayCount, stops: list[int]
) -> None:
    rate = Rate(figure_ppm=187_300, day_count=days)
    terms = some_terms(kind, rate=rate, count=count, grace_days=grace, compound=compound, counted=counted)
    step = a_loan(1_234_567, terms)
    for stop in sorted(stops):
        step = accrue(step, through_on=on(stop))
    assert accrue(step, through_on=on(200)) == accrue(a_loan(1_234_567, terms), through_on=on(200))


def test_a_closed_loan_stands_still() -> None:
    loan, _ = pay(a_loan(1_000_000), 1_005_000, on=on(10))
    assert loan.state is LoanState.CLOSED
    assert accrue(loan, through_on=on(400)) == loan
    assert loan.dpd_days(on(400)) == 0
