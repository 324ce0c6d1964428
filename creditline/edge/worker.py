"""The worker: sleeps until something is due, does it, and sleeps again."""

import asyncio
import contextlib
import logging

from creditline.edge.engine import Engine
from creditline.errors import Unavailable
from creditline.flows.work import seconds_until_due, work_due

LOG = logging.getLogger("creditline.worker")
MOST_SECONDS = 60.0
"""A new timer may be set at any time by another program, so nobody sleeps longer than this."""


async def work_on(engine: Engine, stop: asyncio.Event) -> None:
    """Do what is due until told to stop; a database that is away for a while is waited for."""
    while not stop.is_set():
        try:
            done = await work_due(engine.db, engine.clock, engine.house)
            if done:
                LOG.info("done: %s", dict(done))
            wait = min(MOST_SECONDS, await seconds_until_due(engine.db, engine.clock, most=MOST_SECONDS))
        except Unavailable as away:
            LOG.warning("%s: %s", away.code, away.message)
            wait = 1.0
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait)
