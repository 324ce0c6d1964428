"""How a loan that is late is classed, and how much of a line would be at risk: all from days and shares that are data.

The class from days past due is the least one a loan may bear; a person may class it worse, never better.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from creditline.money import share_of


class AssetClass(StrEnum):
    """The five-category class, from best to worst; the last three are non-performing. Stored: never renamed."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"

    @property
    def rank(self) -> int:
        """0 for the best, 4 for the worst."""
        return tuple(AssetClass).index(self)

    @property
    def is_non_performing(self) -> bool:
        """Whether it is substandard or worse."""
        return self.rank >= AssetClass.SUBSTANDARD.rank


class Bucket(StrEnum):
    """How many months late: M1 is 1 to 30 days, M2 31 to 60, M3 61 to 90, M4+ beyond."""

    CURRENT = "current"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4_PLUS = "M4+"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """Beyond how many days past due each class, stage and state begins."""

    special_mention_days: int = 0
    substandard_days: int = 90
    doubtful_days: int = 270
    loss_days: int = 360
    stage_2_days: int = 30
    stage_3_days: int = 90
    non_accrual_days: int = 90

    @property
    def is_in_order(self) -> bool:
        """Whether worse classes and stages begin later, as they must."""
        classes = (self.special_mention_days, self.substandard_days, self.doubtful_days, self.loss_days)
        return all(mild < bad for mild, bad in pairwise(classes)) and 0 <= self.stage_2_days < self.stage_3_days


def asset_class(dpd_days: int, terms: ClassTerms) -> AssetClass:
    """Return the least class that a number of days past due allows."""
    thresholds = (
        (terms.loss_days, AssetClass.LOSS),
        (terms.doubtful_days, AssetClass.DOUBTFUL),
        (terms.substandard_days, AssetClass.SUBSTANDARD),
        (terms.special_mention_days, AssetClass.SPECIAL_MENTION),
    )
    return next((found for beyond, found in thresholds if dpd_days > beyond), AssetClass.NORMAL)


def bucket(dpd_days: int) -> Bucket:
    """Return the bucket of a number of days past due."""
    return tuple(Bucket)[min(4, -(-dpd_days // 30))] if dpd_days > 0 else Bucket.CURRENT


def stage(dpd_days: int, terms: ClassTerms) -> int:
    """Return the stage of IFRS 9 that days past due presume: 1, 2 (risk rose significantly) or 3 (default)."""
    return 1 + (dpd_days > terms.stage_2_days) + (dpd_days > terms.stage_3_days)


def is_non_accrual(dpd_days: int, terms: ClassTerms) -> bool:
    """Say whether interest is still owed but no longer counted as income."""
    return dpd_days > terms.non_accrual_days


def ead_minor(drawn_minor: int, *, undrawn_minor: int, ccf_ppm: int, accrued_minor: int = 0) -> int:
    """Return the exposure at default: what is owed, and the share of the rest that would be drawn by then (CRE20)."""
    return drawn_minor + accrued_minor + share_of(undrawn_minor, ccf_ppm)
