"""What can be done about metrics, their series, and what is noted of them."""

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.inputs import Input
from riskreg.kit.perform import ShownUserError, perform, perform_all, show_error
from riskreg.metrics import (
    inputs,
    inputs_notes,
    service,
    service_evaluation,
    service_notes,
    service_series,
)
from riskreg.metrics.graph import Metric, MetricVersion
from riskreg.metrics.graph_bridges import MetricBridge
from riskreg.metrics.graph_notes import ImpactEvaluation, MetricAnnotation
from riskreg.metrics.graph_series import MetricSeries

Info = strawberry.Info[Context, None]
MEND = "What has to be mended; if there is anything, nothing was written."
NOW = "As it is now; null if nothing was done."


@strawberry.type(description="What came of `defineMetric`.")
class DefineMetricPayload:
    """The metric, or what to mend."""

    metric: Metric | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `changeMetric`.")
class ChangeMetricPayload:
    """The metric, or what to mend."""

    metric: Metric | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `defineMetricVersion`.")
class DefineMetricVersionPayload:
    """The version, or what to mend."""

    metric_version: MetricVersion | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of one series of a batch.")
class CreateMetricSeriesResult:
    """The series, or what to mend about it."""

    series: MetricSeries | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `createMetricSeries`, in the order of the input.")
class CreateMetricSeriesPayload:
    """All or nothing: with any error, every series is null."""

    results: list[CreateMetricSeriesResult] = strawberry.field(
        description="One for each series given."
    )
    user_errors: list[ShownUserError] = strawberry.field(
        description="What has to be mended about the batch itself."
    )


@strawberry.type(description="What came of `changeMetricSeries`.")
class ChangeMetricSeriesPayload:
    """The series, or what to mend."""

    series: MetricSeries | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `endMetricSeries`.")
class EndMetricSeriesPayload:
    """The series, or what to mend."""

    series: MetricSeries | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `annotateMetrics`.")
class AnnotateMetricsPayload:
    """The note, or what to mend."""

    annotation: MetricAnnotation | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `changeMetricAnnotation`.")
class ChangeMetricAnnotationPayload:
    """The note, or what to mend."""

    annotation: MetricAnnotation | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `removeMetricAnnotation`.")
class RemoveMetricAnnotationPayload:
    """Nothing is there any more; or what to mend."""

    annotation: MetricAnnotation | None = strawberry.field(
        description="Null: it is no more. Ask `asOf` a time before to see it."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `recordBridge`.")
class RecordBridgePayload:
    """The bridge, or what to mend."""

    bridge: MetricBridge | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `recordImpactEvaluation`.")
class RecordImpactEvaluationPayload:
    """The evaluation, or what to mend."""

    evaluation: ImpactEvaluation | None = strawberry.field(description=NOW)
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type
class MetricsMutation:
    """Definitions, series, notes, bridges, evaluations."""

    @strawberry.mutation(description="Say what is measured, and how at first.")
    async def define_metric(
        self, info: Info, input: Input[inputs.DefineMetric]
    ) -> DefineMetricPayload:
        return await perform(info, input, service.define, DefineMetricPayload)

    @strawberry.mutation(description="Change a metric; what is left out stays.")
    async def change_metric(
        self, info: Info, input: Input[inputs.ChangeMetric]
    ) -> ChangeMetricPayload:
        return await perform(info, input, service.change, ChangeMetricPayload)

    @strawberry.mutation(description="Measure a metric in another way from a day on.")
    async def define_metric_version(
        self, info: Info, input: Input[inputs.DefineMetricVersion]
    ) -> DefineMetricVersionPayload:
        return await perform(info, input, service.define_version, DefineMetricVersionPayload)

    @strawberry.mutation(description="Create up to 500 series: all of them or none.")
    async def create_metric_series(
        self, info: Info, input: Input[inputs.CreateMetricSeries]
    ) -> CreateMetricSeriesPayload:
        shown, errors = await perform_all(info, input, service_series.create_many)
        results = [
            CreateMetricSeriesResult(
                series=shown[place] if shown else None,
                user_errors=[
                    show_error(error) for error in errors if error.field[:2] == ("series", place)
                ],
            )
            for place in range(len(input.series))
        ]
        whole = [show_error(error) for error in errors if len(error.field) < 2]
        return CreateMetricSeriesPayload(results=results, user_errors=whole)

    @strawberry.mutation(description="Change a series; what is left out stays.")
    async def change_metric_series(
        self, info: Info, input: Input[inputs.ChangeMetricSeries]
    ) -> ChangeMetricSeriesPayload:
        return await perform(info, input, service_series.change, ChangeMetricSeriesPayload)

    @strawberry.mutation(description="Expect no more values of a series.")
    async def end_metric_series(
        self, info: Info, input: Input[inputs.EndMetricSeries]
    ) -> EndMetricSeriesPayload:
        return await perform(
            info, input, service_series.end, EndMetricSeriesPayload, reason=input.reason
        )

    @strawberry.mutation(description="Note what happened to the series of a scope.")
    async def annotate_metrics(
        self, info: Info, input: Input[inputs_notes.AnnotateMetrics]
    ) -> AnnotateMetricsPayload:
        return await perform(info, input, service_notes.annotate, AnnotateMetricsPayload)

    @strawberry.mutation(description="Change a note; what is left out stays.")
    async def change_metric_annotation(
        self, info: Info, input: Input[inputs_notes.ChangeMetricAnnotation]
    ) -> ChangeMetricAnnotationPayload:
        work = service_notes.change_annotation
        return await perform(info, input, work, ChangeMetricAnnotationPayload)

    @strawberry.mutation(description="Take a note back; history keeps it.")
    async def remove_metric_annotation(
        self, info: Info, input: Input[inputs_notes.RemoveMetricAnnotation]
    ) -> RemoveMetricAnnotationPayload:
        work = service_notes.remove_annotation
        return await perform(info, input, work, RemoveMetricAnnotationPayload, reason=input.reason)

    @strawberry.mutation(description="Record how two versions of a metric compare.")
    async def record_bridge(
        self, info: Info, input: Input[inputs_notes.RecordBridge]
    ) -> RecordBridgePayload:
        return await perform(info, input, service_notes.record_bridge, RecordBridgePayload)

    @strawberry.mutation(description="Record what something is judged to have done to a metric.")
    async def record_impact_evaluation(
        self, info: Info, input: Input[inputs_notes.RecordImpactEvaluation]
    ) -> RecordImpactEvaluationPayload:
        work = service_evaluation.record
        return await perform(info, input, work, RecordImpactEvaluationPayload)
