"""A book to measure on: lines that are half drawn, borrowers with a past, and the server's own benchmark beside it."""

import re
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import Clock, system_clock
from creditline.decision.product import Product, read_product
from creditline.edge.products import load_product
from creditline.errors import CreditlineError
from creditline.events.catalogue import PaymentMade, StatementIssued
from creditline.events.row import EventRow, row_of
from creditline.flows.draw import DrawRequest
from creditline.flows.house import House
from creditline.flows.open import OpenRequest, open_lines
from creditline.flows.publish import publish
from creditline.flows.repay import RepayRequest
from creditline.ids import new_id
from creditline.store import facts
from creditline.store.connect import Database
from creditline.store.identity import binaries

FACTS_A_BORROWER = 24
CHUNK = 5_000
DAY = timedelta(days=1)


def busy_house() -> House:
    """Return a house with the shipped product, but without its stop for very many draws a day, which a benchmark runs into."""
    return House([busy_product()])


def busy_product() -> Product:
    """Return the shipped product without its stop for very many draws a day."""
    limits = "parameters/limits.toml"
    product = load_product("consumer_revolving")
    calm = re.sub(rb"(\[velocity_draws_1d_count\][^\[]*\[[^\[]*?value = )\d+", rb"\g<1>1000000", product.files[limits])
    return read_product({**product.files, limits: calm})


async def open_book(db: Database, house: House, *, lines_count: int, clock: Clock = system_clock) -> list[UUID]:
    """Publish, open lines that are half drawn, and tell each borrower's facts; return the lines."""
    await publish(db, clock, house)
    now = clock()
    lines: list[UUID] = []
    for start in range(0, lines_count, 256):
        asked = [
            OpenRequest(
                id=new_id(now), borrower=f"b{place}", product="consumer_revolving", currency="CNY",
                requested_minor=10**9, is_moved=True, moved_balance_minor=5 * 10**8,
            )
            for place in range(start, min(start + 256, lines_count))
        ]  # fmt: skip
        require_done(await open_lines(db, clock, house, asked=asked))
        lines += [request.id for request in asked]
    rows = [row for place, line in enumerate(lines) for row in _life(f"b{place}", line, now)]
    for start in range(0, len(rows), CHUNK):
        await take(db, rows[start : start + CHUNK])
    return lines


def _life(borrower: str, line: UUID, now: datetime) -> list[EventRow]:
    """Return some weeks of one borrower."""
    told: list[EventRow] = []
    for ago in range(1, FACTS_A_BORROWER):
        paid = PaymentMade(
            id=new_id(now), borrower=borrower, happened_at=now - ago * DAY, amount_minor=100, currency="CNY", payee="p"
        )
        told.append(row_of(paid, recorded_at=now))
    billed = StatementIssued(
        id=new_id(now), borrower=borrower, happened_at=now - DAY, line=line, amount_minor=5 * 10**8, currency="CNY"
    )
    return [*told, row_of(billed, recorded_at=now)]


async def take(db: Database, rows: Sequence[EventRow]) -> int:
    """Take a chunk of events in; return how many were new."""
    async with db.transaction() as connection:
        return len((await facts.take(connection, rows)).new)


def draws(lines: Sequence[UUID]) -> list[DrawRequest]:
    """Return new requests for a little from each line."""
    now = system_clock()
    return [DrawRequest(id=new_id(now), line=line, amount_minor=100, currency="CNY") for line in lines]


def repayments(lines: Sequence[UUID]) -> list[RepayRequest]:
    """Return new requests to bring a little back to each line."""
    now = system_clock()
    return [RepayRequest(id=new_id(now), line=line, amount_minor=100, currency="CNY") for line in lines]


def require_done(outcomes: Sequence[object]) -> int:
    """Return how many requests were carried out; a benchmark whose requests fail measures nothing."""
    failed = [outcome for outcome in outcomes if isinstance(outcome, CreditlineError)]
    if failed:
        raise failed[0]
    return len(outcomes)


def pgbench(dsn: str, *arguments: str) -> float:
    """Run the server's own benchmark on its own tables; return transactions a second."""
    told = subprocess.run([binaries() / "pgbench", *arguments, dsn], capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    return float(found[1]) if found else 0.0
