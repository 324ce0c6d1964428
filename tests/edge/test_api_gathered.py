"""Draws and repayments that come over HTTP at once share transactions, and nobody notices but the database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from creditline.errors import Code
from creditline.flows.gather import Bounds, Gatherer
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, Said, an_api, problem

TOGETHER = 24


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def many_lines(api: Api) -> list[Said]:
    return [await api.open(borrower=f"b{place}") for place in range(TOGETHER)]


async def transactions_count(api: Api, kind: str) -> int:
    """Return in how many transactions the requests of one kind were recorded."""
    sql = "select count(distinct e.txid) from event e join request r on r.id = e.id where r.kind = $1"
    async with api.db.reading() as connection:
        counted: int = await connection.fetchval(sql, kind)
        return counted


async def test_those_who_come_at_once_share_transactions(api: Api) -> None:
    lines = await many_lines(api)
    drawn = await asyncio.gather(*(api.draw(line, 1_000) for line in lines))
    assert [one.json()["line"]["drawn_minor"] for one in drawn] == [1_000] * TOGETHER
    repaid = await asyncio.gather(*(api.repay(line, 400) for line in lines))
    assert [one.json()["accepted_minor"] for one in repaid] == [400] * TOGETHER
    assert await transactions_count(api, "draw") < TOGETHER / 3
    assert await transactions_count(api, "repay") < TOGETHER / 3


async def test_what_cannot_be_is_told_to_its_sender_alone(api: Api) -> None:
    lines = await many_lines(api)
    nowhere = {"line": str(NOBODY), "currency": "CNY"}
    answers = await asyncio.gather(
        *(api.draw(line, 1_000) for line in lines[:9]),
        api.draw(nowhere, 1_000),
        api.draw(lines[9], 0),
        *(api.draw(line, 1_000) for line in lines[10:]),
    )
    problem(answers.pop(9), 404, Code.LINE_UNKNOWN)
    problem(answers.pop(9), 400, Code.AMOUNT_NOT_POSITIVE)
    assert [one.status_code for one in answers] == [201] * (TOGETHER - 1)


async def test_what_comes_at_once_for_one_line_is_decided_in_the_order_it_came(api: Api) -> None:
    line = await api.open()
    ids = [api.next_id() for _ in range(6)]
    place = f"/v1/lines/{line['line']}/draws"
    body: Said = {"amount_minor": 20_000, "currency": "CNY"}
    answers = await asyncio.gather(*(api.http.post(place, json={"id": one, **body}) for one in ids))
    assert [one.json()["line"]["drawn_minor"] for one in answers] == [*range(20_000, 100_001, 20_000), 100_000]
    assert [one.json()["decision"]["answer"] for one in answers] == ["approve"] * 5 + ["decline"]


async def test_the_same_request_sent_many_times_at_once_is_done_once(api: Api) -> None:
    line, name = await api.open(), api.next_id()
    answers = await asyncio.gather(*(api.draw(line, 700, id=name) for _ in range(TOGETHER)))
    assert sorted(one.status_code for one in answers) == [200] * (TOGETHER - 1) + [201]
    assert len({str(one.json()["decision"]) for one in answers}) == 1
    assert (await api.line(line))["drawn_minor"] == 700


async def test_whoever_is_one_too_many_is_told_when_to_come_back(api: Api) -> None:
    line = await api.open()
    api.app.state.parts = replace(api.app.state.parts, draws=Gatherer(never, bounds=Bounds(waiting_count=0)))
    refused = await api.draw(line, 700)
    problem(refused, 429, Code.TOO_MANY, says="nothing of it was done")
    assert refused.headers["retry-after"] == "1"


async def test_whoever_comes_when_it_stops_is_told_to_come_back(api: Api) -> None:
    line = await api.open()
    await api.app.state.parts.drain()
    for refused in (await api.draw(line, 700), await api.repay(line, 700)):
        problem(refused, 503, Code.STOPPING, says="Send it again")
        assert refused.headers["retry-after"] == "1"


async def never(_: object) -> Any:
    """Stand where nothing may be carried out."""
    raise AssertionError
