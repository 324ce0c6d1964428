"""The book over HTTP."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api.book import ROUTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def test_the_book_is_read_as_balances_pages_and_a_statement(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 30_000)
    await api.repay(line, 10_000)
    balance = await api.read("/v1/book/trial-balance")
    rows = {row["account"]: row for row in balance["rows"]}
    assert balance["is_balanced"]
    assert rows["1310"]["debit_balance_minor"] == 20_000
    assert (await api.read("/v1/book/trial-balance?as_of=2026-03-01"))["rows"] == []
    pages, after = [], ""
    while True:
        page = await api.read(f"/v1/book/journal?most=2{after}")
        pages += page["rows"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len({row["entry"] for row in pages}) == len(pages) >= 6
    assert {row["debit_name"] for row in pages if row["credit"] == "1310"} == {"Settlement"}
    assert (await api.read("/v1/book/journal?since=2026-03-03"))["rows"] == []
    statement = await api.read(f"/v1/lines/{line['line']}/statement")
    assert [row["owed_minor"] for row in statement["rows"]][:3] == [0, 30_000, 20_000]
    assert statement["line"]["drawn_minor"] == 20_000


async def test_what_is_not_there_is_a_problem(api: Api) -> None:
    problem(await api.get(f"/v1/lines/{NOBODY}/statement"), 404, Code.LINE_UNKNOWN)
    problem(await api.get(f"/v1/book/journal?after={NOBODY}/0"), 404, Code.ENTRY_UNKNOWN)
    problem(await api.get("/v1/book/journal?after=7"), 400, Code.MESSAGE_MALFORMED)


def test_all_of_them_are_routes() -> None:
    assert {getattr(route, "path", "") for route in ROUTES.routes} == {
        "/v1/book/trial-balance", "/v1/book/journal", "/v1/book/classes", "/v1/days/{day}:close",
        "/v1/lines/{line}/statement", "/v1/lines/{line}/days",
    }  # fmt: skip
