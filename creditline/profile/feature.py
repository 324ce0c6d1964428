"""What a feature is: one fold over one borrower's facts in one window, or a ratio of folds.

Windows are whole business days plus today so far: with `window_days=30` a fact counts if it happened on a day no more
than 30 before the day of `as_of`, and before `as_of` itself. None means ever.

Missing is not zero. A feature is NaN while nothing at all is known of its source (see `coverage`). Once the source is
known, counts and sums of nothing are 0, and the last, the largest or the age of nothing is NaN.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Worse = Literal["higher", "lower", "neither"]


class Source(StrEnum):
    """Where facts come from; each may be known or not for a borrower."""

    USAGE = "usage"
    ORDERS = "orders"
    PAYMENTS = "payments"
    LIFE = "life"
    INCOME = "income"
    BUREAU = "bureau"
    EVIDENCE = "evidence"
    ENGAGEMENT = "engagement"


class Fold(StrEnum):
    """How facts become a number."""

    COUNT = "count"
    SUM = "sum"
    MAX = "max"
    LAST = "last"
    PREVIOUS = "previous"
    DISTINCT = "distinct"
    RECENCY = "recency"
    AGE = "age"
    IS_LAST = "is_last"
    SUM_SINCE = "sum_since"


class Of(StrEnum):
    """Which column of a fact is folded."""

    AMOUNT = "amount"
    CODE = "code"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A fold. `events` are type numbers; `least_code` and `only_code` narrow them by the small whole number they carry.

    LAST and PREVIOUS give the value of the latest fact and of the one before; RECENCY and AGE the days since the
    latest and since the first; IS_LAST is 1 if the latest of `events` has a number in `since`, else 0; SUM_SINCE sums what came
    after the last but one fact of the numbers in `since`, or all there is if there is no such fact. DISTINCT is of days, or
    of codes that name the members of an enumeration.
    """

    name: str
    source: Source
    events: tuple[int, ...]
    fold: Fold
    worse: Worse
    why: str
    of: Of = Of.AMOUNT
    window_days: int | None = None
    only_code: int | None = None
    least_code: int = 0
    since: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of features by name: over x times / ((under - less) x per), one IEEE division of whole numbers.

    `when_nothing` is its value where the denominator is 0 or less and the source is known; None leaves it missing.
    """

    name: str
    source: Source
    over: str
    under: str
    worse: Worse
    why: str
    less: str | None = None
    per: str | None = None
    times: str | int = 1
    when_nothing: float | None = None
