"""A reservation is held, then captured in whole or in part, voided, or expires; it ends once."""

import asyncio
from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, Conflict, CreditlineError, Refused, Unavailable
from creditline.events.catalogue import DrawMade
from creditline.flows.capture import expire_reservations
from creditline.flows.draw import Drawn
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.store import facts
from tests.flows.desk import STARTS_AT, Desk

HELD_FOR = timedelta(days=3)


async def a_reservation(desk: Desk, amount_minor: int = 40_000) -> tuple[Line, Drawn]:
    line = await desk.open(amount_minor=100_000)
    return line, await desk.draw(line, amount_minor, reserve=True)


async def drawn_facts(desk: Desk) -> list[int | None]:
    async with desk.db.reading() as connection:
        return [row.amount_minor for row in await facts.of_borrower(connection, "ada") if row.number == DrawMade.number]


async def test_a_reservation_takes_room_and_is_no_debt_and_no_fact(desk: Desk) -> None:
    line, reserved = await a_reservation(desk)
    assert reserved.decision.answer is Answer.APPROVE
    assert reserved.expires_at == reserved.decision.as_of + HELD_FOR
    after = await desk.line(line)
    assert (after.reserved_minor, after.drawn_minor, after.available_minor) == (40_000, 0, 60_000)
    assert (await desk.draw(line, 60_001)).decision.answer is Answer.DECLINE
    assert await drawn_facts(desk) == []


@pytest.mark.parametrize(("amount_minor", "drawn_minor"), [(None, 40_000), (40_000, 40_000), (1, 1), (39_999, 39_999)])
async def test_what_is_captured_is_owed_and_the_rest_is_free_again(
    desk: Desk, amount_minor: int | None, drawn_minor: int
) -> None:
    _, reserved = await a_reservation(desk)
    line, recorded = await desk.capture(desk.capturing(reserved, amount_minor=amount_minor))
    assert (line.reserved_minor, line.drawn_minor, line.available_minor) == (0, drawn_minor, 100_000 - drawn_minor)
    assert recorded.accepted_minor == drawn_minor
    assert await drawn_facts(desk) == [drawn_minor]


@pytest.mark.parametrize(
    ("amount_minor", "code"),
    [
        (40_001, Code.OVERDRAWN),
        (0, Code.AMOUNT_NOT_POSITIVE),
        (-1, Code.AMOUNT_NOT_POSITIVE),
        (2**63, Code.AMOUNT_TOO_LARGE),
    ],
)
async def test_no_more_is_captured_than_is_reserved(desk: Desk, amount_minor: int, code: Code) -> None:
    line, reserved = await a_reservation(desk)
    with pytest.raises(Refused) as refused:
        await desk.capture(desk.capturing(reserved, amount_minor=amount_minor))
    assert refused.value.code is code
    assert (await desk.line(line)).reserved_minor == 40_000


async def test_a_voided_reservation_leaves_no_trace_but_in_the_books(desk: Desk) -> None:
    line, reserved = await a_reservation(desk)
    after, _ = await desk.void(desk.voiding(reserved))
    assert (after.reserved_minor, after.drawn_minor, after.available_minor) == (0, 0, 100_000)
    assert after == await desk.line(line)


@pytest.mark.parametrize("first", ["capture", "void"])
@pytest.mark.parametrize("then", ["capture", "void"])
async def test_a_reservation_ends_once(desk: Desk, first: str, then: str) -> None:
    line, reserved = await a_reservation(desk)

    async def end(how: str) -> None:
        if how == "capture":
            await desk.capture(desk.capturing(reserved))
        else:
            await desk.void(desk.voiding(reserved))

    await end(first)
    before = await desk.line(line)
    with pytest.raises(Conflict) as refused:
        await end(then)
    assert refused.value.code is Code.RESERVATION_ENDED
    assert await desk.line(line) == before


async def test_a_reservation_is_captured_until_the_instant_it_expires(desk: Desk) -> None:
    line, reserved = await a_reservation(desk)
    other = await desk.draw(line, 1, reserve=True)
    assert reserved.expires_at is not None
    desk.clock.move_to(reserved.expires_at - timedelta(microseconds=1))
    await desk.capture(desk.capturing(reserved))
    assert other.expires_at is not None
    desk.clock.move_to(other.expires_at)
    with pytest.raises(Conflict, match="expired at") as refused:
        await desk.capture(desk.capturing(other))
    assert refused.value.code is Code.RESERVATION_ENDED


async def test_a_sweeper_gives_back_what_expired_once(desk: Desk) -> None:
    line, _ = await a_reservation(desk)
    assert await desk.wait(days=2) == Counter()
    assert await desk.wait(days=1, hours=1) == Counter({"expired": 1})
    assert (await desk.line(line)).available_minor == 100_000
    assert await desk.wait(days=9) == Counter()


async def test_two_reservations_of_one_line_expire_together(desk: Desk) -> None:
    line, _ = await a_reservation(desk)
    await desk.draw(line, 10, reserve=True)
    assert await desk.wait(days=4) == Counter({"expired": 2})
    assert (await desk.line(line)).reserved_minor == 0


async def test_a_captured_reservation_does_not_expire(desk: Desk) -> None:
    _, reserved = await a_reservation(desk)
    await desk.capture(desk.capturing(reserved))
    assert await desk.wait(days=9) == Counter()


async def test_an_unknown_reservation_and_one_of_another_line_cannot_be_ended(desk: Desk) -> None:
    _, reserved = await a_reservation(desk)
    other = await desk.open()
    for wrong in ({"line": other.id}, {"reservation": id_from("none", at=STARTS_AT)}):
        with pytest.raises(Conflict) as refused:
            await desk.void(msgspec.structs.replace(desk.voiding(reserved), **wrong))
        assert refused.value.code is Code.RESERVATION_ENDED


async def test_a_reservation_made_before_a_block_is_still_paid_out(desk: Desk) -> None:
    line, reserved = await a_reservation(desk)
    await desk.control(desk.blocking(line, "moved abroad"))
    captured, _ = await desk.capture(desk.capturing(reserved))
    assert (captured.drawn_minor, captured.block_reason) == (40_000, "moved abroad")


async def test_sweepers_and_owners_at_once_end_each_reservation_once(desk: Desk) -> None:
    """Whoever comes first ends it; nobody waits for ever, and nobody ends it twice."""
    line = await desk.open(amount_minor=100_000)
    reserved = [await desk.draw(line, 100, reserve=True) for _ in range(6)]
    desk.clock.move_to(desk.clock() + HELD_FOR)
    outcomes = await asyncio.gather(
        *(desk.void(desk.voiding(one)) for one in reserved),
        *(expire_reservations(desk.db, desk.clock, most=3) for _ in range(3)),
        return_exceptions=True,
    )
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, CreditlineError)] == []
    assert [one for one in outcomes if isinstance(one, Unavailable)] == []
    await desk.wait(days=1)
    assert (await desk.line(line)).reserved_minor == 0
