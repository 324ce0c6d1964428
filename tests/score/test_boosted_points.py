"""The booster: its walks, its file, and what is refused."""

from math import inf, isnan, nan

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code, PolicyInvalid
from creditline.score import read_booster
from creditline.score.boosted import FEW_ROWS, ROWS_AT_ONCE, points_of_row, points_without, range_of, write_booster
from creditline.score.sealed import file_bytes
from tests.score.shipped import shipped
from tests.score.small_cards import LATE_TREE, NAMES, PAID_TREE, a_booster


def values_of(name: str) -> st.SearchStrategy[float]:
    """Draw values on, just below and just above the thresholds the booster really has for a feature."""
    booster = shipped().booster
    at = booster.features.index(name)
    cuts = sorted({
        cut for tree in booster.decides.trees for of, cut in zip(tree.features, tree.thresholds, strict=True) if of == at
    })  # fmt: skip
    near = [float(value) for cut in cuts for value in (cut, np.nextafter(cut, inf), np.nextafter(cut, -inf))]
    return st.sampled_from([nan, -1.0, 0.0, 1e12, *near])


@pytest.mark.parametrize(
    ("late", "paid", "points"),
    [
        (0, 1.0, 522),
        (0.5, 0.5, 521),
        (0.6, 0.51, 521),
        (2.5, 0.0, 520),
        (3, 0.0, 518),
        (nan, nan, 522),
        (-inf, inf, 522),
    ],
)
def test_a_value_at_the_threshold_goes_left_and_centi_points_round_half_up(
    late: float, paid: float, points: int
) -> None:
    assert points_of_row(a_booster(), (nan, late, paid), NAMES) == points


@given(st.data())
def test_one_row_scores_as_many_do_through_the_booster(data: st.DataObject) -> None:
    booster = shipped().booster
    names = ("unread", *reversed(booster.features))
    x = np.array([[0.0, *(data.draw(values_of(name)) for name in names[1:])] for _ in range(3)])
    one_by_one = [points_of_row(booster, row, names) for row in x.tolist()]
    assert booster.points(x, names).tolist() == one_by_one
    assert booster.points(x[:1], names).tolist() == one_by_one[:1]
    times = max(FEW_ROWS, ROWS_AT_ONCE)
    assert booster.points(np.tile(x, (times, 1)), names).tolist() == one_by_one * times


@given(st.data())
def test_a_feature_that_gets_worse_alone_never_gains_through_the_booster(data: st.DataObject) -> None:
    booster = shipped().booster
    row = [data.draw(values_of(name)) for name in booster.features]
    at = data.draw(st.sampled_from([k for k, read in enumerate(booster.decides.reads) if read.worse != "neither"]))
    known = values_of(booster.features[at]).filter(lambda value: not isnan(value))
    pair = sorted((data.draw(known), data.draw(known)), reverse=booster.decides.reads[at].worse == "lower")
    better, worse = (points_of_row(booster, [*row[:at], value, *row[at + 1 :]], booster.features) for value in pair)
    assert worse <= better


def test_never_late_is_never_worse_than_late_long_ago() -> None:
    booster = shipped().booster
    at = booster.features.index("late_recency_days")
    row = [0.0 if read.reference is None else read.reference for read in booster.decides.reads]
    ago = [
        points_of_row(booster, [*row[:at], days, *row[at + 1 :]], booster.features) for days in (0.0, 90.0, 1e9, nan)
    ]
    assert ago == sorted(ago)
    assert ago[-1] == ago[-2]


def test_the_booster_reads_back_as_it_was_written() -> None:
    for booster in (shipped().booster, a_booster()):
        again = read_booster(write_booster(booster))
        assert again == booster
        assert write_booster(again) == write_booster(booster)


def test_no_score_lies_outside_the_told_range() -> None:
    assert range_of(a_booster()) == (518, 522)


def test_mending_a_family_keeps_what_was_already_better() -> None:
    row = (nan, 3.0, 0.2)
    assert points_of_row(a_booster(), row, NAMES) == 518
    assert points_without(a_booster(), row, NAMES, families=("lateness",)) == 521
    assert points_without(a_booster(), row, NAMES, families=("lateness", "repayment")) == 522
    assert points_without(a_booster(), (nan, -1.0, 2.0), NAMES, families=("lateness", "repayment")) == 522


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b'"base_centi": 52000', b'"base_centi": 52001', "changed after fitting"),
        (b"149", b"150", "changed after fitting"),
        (b"149", b'"149"', "trees are not readable"),
        (b'"kind": "booster"', b'"kind": "scorecard"', "holds kind 'scorecard', wanted 'booster'"),
    ],
)
def test_a_changed_booster_is_refused_in_words(before: bytes, after: bytes, words: str) -> None:
    data = write_booster(a_booster())
    assert before in data
    with pytest.raises(PolicyInvalid, match=words) as refused:
        read_booster(data.replace(before, after, 1))
    assert refused.value.code is Code.SCORECARD_INVALID


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"leaves_centi": (0,) * 7}, r"tree 1 has \(7, 7, 7\) splits and leaves, a complete one 7 and 8"),
        ({"features": (2,) * 7}, "tree 1 reads feature 2 of 2"),
        ({"features": (-1,) * 7}, "tree 1 reads feature"),
    ],
)
def test_trees_that_do_not_hold_together_are_refused(changes: dict[str, object], words: str) -> None:
    trees = (PAID_TREE, msgspec.structs.replace(LATE_TREE, **changes))
    broken = msgspec.structs.replace(a_booster().decides, trees=trees)
    with pytest.raises(PolicyInvalid, match=words):
        read_booster(file_bytes("booster", broken, {}))
