"""What features cost: our kernel, Polars and DuckDB, for one borrower and for a book, in CPU time of one run.

The promise is at most 50 us for 80 features of one borrower, and 1.5 CPU-s for 200,000 borrowers with 20 million facts.
The rivals work out only what columns do well (counts, sums and largest in windows, latest values), ours the whole
catalogue, so the ratios flatter them; planning a query is counted, as a request would pay for it. The book has 20,000
borrowers, or as many as an argument says: the figure for 200,000 is drawn out from it in a straight line.
"""

import sys
import time
from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl

from creditline.clock import DAY_US
from creditline.events.frames import Facts, facts_of_arrays
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Feature, Fold, Of
from creditline.profile.kernel import profile

BORROWERS = 20_000
FACTS_EACH = 100
PROMISED_BORROWERS = 200_000
PROMISED_US = 50
PROMISED_BOOK_S = 1.5
ROUNDS = 5
NOW_DAY = 20_000
NOW_US = NOW_DAY * DAY_US + DAY_US // 2

OFTEN = {60: 30, 2: 14, 1: 8, 10: 12, 20: 8, 72: 8, 73: 6, 74: 6, 30: 3, 11: 1, 40: 1, 51: 1, 22: 1, 70: 1}
"""Of 100 facts, how many are of which type: an ordinary life."""
EVEN = {number: 1 for one in FEATURES if isinstance(one, Feature) for number in one.events}
"""All types as often, which no life has: the hardest book for the kernel."""


def a_book(borrowers: int, mix: dict[int, int], *, seed: int = 1) -> Facts:
    """Return two years of facts of borrowers, in order."""
    dice = np.random.default_rng(seed)
    count = borrowers * FACTS_EACH
    happened = np.sort(dice.integers(NOW_US - 730 * DAY_US, NOW_US, (borrowers, FACTS_EACH)), axis=1).ravel()
    weights = np.array(list(mix.values())) / sum(mix.values())
    return facts_of_arrays(
        [str(place) for place in range(borrowers)],
        borrower_index=np.repeat(np.arange(borrowers), FACTS_EACH),
        number=dice.choice(np.array(list(mix), np.uint8), count, p=weights),
        happened_us=happened,
        recorded_us=happened,
        amount_minor=dice.integers(1, 1_000_000, count),
        code=dice.integers(0, 5, count).astype(np.int32),
    )


def in_columns() -> list[Feature]:
    """Return the features that the rivals work out."""
    plain = {Fold.COUNT, Fold.SUM, Fold.MAX, Fold.LAST}
    return [one for one in FEATURES if isinstance(one, Feature) and one.fold in plain]


def in_polars(facts: Facts) -> Callable[[], pl.DataFrame]:
    """Return a call that works the plain features out with Polars, one group a borrower."""
    frame = frame_of(facts).lazy()
    day, number, code = pl.col("day"), pl.col("number"), pl.col("code")

    def expression(one: Feature) -> pl.Expr:
        wanted = number.is_in(list(one.events)) & (code >= one.least_code)
        if one.only_code is not None:
            wanted &= code == one.only_code
        if one.window_days is not None:
            wanted &= day >= NOW_DAY - one.window_days
        column = pl.col("code" if one.of is Of.CODE else "amount").filter(wanted)
        folds = {Fold.COUNT: column.len, Fold.SUM: column.sum, Fold.MAX: column.max, Fold.LAST: column.last}
        return folds[one.fold]().alias(one.name)

    seen = frame.filter((pl.col("happened") < NOW_US) & (pl.col("recorded") <= NOW_US))
    query = seen.group_by("borrower").agg(*map(expression, in_columns())).sort("borrower")
    return query.collect


def in_duckdb(facts: Facts) -> Callable[[], object]:
    """Return a call that works the plain features out with DuckDB on one thread, from a table in its own memory."""
    db = duckdb.connect(config={"threads": 1})
    columns = frame_of(facts)
    db.register("told", {name: columns[name].to_numpy() for name in columns.columns})
    db.execute("create table fact as from told")

    def expression(one: Feature) -> str:
        wanted = f"number in ({', '.join(map(str, one.events))}) and code >= {one.least_code}"
        wanted += f" and code = {one.only_code}" if one.only_code is not None else ""
        wanted += f" and day >= {NOW_DAY - one.window_days}" if one.window_days is not None else ""
        column = "code" if one.of is Of.CODE else "amount"
        folds = {
            Fold.COUNT: "count(*)",
            Fold.SUM: f"sum({column})",
            Fold.MAX: f"max({column})",
            Fold.LAST: f"arg_max({column}, happened)",
        }
        return f"{folds[one.fold]} filter ({wanted}) as {one.name}"

    query = f"""
        select borrower, {", ".join(map(expression, in_columns()))} from fact
        where happened < {NOW_US} and recorded <= {NOW_US} group by borrower order by borrower
    """
    return lambda: db.execute(query).fetchnumpy()


def frame_of(facts: Facts) -> pl.DataFrame:
    """Return facts as the columns that the rivals read."""
    return pl.DataFrame(
        {
            "borrower": np.repeat(np.arange(len(facts.borrowers)), np.diff(facts.starts)),
            "number": facts.number.astype(np.int64),
            "happened": facts.happened_us,
            "recorded": facts.recorded_us,
            "day": facts.happened_us // DAY_US,
            "amount": facts.amount_minor,
            "code": facts.code.astype(np.int64),
        }
    )


def contestants(facts: Facts) -> dict[str, Callable[[], object]]:
    """Return who works features out, by name."""
    as_of_us = np.full(len(facts.borrowers), NOW_US)
    return {
        f"ours, {len(FEATURES)} features": lambda: profile(facts, FEATURES, as_of_us=as_of_us),
        f"Polars, {len(in_columns())} of them": in_polars(facts),
        f"DuckDB, {len(in_columns())} of them": in_duckdb(facts),
    }


def check(facts: Facts) -> None:
    """Stop unless Polars finds what we find, so that like is measured with like."""
    ours = profile(facts, FEATURES, as_of_us=np.full(len(facts.borrowers), NOW_US))
    places = {one.name: place for place, one in enumerate(FEATURES)}
    frame = in_polars(facts)()
    for one in in_columns():
        found, known = ours[:, places[one.name]], ~np.isnan(ours[:, places[one.name]])
        if not (frame[one.name].to_numpy()[known] == found[known]).all():
            raise SystemExit(f"Polars finds another {one.name} than the kernel. Mend the query before measuring.")


def timed(calls: dict[str, Callable[[], object]], *, times: int) -> dict[str, float]:
    """Return the CPU seconds of each one's best round; all take turns within a round."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            repeats = times if name.startswith("ours") else max(1, times // 50)
            started = time.process_time()
            for _ in range(repeats):
                call()
            best[name] = min(best[name], (time.process_time() - started) / repeats)
    return best


def show(title: str, costs: dict[str, float], *, scale: float, unit: str, promised: float) -> None:
    """Print what each costs, and against ours."""
    ours = next(iter(costs.values()))
    print(f"{title:<52} {unit:>9} {'ratio':>9}")
    for name, cost in costs.items():
        print(f"  {name:<50} {cost * scale:>9,.1f} {cost / ours:>8.1f}x")
    print(f"  Promised: at most {promised:,.1f} {unit}; here {ours * scale:,.1f}.")


def main() -> None:
    """Time one borrower and two books, and print the tables."""
    borrowers = next((int(word) for word in sys.argv[1:] if word.isdigit()), BORROWERS)
    one = a_book(1, OFTEN)
    show(
        f"one borrower, {FACTS_EACH} facts",
        timed(contestants(one), times=400),
        scale=1e6,
        unit="us",
        promised=PROMISED_US,
    )
    for title, mix in (("an ordinary mix", OFTEN), ("all types alike", EVEN)):
        book = a_book(borrowers, mix)
        check(book)
        costs = timed(contestants(book), times=1)
        promised = PROMISED_BOOK_S * 1000 * borrowers / PROMISED_BORROWERS
        show(f"{borrowers:,} borrowers of {FACTS_EACH}, {title}", costs, scale=1000, unit="CPU-ms", promised=promised)
        whole = next(iter(costs.values())) * PROMISED_BORROWERS / borrowers
        print(f"  Drawn out in a straight line to {PROMISED_BORROWERS:,} borrowers: {whole:.2f} CPU-s.")


if __name__ == "__main__":
    main()
