"""Review: look at a line again, and raise, keep, cut or block it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.arms import decide_armed
from creditline.decision.decide import Question, position_of, question_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.errors import CreditlineError
from creditline.events.catalogue import LimitChanged
from creditline.events.row import EventRow, row_of
from creditline.flows.house import House
from creditline.flows.known import known
from creditline.flows.notices import notify
from creditline.flows.turn import as_of_for, booking, digest_of, in_turns, require_new, the_line
from creditline.ledger.book import Posting, Stamp, block, regrant
from creditline.ledger.line import Line
from creditline.money import MILLION, share_of
from creditline.store import decisions, facts, lines, requests
from creditline.store.connect import Connection, Database
from creditline.store.requests import Recorded


class ReviewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a line to be looked at again."""

    id: UUID
    line: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review's decision and the line after it."""

    decision: Decision
    line: Line
    is_repeated: bool


async def review_lines(
    db: Database, clock: Clock, house: House, *, asked: Sequence[ReviewRequest]
) -> list[Reviewed | CreditlineError]:
    """Review lines, one outcome a request in its place."""

    async def turn(batch: Sequence[ReviewRequest]) -> list[Reviewed | CreditlineError]:
        async with booking(db, batch) as connection:
            return await _turn(connection, clock, house, batch)

    return await in_turns(asked, turn)


async def _turn(
    db: Connection, clock: Clock, house: House, batch: Sequence[ReviewRequest]
) -> list[Reviewed | CreditlineError]:
    locked = await lines.lock(db, [request.line for request in batch])
    before = await requests.find(db, [request.id for request in batch])
    now = clock()
    offer = await house.offer(db, now)
    seen = offer.seen
    outcomes: dict[UUID, Reviewed | CreditlineError] = {}
    fresh: list[tuple[ReviewRequest, Line, datetime]] = []
    for request in batch:
        try:
            if require_new(request, before, digest_of(request)) is None:
                line = the_line(locked, request.line)
                fresh.append((request, line, as_of_for(line, now)))
        except CreditlineError as refused:
            outcomes[request.id] = refused
    repeated = [request.id for request in batch if request.id in before and request.id not in outcomes]
    stored = await decisions.read(db, repeated) if repeated else {}
    outcomes.update(
        {one: Reviewed(decision=own, line=locked[own.line], is_repeated=True) for one, own in stored.items()}
    )
    asked = [(line.borrower, as_of, offer.product(line.product, as_of)) for _, line, as_of in fresh]
    knowns = await known(db, asked, seen=seen)
    made = [
        decide_armed(offer.armed(product), _question(request, line, as_of), one)
        for (request, line, as_of), (_, _, product), one in zip(fresh, asked, knowns, strict=True)
    ]
    decided = [one.decision for one in made]
    postings = [_posting(decision, line) for decision, (_, line, _) in zip(decided, fresh, strict=True)]
    await requests.record(db, [_recorded(decision) for decision in decided])
    await lines.post(db, [(posting,) for posting in postings if posting])
    await decisions.record(db, decided, seen=seen)
    await decisions.record_shadows(db, made)
    await notify(db, house, decided)
    await facts.record(db, [_event(posting) for posting in postings if posting and posting.transfers])
    for decision, posting, (request, line, _) in zip(decided, postings, fresh, strict=True):
        after = posting.line if posting else line
        outcomes[request.id] = Reviewed(decision=decision, line=after, is_repeated=False)
    return [outcomes[request.id] for request in batch]


def _question(request: ReviewRequest, line: Line, as_of: datetime) -> Question:
    position = position_of(line, requested_minor=0)
    return question_of(line, Kind.REVIEW, request=request.id, as_of=as_of, position=position)


def _posting(decision: Decision, line: Line) -> Posting | None:
    """Return the movement a review makes, or None when the line stays as it is."""
    stamp = Stamp(request=decision.id, booked_at=decision.as_of)
    factor_ppm = decision.terms.factor_ppm if decision.terms.factor_ppm is not None else MILLION
    match decision.answer:
        case Answer.INCREASE | Answer.DECREASE if factor_ppm != MILLION:
            return regrant(line, share_of(line.standing_minor, factor_ppm) + line.extra_minor, stamp=stamp)
        case Answer.BLOCK if not line.is_blocked:
            return block(line, "review", stamp=stamp)
        case _:
            return None


def _event(posting: Posting) -> EventRow:
    line = posting.line
    changed = LimitChanged(
        id=posting.entry.request,
        borrower=line.borrower,
        happened_at=line.booked_at,
        line=line.id,
        amount_minor=line.granted_minor,
        currency=line.currency,
    )
    return row_of(changed, recorded_at=line.booked_at)


def _recorded(decision: Decision) -> Recorded:
    return Recorded(
        id=decision.id,
        kind="review",
        line=decision.line,
        digest=digest_of(ReviewRequest(id=decision.id, line=decision.line)),
        amount_minor=None,
        accepted_minor=0,
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )
