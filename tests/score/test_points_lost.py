"""What cost how many points."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.score.boosted import points_of_row as boosted_points
from creditline.score.boosted import points_without
from creditline.score.reasons import better_edges, features_lost, lost_by_family, points_lost, points_lost_boosted
from creditline.score.scorecard import points_of_row
from tests.score.shipped import shipped
from tests.score.small_cards import NAMES, a_booster, a_scorecard

VALUES = st.sampled_from([nan, 0.0, 0.2, 0.9, 1.0, 2.0, 5.0, 60.0, 1e6, 1e8])


def test_the_dearest_family_comes_first_with_its_value() -> None:
    told = points_lost(a_scorecard(), (nan, 4.0, 0.2), NAMES)
    assert [(one.family, one.points, one.feature, one.value) for one in told] == [
        ("lateness", 30, "late_count", 4.0),
        ("repayment", 20, "paid_ratio", 0.2),
    ]


def test_who_lost_nothing_is_told_nothing() -> None:
    assert points_lost(a_scorecard(), (nan, 0.0, 1.0), NAMES) == ()
    assert points_lost_boosted(a_booster(), (nan, 0.0, 1.0), NAMES) == ()


def test_the_unknown_is_told_without_a_value() -> None:
    (told,) = points_lost(a_scorecard(), (nan, nan, 1.0), NAMES)
    assert (told.points, told.value) == (25, None)


@pytest.mark.parametrize(("late", "better"), [(0, ()), (1, (1.0,)), (2.9, (1.0,)), (3, (1.0, 3.0)), (nan, ())])
def test_more_points_lie_beyond_every_edge_on_the_way_to_the_best(late: float, better: tuple[float, ...]) -> None:
    assert better_edges(a_scorecard(), "late_count", late) == better


def test_the_edges_of_a_value_below_lie_above_it_and_a_booster_has_none() -> None:
    assert better_edges(a_scorecard(), "paid_ratio", 0.1) == (0.5,)
    assert better_edges(a_scorecard(), "not_on_the_card", 0.1) == ()
    assert better_edges(a_booster(), "late_count", 4.0) == ()


def test_the_features_that_cost_points_are_told_the_dearest_first() -> None:
    for card in (a_scorecard(), a_booster()):
        assert features_lost(card, (nan, 4.0, 0.2), NAMES, ("repayment", "lateness")) == ("late_count", "paid_ratio")
        assert features_lost(card, (nan, 4.0, 0.2), NAMES, ("repayment",)) == ("paid_ratio",)
        assert features_lost(card, (nan, 0.0, 1.0), NAMES, ("repayment", "lateness")) == ()


@given(st.data())
def test_a_row_without_a_family_has_the_points_told_for_it_back(data: st.DataObject) -> None:
    for card in (shipped().scorecard, shipped().release):
        row = [data.draw(VALUES) for _ in card.features]
        for told in points_lost(card, row, card.features):
            mended = card.points_without(row, card.features, families=(told.family,))
            assert mended - points_of_row(card, row, card.features) == told.points
            kept = [bins.name for bins in card.decides.bins if bins.family == told.family]
            assert card.points_without(row, card.features, families=(told.family,), kept=kept) == points_of_row(
                card, row, card.features
            )


@given(st.data())
def test_what_is_told_is_exactly_what_was_lost(data: st.DataObject) -> None:
    for card in (shipped().scorecard, shipped().release):
        row = [data.draw(VALUES) for _ in card.features]
        told = points_lost(card, row, card.features)
        best = card.decides.base_points + sum(bins.reference_points for bins in card.decides.bins)
        assert points_of_row(card, row, card.features) + sum(one.points for one in told) == best
        assert [one.points for one in told] == sorted((one.points for one in told), reverse=True)
        families, lost = lost_by_family(card, np.array([row]), card.features)
        told_points = {one.family: one.points for one in told}
        assert lost[0].tolist() == [told_points.get(family, 0) for family in families]


@given(st.data())
def test_a_family_told_by_the_booster_gains_exactly_that_when_mended(data: st.DataObject) -> None:
    booster = shipped().booster
    row = [data.draw(VALUES) for _ in booster.features]
    for told in points_lost_boosted(booster, row, booster.features):
        mended = points_without(booster, row, booster.features, families=(told.family,))
        assert mended - boosted_points(booster, row, booster.features) == told.points > 0


def test_who_was_never_late_loses_nothing_for_lateness() -> None:
    never = {"late_recency_days": nan}
    for card in (shipped().scorecard, shipped().release):
        row = [never.get(name, 0.0) for name in card.features]
        assert "lateness" not in {one.family for one in points_lost(card, row, card.features)}
    row = [never.get(name, 0.0) for name in shipped().booster.features]
    assert "lateness" not in {
        one.family for one in points_lost_boosted(shipped().booster, row, shipped().booster.features)
    }
