"""Draws on a real database: approved, cut to what is available, declined with reasons, or refused with a code."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, CreditlineError, Malformed, NotFound, Unavailable
from creditline.events.catalogue import DrawMade
from creditline.flows.turn import CLOCK_TOLERANCE
from creditline.ids import id_from
from creditline.ledger.chart import Movement
from creditline.money import MAX_MINOR
from creditline.store import facts, lines
from tests.flows.desk import STARTS_AT, Desk, codes

NOT_OUR_VERSION = UUID("9f0c1f5e-6c5e-4b52-9a4e-2d3f6f4f1a11")
OVER_64_BITS = 2**63


async def test_an_approved_draw_moves_the_line_and_is_a_fact(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    drawn = await desk.draw(line, 30_000)
    assert (drawn.decision.answer, drawn.amount_minor, drawn.is_repeated) == (Answer.APPROVE, 30_000, False)
    assert drawn.line == await desk.line(line)
    assert (drawn.line.drawn_minor, drawn.line.available_minor, drawn.line.version) == (30_000, 70_000, 2)
    async with desk.db.reading() as connection:
        made = [row for row in await facts.of_borrower(connection, "ada") if row.number == DrawMade.number]
    assert [(row.id, row.amount_minor, row.happened_at) for row in made] == [
        (drawn.decision.id, 30_000, drawn.decision.as_of)
    ]


@pytest.mark.parametrize(
    ("asked", "partial", "answer", "amount_minor", "reasons"),
    [
        (70_000, False, Answer.APPROVE, 70_000, []),
        (70_001, False, Answer.DECLINE, 0, ["short_of_limit"]),
        (70_001, True, Answer.APPROVE, 70_000, []),
        (MAX_MINOR, True, Answer.APPROVE, 70_000, []),
        (1, True, Answer.APPROVE, 1, []),
    ],
)
async def test_a_draw_is_answered_by_what_is_available(
    desk: Desk, asked: int, partial: bool, answer: Answer, amount_minor: int, reasons: list[str]
) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 30_000)
    drawn = await desk.draw(line, asked, partial=partial)
    assert (drawn.decision.answer, drawn.amount_minor) == (answer, amount_minor)
    assert [reason.code for reason in drawn.decision.reasons] == reasons
    assert (await desk.line(line)).drawn_minor == 30_000 + amount_minor


async def test_a_part_of_nothing_is_declined(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 100_000)
    drawn = await desk.draw(line, 1, partial=True)
    assert (drawn.decision.answer, drawn.amount_minor) == (Answer.DECLINE, 0)


async def test_a_declined_draw_moves_nothing_and_is_remembered(desk: Desk) -> None:
    line = await desk.open()
    before = await desk.line(line)
    declined = await desk.draw(line, line.granted_minor + 1)
    assert declined.line == before == await desk.line(line)
    async with desk.db.reading() as connection:
        assert [entry.movement for entry in await lines.entries(connection, line.id)] == [Movement.OPEN]


async def test_a_line_two_months_late_gets_nothing_and_hears_why(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 10_000)
    await desk.statement(line, months_late=2)
    declined = await desk.draw(line, 1)
    assert declined.decision.answer is Answer.DECLINE
    assert [(reason.code, reason.value, reason.threshold) for reason in declined.decision.reasons] == [("late", 2, 2)]


async def test_a_blocked_line_gets_nothing_until_the_block_is_lifted(desk: Desk) -> None:
    line = await desk.open()
    await desk.control(desk.blocking(line, "fraud"))
    declined = await desk.draw(line, 1)
    assert (declined.decision.answer, [one.code for one in declined.decision.reasons]) == (Answer.DECLINE, ["blocked"])
    await desk.control(desk.blocking(line, None))
    assert (await desk.draw(line, 1)).decision.answer is Answer.APPROVE


async def test_a_borrowers_own_cap_is_available_limit(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.control(desk.capping(line, 40_000))
    assert (await desk.draw(line, 40_001)).decision.answer is Answer.DECLINE
    assert (await desk.draw(line, 50_000, partial=True)).amount_minor == 40_000
    await desk.control(desk.capping(line, None))
    assert (await desk.draw(line, 60_000)).amount_minor == 60_000


async def test_very_many_draws_in_a_day_are_referred(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    answers = [(await desk.draw(line, 1)).decision.answer for _ in range(11)]
    assert answers == [Answer.APPROVE] * 10 + [Answer.REFER]
    await desk.wait(days=2)
    assert (await desk.draw(line, 1)).decision.answer is Answer.APPROVE


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_minor": 0}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": -1}, Code.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": MAX_MINOR + 1}, Code.AMOUNT_TOO_LARGE),
        ({"amount_minor": OVER_64_BITS}, Code.AMOUNT_TOO_LARGE),
        ({"currency": "TWD"}, Code.CURRENCY_WRONG),
        ({"currency": "nonsense"}, Code.CURRENCY_WRONG),
        ({"line": id_from("nobody's", at=STARTS_AT)}, Code.LINE_UNKNOWN),
        ({"id": NOT_OUR_VERSION}, Code.ID_NOT_UUID7),
    ],
)
async def test_a_wrong_draw_is_refused_with_a_code_and_records_nothing(
    desk: Desk, wrong: dict[str, object], code: Code
) -> None:
    line = await desk.open()
    right = desk.drawing(line, 1)
    outcomes = await desk.draws(desk.drawing(line, 2), msgspec.structs.replace(right, **wrong), desk.drawing(line, 3))
    assert codes(outcomes) == ["approve", code, "approve"]
    assert (await desk.line(line)).drawn_minor == 5
    refused = outcomes[1]
    assert isinstance(refused, CreditlineError)
    assert isinstance(refused, NotFound if code is Code.LINE_UNKNOWN else Malformed)


async def test_two_draws_on_one_line_in_one_batch_are_decided_in_their_order(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    other = await desk.open(borrower="bob", amount_minor=50_000)
    outcomes = await desk.draws(
        desk.drawing(line, 60_000),
        desk.drawing(other, 50_000),
        desk.drawing(line, 60_000),
        desk.drawing(line, 60_000, partial=True),
        desk.drawing(other, 1),
    )
    assert codes(outcomes) == ["approve", "approve", "decline", "approve", "decline"]
    assert (await desk.line(line)).available_minor == 0
    as_of = [outcome.decision.as_of for outcome in outcomes if not isinstance(outcome, CreditlineError)]
    assert as_of[0] < as_of[2] <= as_of[3]


async def test_a_clock_that_is_a_little_behind_is_helped_and_one_far_behind_is_refused(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 1)
    desk.clock.move_to(drawn.decision.as_of - CLOCK_TOLERANCE)
    again = await desk.draw(line, 1)
    assert again.decision.as_of - drawn.decision.as_of == timedelta(microseconds=1)
    desk.clock.move_to(again.decision.as_of - CLOCK_TOLERANCE - timedelta(microseconds=1))
    with pytest.raises(Unavailable) as refused:
        await desk.draw(line, 1)
    assert refused.value.code is Code.CLOCK_BEHIND
    assert (await desk.line(line)).drawn_minor == 2
