"""What the register finds in the demo by itself, against the ground truth (demo.md 5.3, 5.8)."""

from __future__ import annotations

from typing import Any

import pytest

from riskreg.demo.planted import Scope
from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.metrics.rules import MetricFamily
from riskreg.people.permits import SYSTEM
from tests.demo.conftest import Demo
from tests.demo.finding import (
    BUDGET,
    SETTLING,
    Planted,
    Stood,
    measured,
    planted,
    quiet_weeks,
    stood_out,
)

EVER = (-425, -1)
QUALITY = {MetricFamily.QUALITY, MetricFamily.OUTCOME}
FOUND_WITHIN = 14
"""An effect is found if something it moved stands out in its days, or so many days after."""


async def ask(demo: Demo, document: str, **given: Any) -> Any:
    """Data and error codes of a question, asked on the demo's morning."""
    context = Context(demo.db, SYSTEM)
    answer = await schema.execute(document, variable_values=given, context_value=context)
    return answer.data, [getattr(one.original_error, "code", one) for one in answer.errors or ()]


def period(demo: Demo, first: int, last: int) -> dict[str, str]:
    return {"from": demo.day(first).isoformat(), "to": demo.day(last).isoformat()}


async def test_at_most_two_of_a_hundred_quiet_series_weeks_alert(demo_told: Demo) -> None:
    quiet, alerting = await quiet_weeks(demo_told, 12)
    assert quiet > 5000
    assert alerting / quiet <= BUDGET


def shown_by(effects: list[Planted], stood: list[Stood]) -> set[str]:
    """The metrics in which effects stand out for the worse."""
    return {
        episode.metric
        for one in effects
        for episode in stood
        if episode.metric == one.metric
        and episode.is_adverse
        and one.scope.covers(episode.scope)
        and one.first <= episode.first <= one.settled - SETTLING + FOUND_WITHIN
    }


@pytest.mark.parametrize(
    ("event", "metrics"),
    [
        ("EV-1", {"GOLD_ACC", "ENVR"}),
        ("EV-3", {"GOLD_ACC", "OVERTURN"}),
        ("EV-5", {"GOLD_ACC", "ALPHA_K", "OVERTURN"}),
        ("EV-7", {"ENVR", "GUIDE_Q"}),
    ],
)
async def test_what_went_wrong_is_found(demo_told: Demo, event: str, metrics: set[str]) -> None:
    effects = [one for one in planted(demo_told) if one.event == event]
    found = shown_by(effects, await stood_out(demo_told, *EVER))
    assert metrics <= found


async def test_the_watermelon_is_not_seen_in_gold_accuracy(demo_told: Demo) -> None:
    [blind] = [e for e in planted(demo_told) if (e.event, e.metric) == ("EV-7", "GOLD_ACC")]
    assert shown_by([blind], await stood_out(demo_told, *EVER)) == set()


async def worse_in_quality(demo: Demo, first: int, last: int) -> list[Stood]:
    """What stood out for the worse in quality or outcome, and began in some days."""
    stood = await stood_out(demo, first, -1)
    return [
        one
        for one in stood
        if one.family in QUALITY and one.is_adverse and first <= one.first <= last
    ]


async def test_an_outage_of_the_tool_is_no_alert_on_quality(demo_told: Demo) -> None:
    found = await worse_in_quality(demo_told, -270, -263)
    assert [one for one in found if one.scope.project and one.scope.market is None] == []
    everything = await measured(demo_told, -270)
    assert len(found) / (2 * len(everything)) <= BUDGET


@pytest.mark.parametrize(
    ("scope", "days"),
    [
        (Scope(market="th-TH"), (-14, -1)),
        (Scope(market="tr-TR"), (-33, -14)),
        (Scope("PRJ-HATE-ENF", vendor="DUNE"), (-62, -52)),
    ],
    ids=["EV-9 short sample", "EV-10 gap and correction", "EV-11 holiday"],
)
async def test_what_is_no_matter_of_quality_raises_no_alert(
    demo_told: Demo, scope: Scope, days: tuple[int, int]
) -> None:
    """Of the pool's figures as a whole, and of the market's samples."""
    found = await worse_in_quality(demo_told, *days)
    pool = scope.project is not None
    assert [
        one
        for one in found
        if scope.covers(one.scope)
        and (one.scope == scope if pool else one.metric == "ENVR" and one.scope.project is None)
    ] == []


async def test_a_shift_to_live_is_no_alert_on_any_surface(demo_told: Demo) -> None:
    found = await worse_in_quality(demo_told, -45, -1)
    rates = [one for one in found if one.scope.market == "id-ID" and one.scope.surface]
    assert rates == []


FRAUD_OF_A_DAY = """query($day: Date!) {
  metricSeries(filter: {metric: {eq: "ENVR"}, market: {eq: "th-TH"}, policyArea: {eq: "FRAUD"}}) {
    nodes { metricVersion { number } window(days: 1, until: $day) {
      value reason sampleSize numerator } } } }"""


async def test_the_spike_of_a_short_sample_is_judged_insufficient(demo_told: Demo) -> None:
    data, errors = await ask(demo_told, FRAUD_OF_A_DAY, day=demo_told.day(-14).isoformat())
    assert errors == []
    [spike] = [
        row["window"]
        for row in data["metricSeries"]["nodes"]
        if row["metricVersion"]["number"] == 3
    ]
    assert spike == {
        "value": None,
        "reason": "INSUFFICIENT_SAMPLE",
        "sampleSize": 3000.0,
        "numerator": 2.0,
    }


COMPARED = """query($before: PeriodInput!, $after: PeriodInput!, $bridges: [ID!],
                    $old: Int, $new: Int) {
  metricComparison(metric: "ENVR", before: $before, after: $after, bridges: $bridges,
                   versionBefore: $old, versionAfter: $new) {
    before { window { value } } after { window { value } } bridged { value } } }"""
BRIDGES = """{ metric(code: "ENVR") { bridges { nodes {
  id method fromVersion { number } toVersion { number } } } } }"""


async def test_versions_of_envr_compare_by_a_bridge_alone(demo_told: Demo) -> None:
    both = period(demo_told, -208, -181)
    given = {"before": both, "after": both, "old": 2, "new": 3}
    assert await ask(demo_told, COMPARED, **given) == (None, ["METRIC_VERSION_MISMATCH"])
    data, _ = await ask(demo_told, BRIDGES)
    [bridge] = [
        one["id"]
        for one in data["metric"]["bridges"]["nodes"]
        if (one["fromVersion"]["number"], one["toVersion"]["number"]) == (2, 3)
    ]
    data, errors = await ask(demo_told, COMPARED, bridges=[bridge], **given)
    assert errors == []
    found = data["metricComparison"]
    old, new = (found[when]["window"]["value"] for when in ("before", "after"))
    assert new / old == pytest.approx(1.05, abs=0.045)
    assert found["bridged"]["value"] == pytest.approx(new, rel=0.02)


KRIS = "{ kris(first: 50) { nodes { code status } } }"
BREACHES = """{ kriBreaches(first: 50) { nodes {
  kri { code } level openedOn redOn closedOn retractedAt openedAt } } }"""


async def test_fourteen_kris_watch_and_stand_as_told(demo_told: Demo) -> None:
    data, _ = await ask(demo_told, KRIS)
    by_status: dict[str, list[str]] = {}
    for one in data["kris"]["nodes"]:
        by_status.setdefault(one["status"], []).append(one["code"])
    watching = {status: codes for status, codes in by_status.items() if status != "RETIRED"}
    assert sum(map(len, watching.values())) == 14
    assert len(watching.pop("NORMAL")) == 9
    assert {status: sorted(codes) for status, codes in watching.items()} == {
        "RED": ["KRI-FRAUD-VI"],
        "AMBER": ["KRI-LIVE-SLA", "KRI-SSH-HOURS"],
        "STALE": ["KRI-SEARCH-SLA"],
        "INSUFFICIENT_SAMPLE": ["KRI-AIGC-GOLD"],
    }


async def test_breaches_open_once_as_the_story_tells(demo_told: Demo) -> None:
    data, _ = await ask(demo_told, BREACHES)
    found = {one["kri"]["code"]: one for one in data["kriBreaches"]["nodes"]}
    assert len(found) == len(data["kriBreaches"]["nodes"]) == 8
    scams, overturned = found["KRI-FRAUD-VI"], found["KRI-APPEAL-BIAS"]
    day = demo_told.day
    assert (scams["openedOn"], scams["redOn"], scams["closedOn"], scams["retractedAt"]) == (
        day(-27).isoformat(),
        day(-6).isoformat(),
        None,
        None,
    )
    assert overturned["level"] == "RED"
    assert overturned["retractedAt"].startswith(day(-13).isoformat())
    cohort = found["KRI-COHORT"]
    assert day(-320).isoformat() <= cohort["openedOn"] <= day(-303).isoformat()
    assert sorted(code for code, one in found.items() if one["closedOn"] is None) == [
        "KRI-FRAUD-VI",
        "KRI-LIVE-SLA",
        "KRI-SSH-HOURS",
    ]
