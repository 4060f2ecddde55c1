"""What the risks need to know of their KRIs; whoever keeps KRIs calls these."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import get
from riskreg.kit.errors import UserError
from riskreg.kit.view import View
from riskreg.risks.models import Risk


async def kri_added(session: AsyncSession, view: View, risk_id: str) -> Risk:
    """The risk with one more KRI that watches it."""
    risk = await get(session, view, Risk, risk_id)
    risk.kri_count += 1
    return risk


async def kri_retired(session: AsyncSession, view: View, risk_id: str) -> Risk:
    """The risk with one KRI less; when the last goes, a watched risk is no longer watched."""
    risk = await get(session, view, Risk, risk_id)
    if risk.kri_count < 1:
        raise UserError("No KRI watches this risk.", code="NOT_READY")
    risk.kri_count -= 1
    risk.kri_retired_at = view.now
    return risk
