"""What arms cost: a decision with and without a strategy, a shadow beside it, and who of a million is in which arm.

The contestants take turns within each round, and the best round of each counts; draws are timed on a server of their own,
and of those the median round counts.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from creditline.clock import system_clock, to_us
from creditline.decision.arms import Armed, decide_armed, files_of_arm
from creditline.decision.decide import decide, known_of
from creditline.decision.outcome import Kind
from creditline.decision.product import Product, read_product
from creditline.flows.draw import draw_lines
from creditline.flows.house import House
from creditline.policy.columnar.arms import arms_of
from creditline.policy.strategy import STRATEGY_FILE
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources
from creditline.store.connect import connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare
from tests.bench.a_book import busy_product, draws, open_book, require_done
from tests.bench.bench_decision import AS_OF, a_life, a_question
from tests.policy.a_strategy import a_shadow, a_text, an_arm

ROUNDS = 20
CALLS = 50
BATCH = 64
LINES_COUNT = 512
DRAW_ROUNDS = 9
DRAW_BATCHES = 6
MANY = 1_000_000

ARMS = (an_arm("a", 50_000), an_arm("b", 50_000, days=60), an_arm("c", 100_000, days=75))
SEGMENTED = tuple(
    an_arm(name, 100_000, days=days, more='segment = "grade >= 4 and utilisation_ratio > 0.2"\n')
    for name, days in (("a", 45), ("b", 60), ("c", 75))
)
STRATEGIES = {
    "no strategy": None,
    "three challengers": ARMS,
    "three challengers with segments": SEGMENTED,
    "a shadow of everybody": (a_shadow("look"),),
    "a shadow of every tenth": (a_shadow("look", more="share_ppm = 100000\n"),),
}


def with_arms(arms: tuple[str, ...] | None) -> Product:
    """Return the product of the benchmarks with a strategy, or without one."""
    product = busy_product()
    return product if arms is None else read_product({**product.files, STRATEGY_FILE: a_text(*arms).encode()})


def armed_of(product: Product) -> Armed:
    """Return a product with what its arms run."""
    arms = product.strategy.arms if product.strategy else ()
    return Armed(product=product, arms={one.name: read_product(files_of_arm(product, one)) for one in arms})


def in_memory() -> None:
    """Print what a decision costs by each strategy, against none."""
    life = a_life(months_late=1)
    features, is_known = profile_and_sources(life, FEATURES, as_of_us=np.array([to_us(AS_OF)], np.int64))
    question = a_question(Kind.RESTORATION)
    timed: dict[str, Callable[[], object]] = {}
    for name, arms in STRATEGIES.items():
        armed = armed_of(with_arms(arms))
        (known,) = known_of(armed.product, features, is_known.sum(axis=1).tolist())
        timed[name] = lambda armed=armed, known=known: decide_armed(armed, question, known)  # type: ignore[misc]
    plain = armed_of(with_arms(None)).product
    (known,) = known_of(plain, features, is_known.sum(axis=1).tolist())
    timed["decide alone"] = lambda: decide(plain, question, known)
    best_us = dict.fromkeys(timed, float("inf"))
    for _ in range(ROUNDS):
        for name, call in timed.items():
            started_ns = time.process_time_ns()
            for _ in range(CALLS):
                call()
            best_us[name] = min(best_us[name], (time.process_time_ns() - started_ns) / CALLS / 1000)
    least_us = best_us["decide alone"]
    print(f"{'tables and reasons of one restoration':<42} {'CPU us':>8} {'ratio':>7}")
    for name, cost_us in best_us.items():
        print(f"{name:<42} {cost_us:>8.1f} {cost_us / least_us:>6.2f}x")


def of_many() -> None:
    """Print how long it takes to say who of a million is in which arm."""
    subjects = [f"borrower {number}" for number in range(MANY)]
    rows = np.arange(MANY)
    columns = {"grade": rows % 11 + 1, "utilisation_ratio": (rows % 100) / 100}
    for name, arms in (("no segment", ARMS), ("three segments", SEGMENTED)):
        strategy = with_arms(arms).strategy
        assert strategy is not None
        started = time.perf_counter()
        found = arms_of(strategy, subjects, columns, numbers={}, on=AS_OF.date(), stopped=())
        seconds = time.perf_counter() - started
        print(f"{MANY:,} borrowers into arms, {name:<15} {seconds:>6.2f} s {seconds / MANY * 1e6:>6.2f} us each")
        assert 0.05 < (found >= 0).mean() < 0.25


async def on_a_server(folder: Path) -> dict[str, list[float]]:
    """Time durable draws in batches by houses that differ in their strategy; return draws a second, round by round."""
    rates: defaultdict[str, list[float]] = defaultdict(list)
    async with EmbeddedServer(folder) as server:
        houses = {}
        for place, (name, arms) in enumerate(STRATEGIES.items()):
            async with await connect(server.dsn(), size=1) as db, db.alone() as link:
                await link.execute(f"create database arms{place}")
            db = await connect(server.dsn(f"arms{place}"), size=2)
            await prepare(db)
            house = House([with_arms(arms)])
            houses[name] = (db, house, await open_book(db, house, lines_count=LINES_COUNT))
        for _ in range(DRAW_ROUNDS):
            for name, (db, house, lines) in houses.items():
                started, done = time.perf_counter(), 0
                for batch in range(DRAW_BATCHES):
                    own = [lines[(batch * BATCH + step) % len(lines)] for step in range(BATCH)]
                    done += require_done(await draw_lines(db, system_clock, house, asked=draws(own)))
                rates[name].append(done / (time.perf_counter() - started))
        for db, _, _ in houses.values():
            await db.close()
    return dict(rates)


def main() -> None:
    """Print all three tables."""
    in_memory()
    of_many()
    with tempfile.TemporaryDirectory(prefix="creditline-bench-") as folder:
        rates = asyncio.run(on_a_server(Path(folder) / "db"))
    least = statistics.median(rates["no strategy"])
    print(f"{f'durable draws, batches of {BATCH}, one client':<42} {'a second':>8} {'ratio':>7}")
    for name, own in rates.items():
        print(f"{name:<42} {statistics.median(own):>8,.0f} {statistics.median(own) / least:>6.2f}x")


if __name__ == "__main__":
    main()
