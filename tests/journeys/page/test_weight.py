"""The first load is light, and comes from this host alone under a strict policy."""

import gzip

from playwright.async_api import Response, expect

from tests.journeys.page.conftest import Visitor, settled

LIMIT = 40 * 1024


async def test_the_first_load_is_at_most_40_kib_and_3_scripts(visitor: Visitor) -> None:
    page = await visitor.open("/nowhere")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # Playwright marks it
    await page.goto(f"{visitor.site.url}/risks")
    await settled(page)
    own = [answer for answer in answers if not answer.url.endswith("/graphql")]
    scripts = [answer for answer in own if answer.request.resource_type == "script"]
    kinds = {"document", "script", "stylesheet"}
    texts = [await one.body() for one in own if one.request.resource_type in kinds]
    assert len(scripts) <= 3
    assert sum(len(gzip.compress(text)) for text in texts) <= LIMIT


async def test_the_policy_is_strict_and_nothing_breaks_it(visitor: Visitor) -> None:
    page = await visitor.open()
    answer = await page.request.get(f"{visitor.site.url}/risks")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = await answer.text()
    assert "style=" not in text
    assert "<style" not in text


async def test_graphiql_comes_from_our_own_assets(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.goto(f"{visitor.site.url}/graphiql")
    await expect(page.locator(".graphiql-query-editor .CodeMirror-code")).to_contain_text("nodes")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text("totalCount")
