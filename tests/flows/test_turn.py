"""A batch is carried out in turns of distinct lines; every outcome is in its request's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code, Conflict, CreditlineError, NotFound, Unavailable
from creditline.flows.turn import CLOCK_TOLERANCE, as_of_for, in_turns, one, require_new, the_line
from creditline.ids import id_from
from creditline.store.requests import Recorded
from tests.ledger.a_line import BOOKED_AT, LINE, OPENED_AT, a_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request under a short id about a line with a short name."""

    id: UUID
    line: UUID


def asked(written: str) -> list[Asked]:
    """Return requests written as `id@line id@line`."""
    pairs = [word.split("@") for word in written.split()]
    return [Asked(id=id_from(name, at=BOOKED_AT), line=id_from(line, at=BOOKED_AT)) for name, line in pairs]


async def turns_of(requests: Sequence[Asked]) -> list[list[int]]:
    """Return the places of each turn's requests, and check that every outcome comes back in its place."""
    turns: list[list[int]] = []
    left = list(enumerate(requests))

    async def carry_out(batch: Sequence[Asked]) -> list[int]:
        places = []
        for request in batch:
            place = next(at for at, other in left if other is request)
            left.remove((place, request))
            places.append(place)
        turns.append(places)
        return list(places)

    assert await in_turns(requests, carry_out) == list(range(len(requests)))
    return turns


TABLE = [
    # requests                turns
    ("",                      []),
    ("1@a",                   [[0]]),
    ("1@a 2@b 3@c",           [[0, 1, 2]]),
    ("1@a 2@a 3@a",           [[0], [1], [2]]),
    ("1@a 2@b 3@a 4@b",       [[0, 1], [2, 3]]),
    ("1@a 1@a",               [[0], [1]]),
    ("1@a 1@b",               [[0], [1]]),
    # A request waits behind an earlier one of its line, even one that waits for its own id.
    ("1@a 1@b 2@b",           [[0], [1], [2]]),
    ("1@a 2@a 3@b 4@b 5@c",   [[0, 2, 4], [1, 3]]),
]  # fmt: skip


@pytest.mark.parametrize(("requests", "turns"), TABLE)
async def test_the_turns_of_a_batch(requests: str, turns: list[list[int]]) -> None:
    assert await turns_of(asked(requests)) == turns


@given(st.lists(st.tuples(st.sampled_from("1234"), st.sampled_from("abc")), max_size=8))
async def test_no_turn_has_a_line_or_an_id_twice_and_each_line_keeps_its_order(pairs: list[tuple[str, str]]) -> None:
    requests = asked(" ".join(f"{name}@{line}" for name, line in pairs))
    turns = await turns_of(requests)
    for turn in turns:
        assert len({requests[place].line for place in turn}) == len(turn)
        assert len({requests[place].id for place in turn}) == len(turn)
    order = [place for turn in turns for place in turn]
    for line in {request.line for request in requests}:
        own = [place for place in order if requests[place].line == line]
        assert own == sorted(own)


def test_the_only_outcome_is_returned_or_raised() -> None:
    assert one([7]) == 7
    with pytest.raises(Conflict):
        one([Conflict("No.", code=Code.ID_REUSED)])


@pytest.mark.parametrize(
    ("behind", "as_of_after"),
    [
        (-timedelta(days=1), timedelta(days=1)),
        (timedelta(0), timedelta(microseconds=1)),
        (CLOCK_TOLERANCE, timedelta(microseconds=1)),
    ],
)
def test_a_line_is_decided_now_and_always_after_its_last_entry(behind: timedelta, as_of_after: timedelta) -> None:
    line = a_line()
    assert line.booked_at == OPENED_AT
    assert as_of_for(line, OPENED_AT - behind) - OPENED_AT == as_of_after


def test_a_clock_far_behind_the_books_is_taken_for_broken() -> None:
    with pytest.raises(Unavailable, match="Set the clock right and send the request again") as refused:
        as_of_for(a_line(), OPENED_AT - CLOCK_TOLERANCE - timedelta(microseconds=1))
    assert refused.value.code is Code.CLOCK_BEHIND


def test_an_unknown_line_is_said_to_be_unknown() -> None:
    assert the_line({LINE: a_line()}, LINE) == a_line()
    with pytest.raises(NotFound, match=str(LINE)):
        the_line({}, LINE)


def test_a_request_is_new_repeated_or_a_conflict() -> None:
    (request,) = asked("1@a")
    before = Recorded(
        id=request.id,
        kind="draw",
        line=request.line,
        digest=b"same",
        amount_minor=1,
        accepted_minor=1,
        happened_at=BOOKED_AT,
        recorded_at=BOOKED_AT,
    )
    assert require_new(request, {}, b"same") is None
    assert require_new(request, {request.id: before}, b"same") is before
    with pytest.raises(CreditlineError, match="Make a new UUIDv7 for every new request") as refused:
        require_new(request, {request.id: before}, b"other")
    assert isinstance(refused.value, Conflict)
