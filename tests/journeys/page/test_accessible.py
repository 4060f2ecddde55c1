"""axe finds nothing: every page and dialog, light, dark, and on a phone."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.page.conftest import DESK, PHONE, Axe, Visitor, settled

LOOKS = [
    pytest.param(DESK, False, id="light"),
    pytest.param(DESK, True, id="dark"),
    pytest.param(PHONE, False, id="phone"),
    pytest.param(PHONE, True, id="phone-dark"),
]


async def log_dialog(page: Page) -> None:
    await page.keyboard.press("c")
    await page.get_by_label("What could happen?").fill("Coded-language scams keep spreading")
    await page.get_by_text("More: cause").click()
    await expect(page.locator("form.log .similar a").first).to_be_visible()


async def keys(page: Page) -> None:
    await page.keyboard.press("?")
    await expect(page.locator("dialog")).to_be_visible()


async def palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette-list > li").first).to_be_visible()


async def assess(page: Page) -> None:
    await page.get_by_role("button", name="Reassess").click()
    await expect(page.get_by_label("Rationale")).to_be_visible()


async def edit(page: Page) -> None:
    await page.keyboard.press("e")
    vendors = page.get_by_role("group", name="Vendors")
    await expect(vendors.get_by_role("checkbox").first).to_be_visible()


async def heat(page: Page) -> None:
    await page.locator("details.heat").evaluate("(details) => { details.open = true }")


PLACES = {
    "register": ("/risks", heat),
    "nothing found": ("/risks?q=zzzzzz", None),
    "log page": ("/log", None),
    "log dialog": ("/risks", log_dialog),
    "risk": ("/risks/R-007", None),
    "assess": ("/risks/R-007", assess),
    "edit": ("/risks/R-007", edit),
    "reports": ("/reports", None),
    "keys": ("/risks", keys),
    "palette": ("/risks", palette),
    "nowhere": ("/nowhere", None),
}


@pytest.mark.parametrize(("size", "dark"), LOOKS)
async def test_axe_finds_nothing(
    visitor: Visitor, axe: Axe, size: tuple[int, int], *, dark: bool
) -> None:
    found = {}
    for name, (path, act) in PLACES.items():
        page = await visitor.open(path, size=size, dark=dark)
        if act:
            await act(page)
            await settled(page)
        found[name] = await axe(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        await page.context.close()
    assert found == {name: [] for name in PLACES}


async def test_it_reflows_at_320_pixels(visitor: Visitor) -> None:
    for path in ("/risks", "/log", "/risks/R-007", "/reports"):
        page = await visitor.open(path, size=(320, 640))
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
        await page.context.close()


async def test_a_stranger_is_told_how_to_sign_in(visitor: Visitor, axe: Axe) -> None:
    page = await visitor.stranger()
    await page.goto(f"{visitor.site.url}/risks")
    await expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    await expect(page.get_by_text("Open the sign-in link that the server printed")).to_be_visible()
    assert await axe(page) == []
