"""Hold a line's reins: block and unblock it, and let the borrower set a lower cap of their own."""

from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.decision.adverse import Trigger
from creditline.errors import Code, Malformed, NotAllowed
from creditline.flows.authority import require_words
from creditline.flows.house import House
from creditline.flows.limit import require_open
from creditline.flows.notices import notify_by_hand
from creditline.flows.turn import as_of_for, digest_of, require_new, the_line
from creditline.ledger.book import Stamp, block, cap_oneself
from creditline.ledger.line import Line
from creditline.money import MAX_MINOR
from creditline.store import limits, lines, requests, signals
from creditline.store.connect import Database
from creditline.store.requests import Recorded
from creditline.store.signals import Signal


class BlockRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stop all draws of a line, or lift the stop: by whom and why. Nothing else about the line changes."""

    id: UUID
    line: UUID
    authority: str
    reason: str
    is_lifted: bool = False


class SelfLimitRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The borrower's own lower cap on what may be owed, 0..granted; None lifts it."""

    id: UUID
    line: UUID
    self_limit_minor: int | None


async def control_line(db: Database, clock: Clock, house: House, *, request: BlockRequest | SelfLimitRequest) -> Line:
    """Carry out a block, an unblock or a self-set cap; a repeat changes nothing. Returns the line after it.

    Raise `Malformed` for a block without words or a cap that is no amount, `NotAllowed` for a cap above what is granted,
    `Conflict` for a line that is closed.
    """
    _check(request)
    async with db.transaction() as connection:
        line = the_line(await lines.lock(connection, [request.line]), request.line)
        if require_new(request, await requests.find(connection, [request.id]), digest_of(request)):
            return line
        require_open(line)
        stamp = Stamp(request=request.id, booked_at=as_of_for(line, clock()))
        match request:
            case BlockRequest(reason=reason, is_lifted=is_lifted):
                posting = block(line, None if is_lifted else reason, stamp=stamp)
                kind, amount_minor = posting.entry.movement, None
            case SelfLimitRequest(self_limit_minor=amount_minor):
                _require_lower(line, amount_minor)
                posting = cap_oneself(line, amount_minor, stamp=stamp)
                kind = posting.entry.movement
        recorded = Recorded(
            id=request.id,
            kind=kind,
            line=line.id,
            digest=digest_of(request),
            amount_minor=amount_minor,
            accepted_minor=0,
            happened_at=stamp.booked_at,
            recorded_at=stamp.booked_at,
        )
        await requests.record(connection, [recorded])
        await lines.post(connection, [(posting,)])
        if isinstance(request, BlockRequest):
            await limits.say(connection, posting, authority=request.authority, reason=request.reason)
        if line.is_blocked and not posting.line.is_blocked and line.withheld_minor:
            await signals.raise_of(connection, [Signal(line=line.id, since=stamp.booked_at, is_unblock=True)])
        if posting.line.is_blocked and isinstance(request, BlockRequest):
            at = stamp.booked_at
            await notify_by_hand(connection, house, posting.line, request=request.id, at=at, trigger=Trigger.BLOCKED)
        return posting.line


def _check(request: BlockRequest | SelfLimitRequest) -> None:
    """Raise `Malformed` for a block without words or a cap that is no amount."""
    match request:
        case BlockRequest(authority=authority, reason=reason):
            require_words(authority=authority, reason=reason)
        case SelfLimitRequest(self_limit_minor=int() as amount_minor) if not 0 <= amount_minor <= MAX_MINOR:
            raise Malformed(
                f"A self-set cap is 0..{MAX_MINOR} minor units, or null to lift it; it was {amount_minor}.",
                code=Code.AMOUNT_NOT_POSITIVE if amount_minor < 0 else Code.AMOUNT_TOO_LARGE,
            )


def _require_lower(line: Line, self_limit_minor: int | None) -> None:
    """Raise `NotAllowed` for a cap above what is granted: it would cap nothing, and is most likely a slip."""
    if self_limit_minor is not None and self_limit_minor > line.granted_minor:
        raise NotAllowed(
            f"Line {line.id} is granted {line.granted_minor}, so a self-set cap of {self_limit_minor} would cap nothing. "
            "Set it to what is granted or less, or null to lift it.",
            code=Code.AMOUNT_TOO_LARGE,
        )
