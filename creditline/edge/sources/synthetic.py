"""A made book for machines without data: seeded, small, plainly called synthetic, and of the same shape as the real one.

Its borrowers pay in full, in part or the least, some fall behind, and who falls behind defaults more often. Figures from
it say nothing about the world.
"""

import numpy as np
import polars as pl

from creditline.edge.sources.book import Book
from creditline.edge.sources.taiwan import dated_book

MONTHS = 6
LINES_COUNT = 600


def made_book(*, lines_count: int = LINES_COUNT, seed: int = 20051001) -> Book:
    """Return a synthetic book of `lines_count` lines over six months; the same seed makes the same book."""
    dice = np.random.default_rng(seed)
    rows: list[tuple[str, str, float, str, int | None]] = []
    for place in range(lines_count):
        rows += _life(f"syn{place + 1}", dice)
    raw = pl.DataFrame(
        rows, schema=["customer", "type", "amount", "time", "extra"], orient="row", infer_schema_length=None
    )
    return dated_book(raw, title=f"SYNTHETIC: {lines_count:,} made lines, no real person", is_synthetic=True)


def _life(who: str, dice: np.random.Generator) -> list[tuple[str, str, float, str, int | None]]:
    """Return six months of one line: what it drew, paid, owed and how late it was, and whether it then defaulted."""
    limit = float(dice.choice([20, 50, 80, 140, 240, 360])) * 1000
    pays = float(dice.choice([1.0, 0.6, 0.15, 0.04], p=[0.3, 0.2, 0.3, 0.2]))
    spends = float(dice.beta(1.5, 6.0))
    owed = round(limit * float(dice.beta(1.2, 2.5)) * (1.2 - pays) * 0.8)
    late = 0
    rows: list[tuple[str, str, float, str, int | None]] = [(who, "line.opened", limit, "2005-04-01", None)]
    if owed:
        rows.append((who, "balance.opening", float(owed), "2005-04-12", None))
    for month in range(4, 4 + MONTHS):
        if month > 4:
            drawn = round(min(limit * 1.1 - owed, limit * spends * float(dice.exponential(0.5))))
            if drawn > 0:
                rows.append((who, "draw", float(drawn), f"2005-{month:02d}-12", None))
            misses = owed > 0 and dice.random() < (0.55 if late else 0.02 + 0.12 * (1 - pays))
            paid = 0 if misses else round(min(owed, owed * min(1.0, pays * float(dice.uniform(0.7, 1.3)))))
            late = late + 1 if misses else 0
            owed += max(0, drawn) - paid
            if paid:
                rows.append((who, "repayment", float(paid), f"2005-{month:02d}-20", None))
        rows.append((who, "statement", float(owed), f"2005-{month:02d}-25", late))
    if dice.random() < min(0.9, 0.05 + 0.12 * (1 - pays) + 0.3 * late):
        rows.append((who, "outcome.default", 0.0, "2005-10-25", None))
    return rows
