"""Corrections: what was done to a line's money, what takes it back, and what was forgiven."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from creditline.ledger.allocation import Part
from creditline.ledger.chart import Account, Transfer
from creditline.restoration.plan import Tranche
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("corrections")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """How much of a request a later one takes back; `is_whole` if nothing of it counts any more."""

    request: UUID
    corrects: UUID
    amount_minor: int
    is_whole: bool


async def deeds_of(db: Connection, line: UUID) -> list[Row]:
    """Return what was done to a line's money, in the order it was booked, with what of it still counts."""
    return list(await db.fetch(SQL["deeds_of_line"], line))


async def open_tranches_of(db: Connection, repayments: Sequence[UUID]) -> list[Tranche]:
    """Return what of repayments is not back yet, through however many parts that were kept back."""
    rows = await db.fetch(SQL["open_tranches_of_repayments"], list(repayments))
    return [Tranche(**{**dict(row), "edition": row["edition"].hex()}) for row in rows]


async def transfers_of(db: Connection, requests: Sequence[UUID]) -> list[Transfer]:
    """Return what requests posted, in its order."""
    rows = await db.fetch(SQL["transfers_of_requests"], list(requests))
    return [Transfer(**{**dict(row), "debit": Account(row["debit"]), "credit": Account(row["credit"])}) for row in rows]


async def take_back(db: Connection, taken: Sequence[TakenBack]) -> None:
    """Write what requests take back of others; the database refuses more than there is, and the same twice."""
    records = [(one.request, one.corrects, one.amount_minor, one.is_whole) for one in taken]
    columns = ("request", "corrects", "amount_minor", "is_whole")
    await db.add("correction", records, columns=columns)


async def waive(
    db: Connection, request: UUID, *, part: Part, loan: UUID | None, role: str, approver: str | None = None
) -> None:
    """Write which part a request forgives, on one loan or on whichever is oldest, and in which role somebody may do so."""
    columns = ("request", "part", "loan", "role", "approver")
    await db.add("waiver", [(request, part, loan, role, approver)], columns=columns)
