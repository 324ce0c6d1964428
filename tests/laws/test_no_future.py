"""No future: what happened at or after `as_of`, or was recorded after it, changes no feature."""

from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import DAY_US
from creditline.events.catalogue import LineOpened
from tests.profile.test_kernel import NUMBERS, ROWS, Row, features_of

LATER = st.tuples(
    st.integers(0, 2),
    st.sampled_from(NUMBERS),
    st.sampled_from([0, -1, -DAY_US, -400 * DAY_US]),
    st.sampled_from([0, -1, 5]),
    st.integers(0, 3),
    st.integers(0, 3),
)
UNHEARD = st.tuples(
    st.integers(0, 2),
    st.sampled_from(NUMBERS),
    st.sampled_from([1, DAY_US, 40 * DAY_US]),
    st.sampled_from([-1, -DAY_US]),
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(rows=ROWS, later=st.lists(LATER | UNHEARD, min_size=1, max_size=10))
def test_what_is_still_to_come_or_not_yet_heard_changes_nothing(rows: list[Row], later: list[Row]) -> None:
    assert features_of([*rows, *later]).tobytes() == features_of(rows).tobytes()


def test_the_law_can_fail_because_the_past_does_change_features() -> None:
    heard = (0, LineOpened.number, DAY_US, 0, 3, 0)
    assert features_of([heard]).tobytes() != features_of([]).tobytes()
