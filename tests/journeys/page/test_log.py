"""Logging a risk: fast, by keyboard, and no typed word is ever lost."""

import json
import re
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, Route, expect

from tests.journeys.page.conftest import Asked, Visitor, settled

TITLE = "What could happen?"
COUNT = "query($q: String!) { risks(search: $q) { totalCount nodes { code status event } } }"


def unique(words: str) -> str:
    return f"{words} {uuid4().hex[:8]}"


async def fill(page: Page, title: str) -> None:
    """The five inputs, by pointer."""
    await page.get_by_label(TITLE).fill(title)
    form = page.locator("form.log")
    await form.get_by_label("Project").select_option(index=2)
    await form.get_by_label("Category").select_option("LABEL_QUALITY")
    likelihood = form.get_by_role("radiogroup", name="Likelihood")
    await likelihood.get_by_text("Likely", exact=True).click()
    await form.get_by_role("radiogroup", name="Impact").get_by_text("Material").click()


async def open_form(page: Page) -> None:
    await page.keyboard.press("c")
    await expect(page.get_by_label(TITLE)).to_be_focused()


async def test_a_risk_is_logged_by_keyboard_in_75_strokes(page: Page, asked: Asked) -> None:
    title = f"Gold set is stale in vi-VN {uuid4().hex[:4]}"
    strokes = ["c", *title, "Tab", "m", "Tab", "l", "Tab", "4", "Tab", "3", "Control+Enter"]
    for number, stroke in enumerate(strokes):
        await page.keyboard.press(stroke)
        if not number:
            await expect(page.get_by_label(TITLE)).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text="logged")).to_be_visible()
    await expect(page.locator("dialog")).to_have_count(0)
    found = (await asked(page, COUNT, q=title))["risks"]["nodes"]
    assert [risk["status"] for risk in found] == ["OPEN"]
    assert found[0]["event"] == title
    assert len(strokes) + 1 <= 75  # the chord is two keys


async def test_similar_open_risks_are_shown_before_saving(page: Page) -> None:
    await open_form(page)
    await page.get_by_label(TITLE).fill("Coded-language scams keep spreading in th-TH")
    similar = page.get_by_role("region", name="Similar open risks")
    await expect(similar.get_by_role("link").first).to_have_attribute("href", "/risks/R-007")
    await expect(similar.get_by_role("heading")).to_have_text(re.compile(r"\d similar open risk"))


async def test_without_levels_it_is_a_draft(page: Page, asked: Asked) -> None:
    title = unique("Something about the new lexicon")
    await open_form(page)
    await page.get_by_label(TITLE).fill(title)
    await expect(page.get_by_text("Without both levels it is kept as a draft")).to_be_visible()
    await page.get_by_role("button", name="Log", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="as a draft")).to_be_visible()
    assert (await asked(page, COUNT, q=title))["risks"]["nodes"][0]["status"] == "DRAFT"


async def test_words_survive_a_reload(page: Page) -> None:
    title = unique("Reload loses nothing")
    await open_form(page)
    await fill(page, title)
    await page.wait_for_timeout(350)
    await page.reload()
    await settled(page)
    await open_form(page)
    await expect(page.get_by_label(TITLE)).to_have_value(title)
    await expect(page.locator("form.log input[value='4']").first).to_be_checked()


async def test_a_lost_answer_and_a_retry_make_one_risk(page: Page, asked: Asked) -> None:
    title = unique("The answer was lost on the way")
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        if "mutation LogRisk" in (route.request.post_data or "") and not lost:
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/graphql", lose)
    await open_form(page)
    await fill(page, title)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("alert")).to_contain_text("try again")
    await expect(page.get_by_label(TITLE)).to_have_value(title)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("status").filter(has_text="logged")).to_be_visible()
    assert (await asked(page, COUNT, q=title))["risks"]["totalCount"] == 1


async def test_words_survive_signing_out_and_are_logged_after_it(page: Page) -> None:
    title = unique("Signed out while typing")
    await open_form(page)
    await fill(page, title)
    cookies = await page.context.cookies()
    await page.context.clear_cookies()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("dialog").get_by_role("alert")).to_contain_text("sign-in link")
    await expect(page.get_by_label(TITLE)).to_have_value(title)
    await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as they were given
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("status").filter(has_text="logged")).to_be_visible()


async def test_errors_land_on_their_fields_and_the_unknown_in_an_alert(page: Page) -> None:
    wrong: list[dict[str, Any]] = [
        {"message": "Choose one.", "field": ["input", "category"], "code": "REQUIRED"},
        {"message": "Too long ago.", "field": ["input", "proximityDate"], "code": "INVALID"},
        {"message": "Stock-taking until noon.", "field": ["clock"], "code": "INVALID"},
    ]
    payload = {"data": {"logRisk": {"risk": None, "userErrors": wrong}}}

    async def refuse(route: Route) -> None:
        if "mutation LogRisk" in (route.request.post_data or ""):
            await route.fulfill(body=json.dumps(payload), content_type="application/json")
        else:
            await route.continue_()

    await page.route("**/graphql", refuse)
    await open_form(page)
    await fill(page, unique("Refused"))
    await page.get_by_role("button", name="Log", exact=True).click()
    form = page.locator("form.log")
    await expect(form.get_by_label("Category")).to_be_focused()
    await expect(form.get_by_label("Category")).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_label("Could happen from")).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_role("alert")).to_contain_text("Stock-taking until noon.")
    assert "Choose one." not in await form.get_by_role("alert").inner_text()


async def test_the_server_refuses_an_empty_form_at_the_title(page: Page) -> None:
    await open_form(page)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_label(TITLE)).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label(TITLE)).to_be_focused()


async def test_log_and_next_keeps_the_project(visitor: Visitor) -> None:
    page = await visitor.open("/log")
    await fill(page, unique("First of two"))
    project = await page.get_by_label("Project").input_value()
    await page.get_by_role("button", name="Log and next").click()
    await expect(page.get_by_label(TITLE)).to_have_value("")
    await expect(page.get_by_label(TITLE)).to_be_focused()
    assert await page.get_by_label("Project").input_value() == project
    await page.goto(f"{visitor.site.url}/log")
    await expect(page.get_by_label("Project")).to_have_value(project)


async def test_a_new_risk_is_pinned_where_the_view_would_hide_it(visitor: Visitor) -> None:
    page = await visitor.open("/risks?status=CLOSED")
    title = unique("Hidden by the filter")
    await open_form(page)
    await fill(page, title)
    await page.keyboard.press("Control+Enter")
    pinned = page.locator("tr.pinned")
    await expect(pinned).to_contain_text(title)
    await expect(pinned).to_contain_text("Just logged")


async def test_discard_can_be_undone(page: Page) -> None:
    title = unique("Thrown away and fetched back")
    await open_form(page)
    await page.get_by_label(TITLE).fill(title)
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_label(TITLE)).to_have_value("")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label(TITLE)).to_have_value(title)


async def test_an_address_may_propose_the_words_and_no_draft_gives_way_to_it(
    visitor: Visitor,
) -> None:
    page = await visitor.open()
    await open_form(page)
    mine = unique("Half a thought")
    await page.get_by_label(TITLE).fill(mine)
    await page.goto(f"{visitor.site.url}/log?title=ENVR+of+FRAUD+rises&category=ENVR_INCREASE")
    await settled(page)
    await expect(page.get_by_label(TITLE)).to_have_value("ENVR of FRAUD rises")
    await expect(page.get_by_label("Category")).to_have_value("ENVR_INCREASE")
    await page.goto(f"{visitor.site.url}/log")
    await expect(page.get_by_label(TITLE)).to_have_value(mine)
