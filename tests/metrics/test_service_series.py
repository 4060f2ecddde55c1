"""Series: created in bulk with their scopes, changed, ended."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from strawberry import ID, Some

from riskreg.kit.tables import NEVER
from riskreg.metrics import inputs, service, service_series
from riskreg.metrics.models import LatestValue, MetricSeries, MetricVersion
from riskreg.metrics.rules import Cadence, Surface
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import a_metric, a_series, told


async def all_series(register: Register) -> list[Any]:
    view = register.view()
    series = view.of(MetricSeries)
    query = select(series, view.of(MetricVersion).number.label("version_number")).join(
        view.of(MetricVersion), view.of(MetricVersion).id == series.version_id
    )
    return list(await register.db.rows(view, query.order_by(series.number)))


async def test_a_batch_makes_series_in_order(register: Register) -> None:
    cast = register.cast
    await a_metric(register.db)
    given = inputs.CreateMetricSeries(
        series=[
            inputs.SeriesGiven(metric="GOLD_ACC"),
            inputs.SeriesGiven(
                metric="GOLD_ACC",
                project_id=id_of(cast.project),
                policy_area_id=id_of(cast.area),
                market_id=id_of(cast.market),
                vendor_id=id_of(cast.aster),
                surface=Surface.LIVE,
                label="HATE",
                cohort="tenure <30 d",
                cadence=Cadence.WEEKLY,
                expected_lag_hours=6,
                min_sample=200,
                source="gold feed",
                code="SER-107",
            ),
        ]
    )
    made = await register.does(cast.analyst, service_series.create_many, given)
    assert [(one.code, one.number) for one in made] == [("SER-001", 1), ("SER-107", 107)]
    everything, narrow = await all_series(register)
    assert everything.scope_key == "[null,null,null,null,null,null,null]"
    assert (everything.cadence, everything.min_sample, everything.ended_at) == (
        Cadence.DAILY,
        0,
        NEVER,
    )
    keys = [cast.project.id, cast.area.id, cast.market.id, cast.aster.id]
    quoted = ",".join(f'"{key}"' for key in keys)
    assert narrow.scope_key == f'[{quoted},"LIVE","HATE","tenure <30 d"]'
    assert (narrow.vendor_id, narrow.surface, narrow.cohort) == (
        cast.aster.id,
        Surface.LIVE,
        "tenure <30 d",
    )


async def test_a_series_is_of_the_version_in_force(register: Register) -> None:
    metric = await a_metric(register.db, valid_from=date(2026, 1, 1))
    for day in (date(2026, 10, 1), date(2026, 12, 1)):
        version = inputs.DefineMetricVersion(
            metric_id=id_of(metric), formula="f", valid_from=day, breaking=True
        )
        await done(register.db, service.define_version, version)
    await a_series(register.db, metric)
    await a_series(register.db, metric, version=3)
    assert [row.version_number for row in await all_series(register)] == [2, 3]


async def test_every_row_of_a_batch_is_checked(register: Register) -> None:
    cast = register.cast
    metric = await a_metric(register.db)
    await a_series(register.db, metric, market_id=id_of(cast.market))
    given = inputs.CreateMetricSeries(
        series=[
            inputs.SeriesGiven(metric="GOLD_ACC"),
            inputs.SeriesGiven(metric="GOLD_ACC"),
            inputs.SeriesGiven(metric="GOLD_ACC", market_id=id_of(cast.market)),
            inputs.SeriesGiven(metric="NONE\0"),
            inputs.SeriesGiven(metric="GOLD_ACC", version=2),
            inputs.SeriesGiven(metric="GOLD_ACC", vendor_id=ID("vendor_1")),
            inputs.SeriesGiven(metric="GOLD_ACC", label="x", expected_lag_hours=-1),
            inputs.SeriesGiven(metric="GOLD_ACC", label="y", min_sample=-1),
            inputs.SeriesGiven(metric="GOLD_ACC", label="z" * 41),
        ]
    )
    assert await register.refusals(cast.analyst, service_series.create_many, given) == [
        ("DUPLICATE", ("series", 1)),
        ("DUPLICATE", ("series", 2)),
        ("NOT_FOUND", ("series", 3, "metric")),
        ("NOT_FOUND", ("series", 4, "version")),
        ("NOT_FOUND", ("series", 5, "vendorId")),
        ("OUT_OF_RANGE", ("series", 6, "expectedLagHours")),
        ("OUT_OF_RANGE", ("series", 7, "minSample")),
        ("TOO_LONG", ("series", 8, "label")),
    ]
    assert len(await all_series(register)) == 1


@pytest.mark.parametrize("number", [0, 501])
async def test_a_batch_has_bounds(register: Register, number: int) -> None:
    await a_metric(register.db)
    rows = [inputs.SeriesGiven(metric="GOLD_ACC", label=f"L{at}") for at in range(number)]
    given = inputs.CreateMetricSeries(series=rows)
    refused = await register.refusals(register.cast.analyst, service_series.create_many, given)
    assert refused == [("OUT_OF_RANGE", ("series",))]


async def test_a_lag_moves_when_a_series_goes_stale(register: Register) -> None:
    metric = await a_metric(register.db)
    series = await a_series(register.db, metric, min_sample=5, source="feed")
    await told(register.db, series, {date(2026, 11, 14): 95.0})
    change = inputs.ChangeMetricSeries(
        id=id_of(series), expected_version=1, expected_lag_hours=Some(48)
    )
    await register.does(register.cast.analyst, service_series.change, change)
    [row] = await all_series(register)
    assert (row.expected_lag_hours, row.min_sample, row.source) == (48, 5, "feed")
    view = register.view()
    latest = view.of(LatestValue)
    [(stale,)] = await register.db.rows(view, select(latest.stale_after))
    assert stale == datetime(2026, 11, 19, tzinfo=UTC)
    wrong = inputs.ChangeMetricSeries(
        id=id_of(series), expected_version=2, expected_lag_hours=Some(2161)
    )
    assert await register.refusals(register.cast.analyst, service_series.change, wrong) == [
        ("OUT_OF_RANGE", ("expectedLagHours",))
    ]


async def test_a_series_ends_once(register: Register) -> None:
    analyst = register.cast.analyst
    series = await a_series(register.db, await a_metric(register.db))
    end = inputs.EndMetricSeries(id=id_of(series), expected_version=1)
    ended = await register.does(analyst, service_series.end, end)
    assert ended.ended_at == ended.updated_at
    again = inputs.EndMetricSeries(id=id_of(series), expected_version=2)
    assert await register.refusals(analyst, service_series.end, again) == [
        ("MOVE_NOT_ALLOWED", ("id",))
    ]
    change = inputs.ChangeMetricSeries(id=id_of(series), expected_version=2, min_sample=Some(1))
    assert await register.refusals(analyst, service_series.change, change) == [
        ("NOT_PERMITTED", ("id",))
    ]


async def test_only_analysts_keep_series(register: Register) -> None:
    cast = register.cast
    series = await a_series(register.db, await a_metric(register.db))
    more = inputs.CreateMetricSeries(series=[inputs.SeriesGiven(metric="GOLD_ACC", label="x")])
    end = inputs.EndMetricSeries(id=id_of(series), expected_version=1)
    change = inputs.ChangeMetricSeries(id=id_of(series), expected_version=1)
    for actor in (cast.lead, cast.service, cast.vendor, cast.admin):
        refused = [("FORBIDDEN", ())]
        assert await register.refusals(actor, service_series.create_many, more) == refused
        assert await register.refusals(actor, service_series.end, end) == refused
        assert await register.refusals(actor, service_series.change, change) == refused
