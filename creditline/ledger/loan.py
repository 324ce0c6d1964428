"""A loan: one draw with its terms, its instalments and what ran up on it, as a value.

Everything that happens to a loan is a function from one such value to the next (`running`, `payment`); none of them asks
the time. A day's interest is charged when the day is over, and what is due on a day is due from its beginning.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from creditline.ledger.allocation import Part
from creditline.ledger.interest import Accrual
from creditline.ledger.schedule import Planned, plan
from creditline.ledger.terms import LoanTerms
from creditline.money import share_of


class LoanState(StrEnum):
    """Whether anything is owed, and is still an asset; REVERSED is a draw that never was. Stored: never renamed."""

    OPEN = "open"
    CLOSED = "closed"
    CHARGED_OFF = "charged_off"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A due date of a loan: its principal, the interest planned for it, and what was charged and paid so far.

    `interest_minor` is interest already posted: all of it once `is_due`, before that only what was paid early.
    """

    number: int
    due_on: date
    principal_minor: int
    planned_interest_minor: int
    interest_minor: int = 0
    principal_paid_minor: int = 0
    interest_paid_minor: int = 0
    is_due: bool = False

    @property
    def principal_unpaid_minor(self) -> int:
        """Principal still to come."""
        return self.principal_minor - self.principal_paid_minor

    @property
    def interest_unpaid_minor(self) -> int:
        """Posted interest still to come."""
        return self.interest_minor - self.interest_paid_minor

    @property
    def is_unpaid(self) -> bool:
        """Whether it is due and not all of it was paid."""
        return self.is_due and bool(self.principal_unpaid_minor or self.interest_unpaid_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """One draw as it stands at the beginning of a day.

    `id` is the request that drew it. Days before `accrued_through_on` are charged. Amounts are minor units of `currency`;
    fees and penalties are all that were ever posted and all that was ever paid of them. `prepaid_minor` is principal that
    was paid ahead of its instalments, which were made anew without it. `booked_*` is what the books hold as ever run up.
    `edition` and `apr_bp` say where the terms are from; `version` counts what happened to it, from 1.
    """

    id: UUID
    line: UUID
    currency: str
    terms: LoanTerms
    principal_minor: int
    drawn_on: date
    accrued_through_on: date
    rows: tuple[Instalment, ...]
    interest: Accrual
    penalty: Accrual
    fee_minor: int = 0
    fee_paid_minor: int = 0
    penalty_minor: int = 0
    penalty_paid_minor: int = 0
    prepaid_minor: int = 0
    booked_interest_minor: int = 0
    booked_penalty_minor: int = 0
    state: LoanState = LoanState.OPEN
    edition: str = ""
    apr_bp: int = 0
    version: int = 1

    @property
    def outstanding_minor(self) -> int:
        """Principal owed, due or not."""
        return sum(row.principal_unpaid_minor for row in self.rows)

    @property
    def overdue_minor(self) -> int:
        """Principal whose due date has come."""
        return sum(row.principal_unpaid_minor for row in self.rows if row.is_due)

    @property
    def unpaid_since_on(self) -> date | None:
        """The oldest due date not fully paid: days past due are counted from it, whatever the days of grace."""
        return next((row.due_on for row in self.rows if row.is_unpaid), None)

    @property
    def running_row(self) -> Instalment | None:
        """The instalment that is due next."""
        return next((row for row in self.rows if not row.is_due), None)

    @property
    def rows_ahead(self) -> tuple[Instalment, ...]:
        """The instalments after the next one."""
        return tuple(row for row in self.rows if not row.is_due)[1:]

    @property
    def accrued_interest_minor(self) -> int:
        """Ordinary interest that ran up since it was last posted, as it would be posted now."""
        return self.interest.whole_minor(self.terms.rate, self.terms.rounding)

    @property
    def accrued_penalty_minor(self) -> int:
        """Penalty that ran up since it was last posted, as it would be posted now."""
        return self.penalty.whole_minor(self.terms.rate, self.terms.rounding)

    def dpd_days(self, on: date) -> int:
        """Return the calendar days since the oldest due date that was not fully paid."""
        since = self.unpaid_since_on
        is_owed = self.state in {LoanState.OPEN, LoanState.CHARGED_OFF}
        return max(0, (on - since).days) if since is not None and is_owed else 0

    def charged_minor(self, part: Part) -> int:
        """Return what was ever posted of a part; of principal, what was drawn."""
        match part:
            case Part.FEE:
                return self.fee_minor
            case Part.PENALTY:
                return self.penalty_minor
            case Part.INTEREST:
                return sum(row.interest_minor for row in self.rows)
            case Part.PRINCIPAL:
                return self.principal_minor

    def paid_minor(self, part: Part) -> int:
        """Return what was ever paid of a part."""
        match part:
            case Part.FEE:
                return self.fee_paid_minor
            case Part.PENALTY:
                return self.penalty_paid_minor
            case Part.INTEREST:
                return sum(row.interest_paid_minor for row in self.rows)
            case Part.PRINCIPAL:
                return self.principal_minor - self.outstanding_minor


def draw_loan(loan: UUID, *, line: UUID, currency: str, amount_minor: int, terms: LoanTerms, drawn_on: date) -> Loan:
    """Return the loan that a draw makes, with its schedule and its fee."""
    return Loan(
        id=loan,
        line=line,
        currency=currency,
        terms=terms,
        principal_minor=amount_minor,
        drawn_on=drawn_on,
        accrued_through_on=terms.counted.begin_on(drawn_on),
        rows=instalments(plan(amount_minor, terms, drawn_on=drawn_on)),
        interest=Accrual(),
        penalty=Accrual(),
        fee_minor=share_of(amount_minor, terms.draw_fee_ppm),
    )


def as_drawn(loan: Loan) -> Loan:
    """Return a loan as its draw made it."""
    return draw_loan(
        loan.id,
        line=loan.line,
        currency=loan.currency,
        amount_minor=loan.principal_minor,
        terms=loan.terms,
        drawn_on=loan.drawn_on,
    )


def never_drawn(loan: Loan) -> Loan:
    """Return what a loan becomes whose draw is undone: nothing was ever charged, and nothing is owed."""
    anew = as_drawn(loan)
    return replace(
        anew,
        rows=tuple(replace(row, principal_paid_minor=row.principal_minor) for row in anew.rows),
        accrued_through_on=loan.accrued_through_on,
        fee_minor=0,
        state=LoanState.REVERSED,
        edition=loan.edition,
        apr_bp=loan.apr_bp,
        version=loan.version,
    )


def instalments(planned: tuple[Planned, ...]) -> tuple[Instalment, ...]:
    """Return the instalments of a plan, none of them due."""
    return tuple(
        Instalment(
            number=row.number,
            due_on=row.due_on,
            principal_minor=row.principal_minor,
            planned_interest_minor=row.interest_minor,
        )
        for row in planned
    )
