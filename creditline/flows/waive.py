"""Waive: forgive interest, penalty or a fee, by somebody whose name, role and reason stay on record."""

from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.retold import Waived, tell, waivable
from creditline.decision.waiving import require_mandate
from creditline.errors import Code, Malformed, NotAllowed
from creditline.flows.authority import require_words
from creditline.flows.correct import Corrected, Made, begun, past_of, write
from creditline.flows.house import House
from creditline.flows.turn import booking, require_money
from creditline.ledger.allocation import Part
from creditline.ledger.book import correct
from creditline.ledger.chart import Movement
from creditline.store import corrections
from creditline.store.connect import Database


class WaiveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forgive an amount of one part, on one loan or on the oldest first; principal is charged off, not waived.

    Above what the role may alone, `approver` is the second person who agreed.
    """

    id: UUID
    line: UUID
    part: Part
    amount_minor: int
    currency: str
    role: str
    authority: str
    reason: str
    loan: UUID | None = None
    approver: str | None = None


async def waive(db: Database, clock: Clock, house: House, *, request: WaiveRequest) -> Corrected:
    """Forgive what is owed of a part; a repeat returns the same.

    Raise `Malformed` for principal, without words or for one person in both parts, `NotAllowed` for more than is owed, or
    than the role may by the product in force.
    """
    require_words(authority=request.authority, reason=request.reason)
    require_words(authority=request.role, reason=request.reason)
    if request.approver is not None:
        require_words(authority=request.approver, reason=request.reason)
    if request.part is Part.PRINCIPAL:
        raise Malformed(
            "Principal is not waived: what is lost is charged off, and stays a claim. Waive interest, penalty or a fee.",
            code=Code.MESSAGE_MALFORMED,
        )
    async with booking(db, [request]) as connection:
        line, stamp, repeated = await begun(connection, clock, house, request)
        if repeated is not None:
            return repeated
        require_money(line, request.amount_minor, request.currency, what="waiver")
        require_mandate(
            (await house.offer(connection, stamp.booked_at)).product(line.product, stamp.booked_at),
            request.role,
            request.amount_minor,
            currency=line.currency,
            people=(request.authority, request.approver),
        )
        past = await past_of(connection, house, line.id)
        today = business_day(stamp.booked_at)
        now = tell(past.deeds, through_on=today).loans.values()
        owed_minor = sum(claim.amount_minor for claim in waivable(now, request.part, loan=request.loan))
        if request.amount_minor > owed_minor:
            raise NotAllowed(
                f"Of {request.part}, {owed_minor} is owed on {request.loan or request.line}, so {request.amount_minor} cannot "
                "be waived. Waive what is owed, or less.",
                code=Code.AMOUNT_TOO_LARGE if owed_minor else Code.NOTHING_OWED,
            )
        deed = Waived(
            request=request.id,
            met_on=today,
            booked_at=stamp.booked_at,
            amount_minor=request.amount_minor,
            part=request.part,
            loan=request.loan,
        )
        change = past.change([*past.deeds, deed], today=today)
        made = Made(
            kind="waive",
            amount_minor=request.amount_minor,
            posting=correct(line, Movement.WAIVE, stamp=stamp, money=change.money),
            changed=change.changed,
        )
        done = await write(connection, house, request, made)
        await corrections.waive(
            connection, request.id, part=request.part, loan=request.loan, role=request.role, approver=request.approver
        )
        return done
