"""Which threshold is told: the nearest at which the answer turns, by a table, by a card, or by both."""

import pytest

from creditline.decision.outcome import Answer, Kind, Needs, Position
from creditline.decision.thresholds import RATIO_STEP
from tests.decision.a_question import a_position, answer

LATE, PAID, USED = "months_late_last_count", "pay_ratio", "utilisation_ratio"
SO_LITTLE, SHORT = "late_ever_so_little_180d_count", "available_minor"

TOLD: list[tuple[Kind, dict[str, float], Position, list[tuple[str, float, float | None, Needs]]]] = [
    # asked            features                          position                     told: factor, value, threshold, needs
    (Kind.RESTORATION, {"draws_30d_count": 9},           a_position(),                [("draws_30d_count", 9, 6, Needs.AT_MOST)]),
    (Kind.RESTORATION, {"spend_surge_ratio": 4.5},       a_position(),                [("spend_surge_ratio", 4.5, 3, Needs.AT_MOST)]),
    # One month less late is only a shorter wait: the answer turns where nothing is late.
    (Kind.RESTORATION, {LATE: 2},                        a_position(),                [(LATE, 2, 1, Needs.BELOW)]),
    # Below the first edge 30 of the 45 points come back, and that is enough.
    (Kind.RESTORATION, {SO_LITTLE: 3},                   a_position(),                [(SO_LITTLE, 3, 3, Needs.BELOW)]),
    (Kind.RESTORATION, {USED: 0.95},                     a_position(),                [(USED, 0.95, 0.9, Needs.BELOW)]),
    (Kind.RESTORATION, {PAID: 0.1},                      a_position(),                [(PAID, 0.1, 0.2, Needs.AT_LEAST)]),
    # Together: the first is tried with the other mended, the other with the first at its threshold.
    (Kind.RESTORATION, {PAID: 0.1, USED: 0.9},           a_position(),                [(PAID, 0.1, 0.2, Needs.AT_LEAST), (USED, 0.9, 0.9, Needs.BELOW)]),
    (Kind.DRAW,        {},                               a_position(requested=101),   [(SHORT, 100, 101, Needs.AT_LEAST)]),
    (Kind.DRAW,        {LATE: 3},                        a_position(),                [(LATE, 3, 2, Needs.BELOW)]),
    (Kind.DRAW,        {},                               a_position(blocked=True),    [("is_blocked", 1, None, Needs.OTHER)]),
    (Kind.REVIEW,      {LATE: 2},                        a_position(),                [(LATE, 2, 2, Needs.BELOW)]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "features", "position", "told"), TOLD)
def test_the_threshold_told(
    kind: Kind, features: dict[str, float], position: Position, told: list[tuple[str, float, float | None, Needs]]
) -> None:
    reasons = answer(kind, features, position=position).reasons
    assert [(one.factor, one.value, one.threshold, one.needs) for one in reasons] == told


def test_one_step_short_of_a_threshold_nothing_is_gained() -> None:
    assert answer(Kind.RESTORATION, {PAID: 0.2 - RATIO_STEP}).answer is Answer.STAGED
    assert answer(Kind.RESTORATION, {PAID: 0.2}).answer is Answer.AT_ONCE
