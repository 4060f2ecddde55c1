"""Who may do what to which risk and action: the rows of model.md 4.7 through the services."""

from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import Some

from riskreg.kit.db import Act
from riskreg.kit.errors import Forbidden, UserError, UserErrors
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service, service_assess, service_mitigation
from riskreg.risks.inputs_mitigation import ChangeMitigation, EffectInput
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationStatus, RelationKind, RiskCategory, Sensitivity
from tests.cast import Cast, Register
from tests.factories import G, R, UseCase, a_mitigation, a_risk, an_assessed_risk, id_of, ids_of
from tests.risks.arranged import asked, brought, moved, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

M = MitigationStatus
TREATERS = ("lead", "qa", "manager", "other_manager", "policy", "wfm", "guideline")
ROLES = tuple(field.name for field in fields(Cast) if field.type in (Actor, "Actor"))
REFUSALS = {"NOT_PERMITTED", "FORBIDDEN", "NOT_FOUND"}


async def may(register: Register, actor: Actor, work: UseCase[G, R], given: G) -> bool:
    """Whether an actor's role and reach allow a use case; it is rehearsed, so nothing is kept."""

    async def run(session: AsyncSession, view: View) -> R:
        return await work(session, view, given)

    codes: set[str] = set()
    try:
        await register.db.rehearse(actor, Act("try"), run)
    except Forbidden:
        codes = {"FORBIDDEN"}
    except UserError as error:
        codes = {error.code}
    except UserErrors as several:
        codes = {error.code for error in several.errors}
    assert not codes or codes & REFUSALS, codes
    return not codes


async def allowed(
    register: Register, row: Risk | Mitigation, move: str, names: tuple[str, ...] = ROLES
) -> set[str]:
    """Who of these may make a move that nothing else stands against."""
    version = (await now(register, row)).version
    work, sent = asked(register, row, version, move, {})
    return {name for name in names if await may(register, getattr(register.cast, name), work, sent)}


EVERYWHERE = {"lead", "qa"}
MAY_ASSESS = {
    "own project": EVERYWHERE | {"manager"},
    "other project": EVERYWHERE | {"other_manager"},
    "reported by the manager": EVERYWHERE | {"manager", "other_manager"},
    "owned by the manager": EVERYWHERE | {"manager"},
    "own area": EVERYWHERE | {"policy"},
    "other area": EVERYWHERE,
    "capacity": EVERYWHERE | {"wfm"},
}
"""Who may assess and treat which risk (model.md 4.7: PM own, POLICY own area, WFM capacity)."""


async def of_each_kind(register: Register, make: Any) -> dict[str, Risk]:
    """A risk of each kind of the table above; owned and reported by QA unless it says otherwise."""
    db, cast = register.db, register.cast
    spam = (cast.other_area,)
    return {
        "own project": await make(db, cast.qa, cast.project, owner=cast.qa),
        "other project": await make(db, cast.qa, cast.other_project, owner=cast.qa),
        "reported by the manager": await make(db, cast.manager, cast.other_project, owner=cast.qa),
        "owned by the manager": await make(db, cast.qa, areas=spam, owner=cast.manager),
        "own area": await make(db, cast.qa, areas=(cast.area,), owner=cast.qa),
        "other area": await make(db, cast.qa, areas=spam, owner=cast.qa),
        "capacity": await make(
            db,
            cast.qa,
            areas=spam,
            owner=cast.qa,
            category=RiskCategory.WORKFORCE_CAPACITY,
        ),
    }


async def test_who_assesses(shared: Register) -> None:
    risks = await of_each_kind(shared, a_risk)
    found = {kind: await allowed(shared, risk, "assess") for kind, risk in risks.items()}
    assert found == MAY_ASSESS


async def test_who_accepts(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, areas=(cast.area,), owner=cast.qa)
    assert await allowed(shared, risk, "accept") == {"vp", "director", "lead"}
    await moved(shared, risk, "accept")
    ending = {"vp", "director", "lead", "qa", "policy"}
    assert await allowed(shared, risk, "revoke_acceptance") == ending


async def test_who_proposes_approves_and_cancels_actions(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risks = await of_each_kind(shared, an_assessed_risk)
    for kind, risk in risks.items():
        action = await a_mitigation(db, cast.lead, (risk, 1, 1), owner=cast.guideline)
        found = await allowed(shared, action, "approve", TREATERS)
        assert (kind, found) == (kind, MAY_ASSESS[kind])
        assert not await may(
            shared, cast.guideline, service_mitigation.change, _other_effect(action, risk, 4)
        )
        same = _other_effect(action, risk, 1)
        assert await may(shared, cast.guideline, service_mitigation.change, same)
    assert await allowed(shared, action, "cancel") == MAY_ASSESS[kind]


def _other_effect(action: Mitigation, risk: Risk, steps: int) -> ChangeMitigation:
    effect = EffectInput(risk_id=id_of(risk), delta_likelihood=steps, delta_impact=1)
    return ChangeMitigation(id=id_of(action), expected_version=1, effects=Some([effect]))


async def test_action_for_several_risks_is_approved_from_any_of_them(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risks = await of_each_kind(shared, an_assessed_risk)
    effects = [(risks[kind], 1, 1) for kind in ("own area", "capacity")]
    action = await a_mitigation(db, cast.lead, *effects, owner=cast.guideline)
    treaters = await allowed(shared, action, "approve", TREATERS)
    assert treaters == {"lead", "qa", "policy", "wfm"}


async def test_owner_and_whoever_treats_the_risk_work_on_an_action(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(
        db, cast.qa, cast.project, owner=cast.qa, vendors=(cast.aster, cast.boreal)
    )
    workers = {"guideline", "vendor", "analyst", "director", "wfm"}
    for owner in (*workers, "requestor", "auditor", "admin"):  # the last three may not work
        action = await a_mitigation(db, cast.lead, (risk, 1, 1), owner=getattr(cast, owner))
        await moved(shared, action, "approve")
        found = await allowed(shared, action, "start", (owner, "manager", "other_manager"))
        assert (owner, found) == (owner, {"manager"} | ({owner} & workers))
    assert await allowed(shared, action, "start") == {"lead", "qa", "manager"}


async def test_project_manager_judges_what_is_not_their_own_action(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, cast.project)
    for owner, judges in (
        ("guideline", {"lead", "qa", "manager", "other_manager"}),
        ("manager", {"lead", "qa", "other_manager"}),
    ):
        action = await a_mitigation(db, cast.lead, (risk, 1, 1), owner=getattr(cast, owner))
        await brought(shared, action, M.VERIFYING)
        assert await allowed(shared, action, "record_verdict") == judges


async def test_who_logs_and_comments(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    office = {
        *("vp", "director", "lead", "manager", "other_manager", "policy", "qa"),
        *("guideline", "wfm"),
    }
    asking = {"vendor", "rival", "requestor", "other_requestor"}
    logged = inputs.LogRisk(title="A thing to look at")
    risk = await a_risk(db, cast.lead, cast.project, vendors=(cast.aster,))
    said = inputs.CommentOnRisk(id=id_of(risk), text="Seen before")
    found: dict[str, set[str]] = {"log": set(), "comment": set(), "change": set()}
    change = inputs.ChangeRisk(
        id=id_of(risk), expected_version=1, sensitivity=Some(Sensitivity.VENDOR_SHARED)
    )
    for name in ROLES:
        actor = getattr(cast, name)
        for what, may_do in (
            ("log", await may(shared, actor, service.log, logged)),
            ("comment", await may(shared, actor, service_assess.comment, said)),
            ("change", await may(shared, actor, service.change, change)),
        ):
            if may_do:
                found[what].add(name)
    assert found == {
        "log": office | asking,
        "comment": office | {"vendor", "requestor", "analyst"},
        "change": {"lead", "qa", "manager"},
    }


async def test_who_relates(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    one, other = [await a_risk(db, cast.qa, cast.project) for _ in range(2)]
    link = inputs.RelateRisks(from_id=id_of(one), to_id=id_of(other), kind=RelationKind.CAUSES)
    found = {
        name
        for name in ROLES
        if await may(shared, getattr(cast, name), service_assess.relate, link)
    }
    assert found == {"lead", "qa", "manager"}


async def test_reporter_and_owner_change_the_words(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await a_risk(db, cast.requestor, cast.project, owner=cast.guideline)
    for actor in (cast.requestor, cast.guideline):
        version = (await now(shared, risk)).version
        given = inputs.ChangeRisk(
            id=id_of(risk), expected_version=version, title=Some(f"Said by {actor.name}")
        )
        await shared.does(actor, service.change, given)
        assert (await now(shared, risk)).title == f"Said by {actor.name}"


async def test_system_has_no_limits(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, SYSTEM, cast.project)
    await moved(shared, risk, "assess", by=SYSTEM)
    given = inputs.ChangeRisk(
        id=id_of(risk), expected_version=2, project_ids=Some(ids_of(cast.other_project))
    )
    await shared.does(SYSTEM, service.change, given)


async def test_narrowed_token_moves_the_risks_that_it_sees(shared: Register) -> None:
    """An approval is written with an acceptance, and no narrow reach sees approvals."""
    db, cast = shared.db, shared.cast
    lead = Actor(cast.lead.id, "feed", cast.lead.roles, "A2", cast.service.reach)
    risk = await an_assessed_risk(db, lead, cast.project)
    action = await a_mitigation(db, lead, (risk, 1, 1), owner=cast.manager)
    action = await moved(shared, action, "approve", by=lead)
    await moved(shared, risk, "accept", by=lead)
    foreign = await an_assessed_risk(db, cast.lead, cast.other_project)
    work, sent = asked(shared, foreign, 2, "accept", {})
    assert await shared.refusals(lead, work, sent) == [("NOT_FOUND", ("id",))]
