"""Impact is what deciding each case again would give: nobody for the same rules, and each one who differs for others."""

from collections import Counter
from dataclasses import replace

import pytest

from creditline.decision.answered import moved
from creditline.decision.decide import replay
from creditline.decision.impact import impact_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.past import Past, past_of, repeated
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded
from creditline.decision.shares import share_of_cases
from creditline.money import share_of
from tests.decision.a_product import a_product
from tests.decision.a_question import a_position, answer

PRODUCT = a_product()
LIVES: tuple[dict[str, float], ...] = (
    {},
    {"months_late_last_count": 1.0},
    {"months_late_last_count": 3.0},
    {"draws_30d_count": 6.0},
    {"draws_30d_count": 12.0, "spend_surge_ratio": 3.5},
    {"evidence_income_valid_count": 1.0, "utilisation_ratio": 0.1, "days_on_book_count": 400.0},
)
KINDS = (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW)
CASES = [
    answer(kind, life, position=a_position(requested=asked, available=50, blocked=blocked))
    for kind in KINDS
    for life in LIVES
    for asked in (10, 77, 100)
    for blocked in (False, True)
]


def past(product: Product, cases: list[Decision]) -> tuple[Past, ...]:
    return past_of(product, [Recorded(decision=one, features=PRODUCT.features) for one in cases])


def edited(before: str, after: str) -> Product:
    text = PRODUCT.files["policy.dmn"].decode()
    assert before in text
    return read_product({**PRODUCT.files, "policy.dmn": text.replace(before, after).encode()})


def test_the_same_rules_answer_nobody_otherwise() -> None:
    found = impact_of(PRODUCT, past(PRODUCT, CASES))
    assert (found.changed.count, found.changed.of_count) == (0, len(CASES))
    assert all(one.before is one.after and not one.changed_count for one in found.transitions)
    assert all(one.before_minor == one.after_minor for one in found.amounts)
    assert all(one.before_count == one.after_count for one in found.rules)
    assert (found.shown, found.row_wise) == ((), ())
    assert (found.policy, found.edition) == (PRODUCT.policy.sha256, PRODUCT.edition)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"),
        ("<text>requested_minor</text></outputEntry>", "<text>floor(requested_minor / 2)</text></outputEntry>"),
        ('<text>"at_once"</text></outputEntry>', '<text>"observed"</text></outputEntry>'),
    ],
)
def test_each_case_that_differs_is_one_that_deciding_again_answers_otherwise(before: str, after: str) -> None:
    text = PRODUCT.files["policy.dmn"].decode()
    if before not in text:
        pytest.fail(f"the product has no {before}")
    draft = edited(before, after)
    found = impact_of(draft, past(draft, CASES))
    again = [replay(draft, one) for one in CASES]
    otherwise = [
        new for old, new in zip(CASES, again, strict=True) if (old.answer, old.terms) != (new.answer, new.terms)
    ]
    assert found.changed.count == len(otherwise) > 0
    pairs = Counter((old.kind, old.answer, new.answer) for old, new in zip(CASES, again, strict=True))
    assert {(one.kind, one.before, one.after): one.count for one in found.transitions} == pairs
    rules = Counter((table, row) for one in again for table, rows in one.rules for row in rows)
    assert {(one.table, one.rule): one.after_count for one in found.rules if one.after_count} == rules
    assert sum(one.changed.count for one in found.segments) == len(otherwise)
    assert {one.decision for one in found.shown} <= {one.id for one in otherwise}
    drawn = sum(one.terms.amount_minor or 0 for one in again if one.kind is Kind.DRAW and one.answer is Answer.APPROVE)
    assert [one.after_minor for one in found.amounts if one.measure == "drawn"] == [drawn]


def test_what_comes_back_is_what_a_restoration_plan_brings_back() -> None:
    cases = [one for one in CASES if one.kind is Kind.RESTORATION]
    (own,) = past(PRODUCT, cases)
    released = sum(
        one.position.requested_minor
        if one.answer is Answer.AT_ONCE
        else share_of(one.position.requested_minor, one.terms.share_ppm or 0)
        for one in cases
    )
    asked = sum(one.position.requested_minor for one in cases)
    assert {name: int(column.sum()) for name, column in moved(own, own.before)} == {
        "released at once": released,
        "withheld": asked - released,
    }


def test_amounts_have_the_interval_of_their_change_over_borrowers() -> None:
    """One borrower has all cases here: of whom nothing is known, so that the change is told without a spread."""
    found = impact_of(edited("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"), past(PRODUCT, CASES))
    for one in found.amounts:
        change = one.after_minor - one.before_minor
        assert (one.change_low_minor, one.change_high_minor) == (change, change)
    cases = [replace(one, borrower=f"b{place}") for place, one in enumerate(CASES)]
    spread = impact_of(edited("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"), past(PRODUCT, cases))
    moved_some = [one for one in spread.amounts if one.after_minor != one.before_minor]
    assert moved_some
    for one in moved_some:
        assert one.change_low_minor < one.after_minor - one.before_minor < one.change_high_minor


def test_a_draft_that_fails_for_a_case_is_told_as_no_answer() -> None:
    draft = edited(
        '<text>"approve"</text></outputEntry>',
        "<text>if is_blocked then &quot;decline&quot; else null</text></outputEntry>",
    )
    found = impact_of(draft, past(draft, [one for one in CASES if one.kind is Kind.DRAW]))
    assert any(one.after is None for one in found.transitions)
    assert any(one.after.startswith("none") for one in found.shown)


def test_many_times_the_cases_are_many_times_the_counts() -> None:
    draft = edited("<text>&gt;= 2</text>", "<text>&gt;= 1</text>")
    once, often = (impact_of(draft, [repeated(one, times) for one in past(draft, CASES)]) for times in (1, 7))
    assert often.changed.count == 7 * once.changed.count
    assert [one.after_count for one in often.rules] == [7 * one.after_count for one in once.rules]
    assert [one.after_minor for one in often.amounts] == [7 * one.after_minor for one in once.amounts]


@pytest.mark.parametrize(
    ("count", "of_count", "low_ppm", "high_ppm"),
    [(0, 0, 0, 1_000_000), (0, 100, 0, 36_994), (50, 100, 403_831, 596_169), (100, 100, 963_005, 1_000_000)],
)
def test_shares_have_wilson_intervals(count: int, of_count: int, low_ppm: int, high_ppm: int) -> None:
    found = share_of_cases(count, of_count=of_count)
    assert abs(found.low_ppm - low_ppm) <= 1
    assert abs(found.high_ppm - high_ppm) <= 1


def test_nothing_on_record_is_no_sample() -> None:
    found = impact_of(PRODUCT, past(PRODUCT, [replace(CASES[0], kind=Kind.RELEASE)]))
    assert (found.changed.of_count, found.first_at, found.transitions) == (0, None, ())
