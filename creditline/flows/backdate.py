"""Date a repayment back: it counts from the day it was paid, and what comes of the days since is posted now.

Later payments are shared out anew, days that are closed keep their results, and the limit that comes free is decided on as
of now: nothing that was decided in between was decided without it.
"""

from dataclasses import replace
from datetime import date

from creditline.clock import business_day
from creditline.decision.lending import Lending
from creditline.decision.retold import Paid, tell
from creditline.decision.settle import Settled
from creditline.errors import Code, Malformed, NotAllowed
from creditline.flows.correct import past_of
from creditline.flows.house import House
from creditline.ledger.allocation import Part
from creditline.ledger.book import Posting, Stamp, correct
from creditline.ledger.booking import RECEIVABLES
from creditline.ledger.chart import Account, Movement
from creditline.ledger.line import Line
from creditline.ledger.terms import Excess
from creditline.store.connect import Connection


def require_over(line: Line, value_on: date, *, today: date) -> None:
    """Raise `Malformed` for a value date that is not over, or lies before the line was opened."""
    opened_on = business_day(line.opened_at)
    if not opened_on <= value_on <= today:
        raise Malformed(
            f"The value date {value_on} of a repayment of line {line.id} must be from {opened_on}, when it was opened, to "
            f"{today}. Send it again with the day on which the money came.",
            code=Code.MESSAGE_MALFORMED,
        )


async def dated_back(
    db: Connection, house: House, line: Line, lending: Lending, *, amount_minor: int, value_on: date, stamp: Stamp
) -> tuple[Posting, Settled]:
    """Meet what was owed on a day that is over; raise `NotAllowed` if nothing was. The parts are what it comes to today."""
    past = await past_of(db, house, line.id)
    today = business_day(stamp.booked_at)
    paid = Paid(
        request=stamp.request, met_on=value_on, booked_at=stamp.booked_at, amount_minor=amount_minor, lending=lending
    )
    kept_minor = tell([*past.deeds, paid], through_on=today).kept_minor[stamp.request]
    if kept_minor == amount_minor:
        raise NotAllowed(
            f"Nothing was owed on line {line.id} on {value_on}, so {amount_minor} cannot be taken. Return it to the payer.",
            code=Code.NOTHING_OWED,
        )
    excess_minor = kept_minor if lending.terms.excess is Excess.REFUSED else 0
    accepted_minor = amount_minor - excess_minor
    change = past.change([*past.deeds, replace(paid, amount_minor=accepted_minor)], today=today)
    posting = correct(
        line,
        Movement.BACKDATE,
        drawn_minor=change.drawn_minor,
        withheld_minor=max(0, -change.drawn_minor),
        stamp=stamp,
        money=change.money,
    )
    met = {credit: leg_minor for debit, credit, leg_minor in change.money if debit is Account.SETTLEMENT}
    settled = Settled(
        changed=change.changed,
        parts={part: met.get(RECEIVABLES[part], 0) for part in Part},
        money=change.money,
        accepted_minor=accepted_minor,
        excess_minor=excess_minor,
        dpd_days=0,
    )
    return posting, settled
