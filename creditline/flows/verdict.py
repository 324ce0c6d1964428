"""Answer a human review: what an officer found stands, or is changed within the officer's mandate, above it by two people.

The mandate is two dated numbers of the product: what one officer may change alone, and what two may. A change goes down the
same path as everything else that moves a line, in the transaction that ends the review and tells its outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.adverse import Trigger
from creditline.decision.product import Product
from creditline.errors import Code, Conflict, Malformed, NotAllowed
from creditline.flows.appeal import known_appeal
from creditline.flows.authority import require_words
from creditline.flows.house import House
from creditline.flows.redress import Desk, carry_out, end_review
from creditline.flows.turn import as_of_for, booking, digest_of, moment_of
from creditline.ids import require_uuid7
from creditline.money import in_words
from creditline.restoration.plan import Tranche
from creditline.store import appeals, lines, notices, requests
from creditline.store.appeals import Appeal, Effect, Finding, Second
from creditline.store.connect import Connection, Database

ALONE, MOST = "review_alone_minor", "review_most_minor"
"""The parameters that say what one officer may change alone, and what two may, each time."""

EFFECTS = {
    Trigger.WITHHELD: Effect.RELEASE,
    Trigger.OBSERVATION_EXTENDED: Effect.RELEASE,
    Trigger.PROMISE_BROKEN: Effect.RELEASE,
    Trigger.BLOCKED: Effect.UNBLOCK,
    Trigger.DECREASED: Effect.LIMIT,
}
"""What a person may change about which act. What was declined is decided anew when the facts are put right, by the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What one officer may change alone, and what two may, each time; in minor units, 0 where the product says nothing."""

    alone_minor: int
    most_minor: int


class UpholdRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let an act stand, and say why."""

    id: UUID
    review: UUID
    officer: str
    reason: str


class ChangeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change what an act did: bring back what it withheld (all, or some promises), lift the block, or set a limit anew."""

    id: UUID
    review: UUID
    officer: str
    reason: str
    promises: tuple[UUID, ...] = ()
    granted_minor: int | None = None


class SecondRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Approve or refuse a change that one officer alone may not make."""

    id: UUID
    review: UUID
    officer: str
    reason: str
    is_refused: bool = False


async def uphold(db: Database, clock: Clock, house: House, *, request: UpholdRequest) -> Appeal:
    """Let an act stand; the borrower is told so. A repeat changes nothing."""
    async with booking(db, []) as connection:
        desk, is_repeated = await _sit_down(connection, clock, house, request)
        if not is_repeated:
            finding = _finding(request, desk, answer="uphold")
            await appeals.find(connection, finding)
            await end_review(connection, house, desk, finding, request=request.id)
        return await known_appeal(connection, request.review)


async def change(db: Database, clock: Clock, house: House, *, request: ChangeRequest) -> Appeal:
    """Change what an act did, now if the officer may alone, else once a second person approves. A repeat changes nothing.

    Raise `NotAllowed` above the mandate, or for an act that nobody can change; `Conflict` while another change waits.
    """
    async with booking(db, []) as connection:
        desk, is_repeated = await _sit_down(connection, clock, house, request)
        if not is_repeated:
            if desk.appeal.finding is not None:
                raise Conflict(
                    f"A change by {desk.appeal.officer} waits for a second person. Approve or refuse that first.",
                    code=Code.REVIEW_OPEN,
                )
            finding = await _changing(connection, desk, request)
            await appeals.find(connection, finding)
            if not finding.needs_second:
                await carry_out(connection, house, desk, finding, request=request.id)
        return await known_appeal(connection, request.review)


async def second(db: Database, clock: Clock, house: House, *, request: SecondRequest) -> Appeal:
    """Approve a change, which then is made, or refuse it, which lets the request wait again. A repeat changes nothing.

    Raise `NotAllowed` for whoever proposed it, `Conflict` when nothing waits for a second person.
    """
    async with booking(db, []) as connection:
        desk, is_repeated = await _sit_down(connection, clock, house, request)
        if is_repeated:
            return desk.appeal
        found = await appeals.findings(connection, request.review)
        finding = next((one for one, said in reversed(found) if one.needs_second and said is None), None)
        if finding is None:
            raise Conflict(f"Nothing about {request.review} waits for a second person.", code=Code.REVIEW_ENDED)
        if finding.officer.casefold() == request.officer.strip().casefold():
            raise NotAllowed(
                f"{finding.officer} proposed this change and cannot be its second person. Ask a colleague.",
                code=Code.SECOND_PERSON_NEEDED,
            )
        said = Second(
            id=request.id,
            finding=finding.id,
            answer="refuse" if request.is_refused else "approve",
            officer=request.officer.strip(),
            reason=request.reason,
            digest=digest_of(request),
            answered_at=desk.decided_at,
        )
        await appeals.second(connection, said)
        if not request.is_refused:
            await carry_out(connection, house, desk, finding, request=request.id)
        return await known_appeal(connection, request.review)


async def _sit_down(
    db: Connection, clock: Clock, house: House, request: UpholdRequest | ChangeRequest | SecondRequest
) -> tuple[Desk, bool]:
    """Lock the line and the request and look whether this was done before; raise for what nobody can do any more."""
    require_words(authority=request.officer, reason=request.reason)
    require_uuid7(request.id, what="request id")
    appeal = await known_appeal(db, request.review)
    locked = await lines.lock(db, [appeal.line])
    await requests.hold(db, [appeal.id])
    appeal = await known_appeal(db, request.review)
    line = locked.get(appeal.line)
    now = clock()
    at = as_of_for(line, now) if line else moment_of(now)
    offer = await house.offer(db, at)
    desk = Desk(
        appeal=appeal,
        notice=(await notices.read(db, [appeal.act]))[appeal.act].notice,
        line=line,
        product=offer.product(appeal.product, at),
        decided_at=at,
    )
    if await _was_done(db, request):
        return desk, True
    if request.officer.strip() == appeal.borrower:
        raise NotAllowed("Nobody decides about themselves. Ask a colleague.", code=Code.SECOND_PERSON_NEEDED)
    if appeal.is_ended:
        raise Conflict(
            f"Request {appeal.id} was answered at {appeal.ended_at} by {appeal.officer}: {appeal.state}.",
            code=Code.REVIEW_ENDED,
        )
    return desk, False


async def _was_done(db: Connection, request: UpholdRequest | ChangeRequest | SecondRequest) -> bool:
    """Say whether the same was asked under this id before; raise `Conflict` for something else."""
    for finding, said in await appeals.findings(db, request.review):
        for one in (finding, said):
            if one is not None and one.id == request.id:
                if one.digest == digest_of(request):
                    return True
                raise _reused(request.id)
    if await requests.find(db, [request.id]):
        raise _reused(request.id)
    return False


def _reused(one: UUID) -> Conflict:
    return Conflict(
        f"The id {one} was used before for something else. Make a new UUIDv7 for every new request.",
        code=Code.ID_REUSED,
    )


def _finding(
    request: UpholdRequest | ChangeRequest,
    desk: Desk,
    *,
    answer: str,
    effect: Effect | None = None,
    amount_minor: int = 0,
    promised: Sequence[Tranche] = (),
) -> Finding:
    return Finding(
        id=request.id,
        review=request.review,
        answer=answer,
        officer=request.officer.strip(),
        reason=request.reason,
        effect=effect,
        amount_minor=amount_minor,
        promises=tuple(one.id for one in promised),
        granted_minor=request.granted_minor if isinstance(request, ChangeRequest) else None,
        needs_second=effect is not None and _needs_second(desk, amount_minor),
        digest=digest_of(request),
        found_at=desk.decided_at,
    )


async def _changing(db: Connection, desk: Desk, request: ChangeRequest) -> Finding:
    """Return what a change would do and how much it is; raise for what cannot be changed so."""
    effect, line = await _effect(db, desk), desk.line
    if effect is None or line is None:
        raise NotAllowed(
            f"What was {desk.notice.trigger.replace('_', ' ')} is decided by the rules: put the facts right, and let it be "
            "asked again. Uphold this request and say so.",
            code=Code.REVIEW_FIXED,
        )
    if (request.promises and effect is not Effect.RELEASE) or (
        (request.granted_minor is not None) != (effect is Effect.LIMIT)
    ):
        needs = "a limit (granted_minor)" if effect is Effect.LIMIT else "no limit"
        raise Malformed(
            f"What was {desk.notice.trigger} is changed by {effect}: that takes {needs}"
            f"{' and may name promises' if effect is Effect.RELEASE else ''}.",
            code=Code.MESSAGE_MALFORMED,
        )
    match effect:
        case Effect.RELEASE:
            promised = await _promised(db, desk, request.promises)
            amount_minor = sum(one.amount_minor for one in promised)
            return _finding(request, desk, answer="change", effect=effect, amount_minor=amount_minor, promised=promised)
        case Effect.UNBLOCK:
            if not line.is_blocked:
                raise Conflict(f"Line {line.id} is not blocked any more.", code=Code.REVIEW_FIXED)
            return _finding(request, desk, answer="change", effect=effect, amount_minor=max(0, line.headroom_minor))
        case Effect.LIMIT:
            amount_minor = (request.granted_minor or 0) - line.standing_minor
            before = await notices.matter(db, desk.notice, currency=line.currency)
            most_minor = before.before_minor or 0
            if amount_minor <= 0 or (request.granted_minor or 0) > most_minor:
                raise NotAllowed(
                    f"Line {line.id} is granted {line.standing_minor}, and had {most_minor} before the cut. Set a limit above "
                    "the one and at most the other.",
                    code=Code.MANDATE_EXCEEDED,
                )
            return _finding(request, desk, answer="change", effect=effect, amount_minor=amount_minor)


async def _effect(db: Connection, desk: Desk) -> Effect | None:
    """Return what a person may change about the act: what is not cut yet may come back, what is cut may be granted again."""
    if desk.notice.trigger is Trigger.REDUCED:
        return Effect.RELEASE if await appeals.withheld_by(db, desk.appeal.act) else Effect.LIMIT
    return EFFECTS.get(desk.notice.trigger)


async def _promised(db: Connection, desk: Desk, named: Sequence[UUID]) -> list[Tranche]:
    """Return what is still withheld of what the act withheld, or those of it that are named."""
    found = await appeals.withheld_by(db, desk.appeal.act)
    unknown = [str(one) for one in named if one not in {own.id for own in found}]
    if unknown:
        raise Conflict(
            f"Promise {', '.join(unknown)} is not open, or not of what this act withheld.", code=Code.PROMISE_ENDED
        )
    chosen = [one for one in found if not named or one.id in named]
    if not chosen:
        raise Conflict(
            f"Nothing is withheld any more of what {desk.appeal.act} withheld. Uphold the request and say so.",
            code=Code.REVIEW_FIXED,
        )
    return chosen


def mandate_of(product: Product, currency: str, at: datetime) -> Mandate:
    """Return what officers of a product may change at an instant."""
    numbers = product.parameters.at(business_day(at), currency=currency)
    return Mandate(alone_minor=int(numbers.get(ALONE, 0)), most_minor=int(numbers.get(MOST, 0)))


def _needs_second(desk: Desk, amount_minor: int) -> bool:
    """Say whether a change takes two people; raise `NotAllowed` if it is above what even two may do."""
    assert desk.line is not None
    currency = desk.line.currency
    mandate = mandate_of(desk.product, currency, desk.decided_at)
    if amount_minor > mandate.most_minor:
        raise NotAllowed(
            f"This would change {in_words(amount_minor, currency)}, and two officers of {desk.product.name} may change "
            f"{in_words(mandate.most_minor, currency)} at once. Change less, or take it to whoever sets limits.",
            code=Code.MANDATE_EXCEEDED,
        )
    return amount_minor > mandate.alone_minor
