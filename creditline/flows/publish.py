"""Publish: keep the offered products' editions, so that whatever they decide can be decided again."""

from creditline.clock import Clock
from creditline.explanation.offer import require_offerable
from creditline.flows.house import House
from creditline.store import decisions
from creditline.store.connect import Database


async def publish(db: Database, clock: Clock, house: House) -> tuple[str, ...]:
    """Store every offered edition under its hash; publishing the same twice changes nothing. Returns the hashes.

    Raise `PolicyInvalid`, and publish nothing, if anything in a product is an error (`explanation.offer`).
    """
    for product in house.products.values():
        require_offerable(product)
    async with db.transaction() as connection:
        for product, body in house.bodies():
            await decisions.put_edition(
                connection, edition=product.edition, product=product.name, body=body, published_at=clock()
            )
    return tuple(product.edition for product in house.products.values())
