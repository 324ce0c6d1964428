"""Set a line's limit by authority: for good, until a date, or to nothing; and let what has an end, end.

What ends by its date is ended by the worker, and before that by whoever draws: nobody draws on a limit that is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.adverse import Trigger
from creditline.errors import Code, Conflict, Malformed, NotAllowed
from creditline.events.catalogue import LimitChanged, LineClosed
from creditline.events.row import row_of
from creditline.flows.authority import require_words
from creditline.flows.house import House
from creditline.flows.notices import notify_by_hand
from creditline.flows.turn import as_of_for, booking, digest_of, require_new, the_line
from creditline.ids import id_from
from creditline.ledger.book import Posting, Stamp, close, extend, regrant
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.money import MAX_MINOR
from creditline.store import due, facts, limits, lines, loans, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import TimerKind
from creditline.store.limits import Extra
from creditline.store.requests import Recorded


class LimitRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set the standing limit of a line. A cut below use leaves it over its limit, which falls as it is repaid."""

    id: UUID
    line: UUID
    granted_minor: int
    authority: str
    reason: str


class ExtraRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add an amount to a line's standing limit until a moment, in the place of what was added before; 0 ends that now."""

    id: UUID
    line: UUID
    extra_minor: int
    until: datetime
    authority: str
    reason: str


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End a line of which nothing is used, nor kept back by a promise; it never opens again."""

    id: UUID
    line: UUID
    authority: str
    reason: str


Asked = LimitRequest | ExtraRequest | CloseRequest

UNFAVOURABLE = {Movement.DECREASE: Trigger.DECREASED, Movement.CLOSE: Trigger.CLOSED}
"""What of it the borrower is told by letter."""

KIND = {LimitRequest: "limit", ExtraRequest: "extra", CloseRequest: "close"}


async def set_limit(db: Database, clock: Clock, house: House, *, request: Asked) -> Line:
    """Carry out what somebody with the authority decided about a line's limit; a repeat changes nothing.

    Raise `Malformed` for what is no amount or has no words, `Conflict` for a line that is closed, `NotAllowed` where an
    umbrella has not the room or the line to be closed is in use.
    """
    _check(request)
    async with booking(db, [request]) as connection:
        line = the_line(await lines.lock(connection, [request.line]), request.line)
        if require_new(request, await requests.find(connection, [request.id]), digest_of(request)):
            return line
        require_open(line)
        if isinstance(request, CloseRequest) and (
            await loans.open_rows(connection, [line.id]) or await loans.charged_off(connection, [line.id])
        ):
            raise _in_use(line, "loans that are not paid")
        posting = _posting(request, line, Stamp(request=request.id, booked_at=as_of_for(line, clock())))
        await _write(connection, posting, kind=KIND[type(request)], request=request)
        await limits.say(connection, posting, authority=request.authority, reason=request.reason)
        if posting.entry.movement in UNFAVOURABLE:
            at, trigger = posting.entry.booked_at, UNFAVOURABLE[posting.entry.movement]
            await notify_by_hand(connection, house, posting.line, request=request.id, at=at, trigger=trigger)
        if isinstance(request, ExtraRequest) and request.extra_minor:
            extra = Extra(request=request.id, line=line.id, ends_at=request.until)
            await limits.add(connection, extra)
            await due.set_timers(connection, TimerKind.EXTRA, [(request.id, request.until)])
        return posting.line


async def lapsed(db: Connection, locked: Mapping[UUID, Line], now: datetime) -> dict[UUID, Line]:
    """End what was added to locked lines until a moment that is over; return the lines as they then are."""
    after = dict(locked)
    for line in locked.values():
        if line.extra_ends_at is not None and line.extra_ends_at <= now:
            at = as_of_for(line, now)
            stamp = Stamp(request=id_from(f"lapse/{line.id}/{line.version}", at=at), booked_at=at)
            posting = extend(line, 0, until=None, stamp=stamp)
            await _write(db, posting, kind="lapse")
            after[line.id] = posting.line
    return after


async def end_extras(db: Database, clock: Clock, *, most: int = 200, only: Sequence[UUID] | None = None) -> int:
    """End what was added to lines until a moment that is over; returns how many timers rang. Safe in many workers."""
    async with db.transaction() as connection:
        claimed = await due.claim(connection, TimerKind.EXTRA, as_of=clock(), most=most, only=only)
        asked = await limits.extras(connection, claimed)
        await lapsed(connection, await lines.lock(connection, [extra.line for extra in asked]), clock())
        return len(claimed)


async def end_unused(db: Database, clock: Clock, *, most: int = 200, only: Sequence[UUID] | None = None) -> int:
    """Close lines that nobody used in the time their approval was for; returns how many timers rang."""
    async with db.transaction() as connection:
        claimed = await due.claim(connection, TimerKind.APPROVAL, as_of=clock(), most=most, only=only)
        locked = await lines.lock(connection, claimed)
        for line in await limits.unused(connection, claimed):
            at = as_of_for(locked[line], clock())
            posting = close(locked[line], stamp=Stamp(request=id_from(f"unused/{line}", at=at), booked_at=at))
            assert isinstance(posting, Posting)
            await _write(connection, posting, kind="lapse")
        return len(claimed)


def require_open(line: Line) -> None:
    """Raise `Conflict` for a line that is closed."""
    if line.closed_at is not None:
        raise Conflict(
            f"Line {line.id} was closed at {line.closed_at.isoformat()} and never opens again. Open a new line.",
            code=Code.LINE_CLOSED,
        )


def _check(request: Asked) -> None:
    require_words(authority=request.authority, reason=request.reason)
    match request:
        case LimitRequest(granted_minor=int() as amount_minor) | ExtraRequest(extra_minor=int() as amount_minor):
            if not 0 <= amount_minor <= MAX_MINOR:
                raise Malformed(
                    f"A limit is 0..{MAX_MINOR} minor units; it was {amount_minor}.",
                    code=Code.AMOUNT_NOT_POSITIVE if amount_minor < 0 else Code.AMOUNT_TOO_LARGE,
                )
    if isinstance(request, ExtraRequest) and request.until.tzinfo is None:
        raise Malformed(
            f"Until {request.until.isoformat()} says no zone. Write the moment with its offset, as in 2026-03-31T00:00:00Z.",
            code=Code.MESSAGE_MALFORMED,
        )


def _posting(request: Asked, line: Line, stamp: Stamp) -> Posting:
    match request:
        case LimitRequest(granted_minor=granted_minor):
            _require_small(granted_minor + line.extra_minor)
            return regrant(line, granted_minor + line.extra_minor, stamp=stamp)
        case ExtraRequest(extra_minor=extra_minor, until=until):
            if extra_minor and until <= stamp.booked_at:
                raise NotAllowed(
                    f"Until {until.isoformat()} is over: it is {stamp.booked_at.isoformat()}. Name a later moment.",
                    code=Code.MESSAGE_MALFORMED,
                )
            _require_small(line.standing_minor + extra_minor)
            return extend(line, extra_minor, until=until, stamp=stamp)
        case CloseRequest():
            posting = close(line, stamp=stamp)
            if not isinstance(posting, Posting):
                raise _in_use(line, f"{line.reserved_minor} reserved and {line.withheld_minor} withheld")
            return posting


def _in_use(line: Line, what: str) -> NotAllowed:
    return NotAllowed(
        f"Line {line.id} has {what}, so it stays open. Set its limit to 0 to stop new draws, and close it when everything "
        "is repaid and back.",
        code=Code.LINE_IN_USE,
    )


def _require_small(granted_minor: int) -> None:
    if granted_minor > MAX_MINOR:
        raise NotAllowed(
            f"The limit and what is added to it would be {granted_minor} together, above the largest amount there is, "
            f"{MAX_MINOR}. Add less.",
            code=Code.AMOUNT_TOO_LARGE,
        )


async def _write(db: Connection, posting: Posting, *, kind: str, request: Asked | None = None) -> None:
    """Write a change of a limit, and the fact that it changed."""
    at, line = posting.entry.booked_at, posting.line
    recorded = Recorded(
        id=posting.entry.request,
        kind=kind,
        line=line.id,
        digest=b"lapse" if request is None else digest_of(request),
        amount_minor=getattr(request, "granted_minor", getattr(request, "extra_minor", None)),
        accepted_minor=0,
        happened_at=at,
        recorded_at=at,
    )
    await requests.record(db, [recorded])
    await lines.post(db, [(posting,)])
    told: dict[str, Any] = {"id": recorded.id, "borrower": line.borrower, "happened_at": at, "line": line.id}
    if line.closed_at is not None:
        fact: LineClosed | LimitChanged = LineClosed(**told)
    else:
        fact = LimitChanged(**told, amount_minor=line.granted_minor, currency=line.currency)
    await facts.record(db, [row_of(fact, recorded_at=at)])
