"""A series that falls, and a risk that it tells of, made over the API of a running register."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from riskreg.kit.clock import SystemClock
from tests.site import Site

DEFINE = """mutation($input: DefineMetricInput!) {
  defineMetric(input: $input) { metric { code } userErrors { message field } } }"""
SERIES = """mutation($input: CreateMetricSeriesInput!) { createMetricSeries(input: $input) {
  results { series { id code } } userErrors { message field } } }"""
LOG = """mutation($input: LogRiskInput!) {
  logRisk(input: $input) { risk { id code } userErrors { message field } } }"""
WATCH = """mutation($input: AddKriInput!) {
  addKri(input: $input) { kri { code } userErrors { message field } } }"""
NOTE = """mutation($input: AnnotateMetricsInput!) {
  annotateMetrics(input: $input) { annotation { text } userErrors { message field } } }"""
TELL = """mutation($input: IngestObservationsInput!) { ingestObservations(input: $input) {
  accepted rejected { message } userErrors { message field } } }"""
PLACES = """{ projects(first: 1) { nodes { id name } }
  markets(filter: { code: { eq: "pt-BR" } }, first: 1) { nodes { id name } } }"""
DAYS, LOW_DAYS = 120, 12


@dataclass(frozen=True)
class Measured:
    """What is measured, where, and of which risk it tells."""

    series: str
    risk: str
    kri: str
    project: str
    market: str
    fell_on: date
    last: date


def measured(site: Site) -> Measured:
    """The share of right labels: about 95 % for 108 days, then 85 % for 12, up to yesterday."""
    analyst, lead = site.token("ANALYST"), site.token("PM_LEAD")
    last = SystemClock().now().date() - timedelta(days=1)
    where = _ask(site, lead, PLACES)
    project, market = where["projects"]["nodes"][0], where["markets"]["nodes"][0]
    metric = {
        "code": "PAGE_ACC",
        "name": "Gold accuracy on the page",
        "unit": "%",
        "scale": 100,
        "formula": "right / labelled",
        "direction": "HIGHER",
        "kind": "PROPORTION",
        "family": "QUALITY",
        "validFrom": "2024-01-01",
    }
    _do(site, analyst, DEFINE, "defineMetric", metric)
    wanted = {"metric": "PAGE_ACC", "projectId": project["id"], "marketId": market["id"]}
    made = _do(site, analyst, SERIES, "createMetricSeries", {"series": [wanted]})
    series = made["results"][0]["series"]
    fell_on = last - timedelta(days=LOW_DAYS - 1)
    note = {"kind": "CHANGE", "fromOn": f"{fell_on}", "text": "PC-900 <goes> live"}
    _do(site, analyst, NOTE, "annotateMetrics", {**note, "metric": "PAGE_ACC"})
    risk = {"title": "Gold labels rot", "event": "gold labels rot", "category": "LABEL_QUALITY"}
    given = {**risk, "projectIds": [project["id"]], "likelihood": 3, "impact": 3}
    logged = _do(site, lead, LOG, "logRisk", given)["risk"]
    kri = {
        "riskId": logged["id"],
        "seriesId": series["id"],
        "name": "Gold accuracy, daily",
        "playbook": "Re-calibrate the gold set",
        "basis": "POINT",
        "amber": 92,
        "red": 88,
        "watchedFrom": f"{last - timedelta(days=30)}",
    }
    code = _do(site, lead, WATCH, "addKri", kri)["kri"]["code"]
    rows = [_row(series["code"], last - timedelta(days=ago), ago) for ago in range(DAYS)]
    told = _do(site, analyst, TELL, "ingestObservations", {"observations": rows})
    assert (told["accepted"], told["rejected"]) == (DAYS, [])
    names = {"project": project["name"], "market": market["name"]}
    return Measured(series["code"], logged["code"], code, fell_on=fell_on, last=last, **names)


def _row(series: str, day: date, ago: int) -> dict[str, Any]:
    right = (255 if ago < LOW_DAYS else 285) + (0, 3, -3, 1, -1)[ago % 5]
    return {"series": series, "periodStart": f"{day}", "numerator": right, "denominator": 300}


def _do(site: Site, token: str, document: str, name: str, given: dict[str, Any]) -> Any:
    answer = _ask(site, token, document, input=given)[name]
    assert answer["userErrors"] == []
    return answer


def _ask(site: Site, token: str, document: str, **variables: Any) -> Any:
    answer = httpx.post(
        f"{site.url}/graphql",
        json={"query": document, "variables": variables},
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]
