"""Limits over HTTP: what a person decides about a line is done once, under their name."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api.limits import ROUTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, Said, an_api, problem

WHO = {"authority": "committee", "reason": "annual review"}


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def test_a_limit_is_set_added_to_and_closed(api: Api) -> None:
    line = await api.open()
    place = f"/v1/lines/{line['line']}"
    assert (await api.post(f"{place}/limit", granted_minor=50_000, **WHO)).json()["available_minor"] == 50_000
    until = api.clock() + timedelta(days=1)
    added = (await api.post(f"{place}/extra-limit", extra_minor=7, until=until.isoformat(), **WHO)).json()
    assert (added["granted_minor"], added["extra_minor"]) == (50_007, 7)
    closed = (await api.post(f"{place}/close", **WHO)).json()
    assert (closed["granted_minor"], closed["extra_ends_at"], closed["available_minor"]) == (0, None, 0)
    problem(await api.post(f"{place}/limit", granted_minor=1, **WHO), 409, Code.LINE_CLOSED, says="Open a new line")


async def test_what_no_person_can_mean_is_refused(api: Api) -> None:
    line = await api.open()
    place, until = f"/v1/lines/{line['line']}", (api.clock() + timedelta(days=1)).isoformat()
    wrong: list[tuple[str, Said]] = [
        ("/limit", {"granted_minor": -1, **WHO}),
        ("/limit", {"granted_minor": 1, "authority": " ", "reason": "x"}),
        ("/limit", {"granted_minor": 1, "authority": "x", "reason": "a\0b"}),
        ("/extra-limit", {"extra_minor": 1, "until": "2099-01-01T00:00:00", **WHO}),
        ("/extra-limit", {"extra_minor": True, "until": until, **WHO}),
        ("/close", {"authority": "x"}),
        ("/block", {"authority": "x", "reason": "y", "is_lifted": "yes"}),
    ]
    for path, body in wrong:
        problem(await api.post(place + path, **body), 400, Code.MESSAGE_MALFORMED)


async def test_what_a_person_decides_is_done_once(api: Api) -> None:
    line = await api.open()
    more: dict[str, Said] = {
        "limit": {"granted_minor": 5},
        "extra-limit": {"extra_minor": 5, "until": "2099-01-01T00:00:00Z"},
    }
    ways = [getattr(route, "path", "").rsplit("/", 1)[-1] for route in ROUTES.routes]
    for way in [*sorted(set(ways) - {"self-limit", "close"}), "close"]:
        asked = {"id": api.next_id(), **WHO, **more.get(way, {})}
        answers = [await api.http.post(f"/v1/lines/{line['line']}/{way}", json=asked) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
