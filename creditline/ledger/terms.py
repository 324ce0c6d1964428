"""The terms of a loan: what its product and its price agreed at the draw, and nothing changes later."""

from dataclasses import dataclass, field
from enum import StrEnum

from creditline.ledger.allocation import Order
from creditline.ledger.interest import DaysCounted, Rate, Rounding


class RepaymentKind(StrEnum):
    """How principal comes back. Stored: never renamed."""

    ANY_DAY = "any_day"
    LEVEL_INSTALMENTS = "level_instalments"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_FIRST = "interest_first"


class Prepayment(StrEnum):
    """What principal paid ahead of its instalment changes: the instalments to come are smaller, or fewer."""

    REDUCE = "reduce"
    SHORTEN = "shorten"


class Excess(StrEnum):
    """What becomes of a payment beyond everything owed: it is refused, or kept for the borrower."""

    REFUSED = "refused"
    CREDIT_BALANCE = "credit_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Kind, rate and what happens around due dates.

    Dues come `instalments_count` times, a month apart; an any-day loan has the one after so many months. A level
    instalment is rounded up to `instalment_unit_minor`. No penalty runs in the first `grace_days` after a due date; then
    it is the rate times `penalty_multiplier_bp` on overdue principal, in place of the ordinary interest, and with
    `is_compound` on overdue interest too. `draw_fee_ppm` of the amount drawn is owed as a fee from the first due date.
    """

    kind: RepaymentKind
    rate: Rate
    instalments_count: int
    rounding: Rounding = Rounding.HALF_UP
    instalment_unit_minor: int = 1
    counted: DaysCounted = DaysCounted.FIRST
    grace_days: int = 0
    penalty_multiplier_bp: int = 15_000
    is_compound: bool = False
    draw_fee_ppm: int = 0
    prepayment: Prepayment = Prepayment.REDUCE
    excess: Excess = Excess.REFUSED
    order: Order = field(default_factory=Order)
