"""Loans: opened, read, written; a row holds a loan's due dates as arrays, and every version of it leaves an entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from creditline.ledger.allocation import Part
from creditline.ledger.booking import PARTS
from creditline.ledger.chart import Account
from creditline.ledger.interest import Accrual
from creditline.ledger.loan import Instalment, Loan, LoanState
from creditline.ledger.terms import LoanTerms
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("loans")

COLUMNS = (
    "id", "line", "edition", "apr_bp", "currency", "principal_minor", "drawn_on", "accrued_through_on",
    "outstanding_minor", "interest_minor", "interest_paid_minor", "penalty_minor", "penalty_paid_minor", "fee_minor",
    "fee_paid_minor", "booked_interest_minor", "booked_penalty_minor", "prepaid_minor", "interest_micro",
    "interest_rest", "penalty_micro", "penalty_rest", "unpaid_since_on", "state", "dues_count", "due_on",
    "due_principal_minor", "due_planned_minor", "due_interest_minor", "due_principal_paid_minor",
    "due_interest_paid_minor", "version", "booked_at",
)  # fmt: skip
"""The columns of `loan` in their order, which is that of its row type."""

ENTRY_COLUMNS = (
    "loan", "version", "request", "accrued_through_on", "outstanding_minor", "interest_minor", "interest_paid_minor",
    "penalty_minor", "penalty_paid_minor", "fee_minor", "fee_paid_minor", "booked_interest_minor",
    "booked_penalty_minor", "state", "booked_at",
)  # fmt: skip

PLAIN = (
    "id", "line", "currency", "principal_minor", "drawn_on", "accrued_through_on", "fee_minor", "fee_paid_minor",
    "penalty_minor", "penalty_paid_minor", "prepaid_minor", "booked_interest_minor", "booked_penalty_minor", "apr_bp",
    "version",
)  # fmt: skip

TermsOf = Callable[[str, int], LoanTerms]
"""Gives the terms of an edition at a price."""

Changed = tuple[Loan, UUID, datetime]
"""A loan as it became, the request that changed it, and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A version of a loan: what was met of it by part, below zero where it was taken back, and its state then.

    A correction changes what was met before it.
    """

    loan: UUID
    booked_at: datetime
    state: LoanState
    is_correction: bool
    met: Mapping[Part, int]


async def open_rows(db: Connection, lines: Sequence[UUID]) -> list[Row]:
    """Return the rows of what lines owe, the oldest of each line first; `loan_of` reads them."""
    return list(await db.fetch(SQL["open_loans_of_lines"], list(lines)))


async def rows_of_line(db: Connection, line: UUID, *, most: int) -> list[Row]:
    """Return the rows of a line's loans, newest first."""
    return list(await db.fetch(SQL["loans_of_line"], line, most))


async def rows_ever(db: Connection, lines: Sequence[UUID]) -> list[Row]:
    """Return the rows of every loan that lines ever had, the oldest first."""
    return list(await db.fetch(SQL["loans_ever"], list(lines)))


async def steps(db: Connection, loans: Sequence[UUID]) -> list[Step]:
    """Return what was met of loans, loan by loan and version by version."""
    return [
        Step(
            loan=row["loan"],
            booked_at=row["booked_at"],
            state=LoanState(row["state"]),
            is_correction=bool(row["is_correction"]),
            met={part: row[f"{part}_minor"] for part in Part if row[f"{part}_minor"]},
        )
        for row in await db.fetch(SQL["steps_of_loans"], list(loans))
    ]


async def charged_off(db: Connection, lines: Sequence[UUID]) -> set[UUID]:
    """Return those of the lines that still owe what was charged off."""
    return {row["line"] for row in await db.fetch(SQL["loans_charged_off"], list(lines))}


async def record(db: Connection, changed: Sequence[Changed]) -> None:
    """Write loans and the entries of their versions: those at version 1 are new."""
    new = [_columns(loan, at) for loan, _, at in changed if loan.version == 1]
    old = [_columns(loan, at) for loan, _, at in changed if loan.version > 1]
    if new:
        await db.add("loan", new, columns=COLUMNS)
    if old:
        await db.change("loan", old, by=SQL["write_loans"])
    await db.add("loan_entry", [_entry(*one) for one in changed], columns=ENTRY_COLUMNS)


async def paid_parts(db: Connection, repayments: Sequence[UUID]) -> dict[UUID, dict[Part, int]]:
    """Return what repayments brought in by part; what was kept as a credit balance is in none."""
    found: dict[UUID, dict[Part, int]] = {}
    for row in await db.fetch(SQL["paid_parts"], list(repayments)):
        if (part := PARTS.get(Account(row["credit"]))) is not None:
            found.setdefault(row["request"], {})[part] = row["amount_minor"]
    return found


def loan_of(row: Row, terms_of: TermsOf) -> Loan:
    """Read a row: the exact inverse of what is written."""
    edition = row["edition"].hex()
    dues = zip(
        row["due_on"],
        row["due_principal_minor"],
        row["due_planned_minor"],
        row["due_interest_minor"],
        row["due_principal_paid_minor"],
        row["due_interest_paid_minor"],
        strict=True,
    )
    return Loan(
        **{column: row[column] for column in PLAIN},
        terms=terms_of(edition, row["apr_bp"]),
        rows=tuple(
            Instalment(
                number=number,
                due_on=due_on,
                principal_minor=principal,
                planned_interest_minor=planned,
                interest_minor=interest,
                principal_paid_minor=principal_paid,
                interest_paid_minor=interest_paid,
                is_due=number <= row["dues_count"],
            )
            for number, (due_on, principal, planned, interest, principal_paid, interest_paid) in enumerate(
                dues, start=1
            )
        ),
        interest=Accrual(micro=row["interest_micro"], rest=row["interest_rest"]),
        penalty=Accrual(micro=row["penalty_micro"], rest=row["penalty_rest"]),
        state=LoanState(row["state"]),
        edition=edition,
    )


def _columns(loan: Loan, at: datetime) -> tuple[Any, ...]:
    rows = loan.rows
    return (
        loan.id, loan.line, bytes.fromhex(loan.edition), loan.apr_bp, loan.currency, loan.principal_minor,
        loan.drawn_on, loan.accrued_through_on, loan.outstanding_minor, loan.charged_minor(Part.INTEREST),
        loan.paid_minor(Part.INTEREST), loan.penalty_minor, loan.penalty_paid_minor, loan.fee_minor,
        loan.fee_paid_minor, loan.booked_interest_minor, loan.booked_penalty_minor, loan.prepaid_minor,
        loan.interest.micro, loan.interest.rest, loan.penalty.micro, loan.penalty.rest, loan.unpaid_since_on,
        loan.state, sum(row.is_due for row in rows), [row.due_on for row in rows],
        [row.principal_minor for row in rows], [row.planned_interest_minor for row in rows],
        [row.interest_minor for row in rows], [row.principal_paid_minor for row in rows],
        [row.interest_paid_minor for row in rows], loan.version, at,
    )  # fmt: skip


def _entry(loan: Loan, request: UUID, at: datetime) -> tuple[Any, ...]:
    return (
        loan.id, loan.version, request, loan.accrued_through_on, loan.outstanding_minor,
        loan.charged_minor(Part.INTEREST), loan.paid_minor(Part.INTEREST), loan.penalty_minor,
        loan.penalty_paid_minor, loan.fee_minor, loan.fee_paid_minor, loan.booked_interest_minor,
        loan.booked_penalty_minor, loan.state, at,
    )  # fmt: skip
