"""The result of a day: how late, how classed, what is no income; and giving up a debt leaves nothing of it behind."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.ledger.asset_class import AssetClass, Bucket, ClassTerms
from creditline.ledger.book import Legs
from creditline.ledger.chart import Account
from creditline.ledger.day import LineDay, line_day, suspense_legs
from creditline.ledger.loan import Loan
from creditline.ledger.payment import claims_of, pay, quote_settlement
from creditline.ledger.running import accrue
from creditline.ledger.terms import LoanTerms
from tests.ledger.a_loan import DRAWN_ON, LINE, a_loan, some_terms
from tests.ledger.test_payment import PAYMENTS, TERMS

OTHER = UUID("01900000-0000-7000-8000-000000000002")
CLASSES = ClassTerms()


def on(days: int) -> date:
    return DRAWN_ON + timedelta(days=days)


def result_on(days: int, *loans: Loan) -> LineDay:
    return line_day(LINE, on(days), [accrue(loan, through_on=on(days)) for loan in loans], CLASSES)


def moved(*legs: Legs) -> Counter[Account]:
    """Return by how much each account rose (debits less credits)."""
    balance: Counter[Account] = Counter()
    for debit, credit, amount_minor in (leg for group in legs for leg in group):
        assert amount_minor >= 0
        balance[debit] += amount_minor
        balance[credit] -= amount_minor
    return balance


@pytest.mark.parametrize(
    ("days", "dpd", "bucket", "asset_class", "stage", "stopped"),
    [
        (30, 0, Bucket.CURRENT, AssetClass.NORMAL, 1, False),
        (31, 0, Bucket.CURRENT, AssetClass.NORMAL, 1, False),
        (32, 1, Bucket.M1, AssetClass.SPECIAL_MENTION, 1, False),
        (61, 30, Bucket.M1, AssetClass.SPECIAL_MENTION, 1, False),
        (62, 31, Bucket.M2, AssetClass.SPECIAL_MENTION, 2, False),
        (121, 90, Bucket.M3, AssetClass.SPECIAL_MENTION, 2, False),
        (122, 91, Bucket.M4_PLUS, AssetClass.SUBSTANDARD, 3, True),
        (302, 271, Bucket.M4_PLUS, AssetClass.DOUBTFUL, 3, True),
        (392, 361, Bucket.M4_PLUS, AssetClass.LOSS, 3, True),
    ],
)
def test_a_day_says_how_late_a_line_is(
    days: int, dpd: int, bucket: Bucket, asset_class: AssetClass, stage: int, *, stopped: bool
) -> None:
    result = result_on(days, a_loan(1_000_000, some_terms(count=1)))
    assert (result.dpd_days, result.bucket, result.asset_class, result.stage) == (dpd, bucket, asset_class, stage)
    assert (result.is_late, result.is_non_accrual) == (dpd > 0, stopped)
    assert result.overdue_minor == (1_000_000 if dpd else 0)


def test_a_line_is_as_late_as_the_latest_of_its_loans_and_owes_them_all() -> None:
    late, young = a_loan(1_000_000, some_terms(count=1)), a_loan(50_000, loan=OTHER, drawn_on=on(40))
    result = result_on(45, late, young)
    assert (result.dpd_days, result.principal_minor, result.overdue_minor) == (14, 1_050_000, 1_000_000)


def test_what_was_paid_off_is_no_longer_late() -> None:
    late = a_loan(1_000_000, some_terms(count=1))
    paid, _ = pay(late, quote_settlement(late, on=on(130)).amount_minor, on=on(130))
    cured = result_on(130, paid)
    assert (cured.dpd_days, cured.owed_minor, cured.asset_class) == (0, 0, AssetClass.NORMAL)
    back = moved(suspense_legs(result_on(129, late), cured))
    assert back[Account.SUSPENDED_INTEREST] > 0 > back[Account.INTEREST_INCOME]


@settings(max_examples=60)
@given(terms=TERMS, payments=PAYMENTS, days=st.lists(st.integers(0, 420), min_size=1, max_size=6))
def test_a_day_owes_what_the_loan_owes_and_suspense_holds_what_the_last_day_says(
    terms: LoanTerms, payments: list[tuple[int, int]], days: list[int]
) -> None:
    loan, before, legs, to_pay = a_loan(123_457, terms), None, [], sorted(payments)
    for day in sorted(days):
        while to_pay and to_pay[0][0] < day:
            paid_on, amount = to_pay.pop(0)
            loan, _ = pay(loan, amount, on=on(paid_on))
        loan = accrue(loan, through_on=on(day))
        result = line_day(LINE, on(day), [loan], CLASSES)
        assert result.owed_minor == sum(claim.amount_minor for claim in claims_of(loan))
        legs.append(suspense_legs(before, result))
        before = result
    assert before is not None
    suspended = before.suspended_interest_minor + before.suspended_penalty_minor
    assert moved(*legs)[Account.SUSPENDED_INTEREST] == -suspended
    assert (suspended > 0) <= before.is_non_accrual
