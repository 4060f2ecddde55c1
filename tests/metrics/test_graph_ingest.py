"""Observations come in over the graph: named as senders know them, sent again, by whoever may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.kit.ids import global_id
from riskreg.kit.view import Actor, Reach, Scope
from riskreg.metrics import inputs, service
from riskreg.metrics.models import MetricSeries, Observation, ObservationBatch
from riskreg.metrics.rules import Cadence, MetricKind, Surface
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import a_metric, a_series
from tests.metrics.test_ingest import everything

PUSH = """mutation ($input: IngestObservationsInput!) { ingestObservations(input: $input) {
  batch { id source } accepted updated unchanged
  rejected { index code field message } userErrors { code field } } }"""
DAY = "2026-11-09"


async def push(register: Register, actor: Actor, rows: Sequence[Any], **more: Any) -> Any:
    given = {"observations": rows, **more}
    return (await register.ask(actor, PUSH, input=given))["ingestObservations"]


def counts(answer: Any) -> tuple[int, int, int, list[tuple[int, str, str]]]:
    rejected = [(one["index"], one["code"], one["field"]) for one in answer["rejected"]]
    return answer["accepted"], answer["updated"], answer["unchanged"], rejected


def share(series: MetricSeries, above: float, day: str = DAY) -> dict[str, Any]:
    return {"series": series.code, "periodStart": day, "numerator": above, "denominator": 4}


async def batches(register: Register) -> int:
    view = register.view()
    [(number,)] = await register.db.rows(view, select(func.count(view.of(ObservationBatch).id)))
    return int(number)


async def test_good_rows_are_kept_and_the_rejected_listed(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    rows = [share(series, 3), share(series, 5, "2026-11-10"), share(series, 1, "2026-11-10")]
    answer = await push(register, register.cast.analyst, rows, source="platform")
    assert counts(answer) == (2, 0, 0, [(1, "OUT_OF_RANGE", "numerator")])
    assert answer["rejected"][0]["message"] == "A part cannot be larger than the whole."
    assert answer["batch"]["source"] == "platform"
    assert answer["userErrors"] == []
    again = await push(register, register.cast.analyst, [share(series, 3), share(series, 2)])
    assert counts(again) == (0, 0, 1, [(1, "DUPLICATE_ROW", "periodStart")])
    other = await push(register, register.cast.analyst, [share(series, 2)])
    assert counts(other) == (0, 1, 0, [])


async def test_a_retry_with_its_key_answers_as_before(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    service_ = replace(register.cast.service, reach=Reach(Scope.PROJECTS, ()))
    rows = [share(series, 3), {**share(series, 1), "series": "SER-404"}]
    first = await push(register, service_, rows, idempotencyKey="k1")
    assert counts(first) == (1, 0, 0, [(1, "UNKNOWN_SERIES", "series")])
    await push(register, service_, [share(series, 2)], idempotencyKey="k2")
    seq, before = await register.seq(), await everything(register)
    assert await push(register, service_, rows, idempotencyKey="k1") == first
    reused = await push(register, service_, [share(series, 1)], idempotencyKey="k1")
    assert reused["userErrors"] == [{"code": "IDEMPOTENCY_KEY_REUSED", "field": ["idempotencyKey"]}]
    assert reused["batch"] is None
    assert counts(reused) == (0, 0, 0, [])
    assert (await register.seq(), await everything(register)) == (seq, before)


async def test_a_dry_run_says_what_would_come_of_it(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    seq, before = await register.seq(), await everything(register)
    rows = [share(series, 3), share(series, 5, "2026-11-10")]
    answer = await push(register, register.cast.analyst, rows, dryRun=True)
    assert answer["batch"] is None
    assert counts(answer) == (1, 0, 0, [(1, "OUT_OF_RANGE", "numerator")])
    assert (await register.seq(), await everything(register)) == (seq, before)


@pytest.mark.parametrize("number", [0, 2001])
async def test_a_batch_has_a_size(register: Register, number: int) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    seq = await register.seq()
    answer = await push(register, register.cast.analyst, [share(series, 3)] * number)
    assert answer["userErrors"] == [{"code": "OUT_OF_RANGE", "field": ["observations"]}]
    assert (await register.seq(), await batches(register)) == (seq, 0)


async def test_a_series_is_named_by_metric_and_scope(register: Register) -> None:
    cast = register.cast
    metric = await a_metric(register.db, "GOLD_ACC")
    scope = {
        "project_id": id_of(cast.project),
        "policy_area_id": id_of(cast.area),
        "market_id": id_of(cast.market),
        "vendor_id": id_of(cast.aster),
        "surface": Surface.LIVE,
        "label": "gore",
        "cohort": "new",
    }
    narrow = await a_series(register.db, metric, **scope)
    wide = await a_series(register.db, metric)
    version = inputs.DefineMetricVersion(
        metric_id=id_of(metric), formula="anew", valid_from=date(2026, 11, 8), breaking=True
    )
    await done(register.db, service.define_version, version)
    later = await a_series(register.db, metric)
    named = {
        "metric": "GOLD_ACC",
        "project": cast.project.code,
        "policyArea": cast.area.code,
        "market": cast.market.code,
        "vendor": id_of(cast.aster),
        "surface": "LIVE",
        "label": "gore",
        "cohort": "new",
    }
    part = {"periodStart": DAY, "value": 50}
    rows = [
        {**part, "metric": "GOLD_ACC"},
        {**part, "metric": id_of(metric), "version": 1},
        {**part, "metric": "GOLD_ACC", "periodStart": "2026-11-07"},
        {**part, **named, "version": 1},
        {**part, "series": id_of(narrow), "periodStart": "2026-11-08"},
    ]
    assert counts(await push(register, cast.analyst, rows)) == (5, 0, 0, [])
    view = register.view()
    told = view.of(Observation)
    query = select(told.series_no, told.period_start).order_by(told.series_no, told.period_start)
    assert [tuple(row) for row in await register.db.rows(view, query)] == sorted(
        [
            (later.number, date(2026, 11, 9)),
            (wide.number, date(2026, 11, 9)),
            (wide.number, date(2026, 11, 7)),
            (narrow.number, date(2026, 11, 9)),
            (narrow.number, date(2026, 11, 8)),
        ]
    )


async def test_what_names_no_series_is_rejected_by_its_field(register: Register) -> None:
    cast = register.cast
    series = await a_series(register.db, await a_metric(register.db, "GOLD_ACC"))
    part = {"periodStart": DAY, "value": 50}
    names: dict[str, dict[str, Any]] = {
        "series": {},
        "series ": {"series": series.code, "metric": "GOLD_ACC"},
        "series  ": {"series": id_of(cast.project)},
        "series   ": {"series": "SER\u0000404"},
        "series    ": {"metric": "GOLD_ACC", "project": cast.project.code},
        "metric": {"metric": "NONE"},
        "version": {"metric": "GOLD_ACC", "version": 7},
        "project": {"metric": "GOLD_ACC", "project": "NONE"},
        "policyArea": {"metric": "GOLD_ACC", "policyArea": global_id("area", "0" * 32)},
        "market": {"metric": "GOLD_ACC", "market": cast.project.code},
        "vendor": {"metric": "GOLD_ACC", "vendor": ""},
    }
    answer = await push(register, cast.analyst, [{**part, **one} for one in names.values()])
    assert counts(answer) == (
        0,
        0,
        0,
        [(at, "UNKNOWN_SERIES", field.strip()) for at, field in enumerate(names)],
    )


async def test_who_may_tell_of_which_series(register: Register) -> None:
    cast = register.cast
    metric = await a_metric(register.db)
    own = await a_series(register.db, metric, project_id=id_of(cast.project))
    other = await a_series(register.db, metric, project_id=id_of(cast.other_project))
    rows = [share(own, 3), share(other, 3)]
    for actor in (cast.manager, cast.vendor, cast.auditor, cast.admin):
        assert await register.refused(actor, PUSH, input={"observations": rows}) == ["FORBIDDEN"]
    answer = await push(register, cast.service, rows)
    assert counts(answer) == (1, 0, 0, [(1, "UNKNOWN_SERIES", "series")])
    assert answer["batch"] is not None
    by_scope = {"metric": "GOLD_ACC", "project": cast.other_project.code, "periodStart": DAY}
    hidden = await push(register, cast.service, [{**by_scope, "value": 1}])
    assert counts(hidden)[3] == [(0, "UNKNOWN_SERIES", "project")]
    unlisted = replace(cast.service, reach=Reach(Scope.PROJECTS, ()))
    assert counts(await push(register, unlisted, rows)) == (1, 0, 1, [])
    assert (await register.ask(unlisted, "{ metricSeries { nodes { code } } }"))["metricSeries"][
        "nodes"
    ] == []
    listed = replace(cast.analyst, reach=cast.service.reach)
    assert counts(await push(register, listed, [share(own, 2), share(other, 2)])) == (
        0,
        1,
        0,
        [(1, "UNKNOWN_SERIES", "series")],
    )


async def test_a_late_correction_beside_many_rows_stays_short(register: Register) -> None:
    metric = await a_metric(
        register.db, "N", kind=MetricKind.COUNT, scale=1.0, unit="x", valid_from=date(2021, 1, 1)
    )
    weekly = await a_series(register.db, metric, cadence=Cadence.WEEKLY)
    row = {"series": weekly.code, "value": 1}
    weeks = ["2021-01-04", "2026-11-02", "2026-11-09"]
    rows = [{**row, "periodStart": week} for week in weeks]
    assert counts(await push(register, register.cast.analyst, rows)) == (3, 0, 0, [])
    rows[0] = {**rows[0], "value": 2}
    assert counts(await push(register, register.cast.analyst, rows)) == (0, 1, 2, [])
