"""Windows over all series of a scope, their comparison, and what a sample can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import strawberry

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.context import Context, fetcher
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.view import View
from riskreg.metrics import models
from riskreg.metrics.across import Chosen, Measured, Part, chosen, newest_day, windows
from riskreg.metrics.bridging import Bridging, converted
from riskreg.metrics.graph_bridges import MetricBridge
from riskreg.metrics.graph_notes import LazyMetric
from riskreg.metrics.graph_series import back_from
from riskreg.metrics.graph_values import ShownWindow, shown_window
from riskreg.metrics.loaders import Measure, refuse_many
from riskreg.metrics.rules import Dimension, Surface
from riskreg.metrics.rules_across import COLUMNS
from riskreg.metrics.rules_bridges import Change, change_between
from riskreg.metrics.rules_windows import MetricFacts, Window

Info = strawberry.Info[Context, None]
DEFAULT_DAYS = 28
_BY_COLUMN = {column: dimension for dimension, column in COLUMNS.items()}


@strawberry.input(description="A part of the work, by ids or codes; what is left out is all of it.")
class MetricScopeFilter:
    """What a question about a metric is about."""

    project: str | None = strawberry.field(default=None, description="The project.")
    policy_area: str | None = strawberry.field(
        default=None, description="Exactly this policy area, not those inside it."
    )
    market: str | None = strawberry.field(default=None, description="The market.")
    vendor: str | None = strawberry.field(default=None, description="The vendor.")
    surface: Surface | None = strawberry.field(default=None, description="The surface.")
    label: str | None = strawberry.field(default=None, description="The label.")
    cohort: str | None = strawberry.field(default=None, description="The cohort.")


@strawberry.input(name="PeriodInput", description="Some days, both ends included.")
class Period:
    """From a day to a day."""

    first: date = strawberry.field(name="from", description="The first day.")
    last: date = strawberry.field(name="to", description="The last day.")


ByGiven = Annotated[
    list[Dimension] | None,
    strawberry.argument(
        description="By what the series differ that make up the whole, beyond the scope; if left"
        " out, by as few things as possible. Work that is measured in two ways counts once."
    ),
]
ScopeGiven = Annotated[
    MetricScopeFilter | None,
    strawberry.argument(description="A part of the work; all of it if left out."),
]
MetricGiven = Annotated[str, strawberry.argument(description="The metric's id or code.")]
VersionGiven = Annotated[
    int | None,
    strawberry.argument(
        description="A version's number; if left out, the version in force on all of the days,"
        " and an error METRIC_VERSION_MISMATCH where there are two that do not compare."
    ),
]


def part_of(given: MetricScopeFilter | None) -> Part:
    """The part of the work that an input names."""
    return Part() if given is None else Part(**given.__dict__)


@strawberry.type(description="What all series of a metric inside a scope said together.")
class MetricWindow:
    """By the weighting of its version: pooled, or markets by view share and policy areas added."""

    view: strawberry.Private[View]
    metric_key: strawberry.Private[str]
    window: ShownWindow = strawberry.field(description="The value and all that belongs to it.")
    versions: list[int] = strawberry.field(
        description="The versions it is measured by; their numbers mean the same."
    )
    across: list[Dimension] = strawberry.field(
        description="By what the series differ that it is made of."
    )
    series_count: int = strawberry.field(description="How many series it is made of.")

    @strawberry.field(description="What is measured.")
    async def metric(self, info: Info) -> LazyMetric | None:
        """The metric."""
        found: LazyMetric | None = await fetch_one(
            info.context, self.view, models.Metric, self.metric_key
        )
        return found


@strawberry.type(description="How far one window lies above another.")
class MetricChange:
    """After less before, in the unit, with a 95 % interval."""

    value: float = strawberry.field(description="After less before.")
    low: float = strawberry.field(description="The lower bound.")
    high: float = strawberry.field(description="The upper bound.")
    unit: str = strawberry.field(description="The metric's unit.")
    is_detectable: bool = strawberry.field(
        description="Whether the interval leaves out no change; else say: no detectable change."
    )
    minimum_detectable: float = strawberry.field(
        description="The least change that these two windows show four times in five."
    )


@strawberry.type(description="Two windows of one metric, and the change between them.")
class MetricComparison:
    """Of one version, or converted by bridges; anything else is refused."""

    before: MetricWindow = strawberry.field(description="The earlier window, as measured.")
    after: MetricWindow = strawberry.field(description="The later window, as measured.")
    bridged: ShownWindow | None = strawberry.field(
        description="The earlier window as it would read today; null without bridges."
    )
    bridges: list[MetricBridge] = strawberry.field(description="The bridges that were crossed.")
    change: MetricChange | None = strawberry.field(
        description="From before (bridged) to after; null where one of them says nothing."
    )


@dataclass(frozen=True)
class Asking:
    """A question about a metric, as far as it is read."""

    context: Context
    view: View
    of: Measured
    part: Part
    by: Sequence[Dimension] | None

    @property
    def measure(self) -> Measure:
        """What the metric's numbers are."""
        row = self.of.metric
        return Measure(row.id, row.code, row.kind, row.scale, row.unit)

    async def chosen(self, version: int | None, first: date, last: date) -> Chosen:
        """The series of the version in force over the days, or of the one asked for."""
        refuse_many(1, first, last)
        fetch = fetcher(self.context, self.view)
        era = self.of.era(version, first, last)
        return await chosen(fetch, self.view, self.of, era, self.part, by=self.by)

    async def days(self, version: int | None, days: int, until: date | None) -> tuple[date, date]:
        """The days up to one, or to the newest value of the series that are in force now."""
        fetch = fetcher(self.context, self.view)
        last = until
        if last is None:
            today = self.view.now.date()
            era = self.of.era(version, today, today)
            of = await chosen(fetch, self.view, self.of, era, self.part, by=self.by)
            last = await newest_day(fetch, self.view, of.numbers) or today
        return back_from(last, days), last

    async def window(self, of: Chosen, first: date, last: date) -> tuple[Window, MetricWindow]:
        """What the series said together, and how that is shown."""
        fetch = fetcher(self.context, self.view)
        [found] = await windows(fetch, self.view, of, [(first, last)])
        return found, MetricWindow(
            view=self.view,
            metric_key=self.measure.id,
            window=self.shown(found),
            versions=list(of.era.numbers),
            across=[_BY_COLUMN[name] for name in of.across],
            series_count=len(of.rows),
        )

    def shown(self, found: Window) -> ShownWindow:
        """A window in the metric's unit."""
        facts = MetricFacts(self.measure.kind, self.measure.scale)
        return shown_window(found, self.measure, facts)


async def compared(
    asking: Asking,
    days: tuple[Period, Period],
    versions: tuple[int | None, int | None],
    bridges: Sequence[str],
) -> MetricComparison:
    """The windows of two periods and their change, over bridges where versions differ (BR 9)."""
    before, after = [
        await asking.chosen(version, period.first, period.last)
        for version, period in zip(versions, days, strict=True)
    ]
    old, shown_old = await asking.window(before, days[0].first, days[0].last)
    new, shown_new = await asking.window(after, days[1].first, days[1].last)
    fetch = fetcher(asking.context, asking.view)
    area = before.asked.policy_area_id
    crossing = Bridging(asking.of, before.era, after.era, area)
    over, crossed = await converted(fetch, asking.view, old, crossing, bridges)
    found = change_between(over, new)
    shown = [
        await fetch_one(asking.context, asking.view, MetricBridge.model, key) for key in crossed
    ]
    return MetricComparison(
        before=shown_old,
        after=shown_new,
        bridged=asking.shown(over) if crossed else None,
        bridges=shown,
        change=None if found is None else _shown_change(found, asking.measure),
    )


def _shown_change(found: Change, measure: Measure) -> MetricChange:
    return MetricChange(
        value=found.value,
        low=found.low,
        high=found.high,
        unit=measure.unit,
        is_detectable=found.is_detectable,
        minimum_detectable=found.least,
    )


def days_given(
    first: date | None, last: date | None, days: int | None
) -> tuple[tuple[date, date] | None, int]:
    """Either the days themselves, or how many of them; BadInput for both."""
    if (first is None) != (last is None):
        raise BadInput("give both from and to, or days and until")
    if first is None or last is None:
        return None, DEFAULT_DAYS if days is None else days
    if days is not None:
        raise BadInput("give from and to, or days, and not both")
    return (first, last), 0
