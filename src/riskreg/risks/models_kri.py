"""Key risk indicators, and the episodes in which they were in breach."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    case,
    type_coerce,
)
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import LONG_AGO, Base, Chars, Instant, LongText, Tracked, Word
from riskreg.kit.view import NOW, Alias
from riskreg.risks.models import Expressions
from riskreg.risks.rules_kri import BreachLevel, Comparator, KriBasis, KriStatus


class Ruled:
    """The columns of `rules_kri.KriRule`, by the same names."""

    basis: Mapped[KriBasis] = mapped_column(Word(KriBasis), sort_order=20)
    window_days: Mapped[int] = mapped_column(Integer, sort_order=21)
    comparator: Mapped[Comparator] = mapped_column(Word(Comparator), sort_order=22)
    amber: Mapped[float] = mapped_column(Float, sort_order=23)
    red: Mapped[float] = mapped_column(Float, sort_order=24)
    min_sample: Mapped[int] = mapped_column(Integer, sort_order=25)
    persist_k: Mapped[int] = mapped_column(Integer, sort_order=26)
    persist_n: Mapped[int] = mapped_column(Integer, sort_order=27)
    clear_after: Mapped[int] = mapped_column(Integer, sort_order=28)


class Found:
    """What an evaluation found: value, 95 % interval and sample of a day, in the KRI's unit."""

    evaluated_on: Mapped[date | None] = mapped_column(Date, sort_order=40)
    value: Mapped[float | None] = mapped_column(Float, sort_order=41)
    low: Mapped[float | None] = mapped_column(Float, sort_order=42)
    high: Mapped[float | None] = mapped_column(Float, sort_order=43)
    sample_size: Mapped[float | None] = mapped_column(Float, sort_order=44)
    consecutive: Mapped[int] = mapped_column(Integer, default=0, sort_order=45)


def _status(kri: Alias) -> ColumnElement[Any]:
    told = case(
        (kri.retired_at.is_not(None), KriStatus.RETIRED),
        (kri.paused_at.is_not(None), KriStatus.PAUSED),
        (kri.stale_after <= NOW, KriStatus.STALE),
        else_=kri.recorded_status,
    )
    return type_coerce(told, Word(KriStatus))


class Kri(Ruled, Found, Tracked, Base):
    """A series that tells of a risk, with thresholds and what to do when it passes them.

    It is judged from `watched_from` on, by the rule of the row from `ruled_from` on and by those
    of its spells before. `recorded_status` is what the last evaluation found; it reads as STALE
    from `stale_after` on.
    """

    __tablename__ = "kris"
    id_prefix = "kri"
    called_by: ClassVar = ("code", "name")
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    series_id: Mapped[str] = mapped_column(ForeignKey("metric_series.id"), index=True)
    playbook: Mapped[str] = mapped_column(LongText)
    watched_from: Mapped[date] = mapped_column(Date)
    ruled_from: Mapped[date] = mapped_column(Date)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_status: Mapped[KriStatus] = mapped_column(Word(KriStatus), index=True)
    stale_after: Mapped[datetime] = mapped_column(Instant, default=LONG_AGO)

    expressions: ClassVar[Expressions] = {"status": _status}


class KriSpell(Ruled, Tracked, Base):
    """Days on which a KRI was judged by another rule than now: from `from_on`, before `until_on`.

    On days that neither a spell nor the KRI's own rule covers it was paused.
    """

    __tablename__ = "kri_spells"
    id_prefix = "krispell"
    kri_id: Mapped[str] = mapped_column(ForeignKey("kris.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    __table_args__ = (UniqueConstraint("kri_id", "from_on"),)


class KriBreach(Found, Tracked, Base):
    """An episode: from the evaluation that opened it to the one that closed it.

    One at a time is open for each KRI. `evidence` says in words what brought it to its level, the
    columns of `Found` what was read last. `retracted_at` says that it would not have opened had
    the numbers been known as they were restated; it is never deleted.
    """

    __tablename__ = "kri_breaches"
    id_prefix = "breach"
    called_by: ClassVar = ("evidence",)
    kri_id: Mapped[str] = mapped_column(ForeignKey("kris.id"))
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    level: Mapped[BreachLevel] = mapped_column(Word(BreachLevel), index=True)
    evidence: Mapped[str] = mapped_column(LongText)
    threshold: Mapped[float] = mapped_column(Float)
    opened_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant, index=True)
    red_on: Mapped[date | None] = mapped_column(Date)
    red_at: Mapped[datetime | None] = mapped_column(Instant)
    peak_value: Mapped[float] = mapped_column(Float)
    peak_on: Mapped[date] = mapped_column(Date)
    peak_low: Mapped[float | None] = mapped_column(Float)
    peak_high: Mapped[float | None] = mapped_column(Float)
    peak_sample_size: Mapped[float | None] = mapped_column(Float)
    closed_on: Mapped[date | None] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    retracted_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    false_alarm: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(LongText)

    __table_args__ = (
        Index("ix_kri_breaches_kri_id_opened_at", "kri_id", "opened_at"),
        # At most one open breach for each KRI, whoever writes.
        Index(
            "uq_kri_breaches_open",
            "kri_id",
            unique=True,
            sqlite_where=closed_on.is_(None),
            postgresql_where=closed_on.is_(None),
        ),
    )
