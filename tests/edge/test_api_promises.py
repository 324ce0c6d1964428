"""Promises over HTTP: told with their words, counted, and broken only in the open."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api import promises
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, Said, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def observed(api: Api) -> Said:
    """A line of which a repayment is observed, because payment is a month late."""
    line = await api.open()
    await api.draw(line, 50_000)
    await api.statement(line, months_late=1)
    assert (await api.repay(line, 20_000)).status_code == 201
    return line


async def test_a_line_reads_its_promises_as_they_were_shown(api: Api) -> None:
    line = await observed(api)
    (told,) = await api.read(f"/v1/lines/{line['line']}/promises")
    assert told.keys() == promises.PromiseView.model_fields.keys()
    assert (told["kind"], told["amount_minor"], told["outcome"]) == ("commitment", 20_000, None)
    assert told["words"]["en"] == f"¥200.00 comes back on {told['due_on']}, if nothing is overdue then."


async def test_a_promise_is_broken_in_the_open_and_counts(api: Api) -> None:
    line = await observed(api)
    (told,) = await api.read(f"/v1/lines/{line['line']}/promises")
    url = f"/v1/lines/{line['line']}/promises/{told['promise']}/break"
    said = {"again_on": "2027-01-01", "author": "ann", "reason": "law"}
    problem(await api.post(url, approver="ann", **said), 400, Code.MESSAGE_MALFORMED, says="another approver")
    response = await api.post(url, approver="bo", **said)
    assert (response.status_code, response.json()["due_on"]) == (201, "2027-01-01")
    problem(await api.post(url, approver="bo", **said), 409, Code.PROMISE_ENDED)
    (rate,) = await api.read("/v1/promises")
    assert (rate["broken_count"], rate["open_count"], rate["kept_ratio"]) == (1, 1, 0.0)
    (apart,) = await api.read("/v1/promises?by=product&by=reason")
    assert (apart["product"], apart["reason"], apart["week_on"]) == ("consumer_revolving", "late", None)
