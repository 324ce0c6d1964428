"""Payments lose nothing, what was quoted closes the loan, and paying early never costs more than keeping."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.ledger.allocation import Order, Part
from creditline.ledger.interest import DayCount, DaysCounted, Rate, Rounding
from creditline.ledger.loan import Loan, LoanState
from creditline.ledger.payment import claims_of, pay, quote_settlement
from creditline.ledger.running import accrue
from creditline.ledger.terms import LoanTerms, Prepayment, RepaymentKind
from tests.ledger.a_loan import DRAWN_ON, a_loan, some_terms

TWELVE_PERCENT = Rate(figure_ppm=120_000, day_count=DayCount.THIRTY_360)


def on(days: int) -> date:
    return DRAWN_ON + timedelta(days=days)


def test_a_repayment_any_day_pays_interest_by_actual_days_and_then_principal() -> None:
    loan, found = pay(a_loan(1_000_000), 405_000, on=on(10))
    assert {part: found.part_minor(part) for part in Part} == {
        Part.FEE: 0, Part.PENALTY: 0, Part.INTEREST: 5_000, Part.PRINCIPAL: 400_000,
    }  # fmt: skip
    later = accrue(loan, through_on=on(20))
    assert (later.outstanding_minor, later.accrued_interest_minor) == (600_000, 3_000)


def test_a_payment_below_the_interest_leaves_the_rest_of_it() -> None:
    loan, found = pay(a_loan(1_000_000), 1_200, on=on(10))
    assert (found.part_minor(Part.INTEREST), loan.outstanding_minor) == (1_200, 1_000_000)
    assert claims_of(loan)[0].amount_minor == 3_800


def test_a_fee_is_owed_with_the_first_due_date_and_costs_come_first() -> None:
    terms = some_terms(RepaymentKind.INTEREST_FIRST, count=3, draw_fee_ppm=10_000)
    loan, found = pay(a_loan(1_000_000, terms), 11_000, on=on(31))
    assert (found.part_minor(Part.FEE), found.part_minor(Part.INTEREST)) == (10_000, 1_000)
    assert loan.dpd_days(on(32)) == 1


def test_an_instalment_paid_three_days_early_is_paid() -> None:
    terms = some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=TWELVE_PERCENT, count=12)
    loan = a_loan(1_200_000, terms)
    instalment_minor = loan.rows[0].principal_minor + loan.rows[0].planned_interest_minor
    early, _ = pay(loan, instalment_minor, on=on(28))
    due = accrue(early, through_on=on(31))
    # Three days' interest on what is still drawn is all that the due date asks for, and less of it than was planned.
    asked = sum(claim.amount_minor for claim in claims_of(due) if claim.due_on == on(31))
    assert 0 < asked < 1_300
    assert due.rows[0].interest_minor < loan.rows[0].planned_interest_minor


def instalments_after(loan: Loan) -> list[int]:
    return [row.principal_minor + row.planned_interest_minor for row in loan.rows if row.number > 1]


@pytest.mark.parametrize(
    ("prepayment", "rows", "instalment"), [(Prepayment.REDUCE, 12, 63_917), (Prepayment.SHORTEN, 8, 106_619)]
)
def test_principal_paid_ahead_makes_instalments_smaller_or_fewer(
    prepayment: Prepayment, rows: int, instalment: int
) -> None:
    terms = some_terms(RepaymentKind.LEVEL_INSTALMENTS, rate=TWELVE_PERCENT, count=12, prepayment=prepayment)
    loan, _ = pay(a_loan(1_200_000, terms), 106_619, on=on(31))
    ahead, found = pay(loan, 500_000, on=on(31))
    assert found.part_minor(Part.PRINCIPAL) == 500_000
    assert len(ahead.rows) == rows
    assert instalments_after(ahead)[1] == instalment
    assert sum(row.principal_minor for row in ahead.rows) + ahead.prepaid_minor == 1_200_000


def test_a_quote_has_its_parts_and_ends_with_its_day() -> None:
    quote = quote_settlement(a_loan(1_000_000, some_terms(count=1)), on=on(41))
    assert (quote.part_minor(Part.INTEREST), quote.part_minor(Part.PENALTY)) == (15_500, 7_500)
    assert quote.amount_minor == 1_023_000
    assert quote.expires_at.isoformat() == "2025-03-10T00:00:00+00:00"
    late, _ = pay(a_loan(1_000_000, some_terms(count=1)), quote.amount_minor, on=on(42))
    assert late.outstanding_minor == 750  # a day later a day's penalty is missing


def test_dust_below_half_a_minor_unit_is_not_owed() -> None:
    loan, _ = pay(a_loan(900), 900, on=on(1))
    assert loan.state is LoanState.CLOSED  # 0.45 of a minor unit ran up, and is nothing


TERMS = st.builds(
    some_terms,
    st.sampled_from(RepaymentKind),
    rate=st.builds(Rate, figure_ppm=st.integers(0, 360_000), day_count=st.sampled_from(DayCount)),
    count=st.integers(1, 6),
    grace_days=st.integers(0, 5),
    compound=st.booleans(),
    draw_fee_ppm=st.sampled_from([0, 10_000]),
    prepayment=st.sampled_from(Prepayment),
    counted=st.sampled_from(DaysCounted),
    rounding=st.sampled_from(Rounding),
    order=st.permutations(list(Part)).map(lambda parts: Order(groups=tuple((part,) for part in parts))),
)
PAYMENTS = st.lists(st.tuples(st.integers(0, 230), st.integers(1, 60_000)), max_size=6)


@settings(max_examples=80)
@given(terms=TERMS, payments=PAYMENTS, at_last=st.integers(0, 260))
def test_every_payment_is_conserved_and_a_quote_closes_to_zero(
    terms: LoanTerms, payments: list[tuple[int, int]], at_last: int
) -> None:
    loan, paid = a_loan(123_457, terms), dict.fromkeys(Part, 0)
    for day, amount in sorted(payments):
        before = accrue(loan, through_on=on(day))
        loan, found = pay(loan, amount, on=on(day))
        assert sum(claim.amount_minor for claim in found.met) + found.excess_minor == amount
        for part in Part:
            paid[part] += found.part_minor(part)
            assert loan.paid_minor(part) - before.paid_minor(part) == found.part_minor(part)
            assert loan.charged_minor(part) >= loan.paid_minor(part) == paid[part]
        assert sum(row.principal_minor for row in loan.rows) + loan.prepaid_minor == 123_457
        assert all(row.principal_unpaid_minor >= 0 and row.interest_unpaid_minor >= 0 for row in loan.rows)
        assert found.excess_minor == 0 or loan.state is LoanState.CLOSED
    last = max([at_last, *(day for day, _ in payments)])
    quote = quote_settlement(loan, on=on(last))
    closed, found = pay(loan, quote.amount_minor, on=on(last))
    assert (closed.state, found.excess_minor, claims_of(closed)) == (LoanState.CLOSED, 0, ())
    assert closed.outstanding_minor == 0
    if quote.amount_minor:
        short, _ = pay(loan, quote.amount_minor - 1, on=on(last))
        assert sum(claim.amount_minor for claim in claims_of(short)) in {0, 1}


def cost_when_kept(loan: Loan) -> int:
    """Pay everything on its day, and return what it cost beyond the principal."""
    while loan.state is not LoanState.CLOSED:
        row = loan.running_row
        assert row is not None
        loan = accrue(loan, through_on=row.due_on)
        loan, _ = pay(loan, sum(claim.amount_minor for claim in claims_of(loan) if claim.turn == 0), on=row.due_on)
    return sum(loan.paid_minor(part) for part in Part) - loan.principal_minor


@settings(max_examples=80)
@given(terms=TERMS, day=st.integers(0, 170), amount=st.integers(1, 150_000))
def test_paying_early_never_costs_more_than_keeping(terms: LoanTerms, day: int, amount: int) -> None:
    terms = replace(terms, rounding=Rounding.HALF_UP, order=Order())
    loan = a_loan(123_457, terms)
    kept = cost_when_kept(loan)
    while (row := loan.running_row) is not None and row.due_on <= on(day):
        loan = accrue(loan, through_on=row.due_on)
        loan, _ = pay(loan, sum(claim.amount_minor for claim in claims_of(loan) if claim.turn == 0), on=row.due_on)
    if loan.state is LoanState.CLOSED:
        return
    early, _ = pay(loan, amount, on=on(day))
    cost = cost_when_kept(early) if early.state is not LoanState.CLOSED else sum(map(early.paid_minor, Part)) - 123_457
    # A due date split in two postings may round up twice where one would have rounded once.
    assert cost <= kept + len(loan.rows) + 1
