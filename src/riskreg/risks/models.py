"""Risks, their assessments and acceptances, and what links them to the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    case,
    literal,
    type_coerce,
)
from sqlalchemy import and_ as all_of
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import (
    LONG_AGO,
    NEVER,
    Appended,
    Base,
    Chars,
    Instant,
    Json,
    Key,
    LongText,
    Tracked,
    Word,
)
from riskreg.kit.view import NOW, Alias
from riskreg.people.rules import Authority
from riskreg.risks.rules import (
    ENDED,
    AcceptanceEnd,
    AppetiteStatus,
    AssessmentMethod,
    Band,
    Confidence,
    RejectReason,
    RelationKind,
    RiskCategory,
    RiskStatus,
    Sensitivity,
    Treatment,
    Velocity,
)

Expressions = dict[str, Callable[[Alias], ColumnElement[Any]]]


def _asserted_or_computed(what: str) -> Callable[[Alias], ColumnElement[Any]]:
    def expression(risk: Alias) -> ColumnElement[Any]:
        asserted, computed = getattr(risk, f"asserted_{what}"), getattr(risk, f"computed_{what}")
        return case((risk.asserted_until > NOW, asserted), else_=computed)

    return expression


def _status(risk: Alias) -> ColumnElement[RiskStatus]:
    """What a risk reads as: ASSESSED once its recorded state has stopped holding, no job needed.

    The same as `rules_deadlines.reads_as`, in SQL; a test compares the two.
    """
    ending = (RiskStatus.ACCEPTED, RiskStatus.MONITORING)
    ended = all_of(risk.recorded_status.in_(ending), risk.holds_until <= NOW)
    return case((ended, RiskStatus.ASSESSED), else_=risk.recorded_status)


def _out(risk: Alias) -> ColumnElement[bool]:
    return all_of(risk.out_from <= NOW, risk.out_to > NOW)


_UNJUDGED = (RiskStatus.DRAFT, RiskStatus.OPEN, RiskStatus.REJECTED)


def _appetite_status(risk: Alias) -> ColumnElement[AppetiteStatus]:
    told = case(
        (_status(risk).in_(_UNJUDGED), AppetiteStatus.NOT_ASSESSED),
        (_out(risk), AppetiteStatus.OUT_OF_TOLERANCE),
        (
            all_of(risk.above_from <= NOW, risk.above_to > NOW),
            AppetiteStatus.WITHIN_TOLERANCE,
        ),
        else_=AppetiteStatus.WITHIN_APPETITE,
    )
    return type_coerce(told, Word(AppetiteStatus))  # type: ignore[arg-type]  # no stubs for Enum


class Risk(Tracked, Base):
    """What could happen, why, and what follows; with its levels and the deadlines of its states.

    Levels are on the scales of `rules_scoring`; a rank of 0 says "not assessed". What ends by
    itself is stored as the instant at which it ends, and `expressions` compare it with the view.
    """

    __tablename__ = "risks"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(Chars(200))
    title_fold: Mapped[str] = mapped_column(LongText, index=True)
    cause: Mapped[str | None] = mapped_column(LongText)
    event: Mapped[str | None] = mapped_column(LongText)
    consequence: Mapped[str | None] = mapped_column(LongText)
    category: Mapped[RiskCategory | None] = mapped_column(Word(RiskCategory), index=True)
    sensitivity: Mapped[Sensitivity] = mapped_column(Word(Sensitivity))
    recorded_status: Mapped[RiskStatus] = mapped_column(Word(RiskStatus), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    sponsor_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    identified_by_id: Mapped[str] = mapped_column(Key)
    identified_at: Mapped[datetime] = mapped_column(Instant)
    horizon_days: Mapped[int]
    proximity_date: Mapped[date | None] = mapped_column(Date)
    velocity: Mapped[Velocity | None] = mapped_column(Word(Velocity))
    treatment: Mapped[Treatment | None] = mapped_column(Word(Treatment))
    confidence: Mapped[Confidence | None] = mapped_column(Word(Confidence))

    inherent_likelihood: Mapped[int | None]
    inherent_impact: Mapped[int | None]
    inherent_band: Mapped[Band | None] = mapped_column(Word(Band))
    inherent_rank: Mapped[int] = mapped_column(default=0, index=True)
    computed_likelihood: Mapped[int | None]
    computed_impact: Mapped[int | None]
    computed_band: Mapped[Band | None] = mapped_column(Word(Band))
    computed_rank: Mapped[int] = mapped_column(default=0)
    asserted_likelihood: Mapped[int | None]
    asserted_impact: Mapped[int | None]
    asserted_band: Mapped[Band | None] = mapped_column(Word(Band))
    asserted_rank: Mapped[int] = mapped_column(default=0)
    asserted_until: Mapped[datetime] = mapped_column(Instant, default=LONG_AGO)
    target_likelihood: Mapped[int | None]
    target_impact: Mapped[int | None]
    target_band: Mapped[Band | None] = mapped_column(Word(Band))
    target_asserted: Mapped[bool] = mapped_column(default=False)
    impacts: Mapped[dict[str, int] | None] = mapped_column(Json)

    above_from: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    above_to: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    out_from: Mapped[datetime] = mapped_column(Instant, default=NEVER, index=True)
    out_to: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    holds_until: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    review_due_on: Mapped[date] = mapped_column(Date, index=True)
    assessed_at: Mapped[datetime | None] = mapped_column(Instant)
    state_since: Mapped[datetime] = mapped_column(Instant)
    ever_high: Mapped[bool] = mapped_column(default=False)
    acceptances_in_a_row: Mapped[int] = mapped_column(default=0)

    probability: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    uplift_p10_bps: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    uplift_p50_bps: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    uplift_p90_bps: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    duration_days: Mapped[int | None]

    not_measurable: Mapped[str | None] = mapped_column(LongText)
    kri_retired_at: Mapped[datetime | None] = mapped_column(Instant)
    kri_count: Mapped[int] = mapped_column(default=0)
    reject_reason: Mapped[RejectReason | None] = mapped_column(Word(RejectReason))
    close_reason: Mapped[str | None] = mapped_column(LongText)
    happened: Mapped[str | None] = mapped_column(LongText)
    happened_at: Mapped[datetime | None] = mapped_column(Instant)
    rca_required: Mapped[bool] = mapped_column(default=False)
    incident_resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    rca_closed_at: Mapped[datetime | None] = mapped_column(Instant)
    search_text: Mapped[str] = mapped_column(LongText)

    __table_args__ = (
        Index("ix_risks_created_at_id", "created_at", "id"),
        Index("ix_risks_updated_at_id", "updated_at", "id"),
    )
    expressions: ClassVar[Expressions] = {
        "status": _status,
        "appetite_status": _appetite_status,
        "residual_likelihood": _asserted_or_computed("likelihood"),
        "residual_impact": _asserted_or_computed("impact"),
        "residual_band": _asserted_or_computed("band"),
        "residual_rank": _asserted_or_computed("rank"),
        "next_review_due": lambda risk: case(
            (risk.recorded_status.not_in(ENDED), risk.review_due_on)
        ),
        "out_since": lambda risk: case((_out(risk), risk.out_from)),
        "out_order": lambda risk: case((_out(risk), risk.out_from), else_=literal(NEVER, Instant)),
        "above_since": lambda risk: case(
            (all_of(risk.above_from <= NOW, risk.above_to > NOW), risk.above_from)
        ),
    }


BOOKKEEPING = frozenset(
    {
        "number",
        "title_fold",
        "inherent_rank",
        "computed_rank",
        "asserted_rank",
        "holds_until",
        "state_since",
        "above_from",
        "above_to",
        "out_to",
        "matrix_id",
        "consecutive",
        "acceptances_in_a_row",
    }
)
"""Columns that only help to sort and compare; a history for people leaves them out."""


class RiskAssessment(Appended, Base):
    """How a risk was judged at one time; never changed, and the matrix that it used is kept."""

    __tablename__ = "risk_assessments"
    id_prefix = "assessment"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    method: Mapped[AssessmentMethod] = mapped_column(Word(AssessmentMethod))
    inherent_likelihood: Mapped[int]
    inherent_impact: Mapped[int]
    inherent_band: Mapped[Band] = mapped_column(Word(Band))
    residual_likelihood: Mapped[int]
    residual_impact: Mapped[int]
    residual_band: Mapped[Band] = mapped_column(Word(Band))
    computed_likelihood: Mapped[int]
    computed_impact: Mapped[int]
    target_likelihood: Mapped[int | None]
    target_impact: Mapped[int | None]
    impacts: Mapped[dict[str, int]] = mapped_column(Json)
    confidence: Mapped[Confidence] = mapped_column(Word(Confidence))
    rationale: Mapped[str | None] = mapped_column(LongText)
    matrix_id: Mapped[str] = mapped_column(Key)


def _acceptance_status(acceptance: Alias) -> ColumnElement[Any]:
    return case(
        (acceptance.ended_at <= NOW, acceptance.ended_by),
        (acceptance.until <= NOW, AcceptanceEnd.EXPIRED),
    )


class RiskAcceptance(Tracked, Base):
    """That somebody with authority carries a risk until an instant; it can never be extended."""

    __tablename__ = "risk_acceptances"
    id_prefix = "acceptance"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    residual_likelihood: Mapped[int]
    residual_impact: Mapped[int]
    residual_band: Mapped[Band] = mapped_column(Word(Band))
    justification: Mapped[str] = mapped_column(LongText)
    conditions: Mapped[str | None] = mapped_column(LongText)
    accepted_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    authority: Mapped[Authority] = mapped_column(Word(Authority))
    from_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant, index=True)
    expires_on: Mapped[date] = mapped_column(Date, index=True)
    ended_at: Mapped[datetime] = mapped_column(Instant, default=NEVER)
    ended_by: Mapped[AcceptanceEnd | None] = mapped_column(Word(AcceptanceEnd))
    consecutive: Mapped[int]

    expressions: ClassVar[Expressions] = {"ended": _acceptance_status}


class RiskProject(Tracked, Base):
    """A project that a risk is about."""

    __tablename__ = "risk_projects"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), index=True)
    __table_args__ = (UniqueConstraint("risk_id", "project_id"),)


class RiskPolicyArea(Tracked, Base):
    """A policy area that a risk is about."""

    __tablename__ = "risk_policy_areas"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    policy_area_id: Mapped[str] = mapped_column(ForeignKey("policy_areas.id"), index=True)
    __table_args__ = (UniqueConstraint("risk_id", "policy_area_id"),)


class RiskMarket(Tracked, Base):
    """A market that a risk is about."""

    __tablename__ = "risk_markets"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    market_id: Mapped[str] = mapped_column(ForeignKey("markets.id"), index=True)
    __table_args__ = (UniqueConstraint("risk_id", "market_id"),)


class RiskVendor(Tracked, Base):
    """A vendor that a risk is about; it sees the risk, unless the risk is RESTRICTED."""

    __tablename__ = "risk_vendors"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id"), index=True)
    __table_args__ = (UniqueConstraint("risk_id", "vendor_id"),)


class RiskRelation(Tracked, Base):
    """That one risk causes, doubles, contains or touches another."""

    __tablename__ = "risk_relations"
    id_prefix = "relation"
    from_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    to_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    kind: Mapped[RelationKind] = mapped_column(Word(RelationKind))
    __table_args__ = (UniqueConstraint("from_id", "to_id", "kind"),)


class RiskComment(Appended, Base):
    """What somebody said about a risk."""

    __tablename__ = "risk_comments"
    id_prefix = "comment"
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"), index=True)
    text: Mapped[str] = mapped_column(LongText)


class ScoringMatrix(Tracked, Base):
    """The lookup table from likelihood and impact to band, and from when it holds.

    `rows` are five texts, likelihood 5 first, of five letters L M H C.
    """

    __tablename__ = "scoring_matrices"
    id_prefix = "matrix"
    valid_from: Mapped[datetime] = mapped_column(Instant, unique=True)
    rows: Mapped[list[str]] = mapped_column(Json)


class CategoryAppetite(Tracked, Base):
    """How much of a category the organisation chooses to carry, and from when that holds."""

    __tablename__ = "category_appetites"
    id_prefix = "appetite"
    category: Mapped[RiskCategory] = mapped_column(Word(RiskCategory))
    valid_from: Mapped[datetime] = mapped_column(Instant)
    appetite: Mapped[Band] = mapped_column(Word(Band))
    tolerance: Mapped[Band] = mapped_column(Word(Band))
    tolerance_days: Mapped[int]
    authority: Mapped[Authority] = mapped_column(Word(Authority))
    __table_args__ = (UniqueConstraint("category", "valid_from"),)
