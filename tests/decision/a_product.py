"""The consumer product as it is shipped, but with two small cards whose points can be counted on the fingers.

The shipped cards are fitted to data and change with every refit; what these tests say must not change with them.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from creditline.decision.product import Product, read_product
from creditline.edge import products
from creditline.score.calibrate import knots_of
from creditline.score.grade import MASTER_SCALE
from creditline.score.scorecard import Bins, Decides, Scorecard, range_of, scorecard_of, write_scorecard

NAME = "consumer_revolving"
RESTORATION = "parameters/restoration.toml"


def a_bin(name: str, family: str, worse: str, edges: tuple[float, ...], points: tuple[int, ...]) -> Bins:
    """Return the points of one feature; what is not known costs nothing."""
    best = max(0, *points)
    return Bins(
        name=name,
        family=family,
        worse=worse,
        edges=edges,
        points=points,
        points_missing=best,
        reference_points=best,
    )


RELEASE = (
    a_bin("months_late_last_count", "lateness", "higher", (1.0, 2.0), (0, -40, -100)),
    a_bin("late_ever_so_little_180d_count", "lateness", "higher", (1.0, 3.0), (0, -15, -45)),
    a_bin("pay_ratio", "repayment", "lower", (0.2, 0.8), (-30, -10, 0)),
    a_bin("utilisation_ratio", "utilisation", "higher", (0.5, 0.9), (0, -10, -35)),
)
PRICE = (
    a_bin("months_late_last_count", "lateness", "higher", (1.0, 2.0), (0, -60, -120)),
    a_bin("utilisation_ratio", "utilisation", "higher", (0.5, 0.9), (0, -15, -40)),
    a_bin("draws_90d_count", "activity", "higher", (8.0,), (0, -20)),
    a_bin("granted_minor", "limit", "neither", (100_000.0,), (-10, 0)),
)


def card_of(kind: str, base_points: int, bins: tuple[Bins, ...]) -> Scorecard:
    """Return a card of some bins; a price card gets the scale's own probabilities and the master scale's grades."""
    bare = scorecard_of("release", Decides(base_points=base_points, bins=bins, knots=(), grades=()), card={})
    if kind == "release":
        return bare
    least, most = range_of(bare)
    knots = knots_of((1.0, 0.0), least_points=least, most_points=most)
    return scorecard_of(kind, Decides(base_points=base_points, bins=bins, knots=knots, grades=MASTER_SCALE), card={})


@cache
def product_files() -> Mapping[str, bytes]:
    """Return the files of the product's folder, with the small cards."""
    shipped = products.product_files(files("creditline") / "products" / NAME)
    cards = {
        "release.json": write_scorecard(card_of("release", 620, RELEASE)),
        "scorecard.json": write_scorecard(card_of("scorecard", 660, PRICE)),
    }
    numbers = {RESTORATION: with_marks(shipped[RESTORATION].decode()).encode()}
    return MappingProxyType({**shipped, **cards, **numbers})


def with_marks(parameters: str) -> str:
    """Return the parameters of restoration with the pass mark and the veto that suit the small card."""
    for name, points in (("release_pass_points", 600), ("release_veto_points", 540)):
        parameters = re.sub(rf"(\[{name}\][^\[]*\[[^\[]*?value = )\d+", rf"\g<1>{points}", parameters)
    return parameters


@cache
def a_product() -> Product:
    """Return the product."""
    return read_product(product_files())


def changed(edits: Mapping[str, Callable[[str], str]]) -> Product:
    """Return the product with some files edited, by their path in the folder."""
    edited = dict(product_files())
    for path, edit in edits.items():
        before = edited[path].decode()
        after = edit(before)
        assert after != before, f"The edit changed nothing in {path}."
        edited[path] = after.encode()
    return read_product(edited)


@cache
def a_short_product() -> Product:
    """Return the same product with loans that are due after a month, so that a test can wait until they are late."""
    return changed({"product.toml": lambda text: text.replace("instalments_count = 12", "instalments_count = 1")})


@cache
def an_asking_product() -> Product:
    """Return the product of a lender who vouches for no consent: what the law lists is not read before it is let."""
    return changed({"product.toml": lambda text: re.sub(r"vouched = .*", "vouched = []", text)})


@cache
def a_keeping_product(*, fee_ppm: int = 10_000) -> Product:
    """Return the product due after a month, with a fee of each draw, that keeps what is paid beyond everything owed."""

    def edit(text: str) -> str:
        text = text.replace("instalments_count = 12", "instalments_count = 1")
        text = text.replace("draw_fee_ppm = 0", f"draw_fee_ppm = {fee_ppm}")
        return text.replace('excess = "refused"', 'excess = "credit_balance"')

    return changed({"product.toml": edit})
