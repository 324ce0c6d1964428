"""Recorded cases dealt out to the arms of an edition: who would be decided by which, once it is in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import nan

import numpy as np

from creditline.clock import business_day
from creditline.decision.arms import Armed
from creditline.decision.past import Past, past_of
from creditline.decision.product import Product
from creditline.decision.recorded import Recorded
from creditline.decision.tables import Given, given_of
from creditline.errors import PolicyInvalid
from creditline.policy.assignment import arm_of
from creditline.policy.strategy import CHAMPION, Strategy, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """The cases that one arm of an edition would decide, as they are told to what it runs."""

    arm: str
    product: Product
    past: tuple[Past, ...]


def dealt(armed: Armed, recorded: Sequence[Recorded], *, on: date) -> tuple[Dealt, ...]:
    """Return recorded cases by the arm that would decide them, the champion's first; arms without a case are left out.

    An arm that is to begin later than `on` is taken to run, since nobody is asked again when it does; one that is over or
    stopped leaves its cases to the champion. Scores and what is known are as recorded.
    """
    strategy = None if armed.product.strategy is None else _under_way(armed.product.strategy, on)
    by_arm: dict[str, list[Recorded]] = {CHAMPION: []}
    for one in recorded:
        by_arm.setdefault(CHAMPION if strategy is None else _arm(armed, strategy, one, on=on), []).append(one)
    places: dict[str, int] = {}
    return tuple(
        Dealt(arm=arm, product=product, past=tuple(_numbered(past, places) for past in past_of(product, own)))
        for arm, own in by_arm.items()
        for product in [armed.product if arm == CHAMPION else armed.arms[arm]]
        if own
    )


def _under_way(strategy: Strategy, on: date) -> Strategy:
    own = tuple(replace(one, since=None) for one in strategy.arms if one.until is None or one.until > on)
    return replace(strategy, arms=own)


def _arm(armed: Armed, strategy: Strategy, one: Recorded, *, on: date) -> str:
    decision = one.decision
    subject = decision.borrower if strategy.unit is Unit.BORROWER else str(decision.line)
    given: Given = {}
    if any(arm.segment is not None for arm in strategy.challengers):
        try:
            given = _given(armed.product, one)
        except PolicyInvalid:
            # On a day before its numbers begin the edition decides nothing, whichever arm.
            return CHAMPION
    arm = arm_of(strategy, subject, given, on=on, stopped=armed.stopped)
    return CHAMPION if arm is None else arm.name


def _given(product: Product, one: Recorded) -> Given:
    """Return what a segment is given of a case, by what was stored with it."""
    known = dict(zip(one.features, one.decision.features, strict=True))
    return given_of(
        product,
        one.decision.position,
        features=[known.get(name, nan) for name in product.features],
        sources_count=one.decision.sources_count,
        scores=one.decision.scores,
        numbers=product.parameters.at(business_day(one.decision.as_of), currency=one.decision.currency),
    )


def _numbered(past: Past, places: dict[str, int]) -> Past:
    """Return cases with borrowers numbered anew, so that the same one has the same number in the cases of all arms."""
    return replace(past, who=np.array([places.setdefault(one, len(places)) for one in past.borrowers], np.int64))
