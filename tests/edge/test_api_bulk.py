"""Draws and repayments in bulk over HTTP: a verdict a line, in order, each what the single route would have answered."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator

import msgspec
import pytest

from creditline.edge.api import bulk, stream
from creditline.errors import Code
from creditline.events.intake import MOST_LINE_BYTES
from creditline.store.connect import Database, connect
from tests.edge.an_api import NOBODY, Api, Said, an_api, problem, verdicts

DRAWS, REPAYMENTS = bulk.DESCRIPTIONS


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


def asked(api: Api, line: Said, amount_minor: int, **changes: object) -> Said:
    """Return a request as it stands on a line."""
    return {"id": api.next_id(), "line": line["line"], "amount_minor": amount_minor, "currency": "CNY", **changes}


async def sent(api: Api, path: str, *lines: Said | bytes) -> list[Said]:
    """Send lines; return the verdicts."""
    body = b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in lines)
    return verdicts(await api.http.post(path, content=body))


async def test_each_line_has_its_verdict_in_its_place_and_a_wrong_one_costs_no_other(api: Api) -> None:
    line, other = await api.open(), await api.open(borrower="bob")
    first, second = asked(api, line, 30_000), asked(api, other, 500, authorise_only=True)
    told = await sent(
        api, DRAWS, first, b"{", second, b"", asked(api, {"line": str(NOBODY)}, 1), asked(api, line, 0), first,
        first | {"amount_minor": 1}, asked(api, line, 1, tip=3), asked(api, line, 80_000),
        asked(api, line, 80_000, accepts_partial=True), b'{"id":"' + b"x" * MOST_LINE_BYTES + b'"}',
    )  # fmt: skip
    assert [(one["number"], one["verdict"], one.get("code", one.get("answer"))) for one in told] == [
        (1, "decided", "approve"),
        (2, "malformed", Code.MESSAGE_MALFORMED),
        (3, "decided", "approve"),
        (5, "refused", Code.LINE_UNKNOWN),
        (6, "malformed", Code.AMOUNT_NOT_POSITIVE),
        (7, "repeated", "approve"),
        (8, "refused", Code.ID_REUSED),
        (9, "malformed", Code.MESSAGE_MALFORMED),
        (10, "decided", "decline"),
        (11, "decided", "approve"),
        (12, "malformed", Code.TOO_LARGE),
    ]
    assert [one["amount_minor"] for one in told if "amount_minor" in one] == [30_000, 500, 30_000, 0, 70_000]
    assert told[0]["id"] == first["id"]
    assert told[0]["available_minor"] == 70_000
    assert "expires_at" in told[2]
    assert told[8]["reasons"] == ["short_of_limit"]
    assert "tip" in told[7]["reason"]


async def test_a_line_is_what_the_single_route_would_have_said(api: Api) -> None:
    line = await api.open()
    one, two = asked(api, line, 20_000), asked(api, line, 30_000)
    (batched,) = await sent(api, DRAWS, one)
    alone = await api.http.post(f"/v1/lines/{line['line']}/draws", json={k: v for k, v in one.items() if k != "line"})
    assert (alone.status_code, alone.json()["is_repeated"]) == (200, True)
    assert alone.json()["decision"]["answer"] == batched["answer"]
    assert (await api.draw(line, 30_000, id=two["id"])).status_code == 201
    assert [one["verdict"] for one in await sent(api, DRAWS, two, one)] == ["repeated", "repeated"]
    assert (await api.line(line))["drawn_minor"] == 50_000


async def test_a_repayment_tells_what_is_back_and_when_the_rest_comes(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 40_000)
    await api.statement(line, months_late=1)
    back = asked(api, line, 10_000)
    told = await sent(api, REPAYMENTS, back, back, asked(api, line, 30_001), asked(api, line, 1))
    single = (await api.repay(line, 10_000, id=back["id"])).json()
    assert [one["verdict"] for one in told] == ["decided", "repeated", "decided", "refused"]
    assert told[0]["tranches"] == single["tranches"] != []
    assert (told[0]["accepted_minor"], told[0]["back_now_minor"]) == (10_000, single["back_now_minor"])
    parts = ("fee_minor", "penalty_minor", "interest_minor", "principal_minor")
    assert [told[0].get(part, 0) for part in parts] == [single[part] for part in parts]
    assert (told[2]["accepted_minor"], told[2]["excess_minor"], told[3]["code"]) == (30_000, 1, Code.NOTHING_OWED)


async def test_many_lines_are_decided_in_few_transactions_and_each_credit_line_in_its_order(api: Api) -> None:
    lines = [await api.open(borrower=f"b{place}") for place in range(30)]
    asks = [asked(api, line, 10_000) for _ in range(4) for line in lines]
    told = await sent(api, DRAWS, *asks)
    assert Counter(one["verdict"] for one in told) == {"decided": 120}
    assert [one["id"] for one in told] == [one["id"] for one in asks]
    assert [told[place]["available_minor"] for place in range(0, 120, 30)] == [90_000, 80_000, 70_000, 60_000]
    async with api.db.reading() as connection:
        sql = "select count(distinct txid) from event e join request r on r.id = e.id where kind = 'draw'"
        assert await connection.fetchval(sql) <= 12


async def test_a_packed_body_is_unpacked(api: Api) -> None:
    line = await api.open()
    body = gzip.compress(msgspec.json.encode(asked(api, line, 5)))
    (told,) = verdicts(await api.http.post(DRAWS, content=body, headers={"content-encoding": "gzip"}))
    assert told["verdict"] == "decided"
    assert verdicts(await api.http.post(DRAWS, content=b"")) == []
    problem(await api.http.post(DRAWS, content=b"x", headers={"content-encoding": "br"}), 415, Code.MESSAGE_MALFORMED)


async def test_an_engine_that_stops_tells_what_was_taken_and_stops(api: Api) -> None:
    line, arrived = await api.open(), asyncio.Event()
    first, second = asked(api, line, 5), asked(api, line, 6)

    async def sender() -> AsyncIterator[bytes]:
        yield msgspec.json.encode(first) + b"\n"
        while (await api.line(line))["drawn_minor"] == 0:
            await asyncio.sleep(0.01)
        await api.app.state.parts.drain()
        arrived.set()
        yield msgspec.json.encode(second) + b"\n"

    told = verdicts(await api.http.post(DRAWS, content=sender()))
    assert arrived.is_set()
    assert [(one["verdict"], one.get("code")) for one in told] == [("decided", None), ("stopped", Code.STOPPING)]
    assert (await api.line(line))["drawn_minor"] == 5


async def test_verdicts_nobody_reads_stop_the_stream(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_UNREAD_BYTES", 100)
    line = await api.open()
    *told, last = await sent(api, DRAWS, *(asked(api, line, 1) for _ in range(200)))
    assert (last["verdict"], last["code"]) == ("stopped", Code.TOO_LARGE)
    async with api.db.reading() as connection:
        decided_count = await connection.fetchval("select count(*) from decision where kind = 'draw'")
    assert len(told) == bulk.PORTION.lines_count <= decided_count < 200


async def test_a_database_that_is_away_is_told_line_by_line(db: Database, dsn: str) -> None:
    async with await connect(dsn, size=2) as own, an_api(db, served=own) as api:
        line = await api.open()
        await own.close()
        told = await sent(api, DRAWS, asked(api, line, 1), b"{")
        assert [(one["verdict"], one["code"]) for one in told] == [
            ("unavailable", Code.DATABASE_UNREACHABLE),
            ("malformed", Code.MESSAGE_MALFORMED),
        ]
