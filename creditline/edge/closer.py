"""The closer: sleeps until a day is over, closes it for every line that owes, and sleeps again."""

import asyncio
import contextlib
import logging
from uuid import UUID

from creditline.clock import DAY
from creditline.edge.engine import Engine
from creditline.errors import CreditlineError, Unavailable
from creditline.flows.close import begin_closing, close_once
from creditline.flows.over import over_at, today
from creditline.store import days

LOG = logging.getLogger("creditline.closer")
MOST_SECONDS = 60.0
"""Clocks are set, and lines are held by others: nobody sleeps longer than this."""

AWAY_SECONDS = 1.0
"""How soon a database that is away, or a line that others hold, is asked again."""

FAILED_SECONDS = 15.0
"""How soon a line that could not be closed is tried again."""

BATCH = 100
"""Lines closed in one transaction: few, because a server answers borrowers meanwhile."""


async def close_on(engine: Engine, stop: asyncio.Event) -> None:
    """Close days as they end until told to stop; a database that is away is waited for, a line that fails stops no other."""
    while not stop.is_set():
        try:
            wait = await _close(engine, stop)
        except Unavailable as away:
            LOG.warning("%s: %s", away.code, away.message)
            wait = AWAY_SECONDS
        except Exception:
            LOG.exception("the closer failed; it goes on")
            wait = FAILED_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait)


async def _close(engine: Engine, stop: asyncio.Event) -> float:
    """Close what is over in batches; return for how many seconds nothing is to be done."""
    await begin_closing(engine.db, engine.clock)
    async with engine.db.reading() as connection:
        now_on = await today(connection, engine.clock)
        left_count, first_on = await days.not_closed(connection, through=now_on - DAY)
    if first_on is None:
        return min(MOST_SECONDS, max(0.0, (over_at(now_on) - engine.clock()).total_seconds()))
    failed: dict[UUID, Exception] = {}
    done_count = 0
    while not stop.is_set():
        done = await close_once(engine.db, engine.clock, engine.house, through=now_on - DAY, most=BATCH, failed=failed)
        if not done:
            break
        done_count += done
    LOG.info("closed %s days of %s lines from %s to %s", done_count, left_count, first_on, now_on - DAY)
    for line, wrong in failed.items():
        if isinstance(wrong, CreditlineError):
            LOG.error("the days of line %s were not closed: %s: %s", line, wrong.code, wrong.message)
        else:
            LOG.error("the days of line %s were not closed", line, exc_info=wrong)
    return FAILED_SECONDS if failed else AWAY_SECONDS
