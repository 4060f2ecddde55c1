"""Briefs: made with one press, listed, downloaded."""

import re

from playwright.async_api import expect

from tests.journeys.page.conftest import Visitor


async def test_a_brief_is_made_and_can_be_downloaded(visitor: Visitor) -> None:
    page = await visitor.open("/reports")
    rows = page.locator("tbody tr")
    before = await rows.count()
    await page.get_by_role("button", name="Make brief").click()
    await expect(rows).to_have_count(before + 1, timeout=20_000)
    await expect(page.get_by_text(re.compile(r"RPT-\d+ is made"))).to_be_visible(timeout=20_000)
    link = rows.first.get_by_role("link", name=re.compile("Download RPT-"))
    answer = await page.request.get(visitor.site.url + (await link.get_attribute("href") or ""))
    assert answer.status == 200
    assert (await answer.body()).startswith(b"%PDF-")
