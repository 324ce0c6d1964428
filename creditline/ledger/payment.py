"""A loan is paid: what is owed as claims, what a payment meets of them, and settlement on a day.

A payment first meets what is due, then the running instalment with interest by actual days, then principal further ahead,
which makes the instalments to come smaller or fewer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from creditline.ledger.allocation import Allocation, Claim, Order, Part, Turn, allocate
from creditline.ledger.interest import Accrual
from creditline.ledger.loan import Instalment, Loan, LoanState, instalments
from creditline.ledger.running import accrue, with_row
from creditline.ledger.schedule import level_instalment_minor, plan_rest
from creditline.ledger.terms import Prepayment, RepaymentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What closes a loan on a day: exact to the minor unit when paid before `expires_at`, the end of that day in UTC."""

    paid_on: date
    claims: tuple[Claim, ...]
    expires_at: datetime

    @property
    def amount_minor(self) -> int:
        """All of it."""
        return sum(claim.amount_minor for claim in self.claims)

    def part_minor(self, part: Part) -> int:
        """Return how much of it is one part."""
        return sum(claim.amount_minor for claim in self.claims if claim.part is part)


def claims_of(loan: Loan) -> tuple[Claim, ...]:
    """Return all that is owed as the loan stands; what ran up is rounded as it would be posted now."""
    if loan.state in {LoanState.CLOSED, LoanState.REVERSED} or not loan.rows:
        return ()
    running, first, last = loan.running_row, loan.rows[0], loan.rows[-1]
    found: list[Claim] = []

    def owe(part: Part, turn: Turn, row: Instalment, amount_minor: int) -> None:
        if amount_minor:
            number = row.number if part in {Part.INTEREST, Part.PRINCIPAL} else 0
            claim = Claim(loan=loan.id, part=part, turn=turn, due_on=row.due_on, row=number, amount_minor=amount_minor)
            found.append(claim)

    owe(Part.FEE, Turn.DUE if first.is_due else Turn.RUNNING, first, loan.fee_minor - loan.fee_paid_minor)
    oldest = next((row for row in loan.rows if row.is_unpaid), first)
    penalty_minor = loan.penalty_minor - loan.penalty_paid_minor + loan.accrued_penalty_minor
    owe(Part.PENALTY, Turn.DUE, oldest, penalty_minor)
    for row in loan.rows:
        if row.is_due:
            late_minor = loan.accrued_interest_minor if running is None and row is last else 0
            owe(Part.INTEREST, Turn.DUE, row, row.interest_unpaid_minor + late_minor)
            owe(Part.PRINCIPAL, Turn.DUE, row, row.principal_unpaid_minor)
    if running is not None:
        owe(Part.INTEREST, Turn.RUNNING, running, running.interest_unpaid_minor + loan.accrued_interest_minor)
        owe(Part.PRINCIPAL, Turn.RUNNING, running, running.principal_unpaid_minor)
    for row in loan.rows_ahead:
        owe(Part.PRINCIPAL, Turn.AHEAD, row, row.principal_unpaid_minor)
    return tuple(found)


def meet(loan: Loan, met: Iterable[Claim]) -> Loan:
    """Meet claims of a loan as it stands, in whole or in part: paid or waived. Closes it when nothing is left."""
    by_part = sorted(met, key=lambda claim: (claim.turn is Turn.AHEAD, tuple(Part).index(claim.part)))
    for (is_ahead, part), group in groupby(by_part, key=lambda claim: (claim.turn is Turn.AHEAD, claim.part)):
        claims = list(group)
        amount_minor = sum(claim.amount_minor for claim in claims)
        if is_ahead:
            loan = _prepay(loan, amount_minor)
            continue
        match part:
            case Part.FEE:
                loan = replace(loan, fee_paid_minor=loan.fee_paid_minor + amount_minor)
            case Part.PENALTY:
                loan = _meet_penalty(loan, amount_minor)
            case Part.INTEREST:
                for claim in claims:
                    loan = _meet_interest(loan, claim)
            case Part.PRINCIPAL:
                for claim in claims:
                    row = _row(loan, claim.row)
                    paid = replace(row, principal_paid_minor=row.principal_paid_minor + claim.amount_minor)
                    loan = replace(loan, rows=with_row(loan.rows, paid))
    if not loan.outstanding_minor and not claims_of(loan):
        return replace(loan, state=LoanState.CLOSED, interest=Accrual(), penalty=Accrual())
    return loan


def pay(loan: Loan, amount_minor: int, *, on: date, order: Order | None = None) -> tuple[Loan, Allocation]:
    """Pay an amount on a day, in the order of the loan's terms or another; returns the loan after it, and what was met."""
    loan = accrue(loan, through_on=on)
    allocation = allocate(amount_minor, claims_of(loan), order or loan.terms.order)
    return meet(loan, allocation.met), allocation


def waive(loan: Loan, amount_minor: int, *, on: date, part: Part) -> tuple[Loan, Allocation]:
    """Forgive an amount of one part on a day; what that part does not owe is excess."""
    loan = accrue(loan, through_on=on)
    owed = [claim for claim in claims_of(loan) if claim.part is part]
    allocation = allocate(amount_minor, owed, loan.terms.order)
    return meet(loan, allocation.met), allocation


def quote_settlement(loan: Loan, *, on: date) -> Quote:
    """Return what closes a loan on a day, by actual days."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(days=1)
    return Quote(paid_on=on, claims=claims_of(accrue(loan, through_on=on)), expires_at=midnight)


def _meet_penalty(loan: Loan, amount_minor: int) -> Loan:
    posted_minor = max(0, amount_minor - (loan.penalty_minor - loan.penalty_paid_minor))
    left = _left(loan.penalty, posted_minor, whole_minor=loan.accrued_penalty_minor)
    return replace(
        loan,
        penalty=left,
        penalty_minor=loan.penalty_minor + posted_minor,
        penalty_paid_minor=loan.penalty_paid_minor + amount_minor,
    )


def _meet_interest(loan: Loan, claim: Claim) -> Loan:
    row = _row(loan, claim.row)
    posted_minor = max(0, claim.amount_minor - row.interest_unpaid_minor)
    left = _left(loan.interest, posted_minor, whole_minor=loan.accrued_interest_minor)
    paid = replace(
        row,
        interest_minor=row.interest_minor + posted_minor,
        interest_paid_minor=row.interest_paid_minor + claim.amount_minor,
    )
    return replace(loan, rows=with_row(loan.rows, paid), interest=left)


def _left(accrual: Accrual, posted_minor: int, *, whole_minor: int) -> Accrual:
    """Return what still runs up after some of it was posted: nothing if all was, the fraction being rounded away."""
    if not posted_minor:
        return accrual
    return Accrual() if posted_minor == whole_minor else accrual.less(posted_minor)


def _prepay(loan: Loan, amount_minor: int) -> Loan:
    """Take principal off the instalments after the next one, and make those anew."""
    terms, ahead, running = loan.terms, loan.rows_ahead, loan.running_row
    assert running is not None
    left_minor = sum(row.principal_unpaid_minor for row in ahead) - amount_minor
    kept_minor = None
    if terms.prepayment is Prepayment.SHORTEN and terms.kind is RepaymentKind.LEVEL_INSTALMENTS:
        kept_minor = level_instalment_minor(
            loan.principal_minor, terms.rate, count=terms.instalments_count, unit_minor=terms.instalment_unit_minor
        )
    elif terms.prepayment is Prepayment.SHORTEN and terms.kind is RepaymentKind.EQUAL_PRINCIPAL:
        kept_minor = max(1, loan.principal_minor // terms.instalments_count)
    anew = plan_rest(
        left_minor,
        terms,
        since=terms.counted.end_on(running.due_on),
        dues=[row.due_on for row in ahead],
        first_number=ahead[0].number,
        instalment_minor=kept_minor,
    )
    stay = tuple(row for row in loan.rows if row.number <= running.number)
    return replace(
        loan,
        rows=stay + (instalments(anew) if left_minor else ()),
        prepaid_minor=loan.prepaid_minor + amount_minor,
    )


def _row(loan: Loan, number: int) -> Instalment:
    return next(row for row in loan.rows if row.number == number)
