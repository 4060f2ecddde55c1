"""Every state with every move of both machines, through the services: generated from the tables.

The rows that stand in each state were brought there by real moves. A move from there is rehearsed:
it is made with every check that a write has, and then undone, so that the next test finds the row.
"""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act
from riskreg.kit.machine import Pair
from riskreg.kit.view import View
from riskreg.risks import service_moves
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationStatus, RiskStatus, Verdict
from riskreg.risks.rules_machine import RISK_MACHINE
from riskreg.risks.rules_mitigation import MITIGATION_MACHINE
from tests.cast import Register
from tests.factories import a_mitigation, id_of
from tests.risks.arranged import (
    ACTION_MOVES,
    RISK_MOVES,
    R,
    a_risk_in,
    an_action_in,
    asked,
    noted,
    now,
    refused,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

S = RiskStatus
M = MitigationStatus
Standing = dict[object, Any]


@pytest.fixture(scope="module")
def standing(shared_url: object) -> Standing:
    """The rows of a register by state, and by move where it needs a row of its own."""
    return {}


async def _risk(register: Register, standing: Standing, pair: Pair[S]) -> Risk:
    """A risk that stands in the state, to which the move is open if it is listed there."""
    own = (pair.state, pair.move) == (S.MONITORING, "resume_treatment")
    place = (pair.state, pair.move) if own else pair.state
    if place not in standing:
        risk = standing[place] = await a_risk_in(register, pair.state)
        if own or pair.state is S.ASSESSED:
            await a_mitigation(register.db, register.cast.manager, (risk, 1, 1))
        if pair.state is S.TREATING:
            await _end_plan(register, risk)
        if pair.state is S.MATERIALISED:
            await noted(register, service_moves.incident_resolved, risk)
        assert (await now(register, risk)).status is pair.state
    found: Risk = standing[place]
    return found


async def _end_plan(register: Register, risk: Risk) -> None:
    """Cancel every action of a risk."""
    lead = register.cast.lead
    listed = """query ($id: ID!) { risk(id: $id) { mitigations { nodes { mitigation {
      id version } } } } }"""
    cancel = """mutation ($i: CancelMitigationInput!) { cancelMitigation(input: $i) {
      userErrors { code } } }"""
    shown = await register.ask(lead, listed, id=id_of(risk))
    for link in shown["risk"]["mitigations"]["nodes"]:
        action = link["mitigation"]
        sent = {"id": action["id"], "expectedVersion": action["version"], "reason": "Too dear"}
        data = await register.ask(lead, cancel, i=sent)
        assert data == {"cancelMitigation": {"userErrors": []}}


async def _action(register: Register, standing: Standing, state: M) -> Mitigation:
    if state not in standing:
        risk = await _risk(register, standing, Pair(S.ASSESSED, "treat", listed=True))
        standing[state] = await an_action_in(register, state, (risk, 1, 1))
        assert (await now(register, standing[state])).status is state
    found: Mitigation = standing[state]
    return found


async def _rehearsed(register: Register, row: R, name: str, **given: Any) -> R:
    """The row as a move would leave it; it stays as it is."""
    before = await now(register, row)
    work, sent = asked(register, row, before.version, name, given)

    async def run(session: AsyncSession, view: View) -> R:
        return await work(session, view, sent)

    after = await register.db.rehearse(register.cast.lead, Act(name), run)
    assert await now(register, row) == before
    assert after.version == before.version + 1
    return after


async def test_every_move_has_its_service() -> None:
    assert set(RISK_MOVES) == set(RISK_MACHINE.names)
    assert set(ACTION_MOVES) == set(MITIGATION_MACHINE.names)


@pytest.mark.parametrize("pair", RISK_MACHINE.pairs(), ids=lambda pair: f"{pair.state}-{pair.move}")
async def test_risk(shared: Register, standing: Standing, pair: Pair[S]) -> None:
    risk = await _risk(shared, standing, pair)
    if not pair.listed:
        assert await refused(shared, risk, pair.move) == [("MOVE_NOT_ALLOWED", ())]
        return
    after = await _rehearsed(shared, risk, pair.move)
    [target] = RISK_MACHINE.targets(pair.state, pair.move)
    assert after.recorded_status is target
    assert (after.state_since == risk.state_since) is (pair.state is target)


@pytest.mark.parametrize(
    "pair", MITIGATION_MACHINE.pairs(), ids=lambda pair: f"{pair.state}-{pair.move}"
)
async def test_action(shared: Register, standing: Standing, pair: Pair[M]) -> None:
    action = await _action(shared, standing, pair.state)
    if not pair.listed:
        assert await refused(shared, action, pair.move) == [("MOVE_NOT_ALLOWED", ())]
        return
    targets = MITIGATION_MACHINE.targets(pair.state, pair.move)
    if pair.move != "record_verdict":
        assert {(await _rehearsed(shared, action, pair.move)).status} == targets
        return
    for verdict in Verdict:
        after = await _rehearsed(shared, action, pair.move, verdict=verdict)
        left = M.VERIFYING if verdict is Verdict.INCONCLUSIVE else M(verdict.value)
        assert after.status is left
        assert left in targets
