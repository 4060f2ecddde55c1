"""Metrics, versions, notes, bridges and evaluations in the graph."""

import math
from datetime import date
from typing import Any

import pytest

from riskreg.metrics import inputs_notes, service_notes
from riskreg.metrics.rules import AnnotationKind, BridgeMethod
from tests.cast import Register, person_id
from tests.factories import done, id_of
from tests.metrics.arranged import a_metric, a_note, a_series, an_evaluation, told

DAY = date(2026, 11, 2)


async def test_a_metric_is_defined_versioned_and_shown(register: Register) -> None:
    analyst = register.cast.analyst
    await a_metric(register.db, "FPR_ENF")
    define = """mutation ($input: DefineMetricInput!) {
      defineMetric(input: $input) { metric { id code } userErrors { code field } } }"""
    given = {
        "code": "ENVR",
        "name": "Ecosystem Negative View Rate",
        "formula": "sum W_h neg_h / n_h",
        "unit": "bps of views",
        "scale": 10000,
        "direction": "LOWER",
        "kind": "PROPORTION",
        "family": "OUTCOME",
        "weighting": "VIEW_SHARE",
        "validFrom": "2026-01-01",
        "ownerId": person_id(analyst),
    }
    wrong = await register.ask(analyst, define, input={**given, "scale": 100})
    assert wrong["defineMetric"] == {
        "metric": None,
        "userErrors": [{"code": "INVALID", "field": ["scale"]}],
    }
    rehearsed = await register.ask(analyst, define, input={**given, "dryRun": True})
    assert rehearsed["defineMetric"] == {"metric": None, "userErrors": []}
    made = (await register.ask(analyst, define, input=given))["defineMetric"]["metric"]
    pair = """mutation ($input: ChangeMetricInput!) {
      changeMetric(input: $input) { metric { pairedWith { code } } userErrors { code } } }"""
    other = (await register.ask(analyst, '{ metric(code: "FPR_ENF") { id } }'))["metric"]["id"]
    change = {"id": made["id"], "expectedVersion": 1, "pairedWithId": other}
    paired = await register.ask(analyst, pair, input=change)
    assert paired["changeMetric"]["metric"] == {"pairedWith": {"code": "FPR_ENF"}}
    more = """mutation ($input: DefineMetricVersionInput!) {
      defineMetricVersion(input: $input) { metricVersion { number } userErrors { code } } }"""
    for day in ("2026-11-01", "2026-12-01"):
        version = {"metricId": made["id"], "formula": "v", "validFrom": day, "breaking": True}
        await register.ask(analyst, more, input=version)
    document = """{ metric(code: "ENVR") {
      name unit scale direction kind family bandLow owner { name } pairedWith { code }
      versions { nodes { number validFrom breaking weighting } }
      versionInForce { number } history { action } } }"""
    assert (await register.ask(analyst, document))["metric"] == {
        "name": "Ecosystem Negative View Rate",
        "unit": "bps of views",
        "scale": 10_000.0,
        "direction": "LOWER",
        "kind": "PROPORTION",
        "family": "OUTCOME",
        "bandLow": None,
        "owner": {"name": analyst.name},
        "pairedWith": {"code": "FPR_ENF"},
        "versions": {
            "nodes": [
                {
                    "number": number,
                    "validFrom": day,
                    "breaking": number > 1,
                    "weighting": "VIEW_SHARE",
                }
                for number, day in enumerate(("2026-01-01", "2026-11-01", "2026-12-01"), 1)
            ]
        },
        "versionInForce": {"number": 2},
        "history": [
            {"action": "defineMetricVersion"},
            {"action": "defineMetricVersion"},
            {"action": "changeMetric"},
            {"action": "defineMetric"},
        ],
    }


async def test_metrics_are_listed_and_filtered(register: Register) -> None:
    for code, kind in (("GOLD_ACC", {}), ("AHT", {"kind": "MEAN", "unit": "s", "scale": 1.0})):
        await a_metric(register.db, code, **kind)
    document = """query ($filter: MetricFilter) { metrics(filter: $filter) {
      totalCount nodes { code } } }"""

    async def found(given: Any) -> list[str]:
        answer = (await register.ask(register.cast.lead, document, filter=given))["metrics"]
        return [node["code"] for node in answer["nodes"]]

    assert await found({}) == ["AHT", "GOLD_ACC"]
    assert await found({"code": {"contains": "gold"}}) == ["GOLD_ACC"]
    assert await found({"kind": {"eq": "MEAN"}}) == ["AHT"]
    assert await found({"not": {"kind": {"eq": "MEAN"}}}) == ["GOLD_ACC"]


async def test_a_batch_of_series_answers_row_by_row(register: Register) -> None:
    await a_metric(register.db)
    document = """mutation ($input: CreateMetricSeriesInput!) { createMetricSeries(input: $input) {
      results { series { code metricVersion { number } } userErrors { code field } }
      userErrors { code field } } }"""
    good, bad = {"metric": "GOLD_ACC", "label": "a"}, {"metric": "NONE"}
    answer = await register.ask(register.cast.analyst, document, input={"series": [good, bad]})
    assert answer["createMetricSeries"] == {
        "results": [
            {"series": None, "userErrors": []},
            {
                "series": None,
                "userErrors": [{"code": "NOT_FOUND", "field": ["series", "1", "metric"]}],
            },
        ],
        "userErrors": [],
    }
    answer = await register.ask(register.cast.analyst, document, input={"series": [good]})
    assert answer["createMetricSeries"]["results"] == [
        {"series": {"code": "SER-001", "metricVersion": {"number": 1}}, "userErrors": []}
    ]


async def test_a_removed_note_is_still_there_in_the_past(register: Register) -> None:
    analyst = register.cast.analyst
    await a_series(register.db, await a_metric(register.db))
    note = """mutation ($input: AnnotateMetricsInput!) {
      annotateMetrics(input: $input) { annotation { id version } userErrors { code } } }"""
    given = {
        "kind": "INCIDENT",
        "fromOn": "2026-11-02",
        "text": "Tool outage",
        "metric": "GOLD_ACC",
    }
    made = (await register.ask(analyst, note, input=given))["annotateMetrics"]["annotation"]
    before = register.db.now().isoformat()
    register.clock.advance(hours=1)
    remove = """mutation ($input: RemoveMetricAnnotationInput!) {
      removeMetricAnnotation(input: $input) { annotation { id } userErrors { code } } }"""
    taken = {"id": made["id"], "expectedVersion": made["version"], "reason": "Twice"}
    answer = await register.ask(analyst, remove, input=taken)
    assert answer["removeMetricAnnotation"] == {"annotation": None, "userErrors": []}
    document = """query ($asOf: DateTime) {
      metricAnnotations(asOf: $asOf) { nodes { text } }
      metric(code: "GOLD_ACC", asOf: $asOf) { annotations { totalCount } }
      series(code: "SER-001", asOf: $asOf) {
        annotations(from: "2026-11-01", to: "2026-11-30") { text } } }"""
    noted = [{"text": "Tool outage"}]
    for at, found in ((None, []), (before, noted)):
        data = await register.ask(analyst, document, asOf=at)
        assert data["metricAnnotations"]["nodes"] == found
        assert data["metric"]["annotations"]["totalCount"] == len(found)
        assert data["series"]["annotations"] == found


async def test_series_know_the_notes_of_what_they_are_part_of(register: Register) -> None:
    cast = register.cast
    metric, other = await a_metric(register.db), await a_metric(register.db, "OTHER")
    await a_series(register.db, metric, vendor_id=id_of(cast.aster))
    notes: dict[str, dict[str, Any]] = {
        "everything": {},
        "the metric": {"metric": "GOLD_ACC"},
        "another metric": {"metric": other.code},
        "the vendor": {"vendor_id": id_of(cast.aster)},
        "another vendor": {"vendor_id": id_of(cast.boreal)},
        "long ago": {"to_on": date(2026, 10, 1), "from_on": date(2026, 10, 1)},
    }
    for text, given in notes.items():
        wanted: dict[str, Any] = {"from_on": DAY, **given}
        note = inputs_notes.AnnotateMetrics(kind=AnnotationKind.CHANGE, text=text, **wanted)
        await done(register.db, service_notes.annotate, note)
    document = """{ series(code: "SER-001") {
      annotations(from: "2026-11-01", to: "2026-11-30") { text } } }"""
    data = await register.ask(cast.analyst, document)
    assert [note["text"] for note in data["series"]["annotations"]] == [
        "everything",
        "the metric",
        "the vendor",
    ]


async def test_a_bridge_tells_offset_and_factor(register: Register) -> None:
    """EV-4 of the demo: 15.77 against 16.33 bps of 1 M views each, a factor of 1.036."""
    metric = await a_metric(register.db, "ENVR", unit="bps", scale=10_000.0)
    define = """mutation ($input: DefineMetricVersionInput!) { defineMetricVersion(input: $input) {
      userErrors { code } } }"""
    version = {
        "metricId": id_of(metric),
        "formula": "v",
        "validFrom": "2026-11-01",
        "breaking": True,
    }
    await register.ask(register.cast.analyst, define, input=version)
    record = """mutation ($input: RecordBridgeInput!) { recordBridge(input: $input) {
      bridge { fromVersion { number } toVersion { number } metric { code }
        shift { offset offsetLow offsetHigh factor factorLow unit } }
      userErrors { code field } } }"""
    given = {
        "metric": "ENVR",
        "fromVersion": 1,
        "toVersion": 2,
        "method": BridgeMethod.DUAL_RUN.value,
        "fromOn": "2026-10-01",
        "toOn": "2026-10-28",
        "oldNegatives": 1577,
        "oldSample": 1_000_000,
        "newNegatives": 1633,
        "newSample": 1_000_000,
    }
    answer = await register.ask(register.cast.analyst, record, input=given)
    bridge = answer["recordBridge"]["bridge"]
    assert (bridge["fromVersion"], bridge["toVersion"]) == ({"number": 1}, {"number": 2})
    shift = bridge["shift"]
    assert (shift["offset"], shift["unit"]) == (pytest.approx(0.56), "bps")
    assert shift["factor"] == pytest.approx(1633 / 1577)
    spread = math.sqrt((1 - 0.001577) / 1577 + (1 - 0.001633) / 1633)
    assert shift["factorLow"] == pytest.approx(1633 / 1577 * math.exp(-1.959964 * spread))


async def test_an_evaluation_carries_unit_interval_and_confounders(register: Register) -> None:
    cast = register.cast
    series = await a_series(register.db, await a_metric(register.db), vendor_id=id_of(cast.aster))
    await a_note(register.db, "Boreal lost a site")
    effects = {"definitional_effect": 0.0, "real_effect": -4.4, "confounders": ["PC-014"]}
    await an_evaluation(register.db, series, **effects)
    document = """{ impactEvaluations(filter: {subject: {eq: "M-012"}}) { nodes {
      code total { estimate low high } unit confidence confounders series { code }
      definitionalEffect realEffect } } series(code: "SER-001") {
      evaluations { nodes { code } } } }"""
    common = {
        "code": "IE-001",
        "total": {"estimate": -4.4, "low": -5.6, "high": -3.2},
        "unit": "%",
        "confidence": "MEDIUM",
        "series": {"code": "SER-001"},
        "definitionalEffect": 0.0,
        "realEffect": -4.4,
    }
    all_of_it = ["INCIDENT 2026-11-02: Boreal lost a site", "PC-014"]
    for actor, told_ in ((cast.analyst, all_of_it), (cast.vendor, ["something else", "PC-014"])):
        data = await register.ask(actor, document)
        assert data["impactEvaluations"]["nodes"] == [{**common, "confounders": told_}]
        assert data["series"]["evaluations"]["nodes"] == [{"code": "IE-001"}]
    assert await register.ask(cast.rival, document) == {
        "impactEvaluations": {"nodes": []},
        "series": None,
    }


async def test_the_narrow_see_their_own_series_and_values(register: Register) -> None:
    """The vendor its own, the requestor and a project's token those of the project."""
    cast, db = register.cast, register.db
    metric = await a_metric(db)
    scopes: dict[str, dict[str, Any]] = {
        "SER-001": {},
        "SER-002": {"vendor_id": id_of(cast.aster)},
        "SER-003": {"vendor_id": id_of(cast.boreal)},
        "SER-004": {"project_id": id_of(cast.project)},
        "SER-005": {"project_id": id_of(cast.other_project)},
    }
    for number, scope in enumerate(scopes.values(), 1):
        series = await a_series(db, metric, **scope)
        await told(db, series, {DAY: (90 + number, 100)})
    document = """query ($asOf: DateTime) {
      metricSeries(asOf: $asOf) { totalCount nodes {
        code latest { value } values(from: "2026-11-01", to: "2026-11-30") { value }
        revisions(period: "2026-11-02") { value } quality } }
      metricWindow(metric: "GOLD_ACC", days: 7, asOf: $asOf) { seriesCount window { value } } }"""
    seen = {
        cast.lead: list(scopes),
        cast.vendor: ["SER-002"],
        cast.rival: ["SER-003"],
        cast.requestor: ["SER-004"],
        cast.other_requestor: ["SER-005"],
        cast.service: ["SER-004"],
        cast.admin: [],
    }
    register.clock.advance(hours=1)
    for at in (None, register.db.now().isoformat()):
        for actor, codes in seen.items():
            data = await register.ask(actor, document, asOf=at)
            found = data["metricSeries"]
            assert [node["code"] for node in found["nodes"]] == codes, actor.name
            assert found["totalCount"] == len(codes)
            for node in found["nodes"]:
                value = {"value": 90.0 + int(node["code"][-1])}
                shown = (node["latest"], node["values"], node["revisions"], node["quality"])
                assert shown == (value, [value], [value], ["STALE"])
            window = data["metricWindow"]
            if len(codes) <= 1:
                wanted = 90.0 + int(codes[0][-1]) if codes else None
                assert (window["seriesCount"], window["window"]["value"]) == (len(codes), wanted)
