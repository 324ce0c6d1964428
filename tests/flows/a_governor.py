"""Two people who govern a product's editions for tests: Ann writes, Bob approves."""

from uuid import UUID

from creditline.clock import Clock
from creditline.decision.product import Product
from creditline.flows.govern import Done, Order, activate, govern, life_of, publish_draft
from creditline.ids import new_id
from creditline.policy.life import Act, in_force
from creditline.store.connect import Database


def order(clock: Clock, product: Product, /, *, actor: str = "ann", **changes: object) -> Order:
    """Return an order about a product's edition under a new id."""
    said = {
        "id": new_id(clock()),
        "product": product.name,
        "edition": product.edition,
        "actor": actor,
        "reason": "as agreed",
    }
    return Order(**(said | changes))  # type: ignore[arg-type]  # A test says what it changes by name.


async def drafted(db: Database, clock: Clock, product: Product) -> Done:
    """Publish a product as Ann's draft."""
    return await publish_draft(db, clock, order=order(clock, product), files=product.files)


async def approved(db: Database, clock: Clock, product: Product) -> None:
    """Bring a product from nothing to approved."""
    await drafted(db, clock, product)
    await govern(db, clock, order=order(clock, product), act=Act.SUBMIT)
    await govern(db, clock, order=order(clock, product, actor="bob"), act=Act.APPROVE)


async def put_in_force(db: Database, clock: Clock, product: Product) -> UUID | None:
    """Have a product in force from now, whatever its edition has lived through; return the activation's id."""
    life = await life_of(db, product.name)
    now = in_force(life.periods, clock())
    if now is not None and now.edition == product.edition:
        return None
    if product.edition not in life.versions:
        await approved(db, clock, product)
    return (await activate(db, clock, order=order(clock, product, actor="bob"))).deed.id
