"""What money costs, told as a rate: simple, effective and all-in from the real payments, and the average balance.

These are figures for people and ceilings, exact decimals to 28 digits; no posting is made from them.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext

from creditline.errors import Code, Malformed
from creditline.ledger.interest import MONTHS_A_YEAR, ONE_BP, DayCount, Per, Rate, Rounding, rounded
from creditline.money import MILLION

YEAR_DAYS = 365
DIGITS = 40
DUST = Decimal("1e-24")
"""How narrow the range of a rate is made before it is given; one million times finer than anything shown."""


def simple_year_ppm(rate: Rate, *, multiplier_bp: int = ONE_BP) -> int:
    """Return the simple annual rate on its own basis, rounded up to a part per million; the penalty's with a multiplier."""
    return rounded(rate.year_ppm * multiplier_bp, per=ONE_BP, rounding=Rounding.UP)


def calendar_year_ppm(rate: Rate, *, multiplier_bp: int = ONE_BP) -> int:
    """Return what a calendar year of 365 days costs, rounded up: on a 360-day basis more than the figure says."""
    days_count = rate.day_count.year_days if rate.day_count is DayCount.THIRTY_360 else YEAR_DAYS
    per = ONE_BP * (1 if rate.per is Per.DAY else rate.day_count.year_days)
    return rounded(rate.figure_ppm * multiplier_bp * days_count, per=per, rounding=Rounding.UP)


def effective_year(rate: Rate) -> Decimal:
    """Return the effective annual rate, (1 + daily rate)^365 - 1."""
    with localcontext() as context:
        context.prec = DIGITS
        day = Decimal(rate.year_ppm) / rate.day_count.year_days / MILLION
        return (1 + day) ** YEAR_DAYS - 1


def monthly_rate(flows_minor: Sequence[int]) -> Decimal:
    """Return the rate a month at which payments a month apart are worth nothing together: the all-in cost.

    The first is what the borrower gets (positive), the others what is paid (negative). Raises `Malformed` if no rate
    from -99.99 % to 1,000 % a month does it.
    """
    return _rate_of([(Decimal(place), flow) for place, flow in enumerate(flows_minor)])


def yearly_rate(flows: Sequence[tuple[date, int]]) -> Decimal:
    """Return the effective annual rate of dated payments, by actual days over 365."""
    first = flows[0][0] if flows else date.min
    return _rate_of([(Decimal((day - first).days) / YEAR_DAYS, flow) for day, flow in flows])


def effective_of_month(month: Decimal) -> Decimal:
    """Return the effective annual rate of a monthly one, (1 + month)^12 - 1."""
    return (1 + month) ** MONTHS_A_YEAR - 1


def average_daily_balance_minor(segments: Sequence[tuple[int, int]]) -> int:
    """Return the average of balances held for so many days each: `[(balance_minor, days_count), ...]`."""
    days_count = sum(days for _, days in segments)
    return rounded(sum(balance * days for balance, days in segments), per=days_count) if days_count else 0


def _rate_of(flows: Sequence[tuple[Decimal, int]]) -> Decimal:
    """Halve the range of the rate until it is dust; the value of later payments falls as the rate rises."""
    with localcontext() as context:
        context.prec = DIGITS

        def worth(rate: Decimal) -> Decimal:
            return sum((flow * (1 + rate) ** -when for when, flow in flows), start=Decimal(0))

        low, high = Decimal("-0.9999"), Decimal(10)
        if not (worth(low) < 0 < worth(high)):
            raise Malformed(
                f"No rate makes {len(flows)} payments worth nothing together. Give what was paid out first and positive, "
                "and what is paid back after it and negative.",
                code=Code.MESSAGE_MALFORMED,
            )
        while high - low > DUST:
            middle = (low + high) / 2
            low, high = (middle, high) if worth(middle) < 0 else (low, middle)
        return (low + high) / 2
