"""Lines closed a second, against the same rows written by one plain `insert into ... select`, and line by line.

Every contestant closes a day of its own of the same lines in each round; the plain insert then writes the rows that the first
of them left (results, requests, transfers, loan entries, loans) into tables of the same columns, keys and indexes, without any
guard, reading or reckoning: what the database alone takes. Line by line, a transaction each, is how a close works elsewhere.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

from creditline.clock import MovedClock, business_day, system_clock
from creditline.flows.close import begin_closing, close_days
from creditline.flows.house import House
from creditline.flows.verify import verify
from creditline.flows.verify_days import verify_days
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare
from tests.bench.a_book import busy_house, open_book
from tests.bench.a_meter import Cost, read_cost

LINES_COUNT = 1500
ROUNDS = 3
DAYS_AGO = 60
PLAIN = "the same rows, plain insert"
COPIES = {
    "line_day": "day = $1",
    "request": "kind = 'accrue' and happened_at >= start_of_day($1) and happened_at < start_of_day($1 + 1)",
    "transfer": "booked_at >= start_of_day($1::date) and booked_at < start_of_day($1 + 1)",
    "loan_entry": "booked_at >= start_of_day($1) and booked_at < start_of_day($1 + 1)",
    "loan": "accrued_through_on = $1::date + 1",
}
"""The tables a close writes to, and which of their rows a day's close wrote."""


class Bench:
    """A book whose days are closed one after another, and what each contestant took for one of them."""

    def __init__(self, db: Database, house: House, first: date) -> None:
        self.db, self.house, self.day = db, house, first
        self.rates: defaultdict[str, list[float]] = defaultdict(list)
        self.costs: defaultdict[str, list[Cost]] = defaultdict(list)

    async def time(self, name: str, act: Callable[[], Awaitable[object]], *, count: int = LINES_COUNT) -> None:
        """Note how many lines a second were done, and what it cost."""
        before, started = await read_cost(self.db), time.perf_counter()
        await act()
        self.rates[name].append(count / (time.perf_counter() - started))
        self.costs[name].append(await read_cost(self.db) - before)

    async def close(self, *, most: int, programs: int = 1) -> None:
        """Close the next day of every line."""
        runs = await asyncio.gather(
            *(close_days(self.db, system_clock, self.house, through=self.day, most=most) for _ in range(programs))
        )
        assert sum(run.line_days_count for run in runs) == LINES_COUNT, runs
        self.day += timedelta(days=1)

    async def write_plainly(self, day: date) -> None:
        """Write what a day's close left, as the database does it best."""
        async with self.db.transaction() as link:
            for table, where in COPIES.items():
                await link.execute(f"insert into plain_{table} select * from {table} where {where}", day)
        async with self.db.alone() as link:
            await link.execute("truncate plain_loan")


async def run(folder: Path) -> Bench:
    """Start a server, open a book two months ago, and let the contestants take turns."""
    async with EmbeddedServer(folder) as server, await connect(server.dsn(), size=4) as db:
        await prepare(db)
        house, then = busy_house(), MovedClock(system_clock() - timedelta(days=DAYS_AGO))
        await begin_closing(db, then)
        await open_book(db, house, lines_count=LINES_COUNT, clock=then)
        async with db.alone() as link:
            for table in COPIES:
                await link.execute(f"create table plain_{table} (like {table} including all)")
        bench = Bench(db, house, business_day(then()))
        # The first day puts the pages and the plans in place; it is not counted.
        await bench.close(most=250)
        for _ in range(ROUNDS):
            day = bench.day
            await bench.time("batches of 250", lambda: bench.close(most=250))
            await bench.time(PLAIN, lambda: bench.write_plainly(day))  # noqa: B023  # It is called at once.
            await bench.time("batches of 100, as a server does", lambda: bench.close(most=100))
            await bench.time("two at once in one program", lambda: bench.close(most=250, programs=2))
            await bench.time("line by line", lambda: bench.close(most=1))
        async with db.alone() as link:
            for table in COPIES:
                await link.execute(f"drop table plain_{table}")
        assert await verify(db) == []
        assert (await verify_days(db, house))[1] == []
        return bench


def main() -> None:
    """Print every contestant's median rate, its ratio to the plain insert, and what a line's day costs."""
    with tempfile.TemporaryDirectory(prefix="creditline-bench-") as folder:
        bench = asyncio.run(run(Path(folder) / "db"))
    plain = statistics.median(bench.rates[PLAIN])
    print(
        f"{'lines closed for a day, fsync on':<34} {'a second':>9} {'a minute':>10} {'ratio':>7}  {'CPU us':>14}  {'log B':>6}"
    )
    for name, own in bench.rates.items():
        rate, costs = statistics.median(own), bench.costs[name]
        client, server, log = (
            statistics.median(getattr(cost, part) for cost in costs) / LINES_COUNT
            for part in ("client_seconds", "server_seconds", "log_bytes")
        )
        print(
            f"{name:<34} {rate:>9,.0f} {rate * 60:>10,.0f} {rate / plain:>6.2f}x  {client * 1e6:>6,.0f} + {server * 1e6:>5,.0f}"
            f"  {log:>6,.0f}"
        )
    batched, single = (statistics.median(bench.rates[name]) for name in ("batches of 250", "line by line"))
    print(f"In batches it is {batched / single:.1f} times as fast as line by line.")


if __name__ == "__main__":
    main()
