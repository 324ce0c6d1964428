"""Fairness on the recorded book: groups that are supplied for it, and how often each is answered favourably."""

import asyncio
from collections.abc import Callable

from creditline.clock import Clock
from creditline.decision.fairness import GroupRate, fairness_of
from creditline.decision.impact import answered
from creditline.decision.past import past_of
from creditline.decision.product import Product
from creditline.flows.house import House
from creditline.flows.recorded import recorded_cases
from creditline.store import fairness
from creditline.store.connect import Database


async def keep_groups(db: Database, clock: Clock, groups: fairness.Groups) -> None:
    """Keep who belongs to which group, in place of what was known of the same attributes."""
    async with db.transaction() as connection:
        await fairness.put(connection, groups, supplied_at=clock())


async def recorded_fairness(
    db: Database,
    house: House,
    product: Product,
    *,
    most: int,
    groups: fairness.Groups | None = None,
    told: Callable[[int], None] | None = None,
) -> tuple[GroupRate, ...]:
    """Compare groups (those kept, unless given) by a product's answers to up to `most` recorded decisions, the newest."""
    cases = await recorded_cases(db, house, product=product.name, most=most, told=told)
    if groups is None:
        async with db.reading() as connection:
            groups = await fairness.groups(connection, {one.decision.borrower for one in cases})
    return await asyncio.to_thread(lambda: fairness_of(answered(product, past_of(product, cases)), groups))
