"""Publish: give a new house its founding editions, so that it can decide, and whatever it decides can be decided again."""

from creditline.clock import Clock
from creditline.decision.product import Product
from creditline.explanation.offer import require_offerable
from creditline.flows import arms
from creditline.flows.house import House
from creditline.ids import id_from
from creditline.policy.life import HOUSE, Act, Deed, Period
from creditline.store import decisions, policies
from creditline.store.connect import Connection, Database

FOUNDING = "The edition this house was founded with, as the program brought it along."


async def publish(db: Database, clock: Clock, house: House) -> tuple[str, ...]:
    """Put what the program brings along in force wherever the house has nothing of a product yet.

    What has a life already is left to it: a newer folder never takes the place of what is in force by itself. Returns the
    hashes of what was brought along. Raise `PolicyInvalid`, and publish nothing, if anything in a product is an error
    (`explanation.offer`).
    """
    for product in house.shipped.values():
        require_offerable(product)
    async with db.transaction() as connection:
        known = set(await policies.products(connection))
        if missing := [(product, body) for product, body in house.bodies() if product.name not in known]:
            # Programs that start together found a house once.
            await policies.lock(connection)
            known = set(await policies.products(connection))
            for product, body in missing:
                if product.name not in known:
                    await _found(connection, clock, product, body)
        await house.offer(connection, clock())
    return tuple(product.edition for product in house.shipped.values())


async def _found(db: Connection, clock: Clock, product: Product, body: bytes) -> None:
    laid = await arms.laid_out(product)
    now = clock()
    await decisions.put_edition(db, edition=product.edition, product=product.name, body=body, published_at=now)
    deed = Deed(
        number=0,
        id=id_from(f"found/{product.name}/{product.edition}", at=now),
        product=product.name,
        edition=product.edition,
        act=Act.FOUND,
        actor=HOUSE,
        reason=FOUNDING,
        recorded_at=now,
    )
    number = await policies.record(db, deed)
    await arms.keep(db, product, laid, at=now)
    founding = Period(product=product.name, edition=product.edition, starts_at=None, ends_at=None, opened_by=number)
    await policies.put_in_force(db, founding, now=now)
