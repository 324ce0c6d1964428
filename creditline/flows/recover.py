"""Recover: money that comes in for what was charged off; it is income, and lessens the claim."""

from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.retold import Paid, tell
from creditline.errors import Code, NotAllowed
from creditline.events.catalogue import RepaymentReceived
from creditline.flows.authority import require_words
from creditline.flows.correct import Corrected, Made, begun, past_of, write
from creditline.flows.house import House
from creditline.flows.turn import booking, require_money
from creditline.ledger.book import correct
from creditline.ledger.chart import Movement
from creditline.ledger.loan import LoanState
from creditline.ledger.payment import claims_of
from creditline.store.connect import Database


class RecoverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Book money that came in for what was charged off."""

    id: UUID
    line: UUID
    amount_minor: int
    currency: str
    authority: str
    reason: str


async def recover(db: Database, clock: Clock, house: House, *, request: RecoverRequest) -> Corrected:
    """Book a recovery; a repeat returns the same. Raise `NotAllowed` for more than the claim: return that to the payer."""
    require_words(authority=request.authority, reason=request.reason)
    async with booking(db, [request]) as connection:
        line, stamp, repeated = await begun(connection, clock, house, request)
        if repeated is not None:
            return repeated
        require_money(line, request.amount_minor, request.currency, what="recovery")
        past = await past_of(connection, house, line.id)
        today = business_day(stamp.booked_at)
        claim_minor = sum(
            claim.amount_minor
            for loan in tell(past.deeds, through_on=today).loans.values()
            if loan.state is LoanState.CHARGED_OFF
            for claim in claims_of(loan)
        )
        if request.amount_minor > claim_minor:
            raise NotAllowed(
                f"Of what was charged off on line {line.id}, {claim_minor} is still owed, so {request.amount_minor} cannot be "
                "taken. Take what is owed, and return the rest to the payer.",
                code=Code.AMOUNT_TOO_LARGE if claim_minor else Code.NOTHING_OWED,
            )
        deed = Paid(
            request=request.id,
            met_on=today,
            booked_at=stamp.booked_at,
            amount_minor=request.amount_minor,
            lending=past.lending,
            is_recovery=True,
        )
        change = past.change([*past.deeds, deed], today=today)
        made = Made(
            kind="recover",
            amount_minor=request.amount_minor,
            posting=correct(line, Movement.RECOVER, stamp=stamp, money=change.money),
            changed=change.changed,
            fact=RepaymentReceived,
        )
        return await write(connection, house, request, made)
