"""One risk: what it says, what may be done, and what two people do at once."""

import re

from playwright.async_api import Page, expect

from tests.journeys.page.conftest import Asked, Visitor
from tests.journeys.page.made import UPDATE, a_risk, at_risk


async def test_the_risk_tells_its_statement_levels_and_history(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-007")
    statement = page.get_by_role("list", name="Statement")
    await expect(statement.get_by_role("listitem")).to_have_count(3)
    await expect(page.get_by_text(re.compile("Out of tolerance for 26 days"))).to_be_visible()
    levels = page.get_by_role("table", name="Levels")
    await expect(levels.get_by_role("row", name="Residual now")).to_contain_text("5×4 Critical")
    matrix = page.get_by_role("img", name=re.compile("Inherent likelihood 5"))
    await expect(matrix).to_be_visible()
    history = page.get_by_role("region", name="History")
    newest = history.get_by_role("listitem").first
    await expect(newest.locator("time")).to_have_attribute("datetime", re.compile(r"Z$"))
    await expect(history.locator("dl").first).not_to_be_empty()


async def test_a_move_that_is_off_says_why(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-007")
    moves = page.get_by_role("group", name="What can be done now")
    off = moves.locator("button:disabled").first
    reason = page.locator(f"#{await off.get_attribute('aria-describedby')}")
    await expect(reason).to_have_text(re.compile(r"is off:.{8,}"))


async def test_a_draft_is_submitted_with_the_estimate_that_it_lacks(
    page: Page, asked: Asked
) -> None:
    risk = await a_risk(page, asked, likelihood=None, impact=None)
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Submit", exact=True).click()
    dialog = page.get_by_role("dialog")
    await page.keyboard.press("Control+Enter")
    likely = dialog.get_by_label("Likelihood, 1 to 5")
    await expect(likely).to_have_attribute("aria-invalid", "true")
    await expect(likely).to_be_focused()
    await likely.fill("3")
    await dialog.get_by_label("Impact, 1 to 5").fill("4")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".line .status")).to_have_text("Open")


async def test_an_edit_is_saved_and_enters_the_history(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await page.goto(page.url.split("/risks")[0] + f"/risks/{risk['code']}")
    await expect(page.locator("h1")).to_contain_text("Labels arrive late")
    await page.keyboard.press("e")
    await page.get_by_label("Consequence").fill("the launch slips by a week")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.get_by_role("list", name="Statement")).to_contain_text("slips by a week")
    history = page.get_by_role("region", name="History").get_by_role("listitem").first
    await expect(history).to_contain_text("the model is trained on old ones")
    await expect(history).to_contain_text("the launch slips by a week")


async def test_a_conflict_shows_both_values_and_overwrites_nothing(
    page: Page, asked: Asked
) -> None:
    risk = await a_risk(page, asked)
    await page.goto(page.url.split("/risks")[0] + f"/risks/{risk['code']}")
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Consequence").fill("mine")
    theirs = {"id": risk["id"], "expectedVersion": risk["version"]}
    await asked(page, UPDATE, input={**theirs, "consequence": "theirs", "cause": "another cause"})
    await page.get_by_role("button", name="Save").click()
    dialog = page.locator("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("Nothing was saved")
    clash = dialog.get_by_role("group", name=re.compile("Consequence"))
    await expect(clash).to_contain_text("mine")
    await expect(clash).to_contain_text("theirs")
    await expect(dialog.get_by_label("Cause", exact=True)).to_have_value("another cause")
    await clash.get_by_text("Theirs", exact=True).click()
    await expect(dialog.get_by_label("Consequence", exact=True)).to_have_value("theirs")
    await clash.get_by_text("Yours", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    statement = page.get_by_role("list", name="Statement")
    await expect(statement).to_contain_text("mine")
    await expect(statement).to_contain_text("another cause")


async def test_two_tabs_edit_one_risk_and_each_keeps_its_words(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    other = await page.context.new_page()
    address = page.url.split("/risks")[0] + f"/risks/{risk['code']}"
    for tab, words in ((page, "words of the first tab"), (other, "words of the second tab")):
        await tab.goto(address)
        await tab.get_by_role("button", name="Edit").click()
        await tab.get_by_label("Consequence").fill(words)
        await tab.wait_for_timeout(400)
    await page.reload()
    await page.get_by_role("button", name="Edit").click()
    await expect(page.get_by_label("Consequence")).to_have_value("words of the first tab")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("dialog")).to_have_count(0)
    await other.reload()
    await other.get_by_role("button", name="Edit").click()
    clash = other.get_by_role("group", name=re.compile("Consequence"))
    await expect(clash).to_contain_text("words of the first tab")
    await expect(clash).to_contain_text("words of the second tab")


async def test_an_assessment_keeps_its_words_until_it_is_saved(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    address = page.url.split("/risks")[0] + f"/risks/{risk['code']}"
    await page.goto(address)
    await page.get_by_role("button", name="Assess", exact=True).click()
    await page.get_by_role("radio", name="Possible").check()
    await page.get_by_label("Rationale").fill("Three late batches in a month.")
    await page.get_by_label("SLA shortfall").select_option("3")
    await page.wait_for_timeout(350)
    await page.goto(address)
    await page.get_by_role("button", name="Assess", exact=True).click()
    await expect(page.get_by_label("Rationale")).to_have_value("Three late batches in a month.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.get_by_role("table", name="Levels")).to_contain_text("3×3 Medium")


async def test_a_refused_acceptance_marks_the_date(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-014")
    await page.get_by_role("button", name="Accept until").click()
    await page.get_by_label("Until", exact=True).fill("2099-01-01")
    await page.get_by_label("Why this is acceptable").fill("It is not.")
    await page.get_by_role("button", name="Accept until", exact=True).last.click()
    await expect(page.get_by_label("Until", exact=True)).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Until", exact=True)).to_be_focused()


async def test_a_comment_is_added_once(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await page.goto(page.url.split("/risks")[0] + f"/risks/{risk['code']}")
    comments = page.get_by_role("region", name="Comments")
    await comments.get_by_label("Add a comment").fill("Seen in the weekly.")
    await comments.get_by_role("button", name="Comment").click()
    await expect(comments.get_by_role("listitem")).to_have_count(1)
    await expect(comments.get_by_label("Add a comment")).to_have_value("")


async def test_an_unknown_risk_is_said_plainly(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-9999")
    await expect(page.get_by_text("There is no such risk")).to_be_visible()
