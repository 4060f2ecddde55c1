"""What is known about series besides their values: annotations, bridges, evaluations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Base, Chars, Instant, Json, LongText, Tracked, Word
from riskreg.metrics.models import CODE, NAME, Scoped
from riskreg.metrics.rules import AnnotationKind, BridgeMethod, EvaluationMethod, Grade


class MetricAnnotation(Scoped, Tracked, Base):
    """Something that happened to the series of a scope, from one day to another; charts show it.

    Of one metric where `metric_id` says so, else of all; `about` is the code of what it stems from.
    """

    __tablename__ = "metric_annotations"
    id_prefix = "annotation"
    metric_id: Mapped[str | None] = mapped_column(ForeignKey("metrics.id"), index=True)
    kind: Mapped[AnnotationKind] = mapped_column(Word(AnnotationKind), index=True)
    from_on: Mapped[date] = mapped_column(Date, index=True)
    to_on: Mapped[date | None] = mapped_column(Date)
    text: Mapped[str] = mapped_column(LongText)
    about: Mapped[str | None] = mapped_column(Chars(CODE))
    link: Mapped[str | None] = mapped_column(Chars(2000))


class MetricBridge(Tracked, Base):
    """Two versions of a metric measured side by side, so that their numbers can be compared.

    DUAL_LABELLED: of `sample_size` items, how many were negative under both, only under the old,
    only under the new version. DUAL_RUN: negatives and sizes of two samples of the same days.
    """

    __tablename__ = "metric_bridges"
    id_prefix = "bridge"
    metric_id: Mapped[str] = mapped_column(ForeignKey("metrics.id"), index=True)
    from_version_id: Mapped[str] = mapped_column(ForeignKey("metric_versions.id"))
    to_version_id: Mapped[str] = mapped_column(ForeignKey("metric_versions.id"), index=True)
    method: Mapped[BridgeMethod] = mapped_column(Word(BridgeMethod))
    policy_area_id: Mapped[str | None] = mapped_column(ForeignKey("policy_areas.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    sample_size: Mapped[int | None] = mapped_column(Integer)
    both_negative: Mapped[int | None] = mapped_column(Integer)
    old_only: Mapped[int | None] = mapped_column(Integer)
    new_only: Mapped[int | None] = mapped_column(Integer)
    old_negatives: Mapped[int | None] = mapped_column(Integer)
    old_sample: Mapped[int | None] = mapped_column(Integer)
    new_negatives: Mapped[int | None] = mapped_column(Integer)
    new_sample: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(LongText)


class ImpactEvaluation(Tracked, Base):
    """What a change, action or wave is judged to have done to a metric, in the metric's unit.

    `subject` is the code of what is judged. `definitional` and `real` split the total where the
    change moved the ruler as well. Confounders are codes of what else happened in the window.
    """

    __tablename__ = "impact_evaluations"
    id_prefix = "evaluation"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    subject: Mapped[str] = mapped_column(Chars(CODE), index=True)
    series_id: Mapped[str] = mapped_column(ForeignKey("metric_series.id"), index=True)
    method: Mapped[EvaluationMethod] = mapped_column(Word(EvaluationMethod))
    treated: Mapped[str | None] = mapped_column(LongText)
    control: Mapped[str | None] = mapped_column(LongText)
    starts_on: Mapped[date] = mapped_column(Date)
    pre_days: Mapped[int] = mapped_column(Integer)
    washout_days: Mapped[int] = mapped_column(Integer)
    post_days: Mapped[int] = mapped_column(Integer)
    estimate: Mapped[float] = mapped_column(Float)
    low: Mapped[float] = mapped_column(Float)
    high: Mapped[float] = mapped_column(Float)
    definitional_effect: Mapped[float | None] = mapped_column(Float)
    real_effect: Mapped[float | None] = mapped_column(Float)
    placebo_p: Mapped[float | None] = mapped_column(Float)
    lag1: Mapped[float | None] = mapped_column(Float)
    confidence: Mapped[Grade] = mapped_column(Word(Grade))
    confounders: Mapped[list[Any]] = mapped_column(Json)
    computed_at: Mapped[datetime] = mapped_column(Instant)
    inputs_hash: Mapped[str | None] = mapped_column(Chars(64))
    note: Mapped[str | None] = mapped_column(LongText)
    source: Mapped[str | None] = mapped_column(Chars(NAME))
