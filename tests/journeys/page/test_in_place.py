"""Owner, review and relations are changed where they stand, and nobody is overwritten unseen."""

import re

from playwright.async_api import Page, expect

from tests.journeys.page.conftest import Asked
from tests.journeys.page.made import UPDATE, a_day, a_risk, at_risk, others

VERSION = "query($c: String!) { risk(code: $c) { version owner { name } nextReviewDue } }"


async def test_an_owner_is_changed_in_place(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    new = (await others(page, asked))[3]
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Change the owner").click()
    field = page.get_by_label("Owner", exact=True)
    await expect(field).to_be_focused()
    await field.select_option(new["id"])
    await page.get_by_role("button", name="Save").click()
    facts = page.get_by_role("region", name="Facts")
    await expect(facts.locator("dd").first).to_contain_text(new["name"])
    await expect(page.get_by_role("button", name="Change the owner")).to_be_focused()
    history = page.get_by_role("region", name="History").locator("ol.history > li").first
    await expect(history.locator("ins").first).to_have_text(new["name"])


async def test_escape_leaves_everything_as_it_was(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Change the owner").click()
    await page.get_by_label("Owner", exact=True).select_option((await others(page, asked))[3]["id"])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Change the owner")).to_be_focused()
    assert (await asked(page, VERSION, c=risk["code"]))["risk"]["version"] == risk["version"]


async def test_a_refused_review_date_is_marked_and_stays(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    before = (await asked(page, VERSION, c=risk["code"]))["risk"]
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Change the next review").click()
    field = page.get_by_label("Next review", exact=True)
    await field.fill("2090-01-01")
    await page.get_by_role("button", name="Save").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("2090-01-01")
    assert (await asked(page, VERSION, c=risk["code"]))["risk"] == before
    await field.fill(a_day(2))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Change the next review")).to_be_focused()
    assert (await asked(page, VERSION, c=risk["code"]))["risk"]["nextReviewDue"] == a_day(2)


async def test_both_owners_are_shown_when_two_people_choose(page: Page, asked: Asked) -> None:
    risk = await a_risk(page, asked)
    mine, theirs = (await others(page, asked))[3:5]
    await at_risk(page, risk["code"])
    await page.get_by_role("button", name="Change the owner").click()
    await page.get_by_label("Owner", exact=True).select_option(mine["id"])
    sent = {"id": risk["id"], "expectedVersion": risk["version"], "ownerId": theirs["id"]}
    await asked(page, UPDATE, input=sent)
    await page.get_by_role("button", name="Save").click()
    form = page.get_by_role("form", name="Change the owner")
    await expect(form.get_by_role("alert")).to_contain_text("Nothing was saved")
    clash = form.get_by_role("group", name=re.compile("Owner: which one stays"))
    await expect(clash).to_contain_text(mine["name"])
    await expect(clash).to_contain_text(theirs["name"])
    await expect(page.get_by_label("Owner", exact=True)).to_have_value(mine["id"])
    found = (await asked(page, VERSION, c=risk["code"]))["risk"]
    assert found["owner"] == {"name": theirs["name"]}
    await clash.get_by_text("Yours", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    found = (await asked(page, VERSION, c=risk["code"]))["risk"]
    assert found["owner"] == {"name": mine["name"]}


async def test_a_risk_is_related_removed_and_that_is_undone(page: Page, asked: Asked) -> None:
    one = await a_risk(page, asked)
    other = await a_risk(page, asked)
    await at_risk(page, one["code"])
    relations = page.get_by_role("region", name="Relations")
    await expect(relations).to_contain_text("None yet.")
    await relations.get_by_role("button", name="Relate…").click()
    dialog = page.get_by_role("dialog")
    await page.keyboard.press("Control+Enter")
    box = dialog.get_by_label("Other risk")
    await expect(box).to_have_attribute("aria-invalid", "true")
    await dialog.locator("select").select_option("CAUSED_BY")
    await box.fill(other["code"])
    await expect(dialog.locator("datalist option")).to_have_count(1)
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(relations.get_by_role("listitem")).to_contain_text(f"Caused by {other['code']}")
    newest = page.get_by_role("region", name="History").locator("ol.history > li").first
    await expect(newest).to_contain_text(f"Caused by {other['code']}")
    await relations.get_by_role("button", name=f"Remove: caused by {other['code']}").click()
    await expect(relations).to_contain_text("None yet.")
    await page.get_by_role("button", name="Undo").click()
    await expect(relations.get_by_role("listitem")).to_contain_text(f"Caused by {other['code']}")
