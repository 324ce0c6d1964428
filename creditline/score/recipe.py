"""What each artefact may read, decided before any fitting: features with the family a lost point is told as.

Nothing here describes who a borrower is (sex, age, marriage, education, region) or what the lender withheld. The
direction of each feature is the catalogue's own; one that is `neither` there is free here, but for the granted limit:
a larger one is a sign of what others found, and points that rise and fall with it would be noise.

The PD score reads no amount last paid or owed that is not held to its direction, so paying more never costs points. The
release card reads only what a borrower can act on and what is plainly bad, and nothing that time alone makes worse:
lateness passes, a bill of nothing is paid in full, unused is the best use, and what was ever repaid does not shrink.
"""

from dataclasses import dataclass

import numpy as np

from creditline.errors import Code, PolicyInvalid
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Worse
from creditline.score.calibrate import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A feature by its catalogue name, the family it is told as, and the whole step its edges are rounded to.

    An `edge_step` of 0 rounds to two significant digits, which amounts want. `held_to` holds a feature that is `neither`
    in the catalogue to one direction here. `is_unknown_best` says that the unknown of a feature whose low values are
    worse is past its best value: one who was never late was late longest ago. Above `most` all values are alike: a bill
    paid twice over is paid, as one of nothing is.
    """

    name: str
    family: str
    edge_step: float = 1.0
    held_to: Worse | None = None
    is_unknown_best: bool = False
    most: float | None = None


LATENESS = (
    Chosen(name="months_late_last_count", family="lateness"),
    Chosen(name="months_late_max_180d_count", family="lateness"),
    Chosen(name="late_statements_180d_count", family="lateness"),
    Chosen(name="late_recency_days", family="lateness", is_unknown_best=True),
)

SCORECARD = (
    *LATENESS,
    Chosen(name="pay_ratio", family="repayment", edge_step=0.01, most=1.0),
    Chosen(name="pay_180d_ratio", family="repayment", edge_step=0.01, most=1.0),
    Chosen(name="repayments_180d_count", family="repayment"),
    Chosen(name="repaid_ever_ratio", family="repayment", edge_step=0),
    Chosen(name="repaid_180d_minor", family="repayment", edge_step=0),
    Chosen(name="utilisation_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="utilisation_mean_180d_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="granted_minor", family="limit", edge_step=0, held_to="lower"),
)

BOOSTER = (
    *LATENESS,
    Chosen(name="late_ever_so_little_180d_count", family="lateness"),
    Chosen(name="pay_ratio", family="repayment", most=1.0),
    Chosen(name="pay_180d_ratio", family="repayment", most=1.0),
    Chosen(name="repayments_180d_count", family="repayment"),
    Chosen(name="repaid_30d_minor", family="repayment"),
    Chosen(name="repaid_180d_minor", family="repayment"),
    Chosen(name="statement_balance_minor", family="utilisation"),
    Chosen(name="utilisation_ratio", family="utilisation"),
    Chosen(name="utilisation_max_180d_ratio", family="utilisation"),
    Chosen(name="utilisation_mean_180d_ratio", family="utilisation"),
    Chosen(name="drawn_180d_minor", family="activity"),
    Chosen(name="largest_draw_180d_minor", family="activity"),
    Chosen(name="granted_minor", family="limit", held_to="lower"),
)

RELEASE = (
    *LATENESS,
    Chosen(name="pay_ratio", family="repayment", edge_step=0.05, most=1.0),
    Chosen(name="repayments_ever_count", family="repayment"),
    Chosen(name="repaid_ever_ratio", family="repayment", edge_step=0),
    Chosen(name="utilisation_ratio", family="utilisation", edge_step=0.05),
    Chosen(name="utilisation_max_180d_ratio", family="utilisation", edge_step=0.05),
)


def column_of(chosen: Chosen, x: Floats, names: tuple[str, ...]) -> Floats:
    """Return the values of a chosen feature that a fit may see, float64[n]; `names` are the columns of `x`."""
    values = x[:, names.index(chosen.name)]
    return values if chosen.most is None else np.minimum(values, chosen.most)


def worse_of(chosen: Chosen) -> Worse:
    """Return the direction a chosen feature is held to; raise `PolicyInvalid` if it is not there."""
    for feature in FEATURES:
        if feature.name == chosen.name:
            return chosen.held_to or feature.worse
    raise PolicyInvalid(
        f"The recipe chooses {chosen.name}, which is not in the profile catalogue. Correct the name.",
        code=Code.SCORECARD_INVALID,
    )
