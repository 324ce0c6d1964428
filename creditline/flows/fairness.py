"""Fairness on the recorded book: groups that are supplied for it, and how often each is answered favourably."""

import asyncio
from collections.abc import Callable

from creditline.clock import Clock, business_day
from creditline.decision.dealt import dealt
from creditline.decision.fairness import GroupRate, fairness_of
from creditline.decision.impact import answered
from creditline.decision.product import Product
from creditline.flows.arms import armed_of
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
    clock: Clock,
    house: House,
    product: Product,
    *,
    most: int,
    groups: fairness.Groups | None = None,
    told: Callable[[int], None] | None = None,
) -> tuple[GroupRate, ...]:
    """Compare groups (those kept, unless given) by a product's answers to up to `most` recorded decisions, the newest.

    Each case is answered by the arm that it would fall into.
    """
    cases = await recorded_cases(db, house, product=product.name, most=most, told=told)
    async with db.reading() as connection:
        armed = await armed_of(connection, product)
        if groups is None:
            groups = await fairness.groups(connection, {one.decision.borrower for one in cases})

    def compared() -> tuple[GroupRate, ...]:
        parts = dealt(armed, cases, on=business_day(clock()))
        return fairness_of([pair for one in parts for pair in answered(one.product, one.past)], groups)

    return await asyncio.to_thread(compared)
