"""A borrower reads what is read of them, sees what a change would do, makes it, and the first page shows what came of it."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from creditline.ids import id_from
from tests.e2e.a_house import TODAY, token_of
from tests.e2e.a_visitor import Visitor

pytestmark = pytest.mark.slow

OFTEN = 7


async def a_proved_and_often_drawn_line(base: str) -> None:
    """Let somebody draw more often than what is repaid comes back at once, but for their proof of income."""
    bearer = {"authorization": f"Bearer {token_of('new')}"}
    async with httpx.AsyncClient(base_url=base) as house:
        (line,) = (await house.get("/v1/me", headers=bearer)).json()["lines"]
        for place in range(OFTEN):
            drawing = {"id": an_id(place), "amount_minor": 90_000, "currency": line["currency"]}
            await sent(house, f"/v1/lines/{line['line']}/draws", **drawing)
        said: dict[str, Any] = {"borrower": "new", "happened_at": TODAY.isoformat(), "currency": line["currency"]}
        facts = (
            {"type": "statement.issued", "line": line["line"], "amount_minor": 630_000, "months_late_count": 0},
            {"type": "evidence.verified", "document": "slip", "kind": "income", "amount_minor": 900_000},
        )
        for fact in facts:
            body = httpx.Response(200, json={**said, **fact, "id": an_id(fact["type"])}).content
            answer = await house.post("/v1/events", content=body)
            assert "accepted" in answer.text, answer.text


async def repay(base: str, amount_minor: int) -> int:
    """Repay; returns how much of what came back waits because of it."""
    bearer = {"authorization": f"Bearer {token_of('new')}"}
    async with httpx.AsyncClient(base_url=base) as house:
        (line,) = (await house.get("/v1/me", headers=bearer)).json()["lines"]
        paying = {"id": an_id(amount_minor), "amount_minor": amount_minor, "currency": line["currency"]}
        await sent(house, f"/v1/lines/{line['line']}/repayments", **paying)
        (after,) = (await house.get("/v1/me", headers=bearer)).json()["lines"]
        return int(after["withheld_minor"] - line["withheld_minor"])


async def sent(house: httpx.AsyncClient, path: str, **body: Any) -> None:
    answer = await house.post(path, json=body)
    assert answer.status_code == 201, answer.text


def an_id(name: object) -> str:
    return str(id_from(f"consent {name}", at=TODAY))


async def choose(page: Page, visitor: Visitor, *, opens: str, confirms: str) -> str:
    """Open a change of the documents by the keyboard, read its effect, and confirm it; returns what was shown."""
    opener = page.get_by_role("button", name=f"{opens}: Documents you handed in")
    await opener.focus()
    await page.keyboard.press("Enter")
    effect = page.get_by_test_id("consent-effect")
    await expect(effect).to_be_visible()
    assert await visitor.barriers(page) == []
    assert await visitor.overflow(page) == 0
    shown = await effect.inner_text()
    await page.get_by_role("button", name=confirms).click()
    await expect(effect).to_have_count(0)
    await visitor.rest(page)
    return shown


async def test_a_consent_is_withdrawn_and_given_by_what_is_shown_first(visitor: Visitor) -> None:
    await a_proved_and_often_drawn_line(visitor.base)
    page = await visitor.open("new", "consents", width=320)
    state = page.get_by_test_id("state-evidence")
    await expect(state).to_contain_text("Read: this needs no separate consent")
    await expect(page.get_by_role("button", name="Withdraw: Your account with us")).to_have_count(0)
    shown = await choose(page, visitor, opens="Withdraw", confirms="Yes, withdraw")
    assert "If you then pay" in shown
    assert "What you pay stays as it was agreed." in shown
    await expect(state).to_contain_text("Not read: you withdrew it")
    await expect(page.locator("main").get_by_role("status").first).to_contain_text("We do not read it any more")
    assert await repay(visitor.base, 400_000) > 0
    await visitor.go(page, "new")
    await expect(page.get_by_role("main")).to_contain_text("comes back on")
    await visitor.go(page, "new", "consents")
    shown = await choose(page, visitor, opens="Let us read it", confirms="Yes, read it")
    assert "free again at once" in shown
    await expect(state).to_contain_text("Read: you let us")
    assert await repay(visitor.base, 100_000) == 0, "As was shown, all of it is free again."


async def test_where_nothing_would_change_that_is_said_and_nothing_is_done_by_looking(visitor: Visitor) -> None:
    page = await visitor.open("lan", "consents", dark=True)
    await page.get_by_role("button", name="Withdraw: The credit bureau").click()
    await expect(page.get_by_test_id("consent-effect")).to_contain_text("Nothing changes today")
    assert await visitor.barriers(page) == []
    await page.get_by_role("button", name="Leave it as it is").click()
    await expect(page.get_by_role("button", name="Withdraw: The credit bureau")).to_be_focused()
    await expect(page.get_by_test_id("state-bureau")).to_contain_text("you agreed to it with your lender before")
