"""Events in bulk over HTTP: a verdict a line, in order, whatever the lines, the packing and the sender are like."""

import asyncio
import gzip
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from creditline.edge.api.events import PORTION
from creditline.edge.api.stream import MEDIA
from creditline.errors import Code
from creditline.events.intake import MOST_LINE_BYTES
from creditline.store import facts
from creditline.store.connect import Database, connect
from tests.edge.an_api import STARTS_AT, Api, Said, an_api, problem, verdicts

CHUNK = PORTION.lines_count


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


def packed(*events: Said) -> bytes:
    return b"\n".join(msgspec.json.encode(event) for event in events)


async def events_count(api: Api) -> int:
    async with api.db.reading() as connection:
        return sum((await facts.counts(connection)).values())


async def test_each_line_has_its_verdict_in_its_place(api: Api) -> None:
    first, second = api.salary(), api.salary("bob")
    other = first | {"amount_minor": 1}
    body = b"\n".join([packed(first), b"", b"{", packed(second, first, other), b'{"type":"no.such"}'])
    told = verdicts(await api.http.post("/v1/events", content=body))
    assert [(one["line"], one["verdict"], one.get("code")) for one in told] == [
        (1, "accepted", None), (3, "malformed", Code.MESSAGE_MALFORMED), (4, "accepted", None), (5, "repeated", None),
        (6, "malformed", Code.ID_REUSED), (7, "malformed", Code.MESSAGE_MALFORMED),
    ]  # fmt: skip
    assert [one.get("id") for one in told] == [first["id"], None, second["id"], first["id"], first["id"], None]
    assert await events_count(api) == 2


async def test_every_malformed_line_says_what_to_do(api: Api) -> None:
    good = api.salary()
    wrong = [
        (good | {"currency": "XXQ"}, Code.CURRENCY_UNKNOWN, "XXQ"),
        (good | {"amount_minor": -5}, Code.MESSAGE_MALFORMED, "amount_minor"),
        (good | {"happened_at": (STARTS_AT + timedelta(days=2)).isoformat()}, Code.EVENT_FROM_FUTURE, "2026-03-04"),
        (good | {"id": "7d444840-9dc0-41d1-b245-5ffdce74fad2"}, Code.ID_NOT_UUID7, "7d444840"),
        (good | {"type": "income.lost"}, Code.MESSAGE_MALFORMED, "income.lost"),
    ]
    told = await api.tell(*(event for event, _, _ in wrong))
    for one, (_, code, words) in zip(told, wrong, strict=True):
        assert (one["verdict"], one["code"]) == ("malformed", code)
        assert words in one["reason"]
    assert await events_count(api) == 0


async def test_no_body_has_no_verdicts(api: Api) -> None:
    assert verdicts(await api.http.post("/v1/events", content=b"")) == []
    assert verdicts(await api.http.post("/v1/events", content=b"\n \r\n\n")) == []


async def test_a_line_that_is_too_long_costs_no_other(api: Api) -> None:
    body = b"\n".join([packed(api.salary()), b'{"type":"' + b"x" * 3 * MOST_LINE_BYTES + b'"}', packed(api.salary())])
    told = verdicts(await api.http.post("/v1/events", content=body))
    assert [(one["verdict"], one.get("code")) for one in told] == [
        ("accepted", None), ("malformed", Code.TOO_LARGE), ("accepted", None),
    ]  # fmt: skip


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "GZIP"])
async def test_a_packed_body_is_unpacked_also_in_several_members(api: Api, packing: str) -> None:
    halves = [api.salary() for _ in range(40)], [api.salary("bob") for _ in range(40)]
    body = gzip.compress(packed(*halves[0]) + b"\n") + gzip.compress(packed(*halves[1]))
    told = verdicts(await api.http.post("/v1/events", content=body, headers={"content-encoding": packing}))
    assert Counter(one["verdict"] for one in told) == {"accepted": 80}


async def test_what_stood_before_a_damage_is_taken_and_told(api: Api) -> None:
    events = [api.salary() for _ in range(300)]
    body = gzip.compress(packed(*events))[:-400]
    told = verdicts(await api.http.post("/v1/events", content=body, headers={"content-encoding": "gzip"}))
    *taken, last = told
    assert last["verdict"] == "stopped"
    assert last["code"] == Code.MESSAGE_MALFORMED
    assert "no verdict" in last["reason"]
    assert len(taken) == await events_count(api) > 100
    again = await api.tell(*events)
    assert Counter(one["verdict"] for one in again) == {"repeated": len(taken), "accepted": 300 - len(taken)}


async def test_a_body_that_is_damaged_from_the_start_is_refused(api: Api) -> None:
    response = await api.http.post("/v1/events", content=b"plain", headers={"content-encoding": "gzip"})
    problem(response, 400, Code.MESSAGE_MALFORMED, says="gzip")


async def test_a_packing_nobody_understands_is_refused(api: Api) -> None:
    response = await api.http.post("/v1/events", content=b"\x28\xb5", headers={"content-encoding": "zstd"})
    problem(response, 415, Code.MESSAGE_MALFORMED, says=["zstd", "gzip"])


async def test_a_small_body_that_unpacks_into_a_huge_one_costs_one_verdict(api: Api) -> None:
    body = gzip.compress(b"x" * (20 << 20) + b"\n" + packed(api.salary()))
    assert len(body) < 100_000
    told = verdicts(await api.http.post("/v1/events", content=body, headers={"content-encoding": "gzip"}))
    assert [(one["line"], one["verdict"]) for one in told] == [(1, "malformed"), (2, "accepted")]


async def test_facts_told_late_repeated_or_in_another_order_make_the_same_profile(api: Api) -> None:
    days = range(1, 40, 3)
    told = {
        name: [
            api.salary(name, happened_at=(STARTS_AT - timedelta(days=day)).isoformat(), amount_minor=1_000 * day)
            for day in days
        ]
        for name in ("ada", "bob")
    }
    await api.tell(*told["ada"])
    random.Random(3).shuffle(told["bob"])
    for event in [*told["bob"], *told["bob"][:5]]:
        (verdict,) = await api.tell(event)
        assert verdict["verdict"] in {"accepted", "repeated"}
    profiles = [await api.read(f"/v1/borrowers/{name}/profile") for name in told]
    assert profiles[0] | {"borrower": ""} == profiles[1] | {"borrower": ""}


@pytest.mark.slow
async def test_thousands_of_lines_in_any_order_are_each_recorded_once(api: Api) -> None:
    events = [packed(api.salary(f"b{number % 50}")) for number in range(2 * CHUNK)]
    shuffled = [*events, *events[: CHUNK // 2]]
    random.Random(7).shuffle(shuffled)
    shuffled.insert(CHUNK + 3, b"not an event")

    async def sender() -> AsyncIterator[bytes]:
        body = b"\n".join(shuffled)
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    response = await api.http.post("/v1/events", content=sender(), headers={"content-type": MEDIA}, timeout=60)
    told = verdicts(response)
    assert [one["line"] for one in told] == list(range(1, len(shuffled) + 1))
    assert Counter(one["verdict"] for one in told) == {"accepted": 2 * CHUNK, "repeated": CHUNK // 2, "malformed": 1}
    assert told[CHUNK + 3]["verdict"] == "malformed"
    assert await events_count(api) == 2 * CHUNK


async def test_a_database_that_goes_away_is_told_in_the_last_line(db: Database, dsn: str) -> None:
    """The sender stops between two chunks until the first is recorded and every link of the server is gone."""
    async with await connect(dsn, size=2) as links, an_api(db, served=links) as api:

        async def sender() -> AsyncIterator[bytes]:
            yield packed(*(api.salary() for _ in range(CHUNK))) + b"\n"
            while not await events_count(api):
                await asyncio.sleep(0.01)
            await links.close()
            yield packed(api.salary())

        response = await api.http.post("/v1/events", content=sender(), timeout=60)
        *taken, last = verdicts(response)
        assert Counter(one["verdict"] for one in taken) == {"accepted": CHUNK}
        assert (last["verdict"], last["code"]) == ("stopped", Code.DATABASE_UNREACHABLE)
        assert "Send" in last["reason"]
        assert await events_count(api) == CHUNK
