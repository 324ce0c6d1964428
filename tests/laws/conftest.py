"""A desk at which the laws of a running house are tried, and checked when it closes."""

from collections.abc import AsyncIterator

import pytest

from creditline.store.connect import Database
from tests.flows.desk import Desk, a_desk


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        yield desk
