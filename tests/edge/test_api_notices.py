"""Notices over HTTP: a borrower reads what was done and why in the language liked best; an officer sees what is overdue."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api import notices
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, Api, Said, an_api, problem


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def blocked(api: Api, *, borrower: str = "ada") -> tuple[Said, Said]:
    """Block a line; return it and its notice."""
    line = await api.open(borrower=borrower)
    await api.post(f"/v1/lines/{line['line']}/block", authority="desk", reason="fraud")
    api.clock.move_to(api.clock() + timedelta(seconds=1))
    (notice,) = await api.read(f"/v1/lines/{line['line']}/notices")
    return line, notice


async def test_a_borrower_reads_what_was_done_and_its_letter(api: Api) -> None:
    line, notice = await blocked(api)
    assert notice.keys() == notices.NoticeView.model_fields.keys()
    assert (notice["line"], notice["trigger"], notice["scope"]) == (line["line"], "blocked", "individual")
    assert (notice["jurisdiction"], notice["ground"], notice["told_at"]) == ("cn", "pipl-24", None)
    assert await api.read("/v1/borrowers/ada/notices") == [notice]
    url = f"/v1/borrowers/ada/notices/{notice['notice']}/letter"
    english, chinese = [await api.read(url, params={"language": language}) for language in ("en", "zh")]
    assert english.keys() == notices.LetterView.model_fields.keys()
    assert (english["title"], chinese["title"]) == ("Your line is blocked", "您的额度已止付")
    assert english["why"] == ["fraud (decided by desk)"]
    assert english["text"].startswith("Your line is blocked\n\nOn 2026-03-02")
    liked = await api.read(url, headers={"accept-language": "zh-CN, en;q=0.5"})
    assert liked == chinese
    assert await api.read(f"/v1/decisions/{notice['notice']}/letter", params={"language": "en"}) == english


async def test_a_borrower_reads_nobody_elses_letter(api: Api) -> None:
    _, notice = await blocked(api)
    await blocked(api, borrower="bea")
    url = f"/v1/borrowers/bea/notices/{notice['notice']}/letter"
    problem(await api.get(url), 404, Code.NOTICE_UNKNOWN, says="bea")
    assert [one["borrower"] for one in await api.read("/v1/borrowers/bea/notices")] == ["bea"]


async def test_a_letter_that_there_is_not_is_not_found(api: Api) -> None:
    line, notice = await blocked(api)
    problem(await api.get(f"/v1/decisions/{NOBODY}/letter"), 404, Code.NOTICE_UNKNOWN, says="Nothing unfavourable")
    opened = await api.get(f"/v1/decisions/{line['line']}/letter")
    problem(opened, 404, Code.NOTICE_UNKNOWN, says="answered approve")
    french = await api.get(f"/v1/decisions/{notice['notice']}/letter", params={"language": "fr"})
    problem(french, 404, Code.NOTICE_UNKNOWN, says=("'fr'", "en, zh"))


async def test_what_is_overdue_shows_until_it_is_told(api: Api) -> None:
    _, notice = await blocked(api)
    assert [one["is_overdue"] for one in await api.read("/v1/notices")] == [False]
    assert await api.read("/v1/notices", params={"is_overdue": True}) == []
    api.clock.move_to(api.clock() + timedelta(days=3))
    (late,) = await api.read("/v1/notices", params={"is_overdue": True})
    assert (late["notice"], late["is_overdue"]) == (notice["notice"], True)
    (count,) = await api.read("/v1/notices:counts")
    assert (count["trigger"], count["overdue_count"], count["waiting_count"]) == ("blocked", 1, 0)
    told = await api.http.post(f"/v1/notices/{notice['notice']}/told", json={"way": "post", "teller": "mail room"})
    assert (told.json()["way"], told.json()["teller"], told.json()["is_overdue"]) == ("post", "mail room", False)
    again = await api.http.post(f"/v1/notices/{notice['notice']}/told", json={"way": "phone", "teller": "bo"})
    assert again.json() == told.json()
    assert await api.read("/v1/notices") == []
    (count,) = await api.read("/v1/notices:counts")
    assert (count["late_count"], count["overdue_count"]) == (1, 0)


async def test_a_notice_is_sent_again_and_its_tries_are_read(api: Api) -> None:
    _, notice = await blocked(api)
    assert (await api.http.post(f"/v1/notices/{notice['notice']}/resend")).json() == notice
    assert await api.read(f"/v1/notices/{notice['notice']}/tries") == []
    for path in ("resend", "tries"):
        ask = api.http.post if path == "resend" else api.get
        problem(await ask(f"/v1/notices/{NOBODY}/{path}"), 404, Code.NOTICE_UNKNOWN)
    problem(
        await api.http.post(f"/v1/notices/{notice['notice']}/told", json={"way": " ", "teller": "bo"}),
        400,
        Code.MESSAGE_MALFORMED,
    )
