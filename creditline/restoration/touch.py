"""Which events can touch a restoration: those that some feature counts which a rule, a condition or a score reads."""

from collections.abc import Iterator

from creditline.decision.outcome import Kind
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.events.catalogue import BY_NUMBER
from creditline.events.undone import UNDONE_BY
from creditline.policy.table import names_read
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Feature

_TOUCHING: dict[str, frozenset[int]] = {}
"""What touches editions, which never change."""

OF_ALL = "covered_sources_count"
"""An input that any event can change."""


def touching(product: Product) -> frozenset[int]:
    """Return the type numbers of the events that can change what a product answers to a repayment or about a promise."""
    if product.edition not in _TOUCHING:
        _TOUCHING[product.edition] = _found(product)
    return _TOUCHING[product.edition]


def _found(product: Product) -> frozenset[int]:
    asked = (TABLES[Kind.RESTORATION], *product.conditions)
    read = frozenset[str]().union(*(names_read(product.policy, name) for name in asked))
    if OF_ALL in read:
        return frozenset(BY_NUMBER)
    cards = (("release_points", product.release_card), ("grade", product.pd_card))
    features = read.union(*(card.features for name, card in cards if name in read))
    return frozenset(number for name in features for number in _numbers(name))


def _numbers(name: str) -> Iterator[int]:
    """Go through the events that a feature counts, itself or as a part of a ratio, and those that undo them."""
    for feature in FEATURES:
        if feature.name == name:
            if isinstance(feature, Feature):
                told = (*feature.events, *feature.since)
                yield from (*told, *(UNDONE_BY[number] for number in told if number in UNDONE_BY))
            else:
                for part in (feature.over, feature.under, feature.less, feature.per, feature.times):
                    if isinstance(part, str):
                        yield from _numbers(part)
