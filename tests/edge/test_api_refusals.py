"""What bad input gets: a status, a stable code, words that say what to do, and nothing changed."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from creditline.edge.api.gate import MOST_BODY_BYTES
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import JSON, NOBODY, PRODUCT, STARTS_AT, Api, Said, an_api, in_pieces, problem

MOTIONS = ("draws", "repayments")


@pytest.fixture(scope="module")
async def api(shared_db: Database) -> AsyncIterator[Api]:
    async with an_api(shared_db) as api:
        yield api


@pytest.fixture(scope="module")
async def owing(api: Api) -> Said:
    """A line with a debt and a reservation."""
    line = await api.open()
    await api.draw(line, 40_000)
    reserved = (await api.draw(line, 10_000, authorise_only=True)).json()
    return line | {"reservation": reserved["decision"]["id"]}


@pytest.fixture
async def line(api: Api, owing: Said) -> AsyncIterator[Said]:
    """A line which nothing in a test may change."""
    place = f"/v1/lines/{owing['line']}/history"
    before = await api.read(place)
    yield owing
    api.clock.move_to(STARTS_AT)
    assert await api.read(place) == before


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
        ("/block", {"authority": "desk", "reason": "lost"}),
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


async def test_a_product_nobody_offers_is_not_found(api: Api) -> None:
    for product in ("gold", "", "a\0b", "../x"):
        problem(await api.opening(product=product), 404, Code.PRODUCT_UNKNOWN, says=[repr(product), PRODUCT])
    problem(await api.opening(product="x" * 65), 400, Code.MESSAGE_MALFORMED, says="product: ")


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
    problem(await api.opening(borrower="eve", currency=currency), 400, code, says=says)
    problem(await api.get("/v1/borrowers/eve/lines"), 404, Code.BORROWER_UNKNOWN)


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
async def test_an_amount_that_is_none_is_not_captured(
    api: Api, line: Said, amount_minor: Any, code: Code, says: str
) -> None:
    place = f"/v1/lines/{line['line']}/reservations/{line['reservation']}/capture"
    problem(await api.post(place, currency="CNY", amount_minor=amount_minor), 400, code, says=says)


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
    problem(
        await api.post(f"/v1/lines/{line['line']}/block", authority="desk", reason=reason), 400, Code.MESSAGE_MALFORMED
    )


@pytest.mark.parametrize("name", ["borrower", "product", "currency", "reason"])
async def test_half_a_letter_is_no_text(api: Api, line: Said, name: str) -> None:
    """JSON can write half of a letter of two halves, which no database can keep."""
    fields = {"borrower": "ada", "product": PRODUCT, "currency": "CNY", "requested_minor": 1}
    body = {
        "id": api.next_id(),
        **({"authority": "desk", "reason": ""} if name == "reason" else fields),
        name: "A\ud800B",
    }
    place = f"/v1/lines/{line['line']}/block" if name == "reason" else "/v1/lines"
    response = await api.http.post(place, content=json.dumps(body), headers=JSON)
    problem(response, 400, Code.MESSAGE_MALFORMED, says=name)


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
        await api.post(f"{place}/block", id=given, authority="desk", reason="lost"),
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


async def test_a_huge_body_is_refused_whether_its_size_is_said_or_not(api: Api, line: Said) -> None:
    place = f"/v1/lines/{line['line']}/draws"
    says = [str(MOST_BODY_BYTES), "/v1/events"]
    said = await api.http.post(place, content=b" " * (MOST_BODY_BYTES + 1), headers=JSON)
    problem(said, 413, Code.TOO_LARGE, says=says)
    unsaid = await api.http.post(place, content=in_pieces(MOST_BODY_BYTES // 1024 + 1), headers=JSON)
    problem(unsaid, 413, Code.TOO_LARGE, says=says)


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
    for path, body in (
        ("/reviews", {}),
        ("/block", {"authority": "desk", "reason": "lost"}),
        ("/self-limit", {"self_limit_minor": 1}),
    ):
        problem(await api.post(f"/v1/lines/{line['line']}{path}", **body), 503, Code.CLOCK_BEHIND)
