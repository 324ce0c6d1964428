"""The additive scorecard: its sums, its file, and what is refused."""

from dataclasses import replace
from math import inf, isnan, nan

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code, PolicyInvalid
from creditline.score import read_scorecard
from creditline.score.scorecard import FEW_ROWS, points_by_feature, points_of_row, range_of, write_scorecard
from tests.score.shipped import shipped
from tests.score.small_cards import LATE, NAMES, PAID, a_scorecard

VALUES = st.sampled_from([nan, -inf, -1.0, 0.0, 0.4999999999999999, 0.5, 0.99, 1.0, 2.0, 3.0, 159.0, 1e7, inf])
KNOWN = VALUES.filter(lambda value: not isnan(value))


@pytest.mark.parametrize(
    ("late", "paid", "points"),
    [(0, 1.0, 550), (0.999, 0.5, 550), (1, 0.499, 510), (3, 0, 500), (99, nan, 507), (nan, nan, 512), (nan, 0.5, 525)],
)
def test_points_are_the_sum_of_the_bins(late: float, paid: float, points: int) -> None:
    assert points_of_row(a_scorecard(), (nan, late, paid), NAMES) == points


@given(st.integers(1, 3 * FEW_ROWS), st.data())
def test_one_row_scores_as_many_do(rows: int, data: st.DataObject) -> None:
    for card in (shipped().scorecard, shipped().release):
        names = ("unread", *reversed(card.features))
        x = np.array([[data.draw(VALUES) for _ in names] for _ in range(rows)])
        one_by_one = [points_of_row(card, row, names) for row in x.tolist()]
        assert card.points(x, names).tolist() == one_by_one
        assert card.points(np.tile(x, (FEW_ROWS + 1, 1)), names).tolist() == one_by_one * (FEW_ROWS + 1)
        given_by = points_by_feature(card, x, names)
        assert (card.decides.base_points + given_by.sum(axis=1)).tolist() == one_by_one


@given(st.data())
def test_a_feature_that_gets_worse_alone_never_gains(data: st.DataObject) -> None:
    for card in (shipped().scorecard, shipped().release):
        row = [data.draw(KNOWN) for _ in card.features]
        at = data.draw(st.integers(0, len(row) - 1))
        bins = card.decides.bins[at]
        other = data.draw(KNOWN)
        better, worse = sorted((row[at], other), reverse=bins.worse == "lower")
        first, second = [*row[:at], better, *row[at + 1 :]], [*row[:at], worse, *row[at + 1 :]]
        assert points_of_row(card, second, card.features) <= points_of_row(card, first, card.features)


def test_every_reachable_score_has_a_probability() -> None:
    card = a_scorecard()
    assert range_of(card) == (500, 550)
    assert card.pd_ppm(np.array([500, 520, 550])).tolist() == [400_000, 200_000, 65_000]


def test_a_release_card_tells_no_probability() -> None:
    with pytest.raises(PolicyInvalid, match="decides about release only"):
        a_scorecard(kind="release", knots=()).pd_ppm(np.array([500]))


def test_a_feature_the_catalogue_lacks_is_named() -> None:
    with pytest.raises(PolicyInvalid, match="reads paid_ratio, which the profile catalogue") as refused:
        a_scorecard().points(np.zeros((1, 1)), ("late_count",))
    assert refused.value.code is Code.SCORECARD_INVALID


def test_a_card_reads_back_as_it_was_written() -> None:
    for card in (shipped().scorecard, shipped().release, a_scorecard()):
        again = read_scorecard(write_scorecard(card))
        assert again == card
        assert write_scorecard(again) == write_scorecard(card)


def test_a_remark_on_the_card_leaves_the_score_the_same_score() -> None:
    card = a_scorecard()
    assert read_scorecard(write_scorecard(replace(card, card={"remark": "checked"}))).sha256 == card.sha256


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b'"base_points":500', b'"base_points":501', "changed after fitting"),
        (b"[30,10,0]", b"[30,10,1]", "changed after fitting"),
        (b"[30,10,0]", b'[30,10,"0"]', r"points are not readable \(Expected `int`, got `str` - at `\$.bins"),
        (b'"kind": "scorecard"', b'"kind": "booster"', "holds kind 'booster', wanted 'scorecard' or 'release'"),
        (b'"kind": "scorecard"', b'"kind": "release"', "changed after fitting"),
        (b'"format": 1', b'"format": 2', "has format 2, this version reads 1"),
        (b"{", b"", "not a fitted artefact"),
        (b"checked", b"\xff", "not a fitted artefact"),
    ],
)
def test_a_changed_file_is_refused_in_words(before: bytes, after: bytes, words: str) -> None:
    data = write_scorecard(replace(a_scorecard(), card={"remark": "checked"}))
    compact = data.replace(b'"base_points": 500', b'"base_points":500')
    assert before in compact
    with pytest.raises(PolicyInvalid, match=words) as refused:
        read_scorecard(compact.replace(before, after, 1))
    assert refused.value.code is Code.SCORECARD_INVALID


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": (30, 10)}, "2 edges make 3 bins, and there are points for 2"),
        ({"edges": (3.0, 1.0)}, "must rise"),
        ({"points": (30, 0, 10)}, "go the other way"),
        ({"worse": "lower"}, "go the other way"),
        ({"worse": "up"}, "is none of higher, lower, neither"),
        ({"reference_points": 10}, "reference is 10 points and the best that can be had 30"),
    ],
)
def test_bins_that_do_not_hold_together_are_refused_with_their_feature(changes: dict[str, object], words: str) -> None:
    broken = a_scorecard(bins=(msgspec.structs.replace(LATE, **changes), PAID))
    with pytest.raises(PolicyInvalid, match=f"feature late_count: .*{words}"):
        read_scorecard(write_scorecard(broken))


def test_a_card_that_names_a_feature_twice_or_lacks_its_table_is_refused() -> None:
    with pytest.raises(PolicyInvalid, match="twice"):
        read_scorecard(write_scorecard(a_scorecard(bins=(LATE, LATE))))
    with pytest.raises(PolicyInvalid, match="0 knots"):
        read_scorecard(write_scorecard(a_scorecard(knots=())))
    with pytest.raises(PolicyInvalid, match="must cover"):
        read_scorecard(write_scorecard(a_scorecard(knots=a_scorecard().decides.knots[:2])))


def test_the_points_do_not_depend_on_where_a_column_lies() -> None:
    card = a_scorecard()
    assert points_of_row(card, (1.0, 0.5), ("late_count", "paid_ratio")) == 530
    assert points_of_row(card, (0.5, 1.0), ("paid_ratio", "late_count")) == 530
