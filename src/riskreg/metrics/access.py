"""Who sees which rows of metrics/, when they do not see everything.

What a metric means is public inside the house. A vendor sees the series of its own work, a
requestor and a narrowed token those of their projects; what is observed is as visible as its
series. Bridges and batches are for those who see everything.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, select

from riskreg.kit.view import REACH_IDS, Columns, Of, Scope, access, everyone, nobody
from riskreg.metrics.models import (
    LatestValue,
    Metric,
    MetricSeries,
    MetricVersion,
    Observation,
    ObservationBatch,
    SeriesValue,
)
from riskreg.metrics.models_notes import ImpactEvaluation, MetricAnnotation, MetricBridge
from riskreg.projects.access import sees_project

access(Metric)(everyone)
access(MetricVersion)(everyone)
access(MetricBridge)(nobody)
access(ObservationBatch)(nobody)


@access(MetricSeries)
@access(MetricAnnotation)
def scope_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor's own, or that of a project which is visible."""
    if scope is Scope.VENDOR:
        return row.vendor_id.in_(REACH_IDS)  # type: ignore[no-any-return]
    return and_(row.project_id.is_not(None), sees_project(row.project_id, scope, of))


@access(Observation)
@access(SeriesValue)
@access(LatestValue)
def value_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the series."""
    series = of(MetricSeries)
    own = and_(series.number == row.series_no, scope_access(series, scope, of))
    return exists(select(1).where(own))


@access(ImpactEvaluation)
def evaluation_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the series."""
    return sees_series(row.series_id, scope, of)


def sees_series(series_id: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """The condition that the series of this key is visible; for slices above, too."""
    series = of(MetricSeries)
    own = and_(series.id == series_id, scope_access(series, scope, of))
    return exists(select(1).where(own))
