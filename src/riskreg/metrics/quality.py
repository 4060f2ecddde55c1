"""What is wrong with the numbers of a series, as conditions in SQL: for fields and for filters.

Everything is as the view knows it: of now from what counts now, of the past from the tellings that
were known then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from riskreg.kit.spans import days_between
from riskreg.kit.view import NOW, Alias, View, visible_everywhere
from riskreg.metrics.models import LatestValue, Observation, SeriesValue
from riskreg.metrics.queries import tellings, told_again
from riskreg.metrics.rules import DAYS, Cadence, QualityFlag, SeriesIssue
from riskreg.metrics.rules_freshness import FIRST_REVISION, RECENT, STALE_CADENCES

Condition = ColumnElement[bool]
LOOKED_BACK = timedelta(days=60)
"""How much older than recent a period may be whose late value still counts."""


def conditions(view: View, series: Alias) -> Mapping[SeriesIssue, Condition]:
    """For each issue, the condition that a visible series has it at the view's time."""
    return {issue: test(visible_everywhere(view), series) for issue, test in _TESTS.items()}


def recent_day(view: View) -> date:
    """The first of the days that are looked at for what is recent."""
    return (view.now - RECENT).date()


def length(series: Alias) -> ColumnElement[float]:
    """How many days a period of a series may last."""
    return cast(case(DAYS_BY_WORD, value=series.cadence), Float)


DAYS_BY_WORD: dict[Cadence, int] = dict(DAYS)


def lag(series: Alias) -> ColumnElement[float]:
    """The lag of a series, in days."""
    return series.expected_lag_hours / 24.0  # type: ignore[no-any-return]


def _stale(view: View, series: Alias) -> Condition:
    """Without news for too long: since the newest period, or since it was created."""
    allowed = (1 + STALE_CADENCES) * length(series) + lag(series)
    newest = newest_period(view, series)
    silent = or_(
        days_between(NOW, newest) > allowed,
        and_(newest.is_(None), days_between(NOW, series.created_at) > allowed),
    )
    return and_(series.ended_at > NOW, silent)


def newest_period(view: View, series: Alias) -> ColumnElement[date | None]:
    """The newest period of a series of which anything is known."""
    if view.seq is None:
        latest: Alias = view.of(LatestValue)
        query = select(latest.period_start).where(latest.series_no == series.number)
    else:
        told: Alias = view.of(Observation)
        query = select(func.max(told.period_start)).where(told.series_no == series.number)
    return query.correlate(series).scalar_subquery()


def _gap(view: View, series: Alias) -> Condition:
    return or_(_hole(view, series), _filled(view, series))


def _hole(view: View, series: Alias) -> Condition:
    """Fewer recent periods are known than lie between the first and the last of them."""
    values = _values(view)
    first, last = func.min(values.period_start), func.max(values.period_start)
    spanned = days_between(last, first) > length(series) * (func.count() - 1)
    query = select(spanned).where(_recent(view, values, series))
    return func.coalesce(query.correlate(series).scalar_subquery(), False)


def _filled(view: View, series: Alias) -> Condition:
    """A late value filled a hole: a later period was known before it."""
    told: Alias = view.of(Observation)
    later = tellings(view).c
    before = exists(
        select(1).where(
            later.series_no == told.series_no,
            later.period_start > told.period_start,
            later.recorded_at < told.recorded_at,
        )
    )
    return exists(select(1).where(*_late_ones(view, told, series), before).correlate(series))


def _late(view: View, series: Alias) -> Condition:
    told: Alias = view.of(Observation)
    return exists(select(1).where(*_late_ones(view, told, series)).correlate(series))


def _late_ones(view: View, told: Alias, series: Alias) -> tuple[Condition, ...]:
    """First tellings that came recently, after they were due, and were due after the series began.

    What was loaded when the series was created is history, not late.
    """
    due = length(series) + lag(series)
    return (
        told.series_no == series.number,
        told.revision == FIRST_REVISION,
        told.period_start >= recent_day(view) - LOOKED_BACK,
        told.recorded_at >= view.now - RECENT,
        days_between(told.recorded_at, told.period_start) > due,
        days_between(series.created_at, told.period_start) < due,
    )


def _restated(view: View, series: Alias) -> Condition:
    told: Alias = view.of(Observation)
    again = (
        told.series_no == series.number,
        told.revision > FIRST_REVISION,
        told.recorded_at >= view.now - RECENT,
    )
    return exists(select(1).where(*again).correlate(series))


def _suspect(view: View, series: Alias) -> Condition:
    values = _values(view)
    doubted = (_recent(view, values, series), values.quality == QualityFlag.SUSPECT)
    return exists(select(1).where(*doubted).correlate(series))


def _thin(view: View, series: Alias) -> Condition:
    """The newest value is of a smaller sample than the series asks for."""
    values = _values(view)
    size = func.coalesce(values.sample_size, values.denominator, 0)
    newest = (
        values.series_no == series.number,
        values.period_start == newest_period(view, series),
        size < series.min_sample,
    )
    return exists(select(1).where(*newest).correlate(series))


def _values(view: View) -> Alias:
    """What counts for each period, as the view knows it."""
    if view.seq is None:
        return view.of(SeriesValue)
    told: Alias = view.of(Observation)
    names = [getattr(told, column.name) for column in Observation.__table__.columns]
    newest: Select[*tuple[object, ...]] = select(*names).where(~told_again(view, told))
    return newest.subquery().c


def _recent(view: View, values: Alias, series: Alias) -> Condition:
    return and_(values.series_no == series.number, values.period_start >= recent_day(view))


_TESTS: Mapping[SeriesIssue, Callable[[View, Alias], Condition]] = {
    SeriesIssue.STALE: _stale,
    SeriesIssue.GAP: _gap,
    SeriesIssue.LATE: _late,
    SeriesIssue.RESTATED: _restated,
    SeriesIssue.SUSPECT: _suspect,
    SeriesIssue.INSUFFICIENT_SAMPLE: _thin,
}
