"""The worker: sleeps until something is due, does it, and sleeps again."""

import asyncio
import contextlib
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from creditline.edge.closer import close_on
from creditline.edge.engine import Engine
from creditline.edge.guard import guard_on
from creditline.errors import Code, CreditlineError, Unavailable
from creditline.flows.signals import answer_signals, answer_singly
from creditline.flows.work import seconds_until_due, work_once, work_singly
from creditline.store import partitions

LOG = logging.getLogger("creditline.worker")
MOST_SECONDS = 60.0
"""A new timer may be set at any time by another program, so nobody sleeps longer than this."""

AWAY_SECONDS = 1.0
"""How soon a database that is away is asked again."""

FAILED_SECONDS = 15.0
"""How soon a line that could not be worked on is tried again."""

SIGNAL_SECONDS = 0.25
"""How often it is asked whether something new was learned: a query of an empty table. NOTIFY would make commits wait."""

PARTITIONS_HOURS = 6
"""How often it is seen to that the coming partitions are there; they are made two months ahead."""


async def work_on(engine: Engine, stop: asyncio.Event) -> None:
    """Do what is due, follow signals, close days that are over and guard the arms, each at its own pace, until told to stop."""
    await asyncio.gather(
        work_by_time(engine, stop), follow_signals(engine, stop), close_on(engine, stop), guard_on(engine, stop)
    )


async def work_by_time(engine: Engine, stop: asyncio.Event) -> None:
    """Do what is due until told to stop; a database that is away is waited for, and a line that fails stops no other."""
    partitions_at: datetime | None = None
    while not stop.is_set():
        try:
            if partitions_at is None or engine.clock() >= partitions_at:
                partitions_at = await _make_partitions(engine)
            wait = await _work(engine, stop)
        except Unavailable as away:
            LOG.warning("%s: %s", away.code, away.message)
            wait = AWAY_SECONDS
        except Exception:
            # Nobody would notice a worker that is gone: what is due tomorrow would simply not come back.
            LOG.exception("the worker failed; it goes on")
            wait = FAILED_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait)


async def follow_signals(engine: Engine, stop: asyncio.Event) -> None:
    """Decide again, within a second, what something new was learned of, until told to stop; a line that fails stops no other."""
    failed = dict[UUID, datetime]()
    while not stop.is_set():
        failed = {line: again_at for line, again_at in failed.items() if again_at > engine.clock()}
        try:
            released = await answer_signals(engine.db, engine.clock, engine.house, besides=failed.keys())
            if released:
                LOG.info("brought back before the day: %s", len(released))
        except Exception:  # noqa: BLE001  # What is wrong shows again below, beside the line it is wrong with.
            failed |= await _answer_singly(engine, besides=failed.keys())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=SIGNAL_SECONDS)


async def _answer_singly(engine: Engine, *, besides: Collection[UUID]) -> dict[UUID, datetime]:
    """Decide again line by line, telling what fails; return when each that failed is tried again."""
    try:
        outcomes = await answer_singly(engine.db, engine.clock, engine.house, besides=besides)
    except Unavailable as away:
        LOG.warning("%s: %s", away.code, away.message)
        await asyncio.sleep(AWAY_SECONDS)
        return {}
    except Exception:
        LOG.exception("signals could not be read; the worker goes on")
        await asyncio.sleep(AWAY_SECONDS)
        return {}
    for line, wrong in outcomes.items():
        LOG.error("line %s was to be decided again and failed", line, exc_info=wrong)
    return dict.fromkeys(outcomes, engine.clock() + timedelta(seconds=FAILED_SECONDS))


async def _make_partitions(engine: Engine) -> datetime:
    """Make the coming partitions; return when to look again. A table that is busy is tried next time: there is time."""
    now = engine.clock()
    try:
        async with engine.db.transaction() as connection:
            made = await partitions.make_coming(connection, as_of=now)
    except Unavailable as busy:
        if busy.code is not Code.DATABASE_BUSY:
            raise
        LOG.warning("coming partitions are not made yet: %s", busy.message)
    else:
        if made:
            LOG.info("made partitions: %s", ", ".join(made))
    return now + timedelta(hours=PARTITIONS_HOURS)


async def _work(engine: Engine, stop: asyncio.Event) -> float:
    """Do what is due in batches, and one by one if a batch fails; return for how many seconds nothing is to be done."""
    try:
        while not stop.is_set():
            done = await work_once(engine.db, engine.clock, engine.house)
            if not done:
                return min(MOST_SECONDS, await seconds_until_due(engine.db, engine.clock, most=MOST_SECONDS))
            LOG.info("done: %s", dict(done))
    except Exception as failed:  # noqa: BLE001  # What is wrong shows again below, beside the line it is wrong with.
        LOG.info("a batch failed, so that its lines are done one by one: %s", failed)
    return await _work_singly(engine, stop)


async def _work_singly(engine: Engine, stop: asyncio.Event) -> float:
    """Do what is due one by one, telling what fails; return after how many seconds to look again."""
    tried = set[UUID]()
    failed_count = 0
    while not stop.is_set():
        outcomes = await work_singly(engine.db, engine.clock, engine.house, besides=tried)
        if not outcomes:
            break
        tried |= outcomes.keys()
        for subject, failed in outcomes.items():
            if isinstance(failed, CreditlineError):
                LOG.error("%s is due and failed: %s: %s", subject, failed.code, failed.message)
            elif failed is not None:
                LOG.error("%s is due and failed", subject, exc_info=failed)
            failed_count += failed is not None
    # A batch that failed with nothing to show for it would fail again at once, and again.
    return FAILED_SECONDS if failed_count or not tried else 0.0
