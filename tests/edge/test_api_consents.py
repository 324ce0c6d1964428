"""Consents over HTTP: recorded by the house, chosen by the borrower, told in words, and nobody else's."""

from collections.abc import AsyncIterator

import httpx
import pytest

from creditline.edge.api import own_consents
from creditline.edge.people import JUN, MEI
from creditline.errors import Code
from creditline.events.consent import DataSource
from creditline.store.connect import Database
from tests.edge.a_borrowers_view import bearer, read, the_pages
from tests.edge.an_api import Said, an_api, problem

OWN = "/v1/me/consents"


@pytest.fixture
async def http(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with the_pages(db) as ready:
        yield ready


async def test_the_house_records_what_was_said_on_paper_and_reads_it_back(db: Database) -> None:
    url = "/v1/borrowers/ada/consents"
    async with an_api(db) as api:
        body: Said = {
            "id": api.next_id(), "source": "bureau", "is_given": True, "text": "2024-11", "language": "zh",
            "channel": "paper", "happened_at": "2026-02-27T10:00:00+08:00",
        }  # fmt: skip
        problem(await api.get(url), 404, Code.BORROWER_UNKNOWN)
        first, again = await api.http.post(url, json=body), await api.http.post(url, json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        problem(await api.http.post(url, json={**body, "is_given": False}), 409, Code.ID_REUSED)
        usage = {**body, "id": api.next_id(), "source": "usage"}
        problem(await api.http.post(url, json=usage), 400, Code.MESSAGE_MALFORMED)
        told = (await api.get(url)).json()
        bureau = next(one for one in told["sources"] if one["source"] == "bureau")
        assert (bureau["ground"], bureau["is_read"], bureau["proof"]["text"]) == ("given", True, "2024-11")
        assert [rule["id"] for rule in bureau["law"]] == ["credit-reporting-18"]
        problem(await api.get(f"{url}?as_of=2026-03-01T00:00:00Z&product=nothing"), 404, Code.PRODUCT_UNKNOWN)
        before = (await api.get(f"{url}?as_of=2026-03-01T00:00:00Z")).json()
        assert before["history"] == [], "It was learned of later."


async def test_the_house_reads_what_a_change_would_do_in_figures(db: Database) -> None:
    async with an_api(db) as api:
        await api.tell(api.salary())
        line = (await api.opening()).json()["line"]
        asked = "source=evidence&is_given=false"
        (told,) = (await api.get(f"/v1/borrowers/ada/consents/preview?{asked}")).json()
        assert (told["line"], told["changes_nothing"], told["differences"]) == (line["line"], True, [])
        assert told["apr_bp"] == line["apr_bp"]
        assert (await api.get(f"/v1/borrowers/nobody/consents/preview?{asked}")).json() == []


async def test_a_borrower_reads_every_source_in_words_and_changes_one(http: httpx.AsyncClient) -> None:
    told = await read(http, OWN, MEI.borrower, language="zh")
    assert [one["source"] for one in told["sources"]][1:] == list(DataSource)
    assert [one["may_change"] for one in told["sources"]] == [False, *[True] * len(DataSource)]
    evidence = next(one for one in told["sources"] if one["source"] == "evidence")
    assert (evidence["name"], evidence["is_read"], evidence["since"]) == ("您提交的证明材料", True, None)
    assert "用于决定已还额度何时恢复" in evidence["used_for"]
    body = {
        "id": "0198c0de-0000-7000-8000-00000000c0de", "source": "evidence", "is_given": False, "text": told["text"],
        "language": "zh",
    }  # fmt: skip
    for status in (201, 200):
        changed = await http.post(OWN, json=body, headers=bearer(MEI.borrower))
        assert (changed.status_code, changed.json()["channel"]) == (status, own_consents.CHANNEL), changed.text
    (now,) = [one for one in (await read(http, OWN, MEI.borrower))["sources"] if one["source"] == "evidence"]
    assert (now["ground"], now["is_read"]) == ("withdrawn", False)
    assert now["since"] is not None
    (other,) = [one for one in (await read(http, OWN, JUN.borrower))["sources"] if one["source"] == "evidence"]
    assert other["ground"] == "unasked", "Another's word is not hers."
    old = await http.post(OWN, json={**body, "text": "0" * 12}, headers=bearer(MEI.borrower))
    assert (old.status_code, old.json()["code"]) == (409, Code.TEXT_OUTDATED)
    unheard = await http.post(OWN, json={**body, "language": "fr"}, headers=bearer(MEI.borrower))
    assert (unheard.status_code, unheard.json()["code"]) == (400, Code.MESSAGE_MALFORMED)


async def test_the_effect_is_shown_before_and_nothing_is_done_by_looking(http: httpx.AsyncClient) -> None:
    before = await read(http, OWN, MEI.borrower)
    asked: Said = {"source": "evidence", "is_given": False, "language": "en"}
    told = await read(http, f"{OWN}/preview", MEI.borrower, **asked)
    assert (told["says"], told["changes_nothing"]) == ("If you withdraw this now:", True)
    (line,) = told["lines"]
    assert (line["says"], line["is_better"]) == ([told["nothing_says"]], [])
    assert told["price_says"] == "What you pay stays as it was agreed."
    wrong = await http.get(f"{OWN}/preview", params={**asked, "source": "usage"}, headers=bearer(MEI.borrower))
    assert wrong.status_code == 400
    assert await read(http, OWN, MEI.borrower) == before


async def test_a_newcomer_lets_us_read_before_there_is_a_line(http: httpx.AsyncClient) -> None:
    told = await read(http, OWN, "newcomer", language="en")
    assert not any(one["is_held"] for one in told["sources"])
    body = {
        "id": "0198c0de-0000-7000-8000-00000000c0d1",
        "source": "income",
        "is_given": True,
        "text": told["text"],
        "language": "en",
    }
    assert (await http.post(OWN, json=body, headers=bearer("newcomer"))).status_code == 201
    (income,) = [one for one in (await read(http, OWN, "newcomer"))["sources"] if one["source"] == "income"]
    assert income["ground"] == "given"
    preview = await read(http, f"{OWN}/preview", "newcomer", source="income", is_given=False)
    assert (preview["changes_nothing"], preview["lines"]) == (True, [])


async def test_who_may_only_read_may_withdraw_all_the_same(http: httpx.AsyncClient) -> None:
    text = (await read(http, OWN, JUN.borrower, language="en"))["text"]
    body = {
        "id": "0198c0de-0000-7000-8000-00000000c0df",
        "source": "life",
        "is_given": False,
        "text": text,
        "language": "en",
    }
    reads_only = bearer(JUN.borrower, may_draw=False)
    assert (await http.post(OWN, json=body, headers=reads_only)).status_code == 201
    assert (await http.post(OWN, json=body)).status_code == 401
