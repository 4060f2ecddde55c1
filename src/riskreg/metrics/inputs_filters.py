"""What lists of metrics, series, notes and evaluations can be filtered by, as callers send it."""

from typing import Optional

import strawberry

import riskreg.metrics.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.filters import DateFilter, EnumFilter, RefFilter, TextFilter
from riskreg.kit.graph import Field
from riskreg.kit.roots import order_input
from riskreg.metrics.rules import (
    AnnotationKind,
    Cadence,
    Direction,
    EvaluationMethod,
    Grade,
    MetricFamily,
    MetricKind,
    SeriesIssue,
    Surface,
)


def _given(description: str, name: str | None = None) -> Field:
    return strawberry.field(default=None, description=description, name=name)


@strawberry.input(description="Which metrics; `{}` matches all.")
class MetricFilter:
    """Conditions that all hold."""

    and_: Optional[list["MetricFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["MetricFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["MetricFilter"] = _given("This does not hold.", "not")
    code: TextFilter | None = _given("The code.")
    name: TextFilter | None = _given("The name.")
    family: EnumFilter[MetricFamily] | None = _given("What it is about.")
    kind: EnumFilter[MetricKind] | None = _given("What its numbers are.")
    direction: EnumFilter[Direction] | None = _given("Which way is better.")
    owner: RefFilter | None = _given("Whom to ask about it.")


@strawberry.input(description="Which series; `{}` matches all.")
class MetricSeriesFilter:
    """Conditions that all hold."""

    and_: Optional[list["MetricSeriesFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["MetricSeriesFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["MetricSeriesFilter"] = _given("This does not hold.", "not")
    code: TextFilter | None = _given("The code.")
    metric: RefFilter | None = _given("What is measured.")
    family: EnumFilter[MetricFamily] | None = _given("What its metric is about.")
    project: RefFilter | None = _given("The project.")
    policy_area: RefFilter | None = _given("The policy area.")
    market: RefFilter | None = _given("The market.")
    vendor: RefFilter | None = _given("The vendor.")
    surface: EnumFilter[Surface] | None = _given("The surface.")
    label: TextFilter | None = _given("The label.")
    cohort: TextFilter | None = _given("The cohort.")
    cadence: EnumFilter[Cadence] | None = _given("How long a period is.")
    is_ended: bool | None = _given("Whether no more values are expected.")
    quality: list[SeriesIssue] | None = _given("It has at least one of these issues.")


@strawberry.input(description="Which notes on metrics; `{}` matches all.")
class MetricAnnotationFilter:
    """Conditions that all hold."""

    metric: RefFilter | None = _given("The one metric that it is about.")
    kind: EnumFilter[AnnotationKind] | None = _given("What happened.")
    from_on: DateFilter | None = _given("The first day.")
    to_on: DateFilter | None = _given("The last day.")
    about: TextFilter | None = _given("The code of what it stems from.")
    project: RefFilter | None = _given("The project.")
    policy_area: RefFilter | None = _given("The policy area.")
    market: RefFilter | None = _given("The market.")
    vendor: RefFilter | None = _given("The vendor.")


@strawberry.input(description="Which impact evaluations; `{}` matches all.")
class ImpactEvaluationFilter:
    """Conditions that all hold."""

    code: TextFilter | None = _given("The code.")
    subject: TextFilter | None = _given("The code of what is judged.")
    series: RefFilter | None = _given("The series that it is judged on.")
    method: EnumFilter[EvaluationMethod] | None = _given("How it was judged.")
    confidence: EnumFilter[Grade] | None = _given("How far it is to be trusted.")


_BY_CODE = {"CODE": "By code.", "CREATED_AT": "By when it was recorded."}

MetricOrder = order_input("Metric", _BY_CODE)
MetricSeriesOrder = order_input(
    "MetricSeries", {"CODE": "By number of the code.", "CREATED_AT": "By when it was recorded."}
)
MetricAnnotationOrder = order_input(
    "MetricAnnotation",
    {"FROM_ON": "By the first day.", "CREATED_AT": "By when it was recorded."},
)
ImpactEvaluationOrder = order_input("ImpactEvaluation", _BY_CODE)
