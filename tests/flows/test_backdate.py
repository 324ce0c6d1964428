"""Repayments that are booked late count from the day they were paid; closed days stay, and their difference is booked today."""

from datetime import timedelta

import msgspec
import pytest

from creditline.clock import business_day
from creditline.decision.outcome import canonical
from creditline.errors import Code, Malformed
from creditline.flows.backdate import require_over
from creditline.flows.close import begin_closing, close_days
from creditline.flows.turn import one
from creditline.ledger.chart import Account
from creditline.store import corrections, days
from tests.flows.desk import Desk, codes
from tests.flows.test_reversals import days_later, standing
from tests.ledger.a_line import OPENED_AT, a_line


async def test_a_repayment_dated_back_leaves_what_it_would_have_left_then(desk: Desk) -> None:
    late, then = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    for line in (late, then):
        await desk.draw(line, 50_000)
    days_later(desk, 30)
    paid_on = business_day(desk.clock())
    await desk.repay(then, 20_000)
    days_later(desk, 30)
    for line in (late, then):
        await desk.repay(line, 5_000)
    days_later(desk, 10)
    request = msgspec.structs.replace(desk.repaying(late, 20_000), value_on=paid_on)
    done, again = one(await desk.repays(request)), one(await desk.repays(request))
    assert (again.is_repeated, again.parts, canonical(again.decision)) == (True, done.parts, canonical(done.decision))
    told = [
        [(loan.outstanding_minor, loan.interest_minor, loan.penalty_minor) for loan in await standing(desk, line)]
        for line in (late, then)
    ]
    assert told[0] == told[1]
    drawn = [(await desk.line(line)).drawn_minor for line in (late, then)]
    assert drawn[0] == drawn[1]


async def test_what_was_not_owed_then_is_not_taken_then(desk: Desk) -> None:
    line = await desk.open()
    opened_on = business_day(desk.clock())
    days_later(desk, 5)
    await desk.draw(line, 50_000)
    days_later(desk, 5)
    for value_on, code in (
        (opened_on, Code.NOTHING_OWED),
        (opened_on - timedelta(days=1), Code.MESSAGE_MALFORMED),
        (opened_on + timedelta(days=11), Code.MESSAGE_MALFORMED),
    ):
        request = msgspec.structs.replace(desk.repaying(line, 50), value_on=value_on)
        assert codes(await desk.repays(request)) == [code]
    today = msgspec.structs.replace(desk.repaying(line, 50), value_on=business_day(desk.clock()))
    assert one(await desk.repays(today)).accepted_minor == 50
    more = msgspec.structs.replace(desk.repaying(line, 50_007), value_on=opened_on + timedelta(days=5))
    assert (one(await desk.repays(more)).accepted_minor, (await desk.line(line)).drawn_minor) == (50_000, 0)


async def test_closed_days_stay_and_their_difference_is_booked_today(desk: Desk) -> None:
    await begin_closing(desk.db, desk.clock)
    line, twin = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    for one_line in (line, twin):
        await desk.draw(one_line, 80_000)
    days_later(desk, 20)
    paid_on = business_day(desk.clock())
    await desk.repay(twin, 40_000)
    days_later(desk, 40)
    await close_days(desk.db, desk.clock, desk.house)
    async with desk.db.reading() as connection:
        before = await days.between(connection, line.id, since=paid_on, through=business_day(desk.clock()))
        other = await days.between(connection, twin.id, since=paid_on, through=business_day(desk.clock()))
    request = msgspec.structs.replace(desk.repaying(line, 40_000), value_on=paid_on)
    await desk.repays(request)
    async with desk.db.reading() as connection:
        assert await days.between(connection, line.id, since=paid_on, through=business_day(desk.clock())) == before
        posted = await corrections.transfers_of(connection, [request.id])
    less = sum(leg.amount_minor for leg in posted if leg.debit is Account.INTEREST_INCOME)
    paid_minor = 40_000 - sum(leg.amount_minor for leg in posted if leg.credit is Account.RECEIVABLE)
    assert len(before) == len(other) == 40
    assert less == before[-1].interest_minor - (other[-1].interest_minor + paid_minor) > 0
    days_later(desk, 3)
    await close_days(desk.db, desk.clock, desk.house)
    async with desk.db.reading() as connection:
        last = [
            (await days.of_line(connection, own.id, through=business_day(desk.clock()), most=1))[0]
            for own in (line, twin)
        ]
    assert (last[0].interest_minor, last[0].principal_minor) == (last[1].interest_minor, last[1].principal_minor)


def test_a_value_date_lies_in_the_life_of_its_line() -> None:
    opened_on = business_day(OPENED_AT)
    require_over(a_line(), opened_on, today=opened_on)
    for value_on in (opened_on - timedelta(days=1), opened_on + timedelta(days=1)):
        with pytest.raises(Malformed, match="with the day on which the money came"):
            require_over(a_line(), value_on, today=opened_on)
