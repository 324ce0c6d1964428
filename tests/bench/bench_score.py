"""One row and many through the scorecard and the booster, against the libraries they were trained with.

Every row of the table is the best of rounds that alternate between the contestants, so a busy machine slows all alike.
"""

import importlib
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from creditline.score import boosted, scorecard
from creditline.score.artefacts import read_artefacts
from creditline.score.calibrate import Floats
from creditline.score.reasons import points_lost, points_lost_boosted

FOLDER = Path(__file__).resolve().parents[2] / "creditline" / "products" / "consumer_revolving"
ROUNDS = 7
MANY = 100_000
TREES_COUNT = 160


def main() -> None:
    """Print microseconds a row and ratios."""
    cards = read_artefacts(FOLDER)
    names = cards.booster.features
    draw = np.random.default_rng(1)
    x = np.abs(draw.normal(1, 1, (MANY, len(names)))) * np.array([1e7 if "minor" in name else 1.0 for name in names])
    card_names = cards.scorecard.features
    z = np.abs(draw.normal(1, 1, (MANY, len(card_names))))
    row, card_row, one = x[0].tolist(), z[0].tolist(), x[:1]
    trained, binned = trained_booster(x), optbinning_card(z)
    print(
        f"booster: {len(cards.booster.decides.trees)} trees, {len(names)} features; scorecard: {len(card_names)} features"
    )
    show(
        "one row",
        {
            "scorecard": (500, lambda: scorecard.points_of_row(cards.scorecard, card_row, card_names)),
            "scorecard, reasons": (200, lambda: points_lost(cards.scorecard, card_row, card_names)),
            "booster": (100, lambda: boosted.points_of_row(cards.booster, row, names)),
            "booster, reasons": (20, lambda: points_lost_boosted(cards.booster, row, names)),
            "LightGBM predict": (20, lambda: trained.predict(one, num_threads=1)),
            "OptBinning, bin by bin": (2, lambda: binned(z[:1])),
        },
        rows=1,
    )
    show(
        f"{MANY:,} rows",
        {
            "scorecard": (1, lambda: cards.scorecard.points(z, card_names)),
            "booster": (1, lambda: cards.booster.points(x, names)),
            "LightGBM predict": (1, lambda: trained.predict(x, num_threads=1)),
            "OptBinning, bin by bin": (1, lambda: binned(z)),
        },
        rows=MANY,
    )


def show(title: str, contestants: Mapping[str, tuple[int, Callable[[], object]]], *, rows: int) -> None:
    """Run the contestants in turn, round by round, and print the best of each and its ratio to the first."""
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(ROUNDS):
        for name, (times, call) in contestants.items():
            started = time.perf_counter()
            for _ in range(times):
                call()
            best[name] = min(best[name], (time.perf_counter() - started) / times)
    first = next(iter(best.values()))
    print(f"\n{title:<26}{'us a row':>12}{'ratio':>10}")
    for name, taken_s in best.items():
        print(f"  {name:<24}{taken_s / rows * 1e6:>12.3f}{taken_s / first:>10.1f}")


def trained_booster(x: Floats) -> Any:
    """Return a LightGBM booster as deep and as long as the shipped one."""
    lightgbm = importlib.import_module("lightgbm")
    is_bad = (np.random.default_rng(2).random(20_000) < 1 / (1 + np.exp(-x[:20_000, 0] + 2))).astype(int)
    settings = {"objective": "binary", "max_depth": 3, "num_leaves": 8, "num_threads": 1, "verbosity": -1}
    return lightgbm.train(settings, lightgbm.Dataset(x[:20_000], is_bad), TREES_COUNT)


def optbinning_card(z: Floats) -> Callable[[Floats], Floats]:
    """Return a scorecard's sum done with OptBinning's own transform of each feature."""
    optbinning = importlib.import_module("optbinning")
    draw = np.random.default_rng(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bins = []
        for column in z[:5_000].T:
            is_bad = (draw.random(5_000) < 1 / (1 + np.exp(2 - column))).astype(int)
            bins.append(optbinning.OptimalBinning(max_n_bins=6, monotonic_trend=None).fit(column, is_bad))

    def total(rows: Floats) -> Floats:
        return np.asarray(sum(one.transform(rows[:, at]) for at, one in enumerate(bins)), np.float64)

    return total


if __name__ == "__main__":
    main()
