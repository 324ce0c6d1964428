"""Decisions on record that nobody asked for: written alone, so that a test has as many of any kind as it likes."""

from collections.abc import Sequence

from creditline.clock import MovedClock
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.store import decisions
from creditline.store.connect import Connection, Database
from tests.flows.desk import STARTS_AT


async def a_house(db: Database, product: Product) -> House:
    """Return a house whose edition decisions may name, though nobody ever asked it."""
    own = House([product])
    await publish(db, MovedClock(STARTS_AT), own)
    return own


async def unguarded(link: Connection) -> None:
    """Let decisions be written without the requests and lines they answer, until the transaction ends."""
    await link.execute("set local session_replication_role = replica")


async def put(db: Database, made: Sequence[Decision]) -> None:
    """Put decisions on record."""
    async with db.transaction() as link:
        await unguarded(link)
        await decisions.record(link, made, seen="1:1:")
