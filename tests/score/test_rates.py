"""Intervals as their papers print them, the exact test as scipy has it, and cases that repeat counting as fewer."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.score.rates import (
    Sample,
    clustered,
    difference_of,
    fisher,
    normal_quantile,
    rate_of,
    ratio_of,
    standardised,
)

stats = pytest.importorskip("scipy.stats", reason="scipy comes with the extra that fits scores")


def of(hits: float, count: float) -> Sample:
    return Sample(hits=hits, count=count)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_are_those_of_newcombes_table(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of(of(*one), than=of(*other))
    assert (round(found.low, 4), round(found.high, 4)) == pytest.approx((low, high), abs=1e-4)
    assert found.at == pytest.approx(one[0] / one[1] - other[0] / other[1])


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.5, 0.999))
def test_a_rate_has_the_interval_that_scipy_gives_it(hits: int, count: int, level: float) -> None:
    hits = min(hits, count)
    want = stats.binomtest(hits, count).proportion_ci(level, method="wilson")
    found = rate_of(of(hits, count), level=level)
    assert (found.low, found.high) == pytest.approx((want.low, want.high), abs=1e-9)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_the_exact_test_is_scipys(hits: int, count: int, others: int, of_others: int) -> None:
    hits, others = min(hits, count), min(others, of_others)
    want = stats.fisher_exact([[hits, count - hits], [others, of_others - others]]).pvalue
    assert fisher(of(hits, count), against=of(others, of_others)) == pytest.approx(want, abs=1e-9)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_a_ratio_has_the_interval_that_scipy_gives_it(hits: int, count: int, others: int, of_others: int) -> None:
    hits, others = min(hits, count), min(others, of_others)
    want = stats.contingency.relative_risk(hits, count, others, of_others)
    found = ratio_of(of(hits, count), over=of(others, of_others))
    ends = want.confidence_interval(0.95)
    assert (found.at, found.low, found.high) == pytest.approx((want.relative_risk, ends.low, ends.high))


def test_a_ratio_of_nothing_still_has_an_interval() -> None:
    found = ratio_of(of(0, 10), over=of(5, 10))
    assert 0 < found.low < found.at < found.high < math.inf


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


def test_of_nothing_a_rate_may_be_anything() -> None:
    assert (rate_of(of(0, 0)).low, rate_of(of(0, 0)).high) == (0.0, 1.0)


def test_one_case_each_counts_in_full_and_copies_count_once() -> None:
    hit = np.arange(200) % 4 == 0
    alone = clustered(hit, np.arange(200))
    assert (alone.hits, alone.count) == pytest.approx((50, 200), rel=0.01)
    copies = clustered(np.repeat(hit, 5), np.repeat(np.arange(200), 5))
    assert (copies.hits, copies.count) == pytest.approx((50, 200), rel=0.01)
    nobody = clustered(np.zeros(1000, np.bool_), np.repeat(np.arange(200), 5))
    assert (nobody.hits, nobody.count) == (0, 200)


def test_a_mix_weighs_the_groups_and_counts_no_more_than_they_have() -> None:
    mixed = standardised([of(10, 100), of(40, 100)], [0.75, 0.25])
    assert mixed.rate == pytest.approx(0.175)
    assert 100 <= mixed.count <= 200
    assert standardised([of(10, 100)], [1.0]) == of(10, 100)
    empty = standardised([of(0, 100), of(0, 50)], [0.5, 0.5])
    assert empty.rate == 0
    assert empty.count == pytest.approx(1 / (0.25 / 100 + 0.25 / 50))
