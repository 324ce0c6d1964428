"""Read a line's loans, and say what settles the line today: exact to the minor unit until the day is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from creditline.clock import Clock, business_day, start_of
from creditline.decision.settle import new_loan
from creditline.flows.draw import Drawn
from creditline.flows.house import House
from creditline.flows.lending import owed, read_loans
from creditline.flows.turn import as_of_for, the_line
from creditline.ledger.allocation import Part
from creditline.ledger.loan import Loan
from creditline.ledger.payment import quote_settlement
from creditline.ledger.running import accrue
from creditline.restoration.preview import Cost, cost_of
from creditline.store import lines, loans
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One draw until it is repaid, as it stands today.

    `principal_minor` was drawn, the other amounts are owed; what has run up is rounded as it would be charged now.
    """

    loan: UUID
    state: str
    currency: str
    drawn_on: date
    apr_bp: int
    principal_minor: int
    outstanding_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    next_due_on: date | None
    unpaid_since_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What closes every loan of a line if it is paid before `expires_at`: all of it, and its parts."""

    line: UUID
    currency: str
    amount_minor: int
    fee_minor: int
    penalty_minor: int
    interest_minor: int
    principal_minor: int
    expires_at: datetime


async def loans_of(db: Database, clock: Clock, house: House, *, line: UUID, most: int) -> list[Standing]:
    """Return a line's loans as they stand today, newest first; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        found = the_line(await lines.read(connection, [line]), line)
        today = business_day(as_of_for(found, clock()))
        read = await read_loans(connection, house, await loans.rows_of_line(connection, line, most=most))
        return [_standing(accrue(loan, through_on=today)) for loan in read]


async def settlement_of(db: Database, clock: Clock, house: House, *, line: UUID) -> Settlement:
    """Return what settles a line today; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        found = the_line(await lines.read(connection, [line]), line)
        today = business_day(as_of_for(found, clock()))
        owing = (await owed(connection, house, [line])).get(line, ())
    quotes = [quote_settlement(loan, on=today) for loan in owing]
    parts = {part: sum(quote.part_minor(part) for quote in quotes) for part in Part}
    return Settlement(
        line=line,
        currency=found.currency,
        amount_minor=sum(parts.values()),
        fee_minor=parts[Part.FEE],
        penalty_minor=parts[Part.PENALTY],
        interest_minor=parts[Part.INTEREST],
        principal_minor=parts[Part.PRINCIPAL],
        expires_at=start_of(today + timedelta(days=1)),
    )


async def cost_of_draw(db: Database, house: House, drawn: Drawn) -> Cost:
    """Return what a draw that was paid out costs if it is repaid as agreed, by the edition that decided it."""
    async with db.reading() as connection:
        product = await house.edition(connection, drawn.decision.edition)
    at, own = drawn.decision.as_of, drawn.decision.id
    return cost_of(new_loan(product, drawn.line, loan=own, amount_minor=drawn.amount_minor, at=at))


def _standing(loan: Loan) -> Standing:
    return Standing(
        loan=loan.id,
        state=loan.state,
        currency=loan.currency,
        drawn_on=loan.drawn_on,
        apr_bp=loan.apr_bp,
        principal_minor=loan.principal_minor,
        outstanding_minor=loan.outstanding_minor,
        interest_minor=loan.charged_minor(Part.INTEREST) - loan.paid_minor(Part.INTEREST) + loan.accrued_interest_minor,
        penalty_minor=loan.penalty_minor - loan.penalty_paid_minor + loan.accrued_penalty_minor,
        fee_minor=loan.fee_minor - loan.fee_paid_minor,
        next_due_on=loan.running_row.due_on if loan.running_row else None,
        unpaid_since_on=loan.unpaid_since_on,
    )
