"""Windows over many series, their comparison across versions, and what a sample can show."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from riskreg.metrics import inputs, inputs_notes, service, service_notes
from riskreg.metrics.models import Metric
from riskreg.metrics.models_notes import MetricBridge
from riskreg.metrics.rules import BridgeMethod, Surface, Weighting
from riskreg.projects import inputs as projects
from riskreg.projects import service_places
from riskreg.projects.models import Market
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import Told, a_metric, a_series, an_envr, days, told

DAY = date(2026, 11, 2)
BROKE = date(2026, 11, 9)
WINDOW = """query Q($metric: String!, $scope: MetricScopeFilter, $version: Int, $asOf: DateTime,
  $from: Date, $to: Date, $days: Int, $until: Date, $by: [MetricDimension!]) {
  metricWindow(metric: $metric, scope: $scope, version: $version, from: $from, to: $to,
               days: $days, until: $until, by: $by, asOf: $asOf) {
    versions across seriesCount metric { code }
    window { value low high unit sampleSize first last periods expected method reason missing } } }
"""
COMPARE = """query Q($before: PeriodInput!, $after: PeriodInput!, $bridges: [ID!],
  $scope: MetricScopeFilter, $old: Int, $new: Int) {
  metricComparison(metric: "ENVR", before: $before, after: $after, bridges: $bridges,
                   scope: $scope, versionBefore: $old, versionAfter: $new) {
    before { versions window { value } } after { versions window { value } }
    bridged { value standardError } bridges { method }
    change { value low high unit isDetectable minimumDetectable } } }"""


async def japan(register: Register) -> Market:
    """A market with .3 of all views; that of the cast has .1."""
    given = projects.CreateMarket(
        code="ja-JP", name="Japan", region="APAC", view_share=Decimal("0.3")
    )
    return await done(register.db, service_places.create_market, given)


async def cells(
    register: Register, metric: Metric, values: dict[tuple[Any, Any], Told], **given: Any
) -> None:
    """A series of each area and market, told of `DAY`."""
    for (area, market), value in values.items():
        series = await a_series(
            register.db, metric, market_id=id_of(market), policy_area_id=id_of(area), **given
        )
        await told(register.db, series, {DAY: value})


async def asked(register: Register, **variables: Any) -> Any:
    answer = await register.ask(register.cast.analyst, WINDOW, metric="ENVR", **variables)
    return answer["metricWindow"]


async def test_envr_adds_over_areas_and_weighs_markets(register: Register) -> None:
    """.25 x (10 + 20) bps and .75 x (30 + 40) bps, of 10 000 views each: 60 bps."""
    cast, envr = register.cast, await an_envr(register.db)
    other = await japan(register)
    sampled: dict[tuple[Any, Any], Told] = {
        (cast.area, cast.market): (10, 10_000),
        (cast.other_area, cast.market): (20, 10_000),
        (cast.area, other): (30, 10_000),
        (cast.other_area, other): (40, 10_000),
    }
    await cells(register, envr, sampled)
    surface = await a_series(register.db, envr, market_id=id_of(other), surface=Surface.FEED)
    await told(register.db, surface, {DAY: (99, 1000)})
    found = await asked(register, days=7)
    window = found.pop("window")
    assert found == {
        "versions": [1],
        "across": ["POLICY_AREA", "MARKET"],
        "seriesCount": 4,
        "metric": {"code": "ENVR"},
    }
    assert window["value"] == pytest.approx(60)
    p, q = 0.003, 0.007
    error = math.sqrt(0.25**2 * p * (1 - p) / 10_000 + 0.75**2 * q * (1 - q) / 10_000) * 10_000
    assert (window["high"] - window["low"]) / 2 == pytest.approx(1.96 * error, rel=0.01)
    assert (window["unit"], window["sampleSize"]) == ("bps of views", 20_000)
    assert (window["first"], window["last"]) == ("2026-10-27", "2026-11-02")
    assert (window["method"], window["missing"]) == ("STRATIFIED", [])
    inside = await asked(register, days=7, scope={"market": "ja-JP"})
    assert (inside["across"], inside["window"]["value"]) == (["POLICY_AREA"], pytest.approx(70))
    area = await asked(register, days=7, scope={"policyArea": "HATE"})
    assert area["window"]["value"] == pytest.approx(0.25 * 10 + 0.75 * 30)
    assert area["across"] == ["MARKET"]
    chosen = await asked(register, days=7, scope={"market": "ja-JP"}, by=["SURFACE"])
    assert (chosen["seriesCount"], chosen["window"]["value"]) == (1, pytest.approx(990))


async def test_what_is_not_observed_is_named(register: Register) -> None:
    cast, envr = register.cast, await an_envr(register.db)
    await japan(register)
    await cells(register, envr, {(cast.area, cast.market): (10, 10_000)})
    window = (await asked(register, days=1))["window"]
    assert (window["value"], window["reason"]) == (None, "MISSING_STRATA")
    assert window["missing"] == ["ja-JP"]
    for scope in ({"vendor": "ASTER"}, {"label": "\0"}, {"market": "\0"}):
        nothing = (await asked(register, days=1, scope=scope))["window"]
        assert (nothing["value"], nothing["reason"]) == (None, "NO_DATA")


async def test_windows_of_the_past_are_of_what_was_known(register: Register) -> None:
    metric = await a_metric(register.db, "ENVR")
    series = await a_series(register.db, metric)
    await told(register.db, series, {DAY: (90, 100)})
    before = register.db.now().isoformat()
    register.clock.advance(hours=1)
    await told(register.db, series, {DAY: (50, 100)})
    assert (await asked(register, days=7))["window"]["value"] == 50.0
    assert (await asked(register, days=7, asOf=before))["window"]["value"] == 90.0


async def two_versions(register: Register) -> Metric:
    """20 bps a day under version 1, 30 under version 2, which is breaking."""
    metric = await an_envr(register.db, weighting=Weighting.POOLED)
    old = await a_series(register.db, metric)
    version = inputs.DefineMetricVersion(
        metric_id=id_of(metric), formula="wider", valid_from=BROKE, breaking=True
    )
    await done(register.db, service.define_version, version)
    new = await a_series(register.db, metric, version=2)
    await told(register.db, old, dict.fromkeys(days(DAY, 7), (20, 10_000)))
    await told(register.db, new, dict.fromkeys(days(BROKE, 7), (30, 10_000)))
    return metric


WEEK_BEFORE = {"from": "2026-11-02", "to": "2026-11-08"}
WEEK_AFTER = {"from": "2026-11-09", "to": "2026-11-15"}
WEEKS = {"before": WEEK_BEFORE, "after": WEEK_AFTER}


async def a_bridge(register: Register, **given: Any) -> MetricBridge:
    """90 of 100 000 items more are negative under version 2: 9 bps."""
    wanted = {
        "metric": "ENVR",
        "from_version": 1,
        "to_version": 2,
        "method": BridgeMethod.DUAL_LABELLED,
        "from_on": DAY,
        "to_on": BROKE,
        "sample_size": 100_000,
        "both_negative": 150,
        "old_only": 10,
        "new_only": 100,
        **given,
    }
    return await done(register.db, service_notes.record_bridge, inputs_notes.RecordBridge(**wanted))


async def test_versions_do_not_mix_in_a_window(register: Register) -> None:
    await two_versions(register)
    document = """{ metricWindow(metric: "ENVR", from: "2026-11-08", to: "2026-11-09") {
      window { value } } }"""
    refused = await register.refused(register.cast.analyst, document)
    assert refused == ["METRIC_VERSION_MISMATCH"]
    week = {"from": "2026-11-02", "to": "2026-11-15"}
    for version, value in ((1, 20.0), (2, 30.0)):
        found = await asked(register, version=version, **week)
        assert (found["versions"], found["window"]["value"]) == ([version], pytest.approx(value))
        assert found["window"]["periods"] == 7
    assert (await asked(register, days=3))["versions"] == [2]


async def test_versions_do_not_compare_without_a_bridge(register: Register) -> None:
    """BR 9."""
    await two_versions(register)
    analyst = register.cast.analyst
    refused = ["METRIC_VERSION_MISMATCH"]
    assert await register.refused(analyst, COMPARE, **WEEKS) == refused
    same = {**WEEKS, "old": 1, "new": 2}
    assert await register.refused(analyst, COMPARE, **same) == refused
    bridge = await a_bridge(register)
    assert await register.refused(analyst, COMPARE, **WEEKS) == refused
    backwards = {"before": WEEK_AFTER, "after": WEEK_BEFORE, "bridges": [id_of(bridge)]}
    assert await register.refused(analyst, COMPARE, **backwards) == refused
    unneeded = {"before": WEEK_AFTER, "after": WEEK_AFTER, "bridges": [id_of(bridge)]}
    assert await register.refused(analyst, COMPARE, **unneeded) == refused
    unknown = {**WEEKS, "bridges": ["bridge_1"]}
    assert await register.refused(analyst, COMPARE, **unknown) == ["BAD_USER_INPUT"]
    area = await a_bridge(register, policy_area_id=id_of(register.cast.area))
    other = {**WEEKS, "bridges": [id_of(area)]}
    assert await register.refused(analyst, COMPARE, **other) == ["BAD_USER_INPUT"]


async def test_over_a_bridge_the_definitional_part_is_taken_out(register: Register) -> None:
    """20 bps before would read 29 today; 30 after is 1 more, and well inside the noise."""
    await two_versions(register)
    bridge = await a_bridge(register)
    answer = await register.ask(register.cast.analyst, COMPARE, **WEEKS, bridges=[id_of(bridge)])
    found = answer["metricComparison"]
    assert (found["before"]["window"]["value"], found["before"]["versions"]) == (20.0, [1])
    assert (found["after"]["window"]["value"], found["after"]["versions"]) == (30.0, [2])
    assert found["bridges"] == [{"method": "DUAL_LABELLED"}]
    assert found["bridged"]["value"] == pytest.approx(29)
    before = 10_000 * math.sqrt(0.002 * 0.998 / 70_000)
    shift = 10_000 * math.sqrt(10 + 100 - 90**2 / 100_000) / 100_000
    error = math.hypot(before, shift)
    assert found["bridged"]["standardError"] == pytest.approx(error)
    change = found["change"]
    assert (change["value"], change["unit"]) == (pytest.approx(1), "bps of views")
    assert change["isDetectable"] is False
    after = 10_000 * math.sqrt(0.003 * 0.997 / 70_000)
    assert change["minimumDetectable"] == pytest.approx(2.8016 * math.hypot(error, after), rel=1e-3)


async def test_inside_one_version_nothing_is_converted(register: Register) -> None:
    metric = await a_metric(register.db, "ENVR")
    series = await a_series(register.db, metric)
    halves = {**dict.fromkeys(days(DAY, 7), (20, 100)), **dict.fromkeys(days(BROKE, 7), (60, 100))}
    await told(register.db, series, halves)
    answer = await register.ask(register.cast.analyst, COMPARE, **WEEKS)
    found = answer["metricComparison"]
    assert (found["bridged"], found["bridges"]) == (None, [])
    assert found["change"]["value"] == pytest.approx(40)
    assert found["change"]["isDetectable"] is True
    assert found["change"]["low"] > 0


@pytest.mark.parametrize(
    "given",
    [
        'metric: "NONE"',
        'metric: "ENVR", days: 0',
        'metric: "ENVR", version: 9',
        'metric: "ENVR", from: "2026-11-02"',
        'metric: "ENVR", from: "2026-11-02", to: "2026-11-01"',
        'metric: "ENVR", from: "2026-11-02", to: "2026-11-03", days: 2',
    ],
)
async def test_what_makes_no_sense_is_refused(register: Register, given: str) -> None:
    await a_metric(register.db, "ENVR")
    document = f"{{ metricWindow({given}) {{ window {{ value }} }} }}"
    assert await register.refused(register.cast.analyst, document) == ["BAD_USER_INPUT"]


POWER = """query Q($of: MeasuredFilter!, $effect: Float!, $days: Int!, $power: Float!) {
  mde(of: $of, days: $days, power: $power) {
    effect unit rate dailySample windowSample days power }
  sampleSize(of: $of, effect: $effect, days: $days, power: $power) {
    sampleSize perDay available isEnough effect unit } }"""


async def test_what_a_sample_can_show(register: Register) -> None:
    """At 15 bps 140 000 views a window show 4.1 bps (glossary 3.6.8)."""
    metric = await an_envr(register.db)
    series = await a_series(register.db, metric)
    await told(register.db, series, dict.fromkeys(days(date(2026, 10, 12), 28), (15, 10_000)))
    given = {"effect": 4.1, "days": 14, "power": 0.8}
    for of in ({"series": "SER-001"}, {"series": str(id_of(series))}, {"metric": "ENVR"}):
        found = await register.ask(register.cast.analyst, POWER, of=of, **given)
        mde, size = found["mde"], found["sampleSize"]
        assert round(mde["effect"], 1) == 4.1
        assert (mde["unit"], mde["rate"]) == ("bps of views", pytest.approx(15))
        assert mde["dailySample"] == pytest.approx(10_000)
        assert mde["windowSample"] == pytest.approx(140_000)
        # 2 p (1 - p) (2.8016 / effect)^2
        wanted = 2 * 0.0015 * 0.9985 * ((1.959964 + 0.841621) / 0.00041) ** 2
        assert size["sampleSize"] == math.ceil(wanted)
        assert size["perDay"] == pytest.approx(size["sampleSize"] / 14)
        assert size["isEnough"] is (size["available"] >= size["sampleSize"])


@pytest.mark.parametrize(
    "given",
    [
        {"of": {}},
        {"of": {"series": "SER-001", "metric": "ENVR"}},
        {"days": 0},
        {"power": 1.0},
        {"effect": 0.0},
        {"effect": 10_001.0},
    ],
)
async def test_samples_of_nothing_are_refused(register: Register, given: dict[str, Any]) -> None:
    metric = await an_envr(register.db)
    series = await a_series(register.db, metric)
    await told(register.db, series, {DAY: (15, 10_000)})
    wanted = {"of": {"series": "SER-001"}, "effect": 1.0, "days": 14, "power": 0.8, **given}
    refused = await register.refused(register.cast.analyst, POWER, **wanted)
    assert set(refused) == {"BAD_USER_INPUT"}


async def test_of_nothing_nothing_is_reckoned(register: Register) -> None:
    await a_series(register.db, await an_envr(register.db))
    given = {"effect": 4.1, "days": 14, "power": 0.8}
    for of in ({"series": "SER-001"}, {"series": "SER-009"}, {"metric": "ENVR"}):
        found = await register.ask(register.cast.analyst, POWER, of=of, **given)
        assert found == {"mde": None, "sampleSize": None}
