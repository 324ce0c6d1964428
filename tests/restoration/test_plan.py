"""A plan lays a repayment out in dates: every minor unit comes back exactly once, on the days that were decided."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.jurisdiction import Rule
from creditline.decision.outcome import Answer, Decision, Terms
from creditline.errors import Broken
from creditline.money import MILLION
from creditline.restoration.plan import Plan, again, plan_of
from tests.decision.test_adverse import pack as a_law
from tests.store.a_decision import a_decision

TODAY = date(2026, 3, 2)
WITHHOLDING = [Answer.STAGED, Answer.OBSERVED]


def a_restoration(
    answer: Answer, principal_minor: int, *, share_ppm: int = 0, parts: int = 1, days: int = 30
) -> Decision:
    """Return a decision about a repayment of so much principal."""
    decision = a_decision()
    terms = Terms(share_ppm=share_ppm, tranches_count=parts, interval_days=days, condition="no_arrears")
    position = replace(decision.position, requested_minor=principal_minor)
    return replace(decision, answer=answer, position=position, terms=terms)


def dates_of(plan: Plan) -> list[tuple[int, int]]:
    """Return the tranches as (days from today, amount)."""
    return [((tranche.due_on - TODAY).days, tranche.amount_minor) for tranche in plan.tranches]


TABLE = [
    # answer         principal share    parts days  now  tranches as (days from today, amount)
    (Answer.AT_ONCE,  100,     1000000, 0,    0,    100, []),
    (Answer.STAGED,   100,     500000,  2,    30,   50,  [(30, 25), (60, 25)]),
    (Answer.STAGED,   1000,    300000,  3,    30,   300, [(30, 233), (60, 233), (90, 234)]),
    (Answer.STAGED,   101,     500000,  1,    7,    50,  [(7, 51)]),
    (Answer.OBSERVED, 100,     0,       1,    60,   0,   [(60, 100)]),
    # What is too small to split comes back with the last part; a part of nothing is left out.
    (Answer.STAGED,   3,       300000,  3,    30,   0,   [(30, 1), (60, 1), (90, 1)]),
    (Answer.STAGED,   2,       0,       3,    30,   0,   [(90, 2)]),
    (Answer.STAGED,   1,       500000,  2,    30,   0,   [(60, 1)]),
    (Answer.STAGED,   5,       1000000, 2,    30,   5,   []),
    (Answer.OBSERVED, 1,       0,       1,    1,    0,   [(1, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "principal", "share_ppm", "parts", "days", "now_minor", "dates"), TABLE)
def test_a_plan(
    answer: Answer, principal: int, share_ppm: int, parts: int, days: int, now_minor: int, dates: list[tuple[int, int]]
) -> None:
    plan = plan_of(a_restoration(answer, principal, share_ppm=share_ppm, parts=parts, days=days))
    assert plan.now_minor == now_minor
    assert dates_of(plan) == dates


@pytest.mark.parametrize(
    ("days", "ahead", "now_minor", "cut_minor", "dates"),
    [
        (0, 0, 20, 80, []),
        (35, 0, 20, 0, [(35, 80)]),
        # The law wants it told 30 days ahead: by the end of today.
        (0, 30, 20, 0, [(31, 80)]),
        (30, 30, 20, 0, [(31, 80)]),
        (35, 30, 20, 0, [(35, 80)]),
    ],
)
def test_what_is_reduced_is_cut_when_its_rule_and_the_law_let_it_be(
    days: int, ahead: int, now_minor: int, cut_minor: int, dates: list[tuple[int, int]]
) -> None:
    law = replace(a_law("eu"), notices=tuple(_ahead(ahead)))
    plan = plan_of(a_restoration(Answer.REDUCED, 100, share_ppm=200_000, parts=0, days=days), law=law)
    assert (plan.now_minor, plan.cut_minor, dates_of(plan)) == (now_minor, cut_minor, dates)
    assert all(part.is_cut for part in plan.tranches)


def _ahead(days: int) -> Iterator[Rule]:
    """Return what a law wants that has decreases told so many days ahead; 0 for one that wants nothing."""
    if days:
        yield replace(a_law("eu").notices[-1], triggers=frozenset({"decreased"}), within_days=-days)


PLANS = st.builds(
    a_restoration,
    st.sampled_from([Answer.AT_ONCE, Answer.REDUCED, *WITHHOLDING]),
    st.integers(min_value=1, max_value=9),
    share_ppm=st.integers(min_value=0, max_value=MILLION) | st.sampled_from([0, 1, 500_000, MILLION]),
    parts=st.integers(min_value=1, max_value=4),
    days=st.integers(min_value=1, max_value=3),
)


@given(PLANS)
def test_every_minor_unit_comes_back_exactly_once(decision: Decision) -> None:
    plan = plan_of(decision)
    amounts = [tranche.amount_minor for tranche in plan.tranches]
    assert plan.now_minor + plan.cut_minor + sum(amounts) == decision.position.requested_minor
    assert plan.now_minor >= 0
    assert all(amount > 0 for amount in amounts)


@given(PLANS)
def test_tranches_are_numbered_dated_and_named_apart(decision: Decision) -> None:
    tranches = plan_of(decision).tranches
    assert [tranche.ordinal for tranche in tranches] == list(range(1, len(tranches) + 1))
    assert len({tranche.id for tranche in tranches}) == len(tranches)
    due = [tranche.due_on for tranche in tranches]
    assert due == sorted(set(due))
    assert all(day > TODAY for day in due)


@given(PLANS)
def test_a_plan_is_the_same_each_time_and_pins_what_was_told(decision: Decision) -> None:
    plan = plan_of(decision)
    assert plan == plan_of(decision)
    for tranche in plan.tranches:
        assert (tranche.decision, tranche.line) == (decision.id, decision.line)
        assert (tranche.edition, tranche.condition) == (decision.edition, decision.terms.condition)


@given(PLANS)
def test_what_is_kept_back_is_the_same_promise_some_days_later(decision: Decision) -> None:
    for tranche in plan_of(decision).tranches:
        looked_at = replace(decision, id=tranche.id, answer=Answer.KEPT_BACK, edition="ee" * 32)
        later = again(looked_at, tranche, in_days=30)
        assert later.due_on == TODAY + timedelta(days=30)
        assert (later.amount_minor, later.condition) == (tranche.amount_minor, tranche.condition)
        assert (later.edition, later.decision) == (tranche.edition, looked_at.id)
        assert later.id != tranche.id


@pytest.mark.parametrize("answer", sorted(set(Answer) - {Answer.AT_ONCE, Answer.REDUCED, *WITHHOLDING}))
def test_an_answer_to_another_question_has_no_plan(answer: Answer) -> None:
    with pytest.raises(Broken, match=f"{answer} is no answer to a repayment"):
        plan_of(a_restoration(answer, 1))


@pytest.mark.parametrize(
    "terms",
    [
        Terms(share_ppm=0, tranches_count=None, interval_days=30, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=0, interval_days=30, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=1, interval_days=0, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=1, interval_days=-30, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=1, interval_days=10**9, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=10**9, interval_days=30, condition="no_arrears"),
        Terms(share_ppm=-1, tranches_count=1, interval_days=30, condition="no_arrears"),
        Terms(share_ppm=1_000_001, tranches_count=1, interval_days=30, condition="no_arrears"),
        Terms(share_ppm=0, tranches_count=1, interval_days=30, condition=None),
    ],
)
def test_nothing_is_withheld_without_a_date_and_a_condition(terms: Terms) -> None:
    with pytest.raises(Broken, match="have the restoration table checked"):
        plan_of(replace(a_restoration(Answer.OBSERVED, 1), terms=terms))
