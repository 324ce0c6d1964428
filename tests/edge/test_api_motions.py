"""Draws and repayments over HTTP: one step or two, once each however often they are sent, and never more than fits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.errors import Code
from creditline.flows.work import work_due
from creditline.store.connect import Database
from tests.edge.an_api import STARTS_AT, Api, Said, an_api, buckets, problem, the_house


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def reserved(api: Api, line: Said, amount_minor: int) -> str:
    response = await api.draw(line, amount_minor, authorise_only=True)
    assert (response.status_code, response.json()["decision"]["answer"]) == (201, "approve")
    name: str = response.json()["decision"]["id"]
    return name


async def test_a_draw_in_two_steps_is_held_captured_in_part_and_the_rest_goes_back(api: Api) -> None:
    line = await api.open()
    name = await reserved(api, line, 30_000)
    assert buckets(await api.line(line)) == {"granted": 100_000, "reserved": 30_000, "available": 70_000}
    place = f"/v1/lines/{line['line']}/reservations/{name}"
    captured = await api.post(f"{place}/capture", amount_minor=20_000, currency="CNY")
    assert captured.status_code == 200, captured.text
    assert (captured.json()["how"], captured.json()["captured_minor"]) == ("capture", 20_000)
    assert buckets(captured.json()["line"]) == {"granted": 100_000, "drawn": 20_000, "available": 80_000}
    problem(await api.post(f"{place}/void"), 409, Code.RESERVATION_ENDED)


async def test_a_reservation_is_voided_once_and_a_repeat_says_the_same(api: Api) -> None:
    line = await api.open()
    place = f"/v1/lines/{line['line']}/reservations/{await reserved(api, line, 30_000)}/void"
    asked = {"id": api.next_id()}
    first, again = [await api.http.post(place, json=asked) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert buckets(await api.line(line)) == {"granted": 100_000, "available": 100_000}


async def test_a_reservation_nobody_captures_goes_back_when_its_time_is_over(api: Api) -> None:
    line = await api.open()
    told = (await api.draw(line, 30_000, authorise_only=True)).json()
    assert told["expires_at"] > STARTS_AT.isoformat()
    api.clock.move_to(STARTS_AT + timedelta(days=30))
    late = f"/v1/lines/{line['line']}/reservations/{told['decision']['id']}/capture"
    problem(await api.post(late, amount_minor=30_000, currency="CNY"), 409, Code.RESERVATION_ENDED)
    assert await work_due(api.db, api.clock, the_house()) == {"expired": 1}
    assert buckets(await api.line(line)) == {"granted": 100_000, "available": 100_000}


async def test_what_is_repaid_beyond_the_debt_is_refused_with_its_amount(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 5_000)
    repaid = (await api.repay(line, 7_500)).json()
    assert (repaid["accepted_minor"], repaid["excess_minor"]) == (5_000, 2_500)
    problem(await api.repay(line, 1), 403, Code.NOTHING_OWED)


@pytest.mark.parametrize("motion", ["draws", "repayments"])
async def test_one_request_sent_by_many_at_once_is_carried_out_once(api: Api, motion: str) -> None:
    line = await api.open()
    await api.draw(line, 40_000)
    body: Said = {"id": api.next_id(), "amount_minor": 10_000, "currency": "CNY"}
    place = f"/v1/lines/{line['line']}/{motion}"
    answers = await asyncio.gather(*(api.http.post(place, json=body) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    told = [answer.json() for answer in answers]
    assert sum(not one["is_repeated"] for one in told) == 1
    assert all(one | {"is_repeated": True} == told[0] | {"is_repeated": True} for one in told)
    assert (await api.line(line))["drawn_minor"] == (50_000 if motion == "draws" else 30_000)
    other = await api.http.post(place, json=body | {"amount_minor": 10_001})
    problem(other, 409, Code.ID_REUSED, says=body["id"])


async def test_draws_that_come_at_once_never_exceed_what_is_available(api: Api) -> None:
    """Six of 15,000 fit into 100,000, whichever they are; who accepts a part takes the rest, once."""
    line = await api.open()
    answers = await asyncio.gather(*(api.draw(line, 15_000) for _ in range(20)))
    assert Counter(answer.json()["decision"]["answer"] for answer in answers) == {"approve": 6, "decline": 14}
    assert buckets(await api.line(line)) == {"granted": 100_000, "drawn": 90_000, "available": 10_000}
    parts = await asyncio.gather(*(api.draw(line, 15_000, accepts_partial=True) for _ in range(20)))
    assert Counter(answer.json()["amount_minor"] for answer in parts) == {10_000: 1, 0: 19}
    assert buckets(await api.line(line)) == {"granted": 100_000, "drawn": 100_000}


@pytest.mark.parametrize("motion", ["capture", "void"])
async def test_a_reservation_ends_once_however_many_end_it(api: Api, motion: str) -> None:
    line = await api.open()
    place = f"/v1/lines/{line['line']}/reservations/{await reserved(api, line, 30_000)}/{motion}"
    body = {"currency": "CNY"} if motion == "capture" else {}
    answers = await asyncio.gather(*(api.post(place, **body) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    drawn = 30_000 if motion == "capture" else 0
    assert buckets(await api.line(line)).get("drawn", 0) == drawn
    assert "reserved" not in buckets(await api.line(line))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/reviews", {}),
        ("/block", {"authority": "desk", "reason": "card lost"}),
        ("/self-limit", {"self_limit_minor": 9}),
    ],
)
async def test_a_repeat_changes_nothing_more_and_other_content_is_a_conflict(api: Api, path: str, body: Said) -> None:
    line = await api.open()
    asked = {"id": api.next_id(), **body}
    place = f"/v1/lines/{line['line']}"
    answers = await asyncio.gather(*(api.http.post(place + path, json=asked) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    told = [{**answer.json(), "is_repeated": True} for answer in answers]
    assert all(one == told[0] for one in told)
    requests = (await api.read(f"{place}/history"))["requests"]
    assert [request["id"] for request in requests].count(asked["id"]) == 1
    other = await api.post(f"{place}/draws", id=asked["id"], amount_minor=1, currency="CNY")
    problem(other, 409, Code.ID_REUSED, says=asked["id"])
