"""Every unfavourable act there is, done at a desk as it happens in life; each returns the id it was done under."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from creditline.decision.adverse import Trigger
from creditline.decision.outcome import Answer
from creditline.flows.appeal import AppealRequest, ask_for_review
from creditline.flows.charge_off import ChargeOffRequest, charge_off
from creditline.flows.limit import CloseRequest, LimitRequest, set_limit
from creditline.flows.promises import BreakRequest, break_promise
from creditline.flows.turn import one
from creditline.flows.verdict import ChangeRequest, UpholdRequest, change, uphold
from creditline.ledger.line import Line
from creditline.store import due
from creditline.store.appeals import AppealReason
from tests.decision.a_product import a_short_product, changed
from tests.flows.desk import Desk


async def used_up(desk: Desk, *, months_late: int) -> Line:
    """Return a line that is nearly used up, its payment late."""
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line, months_late=months_late)
    return line


async def opening_declined(desk: Desk) -> UUID:
    await used_up(desk, months_late=2)
    opened = one(await desk.opens(desk.opening()))
    assert opened.decision.answer is Answer.DECLINE
    return opened.decision.id


async def draw_declined(desk: Desk) -> UUID:
    line = await desk.open(amount_minor=100_000)
    await desk.statement(line, months_late=2)
    return (await desk.draw(line, 5_000)).decision.id


async def withheld(desk: Desk) -> UUID:
    line = await used_up(desk, months_late=0)
    await desk.wait(days=30)
    await desk.statement(line)
    repaid = await desk.repay(line, 1_000 + await desk.interest_minor(line))
    assert repaid.decision.answer is Answer.STAGED
    return repaid.decision.id


async def observation_extended(desk: Desk) -> UUID:
    line = await used_up(desk, months_late=1)
    await desk.repay(line, 50_000)
    await desk.wait(days=59)
    await desk.statement(line, months_late=1)
    await desk.wait(days=1)
    kept = next(one for one in await desk.decisions(line) if one.answer is Answer.KEPT_BACK)
    return kept.id


async def decreased(desk: Desk) -> UUID:
    line = await used_up(desk, months_late=2)
    reviewed = await desk.review(line)
    assert reviewed.decision.answer is Answer.DECREASE
    return reviewed.decision.id


async def decreased_by_hand(desk: Desk) -> UUID:
    line = await desk.open()
    cut = LimitRequest(
        id=desk.next_id(), line=line.id, granted_minor=40_000, authority="credit committee", reason="annual review"
    )
    await set_limit(desk.db, desk.clock, desk.house, request=cut)
    return cut.id


async def blocked(desk: Desk) -> UUID:
    line = await desk.open()
    await desk.statement(line, months_late=3)
    return (await desk.review(line)).decision.id


async def blocked_by_hand(desk: Desk) -> UUID:
    line = await desk.open()
    request = desk.blocking(line, "a card was reported stolen")
    await desk.control(request)
    return request.id


async def closed(desk: Desk) -> UUID:
    line = await desk.open()
    request = CloseRequest(id=desk.next_id(), line=line.id, authority="case officer", reason="the account was moved")
    await set_limit(desk.db, desk.clock, desk.house, request=request)
    return request.id


async def promise_broken(desk: Desk) -> UUID:
    line = await used_up(desk, months_late=1)
    repaid = await desk.repay(line, 50_000)
    (told,) = repaid.plan.tranches
    request = BreakRequest(
        id=desk.next_id(), line=line.id, promise=told.id, again_on=told.due_on + timedelta(days=20),
        author="ann", approver="bo", reason="insolvency opened",
    )  # fmt: skip
    await break_promise(desk.db, desk.clock, desk.house, request=request)
    return request.id


async def reduced(desk: Desk) -> UUID:
    line = await used_up(desk, months_late=3)
    repaid = await desk.repay(line, 50_000)
    assert repaid.decision.answer is Answer.REDUCED
    return repaid.decision.id


async def reduced_at_once(desk: Desk) -> UUID:
    await desk.offer(
        changed({"policy.dmn": lambda text: text.replace("<text>reduction_days</text>", "<text>0</text>")})
    )
    return await reduced(desk)


async def _asked(desk: Desk, act: UUID) -> UUID:
    """Ask for a person about an act a week later; return the request."""
    desk.clock.move_to(desk.clock() + timedelta(days=7))
    request = AppealRequest(
        id=desk.next_id(),
        borrower="ada",
        act=act,
        reason=AppealReason.FACTS_WRONG,
        words="I was abroad.",
        language="en",
    )
    await ask_for_review(desk.db, desk.clock, desk.house, request=request)
    return request.id


async def _changed(desk: Desk, review: UUID, **what: Any) -> UUID:
    request = ChangeRequest(
        id=desk.next_id(), review=review, officer="ann", reason="the bank's record shows it", **what
    )
    await change(desk.db, desk.clock, desk.house, request=request)
    return request.id


async def review_upheld(desk: Desk) -> UUID:
    request = UpholdRequest(
        id=desk.next_id(),
        review=await _asked(desk, await withheld(desk)),
        officer="ann",
        reason="the statement shows the payment a day after it was due",
    )
    await uphold(desk.db, desk.clock, desk.house, request=request)
    return request.id


async def review_changed(desk: Desk) -> UUID:
    return await _changed(desk, await _asked(desk, await withheld(desk)))


async def review_changed_partly(desk: Desk) -> UUID:
    act = await withheld(desk)
    async with desk.db.reading() as connection:
        first, *_ = await due.open_of(connection, [one.id for one in await desk.lines_of("ada")])
    return await _changed(desk, await _asked(desk, act), promises=(first.id,))


async def review_unblocked(desk: Desk) -> UUID:
    return await _changed(desk, await _asked(desk, await blocked(desk)))


async def review_raised(desk: Desk) -> UUID:
    return await _changed(desk, await _asked(desk, await decreased(desk)), granted_minor=90_000)


REVIEWED: Mapping[str, tuple[Trigger, Callable[[Desk], Awaitable[UUID]]]] = {
    "review_upheld": (Trigger.REVIEW_UPHELD, review_upheld),
    "review_changed": (Trigger.REVIEW_CHANGED, review_changed),
    "review_changed_partly": (Trigger.REVIEW_CHANGED, review_changed_partly),
    "review_unblocked": (Trigger.REVIEW_CHANGED, review_unblocked),
    "review_raised": (Trigger.REVIEW_CHANGED, review_raised),
}
"""What a person found on looking again, and how it comes to that, by the name of its pinned letters."""


async def charged_off(desk: Desk) -> UUID:
    await desk.offer(a_short_product())
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.wait(days=31 + 95)
    request = ChargeOffRequest(id=desk.next_id(), line=line.id, authority="credit committee", reason="lost")
    await charge_off(desk.db, desk.clock, desk.house, request=request)
    return request.id


ACTS: Mapping[str, tuple[Trigger, Callable[[Desk], Awaitable[UUID]]]] = {
    "opening_declined": (Trigger.OPENING_DECLINED, opening_declined),
    "draw_declined": (Trigger.DRAW_DECLINED, draw_declined),
    "withheld": (Trigger.WITHHELD, withheld),
    "observation_extended": (Trigger.OBSERVATION_EXTENDED, observation_extended),
    "decreased": (Trigger.DECREASED, decreased),
    "decreased_by_hand": (Trigger.DECREASED, decreased_by_hand),
    "blocked": (Trigger.BLOCKED, blocked),
    "blocked_by_hand": (Trigger.BLOCKED, blocked_by_hand),
    "closed": (Trigger.CLOSED, closed),
    "charged_off": (Trigger.CHARGED_OFF, charged_off),
    "reduced": (Trigger.REDUCED, reduced),
    "reduced_at_once": (Trigger.REDUCED, reduced_at_once),
    "promise_broken": (Trigger.PROMISE_BROKEN, promise_broken),
}
"""What it is and how it is done, by the name of its pinned letters."""
