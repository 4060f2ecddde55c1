"""What a caller may send about metrics, their versions and series; ids are global ids."""

from datetime import date

import strawberry

import riskreg.metrics.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.inputs import OnExisting, Request
from riskreg.metrics.rules import (
    Cadence,
    Direction,
    MetricFamily,
    MetricKind,
    Surface,
    Weighting,
)

CODE_LIMIT, NAME_LIMIT, UNIT_LIMIT, TEXT_LIMIT = 40, 200, 40, 2000


@strawberry.input(name="DefineMetricInput", description="Say what is measured, and how at first.")
class DefineMetric(Request):
    """A metric and its first version; code, unit, scale and kind stay for good."""

    code: str = strawberry.field(description="The code, such as GOLD_ACC.")
    name: str = strawberry.field(description="The name, at most 200 characters.")
    formula: str = strawberry.field(description="How the first version is computed, in words.")
    unit: str = strawberry.field(
        description="What its values are in: `%`, `‰`, `bps of views`, `items/day`, `s`, `h`…"
    )
    scale: float = strawberry.field(
        description="How many units a ratio of 1 is: 100 for %, 10 000 for bps; 1 for all that is"
        " no ratio."
    )
    direction: Direction = strawberry.field(description="Which way is better.")
    kind: MetricKind = strawberry.field(
        description="What its numbers are, which decides how they add up."
    )
    family: MetricFamily = strawberry.field(description="What it is about.")
    description: str | None = strawberry.field(
        default=None, description="What one should know to read it."
    )
    band_low: float | None = strawberry.field(
        default=None, description="Where its target band begins, in the unit."
    )
    band_high: float | None = strawberry.field(
        default=None, description="Where its target band ends, in the unit."
    )
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom to ask about it."
    )
    paired_with_id: strawberry.ID | None = strawberry.field(
        default=None, description="The metric that must be read beside it."
    )
    weighting: Weighting = strawberry.field(
        default=Weighting.POOLED, description="How several series of it become one."
    )
    valid_from: date | None = strawberry.field(
        default=None, description="The first day of the first version; today if left out."
    )


@strawberry.input(name="ChangeMetricInput", description="Change a metric; what is left out stays.")
class ChangeMetric(OnExisting):
    """What may change without its numbers changing their meaning."""

    name: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The name, at most 200 characters."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What one should know to read it."
    )
    direction: strawberry.Maybe[Direction | None] = strawberry.field(
        default=None, description="Which way is better."
    )
    family: strawberry.Maybe[MetricFamily | None] = strawberry.field(
        default=None, description="What it is about."
    )
    band_low: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="Where its target band begins, in the unit."
    )
    band_high: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="Where its target band ends, in the unit."
    )
    owner_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Whom to ask about it; null for nobody."
    )
    paired_with_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The metric that must be read beside it; null for none."
    )


@strawberry.input(
    name="DefineMetricVersionInput", description="Measure a metric in another way from a day on."
)
class DefineMetricVersion(Request):
    """The next version; series of it are created besides."""

    metric_id: strawberry.ID = strawberry.field(description="The metric.")
    formula: str = strawberry.field(description="How it is computed now, in words.")
    valid_from: date = strawberry.field(
        description="The first day on which it counts; later than that of the version before."
    )
    breaking: bool = strawberry.field(
        description="Whether its numbers differ in meaning from before, so that they compare only"
        " through a bridge."
    )
    weighting: Weighting | None = strawberry.field(
        default=None, description="How several series become one; as before if left out."
    )
    change_note: str | None = strawberry.field(
        default=None, description="What is different, and why."
    )


@strawberry.input(
    name="MetricScopeInput", description="What is measured; what is left out is all of it."
)
class ScopeGiven:
    """A part of the work."""

    project_id: strawberry.ID | None = strawberry.field(default=None, description="The project.")
    policy_area_id: strawberry.ID | None = strawberry.field(
        default=None, description="The policy area."
    )
    market_id: strawberry.ID | None = strawberry.field(default=None, description="The market.")
    vendor_id: strawberry.ID | None = strawberry.field(
        default=None, description="The vendor, who will see it."
    )
    surface: Surface | None = strawberry.field(default=None, description="The surface.")
    label: str | None = strawberry.field(
        default=None, description="The label, at most 40 characters."
    )
    cohort: str | None = strawberry.field(
        default=None, description="The cohort of annotators, at most 40 characters."
    )


@strawberry.input(name="MetricSeriesInput", description="A series to be created.")
class SeriesGiven(ScopeGiven):
    """What is measured, of what, how often."""

    metric: str = strawberry.field(description="The metric's id or code.")
    version: int | None = strawberry.field(
        default=None, description="Which version of it; the one in force today if left out."
    )
    cadence: Cadence = strawberry.field(default=Cadence.DAILY, description="How long a period is.")
    expected_lag_hours: int = strawberry.field(
        default=24, description="How many hours after a period its value is there, 0 to 2 160."
    )
    min_sample: int = strawberry.field(
        default=0, description="Below how many nothing is said of a value or window."
    )
    source: str | None = strawberry.field(
        default=None, description="Where its values come from, at most 200 characters."
    )
    code: str | None = strawberry.field(
        default=None, description="For imports: the code it already has, such as SER-107."
    )


@strawberry.input(name="CreateMetricSeriesInput", description="Create series: all of them or none.")
class CreateMetricSeries(Request):
    """A batch of at most 500."""

    series: list[SeriesGiven] = strawberry.field(description="At most 500.")


@strawberry.input(
    name="ChangeMetricSeriesInput", description="Change a series; what is left out stays."
)
class ChangeMetricSeries(OnExisting):
    """What it is about stays, for observations are of that."""

    expected_lag_hours: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How many hours after a period its value is there, 0 to 2 160."
    )
    min_sample: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="Below how many nothing is said of a value or window."
    )
    source: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="Where its values come from, at most 200 characters."
    )


@strawberry.input(name="EndMetricSeriesInput", description="Expect no more values of a series.")
class EndMetricSeries(OnExisting):
    """Its values stay; it is never stale again."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")
