"""Loans over HTTP: a draw is a loan, a settlement closes it, and a payment says what it was for."""

from collections.abc import AsyncIterator

import pytest

from creditline.edge.api import loans
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import Api, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def test_a_loan_is_settled_by_what_its_settlement_says(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 50_000)
    (loan,) = await api.read(f"/v1/lines/{line['line']}/loans")
    assert (loan["state"], loan["principal_minor"], loan["outstanding_minor"]) == ("open", 50_000, 50_000)
    told = await api.read(f"/v1/lines/{line['line']}/settlement")
    repaid = (await api.repay(line, told["amount_minor"])).json()
    parts = [repaid[f"{part}_minor"] for part in ("fee", "penalty", "interest", "principal")]
    assert (sum(parts), repaid["principal_minor"]) == (told["amount_minor"], 50_000)
    (loan,) = await api.read(f"/v1/lines/{line['line']}/loans")
    assert (loan["state"], loan["outstanding_minor"]) == ("closed", 0)


async def test_a_line_nobody_opened_has_no_loans(api: Api) -> None:
    assert len(loans.ROUTES.routes) == 2
    for what in ("loans", "settlement"):
        problem(await api.http.get(f"/v1/lines/{api.next_id()}/{what}"), 404, Code.LINE_UNKNOWN)
