"""A line at the end of a day: what it owes, how late it is, how it is classed, and what of it is no income yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from creditline.ledger.allocation import Part
from creditline.ledger.asset_class import AssetClass, Bucket, ClassTerms, asset_class, bucket, is_non_accrual, stage
from creditline.ledger.book import Legs
from creditline.ledger.chart import Account
from creditline.ledger.loan import Loan, LoanState


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDay:
    """The result of closing a day of a line; amounts are minor units, owed at its end.

    `overdue_minor` is principal whose due date lies before the day. What is suspended was charged or ran up while the
    line did not perform, and becomes income when it is paid or the line performs again.
    """

    line: UUID
    day: date
    dpd_days: int
    bucket: Bucket
    asset_class: AssetClass
    stage: int
    is_non_accrual: bool
    principal_minor: int
    overdue_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    suspended_interest_minor: int
    suspended_penalty_minor: int

    @property
    def owed_minor(self) -> int:
        """All of it."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fee_minor

    @property
    def is_late(self) -> bool:
        """Whether anything due was not paid."""
        return self.dpd_days > 0


def line_day(line: UUID, day: date, loans: Iterable[Loan], classes: ClassTerms) -> LineDay:
    """Return the result of a day; loans come as they stand when it is over, the line is as late as the latest of them."""
    open_loans = [loan for loan in loans if loan.state is LoanState.OPEN]
    dpd_days = max((loan.dpd_days(day) for loan in open_loans), default=0)
    interest_minor = sum(unpaid_minor(loan, Part.INTEREST) for loan in open_loans)
    penalty_minor = sum(unpaid_minor(loan, Part.PENALTY) for loan in open_loans)
    is_stopped = is_non_accrual(dpd_days, classes)
    return LineDay(
        line=line,
        day=day,
        dpd_days=dpd_days,
        bucket=bucket(dpd_days),
        asset_class=asset_class(dpd_days, classes),
        stage=stage(dpd_days, classes),
        is_non_accrual=is_stopped,
        principal_minor=sum(loan.outstanding_minor for loan in open_loans),
        overdue_minor=sum(late_principal_minor(loan, day) for loan in open_loans),
        interest_minor=interest_minor,
        penalty_minor=penalty_minor,
        fee_minor=sum(unpaid_minor(loan, Part.FEE) for loan in open_loans),
        suspended_interest_minor=interest_minor if is_stopped else 0,
        suspended_penalty_minor=penalty_minor if is_stopped else 0,
    )


def unpaid_minor(loan: Loan, part: Part) -> int:
    """Return what of a part is owed: charged, or ran up and rounded as it would be charged now, and not paid."""
    ran_up = {Part.INTEREST: loan.accrued_interest_minor, Part.PENALTY: loan.accrued_penalty_minor}
    return loan.charged_minor(part) + ran_up.get(part, 0) - loan.paid_minor(part)


def late_principal_minor(loan: Loan, day: date) -> int:
    """Return the principal whose due date lies before a day and that was not paid."""
    return sum(row.principal_unpaid_minor for row in loan.rows if row.is_due and row.due_on < day)


def suspense_legs(before: LineDay | None, after: LineDay) -> Legs:
    """Return what moves between income and suspense from one result to a later one."""
    return suspend_legs(
        after.suspended_interest_minor - (before.suspended_interest_minor if before else 0),
        penalty_minor=after.suspended_penalty_minor - (before.suspended_penalty_minor if before else 0),
    )


def suspend_legs(interest_minor: int, *, penalty_minor: int) -> Legs:
    """Return what moves out of income into suspense, or back into income where an amount is negative."""
    return (
        _suspend(Account.INTEREST_INCOME, interest_minor),
        _suspend(Account.PENALTY_INCOME, penalty_minor),
    )


def _suspend(income: Account, amount_minor: int) -> tuple[Account, Account, int]:
    """Return the leg out of income, or back into it for a negative amount."""
    if amount_minor >= 0:
        return (income, Account.SUSPENDED_INTEREST, amount_minor)
    return (Account.SUSPENDED_INTEREST, income, -amount_minor)
