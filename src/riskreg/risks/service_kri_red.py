"""What a RED key risk indicator does to its risk, once (model.md 4.3, 4.5)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import announce, get, maintain, visible_everywhere
from riskreg.kit.view import View
from riskreg.risks import events
from riskreg.risks.levels import refresh
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import KriBreach
from riskreg.risks.rules import ENDED, AcceptanceEnd, RiskStatus
from riskreg.risks.rules_deadlines import urgent_review_due
from riskreg.risks.standing_acceptance import end_acceptance

HOLDING = (RiskStatus.ACCEPTED, RiskStatus.MONITORING)
"""What is recorded of a risk until it turns RED, and no longer holds then."""


async def went_red(session: AsyncSession, view: View, breach: KriBreach) -> None:
    """Make the risk due in two working days; end what was decided while its numbers were calm.

    An acceptance and an override of the residual end, and a risk that is accepted or only watched
    reads as ASSESSED. A draft and a risk that has ended are left alone.
    """
    breach.red_at = view.now
    announce(session, events.KriWentRed(breach.id, breach.kri_id, breach.risk_id))
    risk = await get(session, visible_everywhere(view), Risk, breach.risk_id)
    if risk.recorded_status in (*ENDED, RiskStatus.DRAFT):
        return
    maintain(session, risk)
    place = settings.current()
    day = today(view.now, place.zone)
    risk.review_due_on = urgent_review_due(day, place.working_days, risk.review_due_on)
    if risk.recorded_status in HOLDING:
        risk.holds_until = min(risk.holds_until, view.now)
    risk.asserted_until = min(risk.asserted_until, view.now)
    if await end_acceptance(session, view, risk, AcceptanceEnd.KRI_RED):
        announce(session, events.AcceptanceEnded(risk.id, AcceptanceEnd.KRI_RED))
    await refresh(session, view, risk)
