"""The history of a risk is told in names and whole levels, with what belongs to it."""

from typing import Any

import pytest
from strawberry import Some

from riskreg.kit.view import Actor
from riskreg.risks import inputs, inputs_mitigation, service_assess, service_mitigation
from riskreg.risks.models import Risk
from riskreg.risks.rules import ImpactDimension, RelationKind
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = """query ($id: ID!, $t: DateTime) { risk(id: $id, asOf: $t) { history { seq action changes {
  object objectText field before after beforeText afterText } } } }"""
CHANGE = "mutation ($i: ChangeRiskInput!) { changeRisk(input: $i) { userErrors { code } } }"
Told = dict[tuple[str, str], tuple[Any, ...]]


async def entries(
    register: Register, actor: Actor, risk: Risk, *, at: str | None = None
) -> list[Any]:
    """The entries of a risk, newest first."""
    found: list[Any] = (await register.ask(actor, TOLD, id=id_of(risk), t=at))["risk"]["history"]
    return found


def told(entry: Any) -> Told:
    """What an entry changed, by object and field: before and after, in words where there are."""
    return {
        (one["object"], one["field"]): (
            one["beforeText"] or one["before"],
            one["afterText"] or one["after"],
        )
        for one in entry["changes"]
    }


async def test_a_part_of_a_level_is_told_as_the_whole(shared: Register) -> None:
    cast = shared.cast
    risk = await an_assessed_risk(shared.db, cast.manager, cast.project, likelihood=3, impact=2)
    again = inputs.AssessRisk(
        id=id_of(risk),
        expected_version=risk.version,
        likelihood=4,
        impacts=[inputs.ImpactInput(dimension=ImpactDimension.SLA, step=2)],
        rationale="Twice this month",
    )
    await shared.does(cast.manager, service_assess.reassess, again)
    [entry, *_] = await entries(shared, cast.auditor, risk)
    changes = told(entry)
    assert changes["risk", "inherent_likelihood"] == ("3×2 Medium", "4×2 Medium")
    assert ("risk", "inherent_impact") not in changes
    assert changes["risk_assessment", "inherent_band"] == (None, "4×2 Medium")


async def test_an_owner_is_told_by_name(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.manager, cast.project)
    sent = {"id": id_of(risk), "expectedVersion": 1, "ownerId": person_id(cast.lead)}
    assert await shared.ask(cast.lead, CHANGE, i=sent) == {"changeRisk": {"userErrors": []}}
    [entry, *_] = await entries(shared, cast.auditor, risk)
    assert told(entry)["risk", "owner_id"] == (cast.manager.name, cast.lead.name)


async def test_nobody_is_named_to_those_who_may_not_see_them(shared: Register) -> None:
    cast = shared.cast
    vendors = (cast.aster, cast.boreal)
    risk = await a_risk(shared.db, cast.manager, cast.project, vendors=vendors)
    sent = {"id": id_of(risk), "expectedVersion": 1, "ownerId": person_id(cast.rival)}
    assert await shared.ask(cast.lead, CHANGE, i=sent) == {"changeRisk": {"userErrors": []}}
    for reader, name in ((cast.auditor, cast.rival.name), (cast.vendor, None)):
        [entry, *_] = await entries(shared, reader, risk)
        [owner] = [one for one in entry["changes"] if one["field"] == "owner_id"]
        assert (owner["beforeText"], owner["afterText"]) == (cast.manager.name, name)


async def test_what_is_taken_away_is_told_as_what_it_was(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.manager, cast.project, vendors=(cast.aster,))
    sent = {"id": id_of(risk), "expectedVersion": 1, "vendorIds": []}
    assert await shared.ask(cast.lead, CHANGE, i=sent) == {"changeRisk": {"userErrors": []}}
    [entry, *_] = await entries(shared, cast.auditor, risk)
    gone = told(entry)
    assert gone["risk_vendor", "vendor_id"] == (cast.aster.name, None)


async def test_relations_are_told_on_both_sides(shared: Register) -> None:
    cast = shared.cast
    one = await a_risk(shared.db, cast.manager, cast.project)
    other = await a_risk(shared.db, cast.manager, cast.project)
    given = inputs.RelateRisks(from_id=id_of(one), to_id=id_of(other), kind=RelationKind.CAUSES)
    await shared.does(cast.lead, service_assess.relate, given)
    for risk in (one, other):
        [entry, *_] = await entries(shared, cast.auditor, risk)
        assert told(entry) == {
            ("risk_relation", "from_id"): (None, f"{one.code} {one.title}"),
            ("risk_relation", "to_id"): (None, f"{other.code} {other.title}"),
            ("risk_relation", "kind"): (None, "CAUSES"),
        }


async def test_the_moves_of_its_actions_are_told_from_their_link_on(shared: Register) -> None:
    cast = shared.cast
    first = await an_assessed_risk(shared.db, cast.manager, cast.project)
    late = await an_assessed_risk(shared.db, cast.manager, cast.project)
    action = await a_mitigation(shared.db, cast.lead, (first, 1, 0), owner=cast.manager)
    effects = [
        inputs_mitigation.EffectInput(risk_id=id_of(one), delta_likelihood=1, delta_impact=0)
        for one in (first, late)
    ]
    linked = inputs_mitigation.ChangeMitigation(
        id=id_of(action), expected_version=action.version, effects=Some(effects)
    )
    changed = await shared.does(cast.lead, service_mitigation.change, linked)
    approval = inputs_mitigation.ApproveMitigation(
        id=id_of(action), expected_version=changed.version
    )
    await shared.does(cast.lead, service_mitigation.approve, approval)
    [approved, link, *rest] = await entries(shared, cast.auditor, late)
    assert told(approved)["mitigation", "status"] == ("PROPOSED", "APPROVED")
    names = {one["objectText"] for one in approved["changes"] if one["object"] == "mitigation"}
    assert names == {f"{action.code} {action.title}"}
    assert told(link)["risk_mitigation", "mitigation_id"] == (None, f"{action.code} {action.title}")
    assert all("mitigation" not in {key[0] for key in told(entry)} for entry in rest)


async def test_lists_and_maps_are_json(shared: Register) -> None:
    cast = shared.cast
    risk = await an_assessed_risk(shared.db, cast.manager, cast.project, likelihood=3, impact=2)
    [entry, *_] = await entries(shared, cast.auditor, risk)
    assert told(entry)["risk_assessment", "impacts"] == (None, '{"SLA":2}')


async def test_nothing_later_than_the_view_is_told(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.manager, cast.project)
    then = shared.db.now().isoformat()
    shared.clock.advance(days=1)
    sent = {"id": id_of(risk), "expectedVersion": 1, "ownerId": person_id(cast.lead)}
    assert await shared.ask(cast.lead, CHANGE, i=sent) == {"changeRisk": {"userErrors": []}}
    assert [e["action"] for e in await entries(shared, cast.auditor, risk)] == ["changeRisk", "log"]
    assert [e["action"] for e in await entries(shared, cast.auditor, risk, at=then)] == ["log"]
