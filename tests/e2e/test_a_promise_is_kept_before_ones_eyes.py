"""The story of the pages: what is back and why not, when, and the day it comes."""

import re
from datetime import date

import pytest
from playwright.async_api import Page, expect

from tests.e2e.a_house import TODAY
from tests.e2e.a_visitor import Visitor

pytestmark = pytest.mark.slow


async def shown(page: Page, name: str) -> int:
    """Return an amount of the first page in minor units."""
    text = await page.get_by_test_id(name).inner_text()
    return round(float(re.sub(r"[^\d.]", "", text)) * 100)


async def test_what_was_promised_is_back_on_its_day(visitor: Visitor) -> None:
    page = await visitor.open("mei")
    await expect(page.get_by_role("main")).to_contain_text("You drew often")
    await expect(page.get_by_test_id("next")).to_contain_text("20 Dec")
    available, withheld = await shown(page, "available"), await shown(page, "withheld")
    promised = round(float(re.sub(r"[^\d.]", "", (await page.get_by_test_id("next").inner_text()).split(" ")[0])) * 100)

    async def now() -> str:
        return await page.get_by_role("complementary", name="Demo").inner_text()

    days = (date(2026, 12, 20) - TODAY.date()).days
    for _ in range(days // 7):
        before = await now()
        await page.get_by_role("button", name="+7 days").click()
        await expect(page.get_by_role("complementary", name="Demo")).not_to_contain_text(before.split("\n")[0])
    for _ in range(days % 7 - 1):
        before = await now()
        await page.get_by_role("button", name="Next day").click()
        await expect(page.get_by_role("complementary", name="Demo")).not_to_contain_text(before.split("\n")[0])
    await expect(page.get_by_role("complementary", name="Demo")).to_contain_text("19 Dec")
    await visitor.rest(page)
    assert (await shown(page, "available"), await shown(page, "withheld")) == (available, withheld), (
        "It came before its day."
    )
    await page.get_by_role("button", name="Next day").click()
    await expect(page.get_by_role("complementary", name="Demo")).to_contain_text("20 Dec")
    await visitor.rest(page)
    assert (await shown(page, "available"), await shown(page, "withheld")) == (
        available + promised,
        withheld - promised,
    )
    await expect(page.get_by_role("main")).to_contain_text("came back")
    await page.get_by_role("link", name="Dates we gave").click()
    await expect(page.locator(".promises li").filter(has_text="20 Dec")).to_contain_text("kept")
