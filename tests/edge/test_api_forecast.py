"""Forecasts over HTTP: dates under supposed behaviours, and nothing written."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import forecast
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_line_is_run_forward_with_and_without_what_is_supposed(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 50_000)
    await api.statement(line, months_late=1)
    await api.repay(line, 20_000)
    today = api.clock().date()
    url = f"/v1/lines/{line['line']}/forecast"
    late = {"what": "statement", "on": str(today + timedelta(days=20)), "amount_minor": 30_000, "months_late_count": 1}
    paid = {**late, "months_late_count": 0}
    more = {"what": "repay", "on": str(today + timedelta(days=21)), "amount_minor": 30_000}
    response = await api.http.post(url, json={"alternatives": [[paid], [late], [paid, more]], "days": 100})
    assert response.status_code == 200, response.text
    told = response.json()
    assert told.keys() == forecast.ForecastView.model_fields.keys()
    assert told["baseline"]["all_back_on"] is None
    assert [one["factor"] for one in told["baseline"]["events"][0]["failed"]] == ["months_late_last_count"]
    good, bad, cleared = told["alternatives"]
    assert good["all_back_on"] == str(today + timedelta(days=30))
    assert (bad["all_back_on"], bad["withheld_minor"]) == (None, 20_000)
    assert cleared["events"][1]["what"] == "repaid"
    assert (await api.line(line))["withheld_minor"] == 20_000
    problem(
        await api.http.post(url, json={"alternatives": [[{"what": "draw", "on": "2020-01-01", "amount_minor": 1}]]}),
        400,
        Code.MESSAGE_MALFORMED,
        says="today on",
    )
