"""Series as the graph shows them: what they are about, their values, and their quality."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from inspect import isawaitable
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context
from riskreg.kit.edges import children, one
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.lists import Connection
from riskreg.kit.tables import NEVER
from riskreg.kit.view import View
from riskreg.metrics import models, models_notes
from riskreg.metrics.graph_charts import MetricChart, chart_of
from riskreg.metrics.graph_notes import (
    ImpactEvaluation,
    LazyArea,
    LazyMarket,
    LazyMetric,
    LazyProject,
    LazyVendor,
    MetricAnnotation,
    concerning,
    notes_between,
)
from riskreg.metrics.graph_values import (
    LATEST,
    Gap,
    Observation,
    Restatement,
    ShownWindow,
    observation,
    shown_window,
)
from riskreg.metrics.loaders import (
    MOST_VALUES,
    Changed,
    Telling,
    first_told_of,
    issues_of,
    measure_of,
    points_of,
    refuse_many,
    restatements_of,
    revisions_of,
    values_of,
)
from riskreg.metrics.rules import Cadence, SeriesIssue, Surface
from riskreg.metrics.rules_definitions import SCOPE, ScopeKeys
from riskreg.metrics.rules_freshness import Expectation, holes, stale_after
from riskreg.metrics.rules_windows import FIRST_DAY, LAST_DAY, period_starts, window
from riskreg.policies import models as policies
from riskreg.projects import models as projects

if TYPE_CHECKING:
    from riskreg.metrics.graph import MetricVersion

LazyVersion = Annotated["MetricVersion", strawberry.lazy("riskreg.metrics.graph")]
Info = strawberry.Info[Context, None]
From = Annotated[
    date | None,
    strawberry.argument(name="from", description="The first day; 89 days before the last one."),
]
To = Annotated[
    date | None, strawberry.argument(description="The last day; today if left out.", name="to")
]
Days = Annotated[int, strawberry.argument(description="How many days, at most 800.")]
Until = Annotated[
    date | None,
    strawberry.argument(description="The last day; that of the newest value if left out."),
]
SHOWN_DAYS = 90


def span(view: View, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for: 90 of them up to today where nothing else is said.

    BadInput for days so far away that no calendar holds the weeks around them.
    """
    end = last or today(view.now, settings.current().zone)
    for day in (first or end, end):
        _in_calendar(day)
    return first or end - timedelta(days=SHOWN_DAYS - 1), end


def back_from(last: date, days: int) -> date:
    """The first of so many days up to the last one; BadInput for none, or too many."""
    if not 1 <= days <= MOST_VALUES:
        message = f"days is 1 to {MOST_VALUES}"
        raise BadInput(message)
    _in_calendar(last)
    return last - timedelta(days=days - 1)


def _in_calendar(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        message = f"days lie between {FIRST_DAY} and {LAST_DAY}, unlike {day}"
        raise BadInput(message)


@shows(models.MetricSeries)
@strawberry.type(description="A metric over time in one scope; what is null is all of them.")
class MetricSeries(Node, Versioned):
    """What values are told of, and how they come."""

    code: str = strawberry.field(description="The code, such as SER-107.")
    surface: Surface | None = strawberry.field(description="The surface.")
    label: str | None = strawberry.field(description="The label.")
    cohort: str | None = strawberry.field(description="The cohort of annotators.")
    cadence: Cadence = strawberry.field(description="How long a period is.")
    expected_lag_hours: int = strawberry.field(
        description="How many hours after a period its value is there."
    )
    min_sample: int = strawberry.field(
        description="Below how many nothing is said of a value or window."
    )
    source: str | None = strawberry.field(description="Where its values come from.")
    number: strawberry.Private[int]
    metric_id: strawberry.Private[str]
    version_id: strawberry.Private[str]
    project_id: strawberry.Private[str | None]
    policy_area_id: strawberry.Private[str | None]
    market_id: strawberry.Private[str | None]
    vendor_id: strawberry.Private[str | None]
    ended_at: strawberry.Private[datetime]
    metric: LazyMetric | None = one(models.Metric, "metric_id", "What is measured.")
    metric_version: LazyVersion | None = one(
        models.MetricVersion, "version_id", "How it is measured."
    )
    project: LazyProject | None = one(projects.Project, "project_id", "The project.")
    policy_area: LazyArea | None = one(policies.PolicyArea, "policy_area_id", "The policy area.")
    market: LazyMarket | None = one(projects.Market, "market_id", "The market.")
    vendor: LazyVendor | None = one(projects.Vendor, "vendor_id", "The vendor.")
    latest: Observation | None = LATEST.field("What is known of its newest period.")
    evaluations: Connection[ImpactEvaluation] = children(
        models_notes.ImpactEvaluation, "series_id", "What was judged on it, by code.", order="code"
    )
    history: list[HistoryEntry] = history(bookkeeping=frozenset({"scope_key"}))

    @strawberry.field(
        name="endedAt",
        description="From when no more values are expected; null while it runs.",
    )
    @derived("ended_at")
    def ends(self) -> datetime | None:
        """The instant."""
        return None if self.ended_at == NEVER else self.ended_at

    @strawberry.field(description="When it goes stale without news; null once it has ended.")
    @derived("number", "cadence", "expected_lag_hours", "ended_at", "created_at")
    async def stale_after(self, info: Info) -> datetime | None:
        """Two periods and its lag after the newest one, or after it was created."""
        if self.ended_at <= self.view.now:
            return None
        newest = await self._latest(info)
        last = self.created_at.date() if newest is None else newest.period_start
        return stale_after(last, self.cadence, self.expected_lag_hours)

    @strawberry.field(
        description="What counts for each period from one day to another, both included: the"
        " newest telling that is known, at most 800 days."
    )
    @derived("number", "metric_id", "cadence")
    async def values(self, info: Info, first: From = None, last: To = None) -> list[Observation]:
        """In order of time."""
        begin, end = span(self.view, first, last)
        rows = await values_of(info.context, self.view, self.number, begin, end)
        return await self._observations(info, rows)

    @strawberry.field(description="Every telling of one period, oldest first.")
    @derived("number", "metric_id", "cadence")
    async def revisions(
        self,
        info: Info,
        period: Annotated[date, strawberry.argument(description="The day on which it begins.")],
    ) -> list[Observation]:
        """So far as they are known."""
        rows = await revisions_of(info.context, self.view, self.number, period)
        return await self._observations(info, rows)

    @strawberry.field(description="What it said in some days, up to its newest value or a day.")
    @derived("number", "metric_id", "cadence", "min_sample")
    async def window(self, info: Info, days: Days, until: Until = None) -> ShownWindow:
        """A sum over a sum for ratios."""
        last = until or await self._newest_day(info)
        [found] = await self._windows(info, [(back_from(last, days), last)])
        return found

    @strawberry.field(
        description="What it said in each whole week, Monday to Sunday, from one day to another;"
        " twelve weeks if none are said."
    )
    @derived("number", "metric_id", "cadence", "min_sample")
    async def weekly(self, info: Info, first: From = None, last: To = None) -> list[ShownWindow]:
        """In order of time."""
        begin, end = span(self.view, first, last)
        refuse_many(1, begin, end)
        begin += timedelta(days=-begin.weekday() % 7)
        weeks = [
            (monday, monday + timedelta(days=6))
            for monday in period_starts(begin, end - timedelta(days=6), Cadence.WEEKLY)
        ]
        return await self._windows(info, weeks) if weeks else []

    @strawberry.field(
        description="It held against its own past, from one day to another: limits, alarms, and"
        " the episodes in which it stood out."
    )
    @derived("number")
    async def chart(self, info: Info, first: From = None, last: To = None) -> MetricChart:
        """Worked out when it is read, from what is known at the view's time."""
        begin, end = span(self.view, first, last)
        return await chart_of(info.context, self.view, self.number, begin, end)

    @strawberry.field(description="What is wrong with its numbers, if anything.")
    @derived("number")
    async def quality(self, info: Info) -> list[SeriesIssue]:
        """At the view's time."""
        return await issues_of(info.context, self.view, self.number)

    @strawberry.field(
        description="Periods of the last days that are missing, or were until they came late."
    )
    @derived("number", "cadence", "expected_lag_hours", "created_at")
    async def gaps(self, info: Info, days: Days = 30) -> list[Gap]:
        """In order of time; nothing is missing before its first value or after its newest."""
        last = today(self.view.now, settings.current().zone)
        first = back_from(last, days)
        told = await first_told_of(info.context, self.view, self.number, first, last)
        begun = min(told, default=last)
        periods = period_starts(begun, last, self.cadence)
        expected = Expectation(self.cadence, self.expected_lag_hours, self.created_at)
        return [
            Gap(period_start=hole.period_start, filled_at=hole.filled_at)
            for hole in holes(periods, told, expected)
        ]

    @strawberry.field(description="Periods that were told again in the last days, by period.")
    @derived("number", "metric_id")
    async def restatements(self, info: Info, days: Days = 30) -> list[Restatement]:
        """With what was told before."""
        back_from(self.view.now.date(), days)
        since = self.view.now - timedelta(days=days)
        rows = await restatements_of(info.context, self.view, self.number, since)
        unit = (await measure_of(info.context, self.view, self.metric_id)).unit
        return [
            Restatement(
                view=self.view,
                changed=Changed(
                    self.number,
                    row.period_start,
                    Telling(row.old_recorded_at, row.old_entry_seq),
                    Telling(row.recorded_at, row.entry_seq),
                ),
                period_start=row.period_start,
                old=row.old,
                new=row.value,
                unit=unit,
                old_revision=row.revision - 1,
                new_revision=row.revision,
                recorded_at=row.recorded_at,
            )
            for row in rows
        ]

    @strawberry.field(
        description="What happened to it, or to all of which it is a part, from one day to another."
    )
    @derived("metric_id", *SCOPE)
    async def annotations(
        self, info: Info, first: From = None, last: To = None
    ) -> list[MetricAnnotation]:
        """By the first day."""
        begin, end = span(self.view, first, last)
        notes = await notes_between(info.context, self.view, begin, end)
        return concerning(notes, self.metric_id, self._scope())

    def _scope(self) -> ScopeKeys:
        return ScopeKeys(**{name: getattr(self, name) for name in SCOPE})

    async def _latest(self, info: Info) -> Observation | None:
        found = LATEST.of(self, info)
        answer: Observation | None = await found if isawaitable(found) else found
        return answer

    async def _newest_day(self, info: Info) -> date:
        newest = await self._latest(info)
        if newest is None:
            return today(self.view.now, settings.current().zone) - timedelta(days=1)
        return newest.period_start

    async def _observations(
        self, info: Info, rows: Sequence[models.Observation]
    ) -> list[Observation]:
        measure = await measure_of(info.context, self.view, self.metric_id)
        facts = measure.facts(self.cadence)
        return [observation(row, facts, measure.unit) for row in rows]

    async def _windows(
        self, info: Info, stretches: Sequence[tuple[date, date]]
    ) -> list[ShownWindow]:
        """What it said in each stretch of days, read at once."""
        begin, end = stretches[0][0], stretches[-1][1]
        found = await points_of(info.context, self.view, self.number, begin, end)
        measure = await measure_of(info.context, self.view, self.metric_id)
        facts = measure.facts(self.cadence)
        return [
            shown_window(
                window(found, facts, first, last, min_sample=self.min_sample), measure, facts
            )
            for first, last in stretches
        ]
