"""The story of the pages: what is back and why not, when, and the day it comes."""

import re
from datetime import date

import pytest
from playwright.async_api import Page, expect

from tests.e2e.a_house import TODAY
from tests.e2e.a_visitor import Visitor

pytestmark = pytest.mark.slow


def minor(text: str) -> int:
    """Return the first amount of a text in minor units."""
    found = re.search(r"¥([\d,]+(?:\.\d\d)?)", text)
    assert found, text
    return round(float(found[1].replace(",", "")) * 100)


async def shown(page: Page, name: str) -> int:
    """Return an amount of the first page in minor units."""
    return minor(await page.get_by_test_id(name).inner_text())


async def test_repay_see_why_and_when_preview_a_draw_and_be_paid_on_the_promised_day(visitor: Visitor) -> None:
    page = await visitor.open("mei")
    await expect(page.get_by_role("main")).to_contain_text("You drew often")
    await expect(page.get_by_test_id("next")).to_contain_text("13 Dec")
    withheld = await shown(page, "withheld")
    promised = minor(await page.get_by_test_id("next").inner_text())

    await page.get_by_role("link", name="Repay", exact=True).click()
    await page.get_by_label("How much").first.fill("1000")
    await expect(page.get_by_test_id("comes-back")).to_contain_text("At once")
    await page.get_by_role("button", name="Repay ¥1,000").click()
    await expect(page.get_by_test_id("repaid")).to_contain_text("¥1,000 received")
    now_minor = minor(await page.get_by_test_id("repaid").locator("dd").first.inner_text())
    await page.get_by_role("link", name="See why and when").click()
    await visitor.rest(page)
    assert await shown(page, "withheld") > withheld, "Not all of it was back at once."
    assert now_minor > 0
    await expect(page.get_by_role("main")).to_contain_text("Needed: at most")

    await page.get_by_role("link", name=re.compile("Borrow")).click()
    await page.get_by_label("How much").first.fill("500")
    await expect(page.get_by_test_id("effect")).to_contain_text(re.compile("Comes back later ?¥"))
    await expect(page.get_by_role("main")).to_contain_text("Any amount would put it off")
    await expect(page.get_by_role("button", name="Borrow ¥500")).to_be_enabled()
    await page.get_by_role("link", name="Back").click()
    await visitor.rest(page)

    available, withheld = await shown(page, "available"), await shown(page, "withheld")
    demo = page.get_by_role("complementary", name="Demo")
    days = (date(2026, 12, 13) - TODAY.date()).days
    for name, times in (("+7 days", (days - 1) // 7), ("Next day", (days - 1) % 7)):
        for _ in range(times):
            before = (await demo.inner_text()).split("\n")[0]
            await page.get_by_role("button", name=name).click()
            await expect(demo).not_to_contain_text(before)
    await expect(demo).to_contain_text("12 Dec")
    await visitor.rest(page)
    assert (await shown(page, "available"), await shown(page, "withheld")) == (available, withheld), (
        "It came too early."
    )
    await page.get_by_role("button", name="Next day").click()
    await expect(demo).to_contain_text("13 Dec")
    await visitor.rest(page)
    assert (await shown(page, "available"), await shown(page, "withheld")) == (
        available + promised,
        withheld - promised,
    )
    await expect(page.get_by_role("main")).to_contain_text("came back")
    await page.get_by_role("link", name="Dates we gave").click()
    await expect(page.locator(".promises li").filter(has_text="13 Dec").first).to_contain_text("kept")


async def test_a_switch_moves_the_date_and_a_draw_is_paid_out(visitor: Visitor) -> None:
    page = await visitor.open("jun")
    outcome = page.get_by_test_id("outcome")
    await expect(outcome).to_contain_text("Not all back within a year")
    await expect(page.get_by_text("As things stand today it would not come back")).to_be_visible()
    await page.get_by_role("switch", name=re.compile("Pay on time")).press("Space")
    await expect(outcome).to_contain_text("All back on")
    await expect(page.locator("path.picked")).to_be_visible()
    assert await visitor.barriers(page) == []
    await page.get_by_role("switch", name=re.compile("Pay on time")).click()
    await expect(outcome).to_contain_text("Not all back within a year")

    available = await shown(page, "available")
    await page.get_by_role("link", name=re.compile("Borrow")).click()
    await page.get_by_label("How much").first.fill("abc")
    await expect(page.get_by_text("From ¥0.01 to")).to_be_visible()
    await page.get_by_label("How much").first.fill("300")
    await page.get_by_role("button", name="Borrow ¥300").click()
    await expect(page.get_by_role("heading", name="¥300 is on its way")).to_be_visible()
    await page.get_by_role("link", name="Back to my credit line").click()
    await visitor.rest(page)
    assert await shown(page, "available") == available - 30_000


async def test_the_whole_story_repay_why_when_switch_preview_wait_and_it_is_there(visitor: Visitor) -> None:
    page = await visitor.open("kai")
    demo = page.get_by_role("complementary", name="Demo")
    await page.get_by_role("link", name="Repay", exact=True).click()
    await page.get_by_label("How much").first.fill("1000")
    await expect(page.get_by_test_id("comes-back")).to_contain_text("if nothing is overdue then")
    await page.get_by_role("button", name="Repay ¥1,000").click()
    told = page.get_by_test_id("repaid")
    await expect(told).to_contain_text("Not all at once: Payment is or was late")
    await expect(told).to_contain_text("comes back on 20")
    await page.get_by_role("link", name="See why and when").click()
    await visitor.rest(page)
    await expect(page.get_by_role("main")).to_contain_text("Needed: below")
    await expect(page.get_by_test_id("next")).to_contain_text("comes back on 20 Dec")
    promised = minor(await page.get_by_test_id("next").inner_text())
    plan = await page.get_by_role("img", name=re.compile("What can be drawn")).get_attribute("aria-label")

    outcome = page.get_by_test_id("outcome")
    before = await outcome.inner_text()
    await page.get_by_role("switch", name=re.compile("Prove your income")).click()
    await expect(outcome).to_contain_text("days earlier than the current plan")
    await expect(page.locator("path.picked")).to_be_visible()
    assert await page.get_by_role("img", name=re.compile("What can be drawn")).get_attribute("aria-label") != plan
    await page.get_by_role("switch", name=re.compile("Prove your income")).click()
    await expect(outcome).to_contain_text(before.split("\n")[0])

    await page.get_by_role("link", name=re.compile("Borrow")).click()
    await page.get_by_label("How much").first.fill("300")
    await expect(page.get_by_test_id("effect")).to_contain_text(re.compile("Comes back later ?nothing"))
    await expect(page.get_by_role("main")).to_contain_text("puts nothing off")
    await expect(page.get_by_role("main")).to_contain_text(re.compile("To repay in all ?¥3"))
    await page.get_by_role("link", name="Back").click()
    await visitor.rest(page)

    available, withheld = await shown(page, "available"), await shown(page, "withheld")
    for day in range(int((await demo.inner_text()).split("says ")[1].split(" ")[0]) + 1, 21):
        assert await shown(page, "withheld") == withheld, "It came too early."
        await page.get_by_role("button", name="Next day").click()
        await expect(demo).to_contain_text(f"says {day} Dec")
        await visitor.rest(page)
    assert (await shown(page, "available"), await shown(page, "withheld")) == (
        available + promised,
        withheld - promised,
    )
    await page.get_by_role("link", name="Dates we gave").click()
    await expect(page.locator(".promises li").filter(has_text="20 Dec").first).to_contain_text("kept")
