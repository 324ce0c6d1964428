"""How arms are compared: sample sizes as published, intervals, sizes that are off, days still needed, and stop rules."""

from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random

import pytest

from creditline.decision.outcome import Answer
from creditline.decision.trial import (
    Counts,
    Subject,
    balance_of,
    counts_of,
    difference,
    fired_by,
    needed_count,
    waiting_of,
)
from creditline.policy.strategy import Measure, StopRule, Trial

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)

SIZES = [
    # base  detect   a side, at 5 % and 80 % (METHODS, 6)
    (0.01, 100_000, 163_092),
    (0.01, 200_000, 42_691),
    (0.02, 100_000, 80_679),
    (0.02, 200_000, 21_106),
    (0.05, 100_000, 31_231),
    (0.05, 200_000, 8_155),
]


def of(count: int, bad: int, *, approved: int = 0, withheld: int = 0) -> Counts:
    """Return counts of which all are asked, repaid and matured."""
    return Counts(
        count=count, asked_count=count, approved_count=approved, restored_count=count, withheld_count=withheld,
        matured_count=count, bad_count=bad,
    )  # fmt: skip


def somebody(number: int, *, days_ago: float, bad_after: float | None = None, has_line: bool = True) -> Subject:
    first_at = NOW - days_ago * DAY
    return Subject(
        name=f"b{number}", first_at=first_at, asked=Answer.APPROVE, restored=None, has_line=has_line,
        bad_at=None if bad_after is None else first_at + bad_after * DAY,
    )  # fmt: skip


@pytest.mark.parametrize(("base", "detect_ppm", "needed"), SIZES)
def test_the_sizes_are_the_published_ones(base: float, detect_ppm: int, needed: int) -> None:
    assert needed_count(base, Trial(detect_ppm=detect_ppm)) == needed


def test_a_small_arm_beside_a_large_champion_needs_fewer_and_nothing_needs_nothing() -> None:
    assert needed_count(0.02, Trial(), champions_each=9.0) == 12_560
    assert [needed_count(base, Trial()) for base in (0.0, 0.9, 1.0)] == [None, None, None]


def test_the_power_is_what_is_promised() -> None:
    trial, random = Trial(detect_ppm=1_000_000), Random(7)
    needed = needed_count(0.1, trial)
    assert needed is not None

    def hits(rate: float) -> int:
        return sum(random.random() < rate for _ in range(needed or 0))

    seen = 0
    for _ in range(400):
        apart = difference(Measure.BAD_RATE, of(needed, hits(0.2)), than=of(needed, hits(0.1)))
        assert apart is not None
        seen += apart.low_ppm > 0
    assert 0.73 < seen / 400 < 0.87


def test_a_difference_is_newcombes() -> None:
    apart = difference(Measure.BAD_RATE, of(70, 56), than=of(80, 48))
    assert apart is not None
    # Newcombe (1998), table II, example (a), method 10: 0.0524 to 0.3339.
    assert abs(apart.low_ppm - 52_400) < 60
    assert abs(apart.high_ppm - 333_900) < 60
    assert difference(Measure.BAD_RATE, of(0, 0), than=of(5, 1)) is None


def test_only_who_was_watched_to_the_end_counts_and_only_what_came_in_time_is_bad() -> None:
    subjects = [
        somebody(1, days_ago=100, bad_after=30),
        somebody(2, days_ago=100, bad_after=95),
        somebody(3, days_ago=100),
        somebody(4, days_ago=50, bad_after=30),
        somebody(5, days_ago=100, has_line=False),
        somebody(6, days_ago=90),
    ]
    counts = counts_of(subjects, trial=Trial(), now=NOW)
    assert (counts.count, counts.matured_count, counts.bad_count) == (6, 4, 1)
    assert (counts.asked_count, counts.approved_count, counts.restored_count) == (6, 6, 0)


BAD = StopRule(measure=Measure.BAD_RATE, worse_by_ppm=10_000, p=0.05, least_count=200)
RULES = [
    # rule                                                              arm                      champion                 fires
    (BAD,                                                               of(1_000, 80),           of(9_000, 270),          True),
    (BAD,                                                               of(1_000, 45),           of(9_000, 270),          False),
    (BAD,                                                               of(199, 60),             of(9_000, 270),          False),
    (BAD,                                                               of(1_000, 0),            of(9_000, 900),          False),
    (StopRule(measure=Measure.APPROVAL_RATE, p=0.05, least_count=50),   of(500, 0, approved=200), of(500, 0, approved=300), True),
    (StopRule(measure=Measure.APPROVAL_RATE, p=0.05, least_count=50),   of(500, 0, approved=300), of(500, 0, approved=200), False),
    (StopRule(measure=Measure.WITHHELD_RATE, p=0.05, least_count=50),   of(500, 0, withheld=300), of(500, 0, withheld=200), True),
    (StopRule(measure=Measure.LOSS, most_minor=500, currency="CNY"),    of(1, 0),                of(1, 0),                True),
    (StopRule(measure=Measure.LOSS, most_minor=501, currency="CNY"),    of(1, 0),                of(1, 0),                False),
    (StopRule(measure=Measure.LOSS, most_minor=0, currency="TWD"),      of(1, 0),                of(1, 0),                False),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "own", "champion", "fires"), RULES)
def test_a_rule_stops_what_is_worse_beyond_chance_and_nothing_else(
    rule: StopRule, own: Counts, champion: Counts, fires: bool
) -> None:
    words = fired_by(rule, own, than=champion, owed_minor={"CNY": 501})
    assert (words is not None) is fires
    if words:
        assert words.startswith(rule.measure)


def test_a_rule_stops_a_harmless_arm_as_rarely_as_its_p_says() -> None:
    random = Random(11)
    rule = StopRule(measure=Measure.BAD_RATE, worse_by_ppm=0, p=0.05, least_count=100)
    fired = 0
    for _ in range(600):
        own, other = (of(800, sum(random.random() < 0.1 for _ in range(800))) for _ in range(2))
        fired += fired_by(rule, own, than=other, owed_minor={}) is not None
    assert fired / 600 < 0.075


SHARES = [
    # arm  champion  arm's share  champion's  off
    (1_000, 9_000,   100_000,     900_000,    False),
    (1_150, 8_850,   100_000,     900_000,    True),
    (850,   9_150,   100_000,     900_000,    True),
    (3,     0,       100_000,     900_000,    False),
    (0,     0,       0,           0,          False),
]  # fmt: skip


@pytest.mark.parametrize(("arm_count", "champion_count", "arm_ppm", "champion_ppm", "is_off"), SHARES)
def test_sizes_that_no_chance_gives_are_told(
    arm_count: int, champion_count: int, arm_ppm: int, champion_ppm: int, is_off: bool
) -> None:
    found = balance_of(arm_count, champion_count=champion_count, arm_ppm=arm_ppm, champion_ppm=champion_ppm)
    assert found.is_off is is_off
    assert 0 <= found.p <= 1


def test_the_days_still_needed_are_those_to_come_and_those_to_mature() -> None:
    trial = Trial(detect_ppm=5_000_000, horizon_days=90)
    champion = of(1_000, 50)
    since = NOW - 20 * DAY
    few = [somebody(number, days_ago=20 - number / 2) for number in range(40)]
    needed = needed_count(0.05, trial, champions_each=1_000 / 40)
    assert needed is not None
    assert needed < 40
    found = waiting_of(few, champion, trial=trial, since=since, now=NOW)
    assert (found.needed_count, found.a_day) == (needed, 2.0)
    assert found.days == ceil((few[needed - 1].first_at + 90 * DAY - NOW) / DAY)
    many = Trial(detect_ppm=500_000, horizon_days=90)
    long = waiting_of(few, champion, trial=many, since=since, now=NOW)
    assert long.needed_count is not None
    assert long.days == ceil((long.needed_count - 40) / 2) + 90
    assert waiting_of([], champion, trial=trial, since=since, now=NOW).days is None
    assert waiting_of(few, of(1_000, 0), trial=trial, since=since, now=NOW).needed_count is None
