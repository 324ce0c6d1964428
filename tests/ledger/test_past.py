"""A past told again by parts is the past as it was, and a day asked for sees nothing of the days after it."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.ledger.allocation import Part
from creditline.ledger.loan import Loan
from creditline.ledger.past import Deed, loan_on
from creditline.ledger.payment import pay
from creditline.ledger.running import accrue
from creditline.ledger.terms import LoanTerms
from tests.ledger.a_loan import DRAWN_ON, a_loan
from tests.ledger.test_payment import PAYMENTS, TERMS


def on(days: int) -> date:
    return DRAWN_ON + timedelta(days=days)


def lived(terms: LoanTerms, payments: list[tuple[int, int]]) -> tuple[Loan, list[Deed]]:
    """Pay a loan as it comes, and keep what each payment met by part, as a store would."""
    loan, deeds = a_loan(123_457, terms), []
    for day, amount in sorted(payments):
        loan, found = pay(loan, amount, on=on(day))
        deeds.append(Deed(met_on=on(day), parts={part: found.part_minor(part) for part in Part}))
    return loan, deeds


@settings(max_examples=60)
@given(terms=TERMS, payments=PAYMENTS)
def test_a_past_told_again_is_the_past(terms: LoanTerms, payments: list[tuple[int, int]]) -> None:
    loan, deeds = lived(terms, payments)
    assert loan_on(a_loan(123_457, terms), deeds, day=on(260)) == accrue(loan, through_on=on(260))


@settings(max_examples=60)
@given(terms=TERMS, payments=PAYMENTS, day=st.integers(0, 260))
def test_a_day_sees_only_what_was_done_before_it(terms: LoanTerms, payments: list[tuple[int, int]], day: int) -> None:
    _, deeds = lived(terms, payments)
    until, _ = lived(terms, [paid for paid in payments if paid[0] < day])
    assert loan_on(a_loan(123_457, terms), deeds, day=on(day)) == accrue(until, through_on=on(day))


def test_a_payment_counts_after_its_day_and_not_at_its_beginning() -> None:
    loan = a_loan(1_000_000)
    deed = Deed(met_on=on(10), parts={Part.INTEREST: 5_000, Part.PRINCIPAL: 400_000})
    assert loan_on(loan, [deed], day=on(10)) == accrue(loan, through_on=on(10))
    after = loan_on(loan, [deed], day=on(11))
    assert (after.outstanding_minor, after.accrued_interest_minor) == (600_000, 300)
