"""The kernel gives one borrower and a book the same features, sees nothing it may not, and tells missing from zero."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import DAY_US, to_us
from creditline.errors import Broken
from creditline.events.catalogue import EVENT_TYPES, LineOpened, OutcomeObserved, StatementIssued
from creditline.events.frames import Facts, facts_of_arrays
from creditline.profile import kernel, layout
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Feature, Fold, Source

AS_OF = datetime(2026, 3, 15, 12, tzinfo=UTC)
AS_OF_US = to_us(AS_OF)
NAMES = [feature.name for feature in FEATURES]
NUMBERS = [event.number for event in EVENT_TYPES]

Row = tuple[int, int, int, int, int, int]
"""Borrower, number, happened, recorded (both microseconds before AS_OF), amount, code."""

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(NUMBERS),
        st.sampled_from(
            [0, 1, DAY_US // 2, DAY_US // 2 + 1, DAY_US, 29 * DAY_US, 30 * DAY_US, 31 * DAY_US, 200 * DAY_US]
        ),
        st.sampled_from([-1, 0, 1]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=30,
)


def facts_of(rows: list[Row], borrowers: int = 3) -> Facts:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return facts_of_arrays(
        [str(place) for place in range(borrowers)],
        borrower_index=columns[:, 0],
        number=columns[:, 1].astype(np.uint8),
        happened_us=AS_OF_US - columns[:, 2],
        recorded_us=AS_OF_US - columns[:, 3],
        amount_minor=columns[:, 4],
        code=columns[:, 5].astype(np.int32),
    )


def features_of(rows: list[Row], borrowers: int = 3) -> kernel.Floats:
    return kernel.profile(facts_of(rows, borrowers), FEATURES, as_of_us=np.full(borrowers, AS_OF_US))


def value(rows: list[Row], name: str) -> float:
    return float(features_of(rows, 1)[0, NAMES.index(name)])


@given(rows=ROWS)
def test_a_borrower_alone_has_the_bits_of_a_borrower_among_many(rows: list[Row]) -> None:
    together = features_of(rows)
    for place in range(3):
        own = [(0, *row[1:]) for row in rows if row[0] == place]
        assert features_of(own, 1)[0].tobytes() == together[place].tobytes()


@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rows: list[Row], seed: object) -> None:
    shuffled = list(rows)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert features_of(shuffled).tobytes() == features_of(rows).tobytes()


@given(rows=ROWS, at=st.lists(st.sampled_from([0, 1, DAY_US, 40 * DAY_US]), min_size=3, max_size=3))
def test_each_borrower_has_an_instant_of_their_own(rows: list[Row], at: list[int]) -> None:
    facts, as_of = facts_of(rows), AS_OF_US - np.array(at)
    together = kernel.profile(facts, FEATURES, as_of_us=as_of)
    for place in range(3):
        alone = kernel.profile(facts, FEATURES, as_of_us=np.full(3, as_of[place]))
        assert alone[place].tobytes() == together[place].tobytes()


def test_a_book_larger_than_a_chunk_is_the_same_book(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (place % 50, NUMBERS[place % len(NUMBERS)], place * DAY_US // 7 + 1, 0, place % 5, place % 3)
        for place in range(900)
    ]
    whole = features_of(rows, 50)
    monkeypatch.setattr(kernel, "CHUNK_CELLS", 1_000)
    assert features_of(rows, 50).tobytes() == whole.tobytes()


def test_a_chunk_of_many_facts_changes_nothing_and_is_of_one_borrower_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(place % 7, NUMBERS[place % len(NUMBERS)], place * DAY_US + 1, 0, place, place % 3) for place in range(200)]
    whole = features_of(rows, 9)
    for most in (1, 30, 60):
        monkeypatch.setattr(kernel, "CHUNK_FACTS", most)
        assert features_of(rows, 9).tobytes() == whole.tobytes()


def test_a_book_of_nobody_has_no_rows() -> None:
    assert kernel.profile(facts_of([], 0), FEATURES, as_of_us=np.empty(0, np.int64)).shape == (0, len(FEATURES))


def test_every_borrower_needs_an_instant() -> None:
    with pytest.raises(Broken, match="3 borrowers have 1 instants"):
        kernel.profile(facts_of([], 3), FEATURES, as_of_us=np.array([AS_OF_US]))


def test_large_amounts_are_added_up_exactly() -> None:
    # Floats would lose the last unit: 2 ** 53 + 1 is none.
    rows = [(0, 72, place + 1, 0, amount, 0) for place, amount in enumerate([2**53, 1, 1])]
    assert value([*rows, (0, LineOpened.number, 9, 0, 5, 0)], "drawn_30d_minor") == 2**53 + 2


@given(rows=ROWS)
def test_an_outcome_is_visible_to_no_feature(rows: list[Row]) -> None:
    outcome = (0, OutcomeObserved.number, 1, 0, 3, 1)
    assert features_of([*rows, outcome]).tobytes() == features_of(rows).tobytes()


def test_no_feature_names_an_outcome_and_a_catalogue_that_did_is_refused() -> None:
    assert all(OutcomeObserved.number not in one.events for one in FEATURES if isinstance(one, Feature))
    spy = Feature(
        name="spy_count",
        source=Source.USAGE,
        events=(OutcomeObserved.number,),
        fold=Fold.COUNT,
        worse="higher",
        why="No.",
    )
    with pytest.raises(Broken, match="spy_count"):
        layout.plan_of((spy,))


def test_missing_is_not_zero() -> None:
    assert np.isnan(features_of([], 1)).all()
    opened = (0, LineOpened.number, 10 * DAY_US, 0, 5, 0)
    assert value([opened], "draws_30d_count") == 0
    assert value([opened], "days_on_book_count") == 10
    assert np.isnan(value([opened], "statement_balance_minor"))
    assert np.isnan(value([opened], "orders_paid_90d_count"))
    assert value([opened], "pay_ratio") == 1


def test_sources_are_known_by_any_of_their_events() -> None:
    facts = facts_of([(0, 60, 1, 0, 0, 0), (1, 12, 1, 0, 0, 0), (2, 70, 1, 0, 0, 0), (2, 1, 1, -1, 0, 0)])
    known = kernel.profile_and_sources(facts, FEATURES, as_of_us=np.full(3, AS_OF_US))[1]
    of = [{str(source) for source, is_known in zip(layout.SOURCES, row, strict=True) if is_known} for row in known]
    assert of == [{"engagement"}, set(), {"usage"}]


def test_a_window_is_whole_days_and_today_so_far() -> None:
    noon = DAY_US // 2
    opened = (0, LineOpened.number, 400 * DAY_US, 0, 5, 0)
    edges = [(noon + 30 * DAY_US, 1.0), (noon + 30 * DAY_US + 1, 0.0), (1, 1.0), (0, 0.0)]
    for before, counted in edges:
        assert value([opened, (0, 72, before, 0, 1, 0)], "draws_30d_count") == counted


def test_ratios_are_of_whole_numbers_and_say_what_nothing_means() -> None:
    opened = (0, LineOpened.number, 100 * DAY_US, 0, 200, 0)
    first = (0, StatementIssued.number, 40 * DAY_US, 0, 50, 0)
    paid = (0, 73, 20 * DAY_US, 0, 10, 0)
    last = (0, StatementIssued.number, 10 * DAY_US, 0, 30, 2)
    rows = [opened, first, paid, last]
    assert value(rows, "pay_ratio") == 0.2
    assert value(rows, "utilisation_ratio") == 0.15
    assert value(rows, "utilisation_mean_180d_ratio") == 0.2
    assert value(rows, "months_late_last_count") == 2
    assert value(rows, "late_recency_days") == 10
    assert value([opened, (0, StatementIssued.number, 40 * DAY_US, 0, 0, 0), last], "pay_ratio") == 1


def test_an_instant_later_shows_what_an_instant_before_did_not() -> None:
    rows = [(0, LineOpened.number, 5, 0, 5, 0)]
    facts = facts_of(rows, 1)
    at = to_us(AS_OF - timedelta(microseconds=5))
    assert np.isnan(kernel.profile(facts, FEATURES, as_of_us=np.array([at]))).all()
    assert not np.isnan(kernel.profile(facts, FEATURES, as_of_us=np.array([AS_OF_US]))[0, NAMES.index("granted_minor")])
