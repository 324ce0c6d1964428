"""Facts about borrowers: nothing counts twice, and what a decision saw can be read again exactly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import to_us
from creditline.events.catalogue import LoggedIn, OrderPlaced
from creditline.events.event import Category
from creditline.events.frames import Facts
from creditline.events.row import EventRow, row_of
from creditline.ids import id_from
from creditline.store import facts
from creditline.store.connect import Database
from tests.ledger.a_line import BOOKED_AT


def an_order(name: str, *, borrower: str = "ada", amount_minor: int = 5, at: datetime = BOOKED_AT) -> EventRow:
    order = OrderPlaced(
        id=id_from(name, at=BOOKED_AT), borrower=borrower, happened_at=at, order=name, amount_minor=amount_minor,
        currency="CNY", category=Category.HOME,
    )  # fmt: skip
    return row_of(order, recorded_at=BOOKED_AT + timedelta(minutes=1))


def a_login(name: str) -> EventRow:
    return row_of(
        LoggedIn(id=id_from(name, at=BOOKED_AT), borrower="ada", happened_at=BOOKED_AT), recorded_at=BOOKED_AT
    )


async def take(db: Database, *rows: EventRow) -> facts.Taken:
    async with db.transaction() as connection:
        return await facts.take(connection, rows)


async def test_what_is_new_is_recorded_once_however_often_it_comes(db: Database) -> None:
    one, two = an_order("one"), an_order("two")
    assert await take(db, one, one) == facts.Taken(new=frozenset({one.id}), differing=frozenset())
    assert await take(db, two, one) == facts.Taken(new=frozenset({two.id}), differing=frozenset())
    assert await take(db, one, two) == facts.Taken(new=frozenset(), differing=frozenset())
    async with db.reading() as connection:
        assert await facts.counts(connection) == {OrderPlaced.number: 2}


async def test_another_content_under_a_known_id_is_told_and_changes_nothing(db: Database) -> None:
    one, other = an_order("one"), an_order("one", amount_minor=6)
    await take(db, one)
    assert await take(db, an_order("two"), other) == facts.Taken(
        new=frozenset({an_order("two").id}), differing=frozenset({1})
    )
    async with db.reading() as connection:
        assert one in await facts.of_borrower(connection, "ada")


async def test_of_two_contents_under_one_id_in_a_chunk_the_first_counts(db: Database) -> None:
    taken = await take(db, an_order("one"), an_order("one", amount_minor=6))
    assert taken == facts.Taken(new=frozenset({an_order("one").id}), differing=frozenset({1}))


async def test_when_we_learned_of_it_is_no_content(db: Database) -> None:
    await take(db, an_order("one"))
    later = an_order("one")._replace(recorded_at=BOOKED_AT + timedelta(days=9))
    assert await take(db, later) == facts.Taken(new=frozenset(), differing=frozenset())


async def test_an_empty_chunk_is_nothing(db: Database) -> None:
    assert await take(db) == facts.Taken(new=frozenset(), differing=frozenset())


async def test_two_chunks_fit_in_one_transaction(db: Database) -> None:
    async with db.transaction() as connection:
        await facts.take(connection, [an_order("one")])
        again = await facts.take(connection, [an_order("one"), an_order("two")])
    assert again.new == {an_order("two").id}


async def test_events_are_read_back_as_they_were_oldest_first(db: Database) -> None:
    late, early = an_order("late"), an_order("early", at=BOOKED_AT - timedelta(days=400))
    await take(db, late, a_login("login"), early)
    async with db.reading() as connection:
        assert await facts.of_borrower(connection, "ada") == [early, late, a_login("login")]
        assert await facts.of_borrower(connection, "bob") == []
        assert await facts.is_known(connection, "ada")
        assert not await facts.is_known(connection, "bob")


def shown(read: Facts) -> dict[str, list[int]]:
    """Return each asked borrower's amounts, in the order of the facts."""
    return {
        f"{place} {borrower}": read.amount_minor[read.starts[place] : read.starts[place + 1]].tolist()
        for place, borrower in enumerate(read.borrowers)
    }


async def seen_by(
    db: Database, borrowers: Sequence[str], *, seen: str, own: Sequence[UUID] = ()
) -> dict[str, list[int]]:
    async with db.reading() as connection:
        return shown(await facts.facts(connection, borrowers, seen=seen, own=own))


async def snapshot(db: Database) -> str:
    async with db.reading() as connection:
        return await facts.snapshot(connection)


async def test_facts_come_in_columns_with_whole_microseconds(db: Database) -> None:
    happened_at = BOOKED_AT + timedelta(microseconds=1)
    await take(db, an_order("one", at=happened_at))
    async with db.reading() as connection:
        read = await facts.facts(connection, ["ada"], seen=await facts.snapshot(connection))
    assert read.happened_us.tolist() == [to_us(happened_at)]
    assert read.recorded_us.tolist() == [to_us(BOOKED_AT + timedelta(minutes=1))]
    assert read.number.tolist() == [OrderPlaced.number]
    assert read.code.tolist() == [list(Category).index(Category.HOME)]


async def test_a_borrower_may_be_asked_for_twice_or_have_no_facts(db: Database) -> None:
    await take(db, an_order("one"), an_order("two", borrower="bob", amount_minor=7))
    seen = await snapshot(db)
    assert await seen_by(db, ["bob", "eve", "ada", "bob"], seen=seen) == {
        "0 bob": [7], "1 eve": [], "2 ada": [5], "3 bob": [7],
    }  # fmt: skip
    assert await seen_by(db, [], seen=seen) == {}


async def test_what_is_committed_after_a_snapshot_is_invisible_to_it_however_it_is_dated(db: Database) -> None:
    await take(db, an_order("before", amount_minor=1))
    seen = await snapshot(db)
    await take(db, an_order("after", amount_minor=2, at=BOOKED_AT - timedelta(days=30)))
    assert await seen_by(db, ["ada"], seen=seen) == {"0 ada": [1]}
    assert await seen_by(db, ["ada"], seen=await snapshot(db)) == {"0 ada": [2, 1]}


async def test_what_was_running_at_a_snapshot_stays_invisible_after_it_commits(db: Database) -> None:
    async with db.transaction() as running:
        await facts.take(running, [an_order("running", amount_minor=2)])
        await take(db, an_order("before", amount_minor=1))
        seen = await snapshot(db)
    assert await seen_by(db, ["ada"], seen=seen) == {"0 ada": [1]}


async def test_a_transaction_is_not_in_its_own_snapshot_whenever_it_is_taken(db: Database) -> None:
    """Its number is below the snapshot's end as soon as another one has ended, and must still not count as seen."""
    async with db.transaction() as connection:
        await facts.record(connection, [an_order("own", amount_minor=1)])
        await take(db, an_order("other", amount_minor=2))
        seen = await facts.snapshot(connection)
        within = shown(await facts.facts(connection, ["ada"], seen=seen))
    assert within == await seen_by(db, ["ada"], seen=seen) == {"0 ada": [2]}


async def test_an_own_event_counts_for_its_asker_alone(db: Database) -> None:
    first, second = an_order("first", amount_minor=1), an_order("second", amount_minor=2)
    async with db.transaction() as connection:
        seen = await facts.snapshot(connection)
        await facts.record(connection, [first, second])
        within = shown(
            await facts.facts(connection, ["ada", "ada", "bob"], seen=seen, own=[first.id, second.id, first.id])
        )
    assert within == {"0 ada": [1], "1 ada": [2], "2 bob": []}
    assert await seen_by(db, ["ada"], seen=seen, own=[second.id]) == {"0 ada": [2]}


async def test_an_own_event_that_is_visible_anyway_counts_once(db: Database) -> None:
    await take(db, an_order("one"))
    seen = await snapshot(db)
    assert await seen_by(db, ["ada"], seen=seen, own=[an_order("one").id]) == {"0 ada": [5]}
