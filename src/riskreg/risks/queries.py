"""Selects over risks, and the access rules of every table of the slice."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from riskreg.kit.tables import Base
from riskreg.kit.view import REACH_IDS, Columns, Of, Rule, Scope, access, everyone
from riskreg.metrics.access import sees_series
from riskreg.projects.models import ProjectRequestor
from riskreg.risks.models import (
    CategoryAppetite,
    Risk,
    RiskAcceptance,
    RiskAssessment,
    RiskComment,
    RiskMarket,
    RiskPolicyArea,
    RiskProject,
    RiskRelation,
    RiskVendor,
    ScoringMatrix,
)
from riskreg.risks.models_kri import Kri, KriBreach, KriSpell
from riskreg.risks.models_mitigation import EffectivenessCheck, Mitigation, RiskMitigation
from riskreg.risks.rules import Sensitivity


@access(Risk)
def risk_access(risk: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor sees risks linked to it, a requestor those of own projects or own making."""
    if scope is Scope.VENDOR:
        link = of(RiskVendor)
        linked = exists(select(1).where(link.risk_id == risk.id, link.vendor_id.in_(REACH_IDS)))
        return and_(linked, risk.sensitivity != Sensitivity.RESTRICTED)
    link = of(RiskProject)
    if scope is Scope.PROJECTS:
        return exists(select(1).where(link.risk_id == risk.id, link.project_id.in_(REACH_IDS)))
    requested = of(ProjectRequestor)
    own = exists(
        select(1).where(
            link.risk_id == risk.id,
            link.project_id == requested.project_id,
            requested.person_id.in_(REACH_IDS),
        )
    )
    return or_(own, risk.identified_by_id.in_(REACH_IDS))


def _of_risk(column: str) -> Rule:
    """The rule of a table whose rows belong to a risk: as visible as the risk."""

    def rule(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
        return _risk_visible(row[column], scope, of)

    return rule


def _risk_visible(key: ColumnElement[str], scope: Scope, of: Of) -> ColumnElement[bool]:
    risk = of(Risk)
    return exists(select(1).where(risk.id == key, risk_access(risk, scope, of)))


for _model in (
    RiskAcceptance,
    RiskAssessment,
    RiskComment,
    RiskMarket,
    RiskMitigation,
    RiskPolicyArea,
    RiskProject,
):
    access(_model)(_of_risk("risk_id"))


@access(RiskVendor)
def vendor_link_access(link: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor sees its own links only, never which other vendors a risk is about."""
    visible = _risk_visible(link.risk_id, scope, of)
    return and_(visible, link.vendor_id.in_(REACH_IDS)) if scope is Scope.VENDOR else visible


@access(RiskRelation)
def relation_access(link: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A relation is visible where both risks are."""
    return and_(_risk_visible(link.from_id, scope, of), _risk_visible(link.to_id, scope, of))


@access(Mitigation)
def mitigation_access(action: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """An action is visible where one of its risks is."""
    link = of(RiskMitigation)
    return exists(
        select(1).where(link.mitigation_id == action.id, _risk_visible(link.risk_id, scope, of))
    )


@access(EffectivenessCheck)
def check_access(check: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A check is visible where its action is."""
    link = of(RiskMitigation)
    return exists(
        select(1).where(
            link.mitigation_id == check.mitigation_id, _risk_visible(link.risk_id, scope, of)
        )
    )


@access(Kri)
def kri_access(kri: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A KRI is visible where both its risk and its series are."""
    return and_(_risk_visible(kri.risk_id, scope, of), sees_series(kri.series_id, scope, of))


@access(KriBreach)
@access(KriSpell)
def of_kri_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """What belongs to a KRI is visible where the KRI is."""
    kri = of(Kri)
    return exists(select(1).where(kri.id == row.kri_id, kri_access(kri, scope, of)))


def _configuration(*models: type[Base]) -> None:
    for model in models:
        access(model)(everyone)


_configuration(ScoringMatrix, CategoryAppetite)
