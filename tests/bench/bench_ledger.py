"""Durable draws, by every way in, against the server's own benchmark: rates, waits, processor time, bytes and log.

The named limit is pgbench's TPC-B on the same server with the same settings, scale 100, prepared statements, at the best
of its client counts: five small statements and a commit, without any decision. A full decision of ours reads facts, computes
features and scores, asks the tables, posts the books and commits, for every draw. The contestants take turns within each
round, and the median round of each counts.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from creditline.clock import system_clock
from creditline.edge.engine import keep_loaded
from creditline.flows.draw import Drawn, DrawRequest, draw_lines
from creditline.flows.gather import Gatherer
from creditline.flows.house import House
from creditline.flows.turn import as_of_for, booking, digest_of
from creditline.flows.umbrella import SeatRequest, UmbrellaRequest, open_umbrella, seat_line
from creditline.flows.verify import verify
from creditline.ids import new_id
from creditline.ledger.book import Posting, Stamp, draw
from creditline.ledger.line import Line
from creditline.store import lines as store_lines
from creditline.store import requests as store_requests
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare
from creditline.store.requests import Recorded
from tests.bench.a_book import busy_house, draws, open_book, pgbench, require_done
from tests.bench.a_caller import draw_at_rate, draw_in_bulk, draw_singly
from tests.bench.a_meter import Cost, read_cost

SCALE = 100
TPCB_CLIENTS = (1, 2, 4, 8, 16, 32)
BATCHES = (1, 4, 16, 64, 256)
IN_FLIGHT = 2
LINKS = 96
LINES_COUNT = 4096
UMBRELLA_LINES = 1000
ROUNDS = 3
SECONDS = 1.2
BULK_COUNT = 3000
STEADY_SECONDS = 4.0
BY, WHY = "benchmark", "to measure"
BOOKS_ONLY_BREAK = {
    "everything that was booked is a fact, once",
    "what a line owes is what its loans owe",
    "what was decided is what was booked",
}
"""Laws that draws without a decision cannot keep."""

Carry = Callable[[Sequence[DrawRequest]], Awaitable[Sequence[object]]]


class Bench:
    """A server with a book on it, the API before it, and what every contestant did and cost, round by round."""

    def __init__(self, db: Database, house: House, lines: Sequence[UUID], url: str, api: int) -> None:
        self.db, self.house, self.lines, self.url, self.api = db, house, lines, url, api
        self.rates: defaultdict[str, list[float]] = defaultdict(list)
        self.costs: dict[str, list[Cost]] = defaultdict(list)
        self.waits: dict[str, list[float]] = {}

    async def decide(self, asked: Sequence[DrawRequest]) -> Sequence[object]:
        """Draw with the full decision."""
        return await draw_lines(self.db, system_clock, self.house, asked=asked)

    async def post_only(self, asked: Sequence[DrawRequest]) -> Sequence[object]:
        """Draw without any decision: lock, look for repeats, post, commit."""
        async with booking(self.db, asked) as db:
            locked = await store_lines.lock(db, [one.line for one in asked])
            assert not await store_requests.find(db, [one.id for one in asked])
            now = system_clock()
            postings = [_posting(one, locked, now) for one in asked]
            await store_requests.record(
                db, [_recorded(one, posting) for one, posting in zip(asked, postings, strict=True)]
            )
            await store_lines.post(db, [(posting,) for posting in postings])
        return postings

    async def measured(self, name: str, work: Awaitable[int], *, client: int | None = None) -> None:
        """Note how many a second some work does, and what each of them costs."""
        before, started = await read_cost(self.db, client=client), time.perf_counter()
        done = await work
        seconds = time.perf_counter() - started
        spent = await read_cost(self.db, client=client) - before
        self.rates[name].append(done / seconds)
        self.costs[name].append(
            Cost(
                client_seconds=spent.client_seconds / done,
                server_seconds=spent.server_seconds / done,
                log_bytes=spent.log_bytes / done,
                disk_bytes=spent.disk_bytes / done,
            )
        )

    async def in_batches(self, carry: Carry, batch: int, lines: Sequence[UUID]) -> int:
        """Carry batches out, as many at a time as the engine does, each of them with lines of its own."""
        ends_at = time.perf_counter() + SECONDS

        async def client(own: Sequence[UUID]) -> int:
            done, at = 0, 0
            while time.perf_counter() < ends_at:
                done += require_done(await carry(draws([own[(at + step) % len(own)] for step in range(batch)])))
                at += batch
            return done

        return sum(await asyncio.gather(*(client(lines[place::IN_FLIGHT]) for place in range(IN_FLIGHT))))

    async def gathered(self, lines: Sequence[UUID], askers_count: int) -> int:
        """Let many ask at once through the gatherer, each again as soon as it is answered."""
        gatherer: Gatherer[DrawRequest, Drawn] = Gatherer(
            lambda asked: draw_lines(self.db, system_clock, self.house, asked=asked)
        )
        ends_at = time.perf_counter() + SECONDS

        async def asker(place: int) -> int:
            done = 0
            while time.perf_counter() < ends_at:
                await gatherer.ask(*draws([lines[(place + done * askers_count) % len(lines)]]))
                done += 1
            return done

        return sum(await asyncio.gather(*(asker(place) for place in range(askers_count))))

    async def at_one_moment(self, name: str, lines: Sequence[UUID]) -> int:
        """Ask for a draw from each of some lines at the same moment, and note how long each answer took."""
        gatherer: Gatherer[DrawRequest, Drawn] = Gatherer(
            lambda asked: draw_lines(self.db, system_clock, self.house, asked=asked)
        )
        came_s = time.perf_counter()

        async def ask(request: DrawRequest) -> float:
            await gatherer.ask(request)
            return time.perf_counter() - came_s

        taken = await asyncio.gather(*(ask(request) for request in draws(lines)))
        self.waits.setdefault(name, []).extend(taken)
        return len(taken)

    async def singly(self) -> int:
        """Let many callers of the API draw, one request a time each."""
        ends_at = time.perf_counter() + SECONDS
        return len(await draw_singly(self.url, self.lines, links_count=LINKS, ends_at=ends_at))

    async def in_bulk(self) -> int:
        """Send draws to the bulk route."""
        return await draw_in_bulk(self.url, self.lines, count=BULK_COUNT)

    async def steadily_over_http(self, name: str) -> None:
        """Draw over HTTP at half of what that way did at best, and note how long every answer took."""
        rate, ends_at = max(self.rates[name]) / 2, time.perf_counter() + STEADY_SECONDS
        self.waits[f"{name}, at half of that"] = await draw_at_rate(self.url, self.lines, rate=rate, ends_at=ends_at)

    async def steadily(self, name: str) -> None:
        """Ask the gatherer at half of what it did at best, and note how long every answer took."""
        gatherer: Gatherer[DrawRequest, Drawn] = Gatherer(
            lambda asked: draw_lines(self.db, system_clock, self.house, asked=asked)
        )
        rate, ends_at = max(self.rates[name]) / 2, time.perf_counter() + STEADY_SECONDS
        taken: list[float] = []

        async def ask(request: DrawRequest, due_s: float) -> None:
            await gatherer.ask(request)
            taken.append(time.perf_counter() - due_s)

        asking, due_s = set[asyncio.Task[None]](), time.perf_counter()
        while due_s < ends_at:
            while due_s <= time.perf_counter():
                (request,) = draws([self.lines[len(asking) % len(self.lines)]])
                asking.add(asyncio.create_task(ask(request, due_s)))
                due_s += 1 / rate
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        await asyncio.gather(*asking)
        self.waits[f"{name}, at half of that"] = taken


def _posting(request: DrawRequest, locked: dict[UUID, Line], now: datetime) -> Posting:
    line = locked[request.line]
    posting = draw(line, request.amount_minor, stamp=Stamp(request=request.id, booked_at=as_of_for(line, now)))
    assert isinstance(posting, Posting)
    return posting


def _recorded(request: DrawRequest, posting: Posting) -> Recorded:
    at = posting.entry.booked_at
    return Recorded(
        id=request.id, kind="draw", line=request.line, digest=digest_of(request), amount_minor=request.amount_minor,
        accepted_minor=request.amount_minor, happened_at=at, recorded_at=at,
    )  # fmt: skip


async def cover(db: Database, lines: Sequence[UUID]) -> None:
    """Put lines under one umbrella that is large enough."""
    umbrella = await open_umbrella(
        db,
        system_clock,
        request=UmbrellaRequest(
            id=new_id(system_clock()),
            holder="acme",
            currency="CNY",
            granted_minor=len(lines) * 10**9,
            authority=BY,
            reason=WHY,
        ),
    )
    for line in lines:
        seat = SeatRequest(id=new_id(system_clock()), line=line, umbrella=umbrella.id, authority=BY, reason=WHY)
        await seat_line(db, system_clock, request=seat)


async def take_turns(bench: Bench, beside: str) -> None:
    """Let every contestant run once."""
    async with bench.db.alone() as link:
        await link.execute("checkpoint")
    for clients in TPCB_CLIENTS:
        before = await read_cost(bench.db)
        options = ("-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", "2")
        tps = await asyncio.to_thread(pgbench, beside, *options)
        spent = await read_cost(bench.db) - before
        name = f"pgbench TPC-B, {clients} clients"
        bench.rates[name].append(tps)
        bench.costs[name].append(
            Cost(
                client_seconds=0,
                server_seconds=spent.server_seconds / tps / 2,
                log_bytes=spent.log_bytes / tps / 2,
                disk_bytes=0,
            )
        )
    apart, under = bench.lines[UMBRELLA_LINES:], bench.lines[:UMBRELLA_LINES]
    for batch in BATCHES:
        await bench.measured(f"full decisions, batches of {batch}", bench.in_batches(bench.decide, batch, apart))
    await bench.measured("books only, batches of 64", bench.in_batches(bench.post_only, 64, apart))
    await bench.measured("one by one, 256 askers, gathered", bench.gathered(apart, 256))
    await bench.measured("one line, 64 askers, gathered", bench.gathered(apart[:1], 64))
    await bench.measured(
        f"one umbrella, {UMBRELLA_LINES} lines, batches of 64", bench.in_batches(bench.decide, 64, under)
    )
    for name, lines in (
        (f"{UMBRELLA_LINES} at one moment under one umbrella", under),
        (f"{UMBRELLA_LINES} at one moment, apart", apart[:UMBRELLA_LINES]),
    ):
        await bench.measured(name, bench.at_one_moment(name, lines))
    await bench.measured(f"over HTTP, {LINKS} links", bench.singly(), client=bench.api)
    await bench.measured("over HTTP, in bulk", bench.in_bulk(), client=bench.api)


@contextmanager
def serving(dsn: str) -> Iterator[tuple[str, int]]:
    """Start the API in a process of its own; give its address and process."""
    script = Path(__file__).with_name("a_server.py")
    with subprocess.Popen(
        [sys.executable, str(script), dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip(), process.pid
        process.stdin.close()


async def run(folder: Path) -> Bench:
    """Start a server, open a book, and let the contestants take turns."""
    async with EmbeddedServer(folder) as server, await connect(server.dsn(), size=4) as db:
        await prepare(db)
        async with db.alone() as link:
            await link.execute("create database tpcb")
        beside = server.dsn("tpcb")
        await asyncio.to_thread(pgbench, beside, "-i", "-I", "dtGvp", "-q", "-s", str(SCALE))
        house = busy_house()
        lines = await open_book(db, house, lines_count=LINES_COUNT)
        await cover(db, lines[:UMBRELLA_LINES])
        keep_loaded()
        with serving(server.dsn()) as (url, process):
            bench = Bench(db, house, lines, url, process)
            for _ in range(ROUNDS):
                await take_turns(bench, beside)
            await bench.steadily("one by one, 256 askers, gathered")
            await bench.steadily_over_http(f"over HTTP, {LINKS} links")
        broken = [one for one in await verify(db) if one.law not in BOOKS_ONLY_BREAK]
        assert not broken, broken
        return bench


def main() -> None:
    """Print every contestant's median rate, its ratio to the named limit, and what one of it costs."""
    with tempfile.TemporaryDirectory(prefix="creditline-bench-") as folder:
        bench = asyncio.run(run(Path(folder) / "db"))
    middle = {name: statistics.median(own) for name, own in bench.rates.items()}
    limit = max(rate for name, rate in middle.items() if name.startswith("pgbench"))
    print(
        f"{'on one server, fsync on':<42} {'a second':>9} {'ratio':>7} {'rounds':>15} {'client':>9} {'server':>9} {'log':>8} {'disk':>8}"
    )
    for name, rate in middle.items():
        cost, own = bench.costs[name], bench.rates[name]
        print(
            f"{name:<42} {rate:>9,.0f} {rate / limit:>6.2f}x {f'{min(own):,.0f}-{max(own):,.0f}':>15} "
            f"{_middle(cost, 'client_seconds') * 1e6:>6,.0f} us {_middle(cost, 'server_seconds') * 1e6:>6,.0f} us "
            f"{_middle(cost, 'log_bytes'):>6,.0f} B {_middle(cost, 'disk_bytes'):>6,.0f} B"
        )
    for name, waits in bench.waits.items():
        ways = statistics.quantiles(waits, n=100)
        print(f"{name}: {len(waits):,} answers; p50 {ways[49] * 1e3:.1f} ms, p99 {ways[98] * 1e3:.1f} ms")
    best = max(middle[f"full decisions, batches of {batch}"] for batch in BATCHES if batch <= 64)
    print(
        f"Promised: full decisions at 2x of TPC-B in batches of at most 64, here {best / limit:.2f}x; p99 of 50 ms at half."
    )


def _middle(costs: Sequence[Cost], what: str) -> float:
    return float(statistics.median(getattr(cost, what) for cost in costs))


if __name__ == "__main__":
    main()
