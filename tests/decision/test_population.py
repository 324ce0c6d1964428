"""Many questions at once are given what each would be given alone, and see nothing that came later."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import to_us
from creditline.decision.decide import scores_of
from creditline.decision.outcome import Position
from creditline.decision.population import Questions, by_numbers, columns_of, scored_of, views_of
from creditline.decision.tables import given_of
from creditline.events.catalogue import DrawMade, LineOpened, RepaymentReceived, StatementIssued
from creditline.events.frames import Facts, facts_of_arrays
from creditline.policy.columnar.vector import values_of
from creditline.policy.values import door
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources
from tests.decision.a_product import a_product
from tests.events.an_event import NOW

PRODUCT = a_product()
DAYS = 40
PEOPLE = ("ada", "ben", "cem")
HAPPENED = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([LineOpened.number, DrawMade.number, RepaymentReceived.number, StatementIssued.number]),
        st.integers(0, DAYS),
        st.integers(1, 9),
        st.integers(0, 3),
    ),
    max_size=12,
)


def facts_of(happened: list[tuple[int, int, int, int, int]]) -> Facts:
    rows = np.array(happened, np.int64).reshape(-1, 5)
    at = to_us(NOW) + rows[:, 2] * to_us(NOW + timedelta(days=1)) - rows[:, 2] * to_us(NOW)
    return facts_of_arrays(
        PEOPLE,
        borrower_index=rows[:, 0],
        number=rows[:, 1].astype(np.uint8),
        happened_us=at,
        recorded_us=at,
        amount_minor=rows[:, 3],
        code=rows[:, 4].astype(np.int32),
    )


def questions_of(asked: list[tuple[int, int]]) -> Questions:
    who, days = np.array(asked, np.int64).reshape(-1, 2).T
    count = len(asked)
    return Questions(
        table="restoration",
        currency="CNY",
        who=who,
        as_of_us=to_us(NOW) + days * 86_400_000_000 + 1,
        granted_minor=np.arange(count) + 100,
        drawn_minor=np.arange(count),
        available_minor=np.full(count, 100),
        requested_minor=np.arange(count) * 7,
        is_blocked=np.arange(count) % 2 == 0,
        is_moved=np.zeros(count, np.bool_),
        accepts_partial=np.ones(count, np.bool_),
    )


@given(HAPPENED, st.lists(st.tuples(st.integers(0, 2), st.integers(0, DAYS)), min_size=1, max_size=6))
def test_each_row_is_given_what_it_would_be_given_alone(
    happened: list[tuple[int, int, int, int, int]], asked: list[tuple[int, int]]
) -> None:
    facts, questions = facts_of(happened), questions_of(asked)
    (views,) = views_of(PRODUCT, facts, questions)
    columns = columns_of(PRODUCT, questions, views, scored_of(PRODUCT, views.features))
    told = {name: values_of(vector, questions.count) for name, vector in columns.items()}
    for row, (who, _) in enumerate(asked):
        alone = facts_of([one for one in happened if one[0] == who])
        as_of = np.full(len(PEOPLE), questions.as_of_us[row])
        features, sources = profile_and_sources(alone, FEATURES, as_of_us=as_of)
        position = Position(
            granted_minor=100 + row,
            drawn_minor=row,
            reserved_minor=0,
            withheld_minor=0,
            available_minor=100,
            requested_minor=7 * row,
            is_blocked=row % 2 == 0,
            accepts_partial=True,
        )
        want = given_of(
            PRODUCT,
            position,
            features=features[who].tolist(),
            sources_count=int(sources[who].sum()),
            scores=scores_of(PRODUCT, features[who : who + 1])[0],
            numbers={},
        )
        found = {name: _through_the_door(values[row]) for name, values in told.items()}
        assert found == {name: want.get(name) for name in told}


def test_questions_are_asked_under_the_numbers_of_their_day() -> None:
    questions = questions_of([(0, 0), (1, 1)])
    ((rows, numbers),) = by_numbers(PRODUCT, questions)
    assert rows.tolist() == [0, 1]
    assert numbers == PRODUCT.parameters.at(NOW.date(), currency="CNY")
    with pytest.raises(ValueError, match="not enough"):
        ((rows, numbers),) = by_numbers(PRODUCT, questions.taken(np.empty(0, np.int64)))


def test_some_questions_are_taken_in_any_order() -> None:
    taken = questions_of([(0, 1), (1, 2), (2, 3)]).taken(np.array([2, 0]))
    assert (taken.count, taken.who.tolist(), taken.requested_minor.tolist()) == (2, [2, 0], [14, 0])


def _through_the_door(value: object) -> object:
    return door(value) if isinstance(value, float) else value
