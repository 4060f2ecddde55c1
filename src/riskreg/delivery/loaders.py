"""Attainments of shown targets and health of shown projects, worked out together for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from riskreg.delivery.attaining import attainments
from riskreg.delivery.health import ProjectHealth, healths
from riskreg.delivery.rules_targets import Attainment
from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Record
from riskreg.kit.view import Scope, View, visible_everywhere
from riskreg.metrics.loaders import Measure
from riskreg.metrics.models import Metric
from riskreg.projects.rules import ProjectStatus


@dataclass(frozen=True)
class Met:
    """How a target is met, and what its numbers are of."""

    found: Attainment
    measure: Measure


class _Asked:
    """A shown target as `attainments` wants it: with its key as `id`, and its metric's code."""

    def __init__(self, shown: Record, metric_code: str) -> None:
        self._shown = shown
        self.id, self.metric_code = shown.key, metric_code

    def __getattr__(self, name: str) -> Record:
        return getattr(self._shown, name)


async def attainment(context: Context, target: Record) -> Met | None:
    """How a target is met; None to a vendor where it is a promise of the whole project.

    It is worked out of all of the project's series, so that it is the same for everybody who may
    know it; a vendor could subtract its own numbers and know another's (BR 13).
    """
    if target.view.actor.reach.scope is Scope.VENDOR and target.vendor_id is None:
        return None

    async def batch(view: View, shown: list[Record]) -> Sequence[Met]:
        wide = visible_everywhere(view)
        fetch = fetcher(context, wide)
        metric = wide.of(Metric)
        query = select(metric.id, metric.code, metric.unit, metric.kind, metric.scale)
        keys = sorted({one.metric_id for one in shown})
        metrics = {row.id: row for row in await fetch(query.where(metric.id.in_(keys)))}
        asked = [_Asked(one, metrics[one.metric_id].code) for one in shown]
        found = await attainments(fetch, wide, asked)
        return [_met(found[one.key], metrics[one.metric_id]) for one in shown]

    answer: Met = await context.load_for(target, "attainment", batch)
    return answer


def _met(found: Attainment, metric: Record) -> Met:
    return Met(found, Measure(metric.id, metric.code, metric.kind, metric.scale, metric.unit))


async def health(context: Context, project: Record) -> ProjectHealth | None:
    """How a project does; None to vendors, who would know others' numbers, and once it is closed.

    It is worked out of everything, whoever looks; only those who see everything are told the
    names of risks, KRIs and vendors in its reasons.
    """
    scope = project.view.actor.reach.scope
    if scope is Scope.VENDOR or project.status is ProjectStatus.CLOSED:
        return None

    async def batch(view: View, shown: list[Record]) -> Sequence[ProjectHealth]:
        wide = visible_everywhere(view)
        keys = [one.key for one in shown]
        naming = view.actor.reach.scope is Scope.ALL
        found = await healths(fetcher(context, wide), wide, keys, naming=naming)
        return [found[key] for key in keys]

    answer: ProjectHealth = await context.load_for(project, "health", batch)
    return answer
