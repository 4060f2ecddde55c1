"""How targets are met, worked out for many at once from what the view knows of their series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from riskreg import settings
from riskreg.delivery.rules_backlog import ITEMS_OUT, STOCK, backlog_days
from riskreg.delivery.rules_targets import Attainment, Terms, attained
from riskreg.kit.clock import today
from riskreg.kit.db import Fetch, Record
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import Metric, MetricSeries, MetricVersion
from riskreg.metrics.reading import points
from riskreg.metrics.rules import DAYS, MetricKind
from riskreg.metrics.rules_combining import combine
from riskreg.metrics.rules_freshness import STALE_CADENCES, stale_after
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts, Window, window

BACKLOG_DAYS = "BACKLOG_DAYS"
"""The metric that is worked out from stock and throughput where nobody measures it."""
PARTS = (STOCK, ITEMS_OUT)

_FINER = ("policy_area_id", "market_id", "surface", "label", "cohort")
"""What a series of a whole project, or of a vendor's whole part of it, does not name."""


@dataclass(frozen=True)
class Scope:
    """A metric, by code, in a project: of a vendor, or of all."""

    project_id: str
    metric: str
    vendor_id: str | None


@dataclass(frozen=True)
class Known:
    """The series of some projects, what was observed of them, and the time of looking."""

    view: View
    series: Mapping[tuple[str, str], Sequence[Record]]
    observed: Mapping[int, Points]

    def of(self, scope: Scope) -> list[Record]:
        """The series that tell of a scope: that of the whole, or else those of its vendors.

        Only those of the newest version that measures it: versions are not mixed (BR 9).
        """
        rows = self.series.get((scope.project_id, scope.metric), ())
        if scope.vendor_id is not None:
            rows = [one for one in rows if one.vendor_id == scope.vendor_id]
        newest = max((one.version for one in rows), default=0)
        rows = [one for one in rows if one.version == newest]
        whole = [one for one in rows if one.vendor_id is None]
        return list(whole or rows)

    def points(self, one: Record) -> Points:
        """What was observed of a series."""
        return self.observed[one.number]

    def is_stale(self, series: Sequence[Record]) -> bool:
        """Whether one of them has not been told of for too long: the whole then lacks a part."""
        return any(self._is_stale(one) for one in series)

    def _is_stale(self, one: Record) -> bool:
        newest = last_day(self.points(one))
        if newest is None:
            return True
        return stale_after(newest, one.cadence, one.expected_lag_hours) <= self.view.now


async def attainments(fetch: Fetch, view: View, targets: Sequence[Record]) -> dict[str, Attainment]:
    """How each target is met at the view's time, by key; two statements, however many.

    A target is a row with its columns and `metric_code`. It is met by the series of its project
    and vendor, in the window that ends with their newest period.
    """
    if not targets:
        return {}
    longest = max(one.window_days for one in targets)
    known = await _known(
        fetch, view, {(one.project_id, one.metric_code) for one in targets}, longest
    )
    return {
        one.id: _attained(
            known, Scope(one.project_id, one.metric_code, one.vendor_id), terms_of(one)
        )
        for one in targets
    }


def terms_of(target: Record) -> Terms:
    """What a stored target asks for."""
    return Terms(
        target.comparator,
        target.basis,
        target.value,
        target.amber,
        target.window_days,
        target.min_sample,
    )


def last_day(found: Points) -> date | None:
    """The newest period of some points."""
    return date.fromordinal(int(found.days[-1])) if len(found.days) else None


async def _known(
    fetch: Fetch, view: View, wanted: Iterable[tuple[str, str]], longest: int
) -> Known:
    pairs = set(wanted)
    codes = {code for _, code in pairs}
    if BACKLOG_DAYS in codes:
        codes |= {*PARTS}
    series = await _series(fetch, view, sorted({key for key, _ in pairs}), sorted(codes))
    day = today(view.now, settings.current().zone)
    reach = max((_quiet_days(one) for rows in series.values() for one in rows), default=0)
    observed = await points(
        fetch,
        view,
        sorted({one.number for rows in series.values() for one in rows}),
        first=day - timedelta(days=longest + reach),
        last=day,
    )
    return Known(view, series, observed)


def _quiet_days(one: Record) -> int:
    """For how many days at most a series that is not stale has had no newer period."""
    lag: int = one.expected_lag_hours // 24
    return (1 + STALE_CADENCES) * DAYS[one.cadence] + lag + 2


async def _series(
    fetch: Fetch, view: View, projects: Sequence[str], codes: Sequence[str]
) -> dict[tuple[str, str], list[Record]]:
    """The series of whole projects, and of vendors' parts of them, by project and metric."""
    series: Alias = view.of(MetricSeries)
    version, metric = view.of(MetricVersion), view.of(Metric)
    day = today(view.now, settings.current().zone)
    query = (
        select(
            series.number,
            series.project_id,
            series.vendor_id,
            series.cadence,
            series.expected_lag_hours,
            version.number.label("version"),
            metric.code,
            metric.kind,
            metric.scale,
        )
        .join(version, version.id == series.version_id)
        .join(metric, metric.id == series.metric_id)
        .where(
            series.project_id.in_(projects),
            metric.code.in_(codes),
            *[getattr(series, name).is_(None) for name in _FINER],
            series.ended_at > view.now,
            version.valid_from <= day,
        )
        .order_by(series.number)
    )
    found: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in await fetch(query):
        found[row.project_id, row.code].append(row)
    return found


def _attained(known: Known, scope: Scope, terms: Terms) -> Attainment:
    series = known.of(scope)
    if not series and scope.metric == BACKLOG_DAYS:
        return _of_backlog(known, scope, terms)
    if not series:
        return attained(terms, None)
    newest = max((last_day(known.points(one)) or date.min for one in series), default=date.min)
    return attained(terms, _window(known, series, terms, newest), stale=known.is_stale(series))


def _days(terms: Terms, newest: date, view: View) -> tuple[date, date]:
    """The window that ends with a newest period; with the view's day where there is none."""
    last = today(view.now, settings.current().zone) if newest == date.min else newest
    return last - timedelta(days=terms.window_days - 1), last


def _window(known: Known, series: Sequence[Record], terms: Terms, newest: date) -> Window:
    first, last = _days(terms, newest, known.view)
    [one, *others] = series
    metric = MetricFacts(one.kind, one.scale, one.cadence)
    least = terms.min_sample
    if not others:
        return window(known.points(one), metric, first, last, min_sample=least)
    parts = {str(each.number): window(known.points(each), metric, first, last) for each in series}
    return combine(parts, None, metric, min_sample=least)


def _of_backlog(known: Known, scope: Scope, terms: Terms) -> Attainment:
    """The age of a backlog that is not measured itself, from what it is made of."""
    stocks, outs = (known.of(Scope(scope.project_id, code, scope.vendor_id)) for code in PARTS)
    if not stocks or not outs:
        return attained(terms, None)
    made = backlog_days([known.points(one) for one in stocks], [known.points(one) for one in outs])
    first, last = _days(terms, last_day(made) or date.min, known.view)
    metric = MetricFacts(MetricKind.INDEX, 1.0, stocks[0].cadence)
    found = window(made, metric, first, last, min_sample=terms.min_sample)
    return attained(terms, found, stale=known.is_stale([*stocks, *outs]))
