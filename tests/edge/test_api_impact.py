"""Impact over HTTP: the recorded decisions a draft would answer otherwise."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api.impact import ImpactView
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, Api, an_api, problem, the_house

PATH = "/v1/policies:impact"


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_draft_is_asked_about_what_is_on_record(api: Api) -> None:
    await api.draw(await api.open(), 1000)
    same = await api.http.post(PATH, json={"product": PRODUCT})
    assert same.status_code == 200, same.text
    told = same.json()
    assert told.keys() == ImpactView.model_fields.keys()
    assert (told["changed"]["count"], told["changed"]["of_count"]) == (0, 2)
    text = the_house().product(PRODUCT).files["policy.dmn"].decode()
    harsh = text.replace('<text>"approve"</text></outputEntry>', '<text>"decline"</text></outputEntry>')
    other = (await api.http.post(PATH, json={"product": PRODUCT, "files": {"policy.dmn": harsh}})).json()
    assert other["changed"]["count"] >= 1
    assert {"kind": "draw", "before": "approve", "after": "decline", "count": 1, "changed_count": 1} in other[
        "transitions"
    ]
    assert other["shown"][0]["after"].startswith("decline")


async def test_what_is_decided_meanwhile_is_asked_about_too(api: Api) -> None:
    """The server keeps a copy, and catches it up before it answers; the newest alone can be asked for."""
    line = await api.open()
    counts: list[int] = []
    for amount in (1000, 2000, 3000):
        await api.draw(line, amount)
        told = (await api.http.post(PATH, json={"product": PRODUCT})).json()
        counts.append(told["changed"]["of_count"])
    # The opening and the first draw, then one draw more a time.
    assert counts == [2, 3, 4]
    newest = (await api.http.post(PATH, json={"product": PRODUCT, "most_cases": 2})).json()
    assert newest["changed"]["of_count"] == 2
    refused = await api.http.post(PATH, json={"product": PRODUCT, "most_cases": 0})
    problem(refused, 400, Code.MESSAGE_MALFORMED)


async def test_new_acts_are_told_with_what_is_due_of_them(api: Api) -> None:
    await api.draw(await api.open(), 1000)
    text = the_house().product(PRODUCT).files["policy.dmn"].decode()
    harsh = text.replace('<text>"approve"</text></outputEntry>', '<text>"decline"</text></outputEntry>')
    told = (await api.http.post(PATH, json={"product": PRODUCT, "files": {"policy.dmn": harsh}})).json()
    acts = {one["trigger"]: one for one in told["acts"]}
    assert acts["draw_declined"]["newly"]["count"] == 1
    (due,) = acts["draw_declined"]["due"]
    assert (due["count"], due["low_count"], due["high_count"]) == (1, 1, 1)
    assert acts["opening_declined"]["due"][0]["within_days"] == 3
    assert told["promises"] == []


async def test_a_draft_that_cannot_be_read_is_a_problem(api: Api) -> None:
    broken = await api.http.post(PATH, json={"product": PRODUCT, "files": {"policy.dmn": "<definitions"}})
    problem(broken, 422, Code.POLICY_INVALID)
