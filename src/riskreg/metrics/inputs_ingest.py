"""What a caller may send about observations."""

from datetime import date

import strawberry

import riskreg.metrics.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.inputs import Request
from riskreg.metrics.rules import QualityFlag, Surface

MAX_ROWS = 2000


@strawberry.input(
    name="ObservationInput",
    description="What a metric was in a period: a value, or numerator and denominator, or both.",
)
class ObservationGiven:
    """A row names its series, or else its metric and the scope of it."""

    period_start: date = strawberry.field(
        description="The first day of the period: a Monday for weeks, the 1st for months."
    )
    series: str | None = strawberry.field(
        default=None, description="The series, by code or id; then nothing else names it."
    )
    metric: str | None = strawberry.field(
        default=None, description="Or the metric by code or id, together with the scope."
    )
    version: int | None = strawberry.field(
        default=None, description="Which version of the metric; that of the period if left out."
    )
    project: str | None = strawberry.field(
        default=None, description="The project of the scope by code or id; all if left out."
    )
    policy_area: str | None = strawberry.field(
        default=None, description="The policy area by code or id; all if left out."
    )
    market: str | None = strawberry.field(
        default=None, description="The market by code or id; all if left out."
    )
    vendor: str | None = strawberry.field(
        default=None, description="The vendor by code or id; all if left out."
    )
    surface: Surface | None = strawberry.field(
        default=None, description="Where it is shown; everywhere if left out."
    )
    label: str | None = strawberry.field(default=None, description="The label; all if left out.")
    cohort: str | None = strawberry.field(default=None, description="The cohort; all if left out.")
    value: float | None = strawberry.field(
        default=None,
        description="The value in the metric's unit. Beside numerator and denominator it may be "
        "left out, and may differ from them by 0.5 % for rounding: they are what is kept.",
    )
    numerator: float | None = strawberry.field(
        default=None, description="What was counted or summed, with the denominator."
    )
    denominator: float | None = strawberry.field(default=None, description="Of how many.")
    standard_error: float | None = strawberry.field(
        default=None, description="The standard error of the value, in the unit, if it is known."
    )
    sample_size: float | None = strawberry.field(
        default=None,
        description="How many it was measured on; the denominator of a ratio if left out.",
    )
    quality: QualityFlag = strawberry.field(
        default=QualityFlag.OK, description="What is known against it."
    )


@strawberry.input(
    name="IngestObservationsInput",
    description="Tell what was observed: good rows are kept, others are listed.",
)
class IngestObservations(Request):
    """Safe to send again: what says the same as is known changes nothing."""

    observations: list[ObservationGiven] = strawberry.field(description="1 to 2 000 rows.")
    source: str | None = strawberry.field(
        default=None, description="Where they come from, at most 200 characters."
    )
