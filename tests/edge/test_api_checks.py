"""A policy checked over HTTP, against the book if asked."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from creditline.edge.api.checks import ROUTES
from creditline.edge.api.gate import MOST_BODY_BYTES, MOST_FILES_BYTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import JSON, PRODUCT, Api, an_api, problem, the_house

PATH = "/v1/policies:check"
OWN = the_house().product(PRODUCT).files


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def checked(api: Api, **body: Any) -> Any:
    response = await api.http.post(PATH, json={"product": PRODUCT, **body})
    assert response.status_code == 200, response.text
    return response.json()


def edited(name: str, before: str, after: str) -> dict[str, str]:
    text = OWN[name].decode()
    assert before in text
    return {name: text.replace(before, after)}


async def test_what_is_offered_is_sound_and_a_dearer_one_is_not(api: Api) -> None:
    told = await checked(api)
    assert (told["is_sound"], told["edition"]) == (True, the_house().product(PRODUCT).edition)
    assert told["recorded_count"] is None
    dear = await checked(api, files=edited("policy.dmn", "<text>1600</text>", "<text>1900</text>"))
    error = dear["findings"][0]
    assert (dear["is_sound"], error["code"], error["table"], error["rows"]) == (
        False, "price_above_ceiling", "grade_terms", [7],
    )  # fmt: skip


async def test_a_gap_is_told_with_a_case_and_the_decisions_it_touches(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 1000)
    told = await checked(api, files=edited("policy.dmn", "[12..14]", "[13..14]"), has_book=True)
    (gap,) = [one for one in told["findings"] if one["code"] == "gap"]
    assert (gap["witness"], gap["cases_count"], told["recorded_count"]) == ({"grade": "12"}, 0, 2)
    assert {one["table"] for one in told["findings"] if one["code"] == "rule_dead"} >= {"opening", "draw"}


async def test_files_that_cannot_be_read_and_examples_that_fail_are_findings(api: Api) -> None:
    broken = await checked(api, files={"policy.dmn": "<definitions"}, has_book=True)
    assert (broken["is_sound"], broken["policy"], broken["recorded_count"]) == (False, None, None)
    case = '[[case]]\nname = "x"\ndecision = "opening"\nexpected = { apr_bp = 1 }\n[case.given]\ngrade = 8\n'
    told = await checked(api, files={"examples.toml": case})
    assert {one["code"] for one in told["findings"] if one["severity"] == "error"} == {"example_fails"}
    (unreadable,) = (await checked(api, files={"examples.toml": "["}))["findings"]
    assert (unreadable["code"], "examples.toml" in unreadable["words"]) == ("product_unreadable", True)


async def test_what_is_wrong_with_the_request_itself_is_a_problem(api: Api) -> None:
    problem(await api.http.post(PATH, json={"product": "gold"}), 404, Code.PRODUCT_UNKNOWN)
    large = b'{"product": "consumer_revolving"}'.ljust(MOST_BODY_BYTES + 1)
    assert (await api.http.post(PATH, content=large, headers=JSON)).status_code == 200
    huge = await api.http.post(PATH, content=b" " * (MOST_FILES_BYTES + 1), headers=JSON)
    problem(huge, 413, Code.TOO_LARGE, says=str(MOST_FILES_BYTES))


def test_the_check_is_one_route() -> None:
    assert [getattr(route, "path", "") for route in ROUTES.routes] == [PATH]
