"""What can be asked of metrics."""

from datetime import date
from typing import Annotated

import strawberry

from riskreg.kit.context import Context, fetcher
from riskreg.kit.lists import AsOf, Connection
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.metrics import filtering, inputs_filters, models, models_notes
from riskreg.metrics.across import measured
from riskreg.metrics.graph import Metric
from riskreg.metrics.graph_charts import FamilyGiven, FirstGiven, MetricAlert, alerts_between
from riskreg.metrics.graph_notes import ImpactEvaluation, MetricAnnotation
from riskreg.metrics.graph_power import (
    DaysGiven,
    DetectableEffect,
    NeededSample,
    OfGiven,
    PowerGiven,
    detectable,
    needed,
)
from riskreg.metrics.graph_series import From, MetricSeries, To, span
from riskreg.metrics.graph_windows import (
    Asking,
    ByGiven,
    MetricComparison,
    MetricGiven,
    MetricWindow,
    Period,
    ScopeGiven,
    VersionGiven,
    compared,
    days_given,
    part_of,
)

Info = strawberry.Info[Context, None]

METRICS = Catalogue(
    models.Metric,
    filtering.METRIC_FILTERS,
    filtering.METRIC_ORDERS,
    inputs_filters.MetricFilter,
    inputs_filters.MetricOrder,
)

SERIES = Catalogue(
    models.MetricSeries,
    filtering.SERIES_FILTERS,
    filtering.SERIES_ORDERS,
    inputs_filters.MetricSeriesFilter,
    inputs_filters.MetricSeriesOrder,
)

ANNOTATIONS = Catalogue(
    models_notes.MetricAnnotation,
    filtering.ANNOTATION_FILTERS,
    filtering.ANNOTATION_ORDERS,
    inputs_filters.MetricAnnotationFilter,
    inputs_filters.MetricAnnotationOrder,
)

EVALUATIONS = Catalogue(
    models_notes.ImpactEvaluation,
    filtering.EVALUATION_FILTERS,
    filtering.EVALUATION_ORDERS,
    inputs_filters.ImpactEvaluationFilter,
    inputs_filters.ImpactEvaluationOrder,
)


@strawberry.type
class MetricsQuery:
    """What can be asked of metrics, and of what was observed."""

    metrics: Connection[Metric] = listed(METRICS, "Metrics.")
    metric: Metric | None = found(models.Metric, "One metric, by id or code.")
    metric_series: Connection[MetricSeries] = listed(SERIES, "Series of metrics.")
    series: MetricSeries | None = found(models.MetricSeries, "One series, by id or code.")
    metric_annotations: Connection[MetricAnnotation] = listed(
        ANNOTATIONS, "What happened to series of metrics."
    )
    impact_evaluations: Connection[ImpactEvaluation] = listed(
        EVALUATIONS, "What changes and actions are judged to have done to metrics."
    )
    impact_evaluation: ImpactEvaluation | None = found(
        models_notes.ImpactEvaluation, "One evaluation, by id or code."
    )

    @strawberry.field(
        description="What all series of a metric inside a scope said together in some days: from"
        " one day to another, or so many days (28) up to one or to the newest value."
    )
    async def metric_window(
        self,
        info: Info,
        metric: MetricGiven,
        *,
        scope: ScopeGiven = None,
        version: VersionGiven = None,
        by: ByGiven = None,
        first: Annotated[
            date | None, strawberry.argument(name="from", description="The first day.")
        ] = None,
        last: Annotated[
            date | None, strawberry.argument(name="to", description="The last day.")
        ] = None,
        days: Annotated[int | None, strawberry.argument(description="How many days.")] = None,
        until: Annotated[date | None, strawberry.argument(description="The last of them.")] = None,
        as_of: AsOf = None,
    ) -> MetricWindow:
        given, number = days_given(first, last, days)
        view = await info.context.view(as_of)
        of = await measured(fetcher(info.context, view), view, metric)
        asking = Asking(info.context, view, of, part_of(scope), by)
        begin, end = given or await asking.days(version, number, until)
        _, shown = await asking.window(await asking.chosen(version, begin, end), begin, end)
        return shown

    @strawberry.field(
        description="Two windows of a metric inside a scope, and the change between them. Windows"
        " of versions that do not compare are refused with METRIC_VERSION_MISMATCH, unless bridges"
        " lead from one to the other."
    )
    async def metric_comparison(
        self,
        info: Info,
        metric: MetricGiven,
        before: Annotated[Period, strawberry.argument(description="The earlier days.")],
        after: Annotated[Period, strawberry.argument(description="The later days.")],
        *,
        scope: ScopeGiven = None,
        by: ByGiven = None,
        version_before: VersionGiven = None,
        version_after: VersionGiven = None,
        bridges: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="The bridges from the earlier version to the later one, in order."
            ),
        ] = None,
        as_of: AsOf = None,
    ) -> MetricComparison:
        view = await info.context.view(as_of)
        of = await measured(fetcher(info.context, view), view, metric)
        asking = Asking(info.context, view, of, part_of(scope), by)
        versions = (version_before, version_after)
        return await compared(asking, (before, after), versions, bridges or ())

    @strawberry.field(
        description="The least change that two windows of so many days show, at the rate and"
        " sample of the last 28 days; null where they say nothing."
    )
    async def mde(
        self, info: Info, of: OfGiven, days: DaysGiven, power: PowerGiven = 0.8
    ) -> DetectableEffect | None:
        return await detectable(info.context, of, days, power)

    @strawberry.field(
        description="How many must be looked at so that two windows of so many days show a change,"
        " at the rate of the last 28 days; null where they say nothing."
    )
    async def sample_size(
        self,
        info: Info,
        of: OfGiven,
        effect: Annotated[float, strawberry.argument(description="The change, in the unit.")],
        days: DaysGiven,
        power: PowerGiven = 0.8,
    ) -> NeededSample | None:
        return await needed(info.context, of, effect, days, power)

    @strawberry.field(
        description="Episodes that touch the days from one to another (90 up to today), of all"
        " series that you see: open ones first, gravest first, newest first."
    )
    async def alerts(
        self,
        info: Info,
        *,
        first_day: From = None,
        last_day: To = None,
        family: FamilyGiven = None,
        first: FirstGiven = 100,
        as_of: AsOf = None,
    ) -> list[MetricAlert]:
        view = await info.context.view(as_of)
        days = span(view, first_day, last_day)
        return await alerts_between(info.context, view, days, family, first)
