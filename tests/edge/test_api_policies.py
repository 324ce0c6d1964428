"""The life of policies over HTTP: by two people, followed by the server that runs, one step back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import policies
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, Api, Said, an_api, problem

URL = f"/v1/policies/{PRODUCT}"


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def did(api: Api, act: str, edition: str, actor: str = "ann") -> Said:
    """Do something to an edition, a minute later."""
    api.clock.move_to(api.clock() + timedelta(minutes=1))
    response = await api.post(f"{URL}/{act}", actor=actor, reason="as agreed", edition=edition)
    assert response.status_code == 201, response.text
    done: Said = response.json()
    return done


async def test_a_running_server_decides_by_what_is_activated_and_goes_back(api: Api) -> None:
    (first,) = (await api.read(f"{URL}/history"))["editions"]
    before = first["edition"]
    files = (await api.read(f"{URL}/editions/{before[:12]}"))["files"]
    text = files["words.en.toml"] + "\n# A word of ours.\n"
    said = {"actor": "ann", "reason": "words", "edition": before, "files": {"words.en.toml": text}}
    response = await api.post(f"{URL}/publish", **said)
    assert response.status_code == 201, response.text
    edition = response.json()["version"]["edition"]
    problem(await api.post(f"{URL}/publish", **said), 409, Code.POLICY_STATE, says="published before")

    await did(api, "submit", edition)
    own = {"actor": "ann", "reason": "mine", "edition": edition}
    problem(await api.post(f"{URL}/approve", **own), 403, Code.SECOND_PERSON_NEEDED)
    problem(await api.post(f"{URL}/activate", **own), 409, Code.POLICY_STATE)
    await did(api, "reject", edition, actor="bob")
    await did(api, "submit", edition)
    await did(api, "approve", edition, actor="bob")
    through = {"edition": edition, "gate": "promises_kept", "actor": "bob", "reason": "a flood"}
    response = await api.post(f"{URL}/override", **through)
    assert (response.status_code, response.json()["deed"]["gate"]) == (201, "promises_kept")
    await did(api, "activate", edition)
    assert PRODUCT in {one["name"] for one in await api.read("/v1/products") if one["edition"] == edition}
    await did(api, "rollback", "", actor="bob")
    assert PRODUCT in {one["name"] for one in await api.read("/v1/products") if one["edition"] == before}
    await did(api, "retire", edition, actor="bob")
    told = await api.read(f"{URL}/history")
    assert told.keys() == policies.LifeView.model_fields.keys()
    assert {one["edition"]: one["state"] for one in told["editions"]} == {before: "approved", edition: "retired"}


async def test_what_is_unknown_is_not_found(api: Api) -> None:
    problem(await api.get("/v1/policies/gold/history"), 404, Code.PRODUCT_UNKNOWN)
    problem(await api.get(f"{URL}/editions/ffff"), 404, Code.EDITION_UNKNOWN)
