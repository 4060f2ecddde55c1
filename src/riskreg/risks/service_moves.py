"""The life of a risk: each function is one move of its machine."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit.clock import end_of, today
from riskreg.kit.codes import next_code
from riskreg.kit.db import announce, get, maintain, new_key
from riskreg.kit.errors import UserError
from riskreg.kit.inputs import OnExisting
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import View
from riskreg.people.models import Approval
from riskreg.people.rules import ApprovalKind, Authority
from riskreg.risks import events
from riskreg.risks.facts import residual_band
from riskreg.risks.inputs import (
    AcceptRisk,
    CloseRisk,
    MaterialiseRisk,
    MonitorRisk,
    RejectRisk,
    TreatRisk,
    WithReason,
)
from riskreg.risks.levels import refresh
from riskreg.risks.models import Risk, RiskAcceptance, RiskRelation
from riskreg.risks.moving import move
from riskreg.risks.relating import is_there, refuse_circle, relations
from riskreg.risks.rules import AcceptanceEnd, Band, RejectReason, RelationKind, Treatment
from riskreg.risks.rules_deadlines import review_due, urgent_review_due
from riskreg.risks.rules_facts import RiskGiven
from riskreg.risks.standing_acceptance import end_acceptance

REASON = 2000


async def _risk(session: AsyncSession, view: View, given: OnExisting) -> Risk:
    key = key_in(Risk, given.id)
    return await get(session, view, Risk, key, expected_version=given.expected_version)


async def reject(session: AsyncSession, view: View, given: RejectRisk) -> Risk:
    """A logged risk that is not kept, with the reason and what it is instead."""
    risk = await _risk(session, view, given)
    instead = await key_of(session, view, Risk, given.instead_id, "insteadId")
    move_given = RiskGiven(reject_reason=given.reason, instead_id=instead)
    await move(session, view, risk, "reject", move_given)
    risk.reject_reason = given.reason
    risk.close_reason = optional(given.note, limit=REASON, field="note", multiline=True)
    if instead is not None:
        duplicate = given.reason is RejectReason.DUPLICATE
        kind = RelationKind.DUPLICATE_OF if duplicate else RelationKind.RELATED
        links = await relations(session, view, kind)
        refuse_circle(links, kind, (risk.id, instead), "insteadId")
        if not is_there(links, kind, risk.id, instead):
            session.add(RiskRelation(from_id=risk.id, to_id=instead, kind=kind))
    return risk


async def treat(session: AsyncSession, view: View, given: TreatRisk) -> Risk:
    """A risk under treatment; it needs a plan whose target lies within tolerance."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "treat", RiskGiven(treatment=given.treatment))
    risk.treatment = given.treatment
    risk.acceptances_in_a_row = 0
    await refresh(session, view, risk)
    return risk


async def accept(session: AsyncSession, view: View, given: AcceptRisk) -> Risk:
    """A risk carried until the end of a day, by somebody with the authority for it."""
    risk = await _risk(session, view, given)
    justification = required(
        given.justification, limit=REASON, field="justification", multiline=True
    )
    move_given = RiskGiven(expires_on=given.expires_on, justification=justification)
    facts = await move(session, view, risk, "accept", move_given)
    await end_acceptance(session, view, risk, AcceptanceEnd.REVOKED)
    risk.acceptances_in_a_row += 1
    until = end_of(given.expires_on, settings.current().zone)
    risk.holds_until = until
    risk.treatment = Treatment.ACCEPT
    asserted = risk.asserted_until > view.now
    level = "asserted" if asserted else "computed"
    acceptance = RiskAcceptance(
        code=await next_code(session, "A"),
        risk_id=risk.id,
        residual_likelihood=getattr(risk, f"{level}_likelihood"),
        residual_impact=getattr(risk, f"{level}_impact"),
        residual_band=residual_band(risk, view) or Band.LOW,
        justification=justification,
        conditions=optional(given.conditions, limit=REASON, field="conditions", multiline=True),
        accepted_by_id=view.actor.id,
        authority=facts.acting.authority or Authority.A1,
        from_at=view.now,
        until=until,
        expires_on=given.expires_on,
        consecutive=risk.acceptances_in_a_row,
    )
    session.add(acceptance)
    content = f"{risk.code}|{acceptance.residual_band}|{given.expires_on}|{justification}"
    approve(session, view, ApprovalKind.ACCEPTANCE, risk, content)
    await refresh(session, view, risk)
    return risk


def approve(
    session: AsyncSession, view: View, kind: ApprovalKind, risk: Risk, content: str
) -> None:
    """Note who approved what whom proposed; the hash voids it when the content changes."""
    proposed_by = risk.owner_id or risk.identified_by_id
    approval = Approval(
        id=new_key(session),
        kind=kind,
        subject=risk.code,
        subject_id=risk.id,
        proposed_by=proposed_by,
        self_approved=view.actor.id == proposed_by,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
    )
    session.add(approval)
    maintain(session, approval)


async def revoke_acceptance(session: AsyncSession, view: View, given: WithReason) -> Risk:
    """A risk whose acceptance ends now; it is ASSESSED again."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "revoke_acceptance", RiskGiven(reason=_reason(given.reason)))
    await end_acceptance(session, view, risk, AcceptanceEnd.REVOKED)
    await refresh(session, view, risk)
    announce(session, events.AcceptanceEnded(risk.id, AcceptanceEnd.REVOKED))
    return risk


async def monitor(session: AsyncSession, view: View, given: MonitorRisk) -> Risk:
    """A risk that is only watched from here on."""
    risk = await _risk(session, view, given)
    why = optional(given.not_measurable, limit=REASON, field="notMeasurable", multiline=True)
    await move(session, view, risk, "monitor", RiskGiven(not_measurable=why))
    risk.not_measurable = why
    risk.acceptances_in_a_row = 0
    await refresh(session, view, risk)
    return risk


async def resume_treatment(session: AsyncSession, view: View, given: WithReason) -> Risk:
    """A watched risk under treatment again."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "resume_treatment", RiskGiven(reason=_reason(given.reason)))
    await refresh(session, view, risk)
    return risk


async def reopen(session: AsyncSession, view: View, given: WithReason) -> Risk:
    """A watched risk to be judged and planned again."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "reopen", RiskGiven(reason=_reason(given.reason)))
    await refresh(session, view, risk)
    return risk


async def materialise(session: AsyncSession, view: View, given: MaterialiseRisk) -> Risk:
    """A risk that has happened; an acceptance of it ends."""
    risk = await _risk(session, view, given)
    happened = required(given.what_happened, limit=REASON, field="whatHappened", multiline=True)
    if given.happened_at > view.now:
        message = "What has not happened yet cannot be recorded as happened."
        raise UserError(message, code="OUT_OF_RANGE", field=("happenedAt",))
    move_given = RiskGiven(what_happened=happened, happened_at=given.happened_at)
    await move(session, view, risk, "materialise", move_given)
    await end_acceptance(session, view, risk, AcceptanceEnd.MATERIALISED)
    risk.happened, risk.happened_at = happened, given.happened_at
    risk.rca_required = given.rca_required
    risk.incident_resolved_at = risk.rca_closed_at = None
    await refresh(session, view, risk)
    announce(session, events.RiskMaterialised(risk.id))
    return risk


async def incident_resolved(session: AsyncSession, view: View, risk_id: str, at: datetime) -> Risk:
    """Note that the incident in which a risk materialised is over; incidents call this."""
    risk = await get(session, view, Risk, risk_id)
    risk.incident_resolved_at = at
    return risk


async def rca_closed(session: AsyncSession, view: View, risk_id: str, at: datetime) -> Risk:
    """Note that the cause of a materialised risk was analysed; analyses call this."""
    risk = await get(session, view, Risk, risk_id)
    risk.rca_closed_at = at
    return risk


async def resolve(session: AsyncSession, view: View, given: OnExisting) -> Risk:
    """A materialised risk that is watched again; a reassessment is due."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "resolve", RiskGiven())
    risk.acceptances_in_a_row = 0
    place = settings.current()
    day = today(view.now, place.zone)
    risk.review_due_on = urgent_review_due(day, place.working_days, risk.review_due_on)
    await refresh(session, view, risk)
    return risk


async def close_materialised(session: AsyncSession, view: View, given: CloseRisk) -> Risk:
    """A materialised risk that is closed, its cause being gone."""
    return await _close(session, view, given, "close_materialised")


async def close(session: AsyncSession, view: View, given: CloseRisk) -> Risk:
    """A watched or accepted risk that is closed."""
    return await _close(session, view, given, "close")


async def _close(session: AsyncSession, view: View, given: CloseRisk, name: str) -> Risk:
    risk = await _risk(session, view, given)
    reason = _reason(given.reason)
    await move(session, view, risk, name, RiskGiven(reason=reason, cause_gone=given.cause_gone))
    await end_acceptance(session, view, risk, AcceptanceEnd.CLOSED)
    risk.close_reason = reason
    await refresh(session, view, risk)
    if risk.ever_high:  # it takes somebody else than the owner
        approve(session, view, ApprovalKind.CLOSURE, risk, f"{risk.code}|closed|{reason}")
    announce(session, events.RiskClosed(risk.id))
    return risk


async def restore(session: AsyncSession, view: View, given: WithReason) -> Risk:
    """A closed or rejected risk that is open again under its code."""
    risk = await _risk(session, view, given)
    await move(session, view, risk, "restore", RiskGiven(reason=_reason(given.reason)))
    risk.reject_reason = risk.close_reason = None
    risk.acceptances_in_a_row = 0
    place = settings.current()
    day = today(view.now, place.zone)
    risk.review_due_on = urgent_review_due(day, place.working_days)
    await refresh(session, view, risk)
    return risk


def next_review(risk: Risk, view: View) -> None:
    """Set the day of the next review by the band of the residual that counts now."""
    band = residual_band(risk, view) or Band.LOW
    risk.review_due_on = review_due(band, today(view.now, settings.current().zone))


def _reason(text: str) -> str:
    return required(text, limit=REASON, field="reason", multiline=True)
