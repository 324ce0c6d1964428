"""A loan for tests that say only what they care about."""

from datetime import date
from uuid import UUID

from creditline.ledger.allocation import Order
from creditline.ledger.interest import DayCount, DaysCounted, Per, Rate, Rounding
from creditline.ledger.loan import Loan, draw_loan
from creditline.ledger.terms import LoanTerms, Prepayment, RepaymentKind

DRAWN_ON = date(2025, 1, 27)
ID = UUID("01900000-0000-7000-8000-000000000001")
LINE = UUID("01900000-0000-7000-8000-0000000000aa")

DAILY_5BP = Rate(figure_ppm=500, per=Per.DAY, day_count=DayCount.ACT_360)


def some_terms(
    kind: RepaymentKind = RepaymentKind.ANY_DAY,
    *,
    rate: Rate = DAILY_5BP,
    count: int = 12,
    grace_days: int = 0,
    multiplier_bp: int = 15_000,
    compound: bool = False,
    draw_fee_ppm: int = 0,
    prepayment: Prepayment = Prepayment.REDUCE,
    counted: DaysCounted = DaysCounted.FIRST,
    rounding: Rounding = Rounding.HALF_UP,
    unit_minor: int = 1,
    order: Order | None = None,
) -> LoanTerms:
    return LoanTerms(
        kind=kind,
        rate=rate,
        instalments_count=count,
        grace_days=grace_days,
        penalty_multiplier_bp=multiplier_bp,
        is_compound=compound,
        draw_fee_ppm=draw_fee_ppm,
        prepayment=prepayment,
        counted=counted,
        rounding=rounding,
        instalment_unit_minor=unit_minor,
        order=order or Order(),
    )


def a_loan(
    amount_minor: int = 1_000_000, terms: LoanTerms | None = None, *, drawn_on: date = DRAWN_ON, loan: UUID = ID
) -> Loan:
    return draw_loan(
        loan, line=LINE, currency="CNY", amount_minor=amount_minor, terms=terms or some_terms(), drawn_on=drawn_on
    )
