"""The acceptance of a risk that holds now, if one does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import visible_everywhere
from riskreg.kit.view import View
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.rules import AcceptanceEnd


async def end_acceptance(session: AsyncSession, view: View, risk: Risk, why: AcceptanceEnd) -> bool:
    """End the acceptance that holds now for the reason given; tell whether one did."""
    every = visible_everywhere(view)
    alias: Any = every.of(RiskAcceptance)
    standing = select(alias).where(
        alias.risk_id == risk.id, alias.until > view.now, alias.ended_at > view.now
    )
    found = list((await session.execute(standing, every.params)).scalars())
    for acceptance in found:
        acceptance.ended_at, acceptance.ended_by = view.now, why
    return bool(found)
