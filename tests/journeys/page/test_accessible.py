"""axe finds nothing: every page and dialog, light, dark, and on a phone."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.journeys.page.conftest import DESK, PHONE, Axe, Visitor, settled
from tests.journeys.page.made import a_day

LOOKS = [
    pytest.param(DESK, False, id="light"),
    pytest.param(DESK, True, id="dark", marks=pytest.mark.long),
    pytest.param(PHONE, False, id="phone", marks=pytest.mark.long),
    pytest.param(PHONE, True, id="phone-dark", marks=pytest.mark.long),
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


async def conflict(page: Page) -> None:
    """Two people edit one risk."""
    other = await page.context.new_page()
    await other.goto(page.url)
    for one, words in ((page, "mine"), (other, "theirs")):
        await one.get_by_role("button", name="Edit").click()
        await one.get_by_label("Consequence").fill(f"{words} {uuid4().hex[:6]}")
    await other.get_by_role("button", name="Save").click()
    await expect(other.locator("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("group", name=re.compile("which one stays"))).to_be_visible()


async def owner(page: Page) -> None:
    await page.get_by_role("button", name="Change the owner").click()
    await expect(page.get_by_label("Owner", exact=True)).to_be_visible()


async def relate(page: Page) -> None:
    await page.get_by_role("button", name="Relate…").click()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Choose a risk of the list")).to_be_visible()


async def propose(page: Page) -> None:
    await page.get_by_role("button", name="Propose…").click()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Say when.")).to_be_visible()


async def action(page: Page) -> None:
    await page.get_by_role("button", name="M-018").click()
    await page.get_by_role("button", name="M-019").click()
    await expect(page.get_by_role("button", name="Reschedule")).to_be_visible()


async def implemented(page: Page) -> None:
    await action(page)
    await page.get_by_role("button", name="Implemented").click()
    await expect(page.get_by_label("Evidence")).to_be_visible()


async def unfolded(page: Page) -> None:
    history = page.get_by_role("region", name="History")
    await expect(history.get_by_role("listitem").first).to_be_visible()
    await page.eval_on_selector_all(
        ".history details", "(all) => all.forEach((d) => d.open = true)"
    )


PLACES = {
    "register": ("/risks", heat),
    "nothing found": ("/risks?q=zzzzzz", None),
    "log page": ("/log", None),
    "log dialog": ("/risks", log_dialog),
    "risk": ("/risks/R-007", None),
    "assess": ("/risks/R-007", assess),
    "edit": ("/risks/R-007", edit),
    "history": ("/risks/R-012", unfolded),
    "conflict": ("/risks/R-022", conflict),
    "owner": ("/risks/R-007", owner),
    "relate": ("/risks/R-007", relate),
    "propose": ("/risks/R-007", propose),
    "action": ("/risks/R-007", action),
    "implemented": ("/risks/R-007", implemented),
    "past": (f"/risks?asOf={a_day(-40)}", heat),
    "past risk": (f"/risks/R-007?asOf={a_day(-20)}", None),
    "not yet": (f"/risks/R-024?asOf={a_day(-90)}", None),
    "refused": ("/risks?asOf=yesterday", None),
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
    paths = (
        "/risks",
        "/log",
        "/risks/R-007",
        "/risks/R-012",
        "/reports",
        f"/risks?asOf={a_day(-40)}",
    )
    for path in paths:
        page = await visitor.open(path, size=(320, 640))
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
        await page.context.close()


async def test_a_stranger_is_told_how_to_sign_in(visitor: Visitor, axe: Axe) -> None:
    page = await visitor.stranger()
    await page.goto(f"{visitor.site.url}/risks")
    await expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    await expect(page.get_by_text("Open the sign-in link that the server printed")).to_be_visible()
    assert await axe(page) == []
