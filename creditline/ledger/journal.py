"""The journal: every transfer of money and permission with what a general ledger asks of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from creditline.clock import business_day
from creditline.ledger.chart import TERMS, Account, AccountTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One transfer in the journal: when it happened, when it was booked, whose it is and what caused it."""

    request: UUID
    ordinal: int
    kind: str
    line: UUID
    borrower: str
    product: str
    currency: str
    debit: Account
    credit: Account
    amount_minor: int
    happened_at: datetime
    booked_at: datetime

    @property
    def id(self) -> str:
        """The name of the transfer for ever: a second export of the same day says the same."""
        return f"{self.request}/{self.ordinal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of a transfer, as a general ledger imports it: two legs share an `entry`, and debit and credit balance."""

    entry: str
    booked_on: date
    happened_on: date
    kind: str
    line: UUID
    borrower: str
    product: str
    account: str
    name: str
    account_kind: str
    currency: str
    debit_minor: int
    credit_minor: int


def legs_of(posted: Posted, *, is_named: bool = True) -> tuple[Leg, Leg]:
    """Return a transfer's debit and its credit; the borrower is left empty unless `is_named`."""
    posted = posted if is_named else replace(posted, borrower="")
    return (
        _leg(posted, TERMS[posted.debit], debit_minor=posted.amount_minor, credit_minor=0),
        _leg(posted, TERMS[posted.credit], debit_minor=0, credit_minor=posted.amount_minor),
    )


def _leg(posted: Posted, terms: AccountTerms, *, debit_minor: int, credit_minor: int) -> Leg:
    return Leg(
        entry=posted.id,
        booked_on=business_day(posted.booked_at),
        happened_on=business_day(posted.happened_at),
        kind=posted.kind,
        line=posted.line,
        borrower=posted.borrower,
        product=posted.product,
        account=terms.code,
        name=terms.name,
        account_kind=terms.kind,
        currency=posted.currency,
        debit_minor=debit_minor,
        credit_minor=credit_minor,
    )
