"""What the end-to-end tests are given: a browser for the run, a server a module, and visitors with their own windows."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from tests.e2e.a_browser import Browser, a_browser
from tests.e2e.a_house import a_house
from tests.e2e.a_visitor import Visitor


@pytest.fixture(scope="session")
def browser() -> Browser:
    """Say where the browser is, or skip."""
    return a_browser()


@pytest.fixture(scope="session")
async def chromium(browser: Browser) -> AsyncIterator[Chromium]:
    """Start the browser once."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=browser.path, args=list(browser.options), env=dict(browser.environment) or None
        )
        yield started
        await started.close()


@pytest.fixture(scope="module")
def base(browser: Browser) -> Iterator[str]:
    """Start a server whose people the tests of one module share."""
    assert browser.path
    with a_house() as address:
        yield address


@pytest.fixture(scope="session")
def lasting_base(browser: Browser) -> Iterator[str]:
    """Start a server for all tests that leave its clock alone."""
    assert browser.path
    with a_house() as address:
        yield address


@pytest.fixture
async def visitor(chromium: Chromium, browser: Browser, base: str) -> AsyncIterator[Visitor]:
    """Give a visitor who opens pages as somebody; what went wrong unseen in their window fails the test."""
    own = Visitor(chromium, base=base, axe=browser.axe)
    yield own
    await own.close()
