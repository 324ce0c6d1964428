"""The law of reasons: what is told held the answer down, and a borrower without it would have been answered better.

The check is made from outside: the borrower's own features and position are changed to what they would be without the
trouble, everything is decided again, and the answer must be better. It shares no code with what chose the reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, event, given

from creditline.decision.decide import Question, decide, unblocked_minor
from creditline.decision.outcome import Decision, Position
from creditline.decision.reasons import FACTORS, MOST_REASONS, SHORT_OF_LIMIT
from creditline.decision.tables import BEST, Asked, rank
from tests.decision.a_product import a_product
from tests.decision.a_question import QUESTIONS, borrowers, known

MENDED: Mapping[str, Mapping[str, float]] = {
    "late": {"months_late_last_count": 0, "late_ever_so_little_180d_count": 0},
    "paid_little": {"pay_ratio": 1},
    "used_much": {"utilisation_ratio": 0},
    "frequent_draws": {"draws_1d_count": 0, "draws_30d_count": 0},
    "spending_surge": {"spend_surge_ratio": 1},
    "small_limit": {"granted_minor": 10**9},
    "way_of_use": {"draws_90d_count": 0},
}
"""What the features of a borrower would be without each trouble."""


def mended_position(position: Position, codes: Iterable[str]) -> Position:
    """Return the position as it would be without a block, and with as much available as is asked."""
    if "blocked" in codes and position.is_blocked:
        position = replace(position, is_blocked=False, available_minor=unblocked_minor(position))
    if SHORT_OF_LIMIT.code in codes and position.available_minor < position.requested_minor:
        position = replace(position, available_minor=position.requested_minor)
    return position


def without(question: Question, features: Mapping[str, float], codes: Iterable[str]) -> tuple[int, ...]:
    """Return what the answer would be worth to the borrower without some troubles."""
    told = list(codes)
    mended = {**features}
    for code in told:
        mended.update(MENDED.get(code, {}))
    position = mended_position(question.position, told)
    return worth(decide(a_product(), replace(question, position=position), known(mended)))


def worth(decision: Decision) -> tuple[int, ...]:
    return rank(Asked(answer=decision.answer, terms=decision.terms, rules=decision.rules))


def test_every_factor_is_known_here() -> None:
    assert {factor.code for factor in FACTORS} == {*MENDED, "blocked"}


@given(QUESTIONS, borrowers())
def test_without_what_is_told_the_answer_would_have_been_better(question: Question, features: dict[str, float]) -> None:
    decision = decide(a_product(), question, known(features))
    told = [reason.code for reason in decision.reasons]
    assume(told)
    now = worth(decision)
    helps_alone = [without(question, features, [code]) > now for code in told]
    if any(helps_alone):
        event("each told factor helps alone")
        assert all(helps_alone)
        return
    event("only together do they help")
    assert without(question, features, told) > now
    for spared in told:
        assert not without(question, features, [code for code in told if code != spared]) > now


@given(QUESTIONS, borrowers())
def test_where_nothing_is_told_nothing_would_have_helped(question: Question, features: dict[str, float]) -> None:
    decision = decide(a_product(), question, known(features))
    assume(not decision.reasons)
    now = worth(decision)
    everything = [*MENDED, "blocked", SHORT_OF_LIMIT.code]
    assert now[0] >= BEST[question.kind] or not without(question, features, everything) > now


@given(QUESTIONS, borrowers())
def test_at_most_four_are_told_once_each_the_one_that_helps_most_first(
    question: Question, features: dict[str, float]
) -> None:
    decision = decide(a_product(), question, known(features))
    told = [reason.code for reason in decision.reasons]
    assert len(told) == len(set(told)) <= MOST_REASONS
    gains = [without(question, features, [code]) for code in told]
    assert gains == sorted(gains, reverse=True)


@given(QUESTIONS, borrowers())
def test_the_best_answer_needs_no_reasons(question: Question, features: dict[str, float]) -> None:
    decision = decide(a_product(), question, known(features))
    if worth(decision)[0] >= BEST[question.kind]:
        assert decision.reasons == ()


@given(QUESTIONS, borrowers())
def test_the_value_told_is_the_borrowers_own(question: Question, features: dict[str, float]) -> None:
    own = known(features)
    decision = decide(a_product(), question, own)
    for reason in decision.reasons:
        if reason.factor in a_product().features and reason.value is not None:
            assert reason.value == pytest.approx(own.features[a_product().features.index(reason.factor)], abs=1e-6)
