"""A recorded book is replayed through the same flows: what happened is asked again, and the engine answers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from creditline.clock import MovedClock
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import (
    BalanceMoved,
    DrawMade,
    LineOpened,
    OutcomeObserved,
    RepaymentReceived,
    StatementIssued,
)
from creditline.events.event import Event
from creditline.events.frames import EVENT_SCHEMA
from creditline.flows.history import History
from creditline.ids import id_from
from tests.flows.desk import Desk

APRIL = datetime(2005, 4, 1, tzinfo=UTC)
LINE = id_from("line", at=APRIL)


def happened(
    kind: type[Event], *, days: int, amount_minor: int | None = 0, code: int | None = None
) -> Mapping[str, Any]:
    """Return one recorded event of the line, so many days after the first of April."""
    at = APRIL + timedelta(days=days)
    return {
        "id": str(LINE if kind is LineOpened else id_from(f"{kind} {days}", at=at)), "number": kind.number,
        "borrower": "ada", "happened_at": at, "recorded_at": at, "amount_minor": amount_minor, "currency": "TWD",
        "code": code, "ref": str(LINE),
    }  # fmt: skip


BOOK = [
    happened(LineOpened, days=0, amount_minor=1_000),
    happened(BalanceMoved, days=0, amount_minor=400),
    happened(StatementIssued, days=0, amount_minor=400, code=1),
    happened(DrawMade, days=10, amount_minor=700),
    happened(RepaymentReceived, days=20, amount_minor=300),
    happened(StatementIssued, days=30, amount_minor=800, code=0),
    happened(RepaymentReceived, days=40, amount_minor=900),
    happened(RepaymentReceived, days=50, amount_minor=5),
    happened(OutcomeObserved, days=60, amount_minor=None, code=0),
]


async def replayed(desk: Desk, events: list[Mapping[str, Any]]) -> History:
    history = History(
        desk.db, MovedClock(APRIL), desk.house, product=next(iter(desk.house.products)), contract_apr_bp=0
    )
    frame = pl.DataFrame(list(events), schema=EVENT_SCHEMA)
    await history.replay(frame, until=APRIL + timedelta(days=90), told=lambda _: None)
    return history


async def test_what_happened_is_asked_again_and_answered(desk: Desk) -> None:
    history = await replayed(desk, BOOK)
    assert history.counts == {
        "opened: approve": 1,
        # Of 700 asked, 600 were left: the engine gives what there is.
        "drawn: approve": 1,
        # The first repayment is observed, because the last statement was late; of the second, of all that is owed, a part
        # is back at once and the rest in three steps, one of which falls in the ninety days.
        "repaid: observed": 1,
        "repaid: staged": 1,
        "nothing owed": 1,
        "released": 2,
        "facts": 3,
    }
    line = await desk.line(history.lines[LINE])
    assert (line.granted_minor, line.drawn_minor, line.withheld_minor) == (1_000, 0, 327)


async def test_a_statement_carries_the_balance_of_our_own_books(desk: Desk) -> None:
    await replayed(desk, BOOK)
    async with desk.db.reading() as connection:
        billed = await connection.fetch("select amount_minor from event where number = 74 order by happened_at")
    assert [row["amount_minor"] for row in billed] == [400, 700]


async def test_replaying_the_same_book_again_changes_nothing(desk: Desk) -> None:
    first = await replayed(desk, BOOK)
    before = await desk.line(first.lines[LINE])
    await replayed(desk, BOOK)
    assert await desk.line(before) == before


async def test_an_error_stops_the_replay(desk: Desk) -> None:
    wrong = [*BOOK[:3], happened(DrawMade, days=10, amount_minor=0)]
    with pytest.raises(CreditlineError) as refused:
        await replayed(desk, wrong)
    assert refused.value.code is Code.AMOUNT_NOT_POSITIVE
