"""Inputs that are compared or computed with are tried together, on every side of where a comparison turns."""

import pytest

from creditline.policy.check.domain import Domain
from creditline.policy.check.joint import joint_bins, said
from creditline.policy.evaluate import compute
from creditline.policy.feel import read_cell, read_expression
from creditline.policy.table import HitPolicy, Policy
from tests.policy.check.a_table import a_table

NUMBER = Domain(kind="number", is_nullable=False)
WHOLE = Domain(kind="number", is_nullable=False, is_whole=True)
POLICY: Policy = a_table(HitPolicy.FIRST, ("m",), [("-",)])


def joint(expression: str, *cells: str, domain: Domain = NUMBER) -> tuple[set[int], bool]:
    """Return the masks found for a column over a and b, and whether they are all."""
    test = (read_expression(expression), tuple(map(read_cell, cells)))
    bins, is_exact = joint_bins(POLICY, ["a", "b"], [test], domains={"a": domain, "b": domain}, extra={})
    for one in bins:
        scope = dict(zip(("a", "b"), one.values, strict=True))
        assert compute(read_expression(expression), scope) is not None
    return {one.mask for one in bins}, is_exact


@pytest.mark.parametrize(
    ("expression", "cells", "masks", "is_exact"),
    [
        ("a", ("> b", "<= b"), {1, 2}, True),
        ("a", ("> b", "b", "> 3"), {0, 1, 2, 4, 5, 6}, True),
        ("a + b", ("10", "> 10"), {0, 1, 2}, False),
        ("a", ("> 2 * b", "> 100"), {0, 1, 2, 3}, False),
        ("a - 3 * b", ("0",), {0, 1}, False),
    ],
)
def test_every_side_of_a_comparison_is_found(
    expression: str, cells: tuple[str, ...], masks: set[int], is_exact: bool
) -> None:
    assert joint(expression, *cells) == (masks, is_exact)


def test_whole_numbers_leave_room_between() -> None:
    masks, _ = joint("a", "> 1", "> b", domain=WHOLE)
    assert masks == {0, 1, 2, 3}


def test_how_inputs_compare_is_told() -> None:
    test = (read_expression("a"), (read_cell("> b"),))
    nullable = Domain(kind="number")
    bins, _ = joint_bins(POLICY, ["a", "b"], [test], domains={"a": nullable, "b": NUMBER}, extra={})
    assert {one.words for one in bins} == {"a < b", "a = b", "a > b", "a missing"}


def test_an_expression_is_told_as_it_is_written() -> None:
    assert said(read_expression("a + 2 * b")) == "a + 2 * b"
    assert said(read_expression('"p"')) == '"p"'
    assert said(read_expression("min(a, b)")) == "what is computed from a, b"
