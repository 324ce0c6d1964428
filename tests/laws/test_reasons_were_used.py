"""The law of reasons: what is told held the answer down, and a borrower without it would have been answered better.

The check is made from outside: the borrower's own features and position are changed to what they would be without the
trouble, everything is decided again, and the answer must be better. It shares no code with what chose the reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, event, given

from creditline.decision.decide import Question, decide, unblocked_minor
from creditline.decision.factors import FACTORS, SHORT_OF_LIMIT
from creditline.decision.outcome import Decision, Needs, Position, Reason
from creditline.decision.reasons import MOST_REASONS
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


def without(
    question: Question, features: Mapping[str, float], codes: Iterable[str], moved: Mapping[str, float] | None = None
) -> tuple[int, ...]:
    """Return what the answer would be worth to the borrower without some troubles, and with some values moved."""
    told = list(codes)
    mended = {**features}
    for code in told:
        mended.update(MENDED.get(code, {}))
    position = mended_position(question.position, told)
    for name, value in (moved or {}).items():
        if name == "available_minor":
            position = replace(position, available_minor=round(value))
        else:
            mended[name] = value
    return worth(decide(a_product(), replace(question, position=position), known(mended)))


def worth(decision: Decision) -> tuple[int, ...]:
    return rank(Asked(answer=decision.answer, terms=decision.terms, rules=decision.rules))


def beside(reason: Reason) -> tuple[float, float]:
    """Return the values at the threshold told and one step short of it."""
    assert reason.threshold is not None
    step = 1e-6 if reason.factor.endswith("_ratio") else 1
    match reason.needs:
        case Needs.BELOW:
            return reason.threshold - step, reason.threshold
        case Needs.AT_MOST:
            return reason.threshold, reason.threshold + step
        case Needs.AT_LEAST:
            return reason.threshold, reason.threshold - step
        case Needs.ABOVE:
            return reason.threshold + step, reason.threshold
        case Needs.OTHER:
            raise AssertionError(reason)


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


@given(QUESTIONS, borrowers())
def test_the_answer_turns_at_the_threshold_that_is_told_and_not_one_step_short_of_it(
    question: Question, features: dict[str, float]
) -> None:
    decision = decide(a_product(), question, known(features))
    assume(any(reason.threshold is not None for reason in decision.reasons))
    now = worth(decision)
    told = [reason.code for reason in decision.reasons]
    is_alone = any(without(question, features, [code]) > now for code in told)
    taken: list[str] = [] if is_alone else told
    moved: dict[str, float] = {}
    for reason in decision.reasons:
        if reason.threshold is None:
            continue
        others = [code for code in taken if code != reason.code]
        best = without(question, features, [*others, reason.code], moved)
        at, short = beside(reason)
        # With all else as it is, or else with the rest of the same trouble mended.
        for mended in (others, [*others, reason.code]):
            held, crossed, almost = (
                without(question, features, mended, {**moved, reason.factor: value})
                for value in (reason.value or 0, at, short)
            )
            if is_better(crossed, held, best):
                break
        event(f"{reason.needs}, {'enough' if mended is others else 'with the rest mended'}")
        assert is_better(crossed, held, best)
        assert not is_better(almost, held, best)
        if not is_alone:
            taken, moved = mended, {**moved, reason.factor: at}


def is_better(one: tuple[int, ...], held: tuple[int, ...], best: tuple[int, ...]) -> bool:
    """Say whether an answer is better: another one, where the trouble costs another one, else by any number."""
    return one[0] > held[0] if best[0] > held[0] else one > held


@given(QUESTIONS, borrowers())
def test_a_known_number_that_a_table_or_a_card_weighs_is_told_with_a_threshold(
    question: Question, features: dict[str, float]
) -> None:
    decision = decide(a_product(), question, known(features))
    for reason in decision.reasons:
        assert (reason.threshold is None) == (reason.needs is Needs.OTHER)
        if reason.threshold is None:
            assert reason.factor == "is_blocked" or reason.value is None or len(decision.reasons) > 1
