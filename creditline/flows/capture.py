"""End a reservation: capture it in whole or in part, void it, or let it expire."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.settle import new_loan
from creditline.errors import Code, Conflict, NotAllowed
from creditline.events.catalogue import DrawMade
from creditline.events.row import row_of
from creditline.flows.house import House
from creditline.flows.turn import as_of_for, booking, digest_of, require_money, require_new, the_line
from creditline.ids import id_from
from creditline.ledger.book import Posting, Stamp, capture, end_reservation
from creditline.ledger.booking import fee_legs
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.store import decisions, due, facts, lines, loans, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import Reservation, TimerKind
from creditline.store.requests import Recorded


class CaptureRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pay out a reservation; what is not captured goes back to headroom. `amount_minor` of None takes all of it."""

    id: UUID
    line: UUID
    reservation: UUID
    currency: str
    amount_minor: int | None = None


class VoidRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a reservation back unused."""

    id: UUID
    line: UUID
    reservation: UUID


async def capture_reservation(
    db: Database, clock: Clock, house: House, *, request: CaptureRequest
) -> tuple[Line, Recorded]:
    """Capture a reservation as a loan on the terms of its draw; a repeat returns what was captured.

    Raises `Conflict` when it has ended or expired.
    """
    async with booking(db, [request]) as connection:
        line, repeated = await _begin(connection, request)
        if repeated is not None:
            return line, repeated
        reservation = await _the_reservation(connection, request.reservation, line)
        amount_minor = reservation.amount_minor if request.amount_minor is None else request.amount_minor
        require_money(line, amount_minor, request.currency, what="capture")
        as_of = as_of_for(line, clock())
        if as_of >= reservation.expires_at:
            raise Conflict(
                f"Reservation {reservation.id} expired at {reservation.expires_at.isoformat()}. Authorise a new draw.",
                code=Code.RESERVATION_ENDED,
            )
        promised = (await decisions.read(connection, [reservation.id]))[reservation.id]
        product = await house.edition(connection, promised.edition)
        loan = new_loan(product, line, loan=request.id, amount_minor=amount_minor, at=as_of)
        posting = capture(
            line,
            amount_minor,
            reserved_minor=reservation.amount_minor,
            stamp=Stamp(request=request.id, booked_at=as_of),
            charged=fee_legs(loan),
        )
        if not isinstance(posting, Posting):
            raise NotAllowed(
                f"Reservation {reservation.id} holds {posting.most_minor}, so {amount_minor} cannot be captured. "
                "Capture at most what it holds.",
                code=Code.OVERDRAWN,
            )
        recorded = await _end(connection, request, reservation, posting, captured_minor=amount_minor)
        await loans.record(connection, [(loan, request.id, as_of)])
        made = DrawMade(
            id=request.id,
            borrower=line.borrower,
            happened_at=as_of,
            line=line.id,
            amount_minor=amount_minor,
            currency=line.currency,
        )
        await facts.record(connection, [row_of(made, recorded_at=as_of)])
        return posting.line, recorded


async def void_reservation(db: Database, clock: Clock, *, request: VoidRequest) -> tuple[Line, Recorded]:
    """Void a reservation; a repeat returns the same. Raises `Conflict` when it has already ended."""
    async with db.transaction() as connection:
        line, repeated = await _begin(connection, request)
        if repeated is not None:
            return line, repeated
        reservation = await _the_reservation(connection, request.reservation, line)
        posting = _returned(line, reservation, Movement.VOID, request.id, as_of_for(line, clock()))
        return posting.line, await _end(connection, request, reservation, posting, captured_minor=0)


async def expire_reservations(
    db: Database, clock: Clock, *, most: int = 200, only: Sequence[UUID] | None = None
) -> int:
    """Give back reservations whose time is over, or `only` those; returns how many. Safe in many workers at once."""
    async with db.transaction() as connection:
        claimed = await due.claim(connection, TimerKind.RESERVATION, as_of=clock(), most=most, only=only)
        open_before = await due.reservations(connection, claimed)
        locked = await lines.lock(connection, [reservation.line for reservation in open_before.values()])
        # Whoever held a line before us may have captured or voided its reservation.
        await _expire(connection, locked, (await due.reservations(connection, claimed)).values(), clock())
        return len(claimed)


async def expired(db: Connection, locked: Mapping[UUID, Line], now: datetime) -> dict[UUID, Line]:
    """Give back what locked lines hold for reservations whose time is over; return the lines as they then are."""
    holding = [line.id for line in locked.values() if line.reserved_minor]
    if not holding:
        return dict(locked)
    return await _expire(db, locked, await due.expired_of(db, holding, as_of=now), now)


async def _expire(
    db: Connection, locked: Mapping[UUID, Line], reservations: Iterable[Reservation], now: datetime
) -> dict[UUID, Line]:
    after = dict(locked)
    for reservation in reservations:
        line = after[reservation.line]
        at = as_of_for(line, now)
        request = VoidRequest(id=id_from(f"expire/{reservation.id}", at=at), line=line.id, reservation=reservation.id)
        posting = _returned(line, reservation, Movement.EXPIRE, request.id, at)
        await _end(db, request, reservation, posting, captured_minor=0)
        after[line.id] = posting.line
    return after


async def _begin(db: Connection, request: CaptureRequest | VoidRequest) -> tuple[Line, Recorded | None]:
    """Lock the line, then look whether the request was carried out before."""
    line = the_line(await lines.lock(db, [request.line]), request.line)
    return line, require_new(request, await requests.find(db, [request.id]), digest_of(request))


async def _the_reservation(db: Connection, reservation: UUID, line: Line) -> Reservation:
    """Return an open reservation of the line, or raise."""
    found = (await due.reservations(db, [reservation])).get(reservation)
    if found is None or found.line != line.id:
        raise Conflict(
            f"Reservation {reservation} is not open on line {line.id}: it was captured, voided, or never made. "
            "Read the line's requests to see, or authorise a new draw.",
            code=Code.RESERVATION_ENDED,
        )
    return found


def _returned(line: Line, reservation: Reservation, movement: Movement, request: UUID, at: datetime) -> Posting:
    stamp = Stamp(request=request, booked_at=at)
    return end_reservation(line, reservation.amount_minor, movement=movement, stamp=stamp)


async def _end(
    db: Connection,
    request: CaptureRequest | VoidRequest,
    reservation: Reservation,
    posting: Posting,
    *,
    captured_minor: int,
) -> Recorded:
    """Write the end of a reservation and what it moved."""
    movement = Movement(posting.entry.movement)
    recorded = Recorded(
        id=request.id,
        kind=movement,
        line=posting.line.id,
        digest=digest_of(request),
        amount_minor=reservation.amount_minor,
        accepted_minor=captured_minor,
        happened_at=posting.entry.booked_at,
        recorded_at=posting.entry.booked_at,
    )
    await requests.record(db, [recorded])
    await lines.post(db, [(posting,)])
    await due.end_reservations(db, [(reservation.id, request.id, movement, captured_minor)])
    return recorded
