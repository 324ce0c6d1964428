"""Closing days one by one, or many at once, gives the same results and books the same money, each unit on its own day."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from creditline.ledger.asset_class import ClassTerms
from creditline.ledger.chart import Account
from creditline.ledger.close import Closing, DayClosed, Suspense, close_line
from creditline.ledger.interest import DaysCounted
from creditline.ledger.loan import Loan
from creditline.ledger.payment import pay
from creditline.ledger.running import accrue, end_day
from creditline.ledger.terms import LoanTerms
from tests.ledger.a_loan import DRAWN_ON, LINE, a_loan, some_terms
from tests.ledger.test_day import moved
from tests.ledger.test_payment import TERMS

CLASSES = ClassTerms(non_accrual_days=20)


def on(days: int) -> date:
    return DRAWN_ON + timedelta(days=days)


def classes(day: date) -> ClassTerms:
    """Return thresholds that change on a day, as an edition that is put in force changes them."""
    return CLASSES if day < on(70) else ClassTerms(non_accrual_days=40)


def closing(loans: list[Loan], since: int, through: int, suspense: Suspense | None = None) -> Closing:
    held = suspense or Suspense()
    return close_line(LINE, loans, since=on(since), through=on(through), suspense=held, classes=classes)


@given(TERMS, st.lists(st.integers(1, 60), max_size=4))
def test_one_stride_is_many_days(terms: LoanTerms, strides: list[int]) -> None:
    loan = a_loan(1_000_000, terms)
    total = sum(strides, 1)
    at_once = closing([loan], 0, total - 1)
    days: list[DayClosed] = []
    loans, since, suspense = [loan], 0, Suspense()
    for stride in (1, *strides):
        part = closing(loans, since, since + stride - 1, suspense)
        days += part.days
        loans, since, suspense = list(part.changed), since + stride, part.suspense
    assert tuple(days) == at_once.days
    assert suspense == at_once.suspense


@given(TERMS, st.integers(1, 120), st.integers(1, 900_000))
def test_the_accounts_hold_what_the_result_of_each_day_says(terms: LoanTerms, paid_on: int, amount: int) -> None:
    loan = a_loan(1_000_000, terms)
    balance: Counter[Account] = Counter()
    first = closing([loan], 0, paid_on - 1)
    for day in first.days:
        balance.update(moved(day.legs))
        assert balance[Account.INTEREST_RECEIVABLE] == day.result.interest_minor
        assert balance[Account.PENALTY_RECEIVABLE] == day.result.penalty_minor
        suspended = day.result.suspended_interest_minor + day.result.suspended_penalty_minor
        assert -balance[Account.SUSPENDED_INTEREST] == suspended
        assert sum(balance.values()) == 0
    paid, _ = pay(first.changed[0], amount, on=on(paid_on))
    last = closing([paid], paid_on, paid_on + 60, first.suspense)
    assert [day.result.day for day in last.days] == [on(paid_on + place) for place in range(len(last.days))]
    assert last.is_over == (not last.changed)
    assert last.days[0].result.principal_minor == paid.outstanding_minor


def test_a_line_that_owes_nothing_any_more_is_closed_once() -> None:
    gone = closing([], 10, 20, Suspense(interest_minor=7))
    assert (len(gone.days), gone.is_over, gone.days[0].result.owed_minor) == (1, True, 0)
    assert gone.days[0].legs == ((Account.SUSPENDED_INTEREST, Account.INTEREST_INCOME, 7),)


def test_days_before_a_later_draw_are_passed_over() -> None:
    gone = closing([a_loan(1_000, some_terms())], -10, 2)
    assert [day.result.day for day in gone.days] == [on(-10), on(0), on(1), on(2)]
    assert not gone.is_over
    assert closing([a_loan(1_000, some_terms())], -10, -5).changed == ()


def test_the_end_of_a_day_is_the_same_day_whichever_end_of_a_loan_is_charged() -> None:
    first, last = (a_loan(1_000_000, some_terms(counted=counted)) for counted in (DaysCounted.FIRST, DaysCounted.LAST))
    assert end_day(first, on(0)) == accrue(first, through_on=on(1))
    assert end_day(last, on(1)) == accrue(last, through_on=on(1))
    assert end_day(last, on(0)).accrued_interest_minor == 0
