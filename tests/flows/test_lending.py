"""Loans on a real database: made by draws, run up by the day, paid in order; only their principal frees the limit."""

from datetime import timedelta

import msgspec
import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, CreditlineError
from creditline.flows.lending import owed, read_loans
from creditline.flows.loans import Settlement, Standing, loans_of, settlement_of
from creditline.flows.turn import one
from creditline.flows.verify import verify
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.ledger.loan import LoanState
from creditline.store import loans
from tests.flows.desk import Desk
from tests.flows.test_damage_is_named import found_after


async def quote(desk: Desk, line: Line) -> Settlement:
    return await settlement_of(desk.db, desk.clock, desk.house, line=line.id)


async def standing(desk: Desk, line: Line) -> list[Standing]:
    return await loans_of(desk.db, desk.clock, desk.house, line=line.id, most=10)


async def days_later(desk: Desk, days: int) -> None:
    desk.clock.move_to(desk.clock() + timedelta(days=days))


async def test_a_draw_is_a_loan_that_runs_up_by_the_day(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 36_500)
    assert (await quote(desk, line)).amount_minor == 36_500
    await days_later(desk, 100)
    told = await quote(desk, line)
    assert told.interest_minor == round(36_500 * line.apr_bp * 100 / 10_000 / 365)
    assert told.interest_minor > 0
    assert told.amount_minor == 36_500 + told.interest_minor
    assert told.expires_at - desk.clock() < timedelta(days=1)
    (loan,) = await standing(desk, line)
    assert (loan.outstanding_minor, loan.interest_minor, loan.apr_bp) == (36_500, told.interest_minor, line.apr_bp)
    assert await desk.check() > 0


async def test_interest_is_paid_first_and_only_principal_moves_the_limit(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await days_later(desk, 90)
    interest_minor = (await quote(desk, line)).interest_minor
    repaid = await desk.repay(line, 20_000)
    assert repaid.parts == {
        Part.FEE: 0,
        Part.PENALTY: 0,
        Part.INTEREST: interest_minor,
        Part.PRINCIPAL: 20_000 - interest_minor,
    }
    assert repaid.line.drawn_minor == 50_000 - repaid.parts[Part.PRINCIPAL]
    moved_minor = repaid.plan.now_minor + sum(part.amount_minor for part in repaid.plan.tranches)
    assert moved_minor == repaid.parts[Part.PRINCIPAL]
    await desk.check()


async def test_a_payment_of_interest_alone_moves_no_limit(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 90_000)
    await days_later(desk, 90)
    repaid = await desk.repay(line, 5)
    assert (repaid.accepted_minor, repaid.parts[Part.PRINCIPAL], repaid.line.withheld_minor) == (5, 0, 0)
    assert repaid.line.drawn_minor == 90_000
    await desk.check()


async def test_what_the_quote_says_closes_every_loan_and_more_is_returned(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 10_000)
    await days_later(desk, 11)
    await desk.draw(line, 7_001)
    await days_later(desk, 22)
    told = await quote(desk, line)
    repaid = await desk.repay(line, told.amount_minor + 3)
    assert (repaid.accepted_minor, repaid.excess_minor, repaid.line.drawn_minor) == (told.amount_minor, 3, 0)
    assert (await quote(desk, line)).amount_minor == 0
    assert {loan.state for loan in await standing(desk, line)} == {LoanState.CLOSED}
    with pytest.raises(CreditlineError) as refused:
        await desk.repay(line, 1)
    assert refused.value.code is Code.NOTHING_OWED
    await desk.check()


async def test_a_capture_becomes_a_loan_of_what_was_captured(desk: Desk) -> None:
    line = await desk.open()
    reserved = await desk.draw(line, 30_000, reserve=True)
    assert await standing(desk, line) == []
    await desk.capture(desk.capturing(reserved, amount_minor=12_000))
    assert [loan.outstanding_minor for loan in await standing(desk, line)] == [12_000]
    await desk.check()


@pytest.mark.parametrize(("contract_apr_bp", "is_charged"), [(0, False), (1_200, True), (None, True)])
async def test_a_line_taken_over_costs_what_its_contract_says(
    desk: Desk, contract_apr_bp: int | None, is_charged: bool
) -> None:
    request = msgspec.structs.replace(
        desk.opening(borrower="moved"), is_moved=True, moved_balance_minor=40_000, contract_apr_bp=contract_apr_bp
    )
    line = one(await desk.opens(request)).line
    assert line is not None
    await days_later(desk, 50)
    assert ((await quote(desk, line)).interest_minor > 0) is is_charged
    await desk.check()


async def test_a_repeat_tells_the_same_parts(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await days_later(desk, 30)
    request = desk.repaying(line, 9_000)
    first, again = one(await desk.repays(request)), one(await desk.repays(request))
    assert again.is_repeated
    assert (again.parts, again.accepted_minor) == (first.parts, first.accepted_minor)


async def test_a_line_late_for_months_restores_nothing_at_once(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=4)
    repaid = await desk.repay(line, 20_000)
    assert repaid.plan.now_minor == 0
    assert repaid.decision.answer is Answer.REDUCED


async def test_a_loan_is_read_back_as_it_was_written(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await days_later(desk, 40)
    await desk.repay(line, 9_999)
    async with desk.db.reading() as connection:
        (loan,) = (await owed(connection, desk.house, [line.id]))[line.id]
        rows = await loans.rows_of_line(connection, line.id, most=1)
        assert await read_loans(connection, desk.house, rows) == [loan]
    assert (loan.version, loan.booked_interest_minor) == (2, loan.paid_minor(Part.INTEREST))


@pytest.mark.parametrize(
    "damage",
    [
        "update loan set outstanding_minor = outstanding_minor - 1",
        "update loan set booked_interest_minor = booked_interest_minor + 1",
        "update loan set interest_paid_minor = interest_paid_minor - 1",
        "update loan set due_principal_paid_minor[1] = due_principal_paid_minor[1] + 1",
        "update loan_entry set version = version + 1 where version = 2",
        "delete from loan_entry where version = 1",
        "update transfer set amount_minor = amount_minor + 1 where debit = 14",
    ],
)
async def test_a_loan_that_was_tampered_with_is_found(desk: Desk, damage: str) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await days_later(desk, 40)
    await desk.repay(line, 9_999)
    assert await verify(desk.db) == []
    async with desk.db.alone() as connection:
        laws = {found.law for found in await found_after(connection, damage)}
    assert laws & {
        "what a line owes is what its loans owe",
        "a loan is the fold of its entries, and its due dates add up to it",
    }
