"""Recorded decisions as columns: what the tables of a product would be given by the same cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import nan

from creditline.clock import business_day
from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import Product
from creditline.decision.tables import TABLES, given_of
from creditline.policy.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision on record, and the names of its features in their order."""

    decision: Decision
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cases that ask the same table under the same numbers; `columns` hold a value a case of every input of the policy.

    `decisions` are the records themselves, in the order of the columns.
    """

    table: str
    numbers: Mapping[str, Value]
    columns: Mapping[str, Sequence[Value]]
    count: int
    decisions: Sequence[Decision] = field(default=(), compare=False, repr=False)


def groups_of(product: Product, recorded: Iterable[Recorded]) -> tuple[Group, ...]:
    """Lay recorded cases out for a product's tables, by table and numbers.

    Releases ask no table and are left out, and so are cases before the day on which all numbers have a value.
    """
    starts = {currency: product.parameters.starts(currency) for currency in product.currencies}
    found: dict[tuple[Kind, str, date], list[tuple[Decision, dict[str, Value]]]] = {}
    places: dict[tuple[str, ...], list[int | None]] = {}
    for one in recorded:
        decision = one.decision
        day = business_day(decision.as_of)
        since = max((start for start in starts.get(decision.currency, ()) if start <= day), default=None)
        if decision.kind not in TABLES or since is None:
            continue
        if one.features not in places:
            places[one.features] = [_place(name, one.features) for name in product.features]
        features = [nan if place is None else decision.features[place] for place in places[one.features]]
        given = given_of(
            product,
            decision.position,
            features=features,
            sources_count=decision.sources_count,
            scores=decision.scores,
            numbers={},
        )
        found.setdefault((decision.kind, decision.currency, since), []).append((decision, given))
    return tuple(
        Group(
            table=TABLES[kind],
            numbers=product.parameters.at(since, currency=currency),
            columns={one.name: [given.get(one.name) for _, given in rows] for one in product.policy.inputs},
            count=len(rows),
            decisions=[decision for decision, _ in rows],
        )
        for (kind, currency, since), rows in found.items()
    )


def _place(name: str, features: Sequence[str]) -> int | None:
    return features.index(name) if name in features else None
