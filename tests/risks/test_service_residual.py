"""The residual follows the life of the actions, in the same write; so do plans, slips and dates."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from strawberry import Some

from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service, service_mitigation
from riskreg.risks.inputs_mitigation import ChangeMitigation, CheckPlanInput, EffectInput
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import (
    AppetiteStatus,
    Band,
    ImpactDimension,
    MitigationKind,
    MitigationStatus,
    RiskCategory,
    Velocity,
    Verdict,
    VerificationMethod,
)
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.arranged import brought, day_of, impacts, moved, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

A = AppetiteStatus
M = MitigationStatus
K = MitigationKind


async def a_grave_risk(register: Register, **given: Any) -> Risk:
    """4×5, CRITICAL."""
    cast = register.cast
    levels: dict[str, Any] = {"likelihood": 4, "impact": 5, **given}
    return await an_assessed_risk(register.db, cast.qa, cast.project, **levels)


async def levels(register: Register, risk: Risk) -> tuple[tuple[int, int], tuple[int, int]]:
    """Residual and target, as likelihood and impact."""
    row = await now(register, risk)
    return (
        (row.residual_likelihood, row.residual_impact),
        (row.target_likelihood, row.target_impact),
    )


async def test_residual_through_the_life_of_an_action(shared: Register) -> None:
    """Half once it is done, all once it is proven; the target hopes for all from approval on."""
    risk = await a_grave_risk(shared)
    action = await a_mitigation(shared.db, shared.cast.qa, (risk, 3, 2))
    inherent, half, full = (4, 5), (2, 4), (1, 3)
    table: list[tuple[str | None, tuple[int, int], tuple[int, int]]] = [
        (None, inherent, inherent),
        ("approve", inherent, full),
        ("start", inherent, full),
        ("block", inherent, full),
        ("unblock", inherent, full),
        ("implement", half, full),
        ("begin_verification", half, full),
        ("record_verdict", full, full),
    ]
    for move, residual, target in table:
        if move is not None:
            await moved(shared, action, move)
        assert (move, await levels(shared, risk)) == (move, (residual, target))
    row = await now(shared, risk)
    assert (row.computed_band, row.target_band, row.inherent_band) == (
        Band.LOW,
        Band.LOW,
        Band.CRITICAL,
    )


@pytest.mark.parametrize(
    ("state", "residual", "target"),
    [
        (M.EFFECTIVE, (1, 3), (1, 3)),
        (M.PARTIAL, (2, 4), (2, 4)),
        (M.INEFFECTIVE, (4, 5), (4, 5)),
        (M.CANCELLED, (4, 5), (4, 5)),
    ],
)
async def test_residual_by_how_an_action_ended(
    shared: Register, state: M, residual: tuple[int, int], target: tuple[int, int]
) -> None:
    risk = await a_grave_risk(shared)
    action = await a_mitigation(shared.db, shared.cast.qa, (risk, 3, 2))
    await brought(shared, action, state)
    assert await levels(shared, risk) == (residual, target)


async def test_actions_add_up_and_halves_round_up(shared: Register) -> None:
    risk, other = await a_grave_risk(shared), await a_grave_risk(shared)
    one = await a_mitigation(shared.db, shared.cast.qa, (risk, 1, 0), (other, 4, 4))
    two = await a_mitigation(shared.db, shared.cast.qa, (risk, 2, 1))
    for action in (one, two):
        await brought(shared, action, M.IMPLEMENTED)
    # 0.5 + 1 = 1.5 rounds to 2; 0.5 rounds to 1; the effect belongs to the pair.
    assert (await levels(shared, risk))[0] == (2, 4)
    assert (await levels(shared, other))[0] == (2, 3)


@pytest.mark.parametrize("kind", [K.DETECTIVE, K.CONTINGENCY])
async def test_some_kinds_do_not_make_it_less_likely(shared: Register, kind: K) -> None:
    risk = await a_grave_risk(shared)
    action = await a_mitigation(shared.db, shared.cast.qa, (risk, 0, 2), kind=kind)
    await brought(shared, action, M.EFFECTIVE)
    assert (await levels(shared, risk))[0] == (4, 3)


async def test_changed_effect_and_lost_link_count_at_once(shared: Register) -> None:
    cast = shared.cast
    risk, other = await a_grave_risk(shared), await a_grave_risk(shared)
    action = await a_mitigation(shared.db, cast.qa, (risk, 2, 2))
    action = await brought(shared, action, M.IMPLEMENTED)
    assert (await levels(shared, risk))[0] == (3, 4)
    effect = EffectInput(risk_id=id_of(other), delta_likelihood=4, delta_impact=0)
    change = ChangeMitigation(
        id=id_of(action), expected_version=action.version, effects=Some([effect])
    )
    await shared.does(cast.qa, service_mitigation.change, change)
    assert (await levels(shared, risk))[0] == (4, 5)
    assert (await levels(shared, other))[0] == (2, 5)


async def test_judged_residual_stands_for_ninety_days(shared: Register) -> None:
    risk = await a_grave_risk(shared, residual=(2, 2), target=(1, 1))
    row = await now(shared, risk)
    assert (row.residual_band, row.computed_band) == (Band.LOW, Band.CRITICAL)
    assert row.asserted_until == row.updated_at + timedelta(days=90)
    assert row.review_due_on == day_of(shared) + timedelta(days=90)
    document = """query ($id: ID!) { risk(id: $id) { residual { asserted { score band }
      computed { score band } effective { score } gapBands assertedUntil } target { score }
      appetiteStatus latestAssessment { method residual { score } } findings { rule } } }"""
    shown = (await shared.ask(shared.cast.lead, document, id=id_of(risk)))["risk"]
    until = row.asserted_until.replace(tzinfo=None).isoformat() + "Z"
    critical = {"score": 20, "band": "CRITICAL"}
    assert shown == {
        "residual": {
            "asserted": {"score": 4, "band": "LOW"},
            "computed": critical,
            "effective": {"score": 4},
            "gapBands": 3,
            "assertedUntil": until,
        },
        "target": {"score": 1},
        "appetiteStatus": "WITHIN_APPETITE",
        "latestAssessment": {"method": "EXPERT", "residual": {"score": 4}},
        "findings": [{"rule": "RESIDUAL_GAP"}],
    }
    shared.clock.set(row.asserted_until)
    shown = (await shared.ask(shared.cast.lead, document, id=id_of(risk)))["risk"]
    assert shown["residual"] == {
        "asserted": None,
        "computed": critical,
        "effective": {"score": 20},
        "gapBands": 0,
        "assertedUntil": None,
    }
    assert shown["appetiteStatus"] == "OUT_OF_TOLERANCE"


async def test_judged_target_stays_until_the_next_judgement(shared: Register) -> None:
    risk = await a_grave_risk(shared, target=(2, 2))
    action = await a_mitigation(shared.db, shared.cast.qa, (risk, 3, 2))
    await brought(shared, action, M.APPROVED)
    assert (await levels(shared, risk))[1] == (2, 2)
    await moved(shared, risk, "reassess", likelihood=4, impacts=impacts(5))
    assert (await levels(shared, risk))[1] == (1, 3)


async def test_impact_is_the_worst_dimension(shared: Register) -> None:
    risk = await a_risk(shared.db, shared.cast.qa, shared.cast.project)
    people = inputs.ImpactInput(dimension=ImpactDimension.PEOPLE, step=4)
    await moved(shared, risk, "assess", likelihood=1, impacts=[*impacts(2), people])
    row = await now(shared, risk)
    assert (row.inherent_impact, row.impacts) == (4, {"PEOPLE": 4, "SLA": 2})


async def test_plan_keeps_a_risk_within_tolerance_while_it_is_on_time(
    shared: Register,
) -> None:
    """A plan counts whose target is within appetite, until its earliest open action is due."""
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, cast.project)
    action = await a_mitigation(db, cast.qa, (risk, 2, 2), due_in=30)
    grace = (await now(shared, risk)).out_from
    await moved(shared, action, "approve")
    row = await now(shared, risk)
    assert row.target_band is Band.LOW
    assert row.out_from == _end_of(action.due_on)
    assert row.out_from > grace
    shared.clock.set(row.out_from)
    assert (await now(shared, risk)).appetite_status is A.OUT_OF_TOLERANCE
    later = day_of(shared) + timedelta(days=5)
    await moved(shared, action, "reschedule", due_on=later)
    row = await now(shared, risk)
    assert (row.appetite_status, row.out_from) == (A.WITHIN_TOLERANCE, _end_of(later))
    shared.clock.set(risk.above_from + timedelta(days=45))
    assert (await now(shared, risk)).appetite_status is A.OUT_OF_TOLERANCE
    await moved(shared, action, "reschedule", due_on=day_of(shared) + timedelta(days=60))
    row = await now(shared, risk)  # the days above appetite are used up, plan or not
    assert row.out_since is not None


def _end_of(day: date) -> datetime:
    """The end of a day in Singapore."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


async def test_done_work_is_no_plan_any_more(shared: Register) -> None:
    """Open, it is a plan until it is due; done, only the grace after the judgement is left."""
    db, cast = shared.db, shared.cast
    alone = await an_assessed_risk(db, cast.qa, cast.project)
    risk = await an_assessed_risk(db, cast.qa, cast.project, likelihood=5, impact=4)
    action = await a_mitigation(db, cast.qa, (risk, 4, 0), due_in=25)
    await brought(shared, action, M.IMPLEMENTED)
    row = await now(shared, risk)
    assert (row.residual_band, row.target_band) == (Band.HIGH, Band.LOW)
    assert row.appetite_status is A.WITHIN_TOLERANCE
    assert row.out_from == alone.out_from < _end_of(action.due_on)


async def test_critical_is_never_within_tolerance(shared: Register) -> None:
    risk = await a_grave_risk(shared)
    assert (await now(shared, risk)).out_since == risk.updated_at
    await moved(shared, risk, "accept", by=shared.cast.vp)
    row = await now(shared, risk)
    assert (row.appetite_status, row.out_since) == (A.OUT_OF_TOLERANCE, risk.updated_at)


async def test_category_decides_what_is_carried(shared: Register) -> None:
    cast = shared.cast
    risk = await an_assessed_risk(
        shared.db, cast.qa, cast.project, likelihood=2, impact=3, category=RiskCategory.VENDOR
    )
    assert (await now(shared, risk)).appetite_status is A.WITHIN_APPETITE
    change = inputs.ChangeRisk(
        id=id_of(risk), expected_version=2, category=Some(RiskCategory.CHILD_SAFETY)
    )
    await shared.does(cast.qa, service.change, change)
    row = await now(shared, risk)
    assert row.appetite_status is A.WITHIN_TOLERANCE
    assert row.above_since == row.updated_at


async def test_velocity_orders_inside_a_band(shared: Register) -> None:
    cast = shared.cast
    risk = await an_assessed_risk(shared.db, cast.qa, cast.project)
    before = (await now(shared, risk)).residual_rank
    change = inputs.ChangeRisk(id=id_of(risk), expected_version=2, velocity=Some(Velocity.FAST))
    await shared.does(cast.qa, service.change, change)
    assert (await now(shared, risk)).residual_rank == before + 3


async def test_ineffective_action_makes_reviews_due_in_two_working_days(
    shared: Register,
) -> None:
    friday = date(2027, 6, 4)
    shared.clock.set(datetime(2027, 6, 4, 2, tzinfo=UTC))
    cast = shared.cast
    risks = [
        await an_assessed_risk(shared.db, cast.qa, cast.project, likelihood=2, impact=3)
        for _ in range(2)
    ]
    assert day_of(shared) == friday
    effects = [(risk, 1, 1) for risk in risks]
    action = await a_mitigation(shared.db, cast.qa, *effects)
    action = await brought(shared, action, M.VERIFYING)
    await moved(shared, action, "record_verdict", verdict=Verdict.INEFFECTIVE)
    for risk in risks:
        assert (await now(shared, risk)).review_due_on == date(2027, 6, 8)


async def test_inconclusive_verdict_plans_another_check(shared: Register) -> None:
    cast = shared.cast
    risk = await a_grave_risk(shared)
    action = await a_mitigation(shared.db, cast.qa, (risk, 2, 2))
    action = await brought(shared, action, M.VERIFYING)
    for verdict in (Verdict.INCONCLUSIVE, Verdict.EFFECTIVE):
        await moved(shared, action, "record_verdict", verdict=verdict)
    document = """query ($id: ID!) { mitigation(id: $id) { status check { dueOn }
      effectiveness { verdict nextDueOn verifiedBy { name } } checks { nodes { verdict
      nextDueOn method } } } }"""
    due = (day_of(shared) + timedelta(days=28)).isoformat()
    shown = (await shared.ask(cast.lead, document, id=id_of(action)))["mitigation"]
    assert shown == {
        "status": "EFFECTIVE",
        "check": {"dueOn": due},
        "effectiveness": {
            "verdict": "EFFECTIVE",
            "nextDueOn": None,
            "verifiedBy": {"name": cast.lead.name},
        },
        "checks": {
            "nodes": [
                {"verdict": "EFFECTIVE", "nextDueOn": None, "method": "AUDIT"},
                {"verdict": "INCONCLUSIVE", "nextDueOn": due, "method": "AUDIT"},
            ]
        },
    }


async def test_slips_count_from_approval_on(shared: Register) -> None:
    cast = shared.cast
    risk = await a_grave_risk(shared)
    action = await a_mitigation(shared.db, cast.qa, (risk, 2, 2), due_in=10)
    first = action.due_on + timedelta(days=5)
    action = await moved(shared, action, "reschedule", due_on=first)
    assert (action.original_due_on, action.slip_count) == (None, 0)
    await moved(shared, action, "approve")
    for days, slips in ((10, 1), (5, 1), (20, 2)):
        due = first + timedelta(days=days)
        action = await moved(shared, action, "reschedule", due_on=due)
        kept = (action.due_on, action.original_due_on, action.slip_count)
        assert kept == (due, first, slips)


async def test_planned_numbers_are_kept_as_they_are_shown(shared: Register) -> None:
    cast = shared.cast
    risk = await a_grave_risk(shared)
    action = await a_mitigation(
        shared.db, cast.qa, (risk, 1, 1), effort_days=Decimal("2.25"), cost=Decimal("10.005")
    )
    row = await now(shared, action)
    assert (row.effort_days, row.cost) == (Decimal("2.2"), Decimal("10.00"))
    plan = CheckPlanInput(
        hypothesis="Fewer complaints",
        method=VerificationMethod.ATTESTATION,
        due_on=day_of(shared) + timedelta(days=90),
    )
    change = ChangeMitigation(
        id=id_of(action),
        expected_version=1,
        title=Some("Another title"),
        owner_id=Some(person_id(cast.wfm)),
        check=Some(plan),
        effort_days=Some(None),
    )
    await shared.does(cast.qa, service_mitigation.change, change)
    row = await now(shared, action)
    assert (row.title, row.owner_id, row.effort_days, row.hypothesis) == (
        "Another title",
        cast.wfm.id,
        None,
        "Fewer complaints",
    )


async def test_past_shows_the_residual_of_its_time(shared: Register) -> None:
    risk = await a_grave_risk(shared)
    before = shared.db.now(), await shared.seq()
    shared.clock.advance(hours=1)
    action: Mitigation = await a_mitigation(shared.db, shared.cast.qa, (risk, 3, 2))
    await brought(shared, action, M.EFFECTIVE)
    then = await now(shared, risk, View(SYSTEM, *before))
    assert (then.residual_likelihood, then.residual_impact) == (4, 5)
    assert (await levels(shared, risk))[0] == (1, 3)
