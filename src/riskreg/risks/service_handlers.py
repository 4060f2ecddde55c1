"""What the risk slice does when the slices below tell it something."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Handler, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.view import View
from riskreg.metrics.events import ObservationsRecorded
from riskreg.people.events import PersonDeactivated
from riskreg.people.handover import hands_over
from riskreg.projects.events import ProjectClosing
from riskreg.risks.models import Risk, RiskProject
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import ENDED, TERMINAL, Band
from riskreg.risks.service_kri_watch import judge_told


async def refuse_closing(session: AsyncSession, view: View, happened: ProjectClosing) -> None:
    """A project with running risks that are HIGH or worse is not closed (BR 3)."""
    every = visible_everywhere(view)
    risk, link = every.of(Risk), every.of(RiskProject)
    grave = (
        select(func.count())
        .select_from(risk)
        .join(link, link.risk_id == risk.id)
        .where(
            link.project_id == happened.project_id,
            risk.recorded_status.not_in(ENDED),
            Risk.expressions["residual_band"](risk).in_([b for b in Band if b >= Band.HIGH]),
        )
    )
    number = await session.scalar(grave, every.params)
    if number:
        message = f"{number} of its risks are HIGH or CRITICAL: close them or move them first."
        raise UserError(message, code="NOT_READY", field=("id",))


HANDLERS: dict[type, tuple[Handler, ...]] = {
    PersonDeactivated: (
        hands_over(Risk, "owner_id", lambda risk: risk.recorded_status.not_in(ENDED)),
        hands_over(Mitigation, "owner_id", lambda action: action.status.not_in(TERMINAL)),
    ),
    ProjectClosing: (refuse_closing,),
    ObservationsRecorded: (judge_told,),
}
"""What this slice does; `app` wires it."""
