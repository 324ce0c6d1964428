"""Examine a decision: every value it was made from, what each pulls on the score, and the same beside what is supposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.profile.catalogue import FEATURES
from creditline.score.boosted import Booster
from creditline.score.reasons import lost_by_feature
from creditline.score.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One feature of a decision, and as supposed; None: not known.

    `pull_points` is what the value costs on the card that was read, 0 at the best and less below it; None where the card does not
    read it. `is_read` says whether the rules or the card read it.
    """

    name: str
    source: str
    why: str
    is_read: bool
    then: float | None
    supposed: float | None
    pull_points: int | None
    supposed_pull_points: int | None


def table_of(decision: Decision) -> str:
    """Return the table that a decision asked: of a release, the condition it had to find true."""
    return decision.terms.condition or "" if decision.kind is Kind.RELEASE else TABLES[decision.kind]


def card_of(product: Product, decision: Decision) -> tuple[str, Scorecard | Booster] | None:
    """Return the card whose score a decision's table reads, with the name it reads it by; the release card goes first."""
    reads = product.compiled.decisions[table_of(decision)].reads
    cards = (("release_points", product.release_card), ("grade", product.pd_card))
    return next((one for one in cards if one[0] in reads), None) if decision.scores else None


def pulls_of(product: Product, decision: Decision) -> dict[str, int]:
    """Return what each value cost on the card that was read, in points, 0 or less; nothing where no score was read."""
    card = card_of(product, decision)
    if card is None:
        return {}
    return {name: -points for name, _, points in lost_by_feature(card[1], decision.features, product.features)}


def values_of(
    product: Product, decision: Decision, *, supposed: tuple[Product, Decision] | None = None
) -> tuple[Value, ...]:
    """Return the values of a decision, `product` being its edition, beside those of one that is supposed, dearest first.

    What is known in neither is left out, unless it was read.
    """
    other_product, other = supposed or (product, decision)
    then, pulls = _known(product, decision), pulls_of(product, decision)
    now, other_pulls = _known(other_product, other), pulls_of(other_product, other)
    reads = {*_reads(product, decision), *_reads(other_product, other), *pulls, *other_pulls}
    about = {one.name: one for one in FEATURES}
    found = [
        Value(
            name=name,
            source=str(about[name].source) if name in about else "",
            why=about[name].why if name in about else "",
            is_read=name in reads,
            then=then.get(name),
            supposed=now.get(name),
            pull_points=pulls.get(name),
            supposed_pull_points=other_pulls.get(name),
        )
        for name in dict.fromkeys((*product.features, *other_product.features))
        if name in reads or name in then or name in now
    ]
    return tuple(
        sorted(found, key=lambda one: (not one.is_read, min(one.pull_points or 0, one.supposed_pull_points or 0)))
    )


def _known(product: Product, decision: Decision) -> Mapping[str, float]:
    pairs = zip(product.features, decision.features, strict=True)
    return {name: value for name, value in pairs if not isnan(value)}


def _reads(product: Product, decision: Decision) -> frozenset[str]:
    return product.compiled.decisions[table_of(decision)].reads & frozenset(product.features)
