"""Open lines: decide whether, how much and at what price; then grant it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.arms import decide_armed
from creditline.decision.decide import Question
from creditline.decision.outcome import Answer, Decision, Kind, Position
from creditline.decision.product import Product
from creditline.decision.settle import new_loan
from creditline.errors import Code, CreditlineError, Malformed
from creditline.events.catalogue import BalanceMoved, LineOpened
from creditline.events.event import Borrower
from creditline.events.row import EventRow, row_of
from creditline.flows.house import House, Offer
from creditline.flows.known import known
from creditline.flows.notices import notify
from creditline.flows.turn import booking, digest_of, in_turns, moment_of, require_new
from creditline.ids import id_from
from creditline.ledger.book import Posting, Stamp, move_in, open_line, regrant
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.money import require_amount, require_currency
from creditline.store import decisions, due, facts, lines, loans, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import TimerKind
from creditline.store.requests import Recorded

MOST_APR_BP = 10_000
"""No contract costs more a year than what it lends."""


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a line; its id becomes the line's.

    A line that is moved here from elsewhere keeps its limit (`is_moved`) and brings what was drawn on it,
    at the rate of its contract (`contract_apr_bp`) if that is not ours.
    """

    id: UUID
    borrower: Borrower
    product: str
    currency: str
    requested_minor: int
    is_moved: bool = False
    moved_balance_minor: int = 0
    contract_apr_bp: int | None = None

    @property
    def line(self) -> UUID:
        """The line it will be."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A decision about opening, and the line if there is one."""

    decision: Decision
    line: Line | None
    is_repeated: bool


async def open_lines(
    db: Database, clock: Clock, house: House, *, asked: Sequence[OpenRequest]
) -> list[Opened | CreditlineError]:
    """Decide and open lines, one outcome a request in its place."""

    async def turn(batch: Sequence[OpenRequest]) -> list[Opened | CreditlineError]:
        async with booking(db, batch) as connection:
            return await _turn(connection, moment_of(clock()), house, batch)

    return await in_turns(asked, turn)


async def _turn(
    db: Connection, now: datetime, house: House, batch: Sequence[OpenRequest]
) -> list[Opened | CreditlineError]:
    ids = [request.id for request in batch]
    await requests.hold(db, ids)
    before = await requests.find(db, ids)
    offer = await house.offer(db, now)
    seen = offer.seen
    outcomes: dict[UUID, Opened | CreditlineError] = {}
    fresh: list[tuple[OpenRequest, Product]] = []
    for request in batch:
        try:
            if require_new(request, before, digest_of(request)) is None:
                fresh.append((request, _checked(request, offer, now)))
        except CreditlineError as refused:
            outcomes[request.id] = refused
    repeated = [request.id for request in batch if request.id in before and request.id not in outcomes]
    outcomes.update(await _repeats(db, repeated))
    knowns = await known(db, [(request.borrower, now, product) for request, product in fresh], seen=seen)
    made = [
        decide_armed(offer.armed(product), _question(request, now), one)
        for (request, product), one in zip(fresh, knowns, strict=True)
    ]
    decided = [one.decision for one in made]
    asked = [request for request, _ in fresh]
    by_product = [(request, one.product) for request, one in zip(asked, made, strict=True)]
    postings = [_postings(request, decision) for request, decision in zip(asked, decided, strict=True)]
    await _record_events(db, asked, decided, postings)
    await requests.record(db, [_recorded(request, decision) for request, decision in zip(asked, decided, strict=True)])
    await lines.post(db, [own for own in postings if own])
    await loans.record(db, [one for one in map(_moved_loan, by_product, decided, postings) if one])
    await due.set_timers(db, TimerKind.APPROVAL, _approvals(by_product, postings))
    await decisions.record(db, decided, seen=seen)
    await decisions.record_shadows(db, made)
    await notify(db, house, decided)
    for request, decision, own in zip(asked, decided, postings, strict=True):
        outcomes[request.id] = Opened(decision=decision, line=own[-1].line if own else None, is_repeated=False)
    return [outcomes[request.id] for request in batch]


def _checked(request: OpenRequest, offer: Offer, now: datetime) -> Product:
    """Return the product asked for, or raise what is wrong with the request."""
    product = offer.product(request.product, now)
    require_amount(request.requested_minor, what="requested limit")
    if require_currency(request.currency) not in product.currencies:
        raise Malformed(
            f"Product {product.name} is not offered in {request.currency}, only in {', '.join(product.currencies)}.",
            code=Code.CURRENCY_WRONG,
        )
    if request.moved_balance_minor:
        require_amount(request.moved_balance_minor, what="moved balance")
    if request.moved_balance_minor and not request.is_moved:
        raise Malformed("Only a line that is moved here brings a balance: set is_moved.", code=Code.MESSAGE_MALFORMED)
    if request.contract_apr_bp is not None and not (request.is_moved and 0 <= request.contract_apr_bp <= MOST_APR_BP):
        raise Malformed(
            f"A contract rate of {request.contract_apr_bp} bp cannot be taken over. Only a line that is moved here brings "
            f"one (set is_moved), from 0 to {MOST_APR_BP} basis points.",
            code=Code.MESSAGE_MALFORMED,
        )
    return product


def _question(request: OpenRequest, now: datetime) -> Question:
    return Question(
        id=request.id,
        kind=Kind.OPENING,
        borrower=request.borrower,
        line=request.id,
        currency=request.currency,
        as_of=now,
        position=Position(
            granted_minor=0,
            drawn_minor=0,
            reserved_minor=0,
            withheld_minor=0,
            available_minor=0,
            requested_minor=request.requested_minor,
            is_moved=request.is_moved,
        ),
    )


def _postings(request: OpenRequest, decision: Decision) -> tuple[Posting, ...]:
    """Return the first movements of a line: its grant, the balance it brought, and its limit if that is lower."""
    granted_minor = decision.terms.amount_minor or 0
    if decision.answer is not Answer.APPROVE or not granted_minor:
        return ()
    stamp = Stamp(request=request.id, booked_at=decision.as_of)
    first = open_line(
        Line(
            id=request.id,
            borrower=request.borrower,
            product=request.product,
            currency=request.currency,
            granted_minor=max(granted_minor, request.moved_balance_minor),
            drawn_minor=0,
            reserved_minor=0,
            withheld_minor=0,
            self_limit_minor=None,
            block_reason=None,
            apr_bp=(decision.terms.apr_bp or 0) if request.contract_apr_bp is None else request.contract_apr_bp,
            version=0,
            opened_at=decision.as_of,
            booked_at=decision.as_of,
        ),
        stamp=stamp,
    )
    if not request.moved_balance_minor:
        return (first,)
    moved = move_in(first.line, request.moved_balance_minor, stamp=_next(stamp, 1))
    assert isinstance(moved, Posting)
    if request.moved_balance_minor <= granted_minor:
        return (first, moved)
    # A balance above its limit is taken over as it is and shown: it may fall, never grow.
    return (first, moved, regrant(moved.line, granted_minor, stamp=_next(stamp, 3)))


def _moved_loan(
    asked: tuple[OpenRequest, Product], decision: Decision, postings: tuple[Posting, ...]
) -> tuple[Loan, UUID, datetime] | None:
    """Return the balance that a line brought as a loan of its own, under the id of the line; it runs up from today."""
    request, product = asked
    if not postings or not request.moved_balance_minor:
        return None
    amount_minor, at = request.moved_balance_minor, decision.as_of
    return new_loan(product, postings[-1].line, loan=request.id, amount_minor=amount_minor, at=at), request.id, at


def _approvals(
    fresh: Sequence[tuple[OpenRequest, Product]], postings: Sequence[tuple[Posting, ...]]
) -> list[tuple[UUID, datetime]]:
    """Return when the approvals of lines that brought no balance end, if nobody draws on them."""
    return [
        (request.line, own[0].line.opened_at + product.unused_for)
        for (request, product), own in zip(fresh, postings, strict=True)
        if own and product.unused_for is not None and not request.moved_balance_minor
    ]


def _next(stamp: Stamp, ordinal: int) -> Stamp:
    return Stamp(request=stamp.request, booked_at=stamp.booked_at, first_ordinal=ordinal)


async def _record_events(
    db: Connection,
    asked: Sequence[OpenRequest],
    decided: Sequence[Decision],
    postings: Sequence[tuple[Posting, ...]],
) -> None:
    """Record the events of lines that came to be."""
    rows: list[EventRow] = []
    for request, decision, own in zip(asked, decided, postings, strict=True):
        if own:
            rows += _events(request, decision, own[-1].line)
    await facts.record(db, rows)


def _events(request: OpenRequest, decision: Decision, line: Line) -> list[EventRow]:
    at = decision.as_of
    opened = LineOpened(
        id=request.id, borrower=request.borrower, happened_at=at, line=line.id,
        amount_minor=line.granted_minor, currency=line.currency,
    )  # fmt: skip
    if not line.drawn_minor:
        return [row_of(opened, recorded_at=at)]
    moved = BalanceMoved(
        id=id_from(f"{request.id}/moved", at=at), borrower=request.borrower, happened_at=at, line=line.id,
        amount_minor=line.drawn_minor, currency=line.currency,
    )  # fmt: skip
    return [row_of(opened, recorded_at=at), row_of(moved, recorded_at=at)]


def _recorded(request: OpenRequest, decision: Decision) -> Recorded:
    is_granted = decision.answer is Answer.APPROVE
    return Recorded(
        id=request.id,
        kind="open",
        line=request.id,
        digest=digest_of(request),
        amount_minor=request.requested_minor,
        accepted_minor=(decision.terms.amount_minor or 0) if is_granted else 0,
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )


async def _repeats(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Opened]:
    """Return what became of requests seen before."""
    if not ids:
        return {}
    decided = await decisions.read(db, ids)
    opened = await lines.read(db, ids)
    return {one: Opened(decision=decided[one], line=opened.get(one), is_repeated=True) for one in ids}
