"""Metrics and versions: defined, changed, installed, handed over."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from strawberry import Some

from riskreg.kit.db import Act
from riskreg.metrics import inputs, service
from riskreg.metrics.catalogue import CATALOGUE
from riskreg.metrics.models import Metric, MetricVersion
from riskreg.metrics.rules import Direction, MetricFamily, MetricKind, Weighting
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.auth import SYSTEM
from riskreg.wiring import HANDLERS
from tests.cast import Cast, Register, opened, person_id
from tests.factories import id_of
from tests.metrics.arranged import a_metric

GOOD = inputs.DefineMetric(
    code="GOLD_ACC",
    name="Gold-set accuracy",
    formula="right / labelled",
    unit="%",
    scale=100,
    direction=Direction.HIGHER,
    kind=MetricKind.PROPORTION,
    family=MetricFamily.QUALITY,
)


async def stored(register: Register, code: str) -> Any:
    view = register.view()
    metric = view.of(Metric)
    [row] = await register.db.rows(view, select(metric).where(metric.code == code))
    return row


async def versions(register: Register, code: str) -> list[tuple[int, date, bool, Weighting]]:
    view = register.view()
    metric, version = view.of(Metric), view.of(MetricVersion)
    query = (
        select(version.number, version.valid_from, version.breaking, version.weighting)
        .join(metric, metric.id == version.metric_id)
        .where(metric.code == code)
        .order_by(version.number)
    )
    return [tuple(row) for row in await register.db.rows(view, query)]


async def test_a_metric_begins_with_its_first_version(register: Register) -> None:
    await register.does(register.cast.analyst, service.define, GOOD)
    row = await stored(register, "GOLD_ACC")
    assert (row.unit, row.scale, row.direction) == ("%", 100.0, Direction.HIGHER)
    assert await versions(register, "GOLD_ACC") == [
        (1, date(2026, 11, 16), False, Weighting.POOLED)
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit": "bps of views"}, "scale"),
        ({"unit": "%", "scale": 10_000.0}, "scale"),
        ({"scale": 0.0}, "scale"),
        ({"scale": float("nan")}, "scale"),
        ({"kind": MetricKind.QUANTILE, "unit": "h"}, "scale"),
        ({"direction": Direction.TARGET_BAND}, "bandLow"),
        ({"band_low": 80.0}, "bandLow"),
        ({"direction": Direction.TARGET_BAND, "band_low": 9.0, "band_high": 8.0}, "bandHigh"),
        ({"name": " "}, "name"),
        ({"unit": ""}, "unit"),
        ({"formula": ""}, "formula"),
        ({"code": "no spaces"}, "code"),
        ({"owner_id": "person_1"}, "ownerId"),
        ({"paired_with_id": "metric_1"}, "pairedWithId"),
    ],
)
async def test_what_does_not_fit_together_is_refused(
    register: Register, given: dict[str, Any], field: str
) -> None:
    wrong = replace(GOOD, **given)
    found = await register.refusals(register.cast.analyst, service.define, wrong)
    assert [where for _, where in found] == [(field,)]


async def test_a_code_is_taken_once(register: Register) -> None:
    await a_metric(register.db, "GOLD_ACC")
    refused = await register.refusals(register.cast.analyst, service.define, GOOD)
    assert refused == [("DUPLICATE", ("code",))]


async def test_only_analysts_define(register: Register) -> None:
    cast = register.cast
    metric = await a_metric(register.db)
    change = inputs.ChangeMetric(id=id_of(metric), expected_version=1, name=Some("Else"))
    version = inputs.DefineMetricVersion(
        metric_id=id_of(metric), formula="f", valid_from=date(2026, 12, 1), breaking=True
    )
    for actor in (cast.lead, cast.qa, cast.vendor, cast.service, cast.admin):
        refused = [("FORBIDDEN", ())]
        assert await register.refusals(actor, service.define, replace(GOOD, code="X")) == refused
        assert await register.refusals(actor, service.change, change) == refused
        assert await register.refusals(actor, service.define_version, version) == refused


async def test_what_is_left_out_stays(register: Register) -> None:
    cast = register.cast
    over = await a_metric(register.db, "FPR_ENF", direction=Direction.LOWER)
    metric = await a_metric(register.db, description="Blind seeds")
    change = inputs.ChangeMetric(
        id=id_of(metric),
        expected_version=1,
        direction=Some(Direction.TARGET_BAND),
        band_low=Some(90.0),
        owner_id=Some(person_id(cast.analyst)),
        paired_with_id=Some(id_of(over)),
    )
    await register.does(cast.analyst, service.change, change)
    row = await stored(register, "GOLD_ACC")
    assert (row.description, row.direction, row.band_low) == (
        "Blind seeds",
        Direction.TARGET_BAND,
        90.0,
    )
    assert (row.owner_id, row.paired_with_id, row.version) == (cast.analyst.id, over.id, 2)
    refused = inputs.ChangeMetric(id=id_of(metric), expected_version=2, band_low=Some(None))
    assert await register.refusals(cast.analyst, service.change, refused) == [
        ("INVALID", ("bandLow",))
    ]
    alone = inputs.ChangeMetric(
        id=id_of(metric), expected_version=2, paired_with_id=Some(id_of(metric))
    )
    assert await register.refusals(cast.analyst, service.change, alone) == [
        ("CYCLE", ("pairedWithId",))
    ]
    stale = inputs.ChangeMetric(id=id_of(metric), expected_version=1, name=Some("Else"))
    assert await register.refusals(cast.analyst, service.change, stale) == [
        ("VERSION_CONFLICT", ("expectedVersion",))
    ]


async def test_versions_ascend(register: Register) -> None:
    analyst = register.cast.analyst
    metric = await a_metric(register.db, valid_from=date(2026, 1, 1))
    second = inputs.DefineMetricVersion(
        metric_id=id_of(metric),
        formula="right / labelled, without ties",
        valid_from=date(2026, 4, 20),
        breaking=True,
        weighting=Weighting.VIEW_SHARE,
        change_note="Ties are dropped",
    )
    await register.does(analyst, service.define_version, second)
    third = replace(second, valid_from=date(2026, 5, 1), breaking=False, weighting=None)
    await register.does(analyst, service.define_version, third)
    assert await versions(register, "GOLD_ACC") == [
        (1, date(2026, 1, 1), False, Weighting.POOLED),
        (2, date(2026, 4, 20), True, Weighting.VIEW_SHARE),
        (3, date(2026, 5, 1), False, Weighting.VIEW_SHARE),
    ]
    assert await register.refusals(analyst, service.define_version, third) == [
        ("OUT_OF_RANGE", ("validFrom",))
    ]


async def test_the_catalogue_is_installed_once(register: Register) -> None:
    for _ in range(2):
        await register.db.write(SYSTEM, Act("install"), service.install)
    view = register.view()
    metric = view.of(Metric)
    [(number,)] = await register.db.rows(view, select(func.count(metric.id)))
    assert number == len(CATALOGUE)
    envr = await stored(register, "ENVR")
    over = await stored(register, "FPR_ENF")
    assert (envr.unit, envr.scale, envr.direction) == ("bps of views", 10_000.0, Direction.LOWER)
    assert envr.paired_with_id == over.id
    assert await versions(register, "ENVR") == [(1, date(2020, 1, 1), False, Weighting.VIEW_SHARE)]


async def test_the_catalogue_leaves_what_is_there(register: Register) -> None:
    own = await a_metric(register.db, "ENVR", name="Ours")
    await register.db.write(SYSTEM, Act("install"), service.install)
    row = await stored(register, "ENVR")
    assert (row.id, row.name, row.paired_with_id) == (own.id, "Ours", None)


async def test_metrics_go_to_the_delegate(cast_url: tuple[str, Cast]) -> None:
    async with opened(*cast_url, HANDLERS) as register:
        cast = register.cast
        await a_metric(register.db, owner_id=person_id(cast.qa))
        standing_in = people.Delegate(
            from_id=person_id(cast.qa),
            to_id=person_id(cast.lead),
            from_on=date(2026, 11, 1),
            until_on=date(2026, 11, 30),
        )
        await register.does(SYSTEM, people_service.delegate, standing_in)
        gone = people.DeactivatePerson(id=person_id(cast.qa), expected_version=1)
        await register.does(SYSTEM, people_service.deactivate, gone)
        assert (await stored(register, "GOLD_ACC")).owner_id == cast.lead.id
