"""Reverse: a draw that never was, or a repayment that bounced or was a mistake; once, and as if it had never been.

What was repaid is owed again whether or not there is room: the line is then over its limit, and nobody draws on it until
that is repaid. Promises made by the repayment end, and the borrower is told why.
"""

from enum import StrEnum
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.errors import Code, Conflict, NotAllowed, NotFound
from creditline.events.catalogue import DrawUndone, RepaymentUndone
from creditline.flows.authority import require_words
from creditline.flows.correct import Corrected, Made, Past, begun, past_of, write
from creditline.flows.house import House
from creditline.flows.turn import booking
from creditline.ledger.book import correct
from creditline.ledger.chart import Movement
from creditline.store import corrections
from creditline.store.connect import Database
from creditline.store.corrections import TakenBack


class Cause(StrEnum):
    """Why something turned out not to be. Of draws: not paid out, given back. Of repayments: bounced, mistaken."""

    NOT_PAID_OUT = "not_paid_out"
    GIVEN_BACK = "given_back"
    BOUNCED = "bounced"
    MISTAKEN = "mistaken"


KIND = {
    Cause.NOT_PAID_OUT: "reverse_draw",
    Cause.GIVEN_BACK: "reverse_draw",
    Cause.BOUNCED: "bounce",
    Cause.MISTAKEN: "refund",
}
DRAWS = frozenset({"draw", "capture"})
REPAYMENTS = frozenset({"repay", "backdate", "recover"})


class ReverseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Undo the draw or the repayment of a request, all of it."""

    id: UUID
    line: UUID
    undoes: UUID
    cause: Cause
    authority: str
    reason: str


async def reverse(db: Database, clock: Clock, house: House, *, request: ReverseRequest) -> Corrected:
    """Undo a draw or a repayment; a repeat returns the same.

    Raise `NotFound` for what is no draw or repayment of the line, `NotAllowed` for a cause of the other kind, and
    `Conflict` for what was undone before, or of which a part was sent back.
    """
    require_words(authority=request.authority, reason=request.reason)
    async with booking(db, [request]) as connection:
        line, stamp, repeated = await begun(connection, clock, house, request)
        if repeated is not None:
            return repeated
        past = await past_of(connection, house, line.id)
        kind = KIND[request.cause]
        is_draw = kind == "reverse_draw"
        amount_minor = _amount(past, request, is_draw=is_draw)
        kept = [deed for deed in past.deeds if deed.request != request.undoes]
        change = past.change(kept, today=business_day(stamp.booked_at))
        undone = () if is_draw else tuple(await corrections.open_tranches_of(connection, [request.undoes]))
        posting = correct(
            line,
            Movement.REVERSE,
            drawn_minor=change.drawn_minor,
            withheld_minor=-sum(one.amount_minor for one in undone),
            stamp=stamp,
            money=change.money,
        )
        made = Made(
            kind=kind,
            amount_minor=amount_minor,
            posting=posting,
            changed=change.changed,
            taken=(TakenBack(request=request.id, corrects=request.undoes, amount_minor=amount_minor, is_whole=True),),
            undone=undone,
            fact=DrawUndone if is_draw else RepaymentUndone,
        )
        return await write(connection, house, request, made)


def _amount(past: Past, request: ReverseRequest, *, is_draw: bool) -> int:
    """Return how much is undone, or raise why nothing can be."""
    row = past.requests.get(request.undoes)
    is_known = row is not None and (row["is_undone"] or any(deed.request == request.undoes for deed in past.deeds))
    if row is None or not is_known or row["kind"] not in DRAWS | REPAYMENTS:
        raise NotFound(
            f"Request {request.undoes} is no draw or repayment of line {request.line} that moved money. Read the line's "
            "requests to see; a reservation is voided, not reversed.",
            code=Code.REQUEST_UNKNOWN,
        )
    if is_draw != (row["kind"] in DRAWS):
        raise NotAllowed(
            f"Request {request.undoes} is a {row['kind']}, and {request.cause} is no cause to undo one. Of draws the causes "
            "are not_paid_out and given_back, of repayments bounced and mistaken.",
            code=Code.MESSAGE_MALFORMED,
        )
    if row["is_undone"] or row["amount_minor"] != row["accepted_minor"]:
        raise Conflict(
            f"Request {request.undoes} brought {row['accepted_minor']}, and {row['accepted_minor'] - row['amount_minor']} of "
            "it was taken back before: undone, or paid out as a credit balance. What was taken back is not taken again.",
            code=Code.CORRECTED_BEFORE,
        )
    return int(row["amount_minor"])
