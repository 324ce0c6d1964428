"""Relay: tell an outlet what was decided, exactly what was committed, and again under the same id if in doubt."""

from collections.abc import Awaitable, Callable, Sequence

from creditline.clock import Clock
from creditline.decision.outcome import Decision
from creditline.store import decisions, outbox
from creditline.store.connect import Database

Send = Callable[[Sequence[Decision]], Awaitable[None]]
"""Tells some decisions and returns once all of them are kept where they were told; raises otherwise."""


async def open_outlet(db: Database, clock: Clock, *, outlet: str) -> None:
    """Let every decision from now on wait for an outlet, until it was relayed."""
    async with db.transaction() as connection:
        await outbox.open_outlet(connection, outlet, opened_at=clock())


async def relay_once(db: Database, *, outlet: str, send: Send, most: int = 200) -> int:
    """Tell up to `most` decisions that wait for an outlet, in the order of their ids; returns how many.

    They are taken from the outbox in the transaction that ends after `send` returned: whoever fails in between tells them
    again, and the ids say that they are the same. Safe in many relays at once.
    """
    async with db.transaction() as connection:
        taken = await outbox.take(connection, outlet, most=most)
        found = await decisions.read(connection, taken)
        if taken:
            await send([found[one] for one in taken])
        return len(taken)
