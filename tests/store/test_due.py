"""What is due: parts that are not back yet, reservations that are not captured, and the timers that wake them."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from creditline.clock import start_of
from creditline.decision.outcome import Answer
from creditline.errors import Broken
from creditline.ids import id_from
from creditline.ledger.chart import Movement
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome
from creditline.store import decisions, due, facts, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import Reservation, TimerKind
from tests.ledger.a_line import BOOKED_AT
from tests.store.a_book import a_book, drawing, repaying
from tests.store.a_decision import a_decision, a_tranche, an_edition, ended, promised, recorded_for

TODAY = datetime(2026, 3, 2, tzinfo=UTC)


async def given_tranches(db: Database, count: int) -> list[Tranche]:
    """Write a line, a decision about it and its tranches, due on consecutive days from the decision's own."""
    line = await a_book(db, drawing(6), repaying(2))
    decision = a_decision(line=line.id)
    tranches = [
        Tranche(
            id=one.id, line=one.line, decision=one.decision, ordinal=one.ordinal, amount_minor=one.amount_minor,
            due_on=one.due_on + timedelta(days=one.ordinal - 1), condition=one.condition, edition=one.edition,
        )
        for one in (a_tranche(decision, ordinal=ordinal) for ordinal in range(1, count + 1))
    ]  # fmt: skip
    async with db.transaction() as connection:
        await an_edition(connection)
        await requests.record(connection, [recorded_for(decision)])
        await decisions.record(connection, [decision], seen=await facts.snapshot(connection))
        await promised(connection, tranches)
    return tranches


async def claimed(db: Connection, *, as_of: datetime, most: int = 100) -> list[UUID]:
    return await due.claim(db, TimerKind.TRANCHE, as_of=as_of, most=most)


async def test_tranches_are_read_as_they_were_told_earliest_first(db: Database) -> None:
    tranches = await given_tranches(db, 3)
    async with db.reading() as connection:
        assert await due.open_of(connection, [tranches[0].line]) == tranches
        assert await due.still_open(connection, [tranches[2].id, tranches[1].id]) == tranches[1:]


async def test_a_tranche_that_ended_is_open_no_more_and_ends_once(db: Database) -> None:
    first, second = await given_tranches(db, 2)
    async with db.transaction() as connection:
        await ended(connection, first, Outcome.KEPT, Answer.RELEASED)
    async with db.reading() as connection:
        assert await due.open_of(connection, [first.line]) == [second]
        assert await due.still_open(connection, [first.id, second.id]) == [second]
    with pytest.raises(Broken, match="(tranche|promise)_end_pkey"):
        await end(db, first)


async def end(db: Database, tranche: Tranche) -> None:
    async with db.transaction() as connection:
        await ended(connection, tranche, Outcome.KEPT, Answer.RELEASED)


async def test_a_timer_rings_at_the_first_instant_of_its_day(db: Database) -> None:
    first, second, _ = await given_tranches(db, 3)
    assert (first.due_on, start_of(first.due_on)) == (date(2026, 3, 2), TODAY)
    async with db.transaction() as connection:
        assert await due.next_due(connection) == TODAY
        assert await claimed(connection, as_of=TODAY - timedelta(microseconds=1)) == []
        assert await claimed(connection, as_of=TODAY) == [first.id]
        assert await due.next_due(connection) == TODAY + timedelta(days=1)
        assert await claimed(connection, as_of=TODAY + timedelta(days=1, hours=23)) == [second.id]


async def test_a_worker_takes_no_more_than_it_asks_for_and_the_earliest_first(db: Database) -> None:
    first, second, third = await given_tranches(db, 3)
    async with db.transaction() as connection:
        assert set(await claimed(connection, as_of=TODAY + timedelta(days=9), most=2)) == {first.id, second.id}
        assert await claimed(connection, as_of=TODAY + timedelta(days=9), most=2) == [third.id]
        assert await due.next_due(connection) is None


async def test_two_workers_at_once_take_each_timer_once_and_never_wait(db: Database) -> None:
    tranches = await given_tranches(db, 3)
    async with db.transaction() as one, db.transaction() as other:
        mine = await claimed(one, as_of=TODAY + timedelta(days=9), most=2)
        theirs = await asyncio.wait_for(claimed(other, as_of=TODAY + timedelta(days=9)), timeout=5)
    assert (len(mine), len(theirs)) == (2, 1)
    assert {*mine, *theirs} == {tranche.id for tranche in tranches}


async def test_a_claim_that_is_not_finished_is_found_again(db: Database) -> None:
    (tranche,) = await given_tranches(db, 1)
    with pytest.raises(ZeroDivisionError):
        await claim_and_fail(db)
    async with db.transaction() as connection:
        assert await claimed(connection, as_of=TODAY) == [tranche.id]


async def claim_and_fail(db: Database) -> None:
    async with db.transaction() as connection:
        await claimed(connection, as_of=TODAY)
        raise ZeroDivisionError


async def given_reservation(db: Database) -> Reservation:
    line = await a_book(db)
    async with db.transaction() as connection:
        authorise = recorded_for(a_decision(line=line.id), kind="authorise")
        reservation = Reservation(id=authorise.id, line=line.id, amount_minor=4, expires_at=BOOKED_AT)
        await requests.record(connection, [authorise])
        await due.reserve(connection, [reservation])
    return reservation


async def test_a_reservation_is_open_until_it_ends_and_then_needs_no_timer(db: Database) -> None:
    reservation = await given_reservation(db)
    async with db.transaction() as connection:
        unknown = id_from("unknown", at=BOOKED_AT)
        assert await due.reservations(connection, [reservation.id, unknown]) == {reservation.id: reservation}
        assert await due.next_due(connection) == BOOKED_AT
        await due.end_reservations(connection, [(reservation.id, reservation.id, Movement.VOID, 0)])
    async with db.reading() as connection:
        assert await due.reservations(connection, [reservation.id]) == {}
        assert await due.next_due(connection) is None


async def test_timers_of_one_kind_are_not_taken_for_the_other(db: Database) -> None:
    reservation = await given_reservation(db)
    async with db.transaction() as connection:
        assert await claimed(connection, as_of=BOOKED_AT) == []
        taken = await due.claim(connection, TimerKind.RESERVATION, as_of=BOOKED_AT, most=9)
        assert taken == [reservation.id]


async def test_ending_a_reservation_does_not_wait_for_a_sweeper_that_holds_its_timer(db: Database) -> None:
    """The sweeper waits for the line; if the line's owner waited for the timer, both would wait for ever."""
    reservation = await given_reservation(db)
    async with db.transaction() as sweeper:
        await due.claim(sweeper, TimerKind.RESERVATION, as_of=BOOKED_AT, most=9)
        async with db.transaction() as owner:
            ended = [(reservation.id, reservation.id, Movement.VOID, 0)]
            await asyncio.wait_for(due.end_reservations(owner, ended), timeout=5)
        assert await due.reservations(sweeper, [reservation.id]) == {}
