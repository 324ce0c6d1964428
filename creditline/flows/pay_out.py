"""Pay out: send back what a borrower paid beyond everything owed and was kept as a credit balance."""

from dataclasses import replace
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.retold import Deed, Paid, tell
from creditline.errors import Code, NotAllowed
from creditline.flows.authority import require_words
from creditline.flows.correct import Corrected, Made, begun, past_of, write
from creditline.flows.house import House
from creditline.flows.turn import booking, require_money
from creditline.ledger.book import correct
from creditline.ledger.chart import Movement
from creditline.store.connect import Database
from creditline.store.corrections import TakenBack


class PayOutRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send a credit balance back; `amount_minor` of None sends all of it."""

    id: UUID
    line: UUID
    currency: str
    authority: str
    reason: str
    amount_minor: int | None = None


async def pay_out(db: Database, clock: Clock, house: House, *, request: PayOutRequest) -> Corrected:
    """Send a credit balance back to the borrower; a repeat returns the same. Raise `NotAllowed` for more than there is.

    It is taken of the latest payments that left something over: each counts from then on for what is left of it.
    """
    require_words(authority=request.authority, reason=request.reason)
    async with booking(db, [request]) as connection:
        line, stamp, repeated = await begun(connection, clock, house, request)
        if repeated is not None:
            return repeated
        past = await past_of(connection, house, line.id)
        today = business_day(stamp.booked_at)
        kept_minor = tell(past.deeds, through_on=today).kept_minor
        credit_minor = sum(kept_minor.values())
        amount_minor = credit_minor if request.amount_minor is None else request.amount_minor
        if not credit_minor or amount_minor > credit_minor:
            raise NotAllowed(
                f"The credit balance of line {line.id} is {credit_minor}, so {amount_minor} cannot be paid out. Pay out what "
                "there is, or less.",
                code=Code.AMOUNT_TOO_LARGE if credit_minor else Code.NOTHING_OWED,
            )
        require_money(line, amount_minor, request.currency, what="pay-out")
        taken = _taken(request.id, past.deeds, kept_minor, amount_minor)
        change = past.change(_less(past.deeds, taken), today=today)
        made = Made(
            kind="pay_out",
            amount_minor=amount_minor,
            posting=correct(line, Movement.PAY_OUT, stamp=stamp, money=change.money),
            changed=change.changed,
            taken=taken,
        )
        return await write(connection, house, request, made)


def _taken(
    request: UUID, deeds: tuple[Deed, ...], kept_minor: dict[UUID, int], amount_minor: int
) -> tuple[TakenBack, ...]:
    """Share an amount out over the payments that left something over, the latest first."""
    taken: list[TakenBack] = []
    payments = [deed for deed in deeds if isinstance(deed, Paid) and kept_minor[deed.request]]
    for deed in sorted(payments, key=lambda deed: deed.booked_at, reverse=True):
        own_minor = min(amount_minor, kept_minor[deed.request])
        amount_minor -= own_minor
        if own_minor:
            one = TakenBack(request=request, corrects=deed.request, amount_minor=own_minor, is_whole=False)
            taken.append(one)
    return tuple(taken)


def _less(deeds: tuple[Deed, ...], taken: tuple[TakenBack, ...]) -> list[Deed]:
    """Return the deeds with their payments less what is taken back of them."""
    less_minor = {one.corrects: one.amount_minor for one in taken}
    return [
        replace(deed, amount_minor=deed.amount_minor - less_minor.get(deed.request, 0))
        if isinstance(deed, Paid)
        else deed
        for deed in deeds
    ]
