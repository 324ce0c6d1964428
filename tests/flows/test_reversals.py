"""Draws and repayments that turn out not to be: undone once, and as if they had never been, but for the dates of it."""

from datetime import datetime, timedelta

import pytest

from creditline.clock import business_day
from creditline.errors import Code, CreditlineError
from creditline.flows.close import begin_closing, close_days
from creditline.flows.known import known
from creditline.flows.loans import Standing, loans_of
from creditline.flows.promises import promises_of
from creditline.flows.reverse import Cause
from creditline.flows.signals import answer_signals
from creditline.ledger.allocation import Part
from creditline.ledger.line import Bound, Line
from creditline.restoration.promise import Outcome
from creditline.store import days, facts
from tests.decision.a_product import a_product
from tests.flows.desk import Desk, codes


async def standing(desk: Desk, line: Line) -> list[Standing]:
    return await loans_of(desk.db, desk.clock, desk.house, line=line.id, most=10)


def days_later(desk: Desk, days: int) -> None:
    desk.clock.move_to(desk.clock() + timedelta(days=days))


async def test_a_bounced_repayment_is_owed_again_as_if_it_had_never_been(desk: Desk) -> None:
    paying, never = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    for line in (paying, never):
        await desk.draw(line, 50_000)
    days_later(desk, 40)
    repaid = await desk.repay(paying, 20_000)
    days_later(desk, 30)
    done = await desk.reverse(paying, repaid.decision.id)
    assert (done.line.drawn_minor, done.line.withheld_minor, done.request.accepted_minor) == (50_000, 0, 20_000)
    (ann,), (bo,) = await standing(desk, paying), await standing(desk, never)
    assert (ann.outstanding_minor, ann.interest_minor, ann.penalty_minor) == (
        bo.outstanding_minor,
        bo.interest_minor,
        bo.penalty_minor,
    )
    out = {one.debit.name: one.amount_minor for one in done.transfers if one.credit.name == "SETTLEMENT"}
    assert out == {
        "RECEIVABLE": repaid.parts[Part.PRINCIPAL],
        "INTEREST_RECEIVABLE": repaid.parts[Part.INTEREST],
    }


async def test_a_bounce_may_exceed_the_limit_and_then_nothing_is_drawn_until_that_is_repaid(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 80_000)
    repaid = await desk.repay(line, 60_000)
    assert repaid.plan.now_minor == 60_000
    await desk.draw(line, 70_000)
    over = (await desk.reverse(line, repaid.decision.id)).line
    assert (over.drawn_minor, over.over_minor, over.available_minor, over.bound) == (150_000, 50_000, 0, Bound.LIMIT)
    assert codes(await desk.draws(desk.drawing(line, 1))) == ["decline"]
    await desk.repay(line, 50_001)
    assert (await desk.line(line)).over_minor == 0


async def test_what_was_promised_for_a_bounced_repayment_ends_and_says_why(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 80_000)
    await desk.statement(line, months_late=1)
    repaid = await desk.repay(line, 30_000)
    promised_minor = repaid.line.withheld_minor
    assert promised_minor > 0
    assert (await desk.wait(days=31))["kept_back"] > 0
    done = await desk.reverse(line, repaid.decision.id)
    assert (done.line.withheld_minor, done.line.drawn_minor, await desk.waiting(line)) == (0, 80_000, [])
    _, told = await promises_of(desk.db, line.id, most=20)
    undone = [one.end for one in told if one.end and one.end.outcome is Outcome.UNDONE]
    assert undone
    assert "R01 no funds" in undone[0].told.by_language["en"]
    assert (await desk.wait(days=120))["released"] == 0


async def test_a_repayment_is_undone_once_and_a_repeat_tells_the_same(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    repaid = await desk.repay(line, 20_000)
    own = desk.next_id()
    first = await desk.reverse(line, repaid.decision.id, request=own)
    again = await desk.reverse(line, repaid.decision.id, request=own)
    assert (again.is_repeated, again.transfers, again.request) == (True, first.transfers, first.request)
    for cause, request, code in (
        (Cause.MISTAKEN, own, Code.ID_REUSED),
        (Cause.BOUNCED, None, Code.CORRECTED_BEFORE),
        (Cause.NOT_PAID_OUT, None, Code.MESSAGE_MALFORMED),
    ):
        with pytest.raises(CreditlineError) as refused:
            await desk.reverse(line, repaid.decision.id, cause, request=request)
        assert refused.value.code is code
    with pytest.raises(CreditlineError) as refused:
        await desk.reverse(line, desk.next_id())
    assert refused.value.code is Code.REQUEST_UNKNOWN


async def test_a_draw_that_was_not_paid_out_leaves_nothing_behind(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 50_000)
    days_later(desk, 10)
    done = await desk.reverse(line, drawn.decision.id, Cause.NOT_PAID_OUT)
    assert (done.line.drawn_minor, done.line.headroom_minor) == (0, 100_000)
    (loan,) = await standing(desk, line)
    assert (loan.state, loan.outstanding_minor, loan.interest_minor) == ("reversed", 0, 0)
    assert codes(await desk.repays(desk.repaying(line, 1))) == [Code.NOTHING_OWED]


async def test_what_was_paid_on_a_draw_that_never_was_is_the_borrowers(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 50_000)
    days_later(desk, 30)
    await desk.repay(line, 20_000)
    done = await desk.reverse(line, drawn.decision.id, Cause.GIVEN_BACK)
    assert done.line.drawn_minor == 0
    kept = sum(leg.amount_minor for leg in done.transfers if leg.credit.name == "CREDIT_BALANCE")
    assert kept == 20_000


async def test_a_later_payment_is_shared_out_anew_when_one_before_it_bounces(desk: Desk) -> None:
    paying, late = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    for amount_minor in (50_000, 10_000):
        for line in (paying, late):
            await desk.draw(line, amount_minor)
        days_later(desk, 15)
    first = await desk.repay(paying, 51_000)
    days_later(desk, 60)
    for line in (paying, late):
        await desk.repay(line, 9_000)
    days_later(desk, 9)
    await desk.reverse(paying, first.decision.id)
    told = [
        [(loan.outstanding_minor, loan.interest_minor) for loan in await standing(desk, line)]
        for line in (paying, late)
    ]
    assert sorted(told[0]) == sorted(told[1])
    assert (await desk.line(paying)).drawn_minor == (await desk.line(late)).drawn_minor


async def test_a_loan_that_is_owed_again_is_closed_day_by_day_again(desk: Desk) -> None:
    await begin_closing(desk.db, desk.clock)
    line = await desk.open()
    await desk.draw(line, 80_000)
    days_later(desk, 5)
    repaid = await desk.repay(line, 80_000 + await desk.interest_minor(line))
    days_later(desk, 5)
    await close_days(desk.db, desk.clock, desk.house)
    await desk.reverse(line, repaid.decision.id)
    days_later(desk, 5)
    assert (await close_days(desk.db, desk.clock, desk.house)).line_days_count == 5
    async with desk.db.reading() as connection:
        (last,) = await days.of_line(connection, line.id, through=business_day(desk.clock()), most=1)
    assert (last.principal_minor, last.interest_minor) == (80_000, await desk.interest_minor(line))


async def test_what_was_undone_is_no_draw_and_no_repayment_from_then_on_and_was_one_before(desk: Desk) -> None:
    line, other = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    drawn = await desk.draw(line, 50_000)
    await desk.draw(other, 1_000)
    days_later(desk, 1)
    repaid = await desk.repay(line, 20_000)
    days_later(desk, 1)
    before = desk.clock()
    days_later(desk, 1)
    await desk.reverse(line, repaid.decision.id)
    await desk.reverse(line, drawn.decision.id, Cause.NOT_PAID_OUT)
    names = ("draws_30d_count", "drawn_30d_minor", "repayments_30d_count", "repaid_ever_minor")

    async def told(as_of: datetime, *borrowers: str) -> list[list[float]]:
        asked = [(one, as_of, a_product()) for one in borrowers]
        async with desk.db.reading() as connection:
            found = await known(connection, asked, seen=await facts.snapshot(connection))
        places = [a_product().features.index(name) for name in names]
        return [[one.features[place] for place in places] for one in found]

    at = desk.clock() + timedelta(minutes=1)
    assert await told(before, "ann") == [[1, 50_000, 1, 20_000]]
    assert await told(at, "ann") == [[0, 0, 0, 0]]
    assert await told(at, "bo", "ann") == [[1, 1_000, 0, 0], [0, 0, 0, 0]]


async def test_a_draw_that_never_was_brings_back_what_it_held_up(desk: Desk) -> None:
    line = await desk.open(amount_minor=200_000)
    drawn = [await desk.draw(line, 1_000) for _ in range(7)]
    await desk.repay(line, 3_000)
    assert (await desk.line(line)).withheld_minor > 0
    await desk.reverse(line, drawn[0].decision.id, Cause.NOT_PAID_OUT)
    assert [one.answer for one in await answer_signals(desk.db, desk.clock, desk.house)] != []
    assert (await desk.line(line)).withheld_minor == 0
