"""Carry out what a human review found: by the same movements as everything else, with its words, and told to the borrower."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.decision.adverse import Notice, Scope, Trigger
from creditline.decision.outcome import Answer
from creditline.decision.product import Product
from creditline.errors import Broken, Code, Conflict
from creditline.events.catalogue import LimitChanged
from creditline.events.row import row_of
from creditline.explanation.promised import told_release
from creditline.flows.house import House
from creditline.ledger.book import Posting, Stamp, block, regrant, release
from creditline.ledger.line import Line
from creditline.restoration.plan import Tranche
from creditline.store import appeals, due, facts, limits, lines, notices, promises, requests
from creditline.store.appeals import Appeal, Effect, Finding
from creditline.store.connect import Connection
from creditline.store.requests import Recorded

GROUND = "human review"
"""Why the outcome of a review is told: it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an officer has in hand: the request, the act's notice, the line locked (None if there never was one), the moment."""

    appeal: Appeal
    notice: Notice
    line: Line | None
    product: Product
    decided_at: datetime


async def carry_out(db: Connection, house: House, desk: Desk, finding: Finding, *, request: UUID) -> None:
    """Make a change and end the review by it."""
    line = desk.line
    assert line is not None
    promised: list[Tranche] = []
    stamp = Stamp(request=request, booked_at=desk.decided_at)
    match finding.effect:
        case Effect.RELEASE:
            promised = await due.still_open(db, finding.promises)
            if len(promised) != len(finding.promises):
                raise Conflict(
                    "Some of what was to come back is back already, or was put off. Refuse this change and look again.",
                    code=Code.PROMISE_ENDED,
                )
            posting = release(line, finding.amount_minor, stamp=stamp)
        case Effect.UNBLOCK:
            posting = block(line, None, stamp=stamp)
        case Effect.LIMIT:
            posting = regrant(line, (finding.granted_minor or 0) + line.extra_minor, stamp=stamp)
        case None:
            raise Broken("A finding without an effect was to be carried out.", code=Code.INVARIANT_BROKEN)
    assert isinstance(posting, Posting)
    await end_review(db, house, desk, finding, request=request, posting=posting)
    if finding.effect is Effect.RELEASE:
        await _bring_back(db, house, posting, promised)
    if finding.effect is Effect.LIMIT:
        await facts.record(db, [row_of(_changed(posting), recorded_at=desk.decided_at)])


async def end_review(
    db: Connection, house: House, desk: Desk, finding: Finding, *, request: UUID, posting: Posting | None = None
) -> None:
    """Record the request that ends a review, what it moved, the end itself, and what the borrower is told of it."""
    released = finding.amount_minor if finding.effect is Effect.RELEASE else 0
    recorded = Recorded(
        id=request,
        kind="human_review",
        line=desk.appeal.line,
        digest=finding.digest,
        amount_minor=finding.amount_minor,
        accepted_minor=released,
        happened_at=desk.decided_at,
        recorded_at=desk.decided_at,
    )
    await requests.record(db, [recorded])
    if posting is not None:
        await lines.post(db, [(posting,)])
        await limits.say(db, posting, authority=finding.officer, reason=finding.reason)
    await appeals.end(db, desk.appeal.id, finding, request=request, at=desk.decided_at)
    law = house.lawful(desk.product).law
    told = Notice(
        act=request,
        line=desk.appeal.line,
        borrower=desk.appeal.borrower,
        product=desk.product.name,
        edition=desk.product.edition,
        trigger=Trigger.REVIEW_CHANGED if finding.effect else Trigger.REVIEW_UPHELD,
        scope=Scope.INDIVIDUAL,
        acted_at=desk.decided_at,
        jurisdiction=law.name if law else "",
        ground=GROUND,
        due_at=desk.appeal.due_at,
    )
    await notices.record(db, [told])


async def _bring_back(db: Connection, house: House, posting: Posting, promised: Sequence[Tranche]) -> None:
    """End the promises whose amounts came back, each kept or early, in words."""
    request, at, currency = posting.entry.request, posting.entry.booked_at, posting.line.currency
    await due.end(db, [(one.id, request, Answer.RELEASED, at) for one in promised])
    await due.drop_timers(db, [one.id for one in promised])
    ended = []
    for one in promised:
        product = await house.edition(db, one.edition)
        ended.append(told_release(product, one, currency=currency, by=(request, at), speaker=house.speaker(product)))
    await promises.end(db, ended)


def _changed(posting: Posting) -> LimitChanged:
    line = posting.line
    return LimitChanged(
        id=posting.entry.request,
        borrower=line.borrower,
        happened_at=line.booked_at,
        line=line.id,
        amount_minor=line.granted_minor,
        currency=line.currency,
    )
