"""Where the API's answers turn: the last request that is taken, the first that is declined, and what either leaves behind."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from creditline.edge.api.gate import MOST_BODY_BYTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import JSON, STARTS_AT, Api, an_api, buckets, in_pieces, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def test_a_reservation_is_not_captured_twice_nor_for_more_than_it_holds_nor_late(api: Api) -> None:
    line = await api.open()
    first, second = [(await api.draw(line, 10_000, authorise_only=True)).json()["decision"]["id"] for _ in range(2)]
    place = f"/v1/lines/{line['line']}/reservations"
    too_much = await api.post(f"{place}/{first}/capture", currency="CNY", amount_minor=10_001)
    problem(too_much, 403, Code.OVERDRAWN, says=["holds 10000", "Capture at most"])
    problem(await api.post(f"{place}/{first}/capture", currency="TWD"), 400, Code.CURRENCY_WRONG, says="Send it in CNY")
    assert (await api.post(f"{place}/{first}/capture", currency="CNY")).status_code == 200
    problem(await api.post(f"{place}/{first}/capture", currency="CNY"), 409, Code.RESERVATION_ENDED)
    problem(await api.post(f"{place}/{first}/void"), 409, Code.RESERVATION_ENDED)
    api.clock.move_to(STARTS_AT + timedelta(days=4))
    problem(await api.post(f"{place}/{second}/capture", currency="CNY"), 409, Code.RESERVATION_ENDED, says="expired")
    assert buckets(await api.line(line))["drawn"] == 10_000


async def test_a_draw_over_what_is_available_is_declined_or_taken_in_part(api: Api) -> None:
    line = await api.open()
    declined = await api.draw(line, 100_001)
    assert (declined.status_code, declined.json()["decision"]["answer"]) == (201, "decline")
    (reason,) = declined.json()["decision"]["reasons"]
    assert (reason["code"], reason["factor"], reason["value"]) == ("short_of_limit", "available_minor", 100_000.0)
    assert await api.line(line) == line
    partial = (await api.draw(line, 100_001, accepts_partial=True)).json()
    assert (partial["decision"]["answer"], partial["amount_minor"]) == ("approve", 100_000)
    assert buckets(partial["line"]) == {"granted": 100_000, "drawn": 100_000}


async def test_a_draw_on_a_blocked_line_is_declined_with_the_reason(api: Api) -> None:
    line = await api.open()
    await api.post(f"/v1/lines/{line['line']}/block", authority="desk", reason="card lost")
    for changes in ({}, {"accepts_partial": True}, {"authorise_only": True}):
        declined = (await api.draw(line, 1, **changes)).json()
        assert (declined["decision"]["answer"], declined["amount_minor"]) == ("decline", 0)
        assert [reason["code"] for reason in declined["decision"]["reasons"]] == ["blocked"]
    assert buckets(await api.line(line)) == {"granted": 100_000}


async def test_what_is_repaid_beyond_the_debt_is_told_and_not_taken(api: Api) -> None:
    line = await api.open()
    problem(await api.repay(line, 1), 403, Code.NOTHING_OWED, says="Return it to the payer")
    await api.draw(line, 40_000)
    repaid = (await api.repay(line, 40_001)).json()
    assert (repaid["accepted_minor"], repaid["excess_minor"]) == (40_000, 1)
    assert repaid["line"]["drawn_minor"] == 0


@pytest.mark.parametrize("media", ["application/json", "Application/JSON; charset=utf-8", "application/json;x=1"])
async def test_json_is_taken_however_its_kind_is_written(api: Api, media: str) -> None:
    line = await api.open()
    body = f'{{"id": "{api.next_id()}", "amount_minor": 1, "currency": "CNY"}}'.encode()
    response = await api.http.post(f"/v1/lines/{line['line']}/draws", content=body, headers={"content-type": media})
    assert response.status_code == 201


async def test_a_body_as_large_as_allowed_is_read(api: Api) -> None:
    line = await api.open()
    body = f'{{"id": "{api.next_id()}", "amount_minor": 1, "currency": "CNY"}}'.encode()
    place = f"/v1/lines/{line['line']}/draws"
    whole = await api.http.post(place, content=body.ljust(MOST_BODY_BYTES), headers=JSON)
    assert whole.status_code == 201
    pieces = in_pieces(len(body), b" ")

    async def letter_by_letter() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
        async for piece in pieces:
            yield piece

    again = await api.http.post(place, content=letter_by_letter(), headers=JSON)
    assert (again.status_code, again.json()["is_repeated"]) == (200, True)


async def test_a_clock_a_little_behind_the_books_is_taken_for_a_slip(api: Api) -> None:
    line = await api.open()
    api.clock.move_to(STARTS_AT - timedelta(seconds=4))
    drawn = (await api.draw(line, 1)).json()
    booked, before = (datetime.fromisoformat(told["booked_at"]) for told in (drawn["line"], line))
    assert booked > before


async def test_asking_again_once_the_clock_is_right_carries_the_request_out(api: Api) -> None:
    line = await api.open()
    request = api.next_id()
    api.clock.move_to(STARTS_AT - timedelta(minutes=1))
    problem(await api.draw(line, 1_000, id=request), 503, Code.CLOCK_BEHIND)
    api.clock.move_to(STARTS_AT)
    done = await api.draw(line, 1_000, id=request)
    assert (done.status_code, done.json()["is_repeated"], done.json()["amount_minor"]) == (201, False, 1_000)
