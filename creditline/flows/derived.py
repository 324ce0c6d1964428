"""A draft made from another edition: from which one stands on record with it, so that a repeat is made from the same."""

import asyncio
from dataclasses import dataclass

from creditline.clock import Clock
from creditline.decision.product import Product, read_product
from creditline.errors import Code, Conflict, NotFound
from creditline.flows.govern import Order, files_of, in_force_at, life_of
from creditline.policy.life import shown
from creditline.store import policies
from creditline.store.connect import Database

ON_EDITION = ", on edition "


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The edition a draft is made from, and the draft that was made under the order's id before, if it was."""

    product: Product
    made: Product | None


async def origin_of(db: Database, clock: Clock, *, order: Order, words: str) -> Origin:
    """Return what a draft is made from: the edition that is named, or the one in force; of a repeat the one of then.

    Raise `Conflict` if the order's id was used for something else than `words`, `NotFound` if there is no such edition.
    """
    async with db.reading() as connection:
        made = await policies.deed(connection, order.id)
    if made is None:
        return Origin(
            product=await _product(db, order.product, order.edition or await _in_force(db, clock, order)), made=None
        )
    told, _, edition = (made.detail or "").rpartition(ON_EDITION)
    if told != words or made.product != order.product:
        raise Conflict(
            f"The id {order.id} was used before, when {made.actor} did {made.act} to edition {shown(made.edition)}. Make a "
            "new UUIDv7 for every new act.",
            code=Code.ID_REUSED,
        )
    return Origin(
        product=await _product(db, order.product, edition), made=await _product(db, order.product, made.edition)
    )


def detail_of(words: str, origin: Origin) -> str:
    """Return what stands on record with a draft: what was done, on which edition."""
    return f"{words}{ON_EDITION}{origin.product.edition}"


async def _product(db: Database, product: str, edition: str) -> Product:
    _, files = await files_of(db, product, edition=edition)
    return await asyncio.to_thread(read_product, files)


async def _in_force(db: Database, clock: Clock, order: Order) -> str:
    period = await in_force_at(db, order.product, valid_at=clock())
    if period is None:
        # It raises for a product without editions.
        await life_of(db, order.product)
        raise NotFound(
            f"No edition of {order.product} is in force now. Name the one to start from.", code=Code.EDITION_UNKNOWN
        )
    return period.edition
