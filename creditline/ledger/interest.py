"""Interest: days counted, money times a rate times days kept exact, and the one place where it becomes whole minor units.

Interest runs up in micros, millionths of a minor unit, with what is left below a micro beside them, so that a year of
days and one stride over the year come to the same. Only `whole_minor` rounds, once a posting.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from creditline.money import MILLION

MONTHS_A_YEAR = 12
ONE_BP = 10_000
"""A multiplier of one, in basis points."""


class DayCount(StrEnum):
    """How days between two dates are counted, and how many make a year."""

    ACT_360 = "act/360"
    ACT_365 = "act/365"
    THIRTY_360 = "30/360"

    @property
    def year_days(self) -> int:
        """Days of the year that an annual rate is for."""
        return 365 if self is DayCount.ACT_365 else 360

    def days(self, since: date, *, until: date) -> int:
        """Return the days in [since, until); strides add up to the whole, whatever days they meet on.

        30/360 is the European form (30E/360), in which every 31st is a 30th: the American one does not add up.
        """
        if self is DayCount.THIRTY_360:
            return _thirty(until) - _thirty(since)
        return (until - since).days


class Per(StrEnum):
    """What a rate's figure is for: a day as it stands, or a year of its day count."""

    DAY = "day"
    YEAR = "year"


class DaysCounted(StrEnum):
    """Which end of a loan's life is charged: the day of the draw (the usual), the day of repayment, or both."""

    FIRST = "first"
    LAST = "last"
    BOTH = "both"

    def begin_on(self, drawn_on: date) -> date:
        """Return the first day that is charged."""
        return drawn_on + timedelta(days=1) if self is DaysCounted.LAST else drawn_on

    def end_on(self, paid_on: date) -> date:
        """Return the first day that is charged no more."""
        return paid_on if self is DaysCounted.FIRST else paid_on + timedelta(days=1)


class Rounding(StrEnum):
    """How a fraction of a minor unit becomes a whole one."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A nominal rate as it was agreed: its figure in parts per million, what the figure is for, and the day count."""

    figure_ppm: int
    per: Per = Per.YEAR
    day_count: DayCount = DayCount.ACT_365

    @property
    def year_ppm(self) -> int:
        """The simple annual rate: the figure itself, or so many daily ones as make a year."""
        return self.figure_ppm if self.per is Per.YEAR else self.figure_ppm * self.day_count.year_days

    @property
    def parts(self) -> int:
        """In how many parts a micro is kept, so that nothing is lost: a day of the year, times a multiplier's bp."""
        return ONE_BP * (self.day_count.year_days if self.per is Per.YEAR else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """Interest that ran up and is not posted: whole micros, and the rest in parts of one (`Rate.parts`), 0 <= rest < parts."""

    micro: int = 0
    rest: int = 0

    def plus(self, base_minor: int, rate: Rate, *, days_count: int, multiplier_bp: int = ONE_BP) -> "Accrual":
        """Add the interest of some days on an amount: base x rate x multiplier x days, exactly."""
        more, rest = divmod(self.rest + base_minor * rate.figure_ppm * multiplier_bp * days_count, rate.parts)
        return Accrual(micro=self.micro + more, rest=rest)

    def less(self, paid_minor: int) -> "Accrual":
        """Take whole minor units off that were paid before they were posted."""
        return Accrual(micro=self.micro - paid_minor * MILLION, rest=self.rest)

    def whole_minor(self, rate: Rate, rounding: Rounding) -> int:
        """Return the whole minor units that are posted for it: the one rounding of interest."""
        return rounded(self.micro * rate.parts + self.rest, per=MILLION * rate.parts, rounding=rounding)


def rounded(amount: int, *, per: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return `amount / per` as a whole number; `per` is positive, halves go away from zero under half up."""
    whole, rest = divmod(abs(amount), per)
    match rounding:
        case Rounding.HALF_UP:
            whole += 2 * rest >= per
        case Rounding.HALF_EVEN:
            whole += 2 * rest > per or (2 * rest == per and whole % 2 == 1)
        case Rounding.UP:
            whole += rest > 0
        case Rounding.DOWN:
            pass
    return whole if amount >= 0 else -whole


def interest_minor(
    base_minor: int, rate: Rate, *, days_count: int, multiplier_bp: int = ONE_BP, rounding: Rounding = Rounding.HALF_UP
) -> int:
    """Return the interest of some days on an amount, posted at once; with a multiplier, the penalty on what is overdue."""
    ran_up = Accrual().plus(base_minor, rate, days_count=days_count, multiplier_bp=multiplier_bp)
    return ran_up.whole_minor(rate, rounding)


def _thirty(day: date) -> int:
    """Return the number of a day in a calendar of twelve months of thirty days."""
    return 360 * day.year + 30 * day.month + min(day.day, 30)
