"""The caller's id is the memory: a repeat answers with what became of it, and another content is a conflict."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from creditline.decision.outcome import Answer, canonical
from creditline.errors import Code, Conflict, CreditlineError
from creditline.flows.draw import Drawn, DrawRequest
from creditline.flows.repay import Repaid
from creditline.flows.turn import one
from creditline.store import lines
from tests.flows.desk import Desk, codes


async def version(desk: Desk, drawn: Drawn | Repaid) -> int:
    return (await desk.line(drawn.line)).version


def same_but_repeated(first: Drawn | Repaid, again: Drawn | Repaid) -> bool:
    """Say whether two outcomes tell the same; the decision is compared as bytes, because a NaN is no equal of itself."""
    return canonical(first.decision) == canonical(again.decision) and replace(
        again, decision=first.decision, is_repeated=False
    ) == replace(first, is_repeated=False)


@pytest.mark.parametrize(
    ("amount_minor", "partial", "reserve"),
    [(60_000, False, False), (60_000, False, True), (200_000, False, False), (200_000, True, False)],
)
async def test_a_repeated_draw_is_answered_as_before(
    desk: Desk, amount_minor: int, partial: bool, reserve: bool
) -> None:
    line = await desk.open(amount_minor=100_000)
    request = desk.drawing(line, amount_minor, partial=partial, reserve=reserve)
    first = one(await desk.draws(request))
    again = one(await desk.draws(request))
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert same_but_repeated(first, again)
    assert await version(desk, first) == (1 if first.decision.answer is Answer.DECLINE else 2)


async def test_a_decline_stays_a_decline_when_it_is_repeated_under_better_circumstances(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 100_000)
    request = desk.drawing(line, 50_000)
    assert codes(await desk.draws(request)) == ["decline"]
    await desk.repay(line, 100_000)
    assert codes(await desk.draws(request)) == ["decline"]
    assert codes(await desk.draws(desk.drawing(line, 50_000))) == ["approve"]


@pytest.mark.parametrize("amount_minor", [60, 100, 150])
@pytest.mark.parametrize("months_late", [0, 1])
async def test_a_repeated_repayment_is_answered_as_before(desk: Desk, amount_minor: int, months_late: int) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.statement(line, months_late=months_late)
    request = desk.repaying(line, amount_minor)
    first = one(await desk.repays(request))
    again = one(await desk.repays(request))
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert same_but_repeated(first, again)
    assert (await desk.line(line)).drawn_minor == 100 - min(amount_minor, 100)


async def test_a_repeated_opening_is_answered_as_before(desk: Desk) -> None:
    await desk.earn("ada")
    for request in (desk.opening(borrower="ada"), desk.opening(borrower="nobody")):
        first, again = one(await desk.opens(request)), one(await desk.opens(request))
        assert canonical(first.decision) == canonical(again.decision)
        assert (first.line, again.is_repeated) == (again.line, True)


async def test_a_repeated_capture_void_block_cap_and_review_change_nothing(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    reserved, given_up = await desk.draw(line, 10, reserve=True), await desk.draw(line, 20, reserve=True)
    capture, void = desk.capturing(reserved), desk.voiding(given_up)
    block, cap, review = desk.blocking(line, "fraud"), desk.capping(line, 50), desk.reviewing(line)
    assert (await desk.capture(capture)) == (await desk.capture(capture))
    assert (await desk.void(void)) == (await desk.void(void))
    assert (await desk.control(block)) == (await desk.control(block))
    assert (await desk.control(cap)) == (await desk.control(cap))
    first, again = one(await desk.reviews(review)), one(await desk.reviews(review))
    assert (canonical(first.decision), again.is_repeated) == (canonical(again.decision), True)
    async with desk.db.reading() as connection:
        assert [entry.movement for entry in await lines.entries(connection, line.id)] == [
            "open", "authorise", "authorise", "capture", "void", "block", "self_limit",
        ]  # fmt: skip


async def test_an_id_used_for_another_content_is_a_conflict_and_moves_nothing(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    request = desk.drawing(line, 100)
    await desk.draws(request)
    other_line = await desk.open(borrower="bob")
    for changed in (
        msgspec.structs.replace(request, amount_minor=101),
        msgspec.structs.replace(request, accepts_partial=True),
        msgspec.structs.replace(request, authorise_only=True),
        msgspec.structs.replace(request, line=other_line.id),
    ):
        assert codes(await desk.draws(changed)) == [Code.ID_REUSED]
    repayment = msgspec.structs.replace(desk.repaying(line, 100), id=request.id)
    assert codes(await desk.repays(repayment)) == [Code.ID_REUSED]
    review = msgspec.structs.replace(desk.reviewing(line), id=request.id)
    assert codes(await desk.reviews(review)) == [Code.ID_REUSED]
    opening = msgspec.structs.replace(desk.opening(), id=request.id)
    assert codes(await desk.opens(opening)) == [Code.ID_REUSED]
    with pytest.raises(Conflict, match="was used before for another request, a draw on line"):
        await desk.control(msgspec.structs.replace(desk.blocking(line, "fraud"), id=request.id))
    assert (await desk.line(line)).drawn_minor == 100


async def test_the_same_id_twice_in_one_batch_is_carried_out_once(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    request = desk.drawing(line, 100)
    outcomes = await desk.draws(request, request, desk.drawing(line, 1), request)
    assert [one([out]).is_repeated for out in outcomes] == [False, True, False, True]
    assert (await desk.line(line)).drawn_minor == 101


async def test_the_same_id_on_two_lines_in_one_batch_belongs_to_the_first(desk: Desk) -> None:
    first, second = await desk.open(borrower="ada"), await desk.open(borrower="bob")
    request = desk.drawing(first, 100)
    outcomes = await desk.draws(request, msgspec.structs.replace(request, line=second.id))
    assert codes(outcomes) == ["approve", Code.ID_REUSED]


async def test_a_refused_request_is_not_remembered_and_may_be_sent_again(desk: Desk) -> None:
    line = await desk.open()
    repayment = desk.repaying(line, 50)
    assert codes(await desk.repays(repayment)) == [Code.NOTHING_OWED]
    await desk.draw(line, 100)
    assert codes(await desk.repays(repayment)) == ["at_once"]


async def test_one_request_sent_by_many_at_once_is_carried_out_once(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    request = desk.drawing(line, 100)
    outcomes = await asyncio.gather(*(desk.draws(request) for _ in range(8)))
    assert sorted(one(out).is_repeated for out in outcomes) == [False] + [True] * 7
    assert len({canonical(one(out).decision) for out in outcomes}) == 1
    assert (await desk.line(line)).drawn_minor == 100


async def test_one_opening_sent_by_many_at_once_opens_one_line(desk: Desk) -> None:
    await desk.earn("ada")
    request = desk.opening()
    outcomes = await asyncio.gather(*(desk.opens(request) for _ in range(6)), return_exceptions=True)
    assert [one for one in outcomes if isinstance(one, BaseException)] == []
    async with desk.db.reading() as connection:
        assert len(await lines.of_borrower(connection, "ada")) == 1


async def test_racing_draws_never_overdraw_and_leave_nothing_undecided(desk: Desk) -> None:
    line = await desk.open(amount_minor=1_000)

    async def race(amounts: list[int]) -> list[Drawn | CreditlineError]:
        return await desk.draws(*(desk.drawing(line, amount) for amount in amounts))

    outcomes = await asyncio.gather(*(race([170, 90]) for _ in range(8)))
    flat = [one([out]) for batch in outcomes for out in batch]
    taken = sum(out.amount_minor for out in flat)
    after = await desk.line(line)
    assert taken == after.drawn_minor <= 1_000
    assert after.available_minor < 90
    assert {out.decision.answer for out in flat} <= {Answer.APPROVE, Answer.DECLINE, Answer.REFER}


async def test_batches_that_share_lines_in_opposite_order_do_not_wait_for_each_other(desk: Desk) -> None:
    book = [await desk.open(borrower=f"b{number}", amount_minor=100_000) for number in range(4)]

    def asked() -> list[DrawRequest]:
        return [desk.drawing(line, 1) for line in book]

    outcomes = await asyncio.gather(*(desk.draws(*(asked() if turn % 2 else reversed(asked()))) for turn in range(6)))
    assert {code for batch in outcomes for code in codes(batch)} == {"approve"}
    assert [(await desk.line(line)).drawn_minor for line in book] == [6, 6, 6, 6]
