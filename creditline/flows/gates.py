"""Gates on the book: measure what an edition would change in recorded decisions, and how the product keeps its word."""

import asyncio
from collections.abc import Iterable, Mapping

from creditline.decision.impact import Amount, impact_of
from creditline.decision.outcome import Kind
from creditline.decision.past import past_of
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded
from creditline.flows.house import House
from creditline.flows.promises import rates
from creditline.flows.recorded import recorded_cases
from creditline.money import MILLION
from creditline.policy.gates import Failure, Gate, failures
from creditline.store.connect import Database

MOST_CASES = 50_000
"""Of so many recorded decisions, the newest, an edition is asked."""


async def failed_gates(db: Database, files: Mapping[str, bytes], *, limits: Mapping[Gate, int]) -> tuple[Failure, ...]:
    """Return the gates that an edition fails by the limits given; without limits nothing is read."""
    if not limits:
        return ()
    product = await asyncio.to_thread(read_product, files)
    measured: dict[Gate, int] = {}
    if limits.keys() & {Gate.ANSWERED_OTHERWISE, Gate.GRANTED_GROWTH}:
        cases = await recorded_cases(db, House([product]), product=product.name, most=MOST_CASES)
        measured |= await asyncio.to_thread(_measured, product, cases)
    for rate in await rates(db, by=["product"]):
        if rate.product == product.name and rate.kept_ratio is not None:
            measured[Gate.PROMISES_KEPT] = int(rate.kept_ratio * MILLION)
    return tuple(failures(limits, measured=measured))


def _measured(product: Product, cases: list[Recorded]) -> dict[Gate, int]:
    if not cases:
        return {}
    impact = impact_of(product, past_of(product, cases))
    # Of the interval the end that speaks against the edition counts: few cases prove little.
    found = {Gate.ANSWERED_OTHERWISE: impact.changed.high_ppm}
    if (growth_ppm := granted_growth_ppm(impact.amounts)) is not None:
        found[Gate.GRANTED_GROWTH] = growth_ppm
    return found


def granted_growth_ppm(amounts: Iterable[Amount]) -> int | None:
    """Return by how much more is granted in openings, in the currency in which it grows most; None if nothing was."""
    granted = [one for one in amounts if one.kind is Kind.OPENING and one.measure == "granted" and one.before_minor]
    return max(((one.after_minor - one.before_minor) * MILLION // one.before_minor for one in granted), default=None)
