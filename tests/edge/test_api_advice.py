"""Advice and previews over HTTP: what helps in words, what a draw and a repayment would do, and nothing stored."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api import advice
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, Said, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def a_late_line(api: Api) -> Said:
    line = await api.open()
    await api.draw(line, 50_000)
    await api.statement(line, months_late=1)
    await api.repay(line, 20_000)
    return line


async def test_what_helps_is_told_in_words_and_figures(api: Api) -> None:
    line = await a_late_line(api)
    told = await api.read(f"/v1/lines/{line['line']}/actions?language=en")
    assert told.keys() == advice.ActionsView.model_fields.keys()
    assert (told["waiting_minor"], told["all_back_on"], told["is_only_time"]) == (20_000, None, False)
    (best,) = [one for one in told["helps"] if [own["action"] for own in one["doings"]] == ["pay_on_time"]]
    assert (best["earlier_minor"], best["evidence"]) == (20_000, "rule")
    assert best["told"].startswith("Pay on time")
    assert {one["doing"]["action"] for one in told["does_not_help"]} >= {"check_often", "autopay_on"}
    assert "person" in told["route"]["told"]
    chinese = await api.read(f"/v1/lines/{line['line']}/actions", headers={"accept-language": "zh-CN"})
    assert any("按时还款" in one["told"] for one in chinese["helps"])
    assert [one["doings"][0]["done_on"] for one in chinese["helps"]] == [
        one["doings"][0]["done_on"] for one in told["helps"]
    ]


async def test_a_preview_says_what_would_happen_and_then_it_does(api: Api) -> None:
    line = await a_late_line(api)
    before = await api.line(line)
    url = f"/v1/lines/{line['line']}/previews"
    draw = (await api.http.post(f"{url}/draw", json={"amount_minor": 10_000})).json()
    assert draw.keys() == advice.DrawPreviewView.model_fields.keys()
    assert (draw["answer"], draw["to_repay_minor"]) == ("approve", 10_000 + draw["interest_minor"])
    repay = (await api.http.post(f"{url}/repayment", json={"amount_minor": 10_000})).json()
    assert repay.keys() == advice.RepayPreviewView.model_fields.keys()
    assert await api.line(line) == before, "A preview stores nothing."
    done = (await api.repay(line, 10_000)).json()
    assert done["decision"]["answer"] == repay["answer"] == "observed"
    assert [(one["due_on"], one["amount_minor"]) for one in done["tranches"]] == [
        (one["due_on"], one["amount_minor"]) for one in repay["tranches"]
    ]
    drawn = (await api.draw(line, 10_000)).json()
    assert drawn["line"]["available_minor"] == draw["available_minor"]


async def test_what_cannot_be_tried_is_refused(api: Api) -> None:
    line = await api.open()
    url = f"/v1/lines/{line['line']}"
    problem(await api.http.post(f"{url}/previews/draw", json={"amount_minor": 0}), 400, Code.AMOUNT_NOT_POSITIVE)
    problem(await api.http.post(f"{url}/previews/repayment", json={"amount_minor": -5}), 400, Code.AMOUNT_NOT_POSITIVE)
    problem(await api.get(f"{url}/actions?language=fr"), 400, Code.MESSAGE_MALFORMED, says="en")
    problem(await api.get(f"/v1/lines/{NOBODY}/actions"), 404, Code.LINE_UNKNOWN)
    nothing = (await api.http.post(f"{url}/previews/repayment", json={"amount_minor": 500})).json()
    assert (nothing["answer"], nothing["accepted_minor"], nothing["excess_minor"]) == (None, 0, 500)
