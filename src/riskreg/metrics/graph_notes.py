"""Annotations and impact evaluations as the graph shows them."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import or_, select

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.context import Context
from riskreg.kit.edges import one
from riskreg.kit.graph import Node, Versioned, columns, derived, show, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.view import Scope, View
from riskreg.metrics import models, models_notes
from riskreg.metrics.rules import AnnotationKind, EvaluationMethod, Grade, Surface
from riskreg.metrics.rules_definitions import SCOPE, ScopeKeys
from riskreg.policies import models as policies
from riskreg.projects import models as projects

if TYPE_CHECKING:
    from riskreg.metrics.graph import Metric
    from riskreg.metrics.graph_series import MetricSeries
    from riskreg.policies.graph import PolicyArea
    from riskreg.projects.graph import Project
    from riskreg.projects.graph_places import Market, Vendor

LazyMetric = Annotated["Metric", strawberry.lazy("riskreg.metrics.graph")]
LazySeries = Annotated["MetricSeries", strawberry.lazy("riskreg.metrics.graph_series")]
LazyArea = Annotated["PolicyArea", strawberry.lazy("riskreg.policies.graph")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]
LazyMarket = Annotated["Market", strawberry.lazy("riskreg.projects.graph_places")]
LazyVendor = Annotated["Vendor", strawberry.lazy("riskreg.projects.graph_places")]
Info = strawberry.Info[Context, None]
_CODE = re.compile(r"[A-Z]+-[0-9]+")


@shows(models_notes.MetricAnnotation)
@strawberry.type(description="Something that happened to the series of a scope.")
class MetricAnnotation(Node, Versioned):
    """Charts show it; detection and evaluations know of it."""

    kind: AnnotationKind = strawberry.field(description="What happened.")
    from_on: date = strawberry.field(description="The first day.")
    to_on: date | None = strawberry.field(
        description="The last day; null while it goes on, or for good."
    )
    text: str = strawberry.field(description="What happened, in a sentence.")
    about: str | None = strawberry.field(description="The code of what it stems from.")
    link: str | None = strawberry.field(description="Where more is told.")
    surface: Surface | None = strawberry.field(description="The surface; null for all.")
    label: str | None = strawberry.field(description="The label; null for all.")
    cohort: str | None = strawberry.field(description="The cohort; null for all.")
    metric_id: strawberry.Private[str | None]
    project_id: strawberry.Private[str | None]
    policy_area_id: strawberry.Private[str | None]
    market_id: strawberry.Private[str | None]
    vendor_id: strawberry.Private[str | None]
    metric: LazyMetric | None = one(models.Metric, "metric_id", "The metric; null for all.")
    project: LazyProject | None = one(projects.Project, "project_id", "The project; null for all.")
    policy_area: LazyArea | None = one(
        policies.PolicyArea, "policy_area_id", "The policy area; null for all."
    )
    market: LazyMarket | None = one(projects.Market, "market_id", "The market; null for all.")
    vendor: LazyVendor | None = one(projects.Vendor, "vendor_id", "The vendor; null for all.")
    history: list[HistoryEntry] = history()


@strawberry.type(description="An effect with its 95 % interval.")
class Effect:
    """In the metric's unit."""

    estimate: float = strawberry.field(description="The effect.")
    low: float = strawberry.field(description="The lower bound.")
    high: float = strawberry.field(description="The upper bound.")


@shows(models_notes.ImpactEvaluation)
@strawberry.type(description="What something is judged to have done to a metric.")
class ImpactEvaluation(Node, Versioned):
    """Definitional effect: the ruler moved. Real effect: the world did."""

    code: str = strawberry.field(description="The code, such as IE-007.")
    subject: str = strawberry.field(description="The code of what is judged.")
    method: EvaluationMethod = strawberry.field(description="How it was judged.")
    treated: str | None = strawberry.field(description="What was treated.")
    control: str | None = strawberry.field(description="What it was held against.")
    starts_on: date = strawberry.field(description="The first day of what is judged.")
    pre_days: int = strawberry.field(description="Days looked at before.")
    washout_days: int = strawberry.field(description="Days left out from the start.")
    post_days: int = strawberry.field(description="Days looked at after those.")
    estimate: strawberry.Private[float]
    low: strawberry.Private[float]
    high: strawberry.Private[float]
    definitional_effect: float | None = strawberry.field(
        description="How much of it is the ruler, in the unit."
    )
    real_effect: float | None = strawberry.field(
        description="How much of it is the world, in the unit."
    )
    placebo_p: float | None = strawberry.field(
        description="The share of false dates that show as much."
    )
    lag1: float | None = strawberry.field(
        description="The correlation of a residual with the next; above .5 it costs trust."
    )
    confidence: Grade = strawberry.field(
        description="How far it is to be trusted: LOW with another change in its scope and days."
    )
    computed_at: datetime = strawberry.field(description="When it was computed.")
    inputs_hash: str | None = strawberry.field(description="The SHA-256 of its inputs.")
    note: str | None = strawberry.field(description="What one should know.")
    source: str | None = strawberry.field(description="Who or what computed it.")
    series_id: strawberry.Private[str]
    confounders: strawberry.Private[list[str]]
    series: LazySeries | None = one(
        models.MetricSeries, "series_id", "The series that it is judged on."
    )
    history: list[HistoryEntry] = history()

    @strawberry.field(description="The whole effect, in the unit.")
    @derived("estimate", "low", "high")
    def total(self) -> Effect:
        """With its interval."""
        return Effect(estimate=self.estimate, low=self.low, high=self.high)

    @strawberry.field(description="The metric's unit.")
    @derived("series_id")
    async def unit(self, info: Info) -> str:
        """Of the series' metric; empty where that is not to be seen."""

        async def batch(view: View, keys: list[str]) -> Sequence[str]:
            series, metric = view.of(models.MetricSeries), view.of(models.Metric)
            query = select(series.id, metric.unit).join(metric, metric.id == series.metric_id)
            rows = await info.context.rows(view, query.where(series.id.in_(keys)))
            found = {row.id: row.unit for row in rows}
            return [found.get(key, "") for key in keys]

        answer: str = await info.context.load(self.view, "unit of series", batch, self.series_id)
        return answer

    @strawberry.field(
        name="confounders",
        description="What else happened in its scope and days: by code, or in words where you may"
        " see all.",
    )
    @derived("confounders")
    def named_confounders(self) -> list[str]:
        """Words may tell of others, so those who see a part are told codes alone."""
        if self.view.actor.reach.scope is Scope.ALL:
            return list(self.confounders)
        return [one if _CODE.fullmatch(one) else "something else" for one in self.confounders]


async def notes_between(
    context: Context, view: View, first: date, last: date
) -> Sequence[MetricAnnotation]:
    """The annotations that the viewer sees of the days from `first` to `last`, by their first day.

    Asked once for all series of an answer.
    """

    async def batch(view: View, keys: list[str]) -> Sequence[Sequence[MetricAnnotation]]:
        note = view.of(models_notes.MetricAnnotation)
        query = (
            select(*columns(MetricAnnotation, note))
            .where(note.from_on <= last, or_(note.to_on.is_(None), note.to_on >= first))
            .order_by(note.from_on, note.id)
        )
        rows = await context.rows(view, query)
        return [[show(MetricAnnotation, view, row) for row in rows] for _ in keys]

    name = ("notes", first, last)
    answer: Sequence[MetricAnnotation] = await context.load(view, name, batch, "all")
    return answer


def scope_of(shown: MetricAnnotation) -> ScopeKeys:
    """What a shown annotation is about."""
    return ScopeKeys(**{name: getattr(shown, name) for name in SCOPE})


def concerning(
    notes: Sequence[MetricAnnotation], metric_id: str, scope: ScopeKeys
) -> list[MetricAnnotation]:
    """Those that concern a metric and scope, or a part of it."""
    return [
        note
        for note in notes
        if note.metric_id in {None, metric_id} and scope_of(note).overlaps(scope)
    ]
