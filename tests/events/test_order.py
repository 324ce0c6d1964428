"""The law of order for columns: permuted, repeated and late events give the same Facts."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.events import order
from creditline.events.frames import EVENT_SCHEMA, Facts, facts_of_frame
from creditline.events.order import each_once, order_of

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
SMALL = st.integers(0, 2)
KEYS = st.lists(st.tuples(SMALL, SMALL, SMALL), max_size=12)
EVENTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([72, 73, 74]), SMALL, SMALL, SMALL, SMALL), max_size=10
)
"""Borrower, type number, hours ago, hours late, amount, code: few of each, so that many are alike."""


def rows_of(events: list[tuple[str, int, int, int, int, int]]) -> list[tuple[object, ...]]:
    return [
        (str(at), number, who, NOON - timedelta(hours=ago), NOON + timedelta(hours=late), amount, "CNY", code, None)
        for at, (who, number, ago, late, amount, code) in enumerate(events)
    ]


def frame_of(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row")


def bits(facts: Facts) -> list[bytes]:
    columns = (facts.starts, facts.number, facts.happened_us, facts.recorded_us, facts.amount_minor, facts.code)
    return [column.tobytes() for column in columns]


@given(EVENTS, st.data())
def test_permuted_repeated_and_late_events_give_the_same_facts(
    events: list[tuple[str, int, int, int, int, int]], data: st.DataObject
) -> None:
    rows = rows_of(events)
    again = data.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else []
    # A repeat is recorded at the same instant or later, and is otherwise the event it repeats.
    hours = data.draw(st.lists(st.integers(0, 3), min_size=len(again), max_size=len(again)))
    later = [(*row[:4], row[4] + timedelta(hours=late), *row[5:]) for row, late in zip(again, hours, strict=True)]  # type: ignore[operator]
    told = data.draw(st.permutations([*rows, *later]))
    assert bits(facts_of_frame(frame_of(told), ["a", "b"])) == bits(facts_of_frame(frame_of(rows), ["a", "b"]))


@given(EVENTS, st.data())
def test_of_two_events_under_one_id_the_order_of_the_frame_never_decides(
    events: list[tuple[str, int, int, int, int, int]], data: st.DataObject
) -> None:
    rows = [("same", *row[1:]) for row in rows_of(events)]
    told = data.draw(st.permutations(rows))
    assert each_once(frame_of(told)).equals(each_once(frame_of(rows)))
    assert each_once(frame_of(told)).height == min(len(rows), 1)


@pytest.mark.parametrize("few", [0, 1000])
@given(rows=KEYS)
def test_rows_are_put_in_order_of_their_keys_whether_few_or_many(few: int, rows: list[tuple[int, int, int]]) -> None:
    keys = [np.array(column, np.int64) for column in np.array(rows, np.int64).reshape(-1, 3).T]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "FEW", few)
        places = order_of(keys)
    sorted_rows = rows if places is None else [rows[place] for place in places]
    assert sorted_rows == sorted(rows)


def test_many_rows_in_order_are_seen_to_be_so_and_a_swap_at_the_last_key_is_not_missed() -> None:
    first, second = np.repeat(np.arange(1000), 2), np.tile([0, 1], 1000)
    assert order_of([first, second]) is None
    second[-2:] = [1, 0]
    places = order_of([first, second])
    assert places is not None
    assert places[-2:].tolist() == [1999, 1998]


def test_a_frame_without_repeats_is_left_alone() -> None:
    frame = frame_of(rows_of([("a", 72, 0, 0, 1, 0), ("a", 72, 0, 0, 1, 0)]))
    assert each_once(frame) is frame
