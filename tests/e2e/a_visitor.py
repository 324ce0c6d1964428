"""A visitor of the pages: opens them as somebody, in a language and a size, and looks at what is there."""

from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.a_house import link_of

LOCALES = {"zh": "zh-CN", "en": "en-GB"}
expect.set_options(timeout=15_000)


class Visitor:
    """Somebody with a window of their own; `wrong` collects what the browser complained of."""

    def __init__(self, chromium: Browser, *, base: str, axe: str) -> None:
        self.base, self._chromium, self._axe = base, chromium, axe
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    async def window(self, *, language: str = "en", width: int = 390, dark: bool = False, still: bool = True) -> Page:
        """Return a new window that nothing is open in."""
        context = await self._chromium.new_context(
            viewport={"width": width, "height": 844},
            locale=LOCALES[language],
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
        )
        self._contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in {"error", "warning"} else None)
        return page

    async def open(self, borrower: str, page: str = "", **window: Any) -> Page:
        """Open a page signed in, and wait until it has come to rest."""
        opened = await self.window(**window)
        await self.go(opened, borrower, page)
        return opened

    async def go(self, window: Page, borrower: str, page: str = "") -> None:
        """Open a page in a window signed in; the window is emptied first, as another # alone would load nothing."""
        await window.goto("about:blank")
        await window.goto(link_of(self.base, borrower, page))
        await self.rest(window)

    async def rest(self, page: Page) -> None:
        """Wait until nothing is loading."""
        for _ in range(2):
            await expect(page.locator('html[data-fetching="0"]')).to_have_count(1)
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            await page.wait_for_timeout(30)

    async def barriers(self, page: Page) -> list[str]:
        """Return what keeps somebody out, by the rules of axe (WCAG 2.2 A and AA, and good practice)."""
        await page.evaluate(self._axe)
        found = await page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            ".map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join('; ')}`)"
        )
        return list(found)

    async def overflow(self, page: Page) -> int:
        """Return by how many pixels a page is wider than its window."""
        wider: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wider

    async def close(self) -> None:
        """Close every window, and fail for what went wrong in one unseen."""
        for context in self._contexts:
            await context.close()
        assert not self.wrong, "\n".join(self.wrong)
