"""What the risk slice does when the slices below tell it something."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Handler, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.view import Alias, View
from riskreg.people.events import PersonDeactivated
from riskreg.projects.events import ProjectClosing
from riskreg.risks.models import Risk, RiskProject
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import ENDED, TERMINAL, Band


async def hand_over(session: AsyncSession, view: View, happened: PersonDeactivated) -> None:
    """Running risks and actions of somebody who left go to the delegate, if there is one (BR 4)."""
    if happened.delegate_id is None:
        return
    every = visible_everywhere(view)
    risk: Alias = every.of(Risk)
    action: Alias = every.of(Mitigation)
    gone = happened.person_id
    for owned in (
        select(risk).where(risk.owner_id == gone, risk.recorded_status.not_in(ENDED)),
        select(action).where(action.owner_id == gone, action.status.not_in(TERMINAL)),
    ):
        for row in await session.scalars(owned, every.params):
            row.owner_id = happened.delegate_id


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
    PersonDeactivated: (hand_over,),
    ProjectClosing: (refuse_closing,),
}
"""What this slice does; `app` wires it."""
