"""Questions 11, 12 and 42: breaches, numbers not to trust, and what a sample can show."""

from datetime import timedelta
from typing import Any

import pytest

from riskreg.demo import load as demo
from tests.journeys.conftest import Register

INGEST = """mutation($input: IngestObservationsInput!) { ingestObservations(input: $input) {
  updated userErrors { message } } }"""


def day(offset: int) -> str:
    return (demo.AS_OF + timedelta(days=offset)).isoformat()


async def told(register: Register, **observation: Any) -> None:
    """One period of a series is told anew."""
    given = {"observations": [observation]}
    answer = (await register.run(INGEST, input=given))["ingestObservations"]
    assert answer == {"updated": 1, "userErrors": []}


async def breaches(register: Register) -> dict[str, Any]:
    """Question 11: open breaches by the code of their KRI, newest first."""
    found = (await register.ask("q11"))["kriBreaches"]
    assert found["totalCount"] == len(found["nodes"])
    return {one["kri"]["code"]: one for one in found["nodes"]}


async def test_q11_which_kris_are_in_breach(register: Register) -> None:
    found = await breaches(register)
    assert {code: one["level"] for code, one in found.items()} == {
        "KRI-SSH-HOURS": "AMBER",
        "KRI-FRAUD-VI": "RED",
        "KRI-LIVE-SLA": "AMBER",
    }
    scams = found["KRI-FRAUD-VI"]
    assert (scams["openedOn"], scams["redOn"]) == (day(-27), day(-6))
    assert scams["risk"]["code"] == "R-007"
    assert scams["low"] > scams["threshold"] == 2.0
    assert scams["sampleSize"] == 28 * 30_000
    assert scams["acknowledgedBy"]["name"] == "Linh Tran"
    hours = {"metric": "WELL_EXP", "project": "PRJ-SSH-ENF", "vendor": "INHOUSE"}
    for offset in range(-17, 0):
        await told(register, **hours, periodStart=day(offset), numerator=2.9 * 60, denominator=60.0)
    assert list(await breaches(register)) == ["KRI-FRAUD-VI", "KRI-LIVE-SLA"]


async def distrusted(register: Register) -> list[Any]:
    """Question 12: series whose numbers are not to be trusted."""
    found = (await register.ask("q12"))["metricSeries"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Any] = found["nodes"]
    return nodes


async def test_q12_which_numbers_are_not_to_be_trusted(register: Register) -> None:
    found = await distrusted(register)
    stale = [one for one in found if "STALE" in one["quality"]]
    assert {(one["project"]["code"], one["latest"]["periodStart"]) for one in stale} == {
        ("PRJ-SEARCH-REL", day(-4))
    }
    gappy = [one for one in found if "GAP" in one["quality"]]
    assert len(gappy) == 13
    assert {one["market"]["code"] for one in gappy} == {"tr-TR"}
    lost = [day(offset) for offset in (-33, -32, -31)]
    assert all([gap["periodStart"] for gap in one["gaps"]] == lost for one in gappy)
    areas = [one for one in gappy if one["policyArea"]]
    again = [one["restatements"][0] for one in areas]
    assert {one["periodStart"] for one in again} == {day(-30)}
    assert round(sum(one["old"] for one in again), 1) == 17.2
    assert round(sum(one["new"] for one in again), 1) == 14.1
    assert {one["recordedAt"] for one in again} == {f"{day(-27)}T01:50:00Z"}
    assert [one["affectedReports"] for one in again] == [
        [{"code": "RPT-011", "asOf": f"{day(-28)}T01:00:00Z"}]
    ] * 9
    [other] = [one for one in found if one not in stale and one not in gappy]
    assert (other["metric"]["code"], other["quality"]) == ("OVERTURN", ["RESTATED"])
    tripled = [one["old"] / one["new"] for one in other["restatements"]]
    assert tripled == pytest.approx([3.0] * 5)


async def test_q12_tells_what_is_restated_next(register: Register) -> None:
    cell = {"metric": "ENVR", "policyArea": "MS", "market": "en-US"}
    await told(register, **cell, periodStart=day(-20), numerator=99.0, denominator=30_000.0)
    found = await distrusted(register)
    [new] = [one for one in found if one["market"] and one["market"]["code"] == "en-US"]
    assert (new["quality"], new["policyArea"]) == (["RESTATED"], {"code": "MS"})
    [again] = new["restatements"]
    assert (again["new"], again["periodStart"]) == (33.0, day(-20))
    assert [one["code"] for one in again["affectedReports"]] == ["RPT-012"]


async def test_q42_how_large_a_sample_is_needed(register: Register) -> None:
    """From effect = (1.960 + .842) sqrt(p q (1/n + 1/n)), as in domain/glossary.md 3.6.8."""
    found = await register.ask("q42")
    rate = 1e-4 * found["mde"]["rate"]
    assert 1e4 * rate == pytest.approx(2.8, abs=0.2)
    size = 2 * 7.849 * rate * (1 - rate) / 0.3e-4**2
    needed = found["sampleSize"]
    assert needed["sampleSize"] == pytest.approx(size, rel=0.01)
    assert needed["perDay"] == pytest.approx(size / 14, rel=0.01)
    assert needed["isEnough"] is (needed["available"] >= needed["sampleSize"])
    longer = await register.ask("q42", days=56)
    assert longer["sampleSize"]["sampleSize"] == needed["sampleSize"]
    assert longer["mde"]["effect"] == pytest.approx(found["mde"]["effect"] / 2, rel=0.02)
