"""The story of a proof: its effect first, handed in, said, corrected, verified by an officer, and what came back; all by hand."""

import re
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import Page, expect

from creditline.ids import id_from
from tests.e2e.a_house import TODAY
from tests.e2e.a_visitor import Visitor
from tests.e2e.test_a_promise_is_kept_before_ones_eyes import minor, shown
from tests.profile.a_document import PDF, png

pytestmark = pytest.mark.slow

OFFICER = {"authority": "officer Ng", "reason": "the employer confirms it"}


async def judge(base: str, verdict: str, **body: object) -> None:
    """Let an officer judge what waits, over the operators' API."""
    async with httpx.AsyncClient(base_url=base) as http:
        (waiting,) = (await http.get("/v1/documents")).json()
        asked = {"id": str(id_from(f"{verdict} {waiting['document']}", at=TODAY)), **OFFICER, **body}
        judged = await http.post(f"/v1/documents/{waiting['document']}/{verdict}", json=asked)
        assert judged.status_code == 200, judged.text


async def choose(page: Page, name: str, content: bytes) -> None:
    """Choose a file, which the browser takes for what its name says."""
    media = {"pdf": "application/pdf", "jpg": "image/jpeg"}.get(name[-3:], "image/gif")
    await page.locator("input[type=file]").set_input_files({"name": name, "mimeType": media, "buffer": content})


async def say(page: Page, *, amount: str, issuer: str) -> None:
    await page.get_by_label(re.compile("^Income a month$|^月收入$")).fill(amount)
    await page.get_by_label(re.compile("Issued by|开具单位")).fill(issuer)
    await page.get_by_label(re.compile("Issued on|开具日期")).fill("2026-11-01")
    await page.get_by_role("button", name=re.compile("This is what it says|确认内容")).click()


async def test_a_proof_is_shown_handed_in_verified_and_what_it_promised_is_back(visitor: Visitor) -> None:
    page = await visitor.open("kai", width=320)
    withheld = await shown(page, "withheld")
    await page.get_by_role("switch", name=re.compile("Prove your income")).press("Space")
    await expect(page.get_by_test_id("outcome")).to_contain_text("All back on 24 Nov")
    await page.get_by_role("link", name="Hand in proof of income").click()
    effect = page.get_by_test_id("proof-effect")
    await page.get_by_label("Income a month that it proves").fill("9000")
    await expect(effect).to_contain_text("If it is verified by 24 Nov")
    assert minor(await effect.inner_text()) == withheld
    await expect(effect.locator("s").first).to_contain_text("20 Dec")
    assert await visitor.barriers(page) == []

    await choose(page, "letter.gif", b"GIF89a")
    await expect(page.get_by_role("alert").first).to_contain_text("neither a PDF nor a PNG nor a JPEG")
    await choose(page, "script.pdf", PDF.replace(b"/Type", b"/JS (x) /Type"))
    await page.get_by_role("button", name="Hand it in").click()
    await expect(page.get_by_text("This PDF runs or carries something")).to_be_visible()
    # What a camera calls .jpg and is a PNG is taken for what it is.
    await choose(page, "payslip.jpg", png())
    await page.get_by_role("button", name="Hand it in").focus()
    await page.keyboard.press("Enter")
    paper = page.get_by_test_id("paper")
    await expect(paper).to_contain_text("received")
    await expect(page.get_by_label("Income a month", exact=True)).to_have_value("9000")
    await say(page, amount="9000", issuer="Acme")
    await expect(paper).to_contain_text("¥9,000 a month")
    await expect(page.locator("[aria-current=step]")).to_contain_text("A person checks it")
    await page.get_by_role("button", name="Correct it").click()
    await say(page, amount="9100.50", issuer="Acme Trading")
    await expect(paper).to_contain_text("Acme Trading")
    assert await visitor.barriers(page) == []
    assert await visitor.overflow(page) == 0

    until = str((TODAY + timedelta(days=200)).date())
    await judge(visitor.base, "verify", amount_minor=910_050, currency="CNY", expires_on=until)
    await page.get_by_role("button", name="Next day").click()
    await expect(paper).to_contain_text("verified")
    back = page.get_by_test_id("brought-back")
    await expect(back).to_contain_text("came back because of it")
    assert minor(await back.inner_text()) == withheld, "What was shown before came true."
    await expect(effect).to_contain_text("Nothing is on hold")
    assert "Ng" not in await page.content()
    assert await visitor.barriers(page) == []
    await page.get_by_role("link", name="Back").click()
    await visitor.rest(page)
    assert await shown(page, "withheld") == 0
    await expect(page.get_by_role("main")).to_contain_text("came back")
    visitor.wrong = [one for one in visitor.wrong if "400" not in one]


async def test_a_proof_is_refused_with_its_reason_or_taken_back_in_chinese_and_in_the_dark(visitor: Visitor) -> None:
    page = await visitor.open("new", "evidence", language="zh", dark=True)
    await expect(page.get_by_test_id("proof-effect")).to_contain_text("您没有观察中的额度")
    await choose(page, "slip.pdf", PDF)
    await page.get_by_role("button", name="提交材料").click()
    await expect(page.get_by_test_id("paper")).to_contain_text("已收到")
    await judge(visitor.base, "refuse")
    await page.reload()
    await expect(page.get_by_test_id("paper")).to_contain_text("未通过")
    await expect(page.get_by_text(OFFICER["reason"])).to_be_visible()
    await choose(page, "again.pdf", PDF)
    await page.get_by_role("button", name="提交材料").click()
    await page.get_by_role("button", name="撤回").click()
    assert await visitor.barriers(page) == []
    await page.get_by_role("button", name="确定撤回").click()
    await expect(page.get_by_text("已撤回")).to_be_visible()
    assert await visitor.barriers(page) == []
