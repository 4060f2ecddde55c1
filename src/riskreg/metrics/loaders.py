"""What shown series say of themselves, fetched together for a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Record
from riskreg.kit.errors import BadInput
from riskreg.kit.view import KEYS, View
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.quality import conditions
from riskreg.metrics.queries import citations, first_told, latest, newest, restated, revisions
from riskreg.metrics.reading import CHUNK, Points, points
from riskreg.metrics.rules import Cadence, MetricKind, SeriesIssue
from riskreg.metrics.rules_windows import MetricFacts

T = TypeVar("T")
MOST_VALUES = 800
"""So many periods are told of a series at once: two years of days."""
MOST_ROWS = 60_000
"""So many values are told in one answer for one stretch of days."""


@dataclass(frozen=True)
class Measure:
    """What the numbers of a metric are."""

    id: str
    code: str
    kind: MetricKind
    scale: float
    unit: str

    def facts(self, cadence: Cadence) -> MetricFacts:
        """What decides how the values of a series of it add up."""
        return MetricFacts(self.kind, self.scale, cadence)


async def measure_of(context: Context, view: View, metric_id: str) -> Measure:
    """What the numbers of a metric are, by its key."""

    async def batch(view: View, keys: list[str]) -> Sequence[Measure]:
        metric = view.of(Metric)
        query = select(metric.id, metric.code, metric.kind, metric.scale, metric.unit)
        rows = await context.rows(view, query.where(metric.id.in_(keys)))
        found = {row.id: Measure(row.id, row.code, row.kind, row.scale, row.unit) for row in rows}
        return [found[key] for key in keys]

    answer: Measure = await context.load(view, "measure of metric", batch, metric_id)
    return answer


async def latest_rows(context: Context, view: View, numbers: Sequence[int]) -> dict[int, Record]:
    """The newest value of each series, by its number, with what its numbers are."""
    found: dict[int, Record] = {}
    for start in range(0, len(numbers), CHUNK):
        keys = list(numbers[start : start + CHUNK])
        for row in await context.rows(view, latest(view), keys=keys):
            found[row.series_no] = row
    return found


async def values_of(
    context: Context, view: View, number: int, first: date, last: date
) -> Sequence[Record]:
    """What counts for the periods of a series between two days, in order."""

    async def batch(view: View, keys: list[int]) -> Sequence[Sequence[Record]]:
        refuse_many(len(keys), first, last)
        bound = {"first_day": first, "last_day": last}
        return await _grouped(context, view, keys, newest(view), **bound)

    found: Sequence[Record] = await context.load(view, ("values", first, last), batch, number)
    return found


async def points_of(context: Context, view: View, number: int, first: date, last: date) -> Points:
    """The same as arrays."""

    async def batch(view: View, keys: list[int]) -> Sequence[Points]:
        refuse_many(len(keys), first, last)
        found = await points(fetcher(context, view), view, keys, first=first, last=last)
        return [found[key] for key in keys]

    answer: Points = await context.load(view, ("points", first, last), batch, number)
    return answer


async def revisions_of(context: Context, view: View, number: int, day: date) -> Sequence[Record]:
    """Every telling of a period of a series, oldest first."""

    async def batch(view: View, keys: list[int]) -> Sequence[Sequence[Record]]:
        return await _grouped(context, view, keys, revisions(view), day=day)

    found: Sequence[Record] = await context.load(view, ("revisions", day), batch, number)
    return found


async def restatements_of(
    context: Context, view: View, number: int, since: datetime
) -> Sequence[Record]:
    """The tellings since an instant that changed what was told before, by period."""

    async def batch(view: View, keys: list[int]) -> Sequence[Sequence[Record]]:
        return await _grouped(context, view, keys, restated(view), since=since)

    found: Sequence[Record] = await context.load(view, ("restated", since), batch, number)
    return found


@dataclass(frozen=True)
class Telling:
    """When a value became known, and the entry that wrote it."""

    recorded_at: datetime
    entry_seq: int


@dataclass(frozen=True)
class Changed:
    """A period of a series that was told anew: when it was told before, and when then."""

    series_no: int
    period_start: date
    old: Telling
    new: Telling


async def reports_on(context: Context, view: View, changed: Changed) -> list[str]:
    """The keys of the reports whose facts rest on what was told before.

    A report knew what was recorded up to its time by entries before its own.
    """

    async def batch(view: View, keys: list[int]) -> Sequence[Sequence[Record]]:
        return await _grouped(context, view, keys, citations(view))

    found: Sequence[Record] = await context.load(view, "citations", batch, changed.series_no)
    return [
        row.report_id
        for row in found
        if row.first_on <= changed.period_start <= row.last_on
        and _knew(row, changed.old)
        and not _knew(row, changed.new)
    ]


def _knew(report: Record, told: Telling) -> bool:
    return bool(told.recorded_at <= report.as_of and told.entry_seq < report.seq)


async def first_told_of(
    context: Context, view: View, number: int, first: date, last: date
) -> dict[date, datetime]:
    """When each period of a series between two days was first told."""

    async def batch(view: View, keys: list[int]) -> Sequence[dict[date, datetime]]:
        refuse_many(len(keys), first, last)
        bound = {"first_day": first, "last_day": last}
        rows = await _grouped(context, view, keys, first_told(view), **bound)
        return [{row.period_start: row.recorded_at for row in of} for of in rows]

    name = ("first told", first, last)
    answer: dict[date, datetime] = await context.load(view, name, batch, number)
    return answer


async def issues_of(context: Context, view: View, number: int) -> list[SeriesIssue]:
    """What is wrong with the numbers of a series at the view's time."""

    async def batch(view: View, keys: list[int]) -> Sequence[list[SeriesIssue]]:
        series = view.of(MetricSeries)
        tests = conditions(view, series)
        query = select(series.number, *[test.label(issue.name) for issue, test in tests.items()])
        rows = await context.rows(view, query.where(series.number.in_(KEYS)), keys=keys)
        found = {row.number: row for row in rows}
        return [[issue for issue in tests if getattr(found[key], issue.name)] for key in keys]

    answer: list[SeriesIssue] = await context.load(view, "issues", batch, number)
    return answer


def refuse_many(series: int, first: date, last: date) -> None:
    """BadInput for more values than one answer may hold, or days in the wrong order."""
    number = (last - first).days + 1
    if number < 1:
        raise BadInput("the days end before they begin")
    if number > MOST_VALUES:
        raise BadInput(f"at most {MOST_VALUES} days at once, not {number}")
    if number * series > MOST_ROWS:
        message = f"{number} days of {series} series are too many: ask for fewer of either"
        raise BadInput(message)


async def _grouped(
    context: Context, view: View, keys: list[int], query: Record, **bound: object
) -> list[list[Record]]:
    found: dict[int, list[Record]] = defaultdict(list)
    for start in range(0, len(keys), CHUNK):
        for row in await context.rows(view, query, keys=keys[start : start + CHUNK], **bound):
            found[row.series_no].append(row)
    return [found[key] for key in keys]
