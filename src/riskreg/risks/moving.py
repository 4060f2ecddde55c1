"""Runs the two machines on stored rows: facts in, the next state out, refusals as user errors."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import fetcher
from riskreg.kit.moves import moved
from riskreg.kit.tables import NEVER
from riskreg.kit.view import View
from riskreg.risks.facts import mitigation_facts, risk_facts, status_of
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules_facts import MitigationFacts, MitigationGiven, RiskFacts, RiskGiven
from riskreg.risks.rules_machine import RISK_MACHINE
from riskreg.risks.rules_mitigation import MITIGATION_MACHINE


async def facts_of(session: AsyncSession, view: View, risk: Risk) -> RiskFacts:
    """What the guards look at, for one stored risk."""
    await session.flush()

    return (await risk_facts(fetcher(session, view), view, [risk]))[risk.id]


async def action_facts_of(session: AsyncSession, view: View, action: Mitigation) -> MitigationFacts:
    """What the guards look at, for one stored action."""
    await session.flush()

    return (await mitigation_facts(fetcher(session, view), view, [action]))[action.id]


async def move(
    session: AsyncSession, view: View, risk: Risk, name: str, given: RiskGiven
) -> RiskFacts:
    """Make a move of the risk's machine; UserErrors say every reason why not.

    Gives the facts as they were before the move. The state is written; levels and deadlines are
    for `levels.refresh`.
    """
    before = status_of(risk, view)
    facts = await facts_of(session, view, risk)
    after = moved(RISK_MACHINE, before, name, facts=facts, given=given)
    lapsed = risk.recorded_status is not before  # it left its state by itself, at a deadline
    if lapsed:
        risk.state_since = risk.holds_until
    if after is not before:
        risk.state_since = view.now
    if lapsed or risk.recorded_status is not after:
        risk.holds_until = NEVER
    risk.recorded_status = after
    return facts


async def move_action(
    session: AsyncSession, view: View, action: Mitigation, name: str, given: MitigationGiven
) -> MitigationFacts:
    """Make a move of the action's machine; UserErrors say every reason why not."""
    facts = await action_facts_of(session, view, action)
    action.status = moved(MITIGATION_MACHINE, action.status, name, facts=facts, given=given)
    return facts
