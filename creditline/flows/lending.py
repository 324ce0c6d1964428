"""Lending: what a line owes as loans, read on the terms of their editions."""

from collections.abc import Callable, Sequence
from uuid import UUID

from creditline.decision.product import Product
from creditline.flows.house import House
from creditline.ledger.loan import Loan
from creditline.ledger.terms import LoanTerms
from creditline.store import loans
from creditline.store.connect import Connection, Row


async def owed(db: Connection, house: House, lines: Sequence[UUID]) -> dict[UUID, tuple[Loan, ...]]:
    """Return what lines owe, the oldest loan of each first, as it was last written; a line without loans is absent."""
    found: dict[UUID, tuple[Loan, ...]] = {}
    for loan in await read_loans(db, house, await loans.open_rows(db, lines)):
        found[loan.line] = (*found.get(loan.line, ()), loan)
    return found


async def read_loans(db: Connection, house: House, rows: Sequence[Row]) -> list[Loan]:
    """Read rows of loans, each on the terms of its own edition."""
    editions = {edition: await house.edition(db, edition.hex()) for edition in {row["edition"] for row in rows}}
    terms_of = _terms_of({edition.hex(): product for edition, product in editions.items()})
    return [loans.loan_of(row, terms_of) for row in rows]


def _terms_of(products: dict[str, Product]) -> Callable[[str, int], LoanTerms]:
    known: dict[tuple[str, int], LoanTerms] = {}

    def terms_of(edition: str, apr_bp: int) -> LoanTerms:
        if (edition, apr_bp) not in known:
            known[edition, apr_bp] = products[edition].lending.at_price(apr_bp)
        return known[edition, apr_bp]

    return terms_of
