"""Durable draws and repayments with their whole decision, against the server's own benchmark on the same server.

The named limit is pgbench's TPC-B (scale 10, 2 clients): five small statements and a commit, without any decision. Ours
reads facts, computes features and scores, asks the tables, posts the books and commits, for every request. Both wait for
the disk. The contestants take turns within each round, and the median round of each counts.
"""

import asyncio
import re
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from creditline.clock import system_clock
from creditline.decision.product import Product, read_product
from creditline.edge.products import load_product
from creditline.errors import CreditlineError
from creditline.events.catalogue import OrderPaid, PaymentMade, StatementIssued
from creditline.events.row import EventRow, row_of
from creditline.flows.draw import DrawRequest, draw_lines
from creditline.flows.house import House
from creditline.flows.open import OpenRequest, open_lines
from creditline.flows.publish import publish
from creditline.flows.repay import RepayRequest, repay_lines
from creditline.flows.verify import verify
from creditline.ids import new_id
from creditline.store import facts
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.identity import binaries
from creditline.store.migrate import prepare

BATCHES = (1, 16, 64, 256)
CLIENTS = 2
LINES_COUNT = 2048
FACTS_A_BORROWER = 24
ROUNDS = 3
SECONDS = 0.9
CHUNK = 5_000
DAY = timedelta(days=1)

Send = Callable[[Sequence[UUID]], Awaitable[Sequence[object]]]


def busy_product() -> Product:
    """Return the shipped product without its stop for very many draws a day, which the benchmark would run into."""
    limits = "parameters/limits.toml"
    product = load_product("consumer_revolving")
    calm = re.sub(rb"(\[velocity_draws_1d_count\][^\[]*\[[^\[]*?value = )\d+", rb"\g<1>1000000", product.files[limits])
    return read_product({**product.files, limits: calm})


class Bench:
    """A server with a book on it, and a count a second of every contestant, round by round."""

    def __init__(self, db: Database, house: House) -> None:
        self.db, self.house = db, house
        self.lines: list[UUID] = []
        self.rates: defaultdict[str, list[float]] = defaultdict(list)
        self._numbers = count()

    async def open_book(self) -> None:
        """Open lines that are half drawn, and tell each borrower's facts."""
        now = system_clock()
        for start in range(0, LINES_COUNT, 256):
            asked = [
                OpenRequest(
                    id=new_id(now), borrower=f"b{place}", product="consumer_revolving", currency="CNY",
                    requested_minor=10**9, is_moved=True, moved_balance_minor=5 * 10**8,
                )
                for place in range(start, start + 256)
            ]  # fmt: skip
            await open_lines(self.db, system_clock, self.house, asked=asked)
            self.lines += [request.id for request in asked]
        rows = [row for place in range(LINES_COUNT) for row in self._life(place, now)]
        for start in range(0, len(rows), CHUNK):
            await self._take(rows[start : start + CHUNK])

    def _life(self, place: int, now: datetime) -> list[EventRow]:
        """Return some months of one borrower."""
        told: list[EventRow] = []
        for ago in range(1, FACTS_A_BORROWER):
            paid = PaymentMade(
                id=new_id(now),
                borrower=f"b{place}",
                happened_at=now - ago * DAY,
                amount_minor=100,
                currency="CNY",
                payee="p",
            )
            told.append(row_of(paid, recorded_at=now))
        billed = StatementIssued(
            id=new_id(now), borrower=f"b{place}", happened_at=now - DAY, line=self.lines[place], amount_minor=5 * 10**8,
            currency="CNY",
        )  # fmt: skip
        return [*told, row_of(billed, recorded_at=now)]

    async def _take(self, rows: Sequence[EventRow]) -> int:
        async with self.db.transaction() as connection:
            return len((await facts.take(connection, rows)).new)

    async def time_flow(self, name: str, send: Send, *, batch: int) -> None:
        """Send batches from as many clients as pgbench has, each with lines of its own, and note answers a second."""
        ends_at = time.perf_counter() + SECONDS

        async def client(own: Sequence[UUID]) -> int:
            done, at = 0, 0
            while time.perf_counter() < ends_at:
                outcomes = await send([own[(at + step) % len(own)] for step in range(batch)])
                assert not any(isinstance(outcome, CreditlineError) for outcome in outcomes)
                done, at = done + len(outcomes), at + batch
            return done

        started = time.perf_counter()
        done = sum(await asyncio.gather(*(client(self.lines[place::CLIENTS]) for place in range(CLIENTS))))
        self.rates[name].append(done / (time.perf_counter() - started))

    async def draw(self, lines: Sequence[UUID]) -> Sequence[object]:
        """Draw a little from each line."""
        now = system_clock()
        asked = [DrawRequest(id=new_id(now), line=line, amount_minor=100, currency="CNY") for line in lines]
        return await draw_lines(self.db, system_clock, self.house, asked=asked)

    async def repay(self, lines: Sequence[UUID]) -> Sequence[object]:
        """Bring a little back to each line."""
        now = system_clock()
        asked = [RepayRequest(id=new_id(now), line=line, amount_minor=100, currency="CNY") for line in lines]
        return await repay_lines(self.db, system_clock, self.house, asked=asked)

    async def time_intake(self) -> None:
        """Take chunks of new events in over one link, and note events a second."""
        now, made = system_clock(), 0.0
        seconds = 0.0
        while seconds < SECONDS:
            rows = [self._order(next(self._numbers), now) for _ in range(CHUNK)]
            started = time.perf_counter()
            made += await self._take(rows)
            seconds += time.perf_counter() - started
        self.rates["events taken in, one link"].append(made / seconds)

    def _order(self, number: int, now: datetime) -> EventRow:
        paid = OrderPaid(
            id=new_id(now), borrower=f"other{number % 50_000}", happened_at=now - DAY, amount_minor=100, currency="CNY",
            order=str(number),
        )  # fmt: skip
        return row_of(paid, recorded_at=now)


def pgbench(dsn: str, *arguments: str) -> float:
    """Run the server's own benchmark on its own tables; return transactions a second."""
    told = subprocess.run([binaries() / "pgbench", *arguments, dsn], capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    return float(found[1]) if found else 0.0


async def run(folder: Path) -> dict[str, list[float]]:
    """Start a server, open a book, and let the contestants take turns; return every round's rates."""
    async with EmbeddedServer(folder) as server:
        beside = server.dsn("tpcb")
        async with await connect(server.dsn(), size=4) as db:
            await prepare(db)
            async with db.alone() as link:
                await link.execute("create database tpcb")
            await asyncio.to_thread(pgbench, beside, "-i", "-q", "-s", "10")
            house = House([busy_product()])
            await publish(db, system_clock, house)
            bench = Bench(db, house)
            await bench.open_book()
            for _ in range(ROUNDS):
                tps = await asyncio.to_thread(pgbench, beside, "-n", "-c", str(CLIENTS), "-j", "1", "-T", "2")
                bench.rates["pgbench TPC-B, 2 clients"].append(tps)
                for batch in BATCHES:
                    await bench.time_flow(f"draws, batches of {batch}", bench.draw, batch=batch)
                    await bench.time_flow(f"repayments, batches of {batch}", bench.repay, batch=batch)
                await bench.time_intake()
            assert await verify(db) == []
        return dict(bench.rates)


def main() -> None:
    """Print every contestant's median rate, and its ratio to the named limit."""
    with tempfile.TemporaryDirectory(prefix="creditline-bench-") as folder:
        rates = asyncio.run(run(Path(folder) / "db"))
    limit = statistics.median(rates["pgbench TPC-B, 2 clients"])
    print(f"{'on one server, fsync on':<34} {'a second':>9} {'ratio':>7}  {'of the rounds':>15}")
    for name, own in sorted(rates.items()):
        middle = statistics.median(own)
        print(f"{name:<34} {middle:>9,.0f} {middle / limit:>6.2f}x  {min(own):>7,.0f}-{max(own):,.0f}")
    best = max(statistics.median(rates[f"draws, batches of {batch}"]) for batch in BATCHES if batch <= 64)
    print(f"Promised: 2x of TPC-B for draws in batches of at most 64, and 50,000 events; here {best / limit:.2f}x.")


if __name__ == "__main__":
    main()
