"""The borrower's own routes: what they tell, and that on none of them anybody reaches what is another's."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from creditline.clock import MovedClock
from creditline.edge.api import (
    OWN,
    me,
    own_advice,
    own_courses,
    own_letters,
    own_motions,
    own_record,
    own_reviews,
    own_shapes,
    own_words,
)
from creditline.edge.people import JUN, LAN, MEI
from creditline.edge.tokens import AUDIENCE, LONGEST, SignIn, link
from creditline.errors import Code, NotSignedIn
from creditline.flows.home import home_of
from creditline.ids import id_from
from creditline.store.connect import Database
from tests.edge.a_borrowers_view import KEY, OLD_KEY, SIGN_IN, bearer, inside_of_shape, own_line, read, the_pages
from tests.edge.an_api import STARTS_AT, Said, problem, the_house
from tests.profile.a_document import PDF

PARAMETERS = {"line": "own_line", "notice": "signed_in", "document": "own_document"}
UNKNOWN = {"line": Code.LINE_UNKNOWN, "notice": Code.NOTICE_UNKNOWN, "document": Code.DOCUMENT_UNKNOWN}
"""What a path may name, each with the dependency that holds it against who asks; a letter is read by both."""


def dependencies_of(dependant: Dependant) -> Iterator[str]:
    for one in dependant.dependencies:
        yield getattr(one.call, "__name__", "")
        yield from dependencies_of(one)


def routes_of(http: httpx.AsyncClient) -> Iterator[Any]:
    """Go through every route of the app that a client asks, those of included routers too."""
    for one in http._transport.app.routes:  # type: ignore[attr-defined]
        yield from one.original_router.routes if hasattr(one, "original_router") else [one]


@pytest.fixture
async def http(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with the_pages(db) as ready:
        yield ready


async def test_whoever_is_signed_in_sees_their_own_lines_and_what_they_may_do(http: httpx.AsyncClient) -> None:
    told = await read(http, "/v1/me", MEI.borrower)
    assert (told["borrower"], told["may_draw"], told["is_demo"], told["languages"]) == ("mei", True, True, ["en", "zh"])
    assert [line["granted_minor"] for line in told["lines"]] == [MEI.granted_minor]
    nobody = await read(http, "/v1/me", "nobody")
    assert (nobody["lines"], nobody["languages"]) == ([], [])


async def test_the_first_page_takes_the_limit_apart_without_remainder(http: httpx.AsyncClient, db: Database) -> None:
    line = await own_line(http, MEI.borrower)
    told = await read(http, f"/v1/me/lines/{line}", MEI.borrower, language="en")
    buckets = told["line"]
    assert sum(part["amount_minor"] for part in told["held"]) == buckets["withheld_minor"] > 0
    for part in told["held"]:
        assert sum(one["amount_minor"] for one in part["returns"]) == part["amount_minor"]
        assert [one["failing"] for one in part["returns"]] == [[], []], "By its day it will be true."
    (why,) = told["held"][0]["why"]
    assert (why["code"], why["value_says"], why["threshold_says"], why["needs"]) == (
        "frequent_draws",
        "7",
        "6",
        "at_most",
    )
    assert told["state"] == own_shapes.State.WAITING
    assert any(words.startswith("late payment") for words in told["not_because"])
    assert not any("often" in words for words in told["not_because"])
    home = await home_of(db, MovedClock(STARTS_AT), the_house(), line=UUID(line))
    assert own_words.state_of(home) is own_shapes.State.WAITING
    assert told["owed_minor"] >= buckets["drawn_minor"]
    chinese = await read(http, f"/v1/me/lines/{line}", MEI.borrower, language="zh")
    assert chinese["held"][0]["why"][0]["says"] == "支用频繁"


async def test_no_shape_that_a_borrower_is_answered_with_has_a_field_of_the_inside(db: Database) -> None:
    async with the_pages(db, is_alone=False) as http:
        document = (await http.get("/openapi.json")).json()
    answered = [
        (f"{method} {path}", response)
        for path, methods in document["paths"].items()
        for method, route in methods.items()
        if path.startswith("/v1/me")
        for response in route["responses"].values()
    ]
    assert len(answered) >= 2 * len([one for part in OWN for one in part.routes])
    for name, response in answered:
        assert inside_of_shape(response, document) == [], name
    inside = document["paths"]["/v1/lines/{line}/draws"]["post"]["responses"]["201"]
    assert {"points", "pd_ppm", "grade", "arm", "rules"} <= set(inside_of_shape(inside, document)), "It can see them."


async def test_a_late_statement_is_told_before_anything_else(http: httpx.AsyncClient) -> None:
    line = await own_line(http, JUN.borrower)
    told = await read(http, f"/v1/me/lines/{line}", JUN.borrower, language="en")
    assert (told["state"], told["overdue"]["months_count"]) == ("overdue", 1)
    (part,) = told["held"][0]["returns"]
    assert part["failing"] == ["no payment may be late at the last statement (yours: 1)"], "Nothing new makes it true."
    assert told["held"][0]["why"][0]["code"] == "late"
    assert not any(words.startswith("late") for words in told["not_because"])


async def test_whoever_has_everything_back_is_told_so(http: httpx.AsyncClient) -> None:
    line = await own_line(http, LAN.borrower)
    told = await read(http, f"/v1/me/lines/{line}", LAN.borrower)
    assert (told["state"], told["held"], told["not_because"]) == ("all_back", [], [])
    assert told["line"]["available_minor"] == told["line"]["granted_minor"] - told["line"]["drawn_minor"]


async def test_a_promise_is_kept_on_its_day_and_the_record_shows_it(http: httpx.AsyncClient) -> None:
    line = await own_line(http, MEI.borrower)
    url = f"/v1/me/lines/{line}"
    before = await read(http, url, MEI.borrower)
    first = min((one for part in before["held"] for one in part["returns"]), key=lambda one: str(one["due_on"]))
    days = (datetime.fromisoformat(first["due_on"]) - datetime.fromisoformat(before["today"])).days
    moved = await http.post("/v1/me/demo/days", json={"days": days}, headers=bearer(MEI.borrower))
    assert set(moved.json()) == set(me.TodayView.model_fields)
    assert (moved.status_code, moved.json()["today"]) == (200, first["due_on"]), moved.text
    after = await read(http, url, MEI.borrower)
    assert after["line"]["available_minor"] == before["line"]["available_minor"] + first["amount_minor"]
    told = {one["promise"]: one for one in await read(http, f"{url}/promises", MEI.borrower, language="en")}
    assert (told[first["promise"]]["outcome"], told[first["promise"]]["ended_on"]) == ("kept", first["due_on"])
    assert "as told" in told[first["promise"]]["end_says"]
    newest = (await read(http, f"{url}/record", MEI.borrower))[0]
    assert (newest["what"], newest["amount_minor"]) == (own_shapes.Happened.BACK, first["amount_minor"])
    assert newest["free_minor"] == after["line"]["headroom_minor"]


async def test_the_record_tells_of_a_repayment_what_came_back_with_it(http: httpx.AsyncClient) -> None:
    line = await own_line(http, MEI.borrower)
    rows = await read(http, f"/v1/me/lines/{line}/record", MEI.borrower)
    assert [row["happened_at"] for row in rows] == sorted((row["happened_at"] for row in rows), reverse=True)
    assert {row["what"] for row in rows} == {"opened", "drawn", "repaid", "back"}
    newest = next(row for row in rows if row["what"] == "repaid")
    assert newest["amount_minor"] == 1_500_000
    assert 0 < newest["back_minor"] < newest["amount_minor"]
    assert set(own_record.WHAT.values()) <= set(own_shapes.Happened)


async def test_what_is_picked_is_run_forward_by_the_engine_that_decides(http: httpx.AsyncClient) -> None:
    line = await own_line(http, JUN.borrower)
    url = f"/v1/me/lines/{line}"
    told = await read(http, f"{url}/actions", JUN.borrower, language="en")
    help_ = next(one for one in told["helps"] if [own["action"] for own in one["doings"]] == ["pay_on_time"])
    picked = [{name: own[name] for name in ("action", "done_on", "amount_minor")} for own in help_["doings"]]
    tried = await http.post(f"{url}/courses", json={"picked": picked}, headers=bearer(JUN.borrower))
    assert tried.status_code == 200, tried.text
    assert tried.json()["picked"]["all_back_on"] <= help_["all_back_on"], "A switch does what was told, or better."
    assert tried.json()["baseline"]["all_back_on"] is None
    said: dict[str, Any] = {"headers": bearer(JUN.borrower), "params": {"language": "en"}}
    foreseen = (await http.post(f"{url}/forecast", json={"days": 30}, **said)).json()["baseline"]
    kept_back = next(one for one in foreseen["events"] if one["what"] == "kept_back")
    assert set(kept_back) == set(own_courses.OwnForeseenView.model_fields)
    assert kept_back["failing"] == ["no payment may be late at the last statement (yours: 1)"]
    assert {one["condition"] for one in foreseen["waiting"]} == {"nothing is overdue then"}
    nothing = await http.post(f"{url}/courses", json={"picked": []}, headers=bearer(JUN.borrower))
    assert nothing.json()["picked"] == {**tried.json()["baseline"], "sooner_days": None}
    unheard = [{"action": "prove_income", "done_on": "2031-01-01"}]
    refused = await http.post(f"{url}/courses", json={"picked": unheard}, headers=bearer(JUN.borrower))
    problem(refused, 400, Code.MESSAGE_MALFORMED, says="pick of those")


async def test_a_draw_and_a_repayment_are_shown_before_they_are_made(http: httpx.AsyncClient) -> None:
    line = await own_line(http, MEI.borrower)
    url = f"/v1/me/lines/{line}"
    said: dict[str, Any] = {"headers": bearer(MEI.borrower), "params": {"language": "en"}}
    drawn = (await http.post(f"{url}/previews/draw", json={"amount_minor": 100_000}, **said)).json()
    assert (drawn["answer"], drawn["why"]) == ("approve", [])
    assert drawn["later_minor"] > 0, "One more draw makes the next condition fail."
    assert drawn["all_back_on"] >= drawn["all_back_on_without"]
    assert drawn["largest_minor"] == 0
    over = (await http.post(f"{url}/previews/draw", json={"amount_minor": 9_000_000}, **said)).json()
    assert (over["answer"], over["why"]) == ("decline", ["More was asked than is available"])
    paid = (await http.post(f"{url}/previews/repayment", json={"amount_minor": 200_000}, **said)).json()
    assert paid["why"] == ["You drew often"]
    assert set(paid["conditions"]) == {one["condition"] for one in paid["tranches"]}
    assert paid["back_now_minor"] + sum(one["amount_minor"] for one in paid["tranches"]) == paid["principal_minor"]


async def test_a_letter_is_read_by_whom_it_was_written_to(http: httpx.AsyncClient) -> None:
    found = await read(http, "/v1/me/notices", JUN.borrower)
    assert found[0]["trigger"] == "withheld"
    letter = await read(http, f"/v1/me/notices/{found[0]['notice']}/letter", JUN.borrower, language="en")
    assert any("late" in words for words in letter["why"])
    assert set(letter) == set(own_letters.OwnLetterView.model_fields)


async def test_a_person_is_asked_for_and_nobody_asks_about_anothers(http: httpx.AsyncClient) -> None:
    act = (await read(http, "/v1/me/notices", JUN.borrower))[0]["notice"]
    asked = {
        "id": str(id_from("asks", at=STARTS_AT)),
        "act": act,
        "reason": "facts_wrong",
        "words": "Paid.",
        "language": "en",
    }
    problem(await http.post("/v1/me/reviews", json=asked, headers=bearer(MEI.borrower)), 404, Code.NOTICE_UNKNOWN)
    made = await http.post("/v1/me/reviews", json=asked, headers=bearer(JUN.borrower))
    assert (made.status_code, made.json()["state"], made.json()["words"]) == (201, "waiting", "Paid."), made.text
    again = await http.post("/v1/me/reviews", json=asked, headers=bearer(JUN.borrower))
    assert (again.status_code, again.json()) == (200, made.json())
    assert await read(http, "/v1/me/reviews", JUN.borrower) == [made.json()]
    assert await read(http, "/v1/me/reviews", MEI.borrower) == []
    url = f"/v1/me/lines/{await own_line(http, JUN.borrower)}/record"
    (asked_row, *_) = await read(http, url, JUN.borrower)
    assert (asked_row["what"], asked_row["happened_at"]) == ("review_asked", made.json()["asked_at"])
    assert {"officer", "approver"} & set(own_reviews.OwnReviewView.model_fields) == set()


async def test_what_a_person_found_is_in_the_record_above_what_it_brought_back(db: Database) -> None:
    async with the_pages(db, is_alone=False) as http:
        act = (await read(http, "/v1/me/notices", JUN.borrower))[0]["notice"]
        said = {"act": act, "reason": "circumstances", "words": "I was ill.", "language": "en"}
        asked = await http.post(
            "/v1/me/reviews", json={"id": str(id_from("asks", at=STARTS_AT)), **said}, headers=bearer(JUN.borrower)
        )
        await http.post("/v1/me/demo/days", json={"days": 1}, headers=bearer(JUN.borrower))
        ended = {"id": str(id_from("finds", at=STARTS_AT)), "officer": "officer Ng", "reason": "the doctor confirms it"}
        changed = await http.post(f"/v1/human-reviews/{asked.json()['review']}/change", json=ended)
        if changed.json().get("state") == "proposed":
            seconded = {**ended, "id": str(id_from("seconds", at=STARTS_AT)), "officer": "officer Qi"}
            changed = await http.post(f"/v1/human-reviews/{asked.json()['review']}/approve", json=seconded)
        assert changed.json()["state"] == "changed", changed.text
        line = await own_line(http, JUN.borrower)
        rows = await read(http, f"/v1/me/lines/{line}/record", JUN.borrower)
        assert [row["what"] for row in rows[:3]] == ["back", "review_changed", "review_asked"]
        assert rows[0]["amount_minor"] == rows[1]["amount_minor"] > 0
        assert rows[0]["free_minor"] == rows[1]["free_minor"] + rows[0]["amount_minor"]
        (review,) = await read(http, "/v1/me/reviews", JUN.borrower)
        letter = await read(http, f"/v1/me/notices/{review['letter_notice']}/letter", JUN.borrower, language="en")
        assert letter["why"] == ["the doctor confirms it"]
        assert "officer" not in str([rows, review, letter])


async def test_a_repayment_in_the_demo_is_taken_and_a_draw_is_decided(http: httpx.AsyncClient) -> None:
    line = await own_line(http, LAN.borrower)
    url = f"/v1/me/lines/{line}"
    asked = {"id": str(id_from("own draw", at=STARTS_AT)), "amount_minor": 100_000, "currency": "CNY"}
    said: dict[str, Any] = {"headers": bearer(LAN.borrower), "params": {"language": "en"}}
    shown = (await http.post(f"{url}/previews/draw", json={"amount_minor": 100_000}, **said)).json()
    drawn = await http.post(f"{url}/draws", json=asked, **said)
    assert (drawn.status_code, drawn.json()["answer"], drawn.json()["why"]) == (201, "approve", []), drawn.text
    assert (drawn.json()["request"], drawn.json()["amount_minor"]) == (asked["id"], 100_000)
    cost = drawn.json()["cost"]
    assert cost["interest_minor"] > 0
    assert {name: cost[name] for name in cost if name != "first_due_on"} == {
        name: shown[name] for name in cost if name != "first_due_on"
    }, "It costs what was shown before."
    assert cost["first_due_on"] == shown["dues"][0]["due_on"]
    again = await http.post(f"{url}/draws", json=asked, **said)
    assert (again.status_code, again.json()) == (200, {**drawn.json(), "is_repeated": True})
    held = {**asked, "id": str(id_from("own reservation", at=STARTS_AT)), "authorise_only": True}
    reserved = (await http.post(f"{url}/draws", json=held, **said)).json()
    assert (reserved["cost"], reserved["line"]["reserved_minor"]) == (None, 100_000)
    assert reserved["expires_at"] > reserved["decided_at"]
    much = {**asked, "id": str(id_from("too much", at=STARTS_AT)), "amount_minor": 90_000_000}
    declined = (await http.post(f"{url}/draws", json=much, **said)).json()
    assert (declined["answer"], declined["amount_minor"], declined["cost"]) == ("decline", 0, None)
    assert declined["why"] == ["More was asked than is available"]
    paid = {**asked, "id": str(id_from("own payment", at=STARTS_AT))}
    repaid = await http.post(f"{url}/repayments", json=paid, headers=bearer(LAN.borrower))
    assert (repaid.status_code, repaid.json()["accepted_minor"]) == (201, 100_000), repaid.text
    foreseen = await http.post(f"{url}/forecast", json={"days": 30}, headers=bearer(LAN.borrower))
    assert foreseen.json()["line"] == line


async def test_a_repayment_tells_what_comes_back_when_in_the_words_that_are_kept(http: httpx.AsyncClient) -> None:
    line = await own_line(http, MEI.borrower)
    url = f"/v1/me/lines/{line}"
    asked = {"id": str(id_from("mei pays", at=STARTS_AT)), "amount_minor": 200_000, "currency": "CNY"}
    said: dict[str, Any] = {"headers": bearer(MEI.borrower), "params": {"language": "en"}}
    shown = (await http.post(f"{url}/previews/repayment", json={"amount_minor": 200_000}, **said)).json()
    repaid = (await http.post(f"{url}/repayments", json=asked, **said)).json()
    assert set(repaid) == set(own_motions.OwnRepaidView.model_fields)
    assert set(shown) == set(own_advice.OwnRepayPreviewView.model_fields)
    assert repaid["why"] == shown["why"] == ["You drew often"]
    parts = ("accepted_minor", "principal_minor", "interest_minor", "fee_minor", "back_now_minor")
    assert [repaid[part] for part in parts] == [shown[part] for part in parts], "What was shown came true."
    assert [(one["due_on"], one["amount_minor"]) for one in repaid["returns"]] == [
        (one["due_on"], one["amount_minor"]) for one in shown["tranches"]
    ]
    kept = {one["promise"]: one for one in await read(http, f"{url}/promises", MEI.borrower, language="en")}
    assert repaid["returns"] == [kept[one["promise"]] for one in repaid["returns"]]
    again = await http.post(f"{url}/repayments", json=asked, **said)
    assert (again.status_code, again.json()) == (200, {**repaid, "is_repeated": True})


async def test_outside_the_demo_no_page_can_say_that_money_came_or_move_the_clock(db: Database) -> None:
    async with the_pages(db, is_demo=False) as http:
        line = await own_line(http, LAN.borrower)
        asked = {"id": str(id_from("own payment", at=STARTS_AT)), "amount_minor": 100, "currency": "CNY"}
        refused = await http.post(f"/v1/me/lines/{line}/repayments", json=asked, headers=bearer(LAN.borrower))
        problem(refused, 403, Code.NOT_OFFERED_HERE, says="lender tells us")
        problem(await http.post("/v1/me/demo/days", json={}, headers=bearer("lan")), 403, Code.NOT_OFFERED_HERE)


async def test_a_sign_in_that_only_reads_cannot_borrow(http: httpx.AsyncClient) -> None:
    line = await own_line(http, LAN.borrower)
    asked = {"id": str(id_from("own draw", at=STARTS_AT)), "amount_minor": 100, "currency": "CNY"}
    reads = bearer(LAN.borrower, may_draw=False)
    assert (await http.get("/v1/me", headers=reads)).json()["may_draw"] is False
    problem(await http.post(f"/v1/me/lines/{line}/draws", json=asked, headers=reads), 403, Code.SIGN_IN_NEEDED)


async def test_on_every_route_of_theirs_a_borrower_reaches_nothing_of_anothers(db: Database) -> None:
    async with the_pages(db) as http:
        line = await own_line(http, MEI.borrower)
        routes = [one for one in routes_of(http) if isinstance(one, APIRoute) and not one.path.startswith("/health")]
        assert {one.path for one in routes} == {
            one.path for part in OWN for one in part.routes if isinstance(one, APIRoute)
        }
        assert len(routes) >= 14
        before = await read(http, f"/v1/me/lines/{line}", MEI.borrower)
        handed_in = await http.post(
            f"/v1/me/documents?id={id_from('mei proves', at=STARTS_AT)}",
            content=PDF,
            headers={**bearer(MEI.borrower), "content-type": "application/pdf"},
        )
        own = {
            "line": line,
            "notice": str((await read(http, "/v1/me/notices", MEI.borrower))[0]["notice"]),
            "document": handed_in.json()["document"],
        }
        for route in routes:
            guards = set(dependencies_of(route.dependant))
            assert "signed_in" in guards, f"{route.path} asks nobody who they are."
            named = re.findall(r"{(\w+)}", route.path)
            assert {PARAMETERS[name] for name in named} <= guards, (
                f"{route.path} does not hold {named} against who asks."
            )
            path = route.path.format(**own)
            for method in route.methods or ():
                body: dict[str, Any] = {} if method == "GET" else {"json": {}}
                problem(await http.request(method, path, **body), 401, Code.SIGN_IN_NEEDED)
                for name in named:
                    theirs = await http.request(method, path, headers=bearer(JUN.borrower), **body)
                    told = problem(theirs, 404, UNKNOWN[name])
                    given = own[name]
                    nowhere = path.replace(given, str(id_from("nowhere", at=STARTS_AT)))
                    missing = await http.request(method, nowhere, headers=bearer(JUN.borrower), **body)
                    assert missing.status_code == 404
                    assert said_of(told, given) == said_of(missing.json(), nowhere.split("/")[4]), (
                        f"{path} tells that it is there."
                    )
        assert await read(http, f"/v1/me/lines/{line}", MEI.borrower) == before


def said_of(told: Said, line: str) -> Said:
    """Return a problem without what differs between any two."""
    return {key: str(value).replace(line, "LINE") for key, value in told.items() if key != "request_id"}


async def test_pages_that_are_alone_serve_nothing_of_the_lenders(db: Database) -> None:
    async with the_pages(db, is_alone=False) as everything, the_pages(db) as alone:
        whole, served = ({one.path for one in routes_of(own)} for own in (everything, alone))
        hidden = sorted(whole - served)
        assert {"/v1/lines/{line}", "/v1/events", "/docs", "/openapi.json"} <= set(hidden)
        for path in hidden:
            found = await alone.get(path.replace("{", "").replace("}", ""), headers=bearer(MEI.borrower))
            assert found.status_code == 404, path


@pytest.mark.parametrize(
    ("claims", "key", "says"),
    [
        ({"exp": -60}, KEY, "its time is over"),
        ({"exp": 3600 * 24}, KEY, "is the most"),
        ({"aud": "another/door"}, KEY, "cannot be read"),
        ({"sub": None}, KEY, "cannot be read"),
        ({"iat": 7200, "exp": 9000}, KEY, "cannot be read"),
        ({}, "x" * 40, "not by a key we know"),
    ],
)
async def test_a_token_that_is_old_long_foreign_or_forged_signs_nobody_in(
    claims: dict[str, Any], key: str, says: str
) -> None:
    now = datetime.now(UTC)
    times = {"iat": 0, "exp": 600} | {name: value for name, value in claims.items() if name in {"iat", "exp"}}
    whole = {
        "sub": "mei",
        "aud": AUDIENCE,
        **claims,
        **{name: now + timedelta(seconds=by) for name, by in times.items()},
    }
    token = jwt.encode({name: value for name, value in whole.items() if value is not None}, key, algorithm="HS256")
    with pytest.raises(NotSignedIn, match=says):
        SIGN_IN.read(token)


async def test_a_token_without_a_signature_signs_nobody_in() -> None:
    now = datetime.now(UTC)
    claims = {"sub": "mei", "aud": AUDIENCE, "iat": now, "exp": now + timedelta(minutes=5)}
    for algorithm, key in (("none", ""), ("HS512", KEY * 2)):
        with pytest.raises(NotSignedIn):
            SIGN_IN.read(jwt.encode(claims, key, algorithm=algorithm))
    with pytest.raises(NotSignedIn, match="CREDITLINE_PAGES_KEY"):
        SignIn().read("anything")


async def test_a_key_is_changed_without_signing_anybody_out() -> None:
    now = datetime.now(UTC)
    by_the_old = SignIn(keys=(OLD_KEY,)).issue("mei", at=now)
    assert SIGN_IN.read(by_the_old).borrower == "mei"
    assert SignIn(keys=(OLD_KEY,)).read(SignIn(keys=(OLD_KEY,)).issue("jun", at=now)).borrower == "jun"
    with pytest.raises(NotSignedIn):
        SignIn(keys=(KEY,)).read(by_the_old)
    longest = SIGN_IN.issue("mei", at=now, lasts=timedelta(days=9))
    assert SIGN_IN.read(longest).expires_at - now <= LONGEST
    assert link("http://pages/", token="a.b").endswith("/my/#token=a.b")
