"""A policy's examples run over HTTP, and its executors held to the reference."""

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest

from creditline.edge.api.gate import MOST_BODY_BYTES
from creditline.edge.api.proofs import MOST_ROWS
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import JSON, PRODUCT, Api, an_api, problem, the_house

EXAMPLES = (files("creditline") / "products" / PRODUCT / "examples.toml").read_text(encoding="utf-8")


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def answered(api: Api, what: str, **body: Any) -> Any:
    response = await api.http.post(f"/v1/policies:{what}", json={"product": PRODUCT, **body})
    assert response.status_code == 200, response.text
    return response.json()


async def test_every_example_passes_and_a_spoilt_one_is_told_by_each_executor(api: Api) -> None:
    told = await answered(api, "test", files={"examples.toml": EXAMPLES})
    assert len(told) >= 20
    assert all(one["has_passed"] and not one["words"] for one in told)
    spoilt = EXAMPLES.replace('"decline"', '"approve"', 1)
    (failed,) = [one for one in await answered(api, "test", files={"examples.toml": spoilt}) if not one["has_passed"]]
    assert [words.split()[0] for words in failed["words"]] == ["reference", "compiled", "columns"]


async def test_examples_that_are_missing_or_no_toml_are_problems(api: Api) -> None:
    body = {"product": PRODUCT, "files": {}}
    problem(await api.http.post("/v1/policies:test", json=body), 400, Code.MESSAGE_MALFORMED, says="examples.toml")
    body = {"product": PRODUCT, "files": {"examples.toml": "["}}
    problem(await api.http.post("/v1/policies:test", json=body), 422, Code.POLICY_INVALID, says="examples.toml")


async def test_the_executors_are_proved_to_agree_on_the_decisions_asked_for(api: Api) -> None:
    told = await answered(api, "prove", decisions=["draw", "grade_terms"], most_rows=200, seed=3)
    assert (told["edition"], told["is_agreed"], told["seed"]) == (the_house().product(PRODUCT).edition, True, 3)
    tried = {one["decision"]: (one["is_exhaustive"], one["witness"]) for one in told["decisions"]}
    assert tried == {"grade_terms": (True, None), "draw": (False, None)}
    assert all(one["rows_count"] >= 200 or one["is_exhaustive"] for one in told["decisions"])


async def test_what_cannot_be_proved_is_a_problem(api: Api) -> None:
    unknown = {"product": PRODUCT, "decisions": ["moon"]}
    problem(await api.http.post("/v1/policies:prove", json=unknown), 400, Code.POLICY_INVALID, says="moon")
    money = {"product": PRODUCT, "currency": "XXX"}
    problem(await api.http.post("/v1/policies:prove", json=money), 400, Code.CURRENCY_UNKNOWN, says="CNY")
    much = await api.http.post("/v1/policies:prove", json={"product": PRODUCT, "most_rows": MOST_ROWS + 1})
    problem(much, 400, Code.MESSAGE_MALFORMED, says="most_rows")


@pytest.mark.parametrize("what", ["backtest", "check", "evidence", "fairness", "gates", "impact", "prove", "test"])
async def test_every_question_about_files_may_bring_them(api: Api, what: str) -> None:
    large = b'{"product": "gold", "files": {"examples.toml": ""}}'.ljust(MOST_BODY_BYTES + 1)
    response = await api.http.post(f"/v1/policies:{what}", content=large, headers=JSON)
    assert response.status_code != 413, response.text
