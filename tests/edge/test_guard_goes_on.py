"""The guard of a running worker stops an arm whose rules hold, says so, and goes on."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from creditline.edge.engine import Engine
from creditline.edge.guard import guard_on
from creditline.flows.strategy import strategy_of
from creditline.store.connect import Database
from tests.edge.test_worker_goes_on import until_told
from tests.flows.desk import Desk, a_desk
from tests.flows.test_trials import PRODUCT, SPENT, a_trial


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        yield desk


async def test_an_arm_whose_budget_is_spent_is_stopped_while_the_worker_runs(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await a_trial(desk, SPENT, bad=1)
    caplog.set_level(logging.INFO, "creditline.guard")
    stop = asyncio.Event()
    running = asyncio.create_task(guard_on(Engine(db=desk.db, clock=desk.clock, house=desk.house), stop))
    await until_told(caplog, "stopped arm longer")
    stop.set()
    await running
    found = await strategy_of(desk.db, desk.house, PRODUCT, at=desk.clock())
    assert found.stopped["longer"].actor == "creditline"
