"""All combinations while they are few; beyond that every rule's own row, moved through every point, and rows at random."""

import numpy as np

from creditline.edge.products import load_product
from creditline.policy.evaluate import evaluate
from creditline.policy.prove.points import points_of
from creditline.policy.prove.rows import rows_of
from creditline.policy.table import DecisionTable
from tests.policy.a_policy import small


def test_few_combinations_are_all_tried_and_some_rows_at_random() -> None:
    policy = small("FIRST", [("> 1", "x + p"), ("-", "2")])
    points = points_of(policy, "t", {})
    rows = rows_of(policy, "t", points, numbers={}, most=100, dice=np.random.default_rng(1))
    listed = list(rows.rows)
    assert rows.is_exhaustive
    assert rows.combinations_count == len(points[0].near) * len(points[1].near) == 24
    assert len(listed) == rows.count == 24 + 25
    assert len({tuple(row.values()) for row in listed[:24]}) == 24


def test_of_many_combinations_each_rule_is_met_and_left_at_each_point() -> None:
    product = load_product("consumer_revolving")
    policy = product.policy
    points = points_of(policy, "restoration", {})
    rows = rows_of(policy, "restoration", points, numbers={}, most=20_000, dice=np.random.default_rng(1))
    assert not rows.is_exhaustive
    listed = list(rows.rows)
    assert len(listed) == rows.count == 20_000
    met = {evaluate(policy, "restoration", row).rules[-1][1] for row in listed[:4_000]}
    table = policy.decision("restoration")
    assert isinstance(table, DecisionTable)
    assert {(number,) for number in range(1, len(table.rules) + 1)} <= met
    for one in points:
        assert {row[one.name] for row in listed} >= set(one.near)


def test_the_same_dice_throw_the_same_rows() -> None:
    policy = small("FIRST", [("> 1", "x + p"), ("-", "2")])
    points = points_of(policy, "t", {})
    first, second = (
        list(rows_of(policy, "t", points, numbers={}, most=9, dice=np.random.default_rng(3)).rows) for _ in range(2)
    )
    assert first == second
    assert len(first) == 9
