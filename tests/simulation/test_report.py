from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from creditline.decision.decide import Question, decide
from creditline.decision.known import known_at
from creditline.decision.outcome import Answer, Kind, Position
from creditline.decision.product import Product
from creditline.edge.simulated import simulate
from creditline.errors import PolicyInvalid
from creditline.ids import id_from
from creditline.policy.table import DecisionTable
from creditline.simulation.people import MOST_DAYS
from creditline.simulation.record import FIELDS, record_of
from creditline.simulation.report import Report, report_of
from creditline.simulation.rivals import ALWAYS, at_once, held
from creditline.simulation.run import AT_ONCE, DRAFT, HELD, POLICY, Plan, arms_of, live_through
from creditline.simulation.world import live
from tests.decision.a_product import a_product
from tests.simulation.a_population import a_year, assumed, hard_times, some


def a_report() -> Report:
    plan, found = a_year()
    return report_of(plan, found, product="p", editions=dict.fromkeys(found.rows, "e"))


def quick(
    people: int = 12, *, days: int = 70, seed: int = 1, processes: int = 1, draft: Product | None = None
) -> bytes:
    plan = Plan(assumed=hard_times(), people_count=people, days=days, seed=seed)
    report = simulate(plan, a_product(), draft=draft, processes=processes, told=lambda _: None)
    return msgspec.json.encode(report)


def test_every_promise_whose_condition_held_was_kept() -> None:
    for arm in a_report().arms:
        assert arm.promises.kept_ratio in {None, 1.0}
        assert arm.promises.held_back_count == 0
        assert arm.promises.late_count == 0
    assert a_report().promises.held_count > 100


def test_a_promise_that_is_kept_back_though_its_clauses_hold_counts_as_broken() -> None:
    """The reference reads the clauses, another executor the condition: if they part, the report must say so."""
    until = some(1)[0].opened_at + timedelta(days=150)
    lives = live(a_product(), hard_times(), some(30, under=hard_times()), days=150)
    lived = next(one for one in lives if any(each.decision.answer is Answer.KEPT_BACK for each in one.course.decided))
    before = record_of(lived, assumed(), until=until)
    assert _of(before, "held_back") == 0
    at, released = next(
        (at, one) for at, one in enumerate(lived.course.decided) if one.decision.answer is Answer.RELEASED
    )
    lived.course.decided[at] = released._replace(decision=replace(released.decision, answer=Answer.KEPT_BACK))
    after = record_of(lived, assumed(), until=until)
    assert _of(after, "held_back") == 1
    assert _of(after, "kept") == _of(before, "kept") - 1


def test_the_same_seed_finds_the_same_bytes_and_another_seed_others() -> None:
    assert quick() == quick()
    assert quick() != quick(seed=2)


@pytest.mark.slow
def test_any_number_of_processes_finds_the_same() -> None:
    assert quick(people=110, days=31) == quick(people=110, days=31, processes=2)


def test_who_never_waited_lives_the_same_life_if_all_comes_back_at_once() -> None:
    """So that life is not lived twice: its row is taken as it is."""
    plan = Plan(assumed=hard_times(), people_count=40, days=100, seed=1)
    found = live_through(plan, arms_of(a_product(), None), (0, 40))
    again = live(at_once(a_product()), hard_times(), some(40, under=hard_times()), days=100)
    until = some(1)[0].opened_at + timedelta(days=100)
    rows = np.array([record_of(one, hard_times(), until=until) for one in again])
    assert np.array_equal(found.rows[AT_ONCE], rows)
    waited = found.rows[POLICY][:, FIELDS.index("staged")] + found.rows[POLICY][:, FIELDS.index("observed")]
    assert 0 < (waited > 0).sum() < 40


def test_if_all_comes_back_at_once_nobody_waits_and_if_all_is_held_everybody_does() -> None:
    arms = {arm.name: arm for arm in a_report().arms}
    assert arms[AT_ONCE].good_delay_days.value == 0
    assert arms[AT_ONCE].promises.told_count == 0
    assert 20 < (arms[HELD].good_delay_days.value or 0) <= 30
    assert arms[HELD].answers["at_once"] == 0
    assert 0 < (arms[POLICY].good_delay_days.value or 0) < (arms[HELD].good_delay_days.value or 0)


def test_a_rival_answers_everybody_alike() -> None:
    lived = live(a_product(), hard_times(), some(10, under=hard_times()), days=90)
    for product, answer in ((at_once(a_product()), Answer.AT_ONCE), (held(a_product()), Answer.OBSERVED)):
        for one in lived:
            known = known_at(a_product(), one.course.facts, as_of=one.course.line.booked_at)
            question = _repaid(one.course.line.borrower, one.course.line.booked_at)
            assert decide(product, question, known, is_explained=False).answer is answer


def test_a_rival_has_an_edition_of_its_own_and_its_condition_always_holds() -> None:
    own, other = at_once(a_product()), held(a_product())
    assert len({a_product().edition, own.edition, other.edition}) == 3
    assert other.compiled.decide(ALWAYS, {}).outputs == {ALWAYS: True}


def test_a_product_without_a_restoration_table_has_no_rivals() -> None:
    policy = a_product().policy
    renamed = tuple(
        msgspec.structs.replace(one, outputs=one.outputs[:1])
        if isinstance(one, DecisionTable) and one.name == "restoration"
        else one
        for one in policy.decisions
    )
    with pytest.raises(PolicyInvalid, match="no restoration table"):
        at_once(replace(a_product(), policy=msgspec.structs.replace(policy, decisions=renamed)))


def test_a_draft_that_is_the_policy_changes_nothing() -> None:
    report = msgspec.json.decode(quick(draft=a_product()))
    policy, draft, *_ = report["arms"]
    assert draft["name"] == DRAFT
    assert {**policy, "name": ""} == {**draft, "name": ""}
    assert report["against"][0]["losses_avoided_minor"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_shares_of_the_forecast_error_are_a_whole() -> None:
    error = a_report().arms[0].error
    shares = (error.on_day, error.within_30_days, error.within_60_days, error.later, error.not_by_the_end)
    assert sum(one.value or 0 for one in shares) == pytest.approx(1)


def test_every_interval_lies_around_its_figure() -> None:
    for arm in a_report().arms:
        for one in (arm.good_delay_days, arm.defaults_share, arm.loss_minor, arm.drawn_minor, arm.error.on_day):
            if one.value is not None:
                assert one.low is not None
                assert one.high is not None
                assert one.low <= one.value <= one.high


def test_what_calibrates_comes_out_near_what_was_measured() -> None:
    """Held-out moments are reported as they are: nobody promises them."""
    for one in a_report().moments:
        if one.use == "calibrates" and not one.name.startswith("gap"):
            assert one.simulated == pytest.approx(one.measured, rel=0.35), one.name
        assert one.simulated is not None, one.name


def test_a_life_is_not_drawn_for_longer_than_a_year() -> None:
    """What is drawn falls due after a year, and the close that makes it late is not simulated."""
    assert MOST_DAYS == 365
    assert a_product().lending.terms.instalments_count == 12


def _of(row: list[int], name: str) -> int:
    return row[FIELDS.index(name)]


def _repaid(borrower: str, at: datetime) -> Question:
    position = Position(
        granted_minor=100_000, drawn_minor=10_000, reserved_minor=0, withheld_minor=5_000, available_minor=85_000,
        requested_minor=5_000,
    )  # fmt: skip
    own = id_from(borrower, at=at)
    return Question(
        id=own, kind=Kind.RESTORATION, borrower=borrower, line=own, currency="TWD", as_of=at, position=position
    )
