"""The law of order: the same facts give the same profile and the same answer, however they arrive.

One borrower's facts come in order, each once. A second borrower has the same life, told in another order, in chunks, some of
it twice and some of it late. Nothing that is known of the two may differ, and neither may any answer.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditline.decision.decide import Known, decide
from creditline.decision.outcome import Kind
from creditline.events.catalogue import (
    Cured,
    DrawMade,
    FellOverdue,
    IncomeReceived,
    LineOpened,
    RepaymentReceived,
    StatementIssued,
)
from creditline.events.event import Event, IncomeSource
from creditline.events.row import EventRow, row_of
from creditline.flows.known import known
from creditline.ids import id_from
from creditline.store import facts
from tests.decision.a_product import a_product
from tests.decision.a_question import a_question
from tests.flows.desk import STARTS_AT, Desk

LINE = id_from("line", at=STARTS_AT)


class Fact(NamedTuple):
    """One thing that happened: its type, how many hours ago, how much, and by how many months late."""

    kind: type[Event]
    hours_ago: int
    amount_minor: int
    months_late: int


FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from([DrawMade, RepaymentReceived, StatementIssued, FellOverdue, Cured, IncomeReceived, LineOpened]),
        # Few different hours, so that many facts happen at one instant.
        st.sampled_from([1, 2, 24, 25, 24 * 31, 24 * 200]),
        st.integers(min_value=1, max_value=3),
        st.integers(min_value=0, max_value=2),
    ),
    max_size=8,
)


def event_of(fact: Fact, *, borrower: str, event_id: UUID) -> Event:
    """Return a fact as an event of a borrower."""
    possible = {
        "id": event_id,
        "borrower": borrower,
        "happened_at": STARTS_AT - timedelta(hours=fact.hours_ago),
        "line": LINE,
        "amount_minor": fact.amount_minor,
        "currency": "CNY",
        "months_late_count": fact.months_late,
        "source": IncomeSource.SALARY,
    }
    names = {field.name for field in msgspec.structs.fields(fact.kind)}
    return msgspec.convert({name: value for name, value in possible.items() if name in names}, fact.kind)


async def known_now(desk: Desk, borrower: str) -> Known:
    async with desk.db.reading() as connection:
        seen = await facts.snapshot(connection)
        return (await known(connection, [(borrower, STARTS_AT, a_product())], seen=seen))[0]


def row(desk: Desk, fact: Fact, borrower: str, *, recorded_at: datetime) -> EventRow:
    return row_of(event_of(fact, borrower=borrower, event_id=desk.next_id()), recorded_at=recorded_at)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FACTS, st.data())
async def test_a_life_told_in_any_order_is_the_same_life(desk: Desk, life: list[Fact], data: st.DataObject) -> None:
    if not any(fact.kind is IncomeReceived for fact in life):
        life = [*life, Fact(IncomeReceived, 30, 1, 0)]
    in_order, shuffled = f"a:{desk.next_id()}", f"b:{desk.next_id()}"
    rows = [row(desk, fact, in_order, recorded_at=STARTS_AT) for fact in sorted(life, key=lambda one: -one.hours_ago)]
    late = st.integers(min_value=0, max_value=2)
    again = [
        row(desk, fact, shuffled, recorded_at=STARTS_AT - timedelta(minutes=data.draw(late)))
        for fact in data.draw(st.permutations(life))
    ]
    again += [one._replace(recorded_at=STARTS_AT) for one in again if data.draw(st.booleans())]
    async with desk.db.transaction() as connection:
        await facts.take(connection, rows)
    for chunk in (again[::2], again[1::2]):
        async with desk.db.transaction() as connection:
            await facts.take(connection, chunk)
    one, other = await known_now(desk, in_order), await known_now(desk, shuffled)
    assert msgspec.json.encode(one.features) == msgspec.json.encode(other.features)
    assert (one.scores, one.sources_count) == (other.scores, other.sources_count)
    for kind in (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW):
        question = replace(a_question(kind), as_of=STARTS_AT)
        first, second = decide(a_product(), question, one), decide(a_product(), question, other)
        assert (first.answer, first.terms, first.reasons) == (second.answer, second.terms, second.reasons)
