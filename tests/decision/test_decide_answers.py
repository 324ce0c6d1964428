"""What the consumer product answers, question by question: a table that a risk officer can extend."""

from dataclasses import replace
from typing import Any

import pytest

from creditline.decision.decide import OPENED, decide, replay
from creditline.decision.outcome import Answer, Kind, Needs, canonical, first_difference, seal
from creditline.errors import Code, Malformed, PolicyInvalid
from tests.decision.a_product import RESTORATION, a_product, changed
from tests.decision.a_question import a_position, a_question, answer, known

DRAWS: list[tuple[dict[str, Any], dict[str, float], Answer, int, list[str]]] = [
    # position                              features                          answer            amount  reasons
    ({"requested": 100, "available": 100},  {},                               Answer.APPROVE,   100,    []),
    ({"requested": 101, "available": 100},  {},                               Answer.DECLINE,   0,      ["short_of_limit"]),
    ({"requested": 101, "available": 100, "partial": True}, {},               Answer.APPROVE,   100,    []),
    ({"requested": 1, "available": 0, "partial": True}, {},                   Answer.DECLINE,   0,      ["short_of_limit"]),
    ({"blocked": True},                     {},                               Answer.DECLINE,   0,      ["blocked"]),
    ({"blocked": True, "requested": 101},   {},                               Answer.DECLINE,   0,      ["blocked", "short_of_limit"]),
    ({},                                    {"months_late_last_count": 1},    Answer.APPROVE,   100,    []),
    ({},                                    {"months_late_last_count": 2},    Answer.DECLINE,   0,      ["late"]),
    ({"requested": 101},                    {"months_late_last_count": 2},    Answer.DECLINE,   0,      ["late", "short_of_limit"]),
    ({},                                    {"draws_1d_count": 9},            Answer.APPROVE,   100,    []),
    ({},                                    {"draws_1d_count": 10},           Answer.REFER,     0,      ["frequent_draws"]),
    # The rules look at draws in a day, and not at how often somebody borrows in a month.
    ({},                                    {"draws_30d_count": 99},          Answer.APPROVE,   100,    []),
    ({},                                    {"spend_surge_ratio": 99},        Answer.APPROVE,   100,    []),
]  # fmt: skip

RESTORATIONS: list[tuple[dict[str, float], Answer, int, int, int, list[str]]] = [
    # features                                             answer            share    parts days reasons
    ({},                                                   Answer.AT_ONCE,   1000000, 0,    0,   []),
    ({"months_late_last_count": 1},                        Answer.OBSERVED,  0,       1,    30,  ["late"]),
    ({"months_late_last_count": 2},                        Answer.OBSERVED,  0,       1,    60,  ["late"]),
    ({"draws_30d_count": 6},                               Answer.AT_ONCE,   1000000, 0,    0,   []),
    ({"draws_30d_count": 7},                               Answer.STAGED,    500000,  2,    30,  ["frequent_draws"]),
    ({"spend_surge_ratio": 3},                             Answer.AT_ONCE,   1000000, 0,    0,   []),
    ({"spend_surge_ratio": 3.1},                           Answer.STAGED,    500000,  1,    30,  ["spending_surge"]),
    ({"draws_30d_count": 7, "spend_surge_ratio": 3.1},     Answer.STAGED,    500000,  2,    30,  ["frequent_draws"]),
    ({"utilisation_ratio": 0.9},                           Answer.STAGED,    300000,  3,    30,  ["used_much"]),
    ({"pay_ratio": 0.1},                                   Answer.STAGED,    300000,  3,    30,  ["paid_little"]),
    ({"pay_ratio": 0.1, "utilisation_ratio": 0.9},         Answer.STAGED,    300000,  3,    30,  ["paid_little", "used_much"]),
    ({"late_ever_so_little_180d_count": 3},                Answer.STAGED,    300000,  3,    30,  ["late"]),
    # Proof of income is the way back that is no score; it does not outweigh lateness.
    ({"utilisation_ratio": 0.9, "evidence_income_valid_count": 1}, Answer.AT_ONCE, 1000000, 0, 0, []),
    ({"months_late_last_count": 1, "evidence_income_valid_count": 1}, Answer.OBSERVED, 0, 1, 30, ["late"]),
]  # fmt: skip

RELEASES: list[tuple[str, bool, dict[str, float], Answer, list[str]]] = [
    # condition             blocked features                         answer             reasons
    ("no_arrears",          False,  {},                              Answer.RELEASED,   []),
    ("no_arrears",          False,  {"months_late_last_count": 0},   Answer.RELEASED,   []),
    ("no_arrears",          False,  {"months_late_last_count": 1},   Answer.KEPT_BACK,  ["late"]),
    ("no_arrears",          True,   {},                              Answer.KEPT_BACK,  ["blocked"]),
    ("no_arrears",          True,   {"months_late_last_count": 1},   Answer.KEPT_BACK,  ["blocked", "late"]),
    ("no_arrears",          False,  {"draws_30d_count": 99},         Answer.RELEASED,   []),
    ("no_arrears_and_calm", False,  {"draws_30d_count": 6},          Answer.RELEASED,   []),
    ("no_arrears_and_calm", False,  {"draws_30d_count": 7},          Answer.KEPT_BACK,  ["frequent_draws"]),
    ("not_blocked",         False,  {"months_late_last_count": 9},   Answer.RELEASED,   []),
    ("not_blocked",         True,   {},                              Answer.KEPT_BACK,  ["blocked"]),
]  # fmt: skip


@pytest.mark.parametrize(("position", "features", "expected", "amount_minor", "reasons"), DRAWS)
def test_a_draw(
    position: dict[str, Any], features: dict[str, float], expected: Answer, amount_minor: int, reasons: list[str]
) -> None:
    decision = answer(Kind.DRAW, features, position=a_position(**position))
    assert (decision.answer, decision.terms.amount_minor) == (expected, amount_minor)
    assert [reason.code for reason in decision.reasons] == reasons


@pytest.mark.parametrize(("features", "expected", "share_ppm", "parts", "days", "reasons"), RESTORATIONS)
def test_a_restoration(
    features: dict[str, float], expected: Answer, share_ppm: int, parts: int, days: int, reasons: list[str]
) -> None:
    decision = answer(Kind.RESTORATION, features)
    terms = decision.terms
    assert (decision.answer, terms.share_ppm, terms.tranches_count, terms.interval_days) == (
        expected, share_ppm, parts, days,
    )  # fmt: skip
    assert [reason.code for reason in decision.reasons] == reasons


@pytest.mark.parametrize(("condition", "blocked", "features", "expected", "reasons"), RELEASES)
def test_a_release(
    condition: str, blocked: bool, features: dict[str, float], expected: Answer, reasons: list[str]
) -> None:
    decision = answer(Kind.RELEASE, features, position=a_position(blocked=blocked), condition=condition)
    assert (decision.answer, decision.terms.condition) == (expected, condition)
    assert [reason.code for reason in decision.reasons] == reasons


def test_a_reason_says_the_borrowers_own_value_and_what_would_undo_it() -> None:
    by_table = answer(Kind.RESTORATION, {"draws_30d_count": 9}).reasons[0]
    assert (by_table.factor, by_table.value, by_table.threshold, by_table.needs) == (
        "draws_30d_count", 9, 6, Needs.AT_MOST,
    )  # fmt: skip
    by_points = answer(Kind.RESTORATION, {"utilisation_ratio": 0.95}).reasons[0]
    assert (by_points.factor, by_points.value, by_points.threshold, by_points.needs) == (
        "utilisation_ratio", 0.95, 0.9, Needs.BELOW,
    )  # fmt: skip
    paid = answer(Kind.RESTORATION, {"pay_ratio": 0.1}).reasons[0]
    assert (paid.factor, paid.value, paid.threshold, paid.needs) == ("pay_ratio", 0.1, 0.2, Needs.AT_LEAST)


def test_a_borrower_without_a_line_has_no_score() -> None:
    nan = float("nan")
    assert answer(Kind.OPENING, {OPENED: nan}).scores is None
    assert answer(Kind.OPENING, {OPENED: 0}).scores is not None


def test_a_replay_gives_every_byte_again() -> None:
    for kind in (Kind.DRAW, Kind.RESTORATION, Kind.REVIEW, Kind.OPENING):
        decision = answer(kind, {"utilisation_ratio": 0.95, "pay_ratio": 0.1, "months_late_last_count": 1})
        assert canonical(replay(a_product(), decision)) == canonical(decision)
        assert seal(replay(a_product(), decision)) == seal(decision)


def test_a_replay_by_other_rules_names_what_differs_first() -> None:
    decision = answer(Kind.RESTORATION, {"draws_30d_count": 7})
    calmer = changed({RESTORATION: lambda text: text.replace("value = 6,", "value = 7,")})
    difference = first_difference(decision, replay(calmer, decision))
    assert difference is not None
    assert difference.startswith(f'edition: stored "{a_product().edition}"')
    same_edition = replace(replay(calmer, decision), edition=decision.edition)
    difference = first_difference(decision, same_edition)
    assert difference is not None
    assert difference.startswith("rules: ")


def test_a_replay_of_a_changed_record_names_what_differs_first() -> None:
    decision = answer(Kind.RESTORATION, {"draws_30d_count": 7})
    place = a_product().features.index("draws_30d_count")
    features = (*decision.features[:place], 0.0, *decision.features[place + 1 :])
    difference = first_difference(decision, replay(a_product(), replace(decision, features=features)))
    assert difference is not None
    assert difference.startswith("features: ")
    assert first_difference(decision, replace(decision, sources_count=9)) == "sources_count: stored 1, replayed 9"
    assert first_difference(decision, decision) is None


@pytest.mark.parametrize("path", ["policy.dmn", "parameters/law.toml", "words.zh.toml", "product.toml", "release.json"])
def test_any_byte_of_the_folder_makes_another_edition(path: str) -> None:
    other = changed({path: lambda text: text + "\n"})
    assert other.edition != a_product().edition
    assert len(other.edition) == 64


def test_a_day_before_a_parameter_begins_is_refused() -> None:
    question = replace(a_question(Kind.RESTORATION), as_of=a_question(Kind.DRAW).as_of.replace(year=2004))
    with pytest.raises((Malformed, PolicyInvalid)) as refused:
        decide(a_product(), question, known())
    assert refused.value.code is Code.PARAMETER_UNDATED
