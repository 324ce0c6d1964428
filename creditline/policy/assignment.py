"""Who is in which arm: a pure function of the strategy, the day, the case and a hash of the borrower and the salt.

`arm_of` answers for one case, `columnar.arms` for many; `tests/parity` holds them equal.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date

from creditline.money import MILLION
from creditline.policy.strategy import Arm, Strategy, segment_of
from creditline.policy.values import Value


def point_of(subject: str, *, salt: str) -> int:
    """Return where a subject falls, 0 to 999,999: the first 8 bytes of sha256(salt, 0, subject), brought to a million."""
    digest = hashlib.sha256(f"{salt}\0{subject}".encode()).digest()
    return int.from_bytes(digest[:8]) * MILLION >> 64


def arm_of(
    strategy: Strategy, subject: str, given: Mapping[str, Value], *, on: date, stopped: Collection[str]
) -> Arm | None:
    """Return the challenger that decides a case, or None for the champion; `given` is what the tables are given."""
    point = point_of(subject, salt=strategy.salt)
    for arm in strategy.challengers:
        if arm.room_at_ppm <= point < arm.room_at_ppm + arm.share_ppm:
            return arm if _is_in(strategy, arm, given, on=on, stopped=stopped) else None
    return None


def shadows_of(
    strategy: Strategy, subject: str, given: Mapping[str, Value], *, on: date, stopped: Collection[str]
) -> list[Arm]:
    """Return the shadows that look at a case; each draws its share by a hash of its own."""
    return [
        arm
        for arm in strategy.shadows
        if (arm.share_ppm == MILLION or point_of(subject, salt=f"{strategy.salt}\0{arm.name}") < arm.share_ppm)
        and _is_in(strategy, arm, given, on=on, stopped=stopped)
    ]


def _is_in(strategy: Strategy, arm: Arm, given: Mapping[str, Value], *, on: date, stopped: Collection[str]) -> bool:
    if arm.name in stopped or not arm.runs_on(on):
        return False
    return arm.segment is None or in_segment(strategy, arm, given)


def in_segment(strategy: Strategy, arm: Arm, given: Mapping[str, Value]) -> bool:
    """Say whether a case is in the segment of an arm that has one; what is not known to be in it is not."""
    name = segment_of(arm.name)
    return strategy.segments.decide(name, given).outputs[name] is True
