"""Charge off: give up what a line that does not perform owes, by somebody with the authority; the claim stays on record."""

from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.adverse import Trigger
from creditline.decision.retold import GivenUp, tell
from creditline.errors import Code, NotAllowed
from creditline.events.catalogue import LineChargedOff
from creditline.flows.authority import require_words
from creditline.flows.correct import Corrected, Made, begun, past_of, write
from creditline.flows.house import House
from creditline.flows.notices import notify_by_hand
from creditline.flows.turn import booking
from creditline.ledger.asset_class import is_non_accrual
from creditline.ledger.book import Legs
from creditline.ledger.book import charge_off as charged_off
from creditline.ledger.chart import Account
from creditline.ledger.day import suspend_legs
from creditline.ledger.loan import LoanState
from creditline.store import days, due
from creditline.store.connect import Database


class ChargeOffRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give up everything a line owes: it leaves the books as a loss, and stays a claim that can be recovered."""

    id: UUID
    line: UUID
    authority: str
    reason: str


async def charge_off(db: Database, clock: Clock, house: House, *, request: ChargeOffRequest) -> Corrected:
    """Charge a line off; a repeat returns the same. Its limit goes to nothing, and the borrower is told.

    Promises to bring some of it back end.

    Raise `NotAllowed` for a line that owes nothing, that performs, or on which a draw is authorised.
    """
    require_words(authority=request.authority, reason=request.reason)
    async with booking(db, [request]) as connection:
        line, stamp, repeated = await begun(connection, clock, house, request)
        if repeated is not None:
            return repeated
        past = await past_of(connection, house, line.id)
        today = business_day(stamp.booked_at)
        owing = [loan for loan in tell(past.deeds, through_on=today).loans.values() if loan.state is LoanState.OPEN]
        if not owing:
            raise NotAllowed(f"Nothing is owed on line {line.id}, so nothing is given up.", code=Code.NOTHING_OWED)
        dpd_days = max(loan.dpd_days(today) for loan in owing)
        if not is_non_accrual(dpd_days, past.lending.classes):
            raise NotAllowed(
                f"Line {line.id} is {dpd_days} days past due and performs: it can be charged off once it is more than "
                f"{past.lending.classes.non_accrual_days} days past due.",
                code=Code.LINE_PERFORMS,
            )
        if line.reserved_minor:
            raise NotAllowed(
                f"Line {line.id} has {line.reserved_minor} reserved for authorised draws. Void them first.",
                code=Code.LINE_IN_USE,
            )
        deed = GivenUp(request=request.id, met_on=today, booked_at=stamp.booked_at, lending=past.lending)
        change = past.change([*past.deeds, deed], today=today)
        suspended = (await days.suspended(connection, [line.id])).get(line.id, (0, 0))
        await days.suspend(connection, line.id, interest_minor=0, penalty_minor=0)
        claim_minor = sum(amount for debit, _, amount in change.money if debit is Account.CHARGED_OFF)
        made = Made(
            kind="charge_off",
            amount_minor=claim_minor,
            posting=charged_off(line, stamp=stamp, money=_out_of_suspense(change.money, *suspended)),
            changed=change.changed,
            undone=tuple(await due.open_of(connection, [line.id])),
            fact=LineChargedOff,
        )
        done = await write(connection, house, request, made)
        at, trigger = stamp.booked_at, Trigger.CHARGED_OFF
        await notify_by_hand(connection, house, done.line, request=request.id, at=at, trigger=trigger)
        return done


def _out_of_suspense(money: Legs, interest_minor: int, penalty_minor: int) -> Legs:
    """Take out of suspense what the books hold there, before income is taken back; what is then left becomes income."""
    held = {Account.INTEREST_INCOME: interest_minor, Account.PENALTY_INCOME: penalty_minor}
    legs: list[tuple[Account, Account, int]] = []
    for debit, credit, amount_minor in money:
        own_minor = min(amount_minor, held.get(debit, 0))
        held[debit] = held.get(debit, 0) - own_minor
        legs += [(Account.SUSPENDED_INTEREST, credit, own_minor), (debit, credit, amount_minor - own_minor)]
    left = suspend_legs(-held[Account.INTEREST_INCOME], penalty_minor=-held[Account.PENALTY_INCOME])
    return (*legs, *left)
