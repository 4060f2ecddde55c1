"""Targets and the numbers that they are held against, for tests."""

from datetime import date, timedelta
from typing import Any

from riskreg.delivery import inputs, service
from riskreg.delivery.models import Target
from riskreg.delivery.rules import TargetComparator
from riskreg.kit.clock import today
from riskreg.kit.db import Database
from riskreg.kit.view import Actor
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.rules import Direction, MetricFamily, MetricKind
from riskreg.people.auth import SYSTEM
from riskreg.projects.models import Project, Vendor
from riskreg.risks import service_kri
from riskreg.risks.inputs_kri import AddKri
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri
from riskreg.risks.rules_kri import KriBasis
from tests.factories import done, id_of
from tests.metrics.arranged import a_metric, a_series, told


async def an_sla(db: Database) -> Metric:
    """The share of items done in time."""
    return await a_metric(db, "SLA", family=MetricFamily.DELIVERY)


async def a_level(db: Database, code: str, direction: Direction, **given: Any) -> Metric:
    """A figure of its own making, such as a stock."""
    wanted = {"unit": "items", "scale": 1.0, "kind": MetricKind.INDEX, **given}
    return await a_metric(db, code, direction=direction, family=MetricFamily.DELIVERY, **wanted)


def target_given(project: Project, metric: Metric, **given: Any) -> inputs.SetTarget:
    """At least 95 of a hundred over four weeks, in danger below 96, unless told otherwise."""
    wanted = {"comparator": TargetComparator.AT_LEAST, "value": 95.0, "amber": 96.0, **given}
    vendor: Vendor | None = wanted.pop("vendor", None)
    return inputs.SetTarget(
        project_id=id_of(project),
        metric_id=id_of(metric),
        vendor_id=None if vendor is None else id_of(vendor),
        **wanted,
    )


async def a_target(
    db: Database, project: Project, metric: Metric, *, by: Actor = SYSTEM, **given: Any
) -> Target:
    """A target, set by the register itself unless somebody else is named."""
    return await done(db, service.set_target, target_given(project, metric, **given), by)


async def measured(
    db: Database,
    project: Project,
    metric: Metric,
    shares: dict[int, tuple[float, float]],
    *,
    vendor: Vendor | None = None,
    **given: Any,
) -> MetricSeries:
    """A series of a project, or of a vendor's part, with what is told, by days before today."""
    scope = {"project_id": id_of(project), "vendor_id": None if vendor is None else id_of(vendor)}
    series = await a_series(db, metric, **scope, **given)
    day = today(db.now())
    await told(db, series, {day - timedelta(days=ago): pair for ago, pair in shares.items()})
    return series


def ago(db: Database, days: int) -> date:
    """The day so many days before that of the register."""
    return today(db.now()) - timedelta(days=days)


def every_day(
    right: float, all_: float, days: range = range(1, 29)
) -> dict[int, tuple[float, float]]:
    """The same counts on each of the last days, four weeks of them."""
    return dict.fromkeys(days, (right, all_))


async def a_good_project(db: Database, project: Project) -> dict[str, MetricSeries]:
    """A project that keeps both promises that health asks for; its series by metric."""
    sla, gold = await an_sla(db), await a_metric(db, "GOLD_ACC")
    found = {
        "SLA": await measured(db, project, sla, every_day(990, 1_000)),
        "GOLD_ACC": await measured(db, project, gold, every_day(298, 300)),
    }
    for metric in (sla, gold):
        await a_target(db, project, metric, min_sample=500)
    return found


async def an_envr_kri(
    db: Database,
    envr: Metric,
    risk: Risk,
    shares: dict[int, tuple[float, float]],
    *,
    by: Actor,
    **scope: Any,
) -> Kri:
    """A KRI on a series of ENVR, AMBER above 15 bps and RED above 20; judged on what is told."""
    series = await a_series(db, envr, **scope)
    day = today(db.now())
    await told(db, series, {day - timedelta(days=ago): pair for ago, pair in shares.items()})
    given = AddKri(
        risk_id=id_of(risk),
        series_id=id_of(series),
        name="Negative views",
        playbook="Look at the queue",
        basis=KriBasis.POINT,
        amber=15.0,
        red=20.0,
        min_sample=1_000,
        persist_k=1,
        persist_n=1,
        watched_from=day - timedelta(days=7),
    )
    return await done(db, service_kri.add, given, by)
