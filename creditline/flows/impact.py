"""Impact on record: what a draft would have answered in a product's decisions, by a copy of them in memory."""

import asyncio
from collections.abc import Sequence

from creditline.clock import Clock, business_day
from creditline.decision.acts import groups_of, new_acts, parts_of
from creditline.decision.allotted import allotted
from creditline.decision.arms import running
from creditline.decision.block import Block
from creditline.decision.edited import Judged, judge
from creditline.decision.impact import Impact, told_of
from creditline.decision.product import Product
from creditline.flows.arms import armed_of
from creditline.flows.house import House
from creditline.store import decisions, promises
from creditline.store.connect import Database


async def impact_on_record(
    db: Database, clock: Clock, house: House, *, draft: Product, blocks: Sequence[Block]
) -> Impact:
    """Ask a draft about recorded decisions, each by the rules of the arm it would fall into; an arm that was stopped has none.

    What acts would be told of, and by when, is found by the law of the draft; of acts whose reasons matter some are decided again
    as they stand on record. Raise `Malformed` if rules read what the cases did not give, `NotFound` for an arm whose edition
    is not here, `PolicyInvalid` for one that runs another catalogue.
    """
    async with db.reading() as connection:
        armed = await armed_of(connection, draft)
        open_now = await promises.still_open(connection, draft.name)
    on = business_day(clock())

    def judged() -> list[Judged]:
        return [judge(one, draft.losing) for one in allotted(running(armed), armed.arms, blocks, on=on)]

    # Others want to be answered meanwhile.
    found = await asyncio.to_thread(judged)
    laws = {one.product.edition: house.lawful(one.product).law for one in found}
    parts = parts_of(found, laws)
    groups = groups_of(parts)
    async with db.reading() as connection:
        made = await decisions.read(connection, [one for group in groups for one in group.ids])
    acts = await asyncio.to_thread(new_acts, parts, groups, made)
    return await asyncio.to_thread(told_of, draft, found, acts=acts, promises=open_now)
