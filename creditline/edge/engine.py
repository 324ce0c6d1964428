"""Start the engine: a database that is ready, and the products that are offered."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial

from creditline.clock import Clock, system_clock
from creditline.edge.products import load_product, offered
from creditline.edge.settings import Settings
from creditline.edge.vault_key import vault_of
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.vault import Vault
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A running engine: the database, the house that decides, its clock, and the vault, opened when it is first used."""

    db: Database
    house: House
    clock: Clock
    vault: Callable[[], Vault] | None = None


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Database]:
    """Start the embedded server unless a DSN is given, connect, and stop at the end; whatever is there stays as it is."""
    async with AsyncExitStack() as stack:
        dsn = settings.dsn
        if dsn is None:
            server = await stack.enter_async_context(EmbeddedServer(settings.database_folder))
            dsn = server.dsn()
        yield await stack.enter_async_context(await connect(dsn, size=settings.pool_size))


@asynccontextmanager
async def running(settings: Settings, *, clock: Clock = system_clock) -> AsyncIterator[Engine]:
    """Connect as `connected` does, bring the schema up to date, and publish the products."""
    async with connected(settings) as db:
        await prepare(db)
        house = House(load_product(name) for name in offered())
        await publish(db, clock, house)
        keep_loaded()
        yield Engine(db=db, house=house, clock=clock, vault=cache(partial(vault_of, settings)))


def keep_loaded() -> None:
    """Spare the collector what stays for good, and let it come less often: it took a sixth of the time of a decision."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
