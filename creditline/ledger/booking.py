"""What happens to a loan, as legs of money: interest and penalty as they run up, fees when charged, payments by part.

The books hold, a loan, as interest what was posted and what ran up since, rounded; what they hold too little is booked
at the next occasion. So a receivable is what is owed and not paid, on every day on which somebody looked.
"""

from collections.abc import Sequence
from dataclasses import replace

from creditline.ledger.allocation import Allocation, Part
from creditline.ledger.book import Legs
from creditline.ledger.chart import Account
from creditline.ledger.loan import Loan

RECEIVABLES = {
    Part.FEE: Account.FEE_RECEIVABLE,
    Part.PENALTY: Account.PENALTY_RECEIVABLE,
    Part.INTEREST: Account.INTEREST_RECEIVABLE,
    Part.PRINCIPAL: Account.RECEIVABLE,
}
PARTS = {account: part for part, account in RECEIVABLES.items()}


def book_run_up(loan: Loan) -> tuple[Loan, Legs]:
    """Book what ran up on a loan since it was last booked; a unit rounded up before and gone now is a rounding difference."""
    interest_minor = loan.charged_minor(Part.INTEREST) + loan.accrued_interest_minor
    penalty_minor = loan.penalty_minor + loan.accrued_penalty_minor
    legs = (
        _run_up(RECEIVABLES[Part.INTEREST], Account.INTEREST_INCOME, interest_minor - loan.booked_interest_minor),
        _run_up(RECEIVABLES[Part.PENALTY], Account.PENALTY_INCOME, penalty_minor - loan.booked_penalty_minor),
    )
    booked = replace(loan, booked_interest_minor=interest_minor, booked_penalty_minor=penalty_minor)
    return booked, legs


def fee_legs(loan: Loan) -> Legs:
    """Return the fee of a draw, owed and earned."""
    return ((Account.FEE_RECEIVABLE, Account.FEE_INCOME, loan.fee_minor),)


def paid_legs(allocation: Allocation, *, kept_minor: int = 0) -> Legs:
    """Return a payment's money but for its principal, which moves with the limit; `kept_minor` becomes a credit balance."""
    parts = tuple(
        (Account.SETTLEMENT, RECEIVABLES[part], allocation.part_minor(part))
        for part in (Part.FEE, Part.PENALTY, Part.INTEREST)
    )
    return (*parts, (Account.SETTLEMENT, Account.CREDIT_BALANCE, kept_minor))


def together(legs: Sequence[Legs]) -> Legs:
    """Return the sum of many legs, one of each pair of accounts."""
    sums: dict[tuple[Account, Account], int] = {}
    for own in legs:
        for debit, credit, amount_minor in own:
            sums[debit, credit] = sums.get((debit, credit), 0) + amount_minor
    return tuple((debit, credit, amount_minor) for (debit, credit), amount_minor in sums.items() if amount_minor)


def _run_up(receivable: Account, income: Account, amount_minor: int) -> tuple[Account, Account, int]:
    return (receivable, income, amount_minor) if amount_minor >= 0 else (Account.ROUNDING, receivable, -amount_minor)
