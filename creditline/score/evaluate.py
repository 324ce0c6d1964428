"""How good the shipped artefacts are on lines with known outcomes. Needs no training library.

The same call measures a fit's held-out lines, the figures on the card, and a book that came later.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.clock import to_us
from creditline.errors import Code, NotFound
from creditline.events.frames import Facts
from creditline.money import MILLION
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile
from creditline.score import measures
from creditline.score.artefacts import Artefacts, read_artefacts
from creditline.score.boosted import Booster
from creditline.score.calibrate import Floats, Ints
from creditline.score.scorecard import Scorecard

NAMES = tuple(feature.name for feature in FEATURES)
LAST_LATE = "months_late_last_count"
MAX_LATE = "months_late_max_180d_count"


def evaluate(
    folder: Path, facts: Facts, outcomes: Mapping[str, bool], *, as_of: datetime | None = None
) -> dict[str, Any]:
    """Measure the artefacts of a folder on the borrowers of `facts`, whose `outcomes` say who then defaulted.

    Returns figures by artefact (`scorecard`, `booster`, `release`), each with its slice `not_late`. Features are as of
    `as_of`, the instant on the scorecard's own card unless given. Raises `NotFound` when a borrower has no outcome.
    """
    artefacts = read_artefacts(folder)
    told = as_of or datetime.fromisoformat(artefacts.scorecard.card["as_of"])
    return measured(artefacts, features_of(facts, as_of=told), outcomes_of(facts, outcomes))


def measured(artefacts: Artefacts, x: Floats, is_bad: Ints) -> dict[str, Any]:
    """Return the figures of the three artefacts on rows of the catalogue's features, `is_bad` int64[n] of 0 and 1."""
    calm = is_not_late(x)
    return {
        "scorecard": _with_slice(artefacts.scorecard, x, is_bad, calm),
        "booster": _with_slice(artefacts.booster, x, is_bad, calm),
        "release": _with_slice(artefacts.release, x, is_bad, calm),
    }


def features_of(facts: Facts, *, as_of: datetime) -> Floats:
    """Return the whole catalogue's features of every borrower as of one instant, float64[n, features]."""
    return profile(facts, FEATURES, as_of_us=np.full(len(facts.borrowers), to_us(as_of), np.int64))


def outcomes_of(facts: Facts, outcomes: Mapping[str, bool]) -> Ints:
    """Return 1 for each borrower who defaulted and 0 for the others; raise `NotFound` when one has no outcome."""
    unknown = [borrower for borrower in facts.borrowers if borrower not in outcomes]
    if unknown:
        raise NotFound(
            f"{len(unknown)} of {len(facts.borrowers)} borrowers have no outcome, {unknown[0]!r} first. "
            "Leave them out, or supply their outcomes.",
            code=Code.DATA_MISSING,
        )
    return np.array([int(outcomes[borrower]) for borrower in facts.borrowers], np.int64)


def is_not_late(x: Floats) -> NDArray[np.bool_]:
    """Return which rows show no lateness at all in the last half year, bool[n]: the lines restoration is about."""
    late = np.nan_to_num(x[:, [NAMES.index(LAST_LATE), NAMES.index(MAX_LATE)]])
    return np.asarray((late <= 0).all(axis=1), np.bool_)


def figures(card: Scorecard | Booster, x: Floats, is_bad: Ints) -> dict[str, Any]:
    """Return the figures of one artefact; those of probability only where it tells one, none where all ended alike."""
    found: dict[str, Any] = {"lines": len(is_bad), "bads": int(is_bad.sum())}
    if not 0 < found["bads"] < found["lines"]:
        return found
    points = card.points(x, NAMES)
    found |= {"auc": _rounded(measures.auc(-points, is_bad)), "ks": _rounded(measures.ks(-points, is_bad))}
    if card.decides.knots:
        pd = np.asarray(card.pd_ppm(points) / MILLION, np.float64)
        found |= {
            "brier": _rounded(measures.brier(pd, is_bad)),
            "ece": _rounded(measures.ece(pd, is_bad)),
            "ece_noise_p95": _rounded(measures.ece_noise(pd)),
            "mean_pd": _rounded(float(pd.mean())),
            "bad_rate": _rounded(float(is_bad.mean())),
        }
    return found


def _with_slice(card: Scorecard | Booster, x: Floats, is_bad: Ints, calm: NDArray[np.bool_]) -> dict[str, Any]:
    """Return an artefact's figures on all rows and on those not late."""
    return {**figures(card, x, is_bad), "not_late": figures(card, x[calm], is_bad[calm])}


def _rounded(figure: float) -> float:
    """Keep as many digits of a figure as anybody reads."""
    return round(figure, 5)
