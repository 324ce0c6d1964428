"""Fairness: the reference is whoever is answered best, ratios and p are those of the books, and small groups are not told."""

from dataclasses import replace

import numpy as np
import pytest

from creditline.decision.fairness import FAVOURABLE, LEAST_CASES, GroupRate, fairness_of
from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, Outcomes, Past
from creditline.score.rates import Sample, fisher, ratio_of
from tests.decision.a_question import a_position, answer
from tests.decision.test_impact import PRODUCT, past

YES, NO = ANSWERS.index(Answer.APPROVE), ANSWERS.index(Answer.DECLINE)


def asked(**groups: tuple[int, int]) -> tuple[list[tuple[Past, Outcomes]], dict[str, str]]:
    """Return openings of which so many of so many of each group are approved, and who is of which group."""
    (own,) = past(PRODUCT, [answer(Kind.OPENING, {}, position=a_position(requested=100))])
    codes: list[int] = []
    members: dict[str, str] = {}
    for name, (hits, count) in groups.items():
        members |= {f"{name}{number}": name for number in range(count)}
        codes += [YES] * hits + [NO] * (count - hits)
    total = len(codes)
    outcomes = Outcomes(
        answers=np.array(codes, np.int8),
        figures={name: np.zeros(total, np.int64) for name in own.before.figures},
        conditions=np.empty(total, np.object_),
    )
    laid = replace(own, borrowers=list(members), who=np.arange(total), count=total)
    return [(laid, outcomes)], members


def told(**groups: tuple[int, int]) -> dict[str, GroupRate]:
    laid, members = asked(**groups)
    return {one.group: one for one in fairness_of(laid, {"region": members})}


def test_ratios_are_to_the_group_that_is_answered_best() -> None:
    found = told(north=(90, 100), south=(60, 100), west=(80, 100))
    assert {one.reference for one in found.values()} == {"north"}
    south = found["south"]
    want = ratio_of(Sample(hits=60, count=100), over=Sample(hits=90, count=100))
    assert south.ratio is not None
    assert south.ratio.at == pytest.approx(want.at)
    assert south.ratio.low == pytest.approx(want.low, rel=0.01)
    assert (south.ratio.at == pytest.approx(2 / 3), south.is_flagged, found["west"].is_flagged) == (True, True, False)
    assert (found["north"].ratio, found["north"].p, found["north"].is_flagged) == (None, None, False)


def test_a_low_ratio_that_chance_explains_is_not_flagged() -> None:
    found = told(north=(12, 40), south=(9, 40))
    one = found["south"]
    assert one.ratio is not None
    assert one.ratio.at < 0.8
    assert one.p == pytest.approx(fisher(Sample(hits=9, count=39), against=Sample(hits=12, count=39)), abs=0.1)
    assert not one.is_flagged


def test_small_groups_and_those_of_no_group_are_not_told() -> None:
    few = LEAST_CASES - 1
    assert told(north=(90, 100), south=(1, few)) == {}
    assert set(told(north=(90, 100), south=(1, few), west=(50, 100))) == {"north", "west"}
    laid, _ = asked(north=(90, 100), south=(10, 100))
    assert fairness_of(laid, {"region": {}}) == fairness_of(laid, {}) == ()


def test_every_kind_a_table_answers_has_a_favourable_answer() -> None:
    assert set(FAVOURABLE) == set(Kind) - {Kind.RELEASE}
