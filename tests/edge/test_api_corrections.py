"""Corrections over HTTP: what was done, what it posted, and in which words what cannot be is refused."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import corrections
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, Said, an_api, problem

WORDS = {"authority": "bank file", "reason": "R01 no funds"}


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def corrected(api: Api, path: str, **body: object) -> Said:
    response = await api.post(path, **WORDS, **body)
    assert response.status_code == 200, response.text
    told: Said = response.json()
    assert told.keys() == corrections.CorrectedView.model_fields.keys()
    return told


async def test_a_bounce_tells_what_it_posted_and_that_the_line_is_over_its_limit(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 80_000)
    repaid = (await api.repay(line, 60_000)).json()["decision"]["id"]
    await api.draw(line, 70_000)
    path = f"/v1/lines/{line['line']}/requests/{repaid}/reverse"
    own = api.next_id()
    told = await corrected(api, path, cause="bounced", id=own)
    assert (told["kind"], told["line"]["over_minor"], told["line"]["available_minor"]) == ("bounce", 50_000, 0)
    assert [(one["debit"], one["credit"], one["amount_minor"]) for one in told["postings"][-1:]] == [
        ("1310", "1010", 60_000)
    ]
    again = await corrected(api, path, cause="bounced", id=own)
    assert again == told | {"is_repeated": True}
    problem(
        await api.post(path, cause="bounced", **WORDS), 409, Code.CORRECTED_BEFORE, says="60000 of it was taken back"
    )
    problem(await api.post(path, cause="given_back", **WORDS), 403, Code.MESSAGE_MALFORMED, says="bounced and mistaken")
    statement = await api.read(f"/v1/lines/{line['line']}/statement")
    assert statement["rows"][-1]["why"] == "bounce by bank file: R01 no funds"


async def test_interest_is_waived_and_no_more_than_there_is(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 80_000)
    api.clock.move_to(api.clock() + timedelta(days=30))
    path = f"/v1/lines/{line['line']}/waivers"
    body = {"part": "interest", "amount_minor": 5, "currency": "CNY", "role": "team lead"}
    told = await corrected(api, path, **body)
    assert [one["debit"] for one in told["postings"] if one["amount_minor"] == 5] == ["5020"]
    refused = await api.post(path, **WORDS, **body | {"part": "penalty"})
    problem(refused, 403, Code.NOTHING_OWED, says="Of penalty, 0 is owed")


@pytest.mark.parametrize("path", ["pay-outs", "charge-off", "recoveries"])
async def test_what_there_is_none_of_is_not_sent_back_given_up_or_recovered(api: Api, path: str) -> None:
    line = await api.open()
    await api.draw(line, 80_000)
    bodies: dict[str, Said] = {
        "pay-outs": {"currency": "CNY"},
        "charge-off": {},
        "recoveries": {"currency": "CNY", "amount_minor": 1},
    }
    body = bodies[path]
    code = Code.LINE_PERFORMS if path == "charge-off" else Code.NOTHING_OWED
    problem(await api.post(f"/v1/lines/{line['line']}/{path}", **WORDS, **body), 403, code)
    problem(await api.post(f"/v1/lines/{api.next_id()}/{path}", **WORDS, **body), 404, Code.LINE_UNKNOWN)
