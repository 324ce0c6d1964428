"""Booking a loan: what ran up becomes a receivable once, fees are earned at the draw, and a payment leaves by its parts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.ledger.allocation import Part
from creditline.ledger.booking import book_run_up, fee_legs, paid_legs, together
from creditline.ledger.chart import Account
from creditline.ledger.payment import pay
from creditline.ledger.running import accrue
from tests.ledger.a_loan import DRAWN_ON, a_loan, some_terms


def test_what_ran_up_is_booked_once() -> None:
    ran = accrue(a_loan(), through_on=DRAWN_ON + timedelta(days=10))
    booked, legs = book_run_up(ran)
    assert together([legs]) == ((Account.INTEREST_RECEIVABLE, Account.INTEREST_INCOME, 5_000),)
    again, nothing = book_run_up(booked)
    assert (again, together([nothing])) == (booked, ())


def test_a_fee_is_owed_and_earned_at_the_draw() -> None:
    loan = a_loan(terms=some_terms(draw_fee_ppm=10_000))
    assert fee_legs(loan) == ((Account.FEE_RECEIVABLE, Account.FEE_INCOME, 10_000),)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400_000)), min_size=1, max_size=4))
def test_receivables_are_what_is_owed_after_every_payment(payments: list[tuple[int, int]]) -> None:
    """Whatever is paid on whatever day: what is booked and not paid of interest and penalty is what is owed of them."""
    loan, on = a_loan(terms=some_terms(draw_fee_ppm=1_000)), DRAWN_ON
    legs = [fee_legs(loan)]
    for days, amount_minor in payments:
        on += timedelta(days=days)
        loan, allocation = pay(loan, amount_minor, on=on)
        loan, ran = book_run_up(loan)
        legs += [ran, paid_legs(allocation)]
        net = dict.fromkeys(Account, 0)
        for debit, credit, moved_minor in together(legs):
            net[debit] += moved_minor
            net[credit] -= moved_minor
        charged = {part: loan.charged_minor(part) - loan.paid_minor(part) for part in Part}
        assert net[Account.INTEREST_RECEIVABLE] == charged[Part.INTEREST] + loan.accrued_interest_minor
        assert net[Account.PENALTY_RECEIVABLE] == charged[Part.PENALTY] + loan.accrued_penalty_minor
        assert net[Account.FEE_RECEIVABLE] == charged[Part.FEE]
        assert sum(net.values()) == 0


def test_what_is_kept_becomes_a_credit_balance() -> None:
    _, allocation = pay(a_loan(100), 130, on=DRAWN_ON)
    legs = together([paid_legs(allocation, kept_minor=allocation.excess_minor)])
    assert legs == ((Account.SETTLEMENT, Account.CREDIT_BALANCE, 30),)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_legs_between_the_same_accounts_become_one(count: int) -> None:
    leg = ((Account.SETTLEMENT, Account.FEE_RECEIVABLE, 2),)
    assert together([leg] * count) == (((Account.SETTLEMENT, Account.FEE_RECEIVABLE, 2 * count),) if count else ())
