"""The guard: looks every hour whether an arm of a strategy has to stop, and stops it."""

import asyncio
import contextlib
import logging
from datetime import timedelta

from creditline.edge.engine import Engine
from creditline.errors import Unavailable
from creditline.flows.trials import guard

LOG = logging.getLogger("creditline.guard")
LOOKS = timedelta(hours=1)
"""How often it looks: all answers of the arms that have stop rules are read for it."""

FAILED_SECONDS = 15.0
"""How soon it looks again if it could not."""


async def guard_on(engine: Engine, stop: asyncio.Event) -> None:
    """Stop arms whose stop rules hold until told to stop; a look that fails is taken again."""
    while not stop.is_set():
        wait = LOOKS.total_seconds()
        try:
            for done in await guard(engine.db, engine.clock, engine.house):
                LOG.warning("stopped arm %s of %s: %s", done.deed.arm, done.deed.product, done.deed.reason)
        except Unavailable as away:
            LOG.warning("%s: %s", away.code, away.message)
            wait = FAILED_SECONDS
        except Exception:
            LOG.exception("the guard failed; it goes on")
            wait = FAILED_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait)
