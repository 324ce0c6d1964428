"""The events behind a feature are those it counted: as many as a count says, and no value changes when others go."""

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import to_us
from creditline.events.frames import EVENT_SCHEMA, facts_of_frame
from creditline.events.row import EventRow
from creditline.profile.behind import behind
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Feature, Fold
from creditline.profile.kernel import profile
from tests.edge.an_api import STARTS_AT

NUMBERS = sorted({number for one in FEATURES if isinstance(one, Feature) for number in one.events})


def row(place: int, number: int, days: int, late: int, code: int) -> EventRow:
    at: datetime = STARTS_AT - timedelta(days=days, hours=3)
    return EventRow(UUID(int=place), number, "b", at, at + timedelta(days=late), 100 + place, "CNY", code, None)


ROWS = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.integers(-2, 200), st.integers(0, 5), st.integers(0, 3)), max_size=25
).map(lambda drawn: [row(place, *one) for place, one in enumerate(drawn)])


def values(rows: list[EventRow]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    frame = pl.DataFrame([(str(one.id), *one[1:]) for one in rows], schema=EVENT_SCHEMA, orient="row")
    facts = facts_of_frame(frame, ["b"])
    row: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = profile(
        facts, FEATURES, as_of_us=np.array([to_us(STARTS_AT)])
    )[0]
    return row


@given(rows=ROWS)
def test_a_count_has_as_many_events_behind_it_as_it_says(rows: list[EventRow]) -> None:
    told = values(rows)
    for place, one in enumerate(FEATURES):
        if isinstance(one, Feature) and one.fold is Fold.COUNT and not np.isnan(told[place]):
            found = behind(one.name, rows, features=FEATURES, as_of=STARTS_AT, undone_from={})
            assert len(found) == told[place], one.name


@given(rows=ROWS)
def test_a_value_stays_without_the_events_that_are_not_behind_it(rows: list[EventRow]) -> None:
    told = values(rows)
    for place, one in enumerate(FEATURES):
        found = behind(one.name, rows, features=FEATURES, as_of=STARTS_AT, undone_from={})
        if found and len(found) < len(rows):
            alone = values(found)[place]
            # What makes a source known may be another event of it.
            assert np.isnan(alone) or alone == told[place], one.name


def test_nothing_is_behind_what_is_not_known() -> None:
    rows = [row(1, NUMBERS[0], 1, 0, 0)]
    assert behind("no_such_feature", rows, features=FEATURES, as_of=STARTS_AT, undone_from={}) == []
