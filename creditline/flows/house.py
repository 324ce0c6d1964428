"""The products a running house offers, and every edition it ever decided by."""

from collections.abc import Iterable

from creditline.decision.product import Product, pack, read_product, unpack
from creditline.errors import Broken, Code, NotFound
from creditline.store import decisions
from creditline.store.connect import Connection


class House:
    """Products by name, and editions by hash, read from the store once each."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.products = {product.name: product for product in products}
        self._editions = {product.edition: product for product in self.products.values()}

    def product(self, name: str) -> Product:
        """Return a product that is offered now."""
        if name not in self.products:
            offered = ", ".join(sorted(self.products))
            raise NotFound(f"There is no product {name!r}. This house offers {offered}.", code=Code.PRODUCT_UNKNOWN)
        return self.products[name]

    def speaker(self, product: Product) -> Product:
        """Return the product in whose words an edition is spoken about now: the one offered under its name, or itself."""
        return self.products.get(product.name, product)

    async def edition(self, db: Connection, sha256: str) -> Product:
        """Return a product as it was when something was decided or promised by it."""
        if sha256 not in self._editions:
            body = await decisions.read_edition(db, sha256)
            if body is None:
                raise Broken(f"Edition {sha256} is named by a decision and is not stored.", code=Code.INVARIANT_BROKEN)
            self._editions[sha256] = read_product(unpack(body))
        return self._editions[sha256]

    def bodies(self) -> list[tuple[Product, bytes]]:
        """Return the products offered now with their packed folders."""
        return [(product, pack(product.files)) for product in self.products.values()]
