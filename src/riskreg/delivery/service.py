"""Targets of projects: set, changed, ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.delivery.queries  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.delivery import inputs
from riskreg.delivery.models import Target
from riskreg.delivery.rules import TargetBasis
from riskreg.delivery.rules_targets import MetricShape, Terms, days_overlap, term_problems
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.db import get, visible_everywhere
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import required
from riskreg.kit.view import View
from riskreg.metrics.models import Metric
from riskreg.metrics.rules import MetricFamily
from riskreg.metrics.rules_definitions import Problem
from riskreg.people.permits import require
from riskreg.people.rules import Act, Standing
from riskreg.projects.models import Allocation, Project, Vendor, WorkforcePool
from riskreg.projects.rules import ProjectStatus

CODE_PREFIX = "TGT"
Days = tuple[date, date | None]
"""The first and the last day on which a target holds; None is without end."""


async def set_target(session: AsyncSession, view: View, given: inputs.SetTarget) -> Target:
    """A new target; UserErrors name what does not fit together or overlaps with another."""
    project = await own_project(session, view, given.project_id)
    if project.status is ProjectStatus.CLOSED:
        raise UserError("The project is closed.", code="NOT_PERMITTED", field=("projectId",))
    metric = await _metric(session, view, given.metric_id)
    terms = Terms(
        given.comparator,
        given.basis or _usual_basis(metric),
        given.value,
        given.amber,
        given.window_days,
        given.min_sample,
    )
    target = Target(
        code=await checked.code_for(session, view, Target, given.code, prefix=CODE_PREFIX),
        project_id=project.id,
        metric_id=metric.id,
        vendor_id=await _vendor(session, view, project.id, given.vendor_id),
        comparator=terms.comparator,
        contractual=given.contractual,
    )
    days = (given.valid_from or _day(view), given.valid_to)
    await _keep(session, view, target, (terms, days), metric)
    session.add(target)
    return target


async def change_target(session: AsyncSession, view: View, given: inputs.ChangeTarget) -> Target:
    """The target with what was given, and the rest as it was."""
    target = await _own(session, view, given)
    metric = await get(session, visible_everywhere(view), Metric, target.metric_id)
    terms = Terms(
        target.comparator,
        checked.changed(given.basis, target.basis, "basis"),
        checked.changed(given.value, target.value, "value"),
        checked.changed(given.amber, target.amber, "amber"),
        checked.changed(given.window_days, target.window_days, "windowDays"),
        checked.changed(given.min_sample, target.min_sample, "minSample"),
    )
    contractual = checked.changed(given.contractual, target.contractual, "contractual")
    days = (
        checked.changed(given.valid_from, target.valid_from, "validFrom"),
        checked.changed_or_none(given.valid_to, target.valid_to),
    )
    await _keep(session, view, target, (terms, days), metric)
    target.contractual = contractual
    return target


async def end_target(session: AsyncSession, view: View, given: inputs.EndTarget) -> Target:
    """The target, which holds no longer after its last day."""
    target = await _own(session, view, given)
    required(given.reason, limit=inputs.REASON_LIMIT, field="reason", multiline=True)
    last = given.last_day or _day(view)
    if target.valid_to is not None and target.valid_to <= last:
        message = f"It ends on {target.valid_to} already."
        raise UserError(message, code="MOVE_NOT_ALLOWED", field=("lastDay",))
    if last < target.valid_from:
        message = f"It holds from {target.valid_from} on."
        raise UserError(message, code="OUT_OF_RANGE", field=("lastDay",))
    target.valid_to = last
    return target


async def own_project(session: AsyncSession, view: View, given: str) -> Project:
    """The project of a global id, if the actor may manage it."""
    project = await get(session, view, Project, key_in(Project, given), field="projectId")
    require_managing(view, project)
    return project


def require_managing(view: View, project: Project) -> None:
    """Pass if the actor manages projects, or this one."""
    own = project.manager_id == view.actor.id
    standing: Iterable[Standing] = (Standing.OWN,) if own else ()
    require(view.actor, Act.MANAGE_PROJECTS, standing=standing)


async def _own(
    session: AsyncSession, view: View, given: inputs.ChangeTarget | inputs.EndTarget
) -> Target:
    key = key_in(Target, given.id)
    target = await get(session, view, Target, key, expected_version=given.expected_version)
    require_managing(view, await get(session, view, Project, target.project_id))
    return target


async def _metric(session: AsyncSession, view: View, given: str) -> Metric:
    return await get(session, view, Metric, key_in(Metric, given), field="metricId")


def _usual_basis(metric: Metric) -> TargetBasis:
    """Quality is told from samples, and a small one reaches much by luck (insights.md 7)."""
    return TargetBasis.BOUND if metric.family is MetricFamily.QUALITY else TargetBasis.POINT


async def _vendor(
    session: AsyncSession, view: View, project_id: str, given: str | None
) -> str | None:
    """The key of a vendor that works in the project, or None where nobody is named."""
    key = await key_of(session, view, Vendor, given, "vendorId")
    if key is None:
        return None
    share, pool = view.of(Allocation), view.of(WorkforcePool)
    working = select(share.id).join(pool, pool.id == share.pool_id)
    working = working.where(share.project_id == project_id, pool.vendor_id == key)
    if not await session.scalar(select(exists(working)), view.params):
        message = "No pool of this vendor works in the project."
        raise UserError(message, code="NOT_PERMITTED", field=("vendorId",))
    return key


async def _keep(
    session: AsyncSession, view: View, target: Target, wanted: tuple[Terms, Days], metric: Metric
) -> None:
    """Give a target its terms and days, unless they do not fit."""
    terms, days = wanted
    measure = MetricShape(metric.direction, metric.kind, metric.scale)
    problems = [*term_problems(terms, measure), *_day_problems(*days)]
    if problems:
        raise UserErrors(tuple(UserError(one.message, field=(one.field,)) for one in problems))
    await _refuse_overlap(session, view, target, days)
    for one in fields(terms):
        setattr(target, one.name, getattr(terms, one.name))
    target.valid_from, target.valid_to = days


def _day_problems(first: date, last: date | None) -> Iterable[Problem]:
    if last is not None and last < first:
        yield Problem("validTo", "The last day comes after the first.")


async def _refuse_overlap(session: AsyncSession, view: View, target: Target, days: Days) -> None:
    """DUPLICATE if another target says the same side of the same thing on one of these days."""
    wide = visible_everywhere(view)
    other = wide.of(Target)
    query = select(other.id, other.code, other.valid_from, other.valid_to).where(
        other.project_id == target.project_id,
        other.metric_id == target.metric_id,
        other.vendor_id.is_not_distinct_from(target.vendor_id),
        other.comparator == target.comparator,
    )
    for row in await session.execute(query, wide.params):
        if row.id != target.id and days_overlap(days, (row.valid_from, row.valid_to)):
            message = f"{row.code} is a target of this on the same days; end it first."
            raise UserError(message, code="DUPLICATE", field=("validFrom",))


def _day(view: View) -> date:
    return today(view.now, settings.current().zone)
