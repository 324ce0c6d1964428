"""The journal's two legs: what a general ledger imports balances, and keeps its name."""

from datetime import timedelta

from creditline.ledger.chart import Account
from creditline.ledger.journal import Posted, legs_of
from tests.ledger.a_line import BOOKED_AT, LINE, STAMP

POSTED = Posted(
    request=STAMP.request,
    ordinal=2,
    kind="draw",
    line=LINE,
    borrower="ada",
    product="consumer_revolving",
    currency="CNY",
    debit=Account.RECEIVABLE,
    credit=Account.SETTLEMENT,
    amount_minor=7,
    happened_at=BOOKED_AT - timedelta(days=1),
    booked_at=BOOKED_AT,
)


def test_a_transfer_is_a_debit_and_a_credit_of_one_amount_under_one_name() -> None:
    debit, credit = legs_of(POSTED)
    assert {debit.entry, credit.entry} == {f"{STAMP.request}/2"}
    assert (debit.account, debit.name, debit.debit_minor, debit.credit_minor) == ("1310", "Principal receivable", 7, 0)
    assert (credit.account, credit.account_kind, credit.debit_minor, credit.credit_minor) == ("1010", "asset", 0, 7)


def test_the_day_it_happened_and_the_day_it_was_booked_are_told_apart() -> None:
    assert {(str(leg.happened_on), str(leg.booked_on)) for leg in legs_of(POSTED)} == {("2026-03-01", "2026-03-02")}


def test_the_borrower_is_left_out_where_the_ledger_must_not_know() -> None:
    assert {leg.borrower for leg in legs_of(POSTED)} == {"ada"}
    assert {leg.borrower for leg in legs_of(POSTED, is_named=False)} == {""}
