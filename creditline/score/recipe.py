"""What each artefact may read, decided before any fitting: features with the family a lost point is told as.

Nothing here describes who a borrower is (sex, age, marriage, education, region) or what the lender withheld. The
direction of each feature is the catalogue's own; one that is `neither` there is free here.

The PD score reads no amount last paid or owed that is not held to its direction, so paying more never costs points. The
release card reads only what a borrower can act on and what is plainly bad, and nothing that time alone makes worse:
lateness passes, a bill of nothing is paid in full, unused is the best use, and what was ever repaid does not shrink.
"""

from dataclasses import dataclass

from creditline.errors import Code, PolicyInvalid
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A feature by its catalogue name, the family it is told as, and the whole step its edges are rounded to.

    An `edge_step` of 0 rounds to two significant digits, which amounts want.
    """

    name: str
    family: str
    edge_step: float = 1.0


LATENESS = (
    Chosen(name="months_late_last_count", family="lateness"),
    Chosen(name="months_late_max_180d_count", family="lateness"),
    Chosen(name="late_statements_180d_count", family="lateness"),
    Chosen(name="late_recency_days", family="lateness"),
)

SCORECARD = (
    *LATENESS,
    Chosen(name="pay_ratio", family="repayment", edge_step=0.01),
    Chosen(name="pay_180d_ratio", family="repayment", edge_step=0.01),
    Chosen(name="repayments_180d_count", family="repayment"),
    Chosen(name="repaid_ever_ratio", family="repayment", edge_step=0),
    Chosen(name="repaid_180d_minor", family="repayment", edge_step=0),
    Chosen(name="utilisation_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="utilisation_mean_180d_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="granted_minor", family="limit", edge_step=0),
)

BOOSTER = (
    *LATENESS,
    Chosen(name="late_ever_so_little_180d_count", family="lateness"),
    Chosen(name="pay_ratio", family="repayment"),
    Chosen(name="pay_180d_ratio", family="repayment"),
    Chosen(name="repayments_180d_count", family="repayment"),
    Chosen(name="repaid_30d_minor", family="repayment"),
    Chosen(name="repaid_180d_minor", family="repayment"),
    Chosen(name="statement_balance_minor", family="utilisation"),
    Chosen(name="utilisation_ratio", family="utilisation"),
    Chosen(name="utilisation_max_180d_ratio", family="utilisation"),
    Chosen(name="utilisation_mean_180d_ratio", family="utilisation"),
    Chosen(name="drawn_180d_minor", family="activity"),
    Chosen(name="largest_draw_180d_minor", family="activity"),
    Chosen(name="granted_minor", family="limit"),
)

RELEASE = (
    *LATENESS,
    Chosen(name="pay_ratio", family="repayment", edge_step=0.05),
    Chosen(name="repayments_ever_count", family="repayment"),
    Chosen(name="repaid_ever_ratio", family="repayment", edge_step=0),
    Chosen(name="utilisation_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="utilisation_max_180d_ratio", family="utilisation", edge_step=0.05),
)


def worse_of(chosen: Chosen) -> Worse:
    """Return the direction the catalogue gives a chosen feature; raise `PolicyInvalid` if it is not in the catalogue."""
    for feature in FEATURES:
        if feature.name == chosen.name:
            return feature.worse
    raise PolicyInvalid(
        f"The recipe chooses {chosen.name}, which is not in the profile catalogue. Correct the name.",
        code=Code.SCORECARD_INVALID,
    )
