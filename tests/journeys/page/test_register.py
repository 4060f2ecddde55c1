"""The register: rows, filters, heat map, keys, all of it in the address."""

import asyncio
import re

from playwright.async_api import Page, Route, expect

from tests.journeys.page.conftest import PHONE, Visitor, settled

ROWS = "table.risks tbody tr"


async def test_rows_say_level_status_and_owner_in_words(page: Page) -> None:
    await expect(page.locator("h1")).to_have_text("Register")
    row = page.locator(ROWS, has_text="Coded-language scams").first
    await expect(row.locator(".band")).to_have_text(re.compile(r"^\s*5×4 Critical\s*$"))
    await expect(row.locator("td.appetite")).to_have_text(re.compile("Out of tolerance, 26 d"))
    await expect(row.locator("td.owner")).not_to_have_text("")


async def test_a_filter_is_in_the_address_and_back_undoes_it(page: Page) -> None:
    everything = await page.locator(ROWS).count()
    await page.get_by_label("Appetite", exact=True).first.select_option("OUT_OF_TOLERANCE")
    await expect(page.locator(ROWS)).to_have_count(3)
    assert page.url.endswith("/risks?appetite=OUT_OF_TOLERANCE")
    await page.go_back()
    await expect(page.locator(ROWS)).to_have_count(everything)
    assert page.url.endswith("/risks")


async def test_a_cell_of_the_heat_map_filters_and_says_so(page: Page) -> None:
    cell = page.get_by_role("button", name=re.compile(r"likelihood 5 \(.*impact 4"))
    assert "Critical. Show only these" in (await cell.get_attribute("aria-label") or "")
    number = int(await cell.inner_text())
    await cell.click()
    await expect(page.locator(ROWS)).to_have_count(number)
    await expect(cell).to_have_attribute("aria-pressed", "true")
    assert "cell=5x4" in page.url
    await cell.click()
    assert "cell" not in page.url


async def test_an_address_is_a_view(visitor: Visitor) -> None:
    page = await visitor.open("/risks?appetite=OUT_OF_TOLERANCE&sort=TITLE")
    await expect(page.get_by_role("columnheader", name="Risk")).to_have_attribute(
        "aria-sort", "ascending"
    )
    titles = await page.locator("a.title").all_inner_texts()
    assert len(titles) == 3
    assert titles == sorted(titles, key=str.lower)


async def test_old_rows_stay_while_new_ones_load(page: Page) -> None:
    before = await page.locator(ROWS).count()
    gate = asyncio.Event()

    async def slow(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.route("**/graphql", slow)
    await page.get_by_label("Status", exact=True).select_option("CLOSED")
    await expect(page.locator(".register")).to_have_attribute("aria-busy", "true")
    assert await page.locator(ROWS).count() == before
    gate.set()
    await expect(page.locator(".register")).to_have_attribute("aria-busy", "false")
    assert await page.locator(ROWS).count() < before


async def test_search_comes_with_a_slash_and_goes_back_in_one_step(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("scams", delay=30)
    await page.wait_for_url("**/risks?q=scams")
    await expect(page.locator(ROWS).first).to_contain_text("scams")
    await page.go_back()
    assert page.url.endswith("/risks")
    await expect(page.get_by_label("Search the register")).to_be_visible()


async def test_j_k_and_enter_walk_the_rows(page: Page) -> None:
    titles = await page.locator("a.title").all_inner_texts()
    for key in "jjjk":
        await page.keyboard.press(key)
    await expect(page.locator("a.title:focus")).to_have_text(titles[1])
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text(titles[1])
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Register")


async def test_single_keys_can_be_switched_off_and_stay_off(page: Page) -> None:
    await page.keyboard.press("?")
    await page.get_by_label("Single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await settled(page)
    await page.keyboard.press("c")
    await expect(page.locator("dialog")).to_have_count(0)


async def test_the_palette_finds_a_risk(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Page, view or risk")).to_be_focused()
    await page.keyboard.type("typhoon")
    option = page.get_by_role("option", name=re.compile("R-004"))
    await expect(option).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/risks/R-004")


async def test_a_phone_gets_a_list_and_no_sideways_scroll(visitor: Visitor) -> None:
    page = await visitor.open(size=PHONE)
    row = page.locator(ROWS).first
    for part in ("name", "level", "status", "owner"):
        await expect(row.locator(f"td.{part}")).to_be_visible()
    await expect(row.locator("td.review")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


async def test_pages_go_on_and_back(visitor: Visitor) -> None:
    page = await visitor.open("/risks?sort=CODE")
    following = page.get_by_role("link", name="Next", exact=True)
    if not await following.count():
        return  # The demo fits on one page.
    first = await page.locator("a.title").first.inner_text()
    await following.click()
    await expect(page.locator("a.title").first).not_to_have_text(first)
    await page.get_by_role("link", name="Previous", exact=True).click()
    await expect(page.locator("a.title").first).to_have_text(first)
