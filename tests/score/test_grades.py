"""The master scale."""

import numpy as np
import pytest

from creditline.score.grade import GRADES_COUNT, MASTER_SCALE, grade_of, grade_of_one


def test_the_boundaries_are_the_geometric_middles_of_half_doublings() -> None:
    exact = [300 * 2 ** ((grade - 0.5) / 2) for grade in range(1, GRADES_COUNT)]
    assert list(MASTER_SCALE) == [round(one) for one in exact]
    assert GRADES_COUNT == 21


@pytest.mark.parametrize("grade", range(1, 22))
def test_each_grades_own_probability_has_that_grade(grade: int) -> None:
    assert grade_of_one(round(300 * 2 ** ((grade - 1) / 2))) == grade


def test_a_boundary_belongs_to_the_worse_grade() -> None:
    assert [grade_of_one(357), grade_of_one(356), grade_of_one(0), grade_of_one(1_000_000)] == [2, 1, 1, 21]


def test_many_are_graded_as_one_by_one() -> None:
    pd = np.array([0, 356, 357, 22_832, 22_833, 258_321, 258_322, 1_000_000])
    assert grade_of(pd).tolist() == [grade_of_one(int(one)) for one in pd]
