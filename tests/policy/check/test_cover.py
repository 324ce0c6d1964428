"""A box is covered or has a hole, as looking at each of its corners says; entangled tables end at a bound."""

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.check.cover import BoundReached, Mates, Steps, always, grown, hole

MASKS = st.lists(st.integers(0, 31), min_size=1, max_size=5)
BOXES = st.lists(MASKS, min_size=1, max_size=4)
EVERY = 31


def left_at(corner: tuple[int, ...]) -> int:
    left = EVERY
    for mask in corner:
        left &= mask
    return left


@given(BOXES)
def test_a_hole_is_found_if_and_only_if_there_is_one(box: list[list[int]]) -> None:
    found = hole(box, EVERY, Steps())
    assert (found is not None) == any(not left_at(corner) for corner in product(*box))
    if found is not None:
        assert not left_at(found)
        assert all(mask in masks for mask, masks in zip(found, box, strict=True))


@given(BOXES)
def test_a_hole_grows_as_far_as_no_rule_reaches(box: list[list[int]]) -> None:
    inside = hole(box, EVERY, Steps())
    if inside is None:
        return
    reach = grown(box, inside, EVERY)
    assert not any(left_at(corner) for corner in product(*reach))
    for at, masks in enumerate(box):
        for mask in set(masks) - reach[at]:
            wider = [own | {mask} if own is reach[at] else own for own in reach]
            assert any(left_at(corner) for corner in product(*wider))


@given(BOXES)
def test_mates_are_the_rules_that_share_a_corner(dimensions: list[list[int]]) -> None:
    mates = Mates(dimensions, 5)
    corners = [left_at(corner) for corner in product(*dimensions)]
    for row in range(5):
        together = 0
        for left in corners:
            together |= left if left >> row & 1 else 0
        is_empty = not together
        assert mates.of(row) == (0 if is_empty else mates.of(row))
        assert mates.of(row) & together == together
        box = mates.box(row)
        if not is_empty:
            assert mates.covers(row) == always(box)
            for other in range(5):
                shared = all(any(mask >> row & 1 and mask >> other & 1 for mask in masks) for masks in dimensions)
                assert bool(mates.of(row) >> other & 1) == shared


def test_the_walk_ends_at_its_bound() -> None:
    # Each rule excludes one setting of three of forty switches: whether any setting is left is as hard as it gets.
    dice = random.Random(1)
    clauses = [(dice.sample(range(40), 3), [dice.random() < 0.5 for _ in range(3)]) for _ in range(180)]
    box = [
        [
            sum(
                1 << row
                for row, (names, signs) in enumerate(clauses)
                if at not in names or signs[names.index(at)] == on
            )
            for on in (False, True)
        ]
        for at in range(40)
    ]
    with pytest.raises(BoundReached):
        hole(box, (1 << len(clauses)) - 1, Steps(5000))
