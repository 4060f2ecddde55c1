"""Mitigations, what they take off each risk, and the checks of their effect."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import (
    Appended,
    Base,
    Chars,
    Instant,
    Json,
    LongText,
    Tracked,
    Word,
)
from riskreg.risks.rules import (
    MitigationKind,
    MitigationStatus,
    Verdict,
    VerificationMethod,
)


class Mitigation(Tracked, Base):
    """An action that makes risks smaller, from proposal to the proof of its effect."""

    __tablename__ = "mitigations"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(Chars(200))
    kind: Mapped[MitigationKind] = mapped_column(Word(MitigationKind))
    status: Mapped[MitigationStatus] = mapped_column(Word(MitigationStatus), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    start_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date, index=True)
    original_due_on: Mapped[date | None] = mapped_column(Date)
    slip_count: Mapped[int] = mapped_column(default=0)
    implemented_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    evidence: Mapped[list[str]] = mapped_column(Json)
    effort_days: Mapped[Decimal | None] = mapped_column(Numeric(8, 1))
    cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    blocker: Mapped[str | None] = mapped_column(LongText)
    cancel_reason: Mapped[str | None] = mapped_column(LongText)
    hypothesis: Mapped[str | None] = mapped_column(LongText)
    check_method: Mapped[VerificationMethod | None] = mapped_column(Word(VerificationMethod))
    check_due_on: Mapped[date | None] = mapped_column(Date)
    search_text: Mapped[str] = mapped_column(LongText)


class RiskMitigation(Tracked, Base):
    """What an action takes off one risk, once it is proven: steps of likelihood and impact."""

    __tablename__ = "risk_mitigations"
    id_prefix = "riskmitigation"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    mitigation_id: Mapped[str] = mapped_column(ForeignKey("mitigations.id"), index=True)
    delta_likelihood: Mapped[int]
    delta_impact: Mapped[int]
    __table_args__ = (UniqueConstraint("risk_id", "mitigation_id"),)


class EffectivenessCheck(Appended, Base):
    """What somebody other than the owner found when asking whether an action works.

    `evaluation_id` is the impact evaluation that a verdict by a metric rests on.
    """

    __tablename__ = "effectiveness_checks"
    id_prefix = "check"
    mitigation_id: Mapped[str] = mapped_column(ForeignKey("mitigations.id"), index=True)
    method: Mapped[VerificationMethod] = mapped_column(Word(VerificationMethod))
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict))
    findings: Mapped[str] = mapped_column(LongText)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    evaluation_id: Mapped[str | None] = mapped_column(ForeignKey("impact_evaluations.id"))
