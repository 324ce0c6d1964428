"""The book for an accountant: trial balance, journal and statements; reading only."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from creditline.clock import DAY, Clock, business_day, start_of
from creditline.errors import Code, Malformed, NotFound
from creditline.flows.explain import read_line
from creditline.ledger.chart import CHART, AccountTerms
from creditline.ledger.journal import Posted
from creditline.ledger.line import Line
from creditline.ledger.statement import StatementRow, statement_rows
from creditline.store import book, limits, lines
from creditline.store.book import NOTHING_BEFORE, AccountSum
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """An account of the trial balance: both sides as booked, and the balance on the side it falls on."""

    currency: str
    account: str
    name: str
    account_kind: str
    debits_count: int
    debit_minor: int
    credits_count: int
    credit_minor: int
    debit_balance_minor: int
    credit_balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """The sums of the book up to and with a day; a currency whose two sides differ is not in balance."""

    as_of: date
    rows: list[BalanceRow]

    @property
    def is_balanced(self) -> bool:
        """Whether debits equal credits in every currency."""
        sides: dict[str, int] = {}
        for row in self.rows:
            sides[row.currency] = sides.get(row.currency, 0) + row.debit_minor - row.credit_minor
        return not any(sides.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A line and its entries booked on some days, with running buckets and balances."""

    line: Line
    first_on: date
    last_on: date
    rows: list[StatementRow]


async def trial_balance(db: Database, clock: Clock, *, as_of: date | None = None) -> TrialBalance:
    """Return the trial balance as of the end of a day, today if none is named."""
    day = as_of or business_day(clock())
    async with db.reading() as connection:
        found = await book.sums(connection, through=day)
    by_account = {(own.currency, own.account): own for own in found}
    currencies = sorted({own.currency for own in found})
    rows = [
        _balance_row(by_account[currency, terms.account], terms)
        for currency in currencies
        for terms in CHART
        if (currency, terms.account) in by_account
    ]
    return TrialBalance(as_of=day, rows=rows)


def _balance_row(own: AccountSum, terms: AccountTerms) -> BalanceRow:
    balance_minor = own.debit_minor - own.credit_minor
    return BalanceRow(
        currency=own.currency,
        account=terms.code,
        name=terms.name,
        account_kind=terms.kind,
        debits_count=own.debits_count,
        debit_minor=own.debit_minor,
        credits_count=own.credits_count,
        credit_minor=own.credit_minor,
        debit_balance_minor=max(0, balance_minor),
        credit_balance_minor=max(0, -balance_minor),
    )


async def journal_page(
    db: Database, *, since: date | None, through: date | None, after: str | None, most: int
) -> list[Posted]:
    """Return up to `most` transfers booked on some days, in the order of the journal, after the one called `after`."""
    async with db.reading() as connection:
        place = NOTHING_BEFORE
        if after is not None:
            request, ordinal = _named(after)
            at = await book.booked_at(connection, request, ordinal)
            if at is None:
                raise NotFound(
                    f"There is no transfer {after}. Name the last one of the page before, or none.",
                    code=Code.ENTRY_UNKNOWN,
                )
            place = (at, request, ordinal)
        days = await book.booked_days(connection)
        if days is None:
            return []
        first, last = since or days[0], through or days[1]
        return await book.journal_page(
            connection, since=start_of(first), until=start_of(last) + DAY, after=place, most=most
        )


async def journal(
    db: Database, *, since: date | None, through: date | None, told: Callable[[date], None] = lambda _: None
) -> AsyncIterator[Posted]:
    """Go through every transfer booked on some days, a day at a time, all as of one state of the book.

    No more than a few thousand are in memory; `told` hears of each day that is done.
    """
    async with db.reading() as connection:
        days = await book.booked_days(connection)
        if days is None:
            return
        day, last = max(since or days[0], days[0]), min(through or days[1], days[1])
        while day <= last:
            async for posted in book.journal(
                connection, since=start_of(day), until=start_of(day) + DAY, after=NOTHING_BEFORE
            ):
                yield posted
            told(day)
            day += timedelta(days=1)


async def statement_of(
    db: Database, line: UUID, *, since: date | None = None, through: date | None = None
) -> Statement:
    """Return a line's statement over some days, the whole of its life if none are named; raise `NotFound`."""
    found = await read_line(db, line)
    async with db.reading() as connection:
        entries, transfers = await lines.entries(connection, line), await lines.transfers(connection, line)
        words = await limits.words_of(connection, line)
    first = since or business_day(found.opened_at)
    last = through or business_day(entries[-1].booked_at)
    rows = [
        row for row in statement_rows(entries, transfers, words=words) if first <= business_day(row.booked_at) <= last
    ]
    return Statement(line=found, first_on=first, last_on=last, rows=rows)


def _named(entry: str) -> tuple[UUID, int]:
    """Return the request and the ordinal of a transfer's name."""
    request, _, ordinal = entry.partition("/")
    try:
        return UUID(request), int(ordinal)
    except ValueError:
        raise Malformed(
            f"{entry[:60]!r} names no transfer. Copy it whole, as in 0190a5c4-7d2e-7c1b-9f35-0a1b2c3d4e5f/0.",
            code=Code.MESSAGE_MALFORMED,
        ) from None
