"""What a caller may send about what is known of series besides their values."""

from datetime import date, datetime

import strawberry

from riskreg.kit.inputs import OnExisting, Request
from riskreg.metrics.inputs import ScopeGiven
from riskreg.metrics.rules import AnnotationKind, BridgeMethod, EvaluationMethod, Grade

TEXT_LIMIT, LINK_LIMIT = 2000, 2000


@strawberry.input(
    name="AnnotateMetricsInput", description="Note what happened to the series of a scope."
)
class AnnotateMetrics(ScopeGiven, Request):
    """Charts show it, detection and evaluations know of it."""

    metric: str | None = strawberry.field(
        default=None, description="The id or code of the one metric that it is about; else all."
    )
    kind: AnnotationKind = strawberry.field(description="What happened.")
    from_on: date = strawberry.field(description="The first day.")
    to_on: date | None = strawberry.field(
        default=None, description="The last day; left out while it goes on, or for good."
    )
    text: str = strawberry.field(description="A sentence, at most 2 000 characters.")
    about: str | None = strawberry.field(
        default=None, description="The code of what it stems from, such as PC-014."
    )
    link: str | None = strawberry.field(default=None, description="Where more is told, https only.")


@strawberry.input(
    name="ChangeMetricAnnotationInput", description="Change a note; what is left out stays."
)
class ChangeMetricAnnotation(OnExisting):
    """What it is about stays: remove it and note anew."""

    kind: strawberry.Maybe[AnnotationKind | None] = strawberry.field(
        default=None, description="What happened."
    )
    from_on: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="The first day."
    )
    to_on: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="The last day; null while it goes on, or for good."
    )
    text: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="A sentence, at most 2 000 characters."
    )
    about: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The code of what it stems from; null for nothing."
    )
    link: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="Where more is told, https only."
    )


@strawberry.input(
    name="RemoveMetricAnnotationInput", description="Take a note back; history keeps it."
)
class RemoveMetricAnnotation(OnExisting):
    """It counts no more from now on."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@strawberry.input(
    name="RecordBridgeInput", description="Record how two versions of a metric compare."
)
class RecordBridge(Request):
    """DUAL_LABELLED: the same items judged twice. DUAL_RUN: two samples of the same days."""

    metric: str = strawberry.field(description="The metric's id or code.")
    from_version: int = strawberry.field(description="The old version's number.")
    to_version: int = strawberry.field(description="The new version's number.")
    method: BridgeMethod = strawberry.field(description="How they were measured side by side.")
    policy_area_id: strawberry.ID | None = strawberry.field(
        default=None, description="The policy area that it is good for; all if left out."
    )
    from_on: date = strawberry.field(description="The first day of the sample.")
    to_on: date = strawberry.field(description="The last day of the sample.")
    sample_size: int | None = strawberry.field(
        default=None, description="DUAL_LABELLED: how many items were judged by both."
    )
    both_negative: int | None = strawberry.field(
        default=None, description="DUAL_LABELLED: negative under both versions."
    )
    old_only: int | None = strawberry.field(
        default=None, description="DUAL_LABELLED: negative under the old version only."
    )
    new_only: int | None = strawberry.field(
        default=None, description="DUAL_LABELLED: negative under the new version only."
    )
    old_negatives: int | None = strawberry.field(
        default=None, description="DUAL_RUN: negatives in the old version's sample."
    )
    old_sample: int | None = strawberry.field(
        default=None, description="DUAL_RUN: the size of the old version's sample."
    )
    new_negatives: int | None = strawberry.field(
        default=None, description="DUAL_RUN: negatives in the new version's sample."
    )
    new_sample: int | None = strawberry.field(
        default=None, description="DUAL_RUN: the size of the new version's sample."
    )
    note: str | None = strawberry.field(
        default=None, description="What one should know, at most 2 000 characters."
    )


@strawberry.input(
    name="RecordImpactEvaluationInput",
    description="Record what something is judged to have done to a metric.",
)
class RecordImpactEvaluation(Request):
    """Estimates are in the metric's unit; the register adds what else happened, and grades."""

    subject: str = strawberry.field(
        description="The code of what is judged: a change, an action, a wave."
    )
    series_id: strawberry.ID = strawberry.field(description="The series that it is judged on.")
    method: EvaluationMethod = strawberry.field(description="How it was judged.")
    starts_on: date = strawberry.field(description="The first day of what is judged.")
    pre_days: int = strawberry.field(description="Days looked at before, at least 1.")
    washout_days: int = strawberry.field(description="Days left out from the start, 0 or more.")
    post_days: int = strawberry.field(description="Days looked at after those, at least 1.")
    estimate: float = strawberry.field(description="The effect, in the metric's unit.")
    low: float = strawberry.field(description="The lower bound of its 95 % interval.")
    high: float = strawberry.field(description="The upper bound of its 95 % interval.")
    confidence: Grade = strawberry.field(
        description="How far you trust it; what the data cannot carry is graded LOW."
    )
    treated: str | None = strawberry.field(default=None, description="What was treated.")
    control: str | None = strawberry.field(default=None, description="What it was held against.")
    definitional_effect: float | None = strawberry.field(
        default=None, description="How much of it is the ruler, not the world."
    )
    real_effect: float | None = strawberry.field(
        default=None, description="How much of it is the world, not the ruler."
    )
    placebo_p: float | None = strawberry.field(
        default=None, description="The share of false dates that show as much, 0 to 1."
    )
    lag1: float | None = strawberry.field(
        default=None, description="The correlation of a residual with the next, -1 to 1."
    )
    confounders: list[str] = strawberry.field(
        default_factory=list, description="What else you know of, by code or in words."
    )
    computed_at: datetime | None = strawberry.field(
        default=None, description="When it was computed; now if left out."
    )
    inputs_hash: str | None = strawberry.field(
        default=None, description="The SHA-256 of its inputs, as 64 hex digits."
    )
    note: str | None = strawberry.field(
        default=None, description="What one should know, at most 2 000 characters."
    )
    source: str | None = strawberry.field(
        default=None, description="Who or what computed it, at most 200 characters."
    )
    code: str | None = strawberry.field(
        default=None, description="For imports: the code it already has, such as IE-007."
    )
