"""What mutations about metrics are tried with, by those who may and those who may not."""

from typing import Any

from riskreg.people.rules import Role
from tests.cast import Register
from tests.factories import id_of
from tests.metrics.arranged import a_metric, a_note, a_series

Given = dict[str, Any]
ANALYSTS = frozenset({Role.ANALYST})
MAY_MEASURE = {
    **dict.fromkeys(
        (
            *("defineMetric", "changeMetric", "defineMetricVersion", "createMetricSeries"),
            *("changeMetricSeries", "endMetricSeries", "recordBridge", "recordImpactEvaluation"),
        ),
        ANALYSTS,
    ),
    **dict.fromkeys(
        (
            *("annotateMetrics", "changeMetricAnnotation", "removeMetricAnnotation"),
            "ingestObservations",
        ),
        ANALYSTS | {Role.SERVICE},
    ),
}
"""Who may do what about metrics."""


async def metric_inputs(register: Register) -> dict[str, Given]:
    """Inputs that nothing but the role can be wrong with."""
    cast, db = register.cast, register.db
    scope = {"project_id": id_of(cast.project)}
    metric = await a_metric(db)
    series = await a_series(db, metric, **scope)
    note = await a_note(db, **scope)
    on = {"id": id_of(series), "expectedVersion": 1}
    noted = {"id": id_of(note), "expectedVersion": 1}
    day = "2026-10-01"
    counts = {"oldNegatives": 1, "oldSample": 9, "newNegatives": 1, "newSample": 9}
    return {
        "defineMetric": {
            "code": "X",
            "name": "X",
            "formula": "x",
            "unit": "%",
            "scale": 100,
            "direction": "LOWER",
            "kind": "PROPORTION",
            "family": "QUALITY",
        },
        "changeMetric": {"id": id_of(metric), "expectedVersion": 1, "name": "Another"},
        "defineMetricVersion": {
            "metricId": id_of(metric),
            "formula": "y",
            "validFrom": day,
            "breaking": True,
        },
        "ingestObservations": {
            "observations": [
                {"series": series.code, "periodStart": day, "numerator": 1, "denominator": 1000}
            ]
        },
        "createMetricSeries": {"series": [{"metric": metric.code, "label": "x"}]},
        "changeMetricSeries": {**on, "minSample": 5},
        "endMetricSeries": on,
        "annotateMetrics": {
            "kind": "INCIDENT",
            "fromOn": day,
            "text": "x",
            "projectId": id_of(cast.project),
        },
        "changeMetricAnnotation": {**noted, "text": "y"},
        "removeMetricAnnotation": noted,
        "recordBridge": {
            "metric": metric.code,
            "fromVersion": 2,
            "toVersion": 1,
            "method": "DUAL_RUN",
            "fromOn": day,
            "toOn": day,
            **counts,
        },
        "recordImpactEvaluation": {
            "subject": "M-001",
            "seriesId": id_of(series),
            "method": "ITS",
            "startsOn": day,
            "preDays": 50,
            "washoutDays": 0,
            "postDays": 30,
            "confidence": "LOW",
            "estimate": 1,
            "low": 0,
            "high": 2,
        },
    }
