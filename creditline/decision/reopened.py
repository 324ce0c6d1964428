"""What is expected of an amount that is asked for or comes back, so that rules can weigh it: how much is owed, how much lost.

Over the twelve months of `pd_12m`, in minor units, each step rounded down:

    reopened_used_minor          = requested x CCF                  what of it is owed if its borrower defaults
    reopened_expected_loss_minor = requested x CCF x LGD x PD

CCF, LGD and the PD of whom no score knows are those of `[loss]` in product.toml (DOMAIN 2, EAD and ECL); without it both are
not known. What is earned hangs on the price, which is a rule's own: `reopened_used_minor * apr_bp / 10000` a year.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.decision.losing import Losing
from creditline.money import MILLION, share_of
from creditline.policy.columnar.vector import Vector

USED, LOSS = "reopened_used_minor", "reopened_expected_loss_minor"

Whole = NDArray[np.int64]


def reopened_of(losing: Losing | None, requested_minor: int, *, pd_ppm: int | None) -> dict[str, int | None]:
    """Return what is expected of one amount; `pd_ppm` is None where no score is known."""
    if losing is None:
        return {USED: None, LOSS: None}
    used_minor = share_of(requested_minor, losing.ccf_ppm)
    lost_minor = share_of(used_minor, losing.lgd_ppm)
    return {USED: used_minor, LOSS: share_of(lost_minor, losing.unscored_pd_ppm if pd_ppm is None else pd_ppm)}


def reopened_columns(
    losing: Losing | None, requested_minor: Whole, *, pd_ppm: Whole, is_scored: NDArray[np.bool_]
) -> dict[str, Vector]:
    """Return what is expected of many amounts [n]; the PD of those that are not scored is not looked at."""
    if losing is None:
        count = len(requested_minor)
        nothing = Vector(kind="null", values=np.zeros(count, np.int8), known=np.zeros(count, np.bool_))
        return {USED: nothing, LOSS: nothing}
    used_minor = shares_of(requested_minor, losing.ccf_ppm)
    pd = np.where(is_scored, pd_ppm, losing.unscored_pd_ppm)
    lost_minor = shares_of(shares_of(used_minor, losing.lgd_ppm), pd)
    return {USED: Vector(kind="number", values=used_minor), LOSS: Vector(kind="number", values=lost_minor)}


def shares_of(amount_minor: Whole, share_ppm: Any) -> Whole:
    """Return `money.share_of` of whole columns, without the product that 64 bits may not hold."""
    whole, rest = np.divmod(amount_minor, MILLION)
    return np.asarray(whole * share_ppm + rest * share_ppm // MILLION, np.int64)
