"""The past: chosen by a date, kept in the address, marked, and not to be written to."""

import csv
import io
import re

import pytest
from playwright.async_api import Page, expect

from riskreg.kit.clock import SystemClock
from tests.journeys.page.conftest import Asked, Visitor, settled
from tests.journeys.page.made import UPDATE, a_day, a_risk, at_risk

ROWS = "table.risks tbody tr"
AS_OF = """query($t: DateTime!) {
  risks(first: 100, asOf: $t) { totalCount nodes { code } } }"""


async def test_a_date_shows_the_register_of_its_end(page: Page, asked: Asked) -> None:
    now = await page.locator(ROWS).count()
    await page.get_by_label("As of").fill(a_day(-40))
    banner = page.get_by_text("Nothing can be changed here")
    await expect(banner).to_be_visible()
    await settled(page)
    instant = re.search(r"asOf=([^&]+)", page.url)
    assert instant is not None
    then = instant[1].replace("%3A", ":")
    assert then == f"{a_day(-40)}T23:59:59Z"
    found = (await asked(page, AS_OF, t=then))["risks"]
    await expect(page.get_by_role("status").filter(has_text="risks").first).to_have_text(
        f"{found['totalCount']} risks"
    )
    await expect(page.locator(ROWS)).to_have_count(found["totalCount"])
    assert found["totalCount"] < now
    await page.get_by_role("link", name="Back to now").click()
    await expect(page.locator(ROWS)).to_have_count(now)
    assert page.url.endswith("/risks")
    await page.go_back()
    await expect(banner).to_be_visible()


async def test_today_is_the_present(page: Page) -> None:
    await page.get_by_label("As of").fill(a_day(-3))
    await expect(page.get_by_text("The past:")).to_be_visible()
    await page.get_by_label("As of").fill(a_day(0))
    await expect(page.get_by_text("The past:")).to_have_count(0)
    assert page.url.endswith("/risks")


async def test_filters_hold_in_the_past_and_rows_lead_to_it(visitor: Visitor) -> None:
    page = await visitor.open(f"/risks?asOf={a_day(-40)}&status=ACCEPTED")
    names = await page.locator("td.status").all_inner_texts()
    assert names
    assert set(names) == {"Accepted"}
    await expect(page.get_by_label("Search the register")).to_be_disabled()
    title = await page.locator("a.title").first.inner_text()
    await page.locator("a.title").first.click()
    await expect(page.locator("h1")).to_have_text(title)
    await expect(page.get_by_text("Nothing can be changed here")).to_be_visible()
    await page.locator(".crumb a").click()
    await settled(page)
    assert "status=ACCEPTED" in page.url
    assert "asOf=" in page.url


async def test_a_past_risk_reads_as_it_was_and_offers_no_writes(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked, title="Before the change")
    then = SystemClock().now().isoformat().replace("+00:00", "Z")
    sent = {"id": risk["id"], "expectedVersion": risk["version"], "title": "After the change"}
    await asked(page, UPDATE, input=sent)
    await at_risk(page, risk["code"], f"?asOf={then}")
    await expect(page.locator("h1")).to_have_text("Before the change")
    entries = page.get_by_role("region", name="History").locator("ol.history > li")
    await expect(entries).to_have_count(1)
    for name in ("Edit", "Change the owner", "Relate…", "Propose…", "Comment", "Reject"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    for key in "ec":
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("link", name="Back to now").click()
    await expect(page.locator("h1")).to_have_text("After the change")
    await expect(entries).to_have_count(2)


async def test_a_risk_that_was_not_there_yet_is_said_plainly(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await page.goto(page.url.split("/risks")[0] + f"/risks/{risk['code']}?asOf={a_day(-3)}")
    await expect(page.get_by_text("There was no such risk then")).to_be_visible()


@pytest.mark.parametrize("wrong", ["2090-01-01", "yesterday", "2026-99-99"])
async def test_an_instant_that_cannot_be_is_refused_in_words(visitor: Visitor, wrong: str) -> None:
    page = await visitor.open(f"/risks?asOf={wrong}")
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("asOf|DateTime"))


VIEWS = [
    "",
    "?status=CURRENT&sort=TITLE",
    "?appetite=OUT_OF_TOLERANCE&sort=-TIME_OUT_OF_TOLERANCE",
    "?category=ENVR_INCREASE&band=CRITICAL",
    "?owner=NONE",
    "?project=PRJ-FRAUD-ENF",
    "?q=scam",
    "?q=scam&status=TREATING&cell=5x4",
    "?cell=1x2",
    "?cell=2x3",
    "?q=zzzzzz",
    f"?asOf={a_day(-40)}",
    f"?asOf={a_day(-40)}&status=ACCEPTED&q=scam",
]


async def codes(page: Page) -> list[str]:
    """The codes of the rows that a page shows."""
    links = [await row.get_attribute("href") or "" for row in await page.locator("a.title").all()]
    return [link.removeprefix("/risks/").partition("?")[0] for link in links]


@pytest.mark.parametrize("view", VIEWS)
async def test_the_csv_of_a_view_has_its_rows(visitor: Visitor, view: str) -> None:
    page = await visitor.open(f"/risks{view}")
    link = page.get_by_role("link", name="CSV of this view")
    answer = await page.request.get(
        page.url.split("/risks")[0] + (await link.get_attribute("href") or "")
    )
    assert answer.status == 200
    rows = list(csv.reader(io.StringIO(await answer.text(), newline="")))
    shown = await codes(page)
    further = page.get_by_role("link", name="Next")
    while await further.count():
        before = await page.locator("a.title").first.get_attribute("href") or ""
        await further.click()
        await expect(page.locator("a.title").first).not_to_have_attribute("href", before)
        shown += await codes(page)
    assert sorted(row[0] for row in rows[1:]) == sorted(shown)
    assert await page.get_by_role("status").first.inner_text() == (
        f"{len(shown)} risk{'' if len(shown) == 1 else 's'}"
    )
