"""A decision taken apart over HTTP: replayed, beside what is supposed, with the events behind it; and what an id names."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api import examinations
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, an_api, problem
from tests.edge.test_api_appeals import asked, withheld


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_decision_is_told_with_its_replay_its_values_and_what_was_told(api: Api) -> None:
    _, act = await withheld(api)
    found = await api.read(f"/v1/decisions/{act}/examination")
    assert found.keys() == examinations.ExaminationView.model_fields.keys()
    assert (found["is_replayed_equal"], found["supposed"], found["mismatches"]) == (True, None, [])
    assert found["then"]["said"]["en"]["reasons"] == found["letters"]["en"]["why"]
    assert found["then"]["said"]["zh"]["reasons"] == found["letters"]["zh"]["why"]
    assert found["then"]["plan"]["now_minor"] == 0
    assert [one["amount_minor"] for one in found["promises"]] == [
        one["amount_minor"] for one in found["then"]["plan"]["tranches"]
    ]


async def test_what_is_supposed_stands_beside_it_and_the_events_behind_a_value_are_read(api: Api) -> None:
    _, act = await withheld(api)
    url = f"/v1/decisions/{act}"
    (statement,) = await api.read(f"{url}/facts?feature=months_late_last_count")
    assert (statement["type"], statement["more"]["months_late_count"]) == ("statement.issued", "1")
    found = await api.read(f"{url}/examination?without={statement['id']}")
    (late,) = [one for one in found["values"] if one["name"] == "months_late_last_count"]
    assert (late["then"], late["supposed"], late["facts_count"]) == (1, None, 1)
    better = await api.read(f"{url}/examination?suppose=months_late_last_count=0&suppose=months_late_max_180d_count=0")
    assert better["supposed"]["decision"]["answer"] != found["then"]["decision"]["answer"]
    problem(await api.get(f"{url}/examination?suppose=nothing=1"), 400, Code.MESSAGE_MALFORMED)
    problem(await api.get(f"{url}/examination?edition=abc"), 404, Code.EDITION_UNKNOWN)
    problem(await api.get(f"/v1/decisions/{NOBODY}/examination"), 404, Code.DECISION_UNKNOWN)
    problem(await api.get(f"/v1/decisions/{NOBODY}/facts"), 404, Code.DECISION_UNKNOWN)
    every = await api.read("/v1/borrowers/ada/facts")
    assert statement in every
    assert await api.read("/v1/borrowers/nobody/facts") == []


async def test_an_id_says_what_it_names_and_a_case_its_mandate_its_clock_and_its_notes(api: Api) -> None:
    line, act = await withheld(api)
    review = await asked(api, act)
    for name, kind in (
        ("ada", "borrower"),
        (line["line"], "line"),
        (act, "decision"),
        (review["review"], "human_review"),
    ):
        (found,) = await api.read(f"/v1/find?id={name}")
        assert (found["kind"], found["borrower"]) == (kind, "ada")
    assert await api.read("/v1/find?id=nobody") == []
    written = await api.post(f"/v1/human-reviews/{review['review']}/notes", officer="ann", words="Called the bank.")
    assert written.status_code == 201, written.text
    case = await api.read(f"/v1/human-reviews/{review['review']}")
    assert case["notes"] == [written.json()]
    assert 0 < case["alone_minor"] < case["most_minor"]
    assert case["review"]["working_days_left_count"] > 0
    assert "notes" not in str(await api.read("/v1/borrowers/ada/human-reviews"))
