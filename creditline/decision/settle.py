"""Settle: the loan that a draw makes, and what a repayment meets of a line's loans."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.lending import Lending
from creditline.decision.product import Product
from creditline.ledger.allocation import Allocation, Part, allocate
from creditline.ledger.book import Legs
from creditline.ledger.booking import book_run_up, paid_legs, together
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan, draw_loan
from creditline.ledger.payment import claims_of, meet
from creditline.ledger.running import accrue
from creditline.ledger.terms import Excess


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a payment met of a line's loans: those it changed, its parts, its money but for the principal, and days late.

    `accepted_minor` is what was taken, `excess_minor` what goes back to the payer; `dpd_days` are those before it.
    """

    changed: tuple[Loan, ...]
    parts: dict[Part, int]
    money: Legs
    accepted_minor: int
    excess_minor: int
    dpd_days: int

    @property
    def principal_minor(self) -> int:
        """What of it was principal: only that frees the limit."""
        return self.parts[Part.PRINCIPAL]


def new_loan(product: Product, line: Line, *, loan: UUID, amount_minor: int, at: datetime) -> Loan:
    """Return the loan that a draw makes, at the line's price on the product's terms."""
    drawn = draw_loan(
        loan,
        line=line.id,
        currency=line.currency,
        amount_minor=amount_minor,
        terms=product.lending.at_price(line.apr_bp),
        drawn_on=business_day(at),
    )
    return replace(drawn, edition=product.edition, apr_bp=line.apr_bp)


def settle(lending: Lending, owed: Iterable[Loan], amount_minor: int, *, on: date) -> Settled:
    """Meet a line's loans with a payment on a day, in the order its worst class asks for.

    What goes beyond everything owed is excess, refused or kept as the product says; a payment of which nothing can be
    taken changes nothing.
    """
    ran = [accrue(loan, through_on=on) for loan in owed]
    dpd_days = max((loan.dpd_days(on) for loan in ran), default=0)
    claims = [claim for loan in ran for claim in claims_of(loan)]
    allocation = allocate(amount_minor, claims, lending.order_at(dpd_days))
    booked = [book_run_up(meet(loan, met)) for loan in ran if (met := allocation.of(loan.id))]
    kept_minor = allocation.excess_minor if booked and lending.terms.excess is Excess.CREDIT_BALANCE else 0
    return Settled(
        changed=tuple(replace(loan, version=loan.version + 1) for loan, _ in booked),
        parts=_parts(allocation),
        money=together([*(legs for _, legs in booked), paid_legs(allocation, kept_minor=kept_minor)]),
        accepted_minor=amount_minor - allocation.excess_minor + kept_minor,
        excess_minor=allocation.excess_minor - kept_minor,
        dpd_days=dpd_days,
    )


def _parts(allocation: Allocation) -> dict[Part, int]:
    return {part: allocation.part_minor(part) for part in Part}
