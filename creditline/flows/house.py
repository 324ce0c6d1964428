"""The products a running house decides by: each edition in its time, as one snapshot of the database shows it.

A house follows what is activated, by whichever program: every turn asks with its snapshot for the number of the last act on
policies, and reads the editions in force again only when there was another. Turns that see the same decide by the same.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from creditline.clock import Clock
from creditline.decision.arms import Armed
from creditline.decision.product import Product, pack, read_product, unpack
from creditline.errors import Broken, Code, NotFound
from creditline.policy.life import Period
from creditline.restoration.touch import touching
from creditline.store import decisions, facts, policies
from creditline.store.connect import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one turn decides by: the snapshot of its facts, each product's editions by their time, and their arms.

    `arms` are what the arms run, by the hash of the edition and by name; `stopped` are those that are stopped, by product.
    """

    seen: str
    number: int
    periods: Mapping[str, tuple[tuple[Period, Product], ...]]
    arms: Mapping[str, Mapping[str, Product]]
    stopped: Mapping[str, frozenset[str]]

    def product(self, name: str, as_of: datetime) -> Product:
        """Return a product as it is in force at an instant; raise `NotFound` if there is none of that name then."""
        for period, product in self.periods.get(name, ()):
            if period.holds(as_of):
                return product
        raise _not_offered(name, self.products(as_of))

    def armed(self, product: Product) -> Armed:
        """Return an edition in force with its arms, as they are now."""
        if product.strategy is None:
            return Armed(product=product)
        return Armed(
            product=product,
            arms=self.arms.get(product.edition, {}),
            stopped=self.stopped.get(product.name, frozenset()),
        )

    def products(self, as_of: datetime) -> dict[str, Product]:
        """Return the products in force at an instant, by name."""
        return {name: product for name, own in self.periods.items() for period, product in own if period.holds(as_of)}


class House:
    """What this program brings along, what is in force by the database, and every edition it ever read."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.shipped = {product.name: product for product in products}
        self.products: Mapping[str, Product] = self.shipped
        self._editions = {product.edition: product for product in self.shipped.values()}
        self._offer: Offer | None = None

    async def offer(self, db: Connection, as_of: datetime) -> Offer:
        """Return what a turn decides by, from a snapshot of this moment; `products` are then those in force at `as_of`."""
        seen, number = await facts.snapshot_and_policies(db)
        known = self._offer
        if known is not None and known.number == number:
            offer = replace(known, seen=seen)
        else:
            offer = await self._read(db)
        self._offer = offer
        if offer.periods:
            self.products = offer.products(as_of)
        return offer

    def heard(self) -> frozenset[int]:
        """Return the type numbers of the events that can change when what waits comes back, by any product in force."""
        return frozenset[int]().union(*(touching(product) for product in self.products.values()))

    def product(self, name: str) -> Product:
        """Return a product as it was in force when this house last looked."""
        if name not in self.products:
            raise _not_offered(name, self.products)
        return self.products[name]

    def speaker(self, product: Product) -> Product:
        """Return the product in whose words an edition is spoken about now: the one offered under its name, or itself."""
        return self.products.get(product.name, product)

    def lawful(self, product: Product) -> Product:
        """Return the product whose law and letters speak of an edition: itself, or a newer one where it has none."""
        newer = (self.speaker(product), self.shipped.get(product.name, product))
        return next((one for one in (product, *newer) if one.law is not None), product)

    async def edition(self, db: Connection, sha256: str) -> Product:
        """Return a product as it was when something was decided or promised by it."""
        if sha256 not in self._editions:
            body = await decisions.read_edition(db, sha256)
            if body is None:
                raise Broken(f"Edition {sha256} is named by a decision and is not stored.", code=Code.INVARIANT_BROKEN)
            # Compiling one takes longer than a turn may keep the loop from the others.
            self._editions[sha256] = await asyncio.to_thread(lambda: read_product(unpack(body)))
        return self._editions[sha256]

    def bodies(self) -> list[tuple[Product, bytes]]:
        """Return what this program brings along with the packed folders."""
        return [(product, pack(product.files)) for product in self.shipped.values()]

    async def _read(self, db: Connection) -> Offer:
        """Read what is in force, all by one snapshot, which is then the turn's."""
        standing = await policies.standing(db)
        periods: dict[str, list[tuple[Period, Product]]] = {}
        for period in standing.periods:
            periods.setdefault(period.product, []).append((period, await self.edition(db, period.edition)))
        return Offer(
            seen=standing.seen,
            number=standing.number,
            periods={name: tuple(own) for name, own in periods.items()},
            arms={
                edition: {arm: await self.edition(db, runs) for arm, runs in own.items()}
                for edition, own in standing.arms.items()
            },
            stopped=standing.stopped,
        )


async def offered(db: Database, clock: Clock, house: House) -> Mapping[str, Product]:
    """Return the products in force now, by name."""
    async with db.reading() as connection:
        return (await house.offer(connection, clock())).products(clock())


def _not_offered(name: str, known: Iterable[str]) -> NotFound:
    return NotFound(
        f"There is no product {name!r}. This house offers {', '.join(sorted(known))}.", code=Code.PRODUCT_UNKNOWN
    )
