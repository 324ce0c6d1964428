"""Starting the engine: a database that is brought along or one that is named, ready and published when it is given."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from creditline.clock import MovedClock
from creditline.edge.engine import running
from creditline.edge.products import offered
from creditline.edge.settings import Settings
from creditline.errors import Code, Unavailable
from tests.edge.an_api import STARTS_AT

NOWHERE = Settings(dsn=None, home=Path("unused"), data=Path("unused"), nats=None, host="127.0.0.1", port=0, pool_size=2)


async def test_a_named_database_is_brought_up_to_date_and_published(dsn: str) -> None:
    async with running(replace(NOWHERE, dsn=dsn), clock=MovedClock(STARTS_AT)) as engine:
        assert set(engine.house.products) == set(offered())
        async with engine.db.reading() as connection:
            editions = await connection.fetchval("select count(*) from edition")
        assert editions == len(offered())
        assert engine.clock() == STARTS_AT
    async with running(replace(NOWHERE, dsn=dsn)) as engine, engine.db.reading() as connection:
        assert await connection.fetchval("select count(*) from edition") == len(offered())


async def test_a_database_that_is_nowhere_is_told() -> None:
    with pytest.raises(Unavailable) as refused:
        async with running(replace(NOWHERE, dsn="postgresql://nobody@127.0.0.1:1/none")):
            pass
    assert refused.value.code is Code.DATABASE_UNREACHABLE


@pytest.mark.slow
async def test_without_a_name_it_brings_its_own_and_stops_it() -> None:
    with tempfile.TemporaryDirectory(prefix="cl") as home:
        settings = replace(NOWHERE, home=Path(home))
        for _ in range(2):
            async with running(settings) as engine, engine.db.reading() as connection:
                assert await connection.fetchval("select 1") == 1
        await asyncio.sleep(0)
        assert not (Path(home) / "database" / "data" / "postmaster.pid").exists()
