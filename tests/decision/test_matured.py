"""Outcomes are told when their horizon is over, by what was known then, and of nobody who was bad already."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from creditline.decision.matured import Horizon, matured
from creditline.decision.outcome import Kind
from tests.decision.a_question import answer

ASKED = answer(Kind.RESTORATION, {})
AT = ASKED.as_of
HORIZON = Horizon(days=90, late_days=60, known_at=AT + timedelta(days=90))


def told(*seen: timedelta, horizon: Horizon = HORIZON, line: UUID = ASKED.line) -> tuple[bool | None, list[str]]:
    bad_at = {ASKED.line: [AT + one for one in seen]}
    found = matured([ASKED], horizon, bad_at=bad_at, lines=[line])
    return found.is_bad.get(ASKED.id), list(found.left_out)


@pytest.mark.parametrize(
    ("days", "is_bad"), [((), False), ((1,), True), ((90,), True), ((90.1,), False), ((-61,), False), ((-61, 3), True)]
)
def test_bad_is_what_is_seen_after_the_decision_and_within_the_horizon(days: tuple[float, ...], is_bad: bool) -> None:
    assert told(*(timedelta(days=one) for one in days)) == (is_bad, [])


@pytest.mark.parametrize("days", [0, -1, -60])
def test_who_was_bad_already_says_nothing(days: int) -> None:
    assert told(timedelta(days=days), timedelta(days=5)) == (None, ["bad already"])


def test_nothing_is_told_before_the_horizon_is_over_or_of_a_line_that_never_was() -> None:
    early = replace(HORIZON, known_at=HORIZON.known_at - timedelta(seconds=1))
    assert told(timedelta(days=1), horizon=early) == (None, ["the horizon is not over"])
    assert told(line=UUID(int=1))[0] is None
    release = replace(ASKED, kind=Kind.RELEASE)
    assert matured([release], HORIZON, bad_at={}, lines=[ASKED.line]).is_bad == {}


def test_months_on_a_statement_are_days_rounded_up() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert [Horizon(days=1, late_days=days, known_at=at).late_months for days in (1, 30, 31, 90)] == [1, 1, 2, 3]
