"""The master scale: 21 grades, each half a doubling of the probability of default, 1 the best.

Grade g stands for a probability of 0.03 % x 2^((g-1)/2), from 0.03 % to 30.72 %; a boundary is the geometric middle of
its two grades. The boundaries are whole parts per million, written out, so that no machine computes them otherwise.
"""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from creditline.score.calibrate import Ints

MASTER_SCALE = (
    357, 505, 714, 1_009, 1_427, 2_018, 2_854, 4_036, 5_708, 8_073,
    11_416, 16_145, 22_833, 32_290, 45_666, 64_581, 91_331, 129_162, 182_662, 258_323,
)  # fmt: skip
"""The least probability of grades 2..21, in ppm."""

GRADES_COUNT = len(MASTER_SCALE) + 1


def grade_of(pd_ppm: Ints, scale: Sequence[int] = MASTER_SCALE) -> Ints:
    """Return the grade, 1..21, of each probability of default in ppm; one on a boundary has the worse grade."""
    return np.asarray(np.searchsorted(np.array(scale, np.int64), pd_ppm, side="right") + 1, np.int64)


def grade_of_one(pd_ppm: int, scale: Sequence[int] = MASTER_SCALE) -> int:
    """Return the grade of one probability of default: `grade_of` without arrays."""
    return bisect_right(scale, pd_ppm) + 1
