"""Metrics, series and what was observed of them, for tests."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, new_key
from riskreg.kit.view import View
from riskreg.metrics import (
    inputs,
    inputs_notes,
    service,
    service_evaluation,
    service_notes,
    service_series,
)
from riskreg.metrics.models import (
    LatestValue,
    Metric,
    MetricSeries,
    Observation,
    ObservationBatch,
    SeriesValue,
)
from riskreg.metrics.models_notes import ImpactEvaluation, MetricAnnotation
from riskreg.metrics.rules import (
    AnnotationKind,
    Direction,
    EvaluationMethod,
    Grade,
    MetricFamily,
    MetricKind,
    QualityFlag,
    Weighting,
)
from riskreg.metrics.rules_freshness import FIRST_REVISION, stale_after
from riskreg.people.auth import SYSTEM
from tests.factories import done, id_of

Told = float | tuple[float, float] | Mapping[str, Any]
"""A value, or numerator and denominator, or the columns of an observation."""


async def a_metric(db: Database, code: str = "GOLD_ACC", **given: Any) -> Metric:
    """A proportion in percent of which more is better, measured since 2026."""
    wanted = {
        "name": code.title(),
        "formula": "right / labelled",
        "unit": "%",
        "scale": 100.0,
        "direction": Direction.HIGHER,
        "kind": MetricKind.PROPORTION,
        "family": MetricFamily.QUALITY,
        "valid_from": date(2026, 1, 1),
        **given,
    }
    return await done(db, service.define, inputs.DefineMetric(code=code, **wanted))


async def an_envr(db: Database, code: str = "ENVR", **given: Any) -> Metric:
    """The share of negative views in basis points, weighted by view share."""
    wanted = {
        "unit": "bps of views",
        "scale": 10_000.0,
        "direction": Direction.LOWER,
        "family": MetricFamily.OUTCOME,
        "weighting": Weighting.VIEW_SHARE,
        **given,
    }
    return await a_metric(db, code, **wanted)


async def a_series(db: Database, metric: Metric, **given: Any) -> MetricSeries:
    """A daily series of a metric, expected a day after; of everything unless a scope is given."""
    one = inputs.SeriesGiven(metric=metric.code, **given)
    batch = inputs.CreateMetricSeries(series=[one])
    [made] = await done(db, service_series.create_many, batch)
    return made


async def told(db: Database, series: MetricSeries, values: Mapping[date, Told]) -> None:
    """Tell values of periods now; what was told before is told again."""
    metric = await _metric(db, series)

    async def write(session: AsyncSession, view: View) -> None:
        at = session.info["entry"]
        value, latest = view.of(SeriesValue), view.of(LatestValue)
        for day, given in values.items():
            known = await session.scalar(
                select(value).where(value.series_no == series.number, value.period_start == day)
            )
            newest = await session.scalar(select(latest).where(latest.series_no == series.number))
            revision = FIRST_REVISION if known is None else known.revision + 1
            common = {"series_no": series.number, "period_start": day, "revision": revision}
            common |= {"recorded_at": at.at, **_columns(given, metric)}
            session.add(Observation(**common, entry_seq=at.seq, batch_no=1))
            _keep(session, known, SeriesValue, common)
            if newest is None or newest.period_start <= day:
                stale = stale_after(day, series.cadence, series.expected_lag_hours)
                _keep(session, newest, LatestValue, {**common, "stale_after": stale})
            await session.flush()
        batch = ObservationBatch(
            id=new_key(session),
            number=1,
            given=len(values),
            accepted=len(values),
            restated=0,
            unchanged=0,
            rejected=0,
            rejections=[],
            digest=sha256(repr((series.code, values)).encode()).hexdigest(),
        )
        session.add(batch)

    await db.write(SYSTEM, Act("tell"), write)


def _keep(session: AsyncSession, known: Any, model: type[Any], columns: dict[str, Any]) -> None:
    """Make what counts now be this."""
    if known is None:
        session.add(model(**columns))
        return
    for name, value in columns.items():
        setattr(known, name, value)


async def _metric(db: Database, series: MetricSeries) -> Metric:
    view = db.view(SYSTEM)
    metric: Any = view.of(Metric)
    rows = await db.rows(
        view, select(metric.kind, metric.scale).where(metric.id == series.metric_id)
    )
    return rows[0]  # type: ignore[return-value]  # what is asked of it is there


def _columns(given: Told, metric: Metric) -> dict[str, Any]:
    empty = dict.fromkeys(("numerator", "denominator", "standard_error", "sample_size"))
    if isinstance(given, Mapping):
        return {**empty, "quality": QualityFlag.OK, **given}
    if isinstance(given, tuple):
        above, below = given
        value = metric.scale * above / below
        pair = {"numerator": above, "denominator": below, "sample_size": below, "value": value}
        return {**empty, "quality": QualityFlag.OK, **pair}
    return {**empty, "quality": QualityFlag.OK, "value": given}


async def a_note(db: Database, text: str = "Tool outage", **given: Any) -> MetricAnnotation:
    """An incident of the 2nd of November, which concerns all unless a scope is given."""
    wanted = {"kind": AnnotationKind.INCIDENT, "from_on": date(2026, 11, 2), **given}
    note = inputs_notes.AnnotateMetrics(text=text, **wanted)
    return await done(db, service_notes.annotate, note)


async def an_evaluation(db: Database, series: MetricSeries, **given: Any) -> ImpactEvaluation:
    """That M-012 took 4.4 off a series in October, with MEDIUM confidence."""
    wanted: dict[str, Any] = {
        "subject": "M-012",
        "method": EvaluationMethod.ITS,
        "starts_on": date(2026, 10, 1),
        "pre_days": 56,
        "washout_days": 7,
        "post_days": 28,
        "estimate": -4.4,
        "low": -5.6,
        "high": -3.2,
        "confidence": Grade.MEDIUM,
        **given,
    }
    evaluation = inputs_notes.RecordImpactEvaluation(series_id=id_of(series), **wanted)
    return await done(db, service_evaluation.record, evaluation)


def days(first: date, number: int) -> list[date]:
    """So many days from a first one."""
    return [first + timedelta(days=at) for at in range(number)]
