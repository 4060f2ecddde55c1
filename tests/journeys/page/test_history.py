"""The history of a risk, in the words of people."""

import re

from playwright.async_api import Page, expect

from tests.journeys.page.conftest import Asked, Visitor
from tests.journeys.page.made import UPDATE, a_risk, an_action, at_risk, others

RAW = re.compile(r"[0-9a-f]{32}|_|\bNone\b|\bnull\b|[{}]|\d{4}-\d\d-\d\d")


async def test_no_raw_key_or_field_is_shown(visitor: Visitor) -> None:
    """Whatever the demo did to its risks reads as words."""
    for code in ("R-007", "R-012", "R-003", "R-004", "R-019"):
        page = await visitor.open(f"/risks/{code}")
        history = page.get_by_role("region", name="History")
        await expect(history.get_by_role("listitem").first).to_be_visible()
        for fold in await history.locator("details").all():
            await fold.evaluate("(details) => { details.open = true }")
        for line in (await history.inner_text()).splitlines():
            assert not RAW.search(line), (code, line)
        await page.context.close()


async def test_an_assessment_is_one_line_of_levels(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-007")
    entries = page.get_by_role("region", name="History").locator("ol.history > li")
    entry = entries.filter(has_text="The code changes weekly").first
    await expect(entry.locator("p").first).to_have_text(
        re.compile(r"^Reassessed Linh Tran \d+ \w+ \d{4}, \d\d:\d\d$")
    )
    visible = entry.locator("dl").first.locator(":scope > div")
    await expect(visible).to_have_count(1)
    line = re.sub(r"\s+", " ", await visible.inner_text())
    assert line == (
        "Level inherent 4×3 High → to 5×3 Critical residual 3×3 Medium → to 4×3 High"
        " target 1×3 Low → to 2×3 Medium"
    )
    await expect(entry.locator("details")).to_have_count(1)


async def test_owner_and_reason_are_told_by_name(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    one, other = (await others(page, asked))[:2]
    sent = {"id": risk["id"], "expectedVersion": 1, "ownerId": one["id"]}
    await asked(page, UPDATE, input=sent)
    sent = {"id": risk["id"], "expectedVersion": 2, "ownerId": other["id"]}
    await asked(page, UPDATE, input={**sent, "reason": "Back from leave"})
    await at_risk(page, risk["code"])
    newest = page.get_by_role("region", name="History").locator("ol.history > li").first
    await expect(newest.locator("p").first).to_contain_text("Changed")
    await expect(newest.locator(".rationale")).to_have_text("Back from leave")
    await expect(newest.locator("dt")).to_have_text(["Owner"])
    await expect(newest.locator("del")).to_have_text(one["name"])
    await expect(newest.locator("ins")).to_have_text(other["name"])


async def test_what_was_logged_is_folded(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await at_risk(page, risk["code"])
    entry = page.get_by_role("region", name="History").locator("ol.history > li").last
    await expect(entry.locator("p").first).to_contain_text("Logged")
    await expect(entry.get_by_text("the pool is shared")).to_be_hidden()
    await entry.locator("summary").click()
    await expect(entry.get_by_text("the pool is shared")).to_be_visible()
    await expect(entry.locator("dt", has_text="Projects")).to_be_visible()


async def test_the_moves_of_its_actions_are_there_with_their_names(
    page: Page, asked: Asked
) -> None:
    risk = await a_risk(page, asked)
    action = await an_action(page, asked, risk)
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name=action["code"]).click()
    await page.get_by_role("button", name="Approve", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    newest = page.get_by_role("region", name="History").locator("ol.history > li").first
    await expect(newest.locator("p").first).to_contain_text("Mitigation approved")
    await expect(newest.locator("dt").first).to_have_text(action["code"])
    await expect(newest.locator(".step").first).to_contain_text("A second pool")
    await expect(newest.locator("del").first).to_have_text("Proposed")
    await expect(newest.locator("ins").first).to_have_text("Approved")
