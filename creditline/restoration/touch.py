"""Which events can touch what is answered: those that some feature counts which a rule, a condition or a score reads."""

from collections.abc import Iterable, Iterator, Mapping

from creditline.decision.outcome import Kind
from creditline.decision.product import Product
from creditline.decision.reopened import LOSS
from creditline.decision.tables import TABLES
from creditline.events.catalogue import BY_NUMBER
from creditline.events.consent import ConsentGiven, ConsentWithdrawn
from creditline.events.undone import UNDONE_BY
from creditline.policy.table import names_read
from creditline.profile.catalogue import FEATURES
from creditline.profile.coverage import NUMBERS, VISIBLE
from creditline.profile.feature import Feature, Source

_TOUCHING: dict[str, frozenset[int]] = {}
"""What touches editions, which never change."""

OF_ALL = "covered_sources_count"
"""An input that any event can change."""


def touching(product: Product) -> frozenset[int]:
    """Return the type numbers of the events that can change what a product answers to a repayment or about a promise.

    A consent given is among them if a source that needs one is. One withdrawn is not: less known is no news that could bring
    anything back before its day.
    """
    if product.edition not in _TOUCHING:
        found = _read_by(product, (TABLES[Kind.RESTORATION], *product.conditions))
        if any(found & {*own} for source, own in NUMBERS.items() if source is not Source.USAGE):
            found |= {ConsentGiven.number}
        _TOUCHING[product.edition] = found - {ConsentWithdrawn.number}
    return _TOUCHING[product.edition]


def uses_of(product: Product) -> Mapping[Source, tuple[Kind, ...]]:
    """Return which questions each source helps to answer, through rules, conditions and scores; none if nothing reads it."""
    read = {kind: _read_by(product, [table]) for kind, table in TABLES.items()}
    read[Kind.RELEASE] = _read_by(product, product.conditions)
    return {
        source: tuple(kind for kind in Kind if own & read[kind])
        for source, own in ((source, {*numbers} & VISIBLE) for source, numbers in NUMBERS.items())
    }


def _read_by(product: Product, asked: Iterable[str]) -> frozenset[int]:
    """Return the type numbers that some tables and conditions read, themselves or through a score."""
    read = frozenset[str]().union(*(names_read(product.policy, name) for name in asked))
    if OF_ALL in read:
        return frozenset(BY_NUMBER)
    cards = (("release_points", product.release_card), ("grade", product.pd_card))
    # What is expected to be lost is read off the card that gives the grade.
    scores = read | ({"grade"} if LOSS in read else set())
    features = read.union(*(card.features for name, card in cards if name in scores))
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
