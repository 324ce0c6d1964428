"""The law of consent: what a borrower does not let us read is as if it had never been told, and is all there once they do."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import DAY_US
from creditline.events.consent import ConsentGiven, ConsentWithdrawn, DataSource
from creditline.events.frames import NEVER_US, Facts, facts_of_arrays
from creditline.profile.catalogue import FEATURES
from creditline.profile.consent import columns_of, readable, unread_of
from creditline.profile.coverage import NUMBERS, SOURCES
from creditline.profile.feature import Source
from creditline.profile.kernel import profile, profile_and_sources
from tests.profile.test_kernel import AS_OF_US, ROWS, Row, facts_of

GIVEN, WITHDRAWN = ConsentGiven.number, ConsentWithdrawn.number
LETTABLE = st.sampled_from(list(DataSource))
NOTHING_SAID = ROWS.map(lambda rows: [row for row in rows if row[1] not in {GIVEN, WITHDRAWN}])


def said(source: DataSource, number: int, *, ago_us: int = DAY_US, learned_us: int | None = None) -> list[Row]:
    """Return what every one of three borrowers says of a source, so long before."""
    learned_us = ago_us if learned_us is None else learned_us
    return [(who, number, ago_us, learned_us, 0, tuple(DataSource).index(source)) for who in range(3)]


def without(rows: list[Row], source: DataSource) -> list[Row]:
    return [row for row in rows if row[1] not in NUMBERS[Source(source)]]


def bits(facts: Facts, *, asked: frozenset[Source] = frozenset()) -> tuple[bytes, bytes]:
    as_of_us = np.full(len(facts.borrowers), AS_OF_US)
    features, known = profile_and_sources(facts, FEATURES, as_of_us=as_of_us, asked=columns_of(asked))
    return features.tobytes(), known.tobytes()


@given(rows=NOTHING_SAID, source=LETTABLE)
def test_what_is_withdrawn_is_as_if_never_told(rows: list[Row], source: DataSource) -> None:
    withdrawn = facts_of([*rows, *said(source, WITHDRAWN)])
    assert bits(withdrawn) == bits(facts_of(without(rows, source)))
    assert bits(withdrawn) == bits(facts_of(rows), asked=frozenset({Source(source)}))


@given(rows=NOTHING_SAID, source=LETTABLE)
def test_what_is_given_again_is_read_with_all_that_was_known_of_it(rows: list[Row], source: DataSource) -> None:
    again = facts_of([*rows, *said(source, WITHDRAWN, ago_us=9), *said(source, GIVEN, ago_us=8)])
    assert bits(again) == bits(facts_of(rows)) == bits(again, asked=frozenset({Source(source)}))


@given(rows=NOTHING_SAID, source=LETTABLE, one=st.sampled_from([(0, 0), (DAY_US, -1), (-DAY_US, -DAY_US)]))
def test_what_is_said_or_learned_later_changes_nothing_before(
    rows: list[Row], source: DataSource, one: tuple[int, int]
) -> None:
    """At the very instant, learned a microsecond later, and a day later."""
    ago_us, learned_us = one
    later = facts_of([*rows, *said(source, WITHDRAWN, ago_us=ago_us, learned_us=learned_us)])
    assert bits(later) == bits(facts_of(rows))


@given(rows=ROWS, who=st.integers(0, 2), asked=st.frozensets(st.sampled_from(list(Source)[1:])))
def test_one_borrower_and_a_book_in_which_each_is_asked_for_their_own_are_read_alike(
    rows: list[Row], who: int, asked: frozenset[Source]
) -> None:
    to_be_asked = np.array([columns_of(asked if place == who else ()) for place in range(3)])
    book = profile(facts_of(rows), FEATURES, as_of_us=np.full(3, AS_OF_US))
    mixed, _ = profile_and_sources(facts_of(rows), FEATURES, as_of_us=np.full(3, AS_OF_US), asked=to_be_asked)
    alone, _ = profile_and_sources(
        facts_of([(0, *row[1:]) for row in rows if row[0] == who], 1),
        FEATURES,
        as_of_us=np.array([AS_OF_US]),
        asked=columns_of(asked),
    )
    assert mixed[who].tobytes() == alone[0].tobytes()
    others = [place for place in range(3) if place != who]
    assert mixed[others].tobytes() == book[others].tobytes()


def test_of_one_instant_the_withdrawal_counts_and_each_source_only_for_itself() -> None:
    orders = [(0, 2, 5, 5, 100, 0), (0, 30, 5, 5, 100, 1)]
    facts = facts_of(
        [*orders, *said(DataSource.ORDERS, WITHDRAWN, ago_us=3), *said(DataSource.ORDERS, GIVEN, ago_us=3)]
    )
    unread = unread_of(facts, as_of_us=np.full(3, AS_OF_US))
    assert [str(SOURCES[place]) for place in unread[0].nonzero()[0]] == ["orders"]
    assert readable(facts, unread).number.tolist() == [30, *[GIVEN, WITHDRAWN] * 3]


def test_what_was_undone_stays_undone_beside_what_may_not_be_read() -> None:
    facts = facts_of([(0, 30, 9, 9, 100, 0), (0, 72, 5, 5, 100, 0), *said(DataSource.INCOME, WITHDRAWN, ago_us=3)])
    undone = replace(facts, until_us=np.where(facts.number == 72, AS_OF_US, NEVER_US))
    left = readable(undone, unread_of(undone, as_of_us=np.full(3, AS_OF_US)))
    assert left.until_us is not None
    assert dict(zip(left.number.tolist(), left.until_us.tolist(), strict=True)) == {72: AS_OF_US, WITHDRAWN: NEVER_US}


def test_who_says_nothing_costs_nothing() -> None:
    facts = facts_of([(0, 2, 5, 5, 100, 0)])
    assert readable(facts, unread_of(facts, as_of_us=np.full(3, AS_OF_US))) is facts
    empty = facts_of_arrays([], borrower_index=np.empty(0, np.int64), **{
        name: getattr(replace(facts), name)[:0] for name in ("number", "happened_us", "recorded_us", "amount_minor", "code")
    })  # fmt: skip
    assert unread_of(empty, as_of_us=np.empty(0, np.int64)).shape == (0, len(SOURCES))
