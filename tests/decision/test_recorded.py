"""Recorded cases are laid out as what they gave the tables then, under the numbers of their day."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from creditline.decision.outcome import Decision, Kind
from creditline.decision.recorded import Recorded, groups_of
from creditline.policy.columnar.answers import answer_at
from creditline.policy.columnar.plan import decide_many
from tests.decision.a_product import a_product
from tests.decision.a_question import a_position, answer

PRODUCT = a_product()


def recorded(decision: Decision) -> Recorded:
    return Recorded(decision=decision, features=PRODUCT.features)


@pytest.mark.parametrize("kind", [Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW])
def test_the_same_rules_answer_the_columns_as_answered_the_case(kind: Kind) -> None:
    cases = [
        answer(kind, features, position=a_position(requested=asked, available=50))
        for asked in (10, 100)
        for features in ({}, {"months_late_last_count": 2.0}, {"draws_30d_count": 12.0, "spend_surge_ratio": 3.5})
    ]
    (group,) = groups_of(PRODUCT, map(recorded, cases))
    answers = decide_many(PRODUCT.policy, group.table, group.columns, group.numbers, count=group.count)
    assert [answer_at(answers, row).rules for row in range(group.count)] == [one.rules for one in cases]


def test_a_feature_that_was_not_known_then_is_missing_and_order_does_not_matter() -> None:
    case = answer(Kind.RESTORATION, {"draws_30d_count": 12.0})
    order = tuple(reversed(PRODUCT.features))
    turned = Recorded(decision=replace(case, features=tuple(reversed(case.features))), features=order)
    older = Recorded(decision=replace(case, features=()), features=())
    (plain,), (same,), (less,) = (groups_of(PRODUCT, [one]) for one in (recorded(case), turned, older))
    assert plain == same
    assert plain.columns["draws_30d_count"] == [12]
    assert less.columns["draws_30d_count"] == [None]


def test_cases_under_other_numbers_are_another_group_and_those_before_all_numbers_none() -> None:
    case = answer(Kind.DRAW)
    early, release = replace(case, as_of=datetime(1999, 1, 1, tzinfo=UTC)), replace(case, kind=Kind.RELEASE)
    assert groups_of(PRODUCT, [recorded(early), recorded(release)]) == ()
    dollars = replace(case, currency="TWD")
    assert {one.count for one in groups_of(PRODUCT, map(recorded, (case, dollars, case)))} == {2, 1}
