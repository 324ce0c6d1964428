"""A line's money told again: what its loans and accounts are by everything that was lent, paid and forgiven.

A correction changes one deed of that history (a payment that bounced, one dated back, a draw that never was). What the
history then tells, less what it told before, is what has to be posted now; days that are closed stay as they were.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from creditline.decision.lending import Lending
from creditline.decision.settle import settle
from creditline.errors import Broken, Code
from creditline.ledger.allocation import Allocation, Claim, Order, Part, allocate
from creditline.ledger.asset_class import is_non_accrual
from creditline.ledger.book import Legs, paired
from creditline.ledger.booking import RECEIVABLES, book_run_up
from creditline.ledger.chart import Account
from creditline.ledger.day import unpaid_minor
from creditline.ledger.loan import Loan, LoanState, as_drawn, never_drawn
from creditline.ledger.payment import claims_of, meet
from creditline.ledger.running import accrue

INCOME = {
    Part.FEE: Account.FEE_INCOME,
    Part.PENALTY: Account.PENALTY_INCOME,
    Part.INTEREST: Account.INTEREST_INCOME,
}
"""Where what is charged is earned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done to a line's money: it counts from a day, among those of one day in the order they were booked."""

    request: UUID
    met_on: date
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent(Deed):
    """A draw, as the loan it made."""

    loan: Loan


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Deed):
    """A payment, of which we have so much; taken in the order of `lending`. A recovery meets what was charged off."""

    amount_minor: int
    lending: Lending
    is_recovery: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(Deed):
    """An amount of one part, forgiven on one loan or on the oldest first."""

    amount_minor: int
    part: Part
    loan: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp(Deed):
    """Everything owed, given up as lost."""

    lending: Lending


@dataclass(slots=True)
class Told:
    """What a history comes to: the loans, what each payment and waiver met, and the balances that no loan carries.

    `kept_minor` is what of a payment met nothing and is the borrower's; `given_up` are loans that were charged off.
    """

    loans: dict[UUID, Loan] = field(default_factory=dict)
    parts: dict[UUID, dict[Part, int]] = field(default_factory=dict)
    kept_minor: dict[UUID, int] = field(default_factory=dict)
    given_up: set[UUID] = field(default_factory=set)
    balances: Counter[Account] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a correction comes to: history before and after it, the loans it changes, its money, and its principal."""

    before: Told
    after: Told
    changed: tuple[Loan, ...]
    money: Legs

    @property
    def drawn_minor(self) -> int:
        """By how much what is drawn changes."""
        return sum(
            ((debit is Account.RECEIVABLE) - (credit is Account.RECEIVABLE)) * amount
            for debit, credit, amount in self.money
        )


def lent(stored: Loan, *, at: datetime) -> Lent:
    """Return the deed that made a loan, from the loan as it now is."""
    drawn = as_drawn(stored)
    return Lent(
        request=stored.id,
        met_on=stored.drawn_on,
        booked_at=at,
        loan=replace(drawn, edition=stored.edition, apr_bp=stored.apr_bp),
    )


def tell(deeds: Iterable[Deed], *, through_on: date) -> Told:
    """Tell a line's history from nothing, its loans as they stand at the beginning of a day."""
    told = Told()
    for deed in sorted(deeds, key=lambda deed: (deed.met_on, deed.booked_at)):
        match deed:
            case Lent(loan=loan):
                told.loans[loan.id] = loan
                told.balances[Account.SETTLEMENT] -= loan.principal_minor
            case Paid(is_recovery=True):
                _recover(told, deed)
            case Paid():
                _pay(told, deed)
            case Waived():
                _waive(told, deed)
            case GivenUp():
                _give_up(told, deed)
    told.loans = {one: accrue(loan, through_on=through_on) for one, loan in told.loans.items()}
    return told


def change_of(stored: Sequence[Loan], *, before: Sequence[Deed], after: Sequence[Deed], today: date) -> Change:
    """Return what has to be posted when a line's history becomes another; `stored` are all its loans as last written.

    Raise `Broken` if what is stored is not what the history before tells.
    """
    old, new = tell(before, through_on=today), tell(after, through_on=today)
    require_told(stored, old, today=today)
    was = {loan.id: loan for loan in stored}
    changed = [_written(loan, was[one]) for one, loan in new.loans.items() if _plain(loan) != _plain(old.loans[one])]
    changed += [
        replace(never_drawn(was[one]), version=was[one].version + 1) for one in old.loans if one not in new.loans
    ]
    is_now = {**{one: was[one] for one in new.loans}, **{loan.id: loan for loan in changed if loan.id in new.loans}}
    moved = balances_of(is_now.values(), new)
    moved.subtract(balances_of([was[one] for one in old.loans], old))
    return Change(before=old, after=new, changed=tuple(changed), money=legs_of(moved))


def require_told(stored: Sequence[Loan], told: Told, *, today: date) -> None:
    """Raise `Broken` unless loans are what their history tells."""
    for loan in stored:
        if loan.state is LoanState.REVERSED:
            continue
        if loan.id not in told.loans or _plain(accrue(loan, through_on=today)) != _plain(told.loans[loan.id]):
            raise Broken(
                f"Loan {loan.id} of line {loan.line} is not what its history tells, so that nothing of it can be corrected. "
                "Run `creditline verify` and keep this message.",
                code=Code.INVARIANT_BROKEN,
            )


def balances_of(loans: Iterable[Loan], told: Told) -> Counter[Account]:
    """Return the money accounts of a line: what its loans carry, by what is booked of them, and the rest of its history."""
    found = Counter(told.balances)
    for loan in loans:
        booked = {
            Part.FEE: loan.fee_minor,
            Part.PENALTY: loan.booked_penalty_minor,
            Part.INTEREST: loan.booked_interest_minor,
        }
        for part, amount_minor in booked.items():
            found[INCOME[part]] -= amount_minor
            if loan.id not in told.given_up:
                found[RECEIVABLES[part]] += amount_minor - loan.paid_minor(part)
        if loan.id not in told.given_up:
            found[Account.RECEIVABLE] += loan.outstanding_minor
    return found


def legs_of(moved: Mapping[Account, int]) -> Legs:
    """Return the legs of a change of balances: what was charged against its income, the memo by itself, then the rest."""
    rest = Counter(moved)
    legs: list[tuple[Account, Account, int]] = []
    pairs = [(RECEIVABLES[part], income) for part, income in INCOME.items()]
    for debit, credit in (*pairs, (Account.CHARGED_OFF, Account.CHARGED_OFF_CONTRA)):
        amount_minor = -rest[credit]
        rest[credit] += amount_minor
        rest[debit] -= amount_minor
        legs.append((debit, credit, amount_minor) if amount_minor >= 0 else (credit, debit, -amount_minor))
    return tuple(leg for leg in (*legs, *paired(rest)) if leg[2])


def _pay(told: Told, deed: Paid) -> None:
    """Meet what is open with a payment; what meets nothing is kept for the borrower."""
    owing = [loan for loan in told.loans.values() if loan.state is LoanState.OPEN]
    settled = settle(deed.lending, owing, deed.amount_minor, on=deed.met_on)
    told.loans.update({loan.id: loan for loan in settled.changed})
    told.parts[deed.request] = settled.parts
    _keep(told, deed, deed.amount_minor - sum(settled.parts.values()))
    told.balances[Account.SETTLEMENT] += deed.amount_minor


def _recover(told: Told, deed: Paid) -> None:
    """Meet what was charged off: income, because it is no asset any more."""
    owing = [loan for loan in told.loans.values() if loan.state is LoanState.CHARGED_OFF]
    claims = [claim for loan in owing for claim in claims_of(loan)]
    dpd_days = max((loan.dpd_days(deed.met_on) for loan in owing), default=0)
    met = allocate(deed.amount_minor, claims, deed.lending.order_at(dpd_days))
    _meet(told, met)
    recovered_minor = deed.amount_minor - met.excess_minor
    told.parts[deed.request] = {part: met.part_minor(part) for part in Part}
    _keep(told, deed, met.excess_minor)
    told.balances[Account.SETTLEMENT] += deed.amount_minor
    told.balances[Account.RECOVERY_INCOME] -= recovered_minor
    told.balances[Account.CHARGED_OFF] -= recovered_minor
    told.balances[Account.CHARGED_OFF_CONTRA] += recovered_minor


def _keep(told: Told, deed: Paid, kept_minor: int) -> None:
    told.kept_minor[deed.request] = kept_minor
    told.balances[Account.CREDIT_BALANCE] -= kept_minor


def _waive(told: Told, deed: Waived) -> None:
    """Forgive an amount of one part, as far as it is owed."""
    for one, loan in told.loans.items():
        told.loans[one] = accrue(loan, through_on=deed.met_on)
    owed = waivable(told.loans.values(), deed.part, loan=deed.loan)
    met = allocate(deed.amount_minor, owed, Order())
    _meet(told, met)
    told.parts[deed.request] = {part: met.part_minor(part) for part in Part}
    told.balances[Account.WAIVER_EXPENSE] += deed.amount_minor - met.excess_minor


def waivable(loans: Iterable[Loan], part: Part, *, loan: UUID | None) -> list[Claim]:
    """Return what can be forgiven of a part: what is owed of it as open loans stand, of one loan or of all."""
    return [
        claim
        for one in loans
        if one.state is LoanState.OPEN and loan in {None, one.id}
        for claim in claims_of(one)
        if claim.part is part
    ]


def _give_up(told: Told, deed: GivenUp) -> None:
    """Take what is open off the books. Interest of what did not perform never was income, and is none of the loss."""
    ran = [accrue(loan, through_on=deed.met_on) for loan in told.loans.values() if loan.state is LoanState.OPEN]
    is_stopped = is_non_accrual(max((loan.dpd_days(deed.met_on) for loan in ran), default=0), deed.lending.classes)
    for loan in ran:
        told.loans[loan.id] = replace(book_run_up(loan)[0], state=LoanState.CHARGED_OFF)
        told.given_up.add(loan.id)
        owed = {part: unpaid_minor(loan, part) for part in (Part.FEE, Part.PENALTY, Part.INTEREST)}
        for part, amount_minor in owed.items():
            is_loss = part is Part.FEE or not is_stopped
            told.balances[Account.WRITE_OFF_EXPENSE if is_loss else INCOME[part]] += amount_minor
        told.balances[Account.WRITE_OFF_EXPENSE] += loan.outstanding_minor
        claim_minor = sum(owed.values()) + loan.outstanding_minor
        told.balances[Account.CHARGED_OFF] += claim_minor
        told.balances[Account.CHARGED_OFF_CONTRA] -= claim_minor


def _meet(told: Told, met: Allocation) -> None:
    for one in {claim.loan for claim in met.met}:
        told.loans[one] = meet(told.loans[one], met.of(one))


def _written(loan: Loan, was: Loan) -> Loan:
    """Return a loan as it is written: booked up to now, one version on, and never earlier than it was."""
    return replace(
        book_run_up(loan)[0],
        version=was.version + 1,
        accrued_through_on=max(loan.accrued_through_on, was.accrued_through_on),
    )


def _plain(loan: Loan) -> Loan:
    """Return what of a loan does not depend on when somebody looked at it."""
    plain = replace(loan, version=1, booked_interest_minor=0, booked_penalty_minor=0)
    return plain if loan.state is LoanState.OPEN else replace(plain, accrued_through_on=loan.drawn_on)
