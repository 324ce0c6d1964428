"""Who is held out: a fixed split by borrower id, the same on every machine and for every later fit.

A quarter of the borrowers never takes part in fitting or calibrating. The others fall into five folds, so that every
calibration uses probabilities told by a fit that had not seen the line.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from creditline.score.calibrate import Ints

HELD_OUT_ONE_IN = 4
FOLDS_COUNT = 5
REFITS_COUNT = 6


def is_held_out(borrowers: Sequence[str]) -> NDArray[np.bool_]:
    """Return which borrowers are held out, bool[n]: one in four by the hash of the id."""
    return np.array([_draw(borrower, "held out") % HELD_OUT_ONE_IN == 0 for borrower in borrowers], np.bool_)


def fold_of(borrowers: Sequence[str]) -> Ints:
    """Return the fold, 0..4, of each borrower, int64[n]."""
    return np.array([_draw(borrower, "fold") % FOLDS_COUNT for borrower in borrowers], np.int64)


def refit_of(borrowers: Sequence[str]) -> Ints:
    """Return the refit, 0..5, that leaves each borrower out, int64[n]."""
    return np.array([_draw(borrower, "refit") % REFITS_COUNT for borrower in borrowers], np.int64)


def _draw(borrower: str, purpose: str) -> int:
    """Return a number that looks drawn at random and is always the same for a borrower and a purpose."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{borrower}".encode()).digest()[:8])
