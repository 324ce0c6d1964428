"""Durable draws and repayments with their whole decision, against the server's own benchmark on the same server.

The named limit is pgbench's TPC-B (scale 10, 2 clients): five small statements and a commit, without any decision. Ours
reads facts, computes features and scores, asks the tables, posts the books and commits, for every request. Both wait for
the disk. The contestants take turns within each round, and the median round of each counts.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID

from creditline.clock import system_clock
from creditline.events.catalogue import OrderPaid
from creditline.events.row import EventRow, row_of
from creditline.flows.draw import draw_lines
from creditline.flows.house import House
from creditline.flows.repay import repay_lines
from creditline.flows.verify import verify
from creditline.ids import new_id
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare
from tests.bench.a_book import CHUNK, DAY, busy_house, draws, open_book, pgbench, repayments, require_done, take

BATCHES = (1, 16, 64, 256)
CLIENTS = 2
LINES_COUNT = 2048
ROUNDS = 3
SECONDS = 0.9

Send = Callable[[Sequence[UUID]], Awaitable[Sequence[object]]]


class Bench:
    """A server with a book on it, and a count a second of every contestant, round by round."""

    def __init__(self, db: Database, house: House, lines: Sequence[UUID]) -> None:
        self.db, self.house, self.lines = db, house, lines
        self.rates: defaultdict[str, list[float]] = defaultdict(list)
        self._numbers = count()

    async def time_flow(self, name: str, send: Send, *, batch: int) -> None:
        """Send batches from as many clients as pgbench has, each with lines of its own, and note answers a second."""
        ends_at = time.perf_counter() + SECONDS

        async def client(own: Sequence[UUID]) -> int:
            done, at = 0, 0
            while time.perf_counter() < ends_at:
                done += require_done(await send([own[(at + step) % len(own)] for step in range(batch)]))
                at += batch
            return done

        started = time.perf_counter()
        done = sum(await asyncio.gather(*(client(self.lines[place::CLIENTS]) for place in range(CLIENTS))))
        self.rates[name].append(done / (time.perf_counter() - started))

    async def draw(self, lines: Sequence[UUID]) -> Sequence[object]:
        """Draw a little from each line."""
        return await draw_lines(self.db, system_clock, self.house, asked=draws(lines))

    async def repay(self, lines: Sequence[UUID]) -> Sequence[object]:
        """Bring a little back to each line."""
        return await repay_lines(self.db, system_clock, self.house, asked=repayments(lines))

    async def time_intake(self) -> None:
        """Take chunks of new events in over one link, and note events a second."""
        now, made = system_clock(), 0.0
        seconds = 0.0
        while seconds < SECONDS:
            rows = [self._order(next(self._numbers), now) for _ in range(CHUNK)]
            started = time.perf_counter()
            made += await take(self.db, rows)
            seconds += time.perf_counter() - started
        self.rates["events taken in, one link"].append(made / seconds)

    def _order(self, number: int, now: datetime) -> EventRow:
        paid = OrderPaid(
            id=new_id(now), borrower=f"other{number % 50_000}", happened_at=now - DAY, amount_minor=100, currency="CNY",
            order=str(number),
        )  # fmt: skip
        return row_of(paid, recorded_at=now)


async def run(folder: Path) -> dict[str, list[float]]:
    """Start a server, open a book, and let the contestants take turns; return every round's rates."""
    async with EmbeddedServer(folder) as server:
        beside = server.dsn("tpcb")
        async with await connect(server.dsn(), size=4) as db:
            await prepare(db)
            async with db.alone() as link:
                await link.execute("create database tpcb")
            await asyncio.to_thread(pgbench, beside, "-i", "-q", "-s", "10")
            house = busy_house()
            bench = Bench(db, house, await open_book(db, house, lines_count=LINES_COUNT))
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
