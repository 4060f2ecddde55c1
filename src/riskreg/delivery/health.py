"""The health of many projects at once, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select

from riskreg.delivery.attaining import attainments, terms_of
from riskreg.delivery.models import HealthAssertion, Target
from riskreg.delivery.queries import in_force
from riskreg.delivery.rules import Health, HealthPart
from riskreg.delivery.rules_health import (
    OF_METRIC,
    Component,
    Promise,
    Watched,
    derived,
    of_kris,
    of_promises,
    of_risks,
)
from riskreg.kit.db import Fetch, Record
from riskreg.kit.graph import term
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.projects.models import ProjectMarket, ProjectPolicyArea, Vendor
from riskreg.risks.models import Risk, RiskProject
from riskreg.risks.models_kri import Kri
from riskreg.risks.rules import ENDED, AppetiteStatus
from riskreg.risks.rules_kri_found import unit_of

ENVR = "ENVR"
T = TypeVar("T")
ByProject = dict[str, list[T]]


@dataclass(frozen=True)
class Said:
    """What somebody says of a project while it stands."""

    id: str
    health: Health


@dataclass(frozen=True)
class ProjectHealth:
    """How a project does: worked out, and as somebody says while that stands."""

    derived: Health
    components: tuple[Component, ...]
    said: Said | None

    @property
    def effective(self) -> Health:
        """What is said, while it stands; else what is worked out."""
        return self.derived if self.said is None else self.said.health

    @property
    def differs(self) -> bool:
        """Whether what is said is not what is worked out."""
        return self.effective is not self.derived


async def healths(
    fetch: Fetch, view: View, projects: Sequence[str], *, naming: bool
) -> dict[str, ProjectHealth]:
    """The health of each project by key; eight statements, however many.

    The view is one that sees everything: a project does not do better for who looks. `naming`
    says whether risks, KRIs and vendors may be named in the reasons.
    """
    promises = await _promises(fetch, view, projects)
    kris = await _kris(fetch, view, projects)
    outside = await _outside(fetch, view, projects)
    said = await _said(fetch, view, projects)
    found = {}
    for key in projects:
        components = _components(promises[key], kris[key], outside[key], naming=naming)
        found[key] = ProjectHealth(derived(components), components, said.get(key))
    return found


def _components(
    promises: Sequence[Promise], kris: Sequence[Watched], outside: Sequence[str], *, naming: bool
) -> tuple[Component, ...]:
    if not naming:
        promises = [replace(one, vendor=one.vendor and "a vendor") for one in promises]
    parts = {
        part: of_promises(part, [one for one in promises if OF_METRIC[one.metric] is part])
        for part in OF_METRIC.values()
    }
    if not naming:
        kris = [replace(one, code=None) for one in kris]
    parts[HealthPart.ENVR] = of_kris(kris)
    parts[HealthPart.RISKS] = of_risks([code if naming else None for code in outside])
    return tuple(parts[part] for part in HealthPart)


async def _promises(fetch: Fetch, view: View, projects: Sequence[str]) -> ByProject[Promise]:
    """The targets in force that count, with how they are met."""
    target, metric, vendor = view.of(Target), view.of(Metric), view.of(Vendor)
    names = [column.name for column in Target.__table__.columns]
    query = (
        select(
            *[getattr(target, name) for name in names],
            metric.code.label("metric_code"),
            metric.unit,
            vendor.code.label("vendor_code"),
        )
        .join(metric, metric.id == target.metric_id)
        .outerjoin(vendor, vendor.id == target.vendor_id)
        .where(target.project_id.in_(projects), metric.code.in_(OF_METRIC), in_force(view, target))
        .order_by(target.code)
    )
    rows = await fetch(query)
    met = await attainments(fetch, view, rows)
    found: ByProject[Promise] = defaultdict(list)
    for row in rows:
        made = Promise(row.metric_code, row.unit, row.vendor_code, terms_of(row), met[row.id])
        found[row.project_id].append(made)
    return found


async def _kris(fetch: Fetch, view: View, projects: Sequence[str]) -> ByProject[Watched]:
    """The KRIs on ENVR that watch each project.

    A KRI is of the projects that its risk names; where that names none, of those in whose policy
    areas and markets its series lies.
    """
    rows = await _envr_kris(fetch, view)
    linked = await _links(fetch, view, sorted({row.risk_id for row in rows}))
    areas, markets = await _places(fetch, view, projects)
    found: ByProject[Watched] = defaultdict(list)
    for row in rows:
        named = linked.get(row.risk_id, set())
        for key in projects:
            lies_in = row.policy_area_id in areas[key] and (
                row.market_id is None or row.market_id in markets[key]
            )
            if key in named if named else lies_in:
                found[key].append(_watched(row))
    return found


async def _envr_kris(fetch: Fetch, view: View) -> Sequence[Record]:
    kri, series, metric = view.of(Kri), view.of(MetricSeries), view.of(Metric)
    columns = ("code", "risk_id", "basis", "comparator", "amber", "red")
    read = ("value", "low", "high", "sample_size")
    query = (
        select(
            *[getattr(kri, name) for name in (*columns, *read)],
            term(kri, "status"),
            series.policy_area_id,
            series.market_id,
            metric.unit,
        )
        .join(series, series.id == kri.series_id)
        .join(metric, metric.id == series.metric_id)
        .where(metric.code == ENVR, kri.retired_at.is_(None))
        .order_by(kri.code)
    )
    return await fetch(query)


def _watched(row: Record) -> Watched:
    return Watched(
        row.code,
        row.status,
        row.comparator,
        row.amber,
        row.red,
        unit_of(row.basis, row.unit),
        row.value,
        row.low,
        row.high,
        row.sample_size,
    )


async def _links(fetch: Fetch, view: View, risks: Sequence[str]) -> dict[str, set[str]]:
    """The projects that each risk names."""
    link: Alias = view.of(RiskProject)
    found: dict[str, set[str]] = defaultdict(set)
    for row in await fetch(select(link.risk_id, link.project_id).where(link.risk_id.in_(risks))):
        found[row.risk_id].add(row.project_id)
    return found


async def _places(
    fetch: Fetch, view: View, projects: Sequence[str]
) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """The policy areas and the markets of each project."""
    area, market = view.of(ProjectPolicyArea), view.of(ProjectMarket)
    areas: dict[str, set[str]] = defaultdict(set)
    markets: dict[str, set[str]] = defaultdict(set)
    of_area = select(area.project_id, area.policy_area_id).where(area.project_id.in_(projects))
    for row in await fetch(of_area):
        areas[row.project_id].add(row.policy_area_id)
    of_market = select(market.project_id, market.market_id).where(market.project_id.in_(projects))
    for row in await fetch(of_market):
        markets[row.project_id].add(row.market_id)
    return areas, markets


async def _outside(fetch: Fetch, view: View, projects: Sequence[str]) -> ByProject[str]:
    """The codes of the open risks of each project that are outside tolerance."""
    risk: Alias = view.of(Risk)
    link: Alias = view.of(RiskProject)
    query = (
        select(link.project_id, risk.code)
        .join(risk, risk.id == link.risk_id)
        .where(
            link.project_id.in_(projects),
            risk.recorded_status.not_in(ENDED),
            term(risk, "appetite_status").element == AppetiteStatus.OUT_OF_TOLERANCE,
        )
        .order_by(risk.number)
    )
    found: ByProject[str] = defaultdict(list)
    for row in await fetch(query):
        found[row.project_id].append(row.code)
    return found


async def _said(fetch: Fetch, view: View, projects: Sequence[str]) -> dict[str, Said]:
    """What stands of what people say of each project: never more than one."""
    row: Alias = view.of(HealthAssertion)
    query = (
        select(row.id, row.project_id, row.health)
        .where(row.project_id.in_(projects), row.until > view.now, row.ended_at > view.now)
        .order_by(row.asserted_at)
    )
    return {one.project_id: Said(one.id, one.health) for one in await fetch(query)}
