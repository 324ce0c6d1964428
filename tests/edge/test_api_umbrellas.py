"""Umbrellas over HTTP: made, filled, cut and moved, with the cap that binds told to whoever asks about a line."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from creditline.edge.api import umbrellas
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, Said, an_api, problem

WORDS = {"authority": "credit committee", "reason": "annual review"}


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def an_umbrella(api: Api, granted_minor: int, **more: Any) -> Said:
    response = await api.post(
        "/v1/umbrellas", holder="acme", currency="CNY", granted_minor=granted_minor, **WORDS, **more
    )
    assert response.status_code == 201, response.text
    told: Said = response.json()
    assert told.keys() == umbrellas.UmbrellaView.model_fields.keys()
    return told


async def test_a_line_under_umbrellas_is_told_which_cap_binds(api: Api) -> None:
    group = await an_umbrella(api, 90_000)
    acme = await an_umbrella(api, 60_000, parent=group["umbrella"])
    line = await api.open()
    seated = await api.post(f"/v1/lines/{line['line']}/umbrella", umbrella=acme["umbrella"], **WORDS)
    assert (seated.status_code, seated.json()["available_minor"], seated.json()["bound"]) == (200, 60_000, "umbrella")
    assert (await api.draw(line, 50_000)).json()["line"]["room_minor"] == 10_000
    tree = await api.read(f"/v1/umbrellas/{acme['umbrella']}/tree")
    assert [(one["level"], one["drawn_minor"], one["headroom_minor"]) for one in tree] == [
        (0, 50_000, 40_000),
        (1, 50_000, 10_000),
    ]
    (under,) = await api.read(f"/v1/umbrellas/{acme['umbrella']}/lines")
    assert (under["line"], under["room_under"]) == (line["line"], acme["umbrella"])
    cut = await api.post(f"/v1/umbrellas/{group['umbrella']}/limit", granted_minor=20_000, **WORDS)
    assert (cut.json()["headroom_minor"], cut.json()["version"]) == (-30_000, 2)
    assert (await api.line(line))["available_minor"] == 0
    alone = await api.post(f"/v1/umbrellas/{acme['umbrella']}/umbrella", umbrella=None, **WORDS)
    assert (alone.json()["parent"], alone.json()["level"]) == (None, 0)
    assert (await api.read(f"/v1/umbrellas/{group['umbrella']}"))["headroom_minor"] == 20_000
    out = await api.post(f"/v1/lines/{line['line']}/umbrella", umbrella=None, **WORDS)
    assert (out.json()["umbrella"], out.json()["available_minor"]) == (None, 50_000)


async def test_what_cannot_be_is_a_problem_with_words(api: Api) -> None:
    group = await an_umbrella(api, 1000)
    acme = await an_umbrella(api, 1000, parent=group["umbrella"])
    place = f"/v1/umbrellas/{group['umbrella']}"
    problem(
        await api.post(f"{place}/umbrella", umbrella=acme["umbrella"], **WORDS),
        403,
        Code.UMBRELLA_CYCLE,
        says="stands under it",
    )
    problem(await api.post(f"{place}/limit", granted_minor=5, authority=" ", reason="x"), 400, Code.MESSAGE_MALFORMED)
    nowhere = f"/v1/umbrellas/{api.next_id()}"
    problem(await api.get(nowhere), 404, Code.UMBRELLA_UNKNOWN)
    problem(await api.get(f"{nowhere}/lines"), 404, Code.UMBRELLA_UNKNOWN)
    line = await api.open()
    await api.draw(line, 1001)
    problem(
        await api.post(f"/v1/lines/{line['line']}/umbrella", umbrella=acme["umbrella"], **WORDS),
        403,
        Code.OVERDRAWN,
        says="1000",
    )
