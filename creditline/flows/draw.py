"""Draw: decide every draw on what is known at that instant, and pay out or reserve what was approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.arms import Decided, decide_armed
from creditline.decision.decide import Question, position_of, question_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.settle import new_loan
from creditline.errors import Broken, Code, CreditlineError, NotAllowed
from creditline.events.catalogue import DrawMade
from creditline.events.row import EventRow, row_of
from creditline.flows.capture import expired
from creditline.flows.house import House
from creditline.flows.known import known
from creditline.flows.limit import lapsed
from creditline.flows.notices import notify
from creditline.flows.turn import as_of_for, booking, digest_of, in_turns, require_money, require_new, the_line
from creditline.ledger.book import Posting, Refusal, Stamp, authorise, draw
from creditline.ledger.booking import fee_legs
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.store import decisions, due, facts, lines, loans, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import Reservation
from creditline.store.requests import Recorded


class DrawRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for money from a line: in one step, or reserved first (`authorise_only`) and captured later.

    With `accepts_partial` the caller takes what is available when the whole is not.
    """

    id: UUID
    line: UUID
    amount_minor: int
    currency: str
    accepts_partial: bool = False
    authorise_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A decision about a draw, the line after it, and when a reservation of it expires."""

    decision: Decision
    line: Line
    amount_minor: int
    expires_at: datetime | None
    is_repeated: bool


Done = tuple[DrawRequest, Decided, Posting | None, Loan | None]
"""A request that was decided, what it moves and the loan it makes."""


async def draw_lines(
    db: Database, clock: Clock, house: House, *, asked: Sequence[DrawRequest]
) -> list[Drawn | CreditlineError]:
    """Decide draws and carry out what was approved, one outcome a request in its place."""

    async def turn(batch: Sequence[DrawRequest]) -> list[Drawn | CreditlineError]:
        try:
            async with booking(db, batch) as connection:
                return await _turn(connection, clock, house, batch)
        except NotAllowed as taken:
            if taken.code is not Code.OVERDRAWN:
                raise
        # Between our look at an umbrella and our taking of its room, others took it: now hold it first.
        async with booking(db, batch) as connection:
            return await _turn(connection, clock, house, batch, is_exact=True)

    return await in_turns(asked, turn)


async def _turn(
    db: Connection, clock: Clock, house: House, batch: Sequence[DrawRequest], *, is_exact: bool = False
) -> list[Drawn | CreditlineError]:
    wanted_minor = {request.line: request.amount_minor for request in batch}
    locked, rooms = await lines.lock_for_draws(db, wanted_minor, is_exact=is_exact)
    before = await requests.find(db, [request.id for request in batch])
    now = clock()
    locked = await expired(db, await lapsed(db, locked, now), now)
    offer = await house.offer(db, now)
    seen = offer.seen
    outcomes: dict[UUID, Drawn | CreditlineError] = {}
    fresh: list[tuple[DrawRequest, Line, datetime]] = []
    for request in batch:
        try:
            if require_new(request, before, digest_of(request)) is None:
                line = the_line(locked, request.line)
                require_money(line, request.amount_minor, request.currency, what="draw")
                fresh.append((request, line, as_of_for(line, now)))
        except CreditlineError as refused:
            outcomes[request.id] = refused
    outcomes.update(
        await _repeats(
            db,
            [one for one in batch if one.id in before and one.id not in outcomes],
            {one: rooms.under(line) for one, line in locked.items()},
        )
    )
    knowns = await known(
        db, [(line.borrower, as_of, offer.product(line.product, as_of)) for _, line, as_of in fresh], seen=seen
    )
    done: list[Done] = []
    for (request, found, as_of), one in zip(fresh, knowns, strict=True):
        line = rooms.under(found)
        made = decide_armed(offer.armed(offer.product(line.product, as_of)), _question(request, line, as_of), one)
        decision = made.decision
        try:
            loan = _loan(made, request, line)
            posting = _posting(request, decision, line, loan)
        except CreditlineError as refused:
            outcomes[request.id] = refused
            continue
        rooms = rooms.less(line, decision.terms.amount_minor or 0 if posting else 0)
        done.append((request, made, posting, loan))
        outcomes[request.id] = _drawn(made, request, posting.line if posting else line)
    await _save(db, done, seen=seen)
    await notify(db, house, [made.decision for _, made, *_ in done])
    return [outcomes[request.id] for request in batch]


def _question(request: DrawRequest, line: Line, as_of: datetime) -> Question:
    position = position_of(line, requested_minor=request.amount_minor, accepts_partial=request.accepts_partial)
    return question_of(line, Kind.DRAW, request=request.id, as_of=as_of, position=position)


def _loan(made: Decided, request: DrawRequest, line: Line) -> Loan | None:
    """Return the loan of a draw that is paid out now; what is only reserved becomes one when it is captured."""
    decision = made.decision
    amount_minor = decision.terms.amount_minor or 0
    if decision.answer is not Answer.APPROVE or not amount_minor or request.authorise_only:
        return None
    return new_loan(made.product, line, loan=request.id, amount_minor=amount_minor, at=decision.as_of)


def _posting(request: DrawRequest, decision: Decision, line: Line, loan: Loan | None) -> Posting | None:
    """Return the movement an answer makes; raise `Broken` if the rules approved what the books cannot carry."""
    amount_minor = decision.terms.amount_minor or 0
    if decision.answer is not Answer.APPROVE or not amount_minor:
        return None
    stamp = Stamp(request=request.id, booked_at=decision.as_of)
    if loan is None:
        posting = authorise(line, amount_minor, stamp=stamp)
    else:
        posting = draw(line, amount_minor, stamp=stamp, charged=fee_legs(loan))
    if isinstance(posting, Refusal):
        raise Broken(
            f"The rules approved {amount_minor} of line {line.id}, and only {posting.most_minor} can be booked "
            f"({posting.code}). Nothing was booked; have the draw table checked.",
            code=Code.INVARIANT_BROKEN,
        )
    return posting


def _drawn(made: Decided, request: DrawRequest, line: Line) -> Drawn:
    decision = made.decision
    is_approved = decision.answer is Answer.APPROVE
    expires = request.authorise_only and is_approved
    return Drawn(
        decision=decision,
        line=line,
        amount_minor=(decision.terms.amount_minor or 0) if is_approved else 0,
        expires_at=decision.as_of + made.product.reservation_for if expires else None,
        is_repeated=False,
    )


async def _save(db: Connection, done: Sequence[Done], *, seen: str) -> None:
    """Write everything a turn decided: requests, postings, loans, reservations, decisions, and the events of money drawn."""
    posted = [(request, made, posting) for request, made, posting, _ in done if posting is not None]
    await requests.record(db, [_recorded(request, made.decision) for request, made, *_ in done])
    await lines.post(db, [(posting,) for _, _, posting in posted])
    await loans.record(db, [(loan, loan.id, made.decision.as_of) for _, made, _, loan in done if loan is not None])
    reserved = [
        Reservation(
            id=request.id,
            line=request.line,
            amount_minor=made.decision.terms.amount_minor or 0,
            expires_at=made.decision.as_of + made.product.reservation_for,
        )
        for request, made, _ in posted
        if request.authorise_only
    ]
    if reserved:
        await due.reserve(db, reserved)
    await decisions.record(db, [made.decision for _, made, *_ in done], seen=seen)
    await decisions.record_shadows(db, [made for _, made, *_ in done])
    await facts.record(
        db, [_event(request, made.decision) for request, made, _ in posted if not request.authorise_only]
    )


def _event(request: DrawRequest, decision: Decision) -> EventRow:
    made = DrawMade(
        id=request.id,
        borrower=decision.borrower,
        happened_at=decision.as_of,
        line=request.line,
        amount_minor=decision.terms.amount_minor or 0,
        currency=decision.currency,
    )
    return row_of(made, recorded_at=decision.as_of)


def _recorded(request: DrawRequest, decision: Decision) -> Recorded:
    is_approved = decision.answer is Answer.APPROVE
    return Recorded(
        id=request.id,
        kind="authorise" if request.authorise_only else "draw",
        line=request.line,
        digest=digest_of(request),
        amount_minor=request.amount_minor,
        accepted_minor=(decision.terms.amount_minor or 0) if is_approved else 0,
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )


async def _repeats(db: Connection, asked: Sequence[DrawRequest], locked: dict[UUID, Line]) -> dict[UUID, Drawn]:
    """Answer repeats with the stored decision, declines included."""
    if not asked:
        return {}
    decided = await decisions.read(db, [request.id for request in asked])
    reserved = await due.reservations(db, [request.id for request in asked])
    return {
        request.id: Drawn(
            decision=decided[request.id],
            line=locked[request.line],
            amount_minor=(decided[request.id].terms.amount_minor or 0)
            if decided[request.id].answer is Answer.APPROVE
            else 0,
            expires_at=reserved[request.id].expires_at if request.id in reserved else None,
            is_repeated=True,
        )
        for request in asked
    }
