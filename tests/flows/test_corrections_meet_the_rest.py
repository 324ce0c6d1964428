"""Corrections beside everything else: closed days and suspense, umbrellas, forecasts, two hands at once."""

import asyncio

import pytest

from creditline.errors import Code, CreditlineError
from creditline.flows.close import begin_closing, close_days
from creditline.flows.forecast import foresee
from creditline.flows.reverse import Cause
from creditline.ledger.line import Bound
from creditline.restoration.course import Act, Step
from tests.decision.a_product import a_keeping_product, a_short_product
from tests.flows.desk import Desk
from tests.flows.test_corrections import balances, charging_off, recovering
from tests.flows.test_reversals import days_later
from tests.flows.test_umbrellas import an_umbrella, seated


async def test_what_is_in_suspense_is_given_up_first_and_the_next_close_finds_nothing(desk: Desk) -> None:
    await desk.offer(a_short_product())
    await begin_closing(desk.db, desk.clock)
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.wait(days=150)
    await close_days(desk.db, desk.clock, desk.house)
    held = await balances(desk, line)
    suspended = -held["SUSPENDED_INTEREST"]
    assert suspended == held["INTEREST_RECEIVABLE"] + held["PENALTY_RECEIVABLE"] > 0
    done = await charging_off(desk, line)
    out = {leg.credit.name: leg.amount_minor for leg in done.transfers if leg.debit.name == "SUSPENDED_INTEREST"}
    assert sum(out.values()) == suspended
    assert out.keys() == {"INTEREST_RECEIVABLE", "PENALTY_RECEIVABLE"}
    await desk.wait(days=3)
    await close_days(desk.db, desk.clock, desk.house)
    after = await balances(desk, line)
    assert after.keys() == {"SETTLEMENT", "WRITE_OFF_EXPENSE", "CHARGED_OFF", "CHARGED_OFF_CONTRA"}
    await recovering(desk, line, 700)
    assert (await balances(desk, line))["RECOVERY_INCOME"] == -700


async def test_a_bounce_on_a_line_that_does_not_perform_is_suspended_by_the_next_close(desk: Desk) -> None:
    await desk.offer(a_short_product())
    await begin_closing(desk.db, desk.clock)
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.wait(days=20)
    repaid = await desk.repay(line, 30_000)
    await desk.wait(days=130)
    await desk.reverse(line, repaid.decision.id)
    await desk.wait(days=1)
    await close_days(desk.db, desk.clock, desk.house)
    held = await balances(desk, line)
    assert -held["SUSPENDED_INTEREST"] == held["INTEREST_RECEIVABLE"] + held["PENALTY_RECEIVABLE"]
    assert held.get("INTEREST_INCOME", 0) + held.get("PENALTY_INCOME", 0) + held.get("ROUNDING", 0) == 0


async def test_a_bounce_puts_an_umbrella_over_its_limit_and_nobody_under_it_draws(desk: Desk) -> None:
    group = await an_umbrella(desk, 100_000, slots_count=2)
    own = await an_umbrella(desk, 90_000, under=group)
    paying, other = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    for line in (paying, other):
        await seated(desk, line, own)
    await desk.draw(paying, 60_000)
    repaid = await desk.repay(paying, 50_000)
    await desk.draw(other, 70_000)
    after = (await desk.reverse(paying, repaid.decision.id)).line
    assert (after.drawn_minor, after.over_minor) == (60_000, 0)
    found = await desk.line(paying)
    assert (found.available_minor, found.bound) == (0, Bound.UMBRELLA)
    assert (await desk.draw(other, 1)).amount_minor == 0
    await desk.repay(other, 45_000)
    assert (await desk.line(paying)).available_minor > 0


async def test_a_bounce_passes_a_block_a_cap_and_a_closed_line(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 60_000)
    repaid = await desk.repay(line, 50_000)
    await desk.control(desk.capping(line, 20_000))
    await desk.control(desk.blocking(line, "fraud"))
    after = (await desk.reverse(line, repaid.decision.id)).line
    assert (after.drawn_minor, after.available_minor, after.block_reason) == (60_000, 0, "fraud")


async def test_what_is_foreseen_after_a_bounce_is_what_is_booked(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 60_000)
    repaid = await desk.repay(line, 50_000)
    await desk.draw(line, 80_000)
    days_later(desk, 9)
    await desk.reverse(line, repaid.decision.id)
    step = Step(happens_at=desk.clock(), act=Act.REPAY, amount_minor=30_000)
    told = await foresee(desk.db, desk.clock, desk.house, line=line.id, behaviours=[[step]], days=60)
    done = await desk.repay(line, 30_000)
    assert told.alternatives[0].events[0].line.drawn_minor == done.line.drawn_minor
    await desk.wait(days=60)
    after, foreseen = await desk.line(line), told.alternatives[0].line
    assert (after.drawn_minor, after.withheld_minor, after.available_minor) == (
        foreseen.drawn_minor,
        foreseen.withheld_minor,
        foreseen.available_minor,
    )


async def test_two_hands_that_undo_the_same_undo_it_once(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 60_000)
    repaid = (await desk.repay(line, 50_000)).decision.id
    outcomes = await asyncio.gather(
        *(desk.reverse(line, repaid, cause) for cause in (Cause.BOUNCED, Cause.MISTAKEN)), return_exceptions=True
    )
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, CreditlineError)]
    assert refused.code is Code.CORRECTED_BEFORE
    assert (await desk.line(line)).drawn_minor == 60_000


@pytest.mark.parametrize("seed", range(4))
async def test_a_repayment_undone_in_the_middle_of_a_life_leaves_the_life_without_it(desk: Desk, seed: int) -> None:
    """Two lines live alike, but one repays once more; undone at the end, both owe and hold the same."""
    await desk.offer(a_keeping_product())
    if seed % 2:
        await begin_closing(desk.db, desk.clock)
    with_it, without = await desk.open(borrower="ann"), await desk.open(borrower="bo")
    undone = None
    for place in range(5):
        for line in (with_it, without):
            if place < 3:
                await desk.draw(line, 23_000 + 1_000 * ((seed + place) % 3))
        days_later(desk, (7, 3, 5, 19, 26)[place] + seed)
        if place == seed:
            undone = await desk.repay(with_it, 9_500)
        for line in (with_it, without):
            await desk.repay(line, 3_000 * (1 + (seed * place) % 4))
        if seed % 2:
            await close_days(desk.db, desk.clock, desk.house)
    assert undone is not None
    await desk.reverse(with_it, undone.decision.id)
    assert (await desk.line(with_it)).drawn_minor == (await desk.line(without)).drawn_minor
    # Paid in full and beyond, everything that ran up is booked on both.
    for line in (with_it, without):
        await desk.repay(line, 200_000)
    told = [await balances(desk, line) for line in (with_it, without)]
    for one_told in told:
        one_told["INTEREST_INCOME"] = one_told.pop("INTEREST_INCOME", 0) + one_told.pop("ROUNDING", 0)
    assert told[0] == told[1]
