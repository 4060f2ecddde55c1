"""Risks and actions brought to a state through the services, and read back as they are now."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.clock import today
from riskreg.kit.db import Act
from riskreg.kit.graph import term
from riskreg.kit.inputs import OnExisting
from riskreg.kit.tables import Base
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service, service_assess, service_mitigation, service_moves
from riskreg.risks import inputs_mitigation as action_inputs
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import (
    ImpactDimension,
    MitigationStatus,
    RejectReason,
    RiskStatus,
    Treatment,
    Verdict,
)
from tests.cast import Register
from tests.factories import UseCase, a_mitigation, a_risk, an_assessed_risk, id_of

R = TypeVar("R", bound=Risk | Mitigation)
Given = dict[str, Any]
Move = tuple[UseCase[Any, Any], type[OnExisting], Callable[[Register], Given]]
LINK = "https://example.org/evidence"


def day_of(register: Register) -> date:
    """The business day that it is."""
    return today(register.clock.now())


def instant_of(register: Register) -> datetime:
    """The present instant."""
    return register.db.now()


def impacts(step: int) -> list[inputs.ImpactInput]:
    """An impact along one dimension."""
    return [inputs.ImpactInput(dimension=ImpactDimension.SLA, step=step)]


RISK_MOVES: dict[str, Move] = {
    "submit": (service.submit, inputs.SubmitRisk, lambda _: {"likelihood": 2, "impact": 3}),
    "reject": (
        service_moves.reject,
        inputs.RejectRisk,
        lambda _: {"reason": RejectReason.NOT_A_RISK},
    ),
    "assess": (
        service_assess.assess,
        inputs.AssessRisk,
        lambda _: {"likelihood": 2, "impacts": impacts(3)},
    ),
    "reassess": (
        service_assess.reassess,
        inputs.ReassessRisk,
        lambda _: {"likelihood": 2, "impacts": impacts(3), "rationale": "New numbers"},
    ),
    "treat": (service_moves.treat, inputs.TreatRisk, lambda _: {"treatment": Treatment.MITIGATE}),
    "accept": (
        service_moves.accept,
        inputs.AcceptRisk,
        lambda register: {
            "expires_on": day_of(register) + timedelta(days=30),
            "justification": "Cheaper than a second site",
        },
    ),
    "monitor": (
        service_moves.monitor,
        inputs.MonitorRisk,
        lambda _: {"not_measurable": "It happens once in ten years"},
    ),
    "revoke_acceptance": (
        service_moves.revoke_acceptance,
        inputs.RevokeAcceptance,
        lambda _: {"reason": "The lease ends"},
    ),
    "resume_treatment": (
        service_moves.resume_treatment,
        inputs.ResumeTreatment,
        lambda _: {"reason": "It grows again"},
    ),
    "reopen": (service_moves.reopen, inputs.ReopenRisk, lambda _: {"reason": "It grows again"}),
    "materialise": (
        service_moves.materialise,
        inputs.MaterialiseRisk,
        lambda register: {
            "what_happened": "The typhoon came",
            "happened_at": instant_of(register) - timedelta(hours=1),
        },
    ),
    "resolve": (service_moves.resolve, inputs.ResolveRisk, lambda _: {}),
    "close_materialised": (
        service_moves.close_materialised,
        inputs.CloseMaterialisedRisk,
        lambda _: {"reason": "They moved", "cause_gone": True},
    ),
    "close": (service_moves.close, inputs.CloseRisk, lambda _: {"reason": "They moved"}),
    "restore": (service_moves.restore, inputs.RestoreRisk, lambda _: {"reason": "They are back"}),
}
"""What each move of a risk takes when nothing is to be refused."""

ACTION_MOVES: dict[str, Move] = {
    "approve": (service_mitigation.approve, action_inputs.ApproveMitigation, lambda _: {}),
    "start": (service_mitigation.start, action_inputs.StartMitigation, lambda _: {}),
    "block": (
        service_mitigation.block,
        action_inputs.BlockMitigation,
        lambda _: {"blocker": "The vendor has to sign"},
    ),
    "unblock": (service_mitigation.unblock, action_inputs.UnblockMitigation, lambda _: {}),
    "implement": (
        service_mitigation.implement,
        action_inputs.ImplementMitigation,
        lambda _: {"evidence": [LINK]},
    ),
    "begin_verification": (
        service_mitigation.begin_verification,
        action_inputs.BeginVerification,
        lambda _: {},
    ),
    "record_verdict": (
        service_mitigation.record_verdict,
        action_inputs.RecordVerdict,
        lambda _: {"verdict": Verdict.EFFECTIVE, "findings": "Ten of ten samples"},
    ),
    "reschedule": (
        service_mitigation.reschedule,
        action_inputs.RescheduleMitigation,
        lambda register: {"due_on": day_of(register) + timedelta(days=40)},
    ),
    "cancel": (
        service_mitigation.cancel,
        action_inputs.CancelMitigation,
        lambda _: {"reason": "Too dear"},
    ),
}
"""What each move of an action takes when nothing is to be refused."""

MOVES = {Risk: RISK_MOVES, Mitigation: ACTION_MOVES}


def asked(
    register: Register, row: R, version: int, name: str, given: Given
) -> tuple[UseCase[Any, R], OnExisting]:
    """The use case of a move, and its input at a version with what is given."""
    work, kind, usual = MOVES[type(row)][name]
    sent = {"id": id_of(row), "expected_version": version, **usual(register), **given}
    return work, kind(**sent)


async def moved(
    register: Register, row: R, name: str, *, by: Actor | None = None, **given: Any
) -> R:
    """The risk or action after a move, made by the lead if not by somebody else."""
    work, sent = asked(register, row, (await now(register, row)).version, name, given)
    return await register.does(by or register.cast.lead, work, sent)


async def refused(
    register: Register, row: R, name: str, *, by: Actor | None = None, **given: Any
) -> list[tuple[str, tuple[str | int, ...]]]:
    """Code and field of each reason why a move is refused; row and journal are as before."""
    before = await now(register, row)
    work, sent = asked(register, row, before.version, name, given)
    found = await register.refusals(by or register.cast.lead, work, sent)
    assert await now(register, row) == before
    return found


async def now(register: Register, row: Base, at: View | None = None) -> Any:
    """A row's columns and expressions, live or through a view."""
    view = at or register.view()
    alias: Any = view.of(type(row))
    statement = _everything(type(row), alias).where(alias.id == row.id)  # type: ignore[attr-defined]
    return (await register.db.rows(view, statement))[0]


@cache
def _everything(model: type[Base], alias: Any) -> Select[Any]:
    names = [*model.__table__.columns.keys(), *getattr(model, "expressions", {})]
    return select(*[term(alias, name) for name in names])


async def acceptances(register: Register, risk: Risk, at: View | None = None) -> list[Any]:
    """The acceptances of a risk, oldest first, with how they ended."""
    view = at or register.view()
    alias: Any = view.of(RiskAcceptance)
    columns = [alias.code, alias.residual_band, alias.consecutive, alias.until, alias.ended_at]
    statement = select(*columns, term(alias, "ended")).where(alias.risk_id == risk.id)
    return list(await register.db.rows(view, statement.order_by(alias.from_at)))


async def noted(
    register: Register,
    call: Callable[[AsyncSession, View, str, datetime], Awaitable[Risk]],
    risk: Risk,
) -> None:
    """Record a fact that a higher slice tells (an incident resolved, an analysis closed)."""

    async def work(session: AsyncSession, view: View) -> Risk:
        return await call(session, view, risk.id, view.now)

    await register.db.write(SYSTEM, Act("note"), work)


async def a_risk_in(register: Register, state: RiskStatus, **given: Any) -> Risk:
    """A MEDIUM risk of the manager's in a state; every way there goes through the services."""
    cast, db = register.cast, register.db
    logged = {"likelihood": 2, "impact": 3, **given}
    if state is RiskStatus.DRAFT:
        return await a_risk(db, cast.manager, cast.project, **{**logged, "likelihood": None})
    if state in (RiskStatus.OPEN, RiskStatus.REJECTED):
        risk = await a_risk(db, cast.manager, cast.project, **logged)
        return await moved(register, risk, "reject") if state is RiskStatus.REJECTED else risk
    risk = await an_assessed_risk(db, cast.manager, cast.project, **logged)
    if state is RiskStatus.TREATING:
        await a_mitigation(db, cast.manager, (risk, 1, 1))
    for move in _WAYS[state]:
        risk = await moved(register, risk, move)
    return risk


_WAYS = {
    RiskStatus.ASSESSED: (),
    RiskStatus.TREATING: ("treat",),
    RiskStatus.ACCEPTED: ("accept",),
    RiskStatus.MONITORING: ("monitor",),
    RiskStatus.MATERIALISED: ("materialise",),
    RiskStatus.CLOSED: ("monitor", "close"),
}

_TO_VERIFYING = ("approve", "start", "implement", "begin_verification")
_ACTION_WAYS: dict[MitigationStatus, tuple[str, ...]] = {
    MitigationStatus.PROPOSED: (),
    MitigationStatus.APPROVED: _TO_VERIFYING[:1],
    MitigationStatus.IN_PROGRESS: _TO_VERIFYING[:2],
    MitigationStatus.BLOCKED: ("approve", "start", "block"),
    MitigationStatus.IMPLEMENTED: _TO_VERIFYING[:3],
    MitigationStatus.VERIFYING: _TO_VERIFYING,
    MitigationStatus.CANCELLED: ("cancel",),
}


async def brought(register: Register, action: Mitigation, state: MitigationStatus) -> Mitigation:
    """A PROPOSED action after every move that leads to a state."""
    judged = state.value in Verdict.__members__
    for move in _TO_VERIFYING if judged else _ACTION_WAYS[state]:
        action = await moved(register, action, move)
    if judged:
        verdict = Verdict(state.value)
        action = await moved(register, action, "record_verdict", verdict=verdict)
    return action


async def an_action_in(
    register: Register, state: MitigationStatus, *effects: tuple[Risk, int, int]
) -> Mitigation:
    """An action of the manager's in a state, for a new risk unless for others."""
    if not effects:
        effects = ((await a_risk_in(register, RiskStatus.ASSESSED), 1, 1),)
    action = await a_mitigation(register.db, register.cast.manager, *effects)
    return await brought(register, action, state)
