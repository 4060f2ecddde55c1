"""What projects have promised, and what people say of their health."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Float, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.delivery.rules import Health, TargetBasis, TargetComparator
from riskreg.kit.tables import NEVER, Base, Chars, Instant, LongText, Tracked, Word


class Target(Tracked, Base):
    """A level of service that a project holds over a window; `amber` is where it is in danger.

    Values are in the metric's unit. `vendor_id` null: for the project as a whole. It holds from
    `valid_from` to `valid_to`, both included.
    """

    __tablename__ = "targets"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    metric_id: Mapped[str] = mapped_column(ForeignKey("metrics.id"), index=True)
    vendor_id: Mapped[str | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    comparator: Mapped[TargetComparator] = mapped_column(Word(TargetComparator))
    basis: Mapped[TargetBasis] = mapped_column(Word(TargetBasis))
    value: Mapped[float] = mapped_column(Float)
    amber: Mapped[float] = mapped_column(Float)
    window_days: Mapped[int] = mapped_column(Integer)
    min_sample: Mapped[int] = mapped_column(Integer)
    contractual: Mapped[bool]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class HealthAssertion(Tracked, Base):
    """That somebody says a project does better or worse than the data; it ends by itself."""

    __tablename__ = "health_assertions"
    id_prefix = "assertion"
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    health: Mapped[Health] = mapped_column(Word(Health))
    reason: Mapped[str] = mapped_column(LongText)
    asserted_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asserted_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant, default=NEVER)
