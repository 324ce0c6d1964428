"""The law of no self-made loop: what the house withholds and gives back never changes what it thinks of the borrower."""

import msgspec
import pytest

from creditline.decision.decide import Known
from creditline.decision.outcome import Answer
from creditline.flows.known import known
from creditline.flows.work import work_due
from creditline.ledger.line import Line
from creditline.store import facts
from tests.decision.a_product import a_product
from tests.flows.desk import Desk


async def known_now(desk: Desk, line: Line) -> Known:
    """Return what is known of a line's borrower as of the desk's clock."""
    async with desk.db.reading() as connection:
        seen = await facts.snapshot(connection)
        return (await known(connection, [(line.borrower, desk.clock(), a_product())], seen=seen))[0]


def same(one: Known, other: Known) -> bool:
    """Say whether two views are equal; features as bytes, because a NaN is no equal of itself."""
    return (one.scores, one.sources_count) == (other.scores, other.sources_count) and msgspec.json.encode(
        one.features
    ) == msgspec.json.encode(other.features)


async def repaid_and_held(desk: Desk, *, months_late: int, blocked: bool = False, borrower: str = "ada") -> Line:
    line = await desk.open(borrower=borrower, amount_minor=100_000)
    await desk.draw(line, 60_000)
    await desk.statement(line, months_late=months_late)
    if blocked:
        await desk.control(desk.blocking(line, "under review"))
    await desk.repay(line, 60_000)
    return await desk.line(line)


async def test_a_release_without_a_borrowers_event_changes_nothing_that_is_known(desk: Desk) -> None:
    line = await repaid_and_held(desk, months_late=1)
    await desk.statement(line, months_late=0)
    ((due_on, _),) = await desk.waiting(line)
    desk.clock.move_to(desk.clock().fromisoformat(f"{due_on}T00:00:00+00:00"))
    before = await known_now(desk, line)
    assert (await desk.line(line)).withheld_minor == 60_000
    assert await work_due(desk.db, desk.clock, desk.house) == {"released": 1}
    assert (await desk.line(line)).withheld_minor == 0
    assert same(before, await known_now(desk, line))


async def test_a_borrower_held_back_and_one_who_is_not_are_known_alike(desk: Desk) -> None:
    """Two lives alike to the event; one line is blocked by the house, which is nothing the borrower did."""
    start = desk.clock()
    free = await repaid_and_held(desk, months_late=0, borrower="free")
    desk.clock.move_to(start)
    held = await repaid_and_held(desk, months_late=0, borrower="held", blocked=True)
    assert (free.withheld_minor, held.withheld_minor) == (0, 60_000)
    for days in (0, 1, 29):
        await desk.wait(days=days)
        assert same(await known_now(desk, free), await known_now(desk, held))


@pytest.mark.parametrize("days", [30, 60, 90])
async def test_waiting_alone_never_takes_back_what_was_given(desk: Desk, days: int) -> None:
    line = await repaid_and_held(desk, months_late=0)
    assert line.withheld_minor == 0
    await desk.wait(days=days)
    assert (await desk.line(line)).available_minor == 100_000
    assert (await desk.draw(line, 100_000)).decision.answer is Answer.APPROVE
