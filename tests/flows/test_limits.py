"""Limits by authority at the desk: set, added to until a date, cut below use, left unused, closed; and what the books say."""

from datetime import timedelta
from typing import Any

import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, CreditlineError
from creditline.flows.limit import Asked, CloseRequest, ExtraRequest, LimitRequest, set_limit
from creditline.flows.work import work_due
from creditline.ledger.line import Line
from creditline.money import MAX_MINOR
from tests.flows.desk import Desk
from tests.flows.test_umbrellas import an_umbrella, seated

WHO = {"authority": "committee", "reason": "annual review"}


def setting(desk: Desk, line: Line, granted_minor: int) -> LimitRequest:
    return LimitRequest(id=desk.next_id(), line=line.id, granted_minor=granted_minor, **WHO)


def adding(desk: Desk, line: Line, extra_minor: int, *, days: float = 10) -> ExtraRequest:
    until = desk.clock() + timedelta(days=days)
    return ExtraRequest(id=desk.next_id(), line=line.id, extra_minor=extra_minor, until=until, **WHO)


def closing(desk: Desk, line: Line) -> CloseRequest:
    return CloseRequest(id=desk.next_id(), line=line.id, **WHO)


async def carried_out(desk: Desk, request: Asked) -> Line:
    return await set_limit(desk.db, desk.clock, desk.house, request=request)


async def refused(desk: Desk, request: Asked) -> Code:
    with pytest.raises(CreditlineError) as told:
        await carried_out(desk, request)
    return told.value.code


async def test_a_limit_is_set_once_and_stays_on_record_with_its_words(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    request = setting(desk, line, 150_000)
    first, again = [await carried_out(desk, request) for _ in range(2)]
    assert first == again
    assert (first.granted_minor, first.available_minor, first.version) == (150_000, 150_000, 2)
    async with desk.db.reading() as connection:
        words = await connection.fetchrow("select authority, reason from line_word where line = $1", line.id)
    assert dict(words or {}) == WHO


async def test_a_cut_below_use_shows_and_falls_as_it_is_repaid(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 80_000)
    cut = await carried_out(desk, setting(desk, line, 30_000))
    assert (cut.headroom_minor, cut.available_minor) == (-50_000, 0)
    assert (await desk.draw(line, 1)).decision.answer is Answer.DECLINE
    await desk.repay(line, 60_000 + await desk.interest_minor(line))
    await desk.wait(days=90)
    after = await desk.line(line)
    assert (after.drawn_minor, after.withheld_minor, after.headroom_minor) == (20_000, 0, 10_000)


async def test_a_limit_of_nothing_with_debt_stays_open(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 40_000)
    none = await carried_out(desk, setting(desk, line, 0))
    assert (none.granted_minor, none.drawn_minor, none.closed_at) == (0, 40_000, None)
    assert await refused(desk, closing(desk, line)) is Code.LINE_IN_USE
    await desk.repay(line, 40_000)
    if (await desk.line(line)).withheld_minor:
        assert await refused(desk, closing(desk, line)) is Code.LINE_IN_USE
    await desk.wait(days=90)
    closed = await carried_out(desk, closing(desk, line))
    assert (closed.withheld_minor, closed.closed_at) == (0, closed.booked_at)


@pytest.mark.parametrize("is_swept", [True, False])
async def test_what_was_added_ends_on_its_date_whoever_is_first(desk: Desk, *, is_swept: bool) -> None:
    line = await desk.open(amount_minor=100_000)
    added = await carried_out(desk, adding(desk, line, 20_000))
    assert (added.granted_minor, added.standing_minor) == (120_000, 100_000)
    await desk.draw(line, 110_000)
    desk.clock.move_to(desk.clock() + timedelta(days=10))
    if is_swept:
        assert await work_due(desk.db, desk.clock, desk.house) == {"extra_ended": 1}
        assert (await desk.line(line)).headroom_minor == -10_000
    declined = await desk.draw(line, 1)
    assert (declined.decision.answer, declined.decision.position.granted_minor) == (Answer.DECLINE, 100_000)
    await work_due(desk.db, desk.clock, desk.house)
    after = await desk.line(line)
    assert (after.granted_minor, after.extra_minor, after.extra_ends_at) == (100_000, 0, None)


async def test_what_is_added_anew_takes_the_place_of_what_was(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await carried_out(desk, adding(desk, line, 20_000, days=5))
    await carried_out(desk, adding(desk, line, 7_000, days=20))
    assert (await carried_out(desk, setting(desk, line, 50_000))).granted_minor == 57_000
    await desk.wait(days=6)
    assert (await desk.line(line)).granted_minor == 57_000
    await desk.wait(days=15)
    assert (await desk.line(line)).granted_minor == 50_000


async def test_what_was_added_can_be_ended_at_once(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await carried_out(desk, adding(desk, line, 20_000))
    ended = await carried_out(desk, adding(desk, line, 0))
    assert (ended.granted_minor, ended.extra_ends_at) == (100_000, None)
    assert await desk.wait(days=11) == {"extra_ended": 1}
    assert await desk.line(line) == ended


async def test_an_approval_that_nobody_uses_ends(desk: Desk) -> None:
    unused, used = await desk.open(borrower="ada"), await desk.open(borrower="bob")
    await desk.draw(used, 1)
    assert await desk.wait(days=364) == {}
    assert await desk.wait(days=2) == {"approval_ended": 2}
    after = await desk.line(unused)
    assert (after.granted_minor, after.closed_at is not None) == (0, True)
    assert (await desk.line(used)).closed_at is None


async def test_a_closed_line_is_over(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    request = closing(desk, line)
    closed = await carried_out(desk, request)
    assert await carried_out(desk, request) == closed
    assert (await desk.draw(line, 1)).decision.answer is Answer.DECLINE
    for again in (setting(desk, line, 1), adding(desk, line, 1), closing(desk, line)):
        assert await refused(desk, again) is Code.LINE_CLOSED
    with pytest.raises(CreditlineError, match="never opens again"):
        await desk.control(desk.blocking(line, "late"))
    assert (await desk.wait(days=400))["released"] == 0


async def test_a_reservation_that_is_over_is_not_in_the_way_of_a_draw(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 90_000, reserve=True)
    desk.clock.move_to(desk.clock() + timedelta(days=3, minutes=1))
    drawn = await desk.draw(line, 100_000)
    assert (drawn.decision.answer, drawn.line.reserved_minor, drawn.line.drawn_minor) == (Answer.APPROVE, 0, 100_000)


async def test_an_allotment_grows_only_where_its_umbrella_has_the_room(desk: Desk) -> None:
    apart = await an_umbrella(desk, 120_000, fungible=False)
    line = await seated(desk, await desk.open(amount_minor=100_000), apart)
    assert await refused(desk, setting(desk, line, 120_001)) is Code.OVERDRAWN
    assert (await carried_out(desk, setting(desk, line, 120_000))).available_minor == 120_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"granted_minor": -1}, Code.AMOUNT_NOT_POSITIVE),
        ({"granted_minor": MAX_MINOR + 1}, Code.AMOUNT_TOO_LARGE),
        ({"authority": ""}, Code.MESSAGE_MALFORMED),
        ({"reason": "bell \a"}, Code.MESSAGE_MALFORMED),
    ],
)
async def test_what_nobody_can_mean_is_refused(desk: Desk, changes: dict[str, Any], code: Code) -> None:
    line = await desk.open(amount_minor=100_000)
    asked = {"granted_minor": 5, **WHO, **changes}
    assert await refused(desk, LimitRequest(id=desk.next_id(), line=line.id, **asked)) is code
    assert await desk.line(line) == line


async def test_an_end_that_is_over_or_says_no_zone_is_refused(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    assert await refused(desk, adding(desk, line, 5, days=0)) is Code.MESSAGE_MALFORMED
    naive = adding(desk, line, 5)
    naive = ExtraRequest(id=naive.id, line=line.id, extra_minor=5, until=naive.until.replace(tzinfo=None), **WHO)
    assert await refused(desk, naive) is Code.MESSAGE_MALFORMED
    await carried_out(desk, setting(desk, line, MAX_MINOR))
    assert await refused(desk, adding(desk, line, 1)) is Code.AMOUNT_TOO_LARGE


@pytest.mark.parametrize(
    "by_hand",
    [
        "update line set version = version + 1, booked_at = extra_ends_at, drawn_minor = drawn_minor + 1",
        "update line set version = version + 1, extra_minor = granted_minor + 1",
        "update line set version = version + 1, extra_ends_at = null",
    ],
)
async def test_the_database_itself_lets_nobody_draw_on_what_is_over(desk: Desk, by_hand: str) -> None:
    line = await desk.open(amount_minor=100_000)
    await carried_out(desk, adding(desk, line, 20_000))
    with pytest.raises(CreditlineError):
        async with desk.db.transaction() as connection:
            await connection.execute(by_hand)


async def test_the_database_itself_opens_no_line_again(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await carried_out(desk, closing(desk, line))
    for by_hand in (
        "granted_minor = 1, closed_at = null",
        "closed_at = null",
        "closed_at = now()",
        "granted_minor = 1",
    ):
        with pytest.raises(CreditlineError):
            async with desk.db.transaction() as connection:
                await connection.execute(f"update line set version = version + 1, {by_hand}")
