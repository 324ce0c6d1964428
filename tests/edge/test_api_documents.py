"""Documents over HTTP: their own bytes as a body, an officer's judgement, and what no browser may run."""

from typing import Any

import httpx
import pytest

from creditline.clock import MovedClock
from creditline.edge.api import create_app, documents
from creditline.errors import Code
from creditline.profile.document import MOST_BYTES
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, STARTS_AT, Api, Said, an_api, problem, the_house
from tests.profile.a_document import JPEG, PDF

WHO = {"authority": "officer", "reason": "matches the letter"}
WORDS = {"issuer": "Acme", "issued_on": "2026-02-01", "amount_minor": 900_000, "currency": "CNY"}
PROVED = {"amount_minor": 850_000, "currency": "CNY", "expires_on": "2026-09-01", **WHO}


async def hand_in(api: Api, *, content: bytes = PDF, media: str = "application/pdf", **asked: Any) -> httpx.Response:
    asked = {"id": api.next_id(), "borrower": "b-1", "kind": "income"} | asked
    return await api.http.post("/v1/documents", params=asked, content=content, headers={"content-type": media})


async def handed_in(api: Api) -> Said:
    response = await hand_in(api)
    assert response.status_code == 201, response.text
    told: Said = response.json()
    return told


async def test_a_document_goes_from_its_borrower_to_an_officer_and_becomes_a_fact(db: Database) -> None:
    async with an_api(db) as api:
        document = await handed_in(api)
        path = f"/v1/documents/{document['document']}"
        assert (document["state"], document["words"], document["size_bytes"]) == ("submitted", None, len(PDF))
        said = (await api.post(f"{path}/words", words=WORDS)).json()
        assert said["words"] == WORDS
        assert [one["document"] for one in await api.read("/v1/documents")] == [document["document"]]
        proved = (await api.post(f"{path}/verify", **PROVED)).json()
        assert (proved["state"], proved["amount_minor"], proved["expires_on"]) == ("verified", 850_000, "2026-09-01")
        assert await api.read("/v1/documents") == []
        assert await api.read("/v1/borrowers/b-1/documents") == [proved]
        assert await api.read(path) == proved
        problem(await api.post(f"{path}/refuse", **WHO), 409, Code.DOCUMENT_ENDED)


async def test_its_own_bytes_come_back_as_a_file_and_never_as_a_page(db: Database) -> None:
    async with an_api(db) as api:
        document = await handed_in(api)
        response = await api.get(f"/v1/documents/{document['document']}/content")
        assert response.content == PDF
        assert response.headers["content-disposition"].startswith("attachment; filename=")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"].startswith("sandbox")
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"content": b"hello"}, 400, Code.DOCUMENT_UNREADABLE),
        ({"content": JPEG}, 400, Code.DOCUMENT_MISNAMED),
        ({"content": PDF + b"\n" * MOST_BYTES}, 413, Code.TOO_LARGE),
        ({"id": "0b0a1c7e-0000-4000-8000-000000000000"}, 400, Code.ID_NOT_UUID7),
        ({"borrower": "no body"}, 400, Code.MESSAGE_MALFORMED),
        ({"kind": "horoscope"}, 400, Code.MESSAGE_MALFORMED),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(
    db: Database, changes: Said, status: int, code: Code
) -> None:
    async with an_api(db) as api:
        problem(await hand_in(api, **changes), status, code)
        assert await api.read("/v1/documents") == []


async def test_what_is_not_there_is_not_found_and_what_is_erased_is_said_to_be(db: Database) -> None:
    async with an_api(db) as api:
        problem(await api.get(f"/v1/documents/{NOBODY}"), 404, Code.DOCUMENT_UNKNOWN)
        document = await handed_in(api)
        erased = (await api.post("/v1/borrowers/b-1/erase", **WHO)).json()
        assert (erased["borrower"], erased["authority"]) == ("b-1", "officer")
        problem(await api.get(f"/v1/documents/{document['document']}/content"), 404, Code.DOCUMENT_ERASED)
        assert (await api.read(f"/v1/documents/{document['document']}"))["is_erased"] is True


async def test_what_is_told_of_a_document_is_what_the_document_of_the_api_says(db: Database) -> None:
    async with an_api(db) as api:
        assert set(await handed_in(api)) == set(documents.DocumentView.model_fields)


async def test_a_server_without_a_key_takes_no_documents(shared_db: Database) -> None:
    app = create_app(shared_db, MovedClock(STARTS_AT), the_house())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        problem(await http.get("/v1/documents"), 503, Code.CONFIGURATION_INVALID)
