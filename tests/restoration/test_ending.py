"""How a part ends, and what a plan moves at once: bucket by bucket, and never below what was lent for a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditline.clock import just_after
from creditline.decision.outcome import Answer, Kind
from creditline.errors import Broken
from creditline.ids import id_from
from creditline.ledger.chart import Movement
from creditline.restoration.ending import (
    again_question,
    carried_out,
    ending_question,
    moved_by,
    reduces,
)
from creditline.restoration.plan import Plan
from creditline.restoration.underway import begin, order
from tests.decision.a_product import a_product, changed
from tests.ledger.a_line import a_line
from tests.restoration.a_standing import a_standing
from tests.restoration.test_plan import a_restoration
from tests.store.a_decision import a_decision, a_tranche

LINE = a_line(granted=100, drawn=20, withheld=30)


@pytest.mark.parametrize(
    ("plan", "moves", "buckets"),
    [
        (Plan(now_minor=30, tranches=()), ["release"], (100, 0)),
        (Plan(now_minor=10, tranches=(), cut_minor=20), ["release", "reduce"], (80, 0)),
        (Plan(now_minor=0, tranches=(), cut_minor=30), ["reduce"], (70, 0)),
        (Plan(now_minor=0, tranches=()), [], (100, 30)),
    ],
)
def test_what_a_plan_moves_at_once(plan: Plan, moves: list[str], buckets: tuple[int, int]) -> None:
    made = carried_out(LINE, a_restoration(Answer.REDUCED, 30), plan, first_ordinal=2)
    after = made[-1].line if made else LINE
    assert [one.entry.movement for one in made] == moves
    assert (after.granted_minor, after.withheld_minor) == buckets
    ordinals = [transfer.ordinal for one in made for transfer in one.transfers]
    assert ordinals == list(range(2, 2 + len(ordinals)))


@pytest.mark.parametrize(
    ("extra", "granted", "headroom"),
    [(0, 70, 50), (80, 80, 60), (100, 100, 80)],
)
def test_a_cut_never_takes_what_was_added_for_a_time(extra: int, granted: int, headroom: int) -> None:
    ends_at = LINE.booked_at + timedelta(days=9)
    line = replace(LINE, extra_minor=extra, extra_ends_at=ends_at if extra else None)
    decision = replace(a_restoration(Answer.CUT, 30), kind=Kind.RELEASE)
    posting = moved_by(line, decision)
    assert posting is not None
    assert posting.entry.movement is Movement.REDUCE
    assert (posting.line.granted_minor, posting.line.withheld_minor, posting.line.headroom_minor) == (
        granted,
        0,
        headroom,
    )


def test_what_is_kept_back_moves_nothing_and_more_than_is_withheld_is_a_fault() -> None:
    assert moved_by(LINE, a_restoration(Answer.KEPT_BACK, 30)) is None
    with pytest.raises(Broken, match="lost"):
        moved_by(LINE, a_restoration(Answer.CUT, 31))


def test_the_last_question_of_a_part_says_so_and_the_rules_are_asked_under_another_id() -> None:
    tranche, at = a_tranche(a_decision()), just_after(LINE.booked_at)
    last = ending_question(replace(tranche, is_cut=True), LINE, at)
    assert (last.kind, last.condition, last.is_last) == (Kind.RELEASE, tranche.condition, True)
    assert not ending_question(tranche, LINE, at).is_last
    asked = again_question(tranche, LINE, at)
    assert (asked.kind, asked.condition, asked.position.requested_minor) == (
        Kind.RESTORATION,
        None,
        tranche.amount_minor,
    )
    assert asked.id not in {last.id, id_from("another", at=at)}


def test_a_product_reduces_if_one_of_its_rules_may() -> None:
    assert reduces(a_product())
    assert not reduces(
        changed({"policy.dmn": lambda text: text.replace('<text>"reduced"</text>', '<text>"observed"</text>')})
    )


def test_a_line_under_way_begins_as_it_stands_and_what_waits_is_in_the_order_of_its_days() -> None:
    standing = a_standing()
    course = begin(standing)
    assert (course.line, course.events, course.tranches) == (standing.line, [], list(standing.tranches))
    first, last = (
        a_tranche(a_decision()),
        replace(a_tranche(a_decision()), due_on=a_tranche(a_decision()).due_on + timedelta(days=1)),
    )
    assert sorted([last, first], key=order) == [first, last]
