"""Metrics and their versions, the series of each, and what was observed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Float, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import (
    NEVER,
    Appended,
    Base,
    Chars,
    Current,
    Instant,
    Json,
    LongText,
    Recorded,
    Tracked,
    Word,
)
from riskreg.metrics.rules import (
    Cadence,
    Direction,
    MetricFamily,
    MetricKind,
    QualityFlag,
    Surface,
    Weighting,
)
from riskreg.metrics.rules_freshness import FIRST_REVISION

CODE, NAME, UNIT = 40, 200, 40
Rejection = tuple[str, str, str, list[int]]
"""Code, field, message, and the places of the rows in what was sent."""


class Metric(Tracked, Base):
    """Something that is measured: its unit, what its numbers are, and which way is better.

    A value in the unit is `scale` times numerator over denominator: 10 000 for basis points, 100
    for percent. `paired_with_id` names the metric that must be read beside it.
    """

    __tablename__ = "metrics"
    code: Mapped[str] = mapped_column(Chars(CODE), unique=True)
    name: Mapped[str] = mapped_column(Chars(NAME))
    description: Mapped[str | None] = mapped_column(LongText)
    unit: Mapped[str] = mapped_column(Chars(UNIT))
    scale: Mapped[float] = mapped_column(Float)
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    band_low: Mapped[float | None] = mapped_column(Float)
    band_high: Mapped[float | None] = mapped_column(Float)
    kind: Mapped[MetricKind] = mapped_column(Word(MetricKind))
    family: Mapped[MetricFamily] = mapped_column(Word(MetricFamily), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    paired_with_id: Mapped[str | None] = mapped_column(ForeignKey("metrics.id"))


class MetricVersion(Tracked, Base):
    """One way of measuring a metric; numbers of two versions compare only through a bridge.

    `breaking` says that its numbers differ in meaning from those of the version before.
    """

    __tablename__ = "metric_versions"
    id_prefix = "metricversion"
    metric_id: Mapped[str] = mapped_column(ForeignKey("metrics.id"))
    number: Mapped[int] = mapped_column(Integer)
    formula: Mapped[str] = mapped_column(LongText)
    weighting: Mapped[Weighting] = mapped_column(Word(Weighting))
    valid_from: Mapped[date] = mapped_column(Date)
    breaking: Mapped[bool]
    change_note: Mapped[str | None] = mapped_column(LongText)
    __table_args__ = (UniqueConstraint("metric_id", "number"),)


class Scoped:
    """What a measurement or a note is about; what is null is "all of them"."""

    project_id: Mapped[str | None] = mapped_column(
        ForeignKey("projects.id"), index=True, sort_order=10
    )
    policy_area_id: Mapped[str | None] = mapped_column(
        ForeignKey("policy_areas.id"), index=True, sort_order=11
    )
    market_id: Mapped[str | None] = mapped_column(
        ForeignKey("markets.id"), index=True, sort_order=12
    )
    vendor_id: Mapped[str | None] = mapped_column(
        ForeignKey("vendors.id"), index=True, sort_order=13
    )
    surface: Mapped[Surface | None] = mapped_column(Word(Surface), sort_order=14)
    label: Mapped[str | None] = mapped_column(Chars(CODE), sort_order=15)
    cohort: Mapped[str | None] = mapped_column(Chars(CODE), sort_order=16)


class MetricSeries(Scoped, Tracked, Base):
    """A metric, as one version of it, over time in one scope; what is null is "all of them".

    `number` is what observations name it by; `scope_key` tells two scopes of a version apart.
    """

    __tablename__ = "metric_series"
    id_prefix = "series"
    code: Mapped[str] = mapped_column(Chars(CODE), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    metric_id: Mapped[str] = mapped_column(ForeignKey("metrics.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("metric_versions.id"), index=True)
    scope_key: Mapped[str] = mapped_column(Chars(400))
    cadence: Mapped[Cadence] = mapped_column(Word(Cadence))
    expected_lag_hours: Mapped[int] = mapped_column(Integer)
    min_sample: Mapped[int] = mapped_column(Integer)
    source: Mapped[str | None] = mapped_column(Chars(NAME))
    ended_at: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    __table_args__ = (UniqueConstraint("version_id", "scope_key"),)


class ObservationBatch(Appended, Base):
    """Observations that came together; `digest` is the SHA-256 of what they wrote.

    It is how the journal's hash covers them: row by row would cost more than they do. `number`
    counts the batches of an entry from 1: entry and number tell whose an observation is.
    `rejections` are codes, fields and messages, each with the places of the rows it is about.
    """

    __tablename__ = "observation_batches"
    id_prefix = "batch"
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str | None] = mapped_column(Chars(NAME))
    given: Mapped[int] = mapped_column(Integer)
    accepted: Mapped[int] = mapped_column(Integer)
    restated: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    rejections: Mapped[list[Rejection]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(Chars(64))


class Measured:
    """What was measured in a period: `value` in the metric's unit, from what it was made, its n."""

    numerator: Mapped[float | None] = mapped_column(Float, sort_order=20)
    denominator: Mapped[float | None] = mapped_column(Float, sort_order=21)
    value: Mapped[float] = mapped_column(Float, sort_order=22)
    standard_error: Mapped[float | None] = mapped_column(Float, sort_order=23)
    sample_size: Mapped[float | None] = mapped_column(Float, sort_order=24)
    quality: Mapped[QualityFlag] = mapped_column(Word(QualityFlag), sort_order=25)


class Observation(Recorded, Measured, Base):
    """One telling of a period's value; a later telling is another revision, never an update.

    `recorded_at` is when it became known, `entry_seq` the entry that wrote it, and `batch_no`
    which batch of that entry.
    """

    __tablename__ = "observations"
    series_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    batch_no: Mapped[int] = mapped_column(Integer, sort_order=92)
    __table_args__ = ({"sqlite_with_rowid": False},)


# Few periods are told twice, and it is they that are asked for.
Index(
    "ix_observations_restated",
    Observation.series_no,
    Observation.recorded_at,
    sqlite_where=Observation.revision > FIRST_REVISION,
    postgresql_where=Observation.revision > FIRST_REVISION,
)


class SeriesValue(Current, Measured, Base):
    """What counts now for a period of a series: its newest revision."""

    __tablename__ = "series_values"
    series_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = ({"sqlite_with_rowid": False},)


class LatestValue(Current, Measured, Base):
    """What counts now for the newest period of a series, and when that grows stale."""

    __tablename__ = "latest_values"
    series_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    period_start: Mapped[date] = mapped_column(Date)
    revision: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    stale_after: Mapped[datetime] = mapped_column(Instant, index=True)
    __table_args__ = ({"sqlite_with_rowid": False},)
