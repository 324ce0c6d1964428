"""Hold a line's reins: block and unblock it, and let the borrower set a lower cap of their own."""

from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.errors import Code, Malformed, NotAllowed
from creditline.flows.turn import as_of_for, digest_of, require_new, the_line
from creditline.ledger.book import Stamp, block, cap_oneself
from creditline.ledger.line import Line
from creditline.money import MAX_MINOR
from creditline.store import lines, requests
from creditline.store.connect import Database
from creditline.store.requests import Recorded

MOST_REASON_LENGTH = 200
"""How long the words of a block may be, in characters."""


class BlockRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stop all draws of a line for a stated reason; None lifts the stop. Nothing else about the line changes."""

    id: UUID
    line: UUID
    reason: str | None


class SelfLimitRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The borrower's own lower cap on what may be owed, 0..granted; None lifts it."""

    id: UUID
    line: UUID
    self_limit_minor: int | None


async def control_line(db: Database, clock: Clock, *, request: BlockRequest | SelfLimitRequest) -> Line:
    """Carry out a block, an unblock or a self-set cap; a repeat changes nothing. Returns the line after it.

    Raise `Malformed` for a block without words or a cap that is no amount, `NotAllowed` for a cap above what is granted.
    """
    _check(request)
    async with db.transaction() as connection:
        line = the_line(await lines.lock(connection, [request.line]), request.line)
        if require_new(request, await requests.find(connection, [request.id]), digest_of(request)):
            return line
        stamp = Stamp(request=request.id, booked_at=as_of_for(line, clock()))
        match request:
            case BlockRequest(reason=reason):
                posting, kind, amount_minor = block(line, reason, stamp=stamp), "block" if reason else "unblock", None
            case SelfLimitRequest(self_limit_minor=amount_minor):
                _require_lower(line, amount_minor)
                posting, kind = cap_oneself(line, amount_minor, stamp=stamp), "self_limit"
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
        return posting.line


def _check(request: BlockRequest | SelfLimitRequest) -> None:
    """Raise `Malformed` for a block without words or a cap that is no amount."""
    match request:
        case BlockRequest(reason=str() as reason):
            if not reason.strip() or len(reason) > MOST_REASON_LENGTH or not reason.isprintable():
                raise Malformed(
                    f"A block needs a reason in words, at most {MOST_REASON_LENGTH} characters on one line, or null to "
                    f"lift it; this one has {len(reason)}.",
                    code=Code.MESSAGE_MALFORMED,
                )
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
