"""What lists of metrics, series, notes and evaluations can be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select

import riskreg.metrics.access  # noqa: F401 (declares who sees which rows)
from riskreg.kit import filters
from riskreg.kit.view import NOW, Alias, View
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.quality import conditions
from riskreg.metrics.rules import MetricFamily, SeriesIssue
from riskreg.people.models import Person
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor

Condition = ColumnElement[bool]


def _quality(view: View, series: Alias, wanted: Sequence[SeriesIssue]) -> Condition:
    known = conditions(view, series)
    return or_(false(), *[known[issue] for issue in dict.fromkeys(wanted)])


def _family(view: View, series: Alias, wanted: filters.EnumFilter[MetricFamily]) -> Condition:
    metric: Alias = view.of(Metric)
    return series.metric_id.in_(  # type: ignore[no-any-return]
        select(metric.id).where(filters.plain("family")(view, metric, wanted))
    )


def _is_ended(_view: View, series: Alias, wanted: object) -> Condition:
    return series.ended_at <= NOW if wanted else series.ended_at > NOW  # type: ignore[no-any-return]


_SCOPE: dict[str, filters.Test] = {
    "project": filters.ref("project_id", Project),
    "policy_area": filters.ref("policy_area_id", PolicyArea),
    "market": filters.ref("market_id", Market),
    "vendor": filters.ref("vendor_id", Vendor),
}

METRIC_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("code", "name", "family", "kind", "direction")},
    "owner": filters.ref("owner_id", Person),
}
METRIC_ORDERS = {"CODE": "code", "CREATED_AT": "id"}
"""Keys are made from the time, so they sort by creation."""

SERIES_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("code", "surface", "label", "cohort", "cadence")},
    **_SCOPE,
    "metric": filters.ref("metric_id", Metric),
    "family": _family,
    "is_ended": _is_ended,
    "quality": _quality,
}
SERIES_ORDERS = {"CODE": "number", "CREATED_AT": "id"}

ANNOTATION_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("kind", "from_on", "to_on", "about")},
    **_SCOPE,
    "metric": filters.ref("metric_id", Metric),
}
ANNOTATION_ORDERS = {"FROM_ON": "from_on", "CREATED_AT": "id"}

EVALUATION_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("code", "subject", "method", "confidence")},
    "series": filters.ref("series_id", MetricSeries),
}
EVALUATION_ORDERS = {"CODE": "code", "CREATED_AT": "id"}
