"""Ranking, truth of probabilities, and how much of an error is chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.score.measures import auc, brier, ece, ece_noise, jeffreys, ks, wilson

OUTCOMES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=2, max_size=30).filter(
    lambda rows: 0 < sum(bad for _, bad in rows) < len(rows)
)


@given(OUTCOMES)
def test_auc_counts_pairs_and_ties_half(rows: list[tuple[int, int]]) -> None:
    bads = [badness for badness, bad in rows if bad]
    goods = [badness for badness, bad in rows if not bad]
    won = sum((bad > good) + (bad == good) / 2 for bad in bads for good in goods)
    badness, is_bad = np.array(rows).T
    assert auc(badness, is_bad) == pytest.approx(won / (len(bads) * len(goods)))


@given(OUTCOMES)
def test_ks_is_the_greatest_distance_of_the_two_distributions(rows: list[tuple[int, int]]) -> None:
    bads = [badness for badness, bad in rows if bad]
    goods = [badness for badness, bad in rows if not bad]
    apart = [
        abs(sum(b <= cut for b in bads) / len(bads) - sum(g <= cut for g in goods) / len(goods)) for cut in range(6)
    ]
    badness, is_bad = np.array(rows).T
    assert ks(badness, is_bad) == pytest.approx(max(apart))


def test_brier_is_the_mean_squared_error() -> None:
    assert brier(np.array([0.5, 1.0, 0.0]), np.array([1, 1, 1])) == pytest.approx((0.25 + 0 + 1) / 3)


def test_ece_sees_a_group_that_was_told_too_little() -> None:
    pd = np.repeat([0.1, 0.2], 50)
    is_bad = np.concatenate([np.repeat([1, 0], [5, 45]), np.repeat([1, 0], [20, 30])])
    assert ece(pd, is_bad, groups_count=2) == pytest.approx((0.0 + 0.2) / 2)


def test_a_perfect_score_stays_below_the_noise_and_a_biased_one_does_not() -> None:
    draw = np.random.default_rng(3)
    pd = draw.beta(2, 6, 6_000)
    noise = ece_noise(pd)
    below = [ece(pd, (draw.random(len(pd)) < pd).astype(np.int64)) < noise for _ in range(100)]
    assert 88 <= sum(below) <= 100
    assert ece(pd, (draw.random(len(pd)) < pd * 1.2).astype(np.int64)) > noise


def test_the_noise_of_the_same_probabilities_is_always_the_same() -> None:
    pd = np.linspace(0.01, 0.6, 500)
    assert ece_noise(pd) == ece_noise(pd[::-1])


@pytest.mark.parametrize(
    ("pd", "bads", "count", "p"),
    [(0.02, 30, 1000, 0.01624), (0.02, 20, 1000, 0.48550), (0.5, 3, 4, 0.16047), (0.001, 0, 10, 0.11390)],
)
def test_the_jeffreys_test_has_its_published_values(pd: float, bads: int, count: int, p: float) -> None:
    assert jeffreys(pd, bads, count) == pytest.approx(p, abs=5e-6)


def test_the_jeffreys_test_ends_where_probabilities_do() -> None:
    assert jeffreys(0.0, 1, 10) == 0.0
    assert jeffreys(1.0, 1, 10) == 1.0


@pytest.mark.parametrize(
    ("bads", "count", "low", "high"), [(0, 10, 0.0, 0.27753), (5, 10, 0.23659, 0.76341), (10, 10, 0.72247, 1.0)]
)
def test_wilson_intervals_are_the_known_ones(bads: int, count: int, low: float, high: float) -> None:
    assert wilson(bads, count) == pytest.approx((low, high), abs=1e-5)
