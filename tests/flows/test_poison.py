"""One request that cannot be carried out costs no other of its batch, and the caller is told which it is and why."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from creditline.errors import Broken, Code, Conflict, Unavailable
from creditline.events.catalogue import LoggedIn
from creditline.flows.turn import Request, in_turns, one
from creditline.ledger.line import Line
from creditline.store.connect import Database
from tests.flows.desk import Desk, codes

WAITING = "select count(*) from pg_locks join pg_database d on d.oid = database where datname = current_database() and not granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that may be poison."""

    id: UUID
    line: UUID
    is_poison: bool = False


@pytest.fixture
async def book(desk: Desk) -> list[Line]:
    """Three lines, half drawn."""
    book = [await desk.open(borrower=name, amount_minor=100_000) for name in ("ada", "bob", "cy")]
    for line in book:
        await desk.draw(line, 50_000)
    return book


async def told_before(desk: Desk, request: Request) -> None:
    """Tell of an event that bears the id of a request that is still to come."""
    await desk.tell(LoggedIn(id=request.id, borrower="eve", happened_at=desk.clock() - timedelta(days=1)))


async def by_hand(db: Database, statement: str, *values: object) -> None:
    """Write what no guard would allow."""
    async with db.transaction() as connection:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(statement, *values)


async def drawn(desk: Desk, book: Sequence[Line]) -> list[int]:
    return [(await desk.line(line)).drawn_minor for line in book]


async def test_a_draw_under_the_id_of_an_event_is_told_and_the_others_go_through(desk: Desk, book: list[Line]) -> None:
    asked = [desk.drawing(line, 100) for line in book]
    await told_before(desk, asked[1])
    outcomes = await desk.draws(*asked)
    assert codes(outcomes) == ["approve", Code.ID_REUSED, "approve"]
    assert isinstance(outcomes[1], Conflict)
    assert str(asked[1].id) in outcomes[1].message
    assert await drawn(desk, book) == [50_100, 50_000, 50_100]
    assert codes(await desk.draws(*asked)) == ["approve", Code.ID_REUSED, "approve"]
    assert await drawn(desk, book) == [50_100, 50_000, 50_100]


async def test_a_repayment_under_the_id_of_an_event_is_told_and_the_others_go_through(
    desk: Desk, book: list[Line]
) -> None:
    asked = [desk.repaying(line, 100) for line in book]
    await told_before(desk, asked[2])
    assert codes(await desk.repays(*asked)) == ["at_once", "at_once", Code.ID_REUSED]
    assert await drawn(desk, book) == [49_900, 49_900, 50_000]


async def test_an_opening_a_review_and_a_capture_under_the_id_of_an_event_are_told(
    desk: Desk, book: list[Line]
) -> None:
    for name in ("di", "ed"):
        await desk.earn(name)
    openings = [desk.opening(borrower=name) for name in ("di", "ed")]
    await told_before(desk, openings[0])
    assert codes(await desk.opens(*openings)) == [Code.ID_REUSED, "approve"]
    await desk.statement(book[0], months_late=2)
    reviews = [desk.reviewing(book[0]), desk.reviewing(book[1])]
    await told_before(desk, reviews[0])
    assert codes(await desk.reviews(*reviews)) == [Code.ID_REUSED, "keep"]
    capture = desk.capturing(await desk.draw(book[2], 100, reserve=True))
    await told_before(desk, capture)
    with pytest.raises(Conflict, match="is on record as an event that was sent here") as refused:
        await desk.capture(capture)
    assert refused.value.code is Code.ID_REUSED
    assert (await desk.line(book[2])).reserved_minor == 100


async def test_a_repeat_is_no_clash_with_its_own_event(desk: Desk, book: list[Line]) -> None:
    asked = [desk.drawing(line, 100) for line in book]
    await desk.draws(*asked)
    await told_before(desk, poison := desk.drawing(book[0], 1))
    outcomes = await desk.draws(*asked, poison)
    assert codes(outcomes) == ["approve", "approve", "approve", Code.ID_REUSED]
    assert [one([out]).is_repeated for out in outcomes[:3]] == [True, True, True]


async def test_one_line_ahead_of_the_clock_is_told_and_the_others_go_through(desk: Desk, book: list[Line]) -> None:
    now = desk.clock()
    desk.clock.move_to(now + timedelta(hours=1))
    await desk.draw(book[1], 1)
    desk.clock.move_to(now)
    assert codes(await desk.draws(*(desk.drawing(line, 100) for line in book))) == [
        "approve", Code.CLOCK_BEHIND, "approve",
    ]  # fmt: skip
    assert codes(await desk.repays(*(desk.repaying(line, 100) for line in book))) == [
        "at_once", Code.CLOCK_BEHIND, "at_once",
    ]  # fmt: skip
    assert codes(await desk.reviews(*(desk.reviewing(line) for line in book))) == ["keep", Code.CLOCK_BEHIND, "keep"]
    assert await drawn(desk, book) == [50_000, 50_001, 50_000]


async def test_one_line_of_a_product_that_is_no_longer_offered_is_told_and_the_others_go_through(
    desk: Desk, book: list[Line]
) -> None:
    await by_hand(desk.db, "update line set product = 'gone' where id = $1", book[1].id)
    assert codes(await desk.draws(*(desk.drawing(line, 100) for line in book))) == [
        "approve", Code.PRODUCT_UNKNOWN, "approve",
    ]  # fmt: skip
    assert codes(await desk.repays(*(desk.repaying(line, 100) for line in book))) == [
        "at_once", Code.PRODUCT_UNKNOWN, "at_once",
    ]  # fmt: skip


async def test_the_same_id_at_once_on_two_lines_belongs_to_one_and_neither_batch_is_lost(
    desk: Desk, book: list[Line]
) -> None:
    """Two batches lock different lines, so that only the request's own key tells them that they share an id."""
    first = desk.drawing(book[0], 100)
    second = msgspec.structs.replace(first, line=book[1].id)
    other = desk.drawing(book[2], 100)
    async with desk.db.transaction() as holder:
        await holder.execute("lock table request in share mode")
        racing = [asyncio.create_task(desk.draws(first)), asyncio.create_task(desk.draws(second, other))]
        async with asyncio.timeout(10):
            while await holder.fetchval(WAITING) < len(racing):
                pass
    one_of, two = [codes(await task) for task in racing]
    assert sorted([one_of[0], two[0]]) == ["approve", Code.ID_REUSED]
    assert two[1] == "approve"
    assert sum(await drawn(desk, book)) == 150_200


async def test_a_request_that_fails_in_a_way_nobody_foresaw_is_told_in_its_place() -> None:
    done: list[UUID] = []

    async def carry_out(batch: Sequence[Asked]) -> list[UUID]:
        if any(request.is_poison for request in batch):
            raise ZeroDivisionError("nobody foresaw this")
        done.extend(request.id for request in batch)
        return [request.id for request in batch]

    asked = [Asked(id=UUID(int=number), line=UUID(int=number), is_poison=number == 2) for number in range(4)]
    outcomes = await in_turns(asked, carry_out)
    assert [outcomes[place] for place in (0, 1, 3)] == [UUID(int=number) for number in (0, 1, 3)] == done
    broken = outcomes[2]
    assert isinstance(broken, Broken)
    assert str(UUID(int=2)) in broken.message
    assert "ZeroDivisionError: nobody foresaw this" in broken.message
    assert isinstance(broken.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("fails_at", "told"),
    [
        (1, ["away"] * 4),
        (2, ["done", "done", "away", "away"]),
    ],
)
async def test_a_database_that_goes_away_is_told_to_those_it_left_waiting(fails_at: int, told: list[str]) -> None:
    """Two lines with two requests each are two turns; the one at which the database goes away, and what follows, is told."""
    turns = 0

    async def carry_out(batch: Sequence[Asked]) -> list[str]:
        nonlocal turns
        turns += 1
        if turns >= fails_at:
            raise Unavailable("The database is away.", code=Code.DATABASE_UNREACHABLE)
        return ["done" for _ in batch]

    lines = (1, 2, 1, 2)
    asked = [Asked(id=UUID(int=place), line=UUID(int=line)) for place, line in enumerate(lines)]
    outcomes = await in_turns(asked, carry_out)
    assert ["away" if isinstance(one, Unavailable) else one for one in outcomes] == told
    assert turns == fails_at


async def test_a_database_that_goes_away_while_requests_are_tried_one_by_one_costs_no_answer() -> None:
    async def carry_out(batch: Sequence[Asked]) -> list[str]:
        if any(request.is_poison for request in batch):
            if len(batch) > 1:
                raise Broken("One of them is wrong.", code=Code.INVARIANT_BROKEN)
            raise Unavailable("The database is away.", code=Code.DATABASE_UNREACHABLE)
        return ["done" for _ in batch]

    asked = [Asked(id=UUID(int=number), line=UUID(int=number), is_poison=number == 1) for number in range(3)]
    outcomes = await in_turns(asked, carry_out)
    assert outcomes[0] == "done"
    assert [isinstance(outcome, Unavailable) for outcome in outcomes] == [False, True, True]
