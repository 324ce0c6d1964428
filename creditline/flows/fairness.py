"""Fairness on the recorded book: groups that are supplied for it, and how often each is answered favourably."""

import asyncio
from collections.abc import Callable

from creditline.clock import Clock, business_day
from creditline.decision.allotted import allotted
from creditline.decision.arms import running
from creditline.decision.asked import ask
from creditline.decision.fairness import GroupRate, fairness_of
from creditline.decision.product import Product
from creditline.flows.arms import armed_of
from creditline.flows.gates import borrowers_in
from creditline.flows.house import House
from creditline.flows.snapshot import newest
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
    blocks = await newest(db, house, product=product.name, most=most, told=told)
    async with db.reading() as connection:
        armed = await armed_of(connection, product)
        if groups is None:
            groups = await fairness.groups(connection, borrowers_in(blocks))

    def compared() -> tuple[GroupRate, ...]:
        cases = allotted(running(armed), armed.arms, blocks, on=business_day(clock()))
        asked = [ask(one.product, one.past, arm=one.arm) for one in cases]
        return fairness_of([(one.past, one.after) for one in asked], groups)

    return await asyncio.to_thread(compared)
