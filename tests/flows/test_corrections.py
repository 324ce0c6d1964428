"""What is forgiven, sent back, given up and recovered: each books what it should, and never makes anything negative."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.decision.adverse import Trigger
from creditline.errors import Code, CreditlineError, NotAllowed
from creditline.flows.charge_off import ChargeOffRequest, charge_off
from creditline.flows.correct import Corrected
from creditline.flows.known import known
from creditline.flows.loans import Standing, loans_of, settlement_of
from creditline.flows.notices import notices_of
from creditline.flows.recover import RecoverRequest, recover
from creditline.flows.reverse import Cause
from creditline.flows.waive import WaiveRequest, waive
from creditline.ledger.allocation import Part
from creditline.ledger.chart import Account
from creditline.ledger.line import Line
from creditline.store import facts, lines
from creditline.store.connect import Database
from tests.decision.a_product import a_keeping_product, a_product, changed
from tests.flows.an_act import charged_off
from tests.flows.desk import Desk, a_desk, codes


@pytest.fixture
async def keeping(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        await desk.offer(a_keeping_product())
        yield desk


def days_later(desk: Desk, days: int) -> None:
    desk.clock.move_to(desk.clock() + timedelta(days=days))


async def standing(desk: Desk, line: Line) -> Standing:
    return (await loans_of(desk.db, desk.clock, desk.house, line=line.id, most=10))[0]


async def balances(desk: Desk, line: Line) -> dict[str, int]:
    """Return the accounts of a line that hold anything."""
    held: dict[Account, int] = {}
    async with desk.db.reading() as connection:
        for one in await lines.transfers(connection, line.id):
            held[one.debit] = held.get(one.debit, 0) + one.amount_minor
            held[one.credit] = held.get(one.credit, 0) - one.amount_minor
    return {account.name: amount for account, amount in held.items() if amount and account >= Account.RECEIVABLE}


async def charging_off(desk: Desk, line: Line, *, request: UUID | None = None) -> Corrected:
    asked = ChargeOffRequest(
        id=request or desk.next_id(), line=line.id, authority="credit committee", reason="cannot be found"
    )
    return await charge_off(desk.db, desk.clock, desk.house, request=asked)


async def recovering(desk: Desk, line: Line, amount_minor: int) -> Corrected:
    asked = RecoverRequest(
        id=desk.next_id(),
        line=line.id,
        amount_minor=amount_minor,
        currency=line.currency,
        authority="collections",
        reason="paid by a relative",
    )
    return await recover(desk.db, desk.clock, desk.house, request=asked)


async def a_late_line(desk: Desk) -> Line:
    """Return a line whose draw of 50,000 has been due for 95 days."""
    line = await desk.open()
    await desk.draw(line, 50_000)
    days_later(desk, 365 + 95)
    return line


async def test_interest_is_forgiven_in_a_name_and_a_role(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    days_later(desk, 100)
    owed_minor = await desk.interest_minor(line)
    done = await desk.waive(line, Part.INTEREST, owed_minor - 3)
    assert (await desk.interest_minor(line), done.line.drawn_minor, done.line.withheld_minor) == (3, 50_000, 0)
    assert (await balances(desk, line))["WAIVER_EXPENSE"] == owed_minor - 3
    for part, amount_minor, code in (
        (Part.INTEREST, 4, Code.AMOUNT_TOO_LARGE),
        (Part.PENALTY, 1, Code.NOTHING_OWED),
        (Part.PRINCIPAL, 1, Code.MESSAGE_MALFORMED),
        (Part.INTEREST, 0, Code.AMOUNT_NOT_POSITIVE),
    ):
        with pytest.raises(CreditlineError) as refused:
            await desk.waive(line, part, amount_minor)
        assert refused.value.code is code
    async with desk.db.reading() as connection:
        assert await connection.fetchval("select role from waiver") == "team lead"


async def test_a_fee_and_a_penalty_are_forgiven_on_the_loan_that_is_named(keeping: Desk) -> None:
    line = await keeping.open()
    first, second = await keeping.draw(line, 20_000), await keeping.draw(line, 30_000)
    await keeping.waive(line, Part.FEE, 300, loan=second.decision.id)
    with pytest.raises(CreditlineError):
        await keeping.waive(line, Part.FEE, 201)
    days_later(keeping, 60)
    await keeping.waive(line, Part.PENALTY, 1, loan=first.decision.id)
    told = await settlement_of(keeping.db, keeping.clock, keeping.house, line=line.id)
    assert told.fee_minor == 200


async def test_what_is_paid_beyond_everything_is_kept_and_paid_out(keeping: Desk) -> None:
    line = await keeping.open()
    await keeping.draw(line, 50_000)
    repaid = await keeping.repay(line, 60_000)
    assert (repaid.accepted_minor, repaid.parts[Part.FEE], repaid.parts[Part.PRINCIPAL]) == (60_000, 500, 50_000)
    assert (await balances(keeping, line))["CREDIT_BALANCE"] == -9_500
    await keeping.pay_out(line, 4_000)
    with pytest.raises(CreditlineError) as refused:
        await keeping.pay_out(line, 5_501)
    assert refused.value.code is Code.AMOUNT_TOO_LARGE
    rest = await keeping.pay_out(line)
    assert (rest.request.accepted_minor, "CREDIT_BALANCE" in await balances(keeping, line)) == (5_500, False)
    with pytest.raises(CreditlineError) as refused:
        await keeping.pay_out(line)
    assert refused.value.code is Code.NOTHING_OWED
    with pytest.raises(CreditlineError) as refused:
        await keeping.reverse(line, repaid.decision.id)
    assert refused.value.code is Code.CORRECTED_BEFORE


async def test_a_bounce_takes_from_what_a_later_payment_left_over(keeping: Desk) -> None:
    line = await keeping.open()
    await keeping.draw(line, 50_000)
    first = await keeping.repay(line, 30_000)
    await keeping.repay(line, 40_000)
    assert (await balances(keeping, line))["CREDIT_BALANCE"] == -19_500
    done = await keeping.reverse(line, first.decision.id)
    assert (done.line.drawn_minor, "CREDIT_BALANCE" in await balances(keeping, line)) == (10_500, False)


async def test_a_line_that_does_not_perform_is_given_up_and_stays_a_claim(desk: Desk) -> None:
    line = await a_late_line(desk)
    owed = await settlement_of(desk.db, desk.clock, desk.house, line=line.id)
    done = await charging_off(desk, line)
    assert done.request.accepted_minor == owed.amount_minor
    after = done.line
    assert (after.granted_minor, after.drawn_minor, after.available_minor, after.block_reason) == (
        0,
        0,
        0,
        "charged off",
    )
    assert await balances(desk, line) == {
        "SETTLEMENT": -50_000,
        "WRITE_OFF_EXPENSE": 50_000,
        "CHARGED_OFF": owed.amount_minor,
        "CHARGED_OFF_CONTRA": -owed.amount_minor,
    }
    days_later(desk, 100)
    loan = await standing(desk, line)
    assert (loan.state, loan.outstanding_minor, loan.interest_minor) == ("charged_off", 50_000, owed.interest_minor)
    assert codes(await desk.repays(desk.repaying(line, 5))) == [Code.LINE_CHARGED_OFF]
    assert codes(await desk.draws(desk.drawing(line, 5))) == ["decline"]
    with pytest.raises(CreditlineError) as refused:
        await charging_off(desk, line)
    assert refused.value.code is Code.NOTHING_OWED


async def test_a_line_that_performs_or_holds_a_draw_is_not_given_up(desk: Desk) -> None:
    line = await desk.open()
    with pytest.raises(CreditlineError) as refused:
        await charging_off(desk, line)
    assert refused.value.code is Code.NOTHING_OWED
    await desk.draw(line, 50_000)
    days_later(desk, 365 + 90)
    with pytest.raises(CreditlineError) as refused:
        await charging_off(desk, line)
    assert refused.value.code is Code.LINE_PERFORMS


async def test_what_is_recovered_is_income_and_lessens_the_claim(desk: Desk) -> None:
    line = await a_late_line(desk)
    claim_minor = (await charging_off(desk, line)).request.accepted_minor
    first = await recovering(desk, line, 10_000)
    await recovering(desk, line, 5_000)
    with pytest.raises(CreditlineError) as refused:
        await recovering(desk, line, claim_minor)
    assert refused.value.code is Code.AMOUNT_TOO_LARGE
    held = await balances(desk, line)
    assert (held["RECOVERY_INCOME"], held["CHARGED_OFF"]) == (-15_000, claim_minor - 15_000)
    await desk.reverse(line, first.request.id)
    assert (await balances(desk, line))["CHARGED_OFF"] == claim_minor - 5_000
    await recovering(desk, line, claim_minor - 5_000)
    assert (await standing(desk, line)).state == "closed"
    assert "CHARGED_OFF" not in await balances(desk, line)


async def test_a_repayment_that_bounces_after_its_line_was_given_up_enlarges_the_loss(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    repaid = await desk.repay(line, 20_000)
    days_later(desk, 365 + 95)
    before = (await charging_off(desk, line)).request.accepted_minor
    done = await desk.reverse(line, repaid.decision.id)
    held = await balances(desk, line)
    assert (done.line.drawn_minor, held["WRITE_OFF_EXPENSE"]) == (0, 50_000)
    assert held["CHARGED_OFF"] > before + 20_000


async def test_promises_of_a_line_that_is_given_up_end(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    days_later(desk, 365 + 95)
    await desk.statement(line, months_late=4)
    await desk.repay(line, 20_000)
    assert (await desk.line(line)).withheld_minor > 0
    after = (await charging_off(desk, line)).line
    assert (after.granted_minor, after.withheld_minor, await desk.waiting(line)) == (0, 0, [])


async def test_a_draw_that_never_was_takes_its_fee_along(keeping: Desk) -> None:
    line = await keeping.open()
    drawn = await keeping.draw(line, 50_000)
    days_later(keeping, 20)
    await keeping.reverse(line, drawn.decision.id, Cause.NOT_PAID_OUT)
    assert await balances(keeping, line) == {}


async def test_a_waiver_above_what_the_role_may_alone_takes_a_second_person(desk: Desk) -> None:
    await desk.offer(
        changed(
            {"product.toml": lambda text: text.replace("alone_minor = { CNY = 5_000", "alone_minor = { CNY = 1_000")}
        )
    )
    line = await desk.open()
    await desk.draw(line, 100_000)
    desk.clock.move_to(desk.clock() + timedelta(days=60))

    def asked(approver: str | None) -> WaiveRequest:
        return WaiveRequest(
            id=desk.next_id(), line=line.id, part=Part.INTEREST, amount_minor=1_001, currency="CNY", role="case officer",
            authority="ann", reason="hardship", approver=approver,
        )  # fmt: skip

    with pytest.raises(NotAllowed, match="Name a second person"):
        await waive(desk.db, desk.clock, desk.house, request=asked(None))
    await waive(desk.db, desk.clock, desk.house, request=asked("bo"))
    async with desk.db.reading() as connection:
        assert await connection.fetchval("select approver from waiver") == "bo"


async def test_a_charge_off_is_known_of_the_borrower_and_told(desk: Desk) -> None:
    act = await charged_off(desk)
    (told,) = [one for one in await notices_of(desk.db, borrower="ada", most=9) if one.notice.act == act]
    assert (told.notice.trigger, told.notice.ground) == (Trigger.CHARGED_OFF, "credit-reporting-15")
    async with desk.db.reading() as connection:
        asked = [("ada", desk.clock() + timedelta(minutes=1), a_product())]
        (after,) = await known(connection, asked, seen=await facts.snapshot(connection))
    assert after.features[a_product().features.index("charged_off_ever_count")] == 1
