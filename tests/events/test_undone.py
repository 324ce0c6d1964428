"""A fact that was undone counts as it did until then, and from that instant on as if it had never been."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import DAY_US
from creditline.events.catalogue import DrawMade, RepaymentReceived, RepaymentUndone, StatementIssued
from creditline.events.frames import NEVER_US, Facts, facts_of_arrays, with_fact
from creditline.events.undone import UNDONE_BY, Undone, tells_undone, with_undone
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile

DAY = 20_000
NUMBERS = (DrawMade.number, RepaymentReceived.number, StatementIssued.number)
ROW = st.tuples(st.sampled_from(NUMBERS), st.integers(0, 5), st.integers(1, 3))
BOOK = st.lists(st.lists(ROW, max_size=6), min_size=1, max_size=3)


def facts_of(book: list[list[tuple[int, int, int]]]) -> Facts:
    """Return the facts of borrowers, each (number, day, amount); learned of when they happen."""
    rows = [(who, *row) for who, own in enumerate(book) for row in own]
    column = np.array(rows, np.int64).reshape(-1, 4).T
    happened = (DAY + column[2]) * DAY_US
    return facts_of_arrays(
        [str(who) for who in range(len(book))],
        borrower_index=column[0],
        number=column[1].astype(np.uint8),
        happened_us=happened,
        recorded_us=happened,
        amount_minor=column[3],
        code=np.zeros(len(rows), np.int32),
    )


def undone_of(place: int, row: tuple[int, int, int], *, on: int) -> Undone:
    at = (DAY + row[1]) * DAY_US
    return Undone(place, row[0], at, at, row[2], (DAY + on) * DAY_US)


@given(BOOK, st.data())
def test_before_it_was_undone_it_counts_and_from_then_on_it_never_was(
    book: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    who = data.draw(st.integers(0, len(book) - 1))
    own = [row for row in book[who] if row[0] in UNDONE_BY]
    if not own:
        return
    row, on = data.draw(st.sampled_from(own)), data.draw(st.integers(6, 9))
    rest = list(book[who])
    rest.remove(row)
    without = facts_of([rest if place == who else rows for place, rows in enumerate(book)])
    whole, marked = facts_of(book), with_undone(facts_of(book), [undone_of(who, row, on=on)])
    for day in (5, on - 1, on, on + 40):
        as_of = np.full(len(book), (DAY + day) * DAY_US, np.int64)
        meant = whole if day < on else without
        found = profile(marked, FEATURES, as_of_us=as_of)
        # Whoever has nothing left is still known to have had something: only what is folded is compared.
        is_known = ~np.isnan(profile(meant, FEATURES, as_of_us=as_of))
        assert (found[is_known] == profile(meant, FEATURES, as_of_us=as_of)[is_known]).all()
    alone = with_undone(facts_of([book[who]]), [undone_of(0, row, on=on)])
    one = profile(alone, FEATURES, as_of_us=as_of[:1])
    assert np.array_equal(one[0], found[who], equal_nan=True)


def test_of_two_alike_each_is_undone_once_and_what_comes_later_is_not() -> None:
    row = (RepaymentReceived.number, 1, 2)
    twice = with_undone(facts_of([[row, row]]), [undone_of(0, row, on=6), undone_of(0, row, on=7)])
    assert twice.until_us is not None
    assert sorted(twice.until_us) == [(DAY + 6) * DAY_US, (DAY + 7) * DAY_US]
    for at in (DAY, DAY + 9):
        more = with_fact(twice, number=DrawMade.number, at_us=at * DAY_US, amount_minor=1, code=0)
        assert more.until_us is not None
        assert more.until_us[more.number.tolist().index(DrawMade.number)] == NEVER_US
        assert sorted(more.until_us)[:2] == sorted(twice.until_us)


def test_what_undoes_is_seen_by_its_number_and_what_is_not_found_changes_nothing() -> None:
    facts = facts_of([[(RepaymentReceived.number, 1, 2)]])
    assert not tells_undone(facts)
    assert tells_undone(replace(facts, number=np.array([RepaymentUndone.number], np.uint8)))
    other = with_undone(facts, [undone_of(0, (RepaymentReceived.number, 2, 2), on=6)])
    assert other.until_us is not None
    assert other.until_us.tolist() == [NEVER_US]
