"""What bad input gets: a status, a stable code, words that say what to do, and nothing changed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from creditline.edge.api.gate import MOST_BODY_BYTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import NOBODY, PRODUCT, STARTS_AT, Api, Said, an_api, buckets, problem

JSON = {"content-type": "application/json"}
MOTIONS = ("draws", "repayments")


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as api:
        yield api


@pytest.fixture
async def line(api: Api) -> AsyncIterator[Said]:
    """A line with a debt, which nothing in a test may change."""
    line = await api.open()
    await api.draw(line, 40_000)
    before = await api.read(f"/v1/lines/{line['line']}/history")
    yield line
    assert await api.read(f"/v1/lines/{line['line']}/history") == before


@pytest.mark.parametrize(
    "path",
    ["", "/history", "/explanation", "/decisions"],
)
async def test_a_line_nobody_opened_is_not_found(api: Api, path: str) -> None:
    problem(await api.get(f"/v1/lines/{NOBODY}{path}"), 404, Code.LINE_UNKNOWN, says=[str(NOBODY), "Open it first"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/draws", {"amount_minor": 1, "currency": "CNY"}),
        ("/repayments", {"amount_minor": 1, "currency": "CNY"}),
        ("/reviews", {}),
        ("/block", {"reason": "lost"}),
        ("/self-limit", {"self_limit_minor": 1}),
        (f"/reservations/{NOBODY}/capture", {"currency": "CNY"}),
        (f"/reservations/{NOBODY}/void", {}),
    ],
)
async def test_nothing_can_be_asked_of_a_line_nobody_opened(api: Api, path: str, body: Said) -> None:
    problem(await api.post(f"/v1/lines/{NOBODY}{path}", **body), 404, Code.LINE_UNKNOWN, says="check the id")


async def test_a_borrower_nobody_knows_is_not_found(api: Api) -> None:
    problem(await api.get("/v1/borrowers/zoe/lines"), 404, Code.BORROWER_UNKNOWN, says=["zoe", "Open one"])
    problem(await api.get("/v1/borrowers/zoe/profile"), 404, Code.BORROWER_UNKNOWN, says="Check the id")


@pytest.mark.parametrize("borrower", ["%00", "a%0Ab", "-a", "a" * 65, "%E5%BC%A0", "a b"])
async def test_a_borrower_whose_name_none_can_have_is_refused(api: Api, borrower: str) -> None:
    for view in ("lines", "profile"):
        problem(await api.get(f"/v1/borrowers/{borrower}/{view}"), 400, Code.MESSAGE_MALFORMED, says="borrower")


async def test_a_decision_nobody_made_is_not_found(api: Api) -> None:
    for path in (f"/v1/decisions/{NOBODY}", f"/v1/decisions/{NOBODY}/replay"):
        problem(await api.get(path), 404, Code.DECISION_UNKNOWN, says=str(NOBODY))


async def test_a_reservation_that_is_not_open_is_a_conflict(api: Api, line: Said) -> None:
    place = f"/v1/lines/{line['line']}/reservations/{NOBODY}"
    problem(await api.post(f"{place}/void"), 409, Code.RESERVATION_ENDED, says="authorise a new draw")
    problem(await api.post(f"{place}/capture", currency="CNY"), 409, Code.RESERVATION_ENDED, says="not open")


async def test_a_reservation_is_not_captured_twice_nor_for_more_than_it_holds_nor_late(api: Api) -> None:
    line = await api.open()
    first, second = [(await api.draw(line, 10_000, authorise_only=True)).json()["decision"]["id"] for _ in range(2)]
    place = f"/v1/lines/{line['line']}/reservations"
    too_much = await api.post(f"{place}/{first}/capture", currency="CNY", amount_minor=10_001)
    problem(too_much, 403, Code.OVERDRAWN, says=["holds 10000", "Capture at most"])
    problem(await api.post(f"{place}/{first}/capture", currency="TWD"), 400, Code.CURRENCY_WRONG, says="Send it in CNY")
    assert (await api.post(f"{place}/{first}/capture", currency="CNY")).status_code == 200
    problem(await api.post(f"{place}/{first}/capture", currency="CNY"), 409, Code.RESERVATION_ENDED)
    problem(await api.post(f"{place}/{first}/void"), 409, Code.RESERVATION_ENDED)
    api.clock.move_to(STARTS_AT + timedelta(days=4))
    problem(await api.post(f"{place}/{second}/capture", currency="CNY"), 409, Code.RESERVATION_ENDED, says="expired")
    assert buckets(await api.line(line))["drawn"] == 10_000


async def test_a_product_nobody_offers_is_not_found(api: Api) -> None:
    problem(await api.opening(product="gold"), 404, Code.PRODUCT_UNKNOWN, says=["'gold'", PRODUCT])


async def test_a_currency_that_is_not_the_lines_is_refused(api: Api, line: Said) -> None:
    for motion in (api.draw, api.repay):
        problem(await motion(line, 1, currency="TWD"), 400, Code.CURRENCY_WRONG, says=["in TWD", "Send it in CNY"])


@pytest.mark.parametrize(
    ("currency", "code", "says"),
    [
        ("EUR", Code.CURRENCY_WRONG, "only in CNY, TWD"),
        ("cny", Code.CURRENCY_UNKNOWN, "in capitals"),
        ("XXX", Code.CURRENCY_UNKNOWN, "CNY"),
        ("C\0Y", Code.CURRENCY_UNKNOWN, "CNY"),
        ("CN", Code.MESSAGE_MALFORMED, "currency"),
        (None, Code.MESSAGE_MALFORMED, "currency"),
    ],
)
async def test_a_line_is_not_opened_in_a_currency_that_is_not_offered(
    api: Api, currency: object, code: Code, says: str
) -> None:
    problem(await api.opening(currency=currency), 400, code, says=says)
    problem(await api.get("/v1/borrowers/ada/lines"), 404, Code.BORROWER_UNKNOWN)


AMOUNTS = [
    (0, Code.AMOUNT_NOT_POSITIVE, "at least 1"),
    (-1, Code.AMOUNT_NOT_POSITIVE, "at least 1"),
    (-(2**63), Code.AMOUNT_NOT_POSITIVE, "at least 1"),
    (10**15 + 1, Code.AMOUNT_TOO_LARGE, "The most"),
    (2**63, Code.AMOUNT_TOO_LARGE, "The most"),
    (2**64 + 1, Code.AMOUNT_TOO_LARGE, "The most"),
    (10**400, Code.AMOUNT_TOO_LARGE, "The most"),
    (1.0, Code.MESSAGE_MALFORMED, "1.0"),
    (0.5, Code.MESSAGE_MALFORMED, "0.5"),
    (True, Code.MESSAGE_MALFORMED, "True"),
    ("100", Code.MESSAGE_MALFORMED, "'100'"),
    ([1], Code.MESSAGE_MALFORMED, "[1]"),
    ({"minor": 1}, Code.MESSAGE_MALFORMED, "minor"),
]


@pytest.mark.parametrize(("amount_minor", "code", "says"), [*AMOUNTS, (None, Code.MESSAGE_MALFORMED, "None")])
async def test_an_amount_that_is_none_is_refused(
    api: Api, line: Said, amount_minor: Any, code: Code, says: str
) -> None:
    problem(await api.draw(line, amount_minor), 400, code, says=says)
    problem(await api.repay(line, amount_minor), 400, code, says=says)
    problem(await api.opening(requested_minor=amount_minor), 400, code, says=says)


@pytest.mark.parametrize(("amount_minor", "code", "says"), AMOUNTS)
async def test_an_amount_that_is_none_is_not_captured(api: Api, amount_minor: Any, code: Code, says: str) -> None:
    line = await api.open()
    reserved = (await api.draw(line, 10_000, authorise_only=True)).json()
    place = f"/v1/lines/{line['line']}/reservations/{reserved['decision']['id']}/capture"
    problem(await api.post(place, currency="CNY", amount_minor=amount_minor), 400, code, says=says)
    assert await api.line(line) == reserved["line"]


@pytest.mark.parametrize("amount", ["1e400", "-1e400", "1e3", "NaN", "Infinity", "9" * 5000, "0x10", "1_000"])
async def test_a_number_no_amount_can_be_is_refused_as_it_is_written(api: Api, line: Said, amount: str) -> None:
    body = f'{{"id": "{api.next_id()}", "currency": "CNY", "amount_minor": {amount}}}'
    for motion in MOTIONS:
        response = await api.http.post(f"/v1/lines/{line['line']}/{motion}", content=body, headers=JSON)
        problem(response, 400, Code.MESSAGE_MALFORMED)


@pytest.mark.parametrize("amount_minor", [True, "5", 1.0, -1, 2**63])
async def test_a_cap_or_a_moved_balance_that_is_no_amount_is_refused(api: Api, line: Said, amount_minor: Any) -> None:
    code = {-1: Code.AMOUNT_NOT_POSITIVE, 2**63: Code.AMOUNT_TOO_LARGE}.get(amount_minor, Code.MESSAGE_MALFORMED)
    code = code if type(amount_minor) is int else Code.MESSAGE_MALFORMED
    capped = await api.post(f"/v1/lines/{line['line']}/self-limit", self_limit_minor=amount_minor)
    problem(capped, 400, code, says=str(amount_minor))
    moved = await api.opening(is_moved=True, moved_balance_minor=amount_minor)
    problem(moved, 400, Code.MESSAGE_MALFORMED, says="moved_balance_minor")


async def test_only_a_line_that_moves_here_brings_a_balance(api: Api) -> None:
    problem(await api.opening(moved_balance_minor=5), 400, Code.MESSAGE_MALFORMED, says="set is_moved")


@pytest.mark.parametrize("yes", [1, "true", "yes", None])
async def test_yes_and_no_are_not_guessed(api: Api, line: Said, yes: object) -> None:
    for name in ("accepts_partial", "authorise_only"):
        problem(await api.draw(line, 1, **{name: yes}), 400, Code.MESSAGE_MALFORMED, says=name)
    problem(await api.opening(is_moved=yes), 400, Code.MESSAGE_MALFORMED, says="is_moved")


@pytest.mark.parametrize("reason", ["", "  ", "a\0b", "x" * 201, 7])
async def test_a_block_needs_words_that_can_be_kept(api: Api, line: Said, reason: object) -> None:
    problem(await api.post(f"/v1/lines/{line['line']}/block", reason=reason), 400, Code.MESSAGE_MALFORMED)


async def test_a_draw_over_what_is_available_is_declined_or_taken_in_part(api: Api) -> None:
    line = await api.open()
    declined = await api.draw(line, 100_001)
    assert (declined.status_code, declined.json()["decision"]["answer"]) == (201, "decline")
    (reason,) = declined.json()["decision"]["reasons"]
    assert (reason["code"], reason["factor"], reason["value"]) == ("short_of_limit", "available_minor", 100_000.0)
    assert await api.line(line) == line
    partial = (await api.draw(line, 100_001, accepts_partial=True)).json()
    assert (partial["decision"]["answer"], partial["amount_minor"]) == ("approve", 100_000)
    assert buckets(partial["line"]) == {"granted": 100_000, "drawn": 100_000}


async def test_a_draw_on_a_blocked_line_is_declined_with_the_reason(api: Api) -> None:
    line = await api.open()
    await api.post(f"/v1/lines/{line['line']}/block", reason="card lost")
    for changes in ({}, {"accepts_partial": True}, {"authorise_only": True}):
        declined = (await api.draw(line, 1, **changes)).json()
        assert (declined["decision"]["answer"], declined["amount_minor"]) == ("decline", 0)
        assert [reason["code"] for reason in declined["decision"]["reasons"]] == ["blocked"]
    assert buckets(await api.line(line)) == {"granted": 100_000}


async def test_what_is_repaid_beyond_the_debt_is_told_and_not_taken(api: Api) -> None:
    line = await api.open()
    problem(await api.repay(line, 1), 403, Code.NOTHING_OWED, says="Return it to the payer")
    await api.draw(line, 40_000)
    repaid = (await api.repay(line, 40_001)).json()
    assert (repaid["accepted_minor"], repaid["excess_minor"]) == (40_000, 1)
    assert repaid["line"]["drawn_minor"] == 0


@pytest.mark.parametrize("given", ["abc", "", 7, None, "0198c0de-0000-7000-8000-00000000000"])
async def test_an_id_that_is_no_uuid_is_refused(api: Api, line: Said, given: object) -> None:
    problem(await api.draw(line, 1, id=given), 400, Code.MESSAGE_MALFORMED, says="id: ")
    problem(await api.opening(id=given), 400, Code.MESSAGE_MALFORMED, says="id: ")


async def test_an_id_that_is_not_of_version_7_is_refused(api: Api, line: Said) -> None:
    given = str(uuid4())
    place = f"/v1/lines/{line['line']}"
    for response in (
        await api.opening(id=given),
        await api.draw(line, 1, id=given),
        await api.repay(line, 1, id=given),
        await api.post(f"{place}/reviews", id=given),
        await api.post(f"{place}/block", id=given, reason="lost"),
        await api.post(f"{place}/self-limit", id=given, self_limit_minor=1),
        await api.post(f"{place}/reservations/{NOBODY}/void", id=given),
    ):
        problem(response, 400, Code.ID_NOT_UUID7, says=[given, "Send a UUIDv7"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "body is missing"),
        (b"{", "no JSON"),
        (b'{"id": 1,}', "no JSON"),
        (b"{} {}", "no JSON"),
        (b"id=7", "no JSON"),
        (b"[" * 60_000, "nests too deeply"),
        (b'{"id": "\xff"}', "no UTF-8"),
        (b'"draw"', "'draw'"),
        (b"[]", "[]"),
        (b"null", "None"),
        (b"7", "7"),
        (b"{}", "amount_minor is missing"),
    ],
)
async def test_a_body_that_is_no_object_is_refused(api: Api, line: Said, text: bytes, says: str) -> None:
    response = await api.http.post(f"/v1/lines/{line['line']}/draws", content=text, headers=JSON)
    problem(response, 400, Code.MESSAGE_MALFORMED, says=says)


async def test_every_fault_of_a_body_is_told_at_once(api: Api, line: Said) -> None:
    response = await api.draw(line, "1", currency="YUAN", colour="red")
    faults = ["amount_minor: ", "currency: ", "colour is not known here", "Mend the request"]
    problem(response, 400, Code.MESSAGE_MALFORMED, says=faults)


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_a_body_of_another_kind_is_refused(api: Api, line: Said, media: str | None) -> None:
    body = f'{{"id": "{api.next_id()}", "amount_minor": 1, "currency": "CNY"}}'.encode()
    headers = {"content-type": media} if media else {}
    response = await api.http.post(f"/v1/lines/{line['line']}/draws", content=body, headers=headers)
    problem(response, 415, Code.MESSAGE_MALFORMED, says=["application/json", media or "no media type"])


@pytest.mark.parametrize("media", ["application/json", "Application/JSON; charset=utf-8", "application/json;x=1"])
async def test_json_is_taken_however_its_kind_is_written(api: Api, media: str) -> None:
    line = await api.open()
    body = f'{{"id": "{api.next_id()}", "amount_minor": 1, "currency": "CNY"}}'.encode()
    response = await api.http.post(f"/v1/lines/{line['line']}/draws", content=body, headers={"content-type": media})
    assert response.status_code == 201


async def in_pieces(count: int, piece: bytes = b" " * 1024) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece


async def test_a_huge_body_is_refused_whether_its_size_is_said_or_not(api: Api, line: Said) -> None:
    place = f"/v1/lines/{line['line']}/draws"
    says = [str(MOST_BODY_BYTES), "/v1/events"]
    said = await api.http.post(place, content=b" " * (MOST_BODY_BYTES + 1), headers=JSON)
    problem(said, 413, Code.TOO_LARGE, says=says)
    unsaid = await api.http.post(place, content=in_pieces(MOST_BODY_BYTES // 1024 + 1), headers=JSON)
    problem(unsaid, 413, Code.TOO_LARGE, says=says)


async def test_a_body_as_large_as_allowed_is_read(api: Api) -> None:
    line = await api.open()
    body = f'{{"id": "{api.next_id()}", "amount_minor": 1, "currency": "CNY"}}'.encode()
    place = f"/v1/lines/{line['line']}/draws"
    whole = await api.http.post(place, content=body.ljust(MOST_BODY_BYTES), headers=JSON)
    assert whole.status_code == 201
    pieces = in_pieces(len(body), b" ")

    async def letter_by_letter() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
        async for piece in pieces:
            yield piece

    again = await api.http.post(place, content=letter_by_letter(), headers=JSON)
    assert (again.status_code, again.json()["is_repeated"]) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 404, None),
        ("GET", "/v1", 404, None),
        ("GET", "/v2/lines", 404, None),
        ("GET", "/v1/products/", 404, None),
        ("POST", f"/v1/lines/{NOBODY}/draw", 404, None),
        ("GET", "/v1/lines", 405, "POST"),
        ("DELETE", f"/v1/lines/{NOBODY}", 405, "GET"),
        ("GET", "/v1/events", 405, "POST"),
        ("PUT", "/health", 405, "GET"),
    ],
)
async def test_what_is_not_there_is_told(api: Api, method: str, path: str, status: int, allow: str | None) -> None:
    response = await api.http.request(method, path)
    problem(response, status, Code.MESSAGE_MALFORMED, says=[path, "See /docs"])
    assert response.headers.get("allow") == allow


@pytest.mark.parametrize("most", ["0", "1001", "-1", "many", "1.5"])
async def test_a_history_is_bounded(api: Api, line: Said, most: str) -> None:
    for view in ("history", "decisions"):
        response = await api.get(f"/v1/lines/{line['line']}/{view}", params={"most": most})
        problem(response, 400, Code.MESSAGE_MALFORMED, says=["most: ", most])


@pytest.mark.parametrize("given", ["abc", "7", "..", "%00", "0198c0de-0000-7000-8000-00000000000g"])
async def test_a_line_named_by_no_uuid_is_refused(api: Api, given: str) -> None:
    problem(await api.get(f"/v1/lines/{given}/history"), 400 if given != ".." else 404, Code.MESSAGE_MALFORMED)


async def test_a_clock_behind_the_books_books_nothing(api: Api, line: Said) -> None:
    api.clock.move_to(STARTS_AT - timedelta(minutes=1))
    for motion in (api.draw, api.repay):
        response = await motion(line, 1)
        problem(response, 503, Code.CLOCK_BEHIND, says=["Set the clock right", "same id", "nothing was booked"])
        assert response.headers["retry-after"] == "1"
    for path, body in (("/reviews", {}), ("/block", {"reason": "lost"}), ("/self-limit", {"self_limit_minor": 1})):
        problem(await api.post(f"/v1/lines/{line['line']}{path}", **body), 503, Code.CLOCK_BEHIND)


async def test_a_clock_a_little_behind_the_books_is_taken_for_a_slip(api: Api) -> None:
    line = await api.open()
    api.clock.move_to(STARTS_AT - timedelta(seconds=4))
    drawn = (await api.draw(line, 1)).json()
    booked, before = (datetime.fromisoformat(told["booked_at"]) for told in (drawn["line"], line))
    assert booked > before


async def test_asking_again_once_the_clock_is_right_carries_the_request_out(api: Api) -> None:
    line = await api.open()
    request = api.next_id()
    api.clock.move_to(STARTS_AT - timedelta(minutes=1))
    problem(await api.draw(line, 1_000, id=request), 503, Code.CLOCK_BEHIND)
    api.clock.move_to(STARTS_AT)
    done = await api.draw(line, 1_000, id=request)
    assert (done.status_code, done.json()["is_repeated"], done.json()["amount_minor"]) == (201, False, 1_000)
