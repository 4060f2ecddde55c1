"""Question 46: 2 000 metric points are pushed, sent again, and one of them told otherwise."""

from datetime import date, timedelta
from typing import Any

from tests.journeys.conftest import Register

DEFINE = """mutation ($metric: DefineMetricInput!, $series: CreateMetricSeriesInput!) {
  defineMetric(input: $metric) { userErrors { message } }
  createMetricSeries(input: $series) {
    userErrors { message } results { series { code } userErrors { message } } } }"""
METRIC = {
    "code": "PUSHED",
    "name": "Items pushed",
    "formula": "items a day",
    "unit": "items/day",
    "scale": 1,
    "direction": "HIGHER",
    "kind": "COUNT",
    "family": "DELIVERY",
    "validFrom": "2024-01-01",
}


async def points(register: Register) -> list[dict[str, Any]]:
    """500 days of four series of a metric of our own."""
    labels = ["a", "b", "c", "d"]
    series = {"series": [{"metric": "PUSHED", "label": label} for label in labels]}
    made = await register.run(DEFINE, metric=METRIC, series=series)
    assert made["defineMetric"]["userErrors"] == []
    assert [one["userErrors"] for one in made["createMetricSeries"]["results"]] == [[]] * 4
    return [
        {
            "metric": "PUSHED",
            "label": label,
            "periodStart": (date(2025, 7, 1) + timedelta(days=day)).isoformat(),
            "value": 100.0 + day,
        }
        for label in labels
        for day in range(500)
    ]


async def test_q46_push_2000_points_and_retry_safely(register: Register) -> None:
    given = await points(register)

    async def push(**more: Any) -> Any:
        answer = await register.ask("q46", input={"observations": given, **more})
        return answer["ingestObservations"]

    first = await push(idempotencyKey="one")
    told = ("accepted", "updated", "unchanged", "rejected", "userErrors")
    assert [first[name] for name in told] == [2000, 0, 0, [], []]
    assert await push(idempotencyKey="one") == first
    again = await push(idempotencyKey="another")
    assert [again[name] for name in told] == [0, 0, 2000, [], []]
    assert again["batch"]["id"] != first["batch"]["id"]
    given[7]["value"] += 1
    given[9]["value"] = -1.0
    changed = await push()
    [rejected] = changed["rejected"]
    assert (rejected["index"], rejected["code"]) == (9, "OUT_OF_RANGE")
    assert (changed["accepted"], changed["updated"], changed["unchanged"]) == (0, 1, 1998)
    query = """{ metric(code: "PUSHED") { versions { nodes { series { nodes {
      label latest { periodStart value } } } } } } }"""
    assert (await push(idempotencyKey="one"))["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    [version] = (await register.run(query))["metric"]["versions"]["nodes"]
    found = version["series"]["nodes"]
    last = (date(2025, 7, 1) + timedelta(days=499)).isoformat()
    assert {one["label"]: one["latest"] for one in found} == {
        label: {"periodStart": last, "value": 599.0} for label in "abcd"
    }
