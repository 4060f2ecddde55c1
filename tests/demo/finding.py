"""What the register finds in the demo's numbers, beside what its ground truth says is planted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from riskreg.demo.ground_truth import as_json
from riskreg.demo.planted import Scope
from riskreg.metrics import alerts
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.rules import MetricFamily
from riskreg.metrics.rules_definitions import SCOPE
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from tests.demo.conftest import Demo

BUDGET = 0.02
"""How many quiet series-weeks may alert, as a share (domain/demo.md 5.8)."""
SETTLING = 56
"""Days after which a level that moved and stayed is how things are."""


@dataclass(frozen=True)
class Planted:
    """An effect as the ground truth tells it; days from the demo's today, `settled` included."""

    event: str
    metric: str
    scope: Scope
    first: int
    settled: int

    def about(self, metric: str, scope: Scope) -> bool:
        """Whether it moves a series: one of its metric, or any other figure of its project."""
        if not self.scope.meets(scope):
            return False
        return self.metric == metric or self.scope.project is not None is not scope.project


@dataclass(frozen=True)
class Stood:
    """An episode of a series; days from the demo's today."""

    metric: str
    family: MetricFamily
    scope: Scope
    first: int
    last: int
    is_adverse: bool | None


def planted(demo: Demo) -> list[Planted]:
    """Everything that is planted, as the file of the ground truth says it."""
    told = json.loads(as_json(demo.world))

    def offset(day: str) -> int:
        return (date.fromisoformat(day) - demo.world.as_of).days

    found = []
    for one in (*told["effects"], *told["besides"]):
        first = offset(one["start"])
        grows = one["end"] is None and one["shape"] == "SLOPE"
        end = -1 if grows else first + (one["overDays"] or 0)
        settled = end if one["end"] is None else offset(one["end"])
        metric = {"LIVE share of views": "ENVR"}.get(one["metric"], one["metric"].split()[0])
        found.append(Planted(one["id"], metric, Scope(**one["scope"]), first, settled + SETTLING))
    return found


async def codes(demo: Demo) -> dict[str, str]:
    """The code of each place, project and area by its key."""
    found = {}
    of = demo.view.of
    for alias in (of(Project), of(PolicyArea), of(Market), of(Vendor)):
        rows = await demo.rows(select(alias.id, alias.code))
        found.update({row.id: row.code for row in rows})
    return found


def scope_of(row: Any, known: dict[str, str]) -> Scope:
    """The scope of a series, by codes."""
    given = [getattr(row, name) for name in SCOPE]
    return Scope(*[known.get(key, key) for key in given])


async def stood_out(demo: Demo, first: int, last: int) -> list[Stood]:
    """The episodes that touch some days, as they were known on the last of them."""
    metric = demo.view.of(Metric)
    metrics = {
        row.id: row for row in await demo.rows(select(metric.id, metric.code, metric.family))
    }
    known, today = await codes(demo), demo.world.as_of.toordinal()
    found = await alerts.alerts(demo.fetch(), demo.view, (demo.day(first), demo.day(last)), None)
    return [
        Stood(
            metrics[one.series.metric_id].code,
            metrics[one.series.metric_id].family,
            scope_of(one.series.scope, known),
            one.episode.first_day - today,
            one.episode.last_day - today,
            one.is_adverse,
        )
        for one in found
    ]


async def measured(demo: Demo, first: int) -> Sequence[tuple[str, Scope]]:
    """Metric and scope of every series that was not over on a day."""
    series, metric = demo.view.of(MetricSeries), demo.view.of(Metric)
    scope = [getattr(series, name) for name in SCOPE]
    rows = await demo.rows(
        select(metric.code, *scope)
        .join(metric, metric.id == series.metric_id)
        .where(series.ended_at > demo.world.midnight(first))
    )
    known = await codes(demo)
    return [(row.code, scope_of(row, known)) for row in rows]


async def quiet_weeks(demo: Demo, weeks: int) -> tuple[int, int]:
    """How many of the last series-weeks have nothing planted near, and how many of those alert.

    A week runs from Monday to Sunday, and alerts if an episode begins, lasts or alarms in it.
    """
    first = -7 * weeks
    effects, stood = planted(demo), await stood_out(demo, first, -1)
    begin = first - demo.day(first).weekday()
    quiet = alerting = 0
    for metric, scope in await measured(demo, first):
        moving = [one for one in effects if one.about(metric, scope)]
        own = [one for one in stood if (one.metric, one.scope) == (metric, scope)]
        for monday in range(begin, begin + 7 * weeks, 7):
            sunday = monday + 6
            if not any(one.first <= sunday and monday <= one.settled for one in moving):
                quiet += 1
                alerting += any(one.first <= sunday and monday <= one.last for one in own)
    return quiet, alerting
