"""Drafts over HTTP: a number set, an edition and a DMN file brought in, what differs, and the numbers as they stood."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import drafts
from creditline.edge.api.gate import MOST_BODY_BYTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, STARTS_AT, Api, an_api, problem

URL = f"/v1/policies/{PRODUCT}"
RIN = {"actor": "rin", "reason": "one statement is too short"}


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_number_is_set_shown_approved_and_then_stands(api: Api) -> None:
    asked = {**RIN, "id": api.next_id(), "name": "observation_days", "value": "45", "since_on": "2026-03-02"}
    response = await api.post(f"{URL}/set", **asked)
    assert response.status_code == 201, response.text
    made = response.json()
    edition = made["version"]["edition"]
    assert [one["words"] for one in made["changes"]] == ["parameter observation_days: from 2026-03-02: 30 -> 45"]
    assert (await api.post(f"{URL}/set", **asked)).json() == {**made, "is_repeated": True}
    differs = await api.read(f"{URL}/diff", params={"old": made["made_from"], "new": edition[:12]})
    assert (differs["new"], differs["changes"]) == (edition, made["changes"])
    for act, actor in (("submit", "rin"), ("approve", "bob"), ("activate", "bob")):
        api.clock.move_to(api.clock() + timedelta(minutes=1))
        response = await api.post(f"{URL}/{act}", actor=actor, reason="as agreed", edition=edition)
        assert response.status_code == 201, response.text
    now = await api.read(f"{URL}/parameters")
    assert now.keys() == drafts.NumbersView.model_fields.keys()
    told = {one["name"]: one for one in now["parameters"]}["observation_days"]
    assert (told["value"], told["actor"], told["approved_by"], told["reason"]) == (45, "rin", "bob", RIN["reason"])
    before = await api.read(f"{URL}/parameters", params={"as_of": STARTS_AT.isoformat()})
    assert {one["name"]: one["value"] for one in before["parameters"]}["observation_days"] == 30


async def test_what_cannot_be_set_or_brought_in_says_why(api: Api) -> None:
    number = {**RIN, "name": "observation_days", "value": "45", "since_on": "2026-03-02"}
    for change, status, code in (
        ({"value": "45d"}, 400, Code.MESSAGE_MALFORMED),
        ({"name": "watch_days"}, 404, Code.PARAMETER_UNKNOWN),
        ({"since_on": "2026-03-01"}, 400, Code.MESSAGE_MALFORMED),
        ({"edition": "00"}, 404, Code.EDITION_UNKNOWN),
    ):
        problem(await api.post(f"{URL}/set", **(number | change)), status, code)
    problem(await api.post(f"{URL}/import", **RIN), 400, Code.MESSAGE_MALFORMED, says="one of the two")
    problem(await api.post(f"{URL}/import", **RIN, policy="<no"), 422, Code.POLICY_INVALID)
    problem(await api.get("/v1/policies/gold/parameters"), 404, Code.PRODUCT_UNKNOWN)


async def test_an_edition_is_read_and_brought_in_again_under_its_hash_however_long_it_is(api: Api) -> None:
    (first,) = (await api.read(f"{URL}/history"))["editions"]
    files = (await api.read(f"{URL}/editions/{first['edition']}"))["files"]
    long = {**files, "words.en.toml": files["words.en.toml"] + f"\n# {'A word of ours. ' * (MOST_BODY_BYTES // 16)}\n"}
    problem(await api.post(f"{URL}/import", **RIN, files=files, edition="00"), 400, Code.MESSAGE_MALFORMED)
    problem(await api.post(f"{URL}/import", **RIN, files=files), 409, Code.POLICY_STATE, says="published before")
    response = await api.post(f"{URL}/import", **RIN, files=long)
    assert response.status_code == 201, response.text
    edition = response.json()["version"]["edition"]
    assert (await api.read(f"{URL}/editions/{edition}"))["files"] == long
    dearer = files["policy.dmn"].replace("<text>1440</text>", "<text>1500</text>")
    response = await api.post(f"{URL}/import", **RIN, policy=dearer)
    assert response.status_code == 201, response.text
    told = await api.read(f"{URL}/diff", params={"old": first["edition"], "new": response.json()["version"]["edition"]})
    assert [one["words"] for one in told["changes"]] == ["grade_terms, rule 6: apr_bp 1440 -> 1500"]
