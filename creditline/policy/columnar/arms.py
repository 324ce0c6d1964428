"""Who of many is in which arm: `policy.assignment` for a whole book at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from creditline.policy.assignment import point_of
from creditline.policy.columnar.door import Columns
from creditline.policy.columnar.plan import decide_many
from creditline.policy.columnar.vector import values_of
from creditline.policy.strategy import Arm, Strategy, segment_of
from creditline.policy.values import Value

NOBODY = -1
"""The code of whoever is in no arm: the champion decides."""


def arms_of(
    strategy: Strategy,
    subjects: Sequence[str],
    columns: Columns,
    *,
    numbers: Mapping[str, Value],
    on: date,
    stopped: Collection[str],
) -> NDArray[np.int16]:
    """Return for many cases of one day the place of their challenger in `strategy.challengers`, NOBODY for the champion.

    `columns` hold a value a case of what the segments read, `numbers` those that are the same for all.
    """
    points = np.fromiter((point_of(one, salt=strategy.salt) for one in subjects), np.int64, len(subjects))
    return arms_by_points(strategy, points, columns, numbers=numbers, on=on, stopped=stopped)


def arms_by_points(
    strategy: Strategy,
    points: NDArray[np.int64],
    columns: Columns,
    *,
    numbers: Mapping[str, Value],
    on: date,
    stopped: Collection[str],
) -> NDArray[np.int16]:
    """Return the same for cases whose points (`assignment.point_of`) are known."""
    found = np.full(len(points), NOBODY, np.int16)
    for place, arm in enumerate(strategy.challengers):
        if arm.name in stopped or not arm.runs_on(on):
            continue
        is_own = (points >= arm.room_at_ppm) & (points < arm.room_at_ppm + arm.share_ppm)
        if arm.segment is not None:
            is_own &= segment_mask(strategy, arm, columns, numbers=numbers, count=len(points))
        found[is_own] = place
    return found


def segment_mask(
    strategy: Strategy,
    arm: Arm,
    columns: Columns,
    *,
    numbers: Mapping[str, Value],
    count: int,
) -> NDArray[np.bool_]:
    """Return for many cases whether they are in the segment of an arm; all are in an arm without one."""
    if arm.segment is None:
        return np.ones(count, np.bool_)
    name = segment_of(arm.name)
    found = decide_many(strategy.segments.policy, name, columns, numbers, count=count).outputs[name]
    if found.kind != "boolean":
        # What columns cannot hold was answered row by row.
        return np.array([value is True for value in values_of(found, count)], np.bool_)
    is_in = np.broadcast_to(found.values.astype(np.bool_), (count,))
    return is_in if found.known is None else is_in & found.known
