"""Selects over what was observed: now from what counts now, in the past from every telling.

What lists of metrics and series can be filtered and sorted by is in `filtering.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, bindparam, exists, func, select

import riskreg.metrics.access  # noqa: F401 (declares who sees which rows)
from riskreg.kit.tables import Instant, model_of
from riskreg.kit.view import KEYS, Alias, View
from riskreg.metrics.models import LatestValue, Metric, MetricSeries, Observation, SeriesValue
from riskreg.metrics.rules_freshness import FIRST_REVISION

FIRST = bindparam("first_day", type_=Date)
LAST = bindparam("last_day", type_=Date)
"""The days between which periods begin, both included."""

MEASURED = (
    "period_start",
    "revision",
    "recorded_at",
    "numerator",
    "denominator",
    "value",
    "standard_error",
    "sample_size",
    "quality",
)


def newest(view: View) -> Select[Any]:
    """What the view knows of some series (`keys`: their numbers) between two days, in order.

    One row a period: the newest revision that was known at the view's time.
    """
    return view.statement("newest of series", _newest)


def _newest(view: View) -> Select[Any]:
    source: Alias = view.of(SeriesValue if view.seq is None else Observation)
    query = select(source.series_no, *[getattr(source, name) for name in MEASURED]).where(
        source.series_no.in_(KEYS), source.period_start.between(FIRST, LAST)
    )
    if view.seq is not None:
        query = query.where(~told_again(view, source))
    return query.order_by(source.series_no, source.period_start)


def told_again(view: View, told: Alias) -> ColumnElement[bool]:
    """The condition that a telling was told again, so far as the view knows."""
    later = tellings(view).c
    return exists(
        select(1).where(
            later.series_no == told.series_no,
            later.period_start == told.period_start,
            later.revision > told.revision,
        )
    )


def tellings(view: View) -> Subquery:
    """Which values were told of which periods, and when: the same table once more.

    A view gives one alias of a table, which a statement can hold only once.
    """
    told: Alias = view.of(Observation)
    names = ("series_no", "period_start", "revision", "recorded_at", "value", "entry_seq")
    return select(*[getattr(told, name) for name in names]).subquery()


def latest(view: View) -> Select[Any]:
    """The newest period of some series (`keys`: their numbers), with what its numbers are.

    Series of which nothing is known have no row.
    """
    return view.statement("latest of series", _latest)


def _latest(view: View) -> Select[Any]:
    source: Alias = view.of(LatestValue if view.seq is None else Observation)
    series, metric = view.of(MetricSeries), view.of(Metric)
    measured = [getattr(source, name) for name in MEASURED]
    query = (
        select(source.series_no, *measured, series.cadence, metric.kind, metric.scale, metric.unit)
        .join(series, series.number == source.series_no)
        .join(metric, metric.id == series.metric_id)
        .where(source.series_no.in_(KEYS))
    )
    if view.seq is None:
        return query
    told = tellings(view).c
    newest_period = select(func.max(told.period_start)).where(told.series_no == source.series_no)
    return query.where(
        source.period_start == newest_period.scalar_subquery(), ~told_again(view, source)
    )


def revisions(view: View) -> Select[Any]:
    """Every telling of one period (`day`) of some series (`keys`) that the view knows, in order."""
    return view.statement("revisions of series", _revisions)


def _revisions(view: View) -> Select[Any]:
    told: Alias = view.of(Observation)
    return (
        select(told.series_no, *[getattr(told, name) for name in MEASURED])
        .where(told.series_no.in_(KEYS), told.period_start == bindparam("day", type_=Date))
        .order_by(told.series_no, told.revision)
    )


def restated(view: View) -> Select[Any]:
    """The tellings since an instant (`since`) that were not the first of their period, in order.

    Each with what was told before it, as `old`.
    """
    return view.statement("restated of series", _restated)


def _restated(view: View) -> Select[Any]:
    told: Alias = view.of(Observation)
    earlier = tellings(view)
    before = earlier.c
    return (
        select(
            told.series_no,
            told.period_start,
            told.revision,
            told.recorded_at,
            told.value,
            told.entry_seq,
            before.value.label("old"),
            before.recorded_at.label("old_recorded_at"),
            before.entry_seq.label("old_entry_seq"),
        )
        .join(
            earlier,
            and_(
                before.series_no == told.series_no,
                before.period_start == told.period_start,
                before.revision == told.revision - 1,
            ),
        )
        .where(
            told.series_no.in_(KEYS),
            told.revision > FIRST_REVISION,
            told.recorded_at >= bindparam("since", type_=Instant),
        )
        .order_by(told.series_no, told.period_start, told.revision)
    )


def first_told(view: View) -> Select[Any]:
    """When the periods of some series (`keys`) between two days were first told."""
    return view.statement("first told of series", _first_told)


def _first_told(view: View) -> Select[Any]:
    told: Alias = view.of(Observation)
    return select(told.series_no, told.period_start, told.recorded_at).where(
        told.series_no.in_(KEYS),
        told.period_start.between(FIRST, LAST),
        told.revision == FIRST_REVISION,
    )


def citations(view: View) -> Select[Any]:
    """Which reports rest on values of some series (`keys`: their numbers), of which days."""
    return view.statement("citations of series", _citations)


def _citations(view: View) -> Select[Any]:
    cited: Alias = view.of(model_of("report_citations"))
    names = ("series_no", "report_id", "first_on", "last_on", "as_of", "seq")
    return select(*[getattr(cited, name) for name in names]).where(cited.series_no.in_(KEYS))


def latest_periods(view: View) -> Select[Any]:
    """The newest period of each of some series (`keys`) of which anything is known."""
    return view.statement("latest periods of series", _latest_periods)


def _latest_periods(view: View) -> Select[Any]:
    if view.seq is None:
        now: Alias = view.of(LatestValue)
        return select(now.series_no, now.period_start).where(now.series_no.in_(KEYS))
    told: Alias = view.of(Observation)
    newest_period = func.max(told.period_start).label("period_start")
    return (
        select(told.series_no, newest_period)
        .where(told.series_no.in_(KEYS))
        .group_by(told.series_no)
    )
