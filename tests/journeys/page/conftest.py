"""A browser that is signed in, and the checks that every test of the page makes by itself."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DESK = (1366, 860)
PHONE = (390, 844)
_signed_in: dict[str, Any] = {}


async def settled(page: Page) -> None:
    """Return when the page has read what it shows."""
    await expect(page.locator("h1").first).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


class Site(Protocol):
    """A running register with the demo organisation."""

    url: str
    sign_in_link: str


@dataclass(frozen=True)
class Visitor:
    """Opens pages of the site, each in a browser profile of its own."""

    site: Site
    browser: Browser
    stack: AsyncExitStack
    complaints: list[str]

    async def open(
        self, path: str = "/risks", *, size: tuple[int, int] = DESK, dark: bool = False, **more: Any
    ) -> Page:
        """The page at `path`, signed in, read and quiet."""
        state = await self._sign_in()
        page = await self.stranger(size=size, dark=dark, storage_state=state, **more)
        await page.goto(self.site.url + path)
        await settled(page)
        return page

    async def stranger(
        self, *, size: tuple[int, int] = DESK, dark: bool = False, **more: Any
    ) -> Page:
        """A page of somebody who has not signed in, not yet anywhere."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **more,
        )
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._listen(message.type, message.text))
        page.on("request", lambda request: self._stay_home(request.url))
        return page

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def _stay_home(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.complaints.append(f"asked {url}")

    async def _sign_in(self) -> Any:
        link = self.site.sign_in_link
        if link not in _signed_in:
            context = await self.browser.new_context()
            page = await context.new_page()
            await page.goto(link)
            _signed_in[link] = {**await context.storage_state(), "origins": []}
            await context.close()
        return _signed_in[link]


@pytest.fixture
async def visitor(site: Site) -> AsyncIterator[Visitor]:
    """A visitor; afterwards nothing was wrong in the console, and no other host was asked."""
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        complaints: list[str] = []
        yield Visitor(site, browser, stack, complaints)
        await stack.aclose()
        await browser.close()
    assert complaints == []


@pytest.fixture
async def page(visitor: Visitor) -> Page:
    """The register, signed in, on a desk."""
    return await visitor.open()


Axe = Callable[[Page], Awaitable[list[str]]]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Tells what axe finds wrong on a page, each with the place where."""
    source = AXE.read_text()

    async def run(page: Page) -> list[str]:
        await page.evaluate(source)
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{wrong['id']}: {node['target']}: {node['failureSummary']}"
            for wrong in found["violations"]
            for node in wrong["nodes"]
        ]

    return run


Asked = Callable[..., Awaitable[Any]]


@pytest.fixture
def asked() -> Asked:
    """Asks the API from within a page, with its session."""

    async def ask(page: Page, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables})
        script = """async (body) => (await fetch('/graphql', {
            method: 'POST', body, headers: {'content-type': 'application/json'}})).json()"""
        answer = await page.evaluate(script, body)
        assert "errors" not in answer, answer
        return answer["data"]

    return ask
