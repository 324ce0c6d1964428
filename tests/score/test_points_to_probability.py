"""The scale, the calibration and the table of knots."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.score.calibrate import (
    FACTOR,
    OFFSET,
    Knot,
    calibration,
    fault_of,
    knots_of,
    log_odds_at,
    logistic_regression,
    pd_at,
    pd_ppm,
    pd_ppm_at,
    points_at,
    probability,
)

SHAPES = st.tuples(
    st.floats(0.3, 2.0), st.floats(0.3, 2.0), st.floats(-1.5, 1.5)
) | st.tuples(st.floats(0.3, 2.0), st.floats(-1.5, 1.5))  # fmt: skip


def test_the_scale_is_600_points_at_30_to_1_and_20_to_double() -> None:
    assert round(FACTOR, 4) == 28.8539
    assert round(OFFSET, 4) == 501.8622
    assert pd_at(600) == pytest.approx(1 / 31)
    assert pd_at(620) == pytest.approx(1 / 61)


@pytest.mark.parametrize(("pd", "points"), [(0.01, 634), (0.02, 614), (0.05, 587), (0.10, 565), (0.20, 542)])
def test_a_probability_has_its_published_points(pd: float, points: int) -> None:
    assert points_at(pd) == points


@given(SHAPES, st.integers(420, 560), st.integers(0, 200))
def test_more_points_are_always_a_smaller_probability(shape: tuple[float, ...], least: int, span: int) -> None:
    table = knots_of(shape, least_points=least, most_points=least + span)
    assert fault_of(table, least_points=least, most_points=least + span) is None
    told = [pd_ppm_at(table, points) for points in range(table[0].points, table[-1].points + 1)]
    assert all(worse > better for worse, better in pairwise(told))


@given(SHAPES, st.lists(st.integers(380, 760), min_size=1, max_size=20))
def test_many_points_are_told_as_one_by_one(shape: tuple[float, ...], points: list[int]) -> None:
    table = knots_of(shape, least_points=440, most_points=640)
    assert pd_ppm(table, np.array(points, np.int64)).tolist() == [pd_ppm_at(table, one) for one in points]


@given(SHAPES)
def test_the_table_is_its_curve_within_four_in_a_thousand(shape: tuple[float, ...]) -> None:
    table = knots_of(shape, least_points=450, most_points=600)
    points = np.arange(450, 601)
    curve = 1_000_000 * probability(shape, log_odds_at(points))
    # A chord of 5 points leaves a curve that falls `slope` times as steeply as the scale by (5 slope / FACTOR)^2 / 8.
    slope = max(1.0, *shape[:-1])
    assert np.all(np.abs(pd_ppm(table, points) - curve) <= 0.004 * slope**2 * curve + 60)


@pytest.mark.parametrize(
    ("table", "least", "most", "words"),
    [
        ((Knot(500, 9),), 500, 500, "1 knots"),
        ((Knot(500, 90), Knot(510, 81)), 500, 510, "goes from 90 to 81"),
        ((Knot(510, 90), Knot(500, 10)), 500, 510, "from 510 to 500"),
        ((Knot(500, 90), Knot(510, 10)), 495, 510, "must cover"),
        ((Knot(500, 90), Knot(510, 10)), 500, 511, "must cover"),
    ],
)
def test_a_table_that_is_not_one_is_told_why(table: tuple[Knot, ...], least: int, most: int, words: str) -> None:
    assert words in str(fault_of(table, least_points=least, most_points=most))


def test_a_calibration_finds_the_curve_that_made_the_outcomes() -> None:
    draw = np.random.default_rng(7)
    told = draw.normal(-1.3, 1.2, 60_000)
    truth = probability((1.4, 0.6, 0.3), told)
    is_bad = (draw.random(len(told)) < truth).astype(np.int64)
    beta = calibration(told, is_bad, is_beta=True)
    assert beta == pytest.approx((1.4, 0.6, 0.3), abs=0.12)
    slope, shift = calibration(told, is_bad, is_beta=False)
    assert float(np.mean(probability((slope, shift), told))) == pytest.approx(float(is_bad.mean()), abs=1e-6)


def test_a_calibration_never_turns_the_ranking_around() -> None:
    draw = np.random.default_rng(7)
    told = draw.normal(0, 3, 4_000)
    is_bad = (draw.random(len(told)) < 1 / (1 + np.exp(-np.clip(told, -1, 1)))).astype(np.int64)
    shape = calibration(told, is_bad, is_beta=True)
    assert min(shape[:-1]) > 0
    assert np.all(np.diff(probability(shape, np.linspace(-6, 6, 50))) > 0)


def test_a_logistic_regression_without_columns_tells_the_rate() -> None:
    weights = logistic_regression(np.ones((10, 1)), np.array([1.0] * 3 + [0.0] * 7))
    assert weights[0] == pytest.approx(math.log(3 / 7))
