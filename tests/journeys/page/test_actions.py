"""Actions of a risk: proposed, moved, blocked with a reason, and two people at once."""

import re

from playwright.async_api import Page, expect

from tests.journeys.page.conftest import Asked, Visitor
from tests.journeys.page.made import MOVE, a_day, a_risk, an_action, at_risk, myself

PROOF = "https://example.org/evidence"


async def moved(page: Page, button: str, **fields: str) -> None:
    """Make a move of the action that is shown."""
    await page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    for label, text in fields.items():
        field = dialog.get_by_label(label.replace("_", " "))
        if await field.evaluate("(field) => field.tagName") == "SELECT":
            await field.select_option(text)
        else:
            await field.fill(text)
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)


async def test_an_action_goes_from_proposal_to_verdict(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    action = await an_action(page, asked, risk)
    await at_risk(page, risk["code"])
    row = page.get_by_role("button", name=action["code"])
    state = page.locator("table.actions td.state")
    await row.click()
    await expect(row).to_have_attribute("aria-expanded", "true")
    await moved(page, "Approve")
    await expect(state).to_have_text("Approved")
    await expect(row).to_be_focused()
    await moved(page, "Start")
    await expect(state).to_have_text("In progress")
    await moved(page, "Blocked", waits_for="A contract")
    await expect(state).to_have_text("Blocked")
    await expect(page.locator("table.actions dd", has_text="A contract")).to_be_visible()
    await moved(page, "Unblock")
    await moved(page, "Implemented", Evidence=PROOF)
    await expect(state).to_have_text("Implemented")
    await expect(page.get_by_role("link", name=PROOF)).to_be_visible()
    await moved(page, "Begin verification")
    await moved(page, "Verdict", What_was_found="PARTIAL", What_it_rests_on="Half a batch.")
    await expect(state).to_have_text("Partial")
    await expect(page.get_by_text(re.compile("Partial: Half a batch"))).to_be_visible()
    await expect(page.get_by_text("has come to its end")).to_be_visible()


async def test_a_move_that_is_off_says_why(page: Page, asked: Asked) -> None:
    """Nobody judges the effect of an action of their own."""
    risk = await a_risk(page, asked)
    action = await an_action(page, asked, risk, ownerId=(await myself(page, asked))["id"])
    version = action["version"]
    for name, more in (
        ("approveMitigation", {}),
        ("startMitigation", {}),
        ("implementMitigation", {"evidence": [PROOF]}),
        ("beginVerification", {}),
    ):
        document = MOVE % (name[0].upper() + name[1:], name)
        sent = {"id": action["id"], "expectedVersion": version, **more}
        answer = (await asked(page, document, input=sent))[name]
        assert answer["userErrors"] == []
        version = answer["mitigation"]["version"]
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name=action["code"]).click()
    off = page.get_by_role("group", name=re.compile(action["code"])).locator("button:disabled")
    await expect(off).to_have_text("Verdict…")
    reason = page.locator(f"[id='{await off.get_attribute('aria-describedby')}']")
    await expect(reason).to_have_text(re.compile("You own this action"))


async def test_two_people_move_one_action_and_nothing_is_lost(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    action = await an_action(page, asked, risk)
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name=action["code"]).click()
    await page.get_by_role("button", name="Cancel it").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("A cheaper way was found.")
    sent = {"id": action["id"], "expectedVersion": action["version"]}
    await asked(page, MOVE % ("ApproveMitigation", "approveMitigation"), input=sent)
    await page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text(f"Somebody changed {action['code']}")
    changes = dialog.get_by_role("table", name="What changed meanwhile")
    await expect(changes.get_by_role("row", name="Status")).to_contain_text("Proposed")
    await expect(changes.get_by_role("row", name="Status")).to_contain_text("Approved")
    await expect(dialog.get_by_label("Reason")).to_have_value("A cheaper way was found.")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.locator("table.actions td.state")).to_have_text("Cancelled")


async def test_an_action_is_proposed_and_its_words_are_kept(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Propose…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What will be done").fill("A second pool in Lisbon")
    await dialog.get_by_label("How it helps").select_option("PREVENTIVE")
    await dialog.get_by_label("Takes off likelihood").select_option("2")
    await page.keyboard.press("Control+Enter")
    due = dialog.get_by_label("Done by")
    await expect(due).to_be_focused()
    await expect(due).to_have_attribute("aria-invalid", "true")
    await page.wait_for_timeout(350)
    await at_risk(page, risk["code"])
    await expect(page.locator("table.actions")).to_have_count(0)
    await page.get_by_role("button", name="Propose…").click()
    title = dialog.get_by_label("What will be done")
    await expect(title).to_have_value("A second pool in Lisbon")
    await due.fill(a_day(20))
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    row = page.locator("table.actions tbody tr").first
    await expect(row).to_contain_text("A second pool in Lisbon")
    await expect(row.locator("td.state")).to_have_text("Proposed")
    await expect(row.locator("td.effect")).to_have_text("L −2")


async def test_an_action_of_the_demo_shows_its_check_and_verdict(visitor: Visitor) -> None:
    page = await visitor.open("/risks/R-007")
    await page.get_by_role("button", name="M-018").click()
    shown = page.locator("table.actions tr.more:not([hidden])")
    await expect(shown).to_contain_text("The list catches eight of ten coded offers.")
    await expect(shown).to_contain_text("Ineffective: It catches 33 of 120 coded offers")
