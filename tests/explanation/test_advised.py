"""Advice in words: in every language the product speaks, with the day, the amount and the reason it helps."""

from dataclasses import replace
from datetime import date

import pytest

from creditline.explanation.advised import (
    tell_advice,
    tell_help,
    tell_protection,
    tell_route,
    tell_useless,
)
from creditline.explanation.words import words_of
from creditline.restoration.advice import advise
from creditline.restoration.behaviour import catalogue_of
from creditline.restoration.standing import Standing
from tests.decision.a_product import a_product
from tests.restoration.a_standing import a_standing

CATALOGUE = catalogue_of(a_product())


def said(standing: Standing, language: str) -> tuple[str, list[str], list[str], list[str]]:
    advice, words = advise(standing, CATALOGUE), words_of(a_product(), language)
    return (
        tell_advice(advice, words, catalogue=CATALOGUE, currency="CNY"),
        [tell_help(one, words, currency="CNY") for one in advice.helps],
        [tell_protection(one, words, currency="CNY") for one in advice.protects],
        [tell_useless(one, words, currency="CNY") for one in advice.does_not_help],
    )


def test_what_helps_is_said_with_its_day_and_its_reason() -> None:
    top, helps, _, useless = said(a_standing(months_late=1), "en")
    assert top == "¥200.00 waits, and by itself not all of it is back within 365 days."
    assert helps[0].startswith("Prove your income by 2026-03-03; and: Pay on time, so")
    assert helps[-1] == (
        "Pay on time, so that the statement of 2026-03-25 shows nothing late. Then everything is back by 2026-04-30; "
        "without it no day is certain. A rule asks for it."
    )
    assert useless[-1] == "Look at the app often: it would change nothing. The dates stay as they are."


def test_that_only_time_helps_is_said() -> None:
    top, helps, _, _ = said(a_standing(), "en")
    assert "¥200.00 waits and is all back on 2026-04-30. Nothing you can do brings it back sooner" in top
    assert helps == []


def test_what_a_draw_would_put_off_is_said() -> None:
    standing = a_standing(draws_count=6, condition="no_arrears_and_calm")
    soon = replace(standing, tranches=tuple(replace(one, due_on=date(2026, 3, 4)) for one in standing.tranches))
    _, _, (told,), _ = said(soon, "en")
    assert told == "Draw nothing until 2026-03-04: one more draw would put ¥200.00 off by 30 days."


@pytest.mark.parametrize("months_late", [0, 1, 2])
def test_both_languages_say_as_much(months_late: int) -> None:
    standing = a_standing(months_late=months_late)
    for english, chinese in zip(said(standing, "en"), said(standing, "zh"), strict=True):
        assert len([english] if isinstance(english, str) else english) == len(
            [chinese] if isinstance(chinese, str) else chinese
        )
    assert "人工" in tell_route(words_of(a_product(), "zh"))[1]


def test_nothing_is_said_to_be_needed_where_nothing_waits() -> None:
    top, *rest = said(a_standing(withheld_minor=0), "zh")
    assert "无需" in top
    assert rest == [[], [], []]
