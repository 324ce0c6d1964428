"""The catalogue is complete, says what it measures, and every feature of it can be anything but nothing."""

from dataclasses import replace

import numpy as np

from creditline.clock import DAY_US
from creditline.events.catalogue import EVENT_TYPES
from creditline.events.frames import facts_of_arrays
from creditline.profile.catalogue import (
    FEATURES,
    bureau,
    catalogue_version,
    engagement,
    evidence,
    income,
    life,
    orders,
    payments,
    usage,
)
from creditline.profile.feature import Ratio, Source
from creditline.profile.kernel import profile

SUFFIXES = ("_minor", "_count", "_days", "_ratio")
CHAPTERS = (usage, orders, payments, life, income, bureau, evidence, engagement)


def test_there_are_enough_features_of_every_source() -> None:
    assert len(FEATURES) >= 35
    assert {one.source for one in FEATURES} == set(Source)
    assert [one for chapter in CHAPTERS for one in chapter.FEATURES] == list(FEATURES)


def test_names_are_unique_and_end_with_their_unit() -> None:
    names = [one.name for one in FEATURES]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.endswith(SUFFIXES)] == []


def test_every_feature_says_why() -> None:
    assert [one.name for one in FEATURES if not (one.why.endswith(".") and len(one.why) > 15)] == []


def test_a_ratio_is_of_features_of_its_own_source() -> None:
    by_name = {one.name: one for one in FEATURES}
    for one in FEATURES:
        if isinstance(one, Ratio):
            parts = [part for part in (one.over, one.under, one.less, one.per, one.times) if isinstance(part, str)]
            assert {by_name[part].source for part in parts} == {one.source}, one.name


def test_the_version_follows_the_meaning_and_not_the_words() -> None:
    version = catalogue_version(FEATURES)
    reworded = (replace(FEATURES[0], why="Said otherwise."), *FEATURES[1:])
    turned = (replace(FEATURES[0], worse="higher"), *FEATURES[1:])
    assert catalogue_version(reworded) == version
    assert catalogue_version(turned) != version
    assert catalogue_version(FEATURES[::-1]) != version


def test_every_feature_is_something_for_somebody() -> None:
    dice = np.random.default_rng(7)
    count, people = 60_000, 400
    numbers = np.array([event.number for event in EVENT_TYPES], np.uint8)
    facts = facts_of_arrays(
        [str(place) for place in range(people)],
        borrower_index=dice.integers(0, people, count),
        number=dice.choice(numbers, count),
        happened_us=dice.integers(0, 700 * DAY_US, count),
        recorded_us=np.zeros(count, np.int64),
        amount_minor=dice.integers(0, 1000, count),
        code=dice.integers(0, 4, count).astype(np.int32),
    )
    found = profile(facts, FEATURES, as_of_us=np.full(people, 700 * DAY_US))
    alive = ((~np.isnan(found)) & (found != 0)).any(axis=0)
    assert [one.name for one, lives in zip(FEATURES, alive, strict=True) if not lives] == []
