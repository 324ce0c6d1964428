"""Every screen and state, in both languages, light and dark, wide and narrow: no barrier, nothing cut off, nothing blocked."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from creditline.ids import id_from
from tests.e2e.a_house import TODAY, token_of
from tests.e2e.a_visitor import Visitor

pytestmark = pytest.mark.slow

LOOKS: list[dict[str, Any]] = [
    {"language": "zh", "width": 390, "dark": False},
    {"language": "en", "width": 320, "dark": True},
    {"language": "en", "width": 1280, "dark": False},
]
SCREENS = [
    ("mei", ""),
    ("mei", "record"),
    ("mei", "promises"),
    ("mei", "borrow"),
    ("mei", "repay"),
    ("mei", "letters"),
    ("mei", "review"),
    ("mei", "evidence"),
    ("mei", "consents"),
    ("mei", "nowhere"),
    ("jun", ""),
    ("lan", ""),
    ("new", ""),
    ("new", "promises"),
    ("new", "repay"),
    ("new", "letters"),
    ("new", "review"),
    ("kai", "evidence"),
    ("new", "consents"),
    ("ren", ""),
    ("ren", "repay"),
    ("tao", ""),
    ("due", ""),
    ("nobody", ""),
    ("nobody", "consents"),
]


@pytest.fixture
def base(lasting_base: str) -> str:
    """Share a house whose clock nobody moves."""
    return lasting_base


async def line_of(base: str, borrower: str) -> str:
    async with httpx.AsyncClient(base_url=base, headers={"authorization": f"Bearer {token_of(borrower)}"}) as http:
        return str((await http.get("/v1/me")).json()["lines"][0]["line"])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look['language']}-{look['width']}")
async def test_no_screen_has_a_barrier_or_is_cut_off(visitor: Visitor, look: dict[str, Any]) -> None:
    page = await visitor.window(**look)
    for borrower, path in SCREENS:
        await visitor.go(page, borrower, path)
        await expect(page.locator("h1")).to_have_count(1)
        assert await visitor.barriers(page) == [], (borrower, path)
        assert await visitor.overflow(page) == 0, (borrower, path)
        assert await page.evaluate("document.documentElement.lang") == ("zh-CN" if look["language"] == "zh" else "en")


@pytest.mark.parametrize(
    ("borrower", "says"),
    [
        ("new", "nothing was drawn yet"),
        ("lan", "Everything you repaid is back"),
        ("mei", "comes back on"),
        ("jun", "A payment is late"),
        ("due", "Being decided now"),
        ("tao", "We are late"),
        ("nobody", "No line yet"),
        ("ren", "if not, your limit is lowered by it that day"),
    ],
)
async def test_each_state_says_what_it_is(visitor: Visitor, borrower: str, says: str) -> None:
    page = await visitor.open(borrower)
    await expect(page.get_by_role("main")).to_contain_text(says)


async def test_a_blocked_line_says_so_and_that_repaying_goes_on(visitor: Visitor) -> None:
    line = await line_of(visitor.base, "lan")

    async def block(*, is_lifted: bool) -> None:
        body = {"id": str(id_from(f"block {is_lifted}", at=TODAY)), "authority": "fraud desk", "reason": "stolen phone"}
        async with httpx.AsyncClient(base_url=visitor.base) as http:
            answer = await http.post(f"/v1/lines/{line}/block", json={**body, "is_lifted": is_lifted})
        assert answer.status_code in {200, 201}, answer.text

    await block(is_lifted=False)
    try:
        for look in LOOKS:
            page = await visitor.open("lan", **look)
            assert await visitor.barriers(page) == []
        await expect(page.get_by_role("main")).to_contain_text("Borrowing is stopped")
        await expect(page.get_by_role("main")).to_contain_text("you can repay as usual")
        assert "fraud" not in await page.content()
    finally:
        await block(is_lifted=True)


async def test_what_fails_says_what_is_still_true_and_can_be_tried_again(visitor: Visitor) -> None:
    page = await visitor.window()
    pattern = re.compile(r"/v1/me/lines/[^/]+(\?|$)")
    await page.route(pattern, lambda route: route.abort())
    await page.goto(f"{visitor.base}/my/#token={token_of('mei')}")
    await expect(page.get_by_role("alert")).to_contain_text("every date you were told are unchanged")
    assert await visitor.barriers(page) == []
    await page.unroute(pattern)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_test_id("available")).to_be_visible()
    visitor.wrong = [one for one in visitor.wrong if "ERR_FAILED" not in one]


async def test_what_cannot_be_renewed_is_shown_as_old(visitor: Visitor) -> None:
    page = await visitor.window()
    await page.clock.install()
    await page.goto(f"{visitor.base}/my/#token={token_of('mei')}")
    await expect(page.get_by_test_id("available")).to_be_visible()
    await page.route("**/v1/me/**", lambda route: route.fulfill(status=503, body="{}"))
    for _ in range(8):
        await page.clock.fast_forward(61_000)
    await expect(page.get_by_text("It cannot be renewed just now")).to_be_visible()
    await expect(page.get_by_test_id("available")).to_be_visible()
    visitor.wrong = [one for one in visitor.wrong if "503" not in one]


async def test_a_sign_in_that_is_over_says_where_to_go(visitor: Visitor) -> None:
    page = await visitor.window(language="zh")
    await page.goto(f"{visitor.base}/my/record#token=not.a.token")
    await expect(page.get_by_role("heading", name="请从您的应用里打开此页")).to_be_visible()
    assert "token" not in page.url
    assert await visitor.barriers(page) == []
    nobody = await visitor.window()
    await nobody.goto(f"{visitor.base}/my/")
    await expect(nobody.get_by_role("heading", name="Please open this page from your app")).to_be_visible()
    visitor.wrong = [one for one in visitor.wrong if "401" not in one]


async def test_it_loads_with_its_own_shape_and_says_that_it_does(visitor: Visitor) -> None:
    page = await visitor.window()
    await page.route("**/v1/me/lines/**", lambda _: None)
    await page.goto(f"{visitor.base}/my/#token={token_of('mei')}")
    await expect(page.get_by_role("status", name="Loading your line")).to_be_visible()
    assert await visitor.barriers(page) == []


async def test_the_pages_are_walked_through_by_keyboard_alone(visitor: Visitor) -> None:
    page = await visitor.open("mei")
    await page.keyboard.press("Tab")
    reached = []
    for _ in range(20):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.textContent.trim()"))
    assert "中文" in reached
    await page.get_by_role("link", name="Dates we gave").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_be_focused()
    await expect(page.locator("h1")).to_have_text("Dates we gave")
    assert await page.title() == "Dates we gave"
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("My credit line")


async def test_a_letter_is_read_in_full(visitor: Visitor) -> None:
    for look in LOOKS:
        page = await visitor.open("jun", "letters", **look)
        await page.get_by_role("main").get_by_role("link").first.click()
        await visitor.rest(page)
        assert await visitor.barriers(page) == []
        assert await visitor.overflow(page) == 0
    await expect(page.get_by_role("article")).to_contain_text("late")


async def test_a_person_is_asked_for(visitor: Visitor) -> None:
    page = await visitor.open("tao", "review", width=320)
    await page.get_by_role("radio", name="My circumstances are special").check()
    await page.get_by_label("In your own words").fill("I was in hospital.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("main")).to_contain_text("I was in hospital.")
    await expect(page.locator("[aria-current=step]")).to_contain_text("A person looks at it")
    assert await visitor.barriers(page) == []
    assert await visitor.overflow(page) == 0


async def test_a_page_loads_again_where_it_is(visitor: Visitor) -> None:
    page = await visitor.open("mei", "promises")
    await page.reload()
    await visitor.rest(page)
    await expect(page.locator("h1")).to_have_text("Dates we gave")
    assert page.url.endswith("/my/promises")


async def test_the_language_is_kept(visitor: Visitor) -> None:
    page = await visitor.open("mei", language="en")
    await page.get_by_role("button", name="中文").click()
    await expect(page.locator("h1")).to_have_text("我的额度")
    await expect(page.get_by_role("main")).to_contain_text("支用频繁")
    await page.reload()
    await expect(page.locator("h1")).to_have_text("我的额度")
