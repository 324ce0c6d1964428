"""Repayments on a real database: principal is withheld, then decided; nothing is taken that is not owed."""

from datetime import timedelta

import msgspec
import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import RepaymentReceived
from creditline.flows.turn import one
from creditline.ids import id_from
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.money import MAX_MINOR
from creditline.store import facts, lines
from tests.flows.desk import STARTS_AT, Desk, codes


async def a_late_line(desk: Desk, *, months_late: int, owed_minor: int = 50_000) -> Line:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, owed_minor)
    await desk.statement(line, months_late=months_late)
    return line


async def a_stretched_line(desk: Desk, *, owed_minor: int = 95_000) -> Line:
    """Return a line nearly used up, with two bills of which nothing was paid, yet never late."""
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, owed_minor)
    await desk.statement(line)
    await desk.wait(days=30)
    await desk.statement(line)
    return line


async def test_of_a_borrower_in_good_order_everything_is_back_at_once(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    repaid = await desk.repay(line, 20_000)
    assert repaid.decision.answer is Answer.AT_ONCE
    assert (repaid.plan.now_minor, repaid.plan.tranches) == (20_000, ())
    assert (repaid.line.drawn_minor, repaid.line.withheld_minor, repaid.line.available_minor) == (30_000, 0, 70_000)


async def test_principal_goes_through_withheld_even_when_it_is_back_at_once(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.repay(line, 60)
    async with desk.db.reading() as connection:
        repaid, released = (await lines.entries(connection, line.id))[-2:]
    assert (repaid.movement, repaid.withheld_minor) == (Movement.REPAY, 60)
    assert (released.movement, released.withheld_minor) == (Movement.RELEASE, 0)
    assert released.booked_at - repaid.booked_at == timedelta(microseconds=1)


@pytest.mark.parametrize(("months_late", "days"), [(1, 30), (2, 60)])
async def test_of_a_late_borrower_all_is_observed(desk: Desk, months_late: int, days: int) -> None:
    line = await a_late_line(desk, months_late=months_late)
    repaid = await desk.repay(line, 50_000)
    due_on = str(STARTS_AT.date() + timedelta(days=days))
    assert repaid.decision.answer is Answer.OBSERVED
    assert (repaid.line.withheld_minor, repaid.line.available_minor) == (50_000, 50_000)
    assert await desk.waiting(line) == [(due_on, 50_000)]
    assert [one.code for one in repaid.decision.reasons] == ["late"]


async def test_of_a_stretched_borrower_a_part_is_back_and_the_rest_comes_in_steps(desk: Desk) -> None:
    line = await a_stretched_line(desk)
    repaid = await desk.repay(line, 1_000 + await desk.interest_minor(line))
    assert repaid.decision.answer is Answer.STAGED
    assert (repaid.plan.now_minor, repaid.line.withheld_minor) == (300, 700)
    today = desk.clock().date()
    assert await desk.waiting(line) == [
        (str(today + timedelta(days=30)), 233),
        (str(today + timedelta(days=60)), 233),
        (str(today + timedelta(days=90)), 234),
    ]
    assert {reason.code for reason in repaid.decision.reasons} == {"paid_little", "used_much"}


async def test_the_repayment_itself_counts_in_its_own_decision(desk: Desk) -> None:
    line = await a_stretched_line(desk)
    paying_all = await desk.repay(line, 95_000)
    features = dict(zip(next(iter(desk.house.products.values())).features, paying_all.decision.features, strict=True))
    assert features["repaid_30d_minor"] == 95_000
    assert features["pay_ratio"] == 1.0
    assert [reason.code for reason in paying_all.decision.reasons] == ["used_much"]


@pytest.mark.parametrize(
    ("amount_minor", "accepted_minor", "excess_minor"), [(50, 50, 0), (51, 50, 1), (MAX_MINOR, 50, MAX_MINOR - 50)]
)
async def test_more_than_is_owed_is_taken_only_up_to_what_is_owed(
    desk: Desk, amount_minor: int, accepted_minor: int, excess_minor: int
) -> None:
    line = await desk.open()
    await desk.draw(line, 50)
    repaid = await desk.repay(line, amount_minor)
    assert (repaid.accepted_minor, repaid.excess_minor) == (accepted_minor, excess_minor)
    assert repaid.decision.position.requested_minor == accepted_minor
    assert repaid.line.drawn_minor == 0
    async with desk.db.reading() as connection:
        (received,) = [
            row for row in await facts.of_borrower(connection, "ada") if row.number == RepaymentReceived.number
        ]
    assert received.amount_minor == accepted_minor


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_minor": 0}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": -5}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": 2**63}, Code.AMOUNT_TOO_LARGE),
        ({"currency": "TWD"}, Code.CURRENCY_WRONG),
        ({"line": id_from("nobody's", at=STARTS_AT)}, Code.LINE_UNKNOWN),
    ],
)
async def test_a_wrong_repayment_is_refused_with_a_code_and_costs_its_neighbours_nothing(
    desk: Desk, wrong: dict[str, object], code: Code
) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    outcomes = await desk.repays(
        desk.repaying(line, 10), msgspec.structs.replace(desk.repaying(line, 10), **wrong), desk.repaying(line, 10)
    )
    assert codes(outcomes) == ["at_once", code, "at_once"]
    assert (await desk.line(line)).drawn_minor == 80


async def test_where_nothing_is_owed_nothing_is_taken(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    outcomes = await desk.repays(desk.repaying(line, 100), desk.repaying(line, 1))
    assert codes(outcomes) == ["at_once", Code.NOTHING_OWED]
    refused = outcomes[1]
    assert isinstance(refused, CreditlineError)
    assert "Return it to the payer" in refused.message


async def test_a_reservation_is_not_owed_and_cannot_be_repaid(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100, reserve=True)
    assert codes(await desk.repays(desk.repaying(line, 1))) == [Code.NOTHING_OWED]


async def test_two_repayments_on_one_line_in_one_batch_are_taken_in_their_order(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    first, second = await desk.repays(desk.repaying(line, 70), desk.repaying(line, 70))
    assert [(own.accepted_minor, own.excess_minor) for own in (one([first]), one([second]))] == [(70, 0), (30, 40)]


async def test_two_lines_of_one_borrower_in_one_batch_do_not_see_each_others_repayment(desk: Desk) -> None:
    """What shares a batch by chance must not change an answer; the check at the end replays both decisions."""
    first, second = await desk.open(borrower="ada"), await desk.open(borrower="ada")
    await desk.draw(first, 100)
    await desk.draw(second, 100)
    outcomes = await desk.repays(desk.repaying(first, 30), desk.repaying(second, 40))
    names = next(iter(desk.house.products.values())).features
    seen = [own.decision.features[names.index("repaid_30d_minor")] for own in (one([out]) for out in outcomes)]
    assert seen == [30, 40]
