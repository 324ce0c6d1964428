"""A desk at which every test's requests are sent, and checked when it closes."""

from collections.abc import AsyncIterator

import pytest

from creditline.flows.house import House
from creditline.store.connect import Database
from tests.decision.a_product import a_product
from tests.flows.a_record import a_house
from tests.flows.desk import Desk, a_desk


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        yield desk


@pytest.fixture
async def house(db: Database) -> House:
    """A house with the product that decisions without requests are put on record by."""
    return await a_house(db, a_product())
