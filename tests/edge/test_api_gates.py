"""Gates and fairness over HTTP."""

from collections.abc import AsyncIterator

import pytest

from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, Api, an_api


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_house_without_gates_and_groups_tells_none(api: Api) -> None:
    await api.open()
    for path in ("/v1/policies:gates", "/v1/policies:fairness"):
        answered = await api.http.post(path, json={"product": PRODUCT})
        assert (answered.status_code, answered.json()) == (200, [])
