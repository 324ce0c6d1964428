"""The stored form loses nothing, and tells what is the same event from what is not."""

from datetime import timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Broken, Code
from creditline.events.catalogue import BY_NUMBER, EVENT_TYPES, DrawMade, LoggedIn, OrderPlaced
from creditline.events.consent import ConsentGiven, DataSource
from creditline.events.event import Category, Event, EvidenceKind, IncomeSource
from creditline.events.row import EventRow, digest_of, event_of, row_of
from creditline.ids import id_from
from tests.events.an_event import NOW, events

ORDER = OrderPlaced(
    id=id_from("one", at=NOW), borrower="ada", happened_at=NOW, order="o-1", category=Category.HOME, amount_minor=5,
    currency="CNY",
)  # fmt: skip
ROW = row_of(ORDER, recorded_at=NOW + timedelta(minutes=1))
DRAW = DrawMade(
    id=id_from("two", at=NOW),
    borrower="ada",
    happened_at=NOW,
    line=id_from("line", at=NOW),
    amount_minor=5,
    currency="CNY",
)

CONSENT = ConsentGiven(
    id=DRAW.id, borrower="ada", happened_at=NOW, source=DataSource.INCOME, text="2026-05", language="zh", channel="app"
)


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_event_is_what_its_row_says(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(events(kind))
    row = row_of(event, recorded_at=NOW)
    assert event_of(row) == event
    assert (row.id, row.number, row.borrower, row.happened_at) == (
        event.id,
        kind.number,
        event.borrower,
        event.happened_at,
    )
    assert row.recorded_at == NOW
    # Plain columns only: an enum's member or an id here would be stored as nobody expects.
    assert [type(value) for value in row[5:]] == [
        type(None) if value is None else plain for value, plain in zip(row[5:], (int, str, int, str), strict=True)
    ]


def test_a_row_holds_the_fields_that_its_type_names() -> None:
    assert (ROW.amount_minor, ROW.currency, ROW.code, ROW.ref) == (5, "CNY", 4, "o-1")
    assert row_of(DRAW, recorded_at=NOW).ref == str(DRAW.line)
    login = LoggedIn(id=DRAW.id, borrower="ada", happened_at=NOW)
    assert row_of(login, recorded_at=NOW)[5:] == (None, None, None, None)
    assert row_of(CONSENT, recorded_at=NOW)[5:] == (None, None, 3, "2026-05/zh/app")


@pytest.mark.parametrize(
    ("enum", "members"),
    [
        (
            Category,
            "other groceries clothing electronics home media health utilities rent telecom education gaming travel",
        ),
        (IncomeSource, "other salary pension business benefit"),
        (EvidenceKind, "income assets employment address tax"),
        (DataSource, "orders payments life income bureau evidence engagement"),
    ],
)
def test_stored_positions_never_move(enum: type[StrEnum], members: str) -> None:
    assert [str(member) for member in enum][: len(members.split())] == members.split()


def test_every_type_has_a_number_of_its_own_that_fits_its_column() -> None:
    assert len(BY_NUMBER) == len(EVENT_TYPES)
    assert all(0 < number < 256 for number in BY_NUMBER)


def test_when_we_learned_of_it_and_in_which_zone_it_was_told_is_no_content() -> None:
    elsewhere = ROW.happened_at.astimezone(timezone(timedelta(hours=8)))
    assert digest_of(ROW._replace(recorded_at=NOW + timedelta(days=9))) == digest_of(ROW)
    assert digest_of(ROW._replace(happened_at=elsewhere)) == digest_of(ROW)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("number", 2),
        ("borrower", "bob"),
        ("happened_at", NOW + timedelta(microseconds=1)),
        ("amount_minor", 6),
        ("amount_minor", None),
        ("currency", "EUR"),
        ("code", 0),
        ("code", None),
        ("ref", "o-2"),
        ("ref", None),
    ],
)
def test_any_other_content_has_another_digest(field: str, other: object) -> None:
    change: dict[str, Any] = {field: other}
    assert digest_of(ROW._replace(**change)) != digest_of(ROW)


def test_digests_on_record_stay_what_they_were() -> None:
    assert digest_of(ROW).hex() == "4191d793ab0813f773b2ba86aa56c4a5"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW._replace(number=250), "has type number 250, which no type has"),
        (ROW._replace(code=None), "has code None, and Category has positions 0 to 12"),
        (ROW._replace(code=-1), "has code -1"),
        (ROW._replace(code=13), "has code 13"),
        (row_of(DRAW, recorded_at=NOW)._replace(ref="o-1"), "is about 'o-1', which is no UUID"),
        (row_of(DRAW, recorded_at=NOW)._replace(ref=None), "is about None, which is no UUID"),
        (row_of(CONSENT, recorded_at=NOW)._replace(ref="2026-05/zh"), "is about '2026-05/zh', which is not 3 parts"),
    ],
)
def test_a_row_that_no_type_makes_is_told_as_broken(row: EventRow, words: str) -> None:
    with pytest.raises(Broken, match=words) as broken:
        event_of(row)
    assert broken.value.code is Code.DATA_CORRUPT
