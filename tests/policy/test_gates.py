"""What stands in the way of an activation: limits read strictly, figures on either side of them."""

import pytest

from creditline.errors import Code, PolicyInvalid
from creditline.policy.gates import GATES_FILE, Gate, failures, read_limits

LIMITS = {Gate.ANSWERED_OTHERWISE: 100_000, Gate.GRANTED_GROWTH: 0, Gate.PROMISES_KEPT: 950_000}


def test_limits_are_read_by_gate_and_a_product_without_them_has_none() -> None:
    text = b"[answered_otherwise]\nmost_ppm = 100_000\n[granted_growth]\nmost_ppm = 0\n[promises_kept]\nleast_ppm = 950_000\n"
    assert read_limits({GATES_FILE: text}) == LIMITS
    assert read_limits({}) == {}


@pytest.mark.parametrize(
    "text",
    ["x", "[luck]\nmost_ppm = 1", "[promises_kept]\nmost_ppm = 1", "[granted_growth]\nmost_ppm = 0.5", "granted_growth = 1",
     "[granted_growth]\nmost_ppm = -1", "[granted_growth]\nmost_ppm = true", "[granted_growth]\n"],
)  # fmt: skip
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_limits({GATES_FILE: text.encode()})
    assert refused.value.code is Code.POLICY_INVALID


@pytest.mark.parametrize(
    ("gate", "measured_ppm", "fails"),
    [
        (Gate.ANSWERED_OTHERWISE, 100_000, False), (Gate.ANSWERED_OTHERWISE, 100_001, True),
        (Gate.GRANTED_GROWTH, -5, False), (Gate.GRANTED_GROWTH, 1, True),
        (Gate.PROMISES_KEPT, 950_000, False), (Gate.PROMISES_KEPT, 949_999, True),
    ],
)  # fmt: skip
def test_a_gate_fails_just_past_its_limit(gate: Gate, measured_ppm: int, fails: bool) -> None:  # A row.
    found = [one.gate for one in failures(LIMITS, measured={gate: measured_ppm})]
    assert found == ([gate] if fails else [])


def test_what_is_not_measured_fails_nothing() -> None:
    assert list(failures(LIMITS, measured={})) == []
