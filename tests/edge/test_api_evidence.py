"""Evidence over HTTP: the rules that answered, with what became of their lines, and words for what is left out."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api.evidence import EvidenceView
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, Api, an_api, problem

PATH = "/v1/policies:evidence"


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_rules_are_held_against_what_became_of_their_lines(api: Api) -> None:
    await api.draw(await api.open(), 1000)
    now = await api.http.post(PATH, json={"product": PRODUCT})
    assert now.status_code == 200, now.text
    assert now.json().keys() == EvidenceView.model_fields.keys()
    assert now.json()["left_out"] == {"the horizon is not over": 2}
    later = (await api.http.post(PATH, json={"product": PRODUCT, "known_at": "2100-01-01T00:00Z"})).json()
    assert (later["cases_count"], later["bad_count"]) == (2, 0)
    assert {(one["table"], one["verdict"], one["because"]) for one in later["rules"]} <= {
        ("opening", "not shown", "nobody is answered otherwise"),
        ("draw", "not shown", "nobody is answered otherwise"),
    }


async def test_what_cannot_be_asked_is_a_problem(api: Api) -> None:
    broken = await api.http.post(PATH, json={"product": PRODUCT, "files": {"policy.dmn": "<definitions"}})
    problem(broken, 422, Code.POLICY_INVALID)
    assert (await api.http.post(PATH, json={"product": PRODUCT, "horizon_days": 0})).status_code in {400, 422}
