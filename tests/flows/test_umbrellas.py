"""Umbrellas at the desk: room is shared or set aside, taken with the draw, given back with the release, never overdrawn."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from uuid import UUID

import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, Conflict, NotAllowed, NotFound, Refused
from creditline.flows.draw import Drawn
from creditline.flows.turn import one
from creditline.flows.umbrella import (
    SeatRequest,
    UmbrellaLimitRequest,
    UmbrellaMoveRequest,
    UmbrellaRequest,
    limit_umbrella,
    lines_under,
    move_umbrella,
    open_umbrella,
    seat_line,
    tree_of,
)
from creditline.ledger.line import Bound, Line
from creditline.ledger.umbrella import Umbrella, buckets_of
from creditline.store.connect import connect
from tests.flows.desk import Desk, a_desk, codes

BY, WHY = "credit committee", "annual review"
FIRST = UUID(int=0)


async def an_umbrella(
    desk: Desk,
    granted: int,
    *,
    under: Umbrella | None = None,
    fungible: bool = True,
    product: str | None = None,
    slots_count: int = 16,
) -> Umbrella:
    asked = UmbrellaRequest(
        id=desk.next_id(),
        holder="acme",
        currency="CNY",
        granted_minor=granted,
        authority=BY,
        reason=WHY,
        parent=id_of(under),
        product=product,
        is_fungible=fungible,
        slots_count=slots_count,
    )
    return await open_umbrella(desk.db, desk.clock, request=asked)


def id_of(umbrella: Umbrella | None) -> UUID | None:
    return None if umbrella is None else umbrella.id


async def seated(desk: Desk, line: Line, umbrella: Umbrella | None) -> Line:
    asked = SeatRequest(id=desk.next_id(), line=line.id, umbrella=id_of(umbrella), authority=BY, reason=WHY)
    return await seat_line(desk.db, desk.clock, request=asked)


async def limited(desk: Desk, umbrella: Umbrella, granted_minor: int) -> Umbrella:
    asked = UmbrellaLimitRequest(
        id=desk.next_id(), umbrella=umbrella.id, granted_minor=granted_minor, authority=BY, reason=WHY
    )
    return await limit_umbrella(desk.db, desk.clock, request=asked)


async def put(desk: Desk, umbrella: Umbrella, under: Umbrella | None) -> Umbrella:
    asked = UmbrellaMoveRequest(id=desk.next_id(), umbrella=umbrella.id, parent=id_of(under), authority=BY, reason=WHY)
    return await move_umbrella(desk.db, desk.clock, request=asked)


async def buckets(desk: Desk, umbrella: Umbrella) -> dict[str, int]:
    """Return an umbrella's buckets that are not empty."""
    own = buckets_of(await tree_of(desk.db, umbrella.id))[umbrella.id]
    names = ("granted", "drawn", "reserved", "withheld", "set_aside", "headroom")
    return {name: amount for name in names if (amount := getattr(own, f"{name}_minor"))}


async def refused(code: Code, what: Awaitable[object]) -> str:
    with pytest.raises(Refused) as raised:
        await what
    assert raised.value.code is code
    return raised.value.message


async def test_lines_share_the_room_of_every_umbrella_over_them(desk: Desk) -> None:
    group = await an_umbrella(desk, 150_000)
    acme = await an_umbrella(desk, 120_000, under=group)
    left, right = [await seated(desk, await desk.open(borrower=name), acme) for name in ("ada", "bob")]
    assert (left.available_minor, left.bound) == (100_000, Bound.LIMIT)
    drawn = await desk.draw(left, 90_000)
    assert await buckets(desk, acme) == {"granted": 120_000, "drawn": 90_000, "headroom": 30_000}
    assert await buckets(desk, group) == {"granted": 150_000, "drawn": 90_000, "headroom": 60_000}
    right = await desk.line(right)
    assert (right.available_minor, right.bound, right.room_under) == (30_000, Bound.UMBRELLA, acme.id)
    assert drawn.line.room_minor == 30_000
    declined = await desk.draw(right, 30_001)
    assert declined.decision.answer is Answer.DECLINE
    assert declined.decision.position.available_minor == 30_000
    partly = await desk.draw(right, 50_000, partial=True)
    assert (partly.amount_minor, partly.line.available_minor) == (30_000, 0)


async def test_two_draws_of_one_batch_do_not_take_the_same_room(desk: Desk) -> None:
    acme = await an_umbrella(desk, 1000)
    book = [await seated(desk, await desk.open(borrower=name), acme) for name in ("ada", "bob", "eve")]
    outcomes = await desk.draws(*(desk.drawing(line, 400) for line in book))
    assert codes(outcomes) == ["approve", "approve", "decline"]
    third = one(outcomes[2:])
    assert isinstance(third, Drawn)
    assert third.decision.position.available_minor == 200


async def test_room_comes_back_with_the_release_and_not_with_the_repayment(desk: Desk) -> None:
    acme = await an_umbrella(desk, 100_000)
    line = await seated(desk, await desk.open(), acme)
    await desk.draw(line, 80_000)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 80_000)
    assert await buckets(desk, acme) == {"granted": 100_000, "withheld": 80_000, "headroom": 20_000}
    await desk.statement(line)
    await desk.wait(days=30)
    assert await buckets(desk, acme) == {"granted": 100_000, "headroom": 100_000}


async def test_reserved_room_is_taken_at_once_and_captured_or_given_back(desk: Desk) -> None:
    acme = await an_umbrella(desk, 1000)
    line = await seated(desk, await desk.open(), acme)
    held = await desk.draw(line, 600, reserve=True)
    assert await buckets(desk, acme) == {"granted": 1000, "reserved": 600, "headroom": 400}
    await desk.capture(desk.capturing(held, amount_minor=250))
    assert await buckets(desk, acme) == {"granted": 1000, "drawn": 250, "headroom": 750}
    other = await desk.draw(line, 750, reserve=True)
    await desk.void(desk.voiding(other))
    assert await buckets(desk, acme) == {"granted": 1000, "drawn": 250, "headroom": 750}


async def test_what_is_set_aside_is_there_for_its_line_and_for_no_other(desk: Desk) -> None:
    acme = await an_umbrella(desk, 150_000, fungible=False)
    line = await seated(desk, await desk.open(borrower="ada", amount_minor=100_000), acme)
    other = await desk.open(borrower="bob", amount_minor=60_000)
    told = await refused(Code.OVERDRAWN, seated(desk, other, acme))
    assert "50000" in told
    assert await buckets(desk, acme) == {"granted": 150_000, "set_aside": 100_000, "headroom": 50_000}
    drawn = await desk.draw(line, 100_000)
    assert drawn.decision.answer is Answer.APPROVE
    assert await buckets(desk, acme) == {"granted": 150_000, "drawn": 100_000, "headroom": 50_000}
    assert "100000" in await refused(Code.OVERDRAWN, limited(desk, acme, 99_999))
    await seated(desk, line, None)
    assert await buckets(desk, acme) == {"granted": 150_000, "headroom": 150_000}


async def test_a_sub_limit_is_a_child_with_a_lower_cap(desk: Desk) -> None:
    group = await an_umbrella(desk, 100_000)
    narrow = await an_umbrella(desk, 300, under=group)
    line = await seated(desk, await desk.open(), narrow)
    assert (line.available_minor, line.room_under) == (300, narrow.id)
    await desk.draw(line, 300)
    assert await buckets(desk, group) == {"granted": 100_000, "drawn": 300, "headroom": 99_700}
    apart = await an_umbrella(desk, 99_700, under=group, fungible=False)
    own = await seated(desk, await desk.open(borrower="bob", amount_minor=99_700), apart)
    # What a child sets aside is taken of the parent that shares.
    assert await buckets(desk, group) == {"granted": 100_000, "drawn": 300, "set_aside": 99_700}
    assert own.available_minor == 99_700


async def test_a_cut_below_use_is_shown_and_falls_as_lines_repay(desk: Desk) -> None:
    group = await an_umbrella(desk, 2000)
    acme = await an_umbrella(desk, 1000, under=group)
    line = await seated(desk, await desk.open(), acme)
    other = await seated(desk, await desk.open(borrower="bob"), group)
    await desk.draw(line, 800)
    await limited(desk, acme, 500)
    assert await buckets(desk, acme) == {"granted": 500, "drawn": 800, "headroom": -300}
    over = await desk.line(line)
    assert (over.available_minor, over.room_minor, over.bound) == (0, -300, Bound.UMBRELLA)
    assert (await desk.draw(line, 1)).decision.answer is Answer.DECLINE
    assert (await desk.draw(other, 1200)).decision.answer is Answer.APPROVE
    await desk.repay(line, 500)
    await desk.wait(days=200)
    assert (await buckets(desk, acme)) == {"granted": 500, "drawn": 300, "headroom": 200}
    assert (await desk.draw(line, 200)).decision.answer is Answer.APPROVE
    await limited(desk, acme, 600)
    assert (await desk.line(line)).available_minor == 100


async def test_an_allotment_rests_while_an_umbrella_over_it_is_over_its_limit(desk: Desk) -> None:
    group = await an_umbrella(desk, 200_000)
    apart = await an_umbrella(desk, 100_000, under=group, fungible=False)
    line = await seated(desk, await desk.open(), apart)
    await limited(desk, group, 50_000)
    assert await buckets(desk, group) == {"granted": 50_000, "set_aside": 100_000, "headroom": -50_000}
    assert (await desk.line(line)).available_minor == 0
    assert (await desk.draw(line, 1)).decision.answer is Answer.DECLINE
    await limited(desk, group, 100_000)
    assert (await desk.draw(line, 100_000)).decision.answer is Answer.APPROVE


async def test_a_tree_is_moved_whole_and_a_ring_is_refused(desk: Desk) -> None:
    group, other = await an_umbrella(desk, 1000), await an_umbrella(desk, 300)
    acme = await an_umbrella(desk, 600, under=group)
    below = await an_umbrella(desk, 500, under=acme)
    line = await seated(desk, await desk.open(), below)
    await desk.draw(line, 400)
    assert "300" in await refused(Code.OVERDRAWN, put(desk, acme, other))
    await refused(Code.UMBRELLA_CYCLE, put(desk, group, below))
    await refused(Code.UMBRELLA_CYCLE, put(desk, group, group))
    await limited(desk, other, 450)
    await put(desk, acme, other)
    assert await buckets(desk, group) == {"granted": 1000, "headroom": 1000}
    assert await buckets(desk, other) == {"granted": 450, "drawn": 400, "headroom": 50}
    assert (await desk.line(line)).available_minor == 50
    assert [one.id for one in (await tree_of(desk.db, below.id)).in_order()] == [other.id, acme.id, below.id]
    await put(desk, acme, None)
    assert await buckets(desk, other) == {"granted": 450, "headroom": 450}
    assert (await desk.line(line)).available_minor == 100


async def test_what_does_not_fit_under_an_umbrella_is_refused(desk: Desk) -> None:
    group = await an_umbrella(desk, 1000)
    line = await desk.open()
    await desk.draw(line, 1001)
    await refused(Code.OVERDRAWN, seated(desk, line, group))
    await refused(Code.CURRENCY_WRONG, seated(desk, await desk.open(borrower="tom", currency="TWD"), group))
    only = await an_umbrella(desk, 5000, product="enterprise_revolving")
    assert "consumer" in await refused(Code.PRODUCT_WRONG, seated(desk, line, only))
    await refused(Code.AMOUNT_NOT_POSITIVE, limited(desk, group, -1))
    await refused(Code.MESSAGE_MALFORMED, an_umbrella(desk, 1, slots_count=65))
    gone = group.__class__(**{name: getattr(group, name) for name in group.__slots__ if name != "id"}, id=line.id)
    with pytest.raises(NotFound):
        await seated(desk, line, gone)
    with pytest.raises(NotFound):
        await lines_under(desk.db, gone.id, after=FIRST, most=1)


async def test_a_limit_of_nothing_gives_nothing(desk: Desk) -> None:
    """Zero is a limit like any other: no more than nothing, and never no limit at all."""
    nothing = await an_umbrella(desk, 0)
    line = await seated(desk, await desk.open(), nothing)
    assert line.available_minor == 0
    assert (await desk.draw(line, 1)).decision.answer is Answer.DECLINE


async def test_every_request_is_carried_out_once(desk: Desk) -> None:
    group = await an_umbrella(desk, 1000)
    line = await desk.open()
    asked = SeatRequest(id=desk.next_id(), line=line.id, umbrella=group.id, authority=BY, reason=WHY)
    first = await seat_line(desk.db, desk.clock, request=asked)
    assert await seat_line(desk.db, desk.clock, request=asked) == first
    cut = UmbrellaLimitRequest(id=desk.next_id(), umbrella=group.id, granted_minor=10, authority=BY, reason=WHY)
    assert [(await limit_umbrella(desk.db, desk.clock, request=cut)).version for _ in range(2)] == [2, 2]
    with pytest.raises(Conflict):
        await open_umbrella(
            desk.db, desk.clock,
            request=UmbrellaRequest(id=cut.id, holder="acme", currency="CNY", granted_minor=1, authority=BY, reason=WHY),
        )  # fmt: skip
    assert [own.id for own in await lines_under(desk.db, group.id, after=FIRST, most=5)] == [line.id]


@pytest.fixture
async def busy(dsn: str) -> AsyncIterator[Desk]:
    async with await connect(dsn, size=12) as links, a_desk(links) as desk:
        yield desk


@pytest.mark.parametrize("slots_count", [1, 4])
async def test_draws_at_the_same_moment_never_take_more_than_there_is(busy: Desk, slots_count: int) -> None:
    """Forty draws of 30 from umbrellas of 700 and 500 over lines of two borrowers, while others are repaid and back."""
    group = await an_umbrella(busy, 700, slots_count=slots_count)
    halves = [await an_umbrella(busy, 500, under=group, slots_count=slots_count) for _ in range(2)]
    book = [await seated(busy, await busy.open(borrower=f"b{n}"), halves[n % 2]) for n in range(20)]

    async def draw(line: Line) -> Answer:
        return (await busy.draw(line, 30)).decision.answer

    answers = Counter(await asyncio.gather(*(draw(line) for line in [*book, *reversed(book)])))
    assert answers == {Answer.APPROVE: 23, Answer.DECLINE: 17}
    assert (await buckets(busy, group))["headroom"] == 700 - 23 * 30


async def test_umbrellas_change_while_lines_are_drawn_on(busy: Desk) -> None:
    """Cuts, raises, moves and seats go on beside draws and repayments; the books hold, and nobody waits in a ring."""
    group = await an_umbrella(busy, 5000, slots_count=3)
    halves = [await an_umbrella(busy, 3000, under=group, slots_count=3) for _ in range(2)]
    book = [await seated(busy, await busy.open(borrower=f"b{n}"), halves[n % 2]) for n in range(10)]

    async def borrow(line: Line) -> None:
        for _ in range(6):
            drawn = await busy.draw(line, 90, partial=True)
            if drawn.amount_minor:
                await busy.repay(line, drawn.amount_minor)

    async def shake() -> None:
        for step in range(10):
            await limited(busy, group, 900 if step % 2 else 5000)
            await put(busy, halves[1], group if step % 3 else None)
            with suppress(NotAllowed):
                await seated(busy, book[step], halves[step % 2])

    await asyncio.gather(shake(), *(borrow(line) for line in book))
