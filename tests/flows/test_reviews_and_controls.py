"""Reviews raise, keep, cut and block; a hand blocks and caps: three different things with different effects."""

from datetime import timedelta

import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code, NotFound, Refused
from creditline.events.catalogue import EvidenceVerified, LimitChanged
from creditline.events.event import EvidenceKind
from creditline.flows.control import BlockRequest, SelfLimitRequest
from creditline.flows.turn import one
from creditline.ids import id_from
from creditline.money import MAX_MINOR
from creditline.store import facts
from tests.flows.desk import STARTS_AT, Desk, codes


async def test_a_line_in_order_is_kept_and_does_not_move(desk: Desk) -> None:
    line = await desk.open()
    reviewed = await desk.review(line)
    assert (reviewed.decision.answer, reviewed.line) == (Answer.KEEP, line)
    assert (await desk.line(line)).version == 1


async def test_two_months_late_is_cut_by_a_fifth_and_told_as_a_fact(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_001)
    await desk.statement(line, months_late=2)
    reviewed = await desk.review(line)
    assert (reviewed.decision.answer, reviewed.line.granted_minor) == (Answer.DECREASE, 80_000)
    assert [reason.code for reason in reviewed.decision.reasons] == ["late"]
    async with desk.db.reading() as connection:
        changed = [row for row in await facts.of_borrower(connection, "ada") if row.number == LimitChanged.number]
    assert [(row.id, row.amount_minor) for row in changed] == [(reviewed.decision.id, 80_000)]


async def test_a_cut_may_fall_below_use_and_draws_wait_until_use_has_fallen(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line, months_late=2)
    cut = (await desk.review(line)).line
    assert (cut.headroom_minor, cut.available_minor) == (-15_000, 0)
    await desk.statement(line, months_late=0)
    assert (await desk.draw(line, 1, partial=True)).decision.answer is Answer.DECLINE
    await desk.repay(line, 95_000)
    await desk.wait(days=120)
    assert (await desk.line(line)).available_minor == 80_000


async def test_three_months_late_is_blocked_and_a_second_review_changes_nothing(desk: Desk) -> None:
    line = await desk.open()
    await desk.statement(line, months_late=3)
    first, second = await desk.review(line), await desk.review(line)
    assert (first.decision.answer, second.decision.answer) == (Answer.BLOCK, Answer.BLOCK)
    assert first.line.is_blocked
    assert second.line == first.line


async def test_proved_income_long_use_and_no_lateness_raise_the_limit(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 60_000)
    await desk.wait(days=200)
    proof = EvidenceVerified(
        id=desk.next_id(), borrower="ada", happened_at=desk.clock() - timedelta(days=1), amount_minor=900_000,
        currency="CNY", document="payslip", kind=EvidenceKind.INCOME,
    )  # fmt: skip
    await desk.tell(proof)
    await desk.statement(line)
    reviewed = await desk.review(line)
    assert (reviewed.decision.answer, reviewed.line.granted_minor) == (Answer.INCREASE, 120_000)
    assert reviewed.decision.reasons == ()


async def test_reviews_of_a_batch_are_answered_in_their_places(desk: Desk) -> None:
    line = await desk.open()
    unknown = desk.reviewing(line).__class__(id=desk.next_id(), line=id_from("nobody's", at=STARTS_AT))
    assert codes(await desk.reviews(desk.reviewing(line), unknown, desk.reviewing(line))) == [
        "keep", Code.LINE_UNKNOWN, "keep",
    ]  # fmt: skip


async def test_a_block_moves_no_bucket_and_is_lifted(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    blocked = await desk.control(desk.blocking(line, "fraud"))
    assert (blocked.block_reason, blocked.available_minor, blocked.headroom_minor) == ("fraud", 0, 99_900)
    assert one(await desk.repays(desk.repaying(line, 100))).accepted_minor == 100
    lifted = await desk.control(desk.blocking(line, None))
    assert (lifted.block_reason, lifted.available_minor) == (None, 99_900)


@pytest.mark.parametrize(
    ("self_limit_minor", "reason", "code"),
    [
        (-1, None, Code.AMOUNT_NOT_POSITIVE),
        (MAX_MINOR + 1, None, Code.AMOUNT_TOO_LARGE),
        (100_001, None, Code.AMOUNT_TOO_LARGE),
        (None, "", Code.MESSAGE_MALFORMED),
        (None, "  ", Code.MESSAGE_MALFORMED),
        (None, "nul \0 and bell \a", Code.MESSAGE_MALFORMED),
        (None, "x" * 201, Code.MESSAGE_MALFORMED),
    ],
)
async def test_a_wrong_cap_or_a_block_without_words_is_refused(
    desk: Desk, self_limit_minor: int | None, reason: str | None, code: Code
) -> None:
    line = await desk.open(amount_minor=100_000)
    request = desk.capping(line, self_limit_minor) if reason is None else desk.blocking(line, reason)
    with pytest.raises(Refused) as refused:
        await desk.control(request)
    assert refused.value.code is code
    assert await desk.line(line) == line


async def test_a_cap_may_be_anything_from_nothing_to_what_is_granted(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    assert (await desk.control(desk.capping(line, 100_000))).available_minor == 100_000
    assert (await desk.control(desk.capping(line, 0))).available_minor == 0
    assert (await desk.control(desk.capping(line, None))).available_minor == 100_000


async def test_an_unknown_line_cannot_be_held(desk: Desk) -> None:
    unknown = id_from("nobody's", at=STARTS_AT)
    for request in (
        BlockRequest(id=desk.next_id(), line=unknown, authority="risk desk", reason="fraud"),
        SelfLimitRequest(id=desk.next_id(), line=unknown, self_limit_minor=1),
    ):
        with pytest.raises(NotFound):
            await desk.control(request)
