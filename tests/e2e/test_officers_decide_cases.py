"""The officers' pages: from the queue to the outcome told, and every screen and state for everybody."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.a_visitor import Visitor

pytestmark = pytest.mark.slow

LOOKS: list[dict[str, Any]] = [
    {"language": "en", "width": 1280, "dark": False},
    {"language": "zh", "width": 768, "dark": True},
]
SCREENS = [
    "",
    "queue",
    "promises",
    "promises?by=reason",
    "customers/jun",
    "customers/wen?show=decisions",
    "find?id=nobody",
    "nowhere",
]


@pytest.fixture
def base(lasting_base: str) -> str:
    """Share a house whose clock nobody moves."""
    return lasting_base


async def at(visitor: Visitor, path: str, **look: Any) -> Page:
    """Open a page of the console in a new window, and wait until it has come to rest."""
    page = await visitor.window(**({"width": 1280} | look))
    await page.goto(f"{visitor.base}/console/{path}")
    await visitor.rest(page)
    return page


async def decide(page: Page, *, officer: str, words: str, button: str) -> None:
    """Fill in who decides and why, and send it."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name=re.compile("reason")).fill(words)
    await dialog.get_by_role("textbox", name="Your name").fill(officer)
    await dialog.get_by_role("button", name=button).click()


async def test_a_case_goes_from_the_queue_over_a_what_if_to_an_outcome_that_two_agree_on(visitor: Visitor) -> None:
    page = await at(visitor, "queue")
    rows = page.get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("overdue by 14 working days")
    await rows.filter(has_text="one payment").get_by_role("link", name="wen").click()
    await expect(page.locator("h1")).to_have_text("Why is the limit not back?")
    await expect(page.get_by_role("main")).to_contain_text("same result, byte for byte")
    await expect(page.get_by_role("main")).to_contain_text("matches the reasons used")
    await expect(page.get_by_test_id("told")).to_contain_text("You drew far more than usual")
    await page.get_by_role("button", name="中文").last.click()
    await expect(page.get_by_test_id("told")).to_contain_text("支用金额明显高于平时")

    await page.get_by_role("row").filter(has_text="spend_surge_ratio").get_by_role("link").click()
    behind = page.get_by_test_id("behind").get_by_role("listitem")
    await expect(behind).to_have_count(7)
    await behind.filter(has_text=re.compile("8 Nov.*¥5,000")).get_by_role("link").click()
    await expect(page.get_by_test_id("supposed")).to_contain_text("Back at once: ¥14,928.37")
    await expect(page.get_by_test_id("then")).to_contain_text("Back in steps: ¥7,464.18 now, all by 17 Dec")
    await expect(page.locator(".path .df")).to_have_count(4)
    await expect(page.locator("tr.df").filter(has_text="draws_30d_count")).to_contain_text(re.compile("4.*3"))
    await page.reload()
    await expect(page.get_by_test_id("supposed")).to_contain_text("Back at once")

    await page.get_by_role("button", name="Add note").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="For colleagues").fill("Called the shop.")
    await dialog.get_by_role("textbox", name="Your name").fill("ann")
    await dialog.get_by_role("button", name="Add it").click()
    await expect(page.get_by_role("list", name="Notes")).to_contain_text("Called the shop.")

    await page.get_by_role("button", name="Change the decision").click()
    await expect(page.get_by_role("dialog")).to_contain_text("a second person must agree first")
    assert await visitor.barriers(page) == []
    await decide(page, officer="ann", words="one payment, seen in the shop's record", button="Propose it")
    await expect(page.locator(".top")).to_contain_text("Proposed by ann, needs a second person")

    await page.get_by_role("button", name="Approve").click()
    await decide(page, officer="Ann", words="me again", button="Agree")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be its second person")
    await decide(page, officer="ben", words="seen the same", button="Agree")
    await expect(page.locator(".top")).to_contain_text("Changed")
    await expect(page.get_by_test_id("outcome")).to_contain_text("one payment, seen in the shop's record")
    await expect(page.get_by_label(re.compile("^Used .*On hold ¥0$"))).to_be_visible()
    await expect(page.locator(".side")).to_contain_text("Signing as ben")
    await page.get_by_role("link", name="Review queue").first.click()
    await visitor.rest(page)
    await expect(page.get_by_role("link", name="wen", exact=True)).to_have_count(0)
    visitor.wrong = [one for one in visitor.wrong if "403" not in one]


async def test_a_case_is_upheld_by_keyboard_alone_and_that_is_told(visitor: Visitor) -> None:
    page = await at(visitor, "")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("bo")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Customer bo")
    await page.get_by_role("link", name="A review waits").focus()
    await page.keyboard.press("Enter")
    await visitor.rest(page)
    await page.get_by_role("button", name="Uphold").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Uphold")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("the statements were late, whatever the cause")
    await page.keyboard.press("Tab")
    await page.keyboard.type("ann")
    await page.keyboard.press("Enter")
    await expect(page.locator(".top")).to_contain_text("Upheld")
    await expect(page.get_by_test_id("outcome")).to_contain_text("the statements were late")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look['language']}-{look['width']}")
async def test_no_screen_of_the_officers_has_a_barrier_or_is_cut_off(visitor: Visitor, look: dict[str, Any]) -> None:
    page = await visitor.window(**look)
    for path in SCREENS:
        await page.goto(f"{visitor.base}/console/{path}")
        await visitor.rest(page)
        await expect(page.locator("h1")).to_have_count(1)
        assert await visitor.barriers(page) == [], path
        assert await visitor.overflow(page) == 0, path


async def test_what_fails_is_said_and_the_rest_stays(visitor: Visitor) -> None:
    page = await visitor.window(width=1280)
    await page.route("**/v1/human-reviews?*", lambda route: route.abort())
    await page.goto(f"{visitor.base}/console/queue")
    await expect(page.get_by_role("alert")).to_contain_text("What is on record is unchanged")
    await page.unroute("**/v1/human-reviews?*")
    await page.route("**/v1/human-reviews?*", lambda route: route.fulfill(json=[]))
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("main")).to_contain_text("Nobody waits for a person")
    await page.route("**/v1/decisions/**", lambda route: route.fulfill(status=503, json={}))
    await page.goto(f"{visitor.base}/console/customers/mei")
    await expect(page.get_by_role("alert").first).to_contain_text("Something failed on our side")
    await expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    visitor.wrong = [one for one in visitor.wrong if "ERR_FAILED" not in one and "503" not in one]
