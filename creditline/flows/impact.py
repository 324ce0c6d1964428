"""Impact on record: what a draft would have answered in a product's decisions, by a copy of them in memory."""

import asyncio
from collections.abc import Mapping, Sequence

from creditline.clock import Clock, business_day
from creditline.decision.allotted import allotted
from creditline.decision.arms import files_of_arm, require_same_catalogue
from creditline.decision.block import Block
from creditline.decision.impact import Impact, impact_of_arms
from creditline.decision.product import Product, read_product
from creditline.flows.house import House
from creditline.store.connect import Connection, Database


async def impact_on_record(
    db: Database, clock: Clock, house: House, *, draft: Product, blocks: Sequence[Block]
) -> Impact:
    """Ask a draft about recorded decisions, each by the rules of the arm it would fall into.

    Raise `Malformed` if its rules read what the cases did not give, `PolicyInvalid` for an arm that runs another catalogue.
    """
    async with db.reading() as connection:
        arms = await arms_run(connection, house, draft)
    on = business_day(clock())
    # Others want to be answered meanwhile.
    return await asyncio.to_thread(lambda: impact_of_arms(draft, allotted(draft, arms, blocks, on=on)))


async def arms_run(db: Connection, house: House, draft: Product) -> Mapping[str, Product]:
    """Return what each challenger of a draft would run: an edition that is stored, or the draft with numbers of its own."""
    found: dict[str, Product] = {}
    for arm in draft.strategy.challengers if draft.strategy else ():
        if arm.edition is None:
            found[arm.name] = await asyncio.to_thread(read_product, files_of_arm(draft, arm))
        else:
            found[arm.name] = await house.edition(db, arm.edition)
            require_same_catalogue(draft, arm, other=found[arm.name])
    return found
