"""Ids are UUIDv7: in order of time, the same for the same content, and told apart from every other version."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid3, uuid4, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import to_us
from creditline.errors import Code, Malformed
from creditline.ids import id_from, new_id, require_uuid7

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VARIANT_OF_RFC_9562 = 0b10


def milliseconds_of(given: UUID) -> int:
    return given.int >> 80


@given(st.text(max_size=3), st.integers(min_value=0, max_value=3))
def test_content_at_an_instant_always_has_the_same_id(content: str, minutes: int) -> None:
    at = NOON + timedelta(minutes=minutes)
    made = id_from(content, at=at)
    assert made == id_from(content, at=at)
    assert made.version == 7
    assert made.int >> 62 & 0b11 == VARIANT_OF_RFC_9562
    assert milliseconds_of(made) == to_us(at) // 1000


@given(st.text(max_size=2), st.text(max_size=2))
def test_other_content_has_another_id(one: str, other: str) -> None:
    assert (id_from(one, at=NOON) == id_from(other, at=NOON)) == (one == other)


def test_an_id_is_pinned() -> None:
    assert id_from("release/1", at=NOON) == UUID("019cae6b-6600-7c21-9b1a-4ac623516a66")


def test_fresh_ids_differ_and_keep_the_order_of_time() -> None:
    one, other, later = new_id(NOON), new_id(NOON), new_id(NOON + timedelta(milliseconds=1))
    assert one != other
    assert {one.version, other.version, later.version} == {7}
    assert max(one, other) < later


@pytest.mark.parametrize("given_id", [uuid4(), uuid3(UUID(int=0), "x"), uuid5(UUID(int=0), "x"), UUID(int=0)])
def test_an_id_of_another_version_is_refused(given_id: UUID) -> None:
    with pytest.raises(Malformed, match="Send a UUIDv7") as refused:
        require_uuid7(given_id, what="request id")
    assert refused.value.code is Code.ID_NOT_UUID7


def test_a_uuid7_is_returned() -> None:
    given_id = new_id(NOON)
    assert require_uuid7(given_id, what="request id") is given_id
