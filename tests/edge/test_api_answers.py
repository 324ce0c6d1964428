"""Every route of the API, asked as it should be."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.edge.api.lines import spoken
from creditline.edge.api.shapes import decision_view, line_view
from creditline.errors import Code
from creditline.flows.explain import read_line
from creditline.flows.replay import read_decision
from creditline.flows.work import work_due
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, PRODUCT, STARTS_AT, Api, an_api, buckets, problem, the_house


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


async def test_a_line_is_opened_read_and_listed(api: Api) -> None:
    await api.tell(api.salary())
    response = await api.opening()
    opened = response.json()
    line = opened["line"]
    assert (response.status_code, opened["is_repeated"]) == (201, False)
    assert (opened["decision"]["kind"], opened["decision"]["answer"]) == ("opening", "approve")
    assert opened["decision"]["line"] == line["line"]
    assert buckets(line) == {"granted": 100_000, "available": 100_000}
    assert await api.line(line) == line
    assert await api.read("/v1/borrowers/ada/lines") == [line]
    assert line == line_view(await read_line(api.db, UUID(line["line"]))).model_dump(mode="json")


async def test_an_opening_that_is_referred_makes_no_line_and_is_no_error(api: Api) -> None:
    response = await api.opening(borrower="nobody-knows")
    opened = response.json()
    assert (response.status_code, opened["line"]) == (201, None)
    assert opened["decision"]["answer"] in {"refer", "decline"}
    problem(await api.get(f"/v1/lines/{opened['decision']['line']}"), 404, Code.LINE_UNKNOWN)


async def test_a_line_that_is_moved_here_brings_what_was_drawn_on_it(api: Api) -> None:
    opened = (await api.opening(is_moved=True, moved_balance_minor=30_000)).json()
    assert buckets(opened["line"]) == {"granted": 100_000, "drawn": 30_000, "available": 70_000}


async def test_a_draw_in_one_step_pays_out(api: Api) -> None:
    line = await api.open()
    response = await api.draw(line, 40_000)
    drawn = response.json()
    assert response.status_code == 201
    assert (drawn["decision"]["answer"], drawn["amount_minor"], drawn["expires_at"]) == ("approve", 40_000, None)
    assert buckets(drawn["line"]) == {"granted": 100_000, "drawn": 40_000, "available": 60_000}


async def test_a_draw_in_two_steps_reserves_and_pays_out_what_is_captured(api: Api) -> None:
    line = await api.open()
    reserved = (await api.draw(line, 40_000, authorise_only=True)).json()
    assert buckets(reserved["line"]) == {"granted": 100_000, "reserved": 40_000, "available": 60_000}
    assert reserved["expires_at"] == "2026-03-05T09:00:00.000001Z"
    place = f"/v1/lines/{line['line']}/reservations/{reserved['decision']['id']}"
    captured = await api.post(f"{place}/capture", currency="CNY", amount_minor=30_000)
    assert captured.status_code == 200
    assert (captured.json()["how"], captured.json()["captured_minor"]) == ("capture", 30_000)
    assert buckets(captured.json()["line"]) == {"granted": 100_000, "drawn": 30_000, "available": 70_000}


async def test_a_reservation_is_captured_whole_when_no_amount_is_named(api: Api) -> None:
    line = await api.open()
    reserved = (await api.draw(line, 40_000, authorise_only=True)).json()
    place = f"/v1/lines/{line['line']}/reservations/{reserved['decision']['id']}"
    captured = (await api.post(f"{place}/capture", currency="CNY")).json()
    assert buckets(captured["line"]) == {"granted": 100_000, "drawn": 40_000, "available": 60_000}


async def test_a_reservation_that_is_voided_goes_back(api: Api) -> None:
    line = await api.open()
    reserved = (await api.draw(line, 40_000, authorise_only=True)).json()
    voided = (await api.post(f"/v1/lines/{line['line']}/reservations/{reserved['decision']['id']}/void")).json()
    assert (voided["how"], voided["captured_minor"]) == ("void", 0)
    assert buckets(voided["line"]) == {"granted": 100_000, "available": 100_000}


async def test_a_repayment_comes_back_at_once(api: Api) -> None:
    line = await api.open()
    await api.draw(line, 40_000)
    response = await api.repay(line, 10_000)
    repaid = response.json()
    assert (response.status_code, repaid["decision"]["answer"]) == (201, "at_once")
    assert (repaid["accepted_minor"], repaid["excess_minor"], repaid["back_now_minor"]) == (10_000, 0, 10_000)
    assert repaid["tranches"] == []
    assert buckets(repaid["line"]) == {"granted": 100_000, "drawn": 30_000, "available": 70_000}


async def late(api: Api) -> dict[str, object]:
    """Open a line, draw, fall a month late, repay; return the line, of which a part is now withheld."""
    line = await api.open()
    await api.draw(line, 40_000)
    await api.statement(line, months_late=1)
    repaid = (await api.repay(line, 10_000)).json()
    assert repaid["decision"]["answer"] == "observed"
    part = {"amount_minor": 10_000, "due_on": "2026-04-01", "condition": "no_arrears", "is_cut": False}
    assert (repaid["tranches"], repaid["cut_minor"]) == ([part], 0)
    assert buckets(repaid["line"]) == {"granted": 100_000, "drawn": 30_000, "withheld": 10_000, "available": 60_000}
    return line


async def test_a_late_repayment_comes_back_on_the_day_it_was_told(api: Api) -> None:
    line = await late(api)
    await api.statement(line)
    api.clock.move_to(STARTS_AT + timedelta(days=30))
    assert await work_due(api.db, api.clock, the_house()) == {"released": 1}
    assert buckets(await api.line(line)) == {"granted": 100_000, "drawn": 30_000, "available": 70_000}


async def test_an_explanation_says_why_and_when_in_the_language_that_is_asked_for(api: Api) -> None:
    line = await late(api)
    place = f"/v1/lines/{line['line']}/explanation"
    english = await api.read(place, params={"language": "en"})
    chinese = await api.read(place, params={"language": "zh"})
    assert (english["language"], chinese["language"]) == ("en", "zh")
    (part,) = english["parts"]
    (reason,) = part["reasons"]
    assert (reason["code"], reason["value"], reason["threshold"], reason["needs"]) == ("late", 1.0, 1.0, "below")
    assert "2026-04-01" in part["when"][0]
    assert "¥100.00" in english["headline"]
    assert "¥100.00" in chinese["headline"]
    assert re.search("[\u4e00-\u9fff]", chinese["headline"] + chinese["parts"][0]["why"][0])
    assert not re.search("[\u4e00-\u9fff]", str(english))
    assert {**english, "language": "", "headline": "", "parts": []} == {
        **chinese, "language": "", "headline": "", "parts": [],
    }  # fmt: skip


async def test_a_browsers_language_is_spoken_and_an_asked_one_goes_first(api: Api) -> None:
    place = f"/v1/lines/{(await api.open())['line']}/explanation"
    browser = {"accept-language": "fr, zh-CN;q=0.8, en;q=0.5"}
    assert (await api.read(place))["language"] == "en"
    assert (await api.read(place, headers=browser))["language"] == "zh"
    assert (await api.read(place, headers=browser, params={"language": "en"}))["language"] == "en"
    told = problem(await api.get(place, params={"language": "fr"}), 400, Code.MESSAGE_MALFORMED, says="'fr'")
    assert "en, zh" in told["detail"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("ZH-Hant-HK", "zh"),
        ("en;q=0.1, zh;q=0.9", "zh"),
        ("zh, en", "zh"),
        ("en;q=0, zh;q=0.001", "zh"),
        ("zh;q=0", "en"),
        ("fr", "en"),
        ("zh;q=high", "en"),
        (";;,,q=1,zh ; q=1.0", "zh"),
    ],
)
def test_the_language_liked_best_is_chosen(accepted: str | None, language: str) -> None:
    assert spoken(accepted, ("en", "zh")) == language


async def test_a_history_holds_every_request_entry_and_decision(api: Api) -> None:
    line = await late(api)
    history = await api.read(f"/v1/lines/{line['line']}/history")
    assert [entry["movement"] for entry in history["entries"]] == ["open", "draw", "repay"]
    assert [entry["version"] for entry in history["entries"]] == [1, 2, 3]
    assert sum(one["amount_minor"] for one in history["transfers"] if one["debit"] == 4) == 40_000
    assert [request["kind"] for request in history["requests"]] == ["repay", "draw", "open"]
    assert [one["kind"] for one in history["decisions"]] == ["restoration", "draw", "opening"]
    latest = await api.read(f"/v1/lines/{line['line']}/history", params={"most": 1})
    assert (len(latest["requests"]), len(latest["decisions"])) == (1, 1)


async def test_a_review_answers_and_a_block_stops_draws_until_it_is_lifted(api: Api) -> None:
    line = await api.open()
    reviewed = await api.post(f"/v1/lines/{line['line']}/reviews")
    assert reviewed.status_code == 200
    assert (reviewed.json()["decision"]["kind"], reviewed.json()["decision"]["answer"]) == ("review", "keep")
    blocked = (await api.post(f"/v1/lines/{line['line']}/block", authority="desk", reason="card lost")).json()
    assert (blocked["block_reason"], blocked["available_minor"]) == ("card lost", 0)
    declined = (await api.draw(line, 1)).json()
    assert (declined["decision"]["answer"], declined["amount_minor"]) == ("decline", 0)
    assert (await api.post(f"/v1/lines/{line['line']}/block", authority="desk", reason="found", is_lifted=True)).json()[
        "block_reason"
    ] is None
    assert (await api.draw(line, 1)).json()["decision"]["answer"] == "approve"


async def test_a_borrowers_own_cap_bounds_what_is_available_until_it_is_lifted(api: Api) -> None:
    line = await api.open()
    capped = (await api.post(f"/v1/lines/{line['line']}/self-limit", self_limit_minor=20_000)).json()
    assert (capped["self_limit_minor"], capped["available_minor"], capped["granted_minor"]) == (20_000, 20_000, 100_000)
    assert (await api.draw(line, 20_001)).json()["decision"]["answer"] == "decline"
    lifted = (await api.post(f"/v1/lines/{line['line']}/self-limit", self_limit_minor=None)).json()
    assert (lifted["self_limit_minor"], lifted["available_minor"]) == (None, 100_000)


async def test_a_profile_says_what_is_known_and_which_sources_are(api: Api) -> None:
    await api.open()
    profile = await api.read("/v1/borrowers/ada/profile")
    assert (profile["borrower"], profile["as_of"]) == ("ada", "2026-03-02T09:00:00Z")
    assert (profile["sources"]["income"], profile["sources"]["bureau"]) == (True, False)
    known = {one["name"]: one for one in profile["features"]}
    assert len(known) >= 35
    assert all(one["why"] and one["source"] and one["worse"] for one in known.values())
    assert {one["value"] for one in known.values() if one["source"] == "bureau"} == {None}


async def test_decisions_are_read_with_what_was_known_and_replay_equal(api: Api) -> None:
    line = await late(api)
    decisions = await api.read(f"/v1/lines/{line['line']}/decisions")
    assert [one["kind"] for one in decisions] == ["restoration", "draw", "opening"]
    for told in decisions:
        decision = await api.read(f"/v1/decisions/{told['id']}")
        assert {**decision, "features": None} == {**told, "unread": []}
        assert decision["features"]["granted_minor"] >= 0 if told["kind"] != "opening" else True
        found, names, unread = await read_decision(api.db, the_house(), UUID(told["id"]))
        assert decision == {**decision_view(found, names).model_dump(mode="json"), "unread": list(unread)}
        replay = await api.read(f"/v1/decisions/{told['id']}/replay")
        assert replay == {
            "decision": told["id"], "is_equal": True, "record_difference": None, "facts_difference": None,
        }  # fmt: skip


async def test_products_and_health_are_told(api: Api) -> None:
    (product,) = [one for one in await api.read("/v1/products") if one["name"] == PRODUCT]
    house = the_house().product(PRODUCT)
    assert (product["edition"], product["policy"]) == (house.edition, house.policy.sha256)
    assert (product["currencies"], product["languages"]) == (["CNY", "TWD"], ["en", "zh"])
    assert await api.read("/health") == {"status": "live"}
    assert await api.read("/health/ready") == {"status": "ready"}


async def test_the_documentation_is_served_from_our_own_files(api: Api) -> None:
    page = await api.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text) + re.findall(r"url: '([^']+)'", page.text)
    assert len(loaded) == 4
    for path in loaded:
        assert path.startswith("/"), "The page would need the internet."
        asset = await api.get(path)
        assert (asset.status_code, len(asset.content) > 500) == (200, True), path
    assert (await api.get("/docs/assets/swagger-ui.css")).headers["content-type"].startswith("text/css")
    problem(await api.get("/docs/assets/nothing.js"), 404, Code.MESSAGE_MALFORMED)


async def test_every_answer_carries_its_requests_id(api: Api) -> None:
    given = {"x-request-id": "till-7/42"}
    for path in ("/health", "/docs", "/openapi.json", "/nowhere", f"/v1/lines/{NOBODY}"):
        assert (await api.get(path, headers=given)).headers["x-request-id"] == "till-7/42"
        ours = {(await api.get(path)).headers["x-request-id"] for _ in range(2)}
        assert len(ours) == 2
        assert ours == {str(UUID(own)) for own in ours}
    events = await api.http.post("/v1/events", content=b"{}", headers=given)
    assert events.headers["x-request-id"] == "till-7/42"


@pytest.mark.parametrize("given", ["", "x" * 65, "a\tb", "caf\xe9"])
async def test_an_id_that_cannot_stand_in_a_log_is_replaced(api: Api, given: str) -> None:
    response = await api.get("/health", headers={b"x-request-id": given.encode("latin-1")})
    assert str(UUID(response.headers["x-request-id"])) != given
