"""Metrics and their versions as the graph shows them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Optional

import strawberry
from sqlalchemy import func, select

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context
from riskreg.kit.edges import children, fetch_one, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, Part, history
from riskreg.kit.lists import Connection
from riskreg.kit.view import View
from riskreg.metrics import models, models_notes
from riskreg.metrics.graph_bridges import MetricBridge
from riskreg.metrics.graph_notes import MetricAnnotation
from riskreg.metrics.graph_series import MetricSeries
from riskreg.metrics.rules import Direction, MetricFamily, MetricKind, Weighting
from riskreg.people import models as people

if TYPE_CHECKING:
    from riskreg.people.graph import Person

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
Info = strawberry.Info[Context, None]


@shows(models.MetricVersion)
@strawberry.type(description="One way of measuring a metric.")
class MetricVersion(Node, Versioned):
    """Numbers of two versions compare only if neither is breaking, or through a bridge."""

    number: int = strawberry.field(description="1 for the first.")
    formula: str = strawberry.field(description="How it is computed, in words.")
    weighting: Weighting = strawberry.field(description="How several series become one.")
    valid_from: date = strawberry.field(description="The first day on which it counts.")
    breaking: bool = strawberry.field(
        description="Whether its numbers differ in meaning from those of the version before."
    )
    change_note: str | None = strawberry.field(description="What is different, and why.")
    metric_id: strawberry.Private[str]
    metric: Optional["Metric"] = one(models.Metric, "metric_id", "The metric.")
    series: Connection[MetricSeries] = children(
        models.MetricSeries, "version_id", "Its series, by number of the code.", order="number"
    )
    bridges: Connection[MetricBridge] = children(
        models_notes.MetricBridge,
        "to_version_id",
        "The bridges that lead to it, by when they were recorded.",
        order="id",
    )
    history: list[HistoryEntry] = history()


@shows(models.Metric)
@strawberry.type(description="Something that is measured.")
class Metric(Node, Versioned):
    """Its unit, what its numbers are, and which way is better."""

    code: str = strawberry.field(description="The code, such as ENVR.")
    name: str = strawberry.field(description="The name.")
    description: str | None = strawberry.field(description="What one should know to read it.")
    unit: str = strawberry.field(description="What its values are in.")
    scale: float = strawberry.field(
        description="How many units a ratio of 1 is: 100 for %, 10 000 for bps."
    )
    direction: Direction = strawberry.field(description="Which way is better.")
    band_low: float | None = strawberry.field(
        description="Where its target band begins, in the unit."
    )
    band_high: float | None = strawberry.field(
        description="Where its target band ends, in the unit."
    )
    kind: MetricKind = strawberry.field(description="What its numbers are.")
    family: MetricFamily = strawberry.field(description="What it is about.")
    owner_id: strawberry.Private[str | None]
    paired_with_id: strawberry.Private[str | None]
    owner: LazyPerson | None = one(people.Person, "owner_id", "Whom to ask about it.")
    paired_with: Optional["Metric"] = one(
        models.Metric, "paired_with_id", "The metric that must be read beside it."
    )
    versions: Connection[MetricVersion] = children(
        models.MetricVersion, "metric_id", "Its versions, oldest first.", order="number"
    )
    series: Connection[MetricSeries] = children(
        models.MetricSeries, "metric_id", "Its series, by number of the code.", order="number"
    )
    bridges: Connection[MetricBridge] = children(
        models_notes.MetricBridge,
        "metric_id",
        "The bridges between its versions, by when they were recorded.",
        order="id",
    )
    annotations: Connection[MetricAnnotation] = children(
        models_notes.MetricAnnotation,
        "metric_id",
        "What is noted of it alone, by the first day.",
        order="from_on",
    )
    history: list[HistoryEntry] = history((Part(models.MetricVersion, "metric_id"),))

    @strawberry.field(description="The version in force; the first where none has begun.")
    @derived()
    async def version_in_force(self, info: Info) -> MetricVersion | None:
        """On the view's day."""
        day = today(self.view.now, settings.current().zone)

        async def batch(view: View, keys: list[str]) -> Sequence[str | None]:
            version = view.of(models.MetricVersion)
            begun = func.max(version.valid_from).filter(version.valid_from <= day)
            newest = (
                select(version.metric_id, func.coalesce(begun, func.min(version.valid_from)))
                .where(version.metric_id.in_(keys))
                .group_by(version.metric_id)
                .subquery()
            )
            of, on = newest.c
            query = select(version.metric_id, version.id).join(
                newest, (version.metric_id == of) & (version.valid_from == on)
            )
            found = {row.metric_id: row.id for row in await info.context.rows(view, query)}
            return [found.get(key) for key in keys]

        key = await info.context.load(self.view, "version in force", batch, self.key)
        if key is None:
            return None
        found: MetricVersion | None = await fetch_one(
            info.context, self.view, models.MetricVersion, key
        )
        return found
