"""Metrics and their versions: defined, changed, handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.metrics.access  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.db import Database, Handler, get, new_key
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.filters import is_storable
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import Actor, View
from riskreg.metrics import inputs
from riskreg.metrics.catalogue import CATALOGUE, SINCE
from riskreg.metrics.models import Metric, MetricVersion
from riskreg.metrics.rules_definitions import Definition, Problem, band_problems, scale_problems
from riskreg.people.events import PersonDeactivated
from riskreg.people.handover import hands_over
from riskreg.people.models import Person
from riskreg.people.permits import require
from riskreg.people.rules import Act

T = TypeVar("T")
CODE_PREFIX = "MET"


async def define(session: AsyncSession, view: View, given: inputs.DefineMetric) -> Metric:
    """A new metric with its first version; UserErrors name what does not fit together."""
    require(view.actor, Act.DEFINE_METRICS)
    name, formula = _named(given.name), _formula(given.formula)
    unit = required(given.unit, limit=inputs.UNIT_LIMIT, field="unit")
    _refuse(
        [
            *scale_problems(unit, given.scale, given.kind),
            *band_problems(given.direction, given.band_low, given.band_high),
        ]
    )
    metric = Metric(
        id=new_key(session),
        code=await checked.code_for(session, view, Metric, given.code, prefix=CODE_PREFIX),
        name=name,
        description=_noted(given.description, "description"),
        unit=unit,
        scale=given.scale,
        direction=given.direction,
        band_low=given.band_low,
        band_high=given.band_high,
        kind=given.kind,
        family=given.family,
        owner_id=await key_of(session, view, Person, given.owner_id, "ownerId"),
        paired_with_id=await key_of(session, view, Metric, given.paired_with_id, "pairedWithId"),
    )
    session.add(metric)
    await session.flush()
    session.add(
        MetricVersion(
            metric_id=metric.id,
            number=1,
            formula=formula,
            weighting=given.weighting,
            valid_from=given.valid_from or today(view.now, settings.current().zone),
            breaking=False,
        )
    )
    return metric


async def change(session: AsyncSession, view: View, given: inputs.ChangeMetric) -> Metric:
    """The metric with what was given, and the rest as it was."""
    require(view.actor, Act.DEFINE_METRICS)
    key = key_in(Metric, given.id)
    metric = await get(session, view, Metric, key, expected_version=given.expected_version)
    direction = checked.changed(given.direction, metric.direction, "direction")
    low = checked.changed_or_none(given.band_low, metric.band_low)
    high = checked.changed_or_none(given.band_high, metric.band_high)
    _refuse(list(band_problems(direction, low, high)))
    limit = inputs.NAME_LIMIT
    name = checked.changed_text(given.name, metric.name, limit=limit, field="name")
    described = metric.description
    if given.description is not None:
        described = _noted(given.description.value, "description")
    if given.owner_id is not None:
        metric.owner_id = await key_of(session, view, Person, given.owner_id.value, "ownerId")
    if given.paired_with_id is not None:
        metric.paired_with_id = await _pair(session, view, metric, given.paired_with_id.value)
    metric.family = checked.changed(given.family, metric.family, "family")
    metric.name, metric.description = name, described
    metric.direction, metric.band_low, metric.band_high = direction, low, high
    return metric


async def define_version(
    session: AsyncSession, view: View, given: inputs.DefineMetricVersion
) -> MetricVersion:
    """The next version of a metric; UserError unless it begins after the one before."""
    require(view.actor, Act.DEFINE_METRICS)
    key = key_in(Metric, given.metric_id)
    metric = await get(session, view, Metric, key, field="metricId")
    newest = (await versions_of(session, view, metric.id))[-1]
    if given.valid_from <= newest.valid_from:
        message = f"Version {newest.number} begins on {newest.valid_from}; this comes after it."
        raise UserError(message, code="OUT_OF_RANGE", field=("validFrom",))
    version = MetricVersion(
        id=new_key(session),
        metric_id=metric.id,
        number=newest.number + 1,
        formula=_formula(given.formula),
        weighting=given.weighting or newest.weighting,
        valid_from=given.valid_from,
        breaking=given.breaking,
        change_note=_noted(given.change_note, "changeNote"),
    )
    session.add(version)
    return version


async def versions_of(session: AsyncSession, view: View, metric_id: str) -> Sequence[MetricVersion]:
    """The versions of a metric by their numbers; each has at least one."""
    version = view.of(MetricVersion)
    query = select(version).where(version.metric_id == metric_id).order_by(version.number)
    return (await session.scalars(query, view.params)).all()


async def metric_named(session: AsyncSession, view: View, given: str) -> Metric:
    """The metric of an id or a code; UserError NOT_FOUND, of the field `metric`, for none."""
    metric = view.of(Metric)
    key = key_in(Metric, given)
    code = given if is_storable(given) else ""
    by = metric.code == code if key is None else metric.id == key
    found = await session.scalar(select(metric).where(by), view.params)
    if found is None:
        raise UserError("There is no such metric.", code="NOT_FOUND", field=("metric",))
    return found


async def is_installed(db: Database, actor: Actor) -> bool:
    """Whether the register has every metric of the catalogue."""
    view = db.view(actor)
    rows = await db.rows(view, select(view.of(Metric).code))
    return {one.code for one in CATALOGUE} <= {row.code for row in rows}


async def install(session: AsyncSession, view: View) -> None:
    """Define what the catalogue has and the register has not, by their codes."""
    metric = view.of(Metric)
    rows = await session.execute(select(metric.code, metric.id), view.params)
    known = {row.code: row.id for row in rows}
    added = [one for one in CATALOGUE if one.code not in known]
    keys = known | {one.code: new_key(session) for one in added}
    # What is paired comes after what it is paired with: the row must be there.
    for one in sorted(added, key=lambda definition: definition.paired_with is not None):
        session.add(_defined(one, keys))
        await session.flush()
        session.add(_first_version(one, keys[one.code]))


def _defined(one: Definition, keys: dict[str, str]) -> Metric:
    return Metric(
        id=keys[one.code],
        code=one.code,
        name=one.name,
        description=one.description,
        unit=one.unit,
        scale=one.scale,
        direction=one.direction,
        band_low=one.band[0],
        band_high=one.band[1],
        kind=one.kind,
        family=one.family,
        paired_with_id=None if one.paired_with is None else keys[one.paired_with],
    )


def _first_version(one: Definition, metric_id: str, valid_from: date = SINCE) -> MetricVersion:
    return MetricVersion(
        metric_id=metric_id,
        number=1,
        formula=one.formula,
        weighting=one.weighting,
        valid_from=valid_from,
        breaking=False,
    )


HANDLERS: dict[type, tuple[Handler, ...]] = {PersonDeactivated: (hands_over(Metric, "owner_id"),)}
"""What this slice does when people/ tells it something; `app` wires it."""


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise UserErrors(tuple(UserError(one.message, field=(one.field,)) for one in problems))


def _named(given: str) -> str:
    return required(given, limit=inputs.NAME_LIMIT, field="name")


def _formula(given: str) -> str:
    return required(given, limit=inputs.TEXT_LIMIT, field="formula", multiline=True)


def _noted(given: str | None, field: str) -> str | None:
    return optional(given, limit=inputs.TEXT_LIMIT, field=field, multiline=True)


async def _pair(session: AsyncSession, view: View, metric: Metric, given: str | None) -> str | None:
    key = await key_of(session, view, Metric, given, "pairedWithId")
    if key == metric.id:
        message = "A metric is paired with another one."
        raise UserError(message, code="CYCLE", field=("pairedWithId",))
    return key
