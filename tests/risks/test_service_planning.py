"""Proposing and changing actions: what is kept, and what bad input is told by its field."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from strawberry import ID, Some

from riskreg.kit.ids import global_id
from riskreg.risks import service_mitigation
from riskreg.risks.inputs_mitigation import (
    ChangeMitigation,
    CheckPlanInput,
    EffectInput,
    ProposeMitigation,
)
from riskreg.risks.models import Risk
from riskreg.risks.rules import MitigationKind, MitigationStatus, RiskStatus, VerificationMethod
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_risk, id_of
from tests.risks.arranged import a_risk_in, an_action_in, brought, day_of, moved, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

K, M = MitigationKind, MitigationStatus
Given = dict[str, Any]
Errors = list[tuple[str, tuple[str | int, ...]]]


def effect(risk: Risk | ID, likelihood: int = 1, impact: int = 1) -> EffectInput:
    """What an action takes off a risk."""
    key = id_of(risk) if isinstance(risk, Risk) else risk
    return EffectInput(risk_id=key, delta_likelihood=likelihood, delta_impact=impact)


def a_check(register: Register, days: int) -> CheckPlanInput:
    """A check that is due in some days."""
    return CheckPlanInput(
        hypothesis="Fewer errors",
        method=VerificationMethod.AUDIT,
        due_on=day_of(register) + timedelta(days=days),
    )


def a_plan(register: Register, risk: Risk, **given: Any) -> ProposeMitigation:
    """A proposal that nothing is wrong with, but for what is given."""
    usual: Given = {
        "title": "A second site",
        "kind": K.PREVENTIVE,
        "effects": [effect(risk)],
        "due_on": day_of(register) + timedelta(days=30),
    }
    return ProposeMitigation(**{**usual, **given})


async def test_proposed_action_has_its_defaults(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    given = a_plan(shared, risk, owner_id=person_id(cast.wfm), check=a_check(shared, 0))
    action = await shared.does(cast.manager, service_mitigation.propose, given)
    row = await now(shared, action)
    assert (row.status, row.code, row.owner_id) == (M.PROPOSED, f"M-{row.number:03d}", cast.wfm.id)
    assert (row.evidence, row.original_due_on, row.slip_count) == ([], None, 0)
    assert (row.check_method, row.check_due_on) == (VerificationMethod.AUDIT, day_of(shared))
    assert row.created_by == cast.manager.id


async def test_bad_proposal_is_told_by_its_field(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    absent = ID(global_id("risk", "0" * 32))
    day = day_of(shared)
    wrong = ("effects", 0, "deltaLikelihood")
    table: list[tuple[Given, Errors]] = [
        ({"title": ""}, [("REQUIRED", ("title",))]),
        ({"title": "x" * 201}, [("TOO_LONG", ("title",))]),
        ({"title": "a\nb"}, [("INVALID_TEXT", ("title",))]),
        ({"effects": []}, [("MISSING", ("effects",))]),
        ({"effects": [effect(absent)]}, [("NOT_FOUND", ("effects", 0))]),
        ({"effects": [effect(risk), effect(ID("x"))]}, [("NOT_FOUND", ("effects", 1))]),
        ({"effects": [effect(risk), effect(risk)]}, [("DUPLICATE", ("effects",))]),
        ({"effects": [effect(risk, 5)]}, [("OUT_OF_RANGE", wrong)]),
        ({"effects": [effect(risk, -1)]}, [("OUT_OF_RANGE", wrong)]),
        ({"effects": [effect(risk, 1, 9)]}, [("OUT_OF_RANGE", ("effects", 0, "deltaImpact"))]),
        ({"kind": K.DETECTIVE}, [("OUT_OF_RANGE", wrong)]),
        ({"owner_id": ID("person_x")}, [("NOT_FOUND", ("ownerId",))]),
        ({"due_on": day - timedelta(days=1)}, [("DATE_IN_PAST", ("dueOn",))]),
        ({"due_on": date.max}, [("OUT_OF_RANGE", ("dueOn",))]),
        ({"start_on": day + timedelta(days=31)}, [("OUT_OF_RANGE", ("startOn",))]),
        ({"check": a_check(shared, -1)}, [("DATE_IN_PAST", ("check", "dueOn"))]),
        ({"effort_days": Decimal("-0.1")}, [("OUT_OF_RANGE", ("effortDays",))]),
        ({"effort_days": Decimal("NaN")}, [("OUT_OF_RANGE", ("effortDays",))]),
        ({"cost": Decimal("Infinity")}, [("OUT_OF_RANGE", ("cost",))]),
        ({"cost": Decimal("1e9")}, [("OUT_OF_RANGE", ("cost",))]),
        ({"code": "R-001"}, [("INVALID", ("code",))]),
    ]
    for given, errors in table:
        proposal = a_plan(shared, risk, **given)
        found = await shared.refusals(cast.manager, service_mitigation.propose, proposal)
        assert (given, found) == (given, errors)
    hostile = CheckPlanInput(hypothesis="\0", method=VerificationMethod.AUDIT, due_on=day)
    proposal = a_plan(shared, risk, check=hostile)
    assert await shared.refusals(cast.manager, service_mitigation.propose, proposal) == [
        ("INVALID_TEXT", ("check", "hypothesis"))
    ]


async def test_action_for_a_foreign_risk_is_refused_and_none_is_written(
    shared: Register,
) -> None:
    cast = shared.cast
    own = await a_risk(shared.db, cast.qa, cast.project)
    foreign = await a_risk(shared.db, cast.qa, cast.other_project)
    both = a_plan(shared, own, effects=[effect(own), effect(foreign)])
    propose = service_mitigation.propose
    assert await shared.refusals(cast.manager, propose, both) == [("FORBIDDEN", ())]
    assert await shared.refusals(cast.vendor, propose, a_plan(shared, own)) == [
        ("NOT_FOUND", ("effects", 0))
    ]


async def test_bad_change_is_told_by_its_field(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    action = await a_mitigation(shared.db, cast.manager, (risk, 1, 1))
    table: list[tuple[Given, Errors]] = [
        ({"title": " "}, [("REQUIRED", ("title",))]),
        ({"title": None}, [("REQUIRED", ("title",))]),
        ({"owner_id": ID("x")}, [("NOT_FOUND", ("ownerId",))]),
        ({"effects": []}, [("MISSING", ("effects",))]),
        ({"effects": [effect(risk, 9)]}, [("OUT_OF_RANGE", ("effects", 0, "deltaLikelihood"))]),
        ({"check": a_check(shared, -1)}, [("DATE_IN_PAST", ("check", "dueOn"))]),
        ({"cost": Decimal(-1)}, [("OUT_OF_RANGE", ("cost",))]),
    ]
    change = service_mitigation.change
    for given, errors in table:
        maybe: dict[str, Any] = {name: Some(value) for name, value in given.items()}
        sent = ChangeMitigation(id=id_of(action), expected_version=1, **maybe)
        assert (given, await shared.refusals(cast.manager, change, sent)) == (given, errors)


async def test_changed_effect_is_a_change_of_the_action(shared: Register) -> None:
    """So that two who change the effects at once do not undo each other unseen."""
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    action = await a_mitigation(shared.db, cast.manager, (risk, 1, 1))
    change = service_mitigation.change
    sent = ChangeMitigation(
        id=id_of(action), expected_version=1, effects=Some([effect(risk, 2, 2)])
    )
    assert (await shared.does(cast.manager, change, sent)).version == 2
    assert await shared.refusals(cast.manager, change, sent) == [
        ("VERSION_CONFLICT", ("expectedVersion",))
    ]


@pytest.mark.parametrize(
    "state", [M.EFFECTIVE, M.PARTIAL, M.INEFFECTIVE, M.CANCELLED], ids=lambda state: state.value
)
async def test_ended_action_is_not_changed(shared: Register, state: MitigationStatus) -> None:
    action = await an_action_in(shared, state)
    version = (await now(shared, action)).version
    sent = ChangeMitigation(id=id_of(action), expected_version=version, title=Some("x"))
    assert await shared.refusals(shared.cast.lead, service_mitigation.change, sent) == [
        ("MOVE_NOT_ALLOWED", ())
    ]


async def test_check_that_has_come_due_can_be_worded_anew(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    action = await a_mitigation(shared.db, cast.manager, (risk, 1, 1))
    assert action.check_due_on is not None
    shared.clock.advance(days=60)
    plan = CheckPlanInput(
        hypothesis="No errors", method=VerificationMethod.AUDIT, due_on=action.check_due_on
    )
    sent = ChangeMitigation(id=id_of(action), expected_version=1, check=Some(plan))
    await shared.does(cast.manager, service_mitigation.change, sent)
    assert (await now(shared, action)).hypothesis == "No errors"


async def test_blocker_goes_when_work_goes_on_and_evidence_stays(shared: Register) -> None:
    action = await an_action_in(shared, M.BLOCKED)
    assert (await now(shared, action)).blocker == "The vendor has to sign"
    await moved(shared, action, "unblock")
    assert (await now(shared, action)).blocker is None
    await moved(shared, action, "implement", evidence=["https://a.example/1", "https://b.example"])
    row = await now(shared, action)
    assert row.evidence == ["https://a.example/1", "https://b.example"]
    assert row.implemented_at == row.updated_at


async def test_approvals_say_who_approved_whose_work(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    own = await a_mitigation(shared.db, cast.manager, (risk, 1, 1))
    own = await moved(shared, own, "approve", by=cast.manager)  # proposer and approver in one
    await brought(shared, await a_mitigation(shared.db, cast.manager, (risk, 1, 1)), M.EFFECTIVE)
    await moved(shared, risk, "accept")
    document = """query ($c: [String!]) { approvals(filter: {subject: {in: $c}}) { nodes {
      kind subject selfApproved approver { name } proposer { name } } } }"""
    codes = [own.code, f"M-{own.number + 1:03d}", risk.code]
    shown = (await shared.ask(cast.auditor, document, c=codes))["approvals"]["nodes"]
    lead, manager = {"name": cast.lead.name}, {"name": cast.manager.name}
    assert shown == [
        {"kind": kind, "subject": code, "selfApproved": False, "approver": by, "proposer": manager}
        for kind, code, by in (
            ("VERDICT", codes[1], lead),
            ("ACCEPTANCE", codes[2], lead),
        )
    ]
