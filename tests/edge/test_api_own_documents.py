"""The borrower's own proofs: their effect before, hand in, say, take back, and what came back once one was verified."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from creditline.clock import business_day
from creditline.edge.api import own_documents
from creditline.edge.people import KAI, MEI
from creditline.errors import Code
from creditline.flows import proof
from creditline.ids import id_from
from creditline.profile.document import MOST_WAITING
from creditline.store.connect import Database
from tests.edge.a_borrowers_view import bearer, inside_of, own_line, read, the_pages
from tests.edge.an_api import STARTS_AT, Said, problem
from tests.profile.a_document import PDF, png

WORDS = {"issuer": "Acme", "issued_on": "2026-02-01", "amount_minor": 900_000, "currency": "CNY"}
TODAY = business_day(STARTS_AT)
UNTIL = str(TODAY + timedelta(days=200))
JUDGED = {"authority": "officer Ng", "reason": "the employer confirms it"}
numbers = iter(range(10_000))


@pytest.fixture
async def http(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with the_pages(db, is_alone=False) as ready:
        yield ready


def new_id() -> str:
    return str(id_from(f"own document {next(numbers)}", at=STARTS_AT))


async def hand_in(http: httpx.AsyncClient, borrower: str, *, content: bytes = PDF, **asked: Any) -> httpx.Response:
    headers = {**bearer(borrower), "content-type": "application/pdf"}
    return await http.post("/v1/me/documents", params={"id": new_id()} | asked, content=content, headers=headers)


async def handed_in(http: httpx.AsyncClient, borrower: str) -> Said:
    response = await hand_in(http, borrower)
    assert response.status_code == 201, response.text
    told: Said = response.json()
    return told


async def act(http: httpx.AsyncClient, borrower: str, path: str, **body: Any) -> httpx.Response:
    return await http.post(f"/v1/me/documents/{path}", json={"id": new_id(), **body}, headers=bearer(borrower))


async def judged(http: httpx.AsyncClient, document: str, verdict: str, **body: Any) -> None:
    response = await http.post(f"/v1/documents/{document}/{verdict}", json={"id": new_id(), **JUDGED, **body})
    assert response.status_code == 200, response.text


async def test_the_effect_of_a_proof_is_shown_before_and_comes_true_when_it_is_verified(
    http: httpx.AsyncClient,
) -> None:
    line = await own_line(http, KAI.borrower)
    url = f"/v1/me/lines/{line}"
    before = await read(http, url, KAI.borrower)
    asked = await http.post(f"{url}/previews/proof", json={"amount_minor": 900_000}, headers=bearer(KAI.borrower))
    shown = asked.json()
    assert asked.status_code == 200, asked.text
    assert set(shown) == set(own_documents.ProofPreviewView.model_fields)
    tomorrow = TODAY + proof.JUDGED_WITHIN
    assert (shown["kind"], shown["verified_on"], shown["all_back_on"]) == ("income", str(tomorrow), str(tomorrow))
    assert (
        shown["earlier_minor"] == before["line"]["withheld_minor"] == sum(one["amount_minor"] for one in shown["parts"])
    )
    promised = sorted(one["due_on"] for part in before["held"] for one in part["returns"])
    assert [one["without_on"] for one in shown["parts"]] == promised
    assert {one["with_on"] for one in shown["parts"]} == {str(tomorrow)}

    document = (await handed_in(http, KAI.borrower))["document"]
    said = await act(http, KAI.borrower, f"{document}/words", words=WORDS)
    assert (said.json()["state"], said.json()["words"], said.json()["may_change"]) == ("read_back", WORDS, True)
    await http.post("/v1/me/demo/days", json={"days": 1}, headers=bearer(KAI.borrower))
    assert (await read(http, url, KAI.borrower))["line"]["withheld_minor"] == before["line"]["withheld_minor"]
    await judged(http, document, "verify", amount_minor=900_000, currency="CNY", expires_on=UNTIL)
    await http.post("/v1/me/demo/days", json={"days": 1}, headers=bearer(KAI.borrower))
    after = await read(http, url, KAI.borrower)
    assert after["line"]["withheld_minor"] == 0
    (proved,) = await read(http, "/v1/me/documents", KAI.borrower)
    assert (proved["state"], proved["amount_minor"], proved["expires_on"]) == ("verified", 900_000, UNTIL)
    assert proved["brought_back"] == [{"line": line, "amount_minor": shown["earlier_minor"]}], (
        "What was shown came true."
    )
    assert inside_of(proved) == []
    assert "officer" not in str(proved)


async def test_a_proof_of_what_no_rule_asks_for_is_shown_to_change_nothing(http: httpx.AsyncClient) -> None:
    line = await own_line(http, KAI.borrower)
    url = f"/v1/me/lines/{line}/previews/proof"
    asked = {"kind": "address", "amount_minor": 1}
    shown = (await http.post(url, json=asked, headers=bearer(KAI.borrower))).json()
    assert shown["earlier_minor"] == 0
    assert shown["all_back_on"] == shown["without_on"]
    assert all(one["with_on"] == one["without_on"] for one in shown["parts"])
    problem(await http.post(url, json={"amount_minor": 0}, headers=bearer(KAI.borrower)), 400, Code.AMOUNT_NOT_POSITIVE)


async def test_a_refusal_tells_its_reason_and_never_whose_it_is(http: httpx.AsyncClient) -> None:
    document = (await handed_in(http, KAI.borrower))["document"]
    await judged(http, document, "refuse")
    (refused,) = await read(http, "/v1/me/documents", KAI.borrower)
    assert (refused["state"], refused["because"], refused["may_change"]) == ("refused", JUDGED["reason"], False)
    assert JUDGED["authority"] not in str(refused)
    problem(await act(http, KAI.borrower, f"{document}/withdraw"), 409, Code.DOCUMENT_ENDED)


async def test_what_is_taken_back_is_looked_at_by_nobody(http: httpx.AsyncClient) -> None:
    document = (await handed_in(http, KAI.borrower))["document"]
    taken = await act(http, KAI.borrower, f"{document}/withdraw")
    assert (taken.status_code, taken.json()["state"], taken.json()["may_change"]) == (200, "withdrawn", False), (
        taken.text
    )
    assert (await http.get("/v1/documents")).json() == []
    problem(
        await http.get(f"/v1/documents/{document}/content"), 409, Code.DOCUMENT_ENDED, says="withdrawn by its borrower"
    )
    problem(await act(http, KAI.borrower, f"{document}/words", words=WORDS), 409, Code.DOCUMENT_ENDED)
    verification = {"id": new_id(), **JUDGED, "amount_minor": 1, "currency": "CNY", "expires_on": UNTIL}
    problem(await http.post(f"/v1/documents/{document}/verify", json=verification), 409, Code.DOCUMENT_ENDED)


async def test_nobody_reaches_a_document_of_anothers(http: httpx.AsyncClient) -> None:
    document = (await handed_in(http, KAI.borrower))["document"]
    assert await read(http, "/v1/me/documents", MEI.borrower) == []
    for path in (f"{document}/words", f"{document}/withdraw"):
        problem(await act(http, MEI.borrower, path, words=WORDS), 404, Code.DOCUMENT_UNKNOWN)
    assert [one["state"] for one in await read(http, "/v1/me/documents", KAI.borrower)] == ["received"]


async def test_what_cannot_be_taken_has_a_code_of_its_own_and_nobody_fills_the_table(http: httpx.AsyncClient) -> None:
    for content, code in (
        (b"", Code.DOCUMENT_EMPTY),
        (b"GIF", Code.DOCUMENT_UNREADABLE),
        (png(), Code.DOCUMENT_MISNAMED),
    ):
        problem(await hand_in(http, KAI.borrower, content=content), 400, code)
    large = await hand_in(http, KAI.borrower, content=PDF + b" " * 6_000_000)
    problem(large, 413, Code.TOO_LARGE)
    for _ in range(MOST_WAITING):
        assert (await hand_in(http, KAI.borrower)).status_code == 201
    problem(await hand_in(http, KAI.borrower), 409, Code.DOCUMENTS_TOO_MANY)
    assert (await hand_in(http, MEI.borrower)).status_code == 201
    assert len(await read(http, "/v1/me/documents", KAI.borrower, most=200)) == MOST_WAITING


async def test_a_repeat_is_the_same_document(http: httpx.AsyncClient) -> None:
    name = new_id()
    first, again = [(await hand_in(http, KAI.borrower, id=name)).json() for _ in range(2)]
    assert first == again
    assert date.fromisoformat(first["handed_in_at"][:10]) == TODAY
