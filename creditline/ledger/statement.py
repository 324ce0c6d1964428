"""A line's statement: its entries in order, each with the buckets and the balances it left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from creditline.ledger.chart import Account, Entry, Movement, Transfer

OWED = (Account.RECEIVABLE, Account.INTEREST_RECEIVABLE, Account.PENALTY_RECEIVABLE, Account.FEE_RECEIVABLE)
"""What the borrower owes, account by account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """An entry with the buckets after it and what is owed after it; amounts are minor units, running.

    `why` says by whom and for which reason an entry was made that no rule decided, and is empty for all others.
    """

    version: int
    booked_at: datetime
    movement: Movement
    request: UUID
    granted_minor: int
    headroom_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    owed_minor: int
    credit_minor: int
    why: str


def statement_rows(
    entries: Sequence[Entry], transfers: Iterable[Transfer], *, words: Mapping[int, str] = MappingProxyType({})
) -> list[StatementRow]:
    """Fold a line's whole history, both in the order they were booked, into its running balances.

    Transfers count with the last entry of their request at their instant. `words` are why entries were made, by version.
    """
    waiting = list(transfers)
    held: Counter[Account] = Counter()
    rows: list[StatementRow] = []
    place = 0
    for at, entry in enumerate(entries):
        follows = entries[at + 1] if at + 1 < len(entries) else None
        if follows is None or follows.booked_at > entry.booked_at:
            while place < len(waiting) and waiting[place].booked_at <= entry.booked_at:
                one = waiting[place]
                held[one.debit] += one.amount_minor
                held[one.credit] -= one.amount_minor
                place += 1
        rows.append(_row(entry, held, why=words.get(entry.version, "")))
    return rows


def _row(entry: Entry, held: Counter[Account], *, why: str) -> StatementRow:
    return StatementRow(
        version=entry.version,
        booked_at=entry.booked_at,
        movement=entry.movement,
        request=entry.request,
        granted_minor=entry.granted_minor,
        headroom_minor=entry.granted_minor - entry.drawn_minor - entry.reserved_minor - entry.withheld_minor,
        drawn_minor=entry.drawn_minor,
        reserved_minor=entry.reserved_minor,
        withheld_minor=entry.withheld_minor,
        principal_minor=held[Account.RECEIVABLE],
        interest_minor=held[Account.INTEREST_RECEIVABLE],
        penalty_minor=held[Account.PENALTY_RECEIVABLE],
        fees_minor=held[Account.FEE_RECEIVABLE],
        owed_minor=sum(held[account] for account in OWED),
        credit_minor=-held[Account.CREDIT_BALANCE],
        why=why,
    )
