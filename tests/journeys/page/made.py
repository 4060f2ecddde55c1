"""Risks and actions of a test's own, made over the API from within the page."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, expect

from riskreg.kit.clock import SystemClock
from tests.journeys.page.conftest import Asked

LOG = """mutation($input: LogRiskInput!) {
  logRisk(input: $input) { risk { id code version } userErrors { message field } } }"""
UPDATE = """mutation($input: ChangeRiskInput!) {
  changeRisk(input: $input) { risk { version } userErrors { message field } } }"""
ASSESS = """mutation($input: AssessRiskInput!) {
  assessRisk(input: $input) { risk { version } userErrors { message field } } }"""
PROPOSE = """mutation($input: ProposeMitigationInput!) { proposeMitigation(input: $input) {
  mitigation { id code version } userErrors { message field } } }"""
MOVE = """mutation($input: %sInput!) { %s(input: $input) {
  mitigation { version } userErrors { message field } } }"""
WHO = "{ projects(first: 1) { nodes { id } } people(first: 40) { nodes { id name } } }"


def a_day(ahead: int) -> str:
    """A day from today, as the browser's zone has it."""
    return f"{SystemClock().now().date() + timedelta(days=ahead)}"


async def a_risk(page: Page, asked: Asked, **given: Any) -> dict[str, Any]:
    """A new risk of our own to change."""
    project = (await asked(page, WHO))["projects"]["nodes"][0]["id"]
    made = {
        "title": f"Labels arrive late {uuid4().hex[:8]}",
        "cause": "the pool is shared",
        "event": "labels arrive late",
        "consequence": "the model is trained on old ones",
        "category": "DELIVERY_SLA",
        "projectIds": [project],
        "likelihood": 3,
        "impact": 2,
        **given,
    }
    answer = (await asked(page, LOG, input=made))["logRisk"]
    assert answer["userErrors"] == []
    risk: dict[str, Any] = answer["risk"]
    return risk


async def an_action(page: Page, asked: Asked, risk: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A planned, proposed action of that risk, somebody else's."""
    people = await others(page, asked)
    due = a_day(20)
    check = {"hypothesis": "Fewer late batches", "method": "AUDIT", "dueOn": due}
    given = {
        "title": "A second pool",
        "kind": "PREVENTIVE",
        "effects": [{"riskId": risk["id"], "deltaLikelihood": 1, "deltaImpact": 0}],
        "ownerId": people[0]["id"],
        "dueOn": due,
        "check": check,
        **more,
    }
    answer = (await asked(page, PROPOSE, input=given))["proposeMitigation"]
    assert answer["userErrors"] == []
    action: dict[str, Any] = answer["mitigation"]
    return action


async def myself(page: Page, asked: Asked) -> dict[str, str]:
    """Whoever is signed in."""
    name = (await asked(page, "{ me { name } }"))["me"]["name"]
    nodes = (await asked(page, WHO))["people"]["nodes"]
    [found] = [one for one in nodes if one["name"] == name]
    return dict(found)


async def others(page: Page, asked: Asked) -> list[dict[str, str]]:
    """People but whoever is signed in."""
    me = await myself(page, asked)
    nodes = (await asked(page, WHO))["people"]["nodes"]
    return [one for one in nodes if one["id"] != me["id"]]


async def at_risk(page: Page, code: str, more: str = "") -> None:
    """Show a risk, read."""
    await page.goto(page.url.split("/risks")[0] + f"/risks/{code}{more}")
    await expect(page.locator(".detail")).to_have_attribute("aria-busy", "false")
    await expect(page.get_by_role("region", name="History").locator("li").first).to_be_visible()
