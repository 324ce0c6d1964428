"""Human reviews over HTTP: asked by a borrower, read by nobody else, taken from the queue, answered within a mandate, told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import appeals
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, Said, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def withheld(api: Api) -> tuple[Said, str]:
    """Repay a line that is a month late, so that all of it is withheld; return the line and the decision."""
    line = await api.open()
    await api.draw(line, 50_000)
    await api.statement(line, months_late=1)
    repaid = (await api.repay(line, 20_000)).json()
    return line, repaid["decision"]["id"]


async def asked(api: Api, act: str, **changes: object) -> Said:
    said = {"act": act, "reason": "facts_wrong", "words": "I paid on the 3rd.", "language": "en"}
    response = await api.post("/v1/borrowers/ada/human-reviews", **said | changes)
    assert response.status_code == 201, response.text
    found: Said = response.json()
    return found


async def test_a_borrower_asks_once_and_reads_how_it_stands(api: Api) -> None:
    _, act = await withheld(api)
    review = await asked(api, act)
    assert review.keys() == appeals.HumanReviewView.model_fields.keys()
    assert (review["state"], review["trigger"], review["is_overdue"]) == ("waiting", "withheld", False)
    body = {"act": act, "reason": "facts_wrong", "words": "I paid on the 3rd.", "language": "en"}
    again = await api.http.post("/v1/borrowers/ada/human-reviews", json={"id": review["review"], **body})
    assert (again.status_code, again.json()) == (200, review)
    other = await api.post("/v1/borrowers/ada/human-reviews", **body)
    problem(other, 409, Code.REVIEW_OPEN, says=review["review"])
    assert await api.read("/v1/borrowers/ada/human-reviews") == [review]
    assert await api.read(f"/v1/borrowers/ada/human-reviews/{review['review']}") == review


async def test_a_borrower_neither_asks_about_nor_reads_what_is_anothers(api: Api) -> None:
    _, act = await withheld(api)
    review = await asked(api, act)
    body = {"act": act, "reason": "other", "words": "x", "language": "en"}
    problem(await api.post("/v1/borrowers/eve/human-reviews", **body), 404, Code.NOTICE_UNKNOWN)
    problem(await api.get(f"/v1/borrowers/eve/human-reviews/{review['review']}"), 404, Code.REVIEW_UNKNOWN)
    assert await api.read("/v1/borrowers/eve/human-reviews") == []
    problem(await api.get(f"/v1/human-reviews/{NOBODY}"), 404, Code.REVIEW_UNKNOWN)


async def test_an_officer_reads_the_case_supposes_and_brings_back(api: Api) -> None:
    line, act = await withheld(api)
    review = await asked(api, act)
    assert await api.read("/v1/human-reviews") == [review]
    url = f"/v1/human-reviews/{review['review']}"
    case = await api.read(url, params={"suppose": ["months_late_last_count=0", "pay_ratio="]})
    assert case.keys() == appeals.CaseView.model_fields.keys()
    assert (case["is_replayed_equal"], case["withheld"][0]["amount_minor"]) == (True, 20_000)
    assert "answer" in {one["what"] for one in case["differences"]}
    assert case["letters"].keys() == {"en", "zh"}
    for wrong in ("months_late_last_count", "pay_ratio=much", "nothing=1"):
        problem(await api.get(url, params={"suppose": wrong}), 400, Code.MESSAGE_MALFORMED)
    done = (await api.post(f"{url}/change", officer="ann", reason="the bank's record shows it")).json()
    assert (done["state"], done["effect"], done["amount_minor"]) == ("changed", "release", 20_000)
    assert (await api.line(line))["withheld_minor"] == 0
    letter = await api.read(f"/v1/borrowers/ada/notices/{done['letter_notice']}/letter", params={"language": "en"})
    assert letter["what"][1] == "¥200.00 of what was withheld is back in your limit."
    problem(await api.post(f"{url}/uphold", officer="ann", reason="x"), 409, Code.REVIEW_ENDED)
    (rate,) = await api.read("/v1/human-reviews:rates")
    assert (rate["leading"], rate["asked_count"], rate["changed_count"]) == ("late", 1, 1)


async def test_what_is_late_shows_and_nobody_answers_twice(api: Api) -> None:
    _, act = await withheld(api)
    url = f"/v1/human-reviews/{(await asked(api, act))['review']}"
    assert await api.read("/v1/human-reviews", params={"is_overdue": True}) == []
    api.clock.move_to(api.clock() + timedelta(days=15))
    (late,) = await api.read("/v1/human-reviews", params={"is_overdue": True})
    assert late["is_overdue"] is True
    for path in ("approve", "refuse"):
        problem(await api.post(f"{url}/{path}", officer="bo", reason="x"), 409, Code.REVIEW_ENDED, says="second person")
    problem(await api.post(f"{url}/change", officer="ada", reason="x"), 403, Code.SECOND_PERSON_NEEDED)
    problem(await api.post(f"{url}/change", officer=" ", reason="x"), 400, Code.MESSAGE_MALFORMED)
    problem(await api.post(f"{url}/change", officer="ann", reason="x", granted_minor=5), 400, Code.MESSAGE_MALFORMED)
    assert (await api.post(f"{url}/uphold", officer="ann", reason="right")).json()["state"] == "upheld"
