"""A line's money told again: a correction is the difference of two histories, and balances whatever they are."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.decision.lending import FREE, Lending
from creditline.decision.retold import Deed, GivenUp, Lent, Paid, Told, Waived, balances_of, change_of, tell
from creditline.decision.settle import settle
from creditline.errors import Broken
from creditline.ledger.allocation import Part
from creditline.ledger.chart import MONEY_ACCOUNTS, Account
from creditline.ledger.interest import Rate
from creditline.ledger.loan import Loan, LoanState, draw_loan
from creditline.ledger.payment import claims_of
from creditline.ledger.running import accrue
from creditline.ledger.terms import LoanTerms, RepaymentKind
from tests.ledger.a_loan import LINE
from tests.ledger.test_payment import PAYMENTS
from tests.ledger.test_payment import TERMS as LOAN_TERMS

TODAY = date(2026, 9, 1)
TERMS = LoanTerms(
    kind=RepaymentKind.ANY_DAY,
    rate=Rate(figure_ppm=240_000),
    instalments_count=1,
    draw_fee_ppm=10_000,
    penalty_multiplier_bp=15_000,
)


def lent(number: int, on: date, amount_minor: int) -> Lent:
    loan = draw_loan(UUID(int=number), line=LINE, currency="CNY", amount_minor=amount_minor, terms=TERMS, drawn_on=on)
    return Lent(request=loan.id, met_on=on, booked_at=at(on), loan=loan)


def paid(number: int, on: date, amount_minor: int, *, is_recovery: bool = False) -> Paid:
    return Paid(
        request=UUID(int=number),
        met_on=on,
        booked_at=at(on),
        amount_minor=amount_minor,
        lending=FREE,
        is_recovery=is_recovery,
    )


def at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def on(days: int) -> date:
    return date(2026, 1, 1) + timedelta(days=days)


@st.composite
def histories(draw: st.DrawFn) -> list[Deed]:
    """Return some draws, payments, waivers and perhaps a charge-off, in the order of their days."""
    deeds: list[Deed] = [lent(1, on(0), draw(st.integers(1, 900)))]
    for number in range(2, 2 + draw(st.integers(0, 6))):
        day = on(draw(st.integers(0, 200)))
        match draw(st.sampled_from(("lent", "paid", "paid", "waived", "recovered", "given up"))):
            case "lent":
                deeds.append(lent(number, day, draw(st.integers(1, 900))))
            case "paid":
                deeds.append(paid(number, day, draw(st.integers(1, 900))))
            case "recovered":
                deeds.append(paid(number, day, draw(st.integers(1, 900)), is_recovery=True))
            case "waived":
                part = draw(st.sampled_from((Part.FEE, Part.PENALTY, Part.INTEREST)))
                deeds.append(
                    Waived(
                        request=UUID(int=number),
                        met_on=day,
                        booked_at=at(day),
                        amount_minor=draw(st.integers(1, 30)),
                        part=part,
                        loan=None,
                    )
                )
            case _:
                deeds.append(GivenUp(request=UUID(int=number), met_on=day, booked_at=at(day), lending=FREE))
    return deeds


def held(told: Told) -> Counter[Account]:
    return balances_of(told.loans.values(), told)


@given(histories())
def test_money_balances_and_nothing_is_negative_whatever_was_done(deeds: list[Deed]) -> None:
    told = tell(deeds, through_on=TODAY)
    balances = held(told)
    assert sum(balances[account] for account in MONEY_ACCOUNTS) == 0
    for account in (Account.CHARGED_OFF, Account.RECEIVABLE, Account.FEE_RECEIVABLE, Account.WAIVER_EXPENSE):
        assert balances[account] >= 0
    assert balances[Account.CREDIT_BALANCE] <= 0
    for loan in told.loans.values():
        assert min(loan.outstanding_minor, *(loan.charged_minor(part) - loan.paid_minor(part) for part in Part)) >= 0
    for deed in deeds:
        if isinstance(deed, Paid):
            assert sum(told.parts[deed.request].values()) + told.kept_minor[deed.request] == deed.amount_minor


@given(histories(), st.data())
def test_what_is_left_out_leaves_what_would_have_been_and_its_postings_lead_there(
    deeds: list[Deed], data: st.DataObject
) -> None:
    before = tell(deeds, through_on=TODAY)
    less = [deed for deed in deeds if deed is not data.draw(st.sampled_from(deeds))]
    stored = list(before.loans.values())
    change = change_of(stored, before=deeds, after=less, today=TODAY)
    after = held(before)
    for debit, credit, amount_minor in change.money:
        assert amount_minor > 0
        after[debit] += amount_minor
        after[credit] -= amount_minor
    now = {loan.id: loan for loan in stored} | {loan.id: loan for loan in change.changed}
    wanted = balances_of([one for one in now.values() if one.state is not LoanState.REVERSED], change.after)
    assert {account: after[account] for account in MONEY_ACCOUNTS} == {
        account: wanted[account] for account in MONEY_ACCOUNTS
    }
    again = change_of(list(now.values()), before=less, after=less, today=TODAY)
    assert (again.money, again.changed) == ((), ())


def test_what_is_stored_and_is_not_what_its_history_tells_is_not_corrected() -> None:
    drawn = lent(1, on(0), 500)
    with pytest.raises(Broken, match="is not what its history tells"):
        change_of([drawn.loan], before=[drawn, paid(2, on(9), 100)], after=[drawn], today=TODAY)


def test_a_payment_dated_back_leaves_what_it_would_have_left_then() -> None:
    drawn, late, then = lent(1, on(0), 500), paid(2, on(90), 100), paid(3, on(20), 200)
    told = tell([drawn, late, then], through_on=TODAY)
    assert told.loans[UUID(int=1)] == tell([drawn, then, late], through_on=TODAY).loans[UUID(int=1)]
    alone = tell([drawn, late], through_on=TODAY)
    assert told.parts[late.request][Part.INTEREST] < alone.parts[late.request][Part.INTEREST]


def test_what_is_given_up_without_performing_was_never_income() -> None:
    strict = Lending(terms=FREE.terms)
    drawn = lent(1, on(0), 500)
    over = GivenUp(request=UUID(int=9), met_on=on(200), booked_at=at(on(200)), lending=strict)
    balances = held(tell([drawn, over], through_on=TODAY))
    assert balances[Account.WRITE_OFF_EXPENSE] == 500 + 5
    assert (balances[Account.INTEREST_INCOME], balances[Account.PENALTY_INCOME], balances[Account.FEE_INCOME]) == (
        0,
        0,
        -5,
    )


@settings(max_examples=60)
@given(terms=LOAN_TERMS, payments=PAYMENTS, order=st.randoms())
def test_a_past_told_again_is_the_past_as_it_was_lived(
    terms: LoanTerms, payments: list[tuple[int, int]], order: Random
) -> None:
    loan = draw_loan(UUID(int=1), line=LINE, currency="CNY", amount_minor=123_457, terms=terms, drawn_on=on(0))
    deeds: list[Deed] = [Lent(request=loan.id, met_on=on(0), booked_at=at(on(0)), loan=loan)]
    for number, (days, amount_minor) in enumerate(sorted(payments), start=2):
        for one in settle(FREE, [loan], amount_minor, on=on(days)).changed:
            loan = one
        deeds.append(replace(paid(number, on(days), amount_minor), booked_at=at(on(0)) + timedelta(hours=number)))
    order.shuffle(deeds)
    (told,) = tell(deeds, through_on=on(260)).loans.values()
    lived = accrue(loan, through_on=on(260))
    assert told == lived


def test_what_is_waived_is_owed_no_more() -> None:
    drawn = lent(1, on(0), 50_000)
    owed = {
        part: sum(claim.amount_minor for claim in claims_of(late_loan(drawn)) if claim.part is part) for part in Part
    }
    forgiven = Waived(
        request=UUID(int=2),
        met_on=on(60),
        booked_at=at(on(60)),
        amount_minor=owed[Part.PENALTY] + 9,
        part=Part.PENALTY,
        loan=None,
    )
    told = tell([drawn, forgiven], through_on=on(60))
    assert told.parts[forgiven.request][Part.PENALTY] == owed[Part.PENALTY] > 0
    assert {claim.part for claim in claims_of(told.loans[UUID(int=1)])} == {Part.FEE, Part.INTEREST, Part.PRINCIPAL}
    assert held(told)[Account.WAIVER_EXPENSE] == owed[Part.PENALTY]


def late_loan(drawn: Lent) -> Loan:
    return tell([drawn], through_on=on(60)).loans[drawn.loan.id]
