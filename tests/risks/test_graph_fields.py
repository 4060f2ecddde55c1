"""What single risks, actions and acceptances answer: every field, alone and with all the others."""

import re
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.graph import schema
from riskreg.kit.db import Act
from riskreg.kit.errors import UserErrors
from riskreg.kit.scalars import print_instant
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service_assess
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationStatus, RelationKind, RiskStatus
from tests.cast import Register
from tests.factories import UseCase, a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.arranged import a_risk_in, an_action_in, asked, brought, impacts, moved

pytestmark = pytest.mark.asyncio(loop_scope="module")

S, M = RiskStatus, MitigationStatus
NOBODY = "risk_" + "0" * 32


def selections(name: str, depth: int = 2) -> dict[str, str]:
    """A selection of every field of a type that needs no argument, down to some depth."""
    kind = schema._schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    found = {}
    for field, declared in kind.fields.items():
        named = get_named_type(declared.type)
        if is_leaf_type(named):
            found[field] = field
        elif depth and isinstance(named, GraphQLObjectType):
            inner = " ".join(selections(named.name, depth - 1).values())
            if inner:
                found[field] = f"{field} {{ {inner} }}"
    return found


@pytest.fixture(scope="module")
def kept(shared_url: object) -> dict[str, Risk]:
    """The risk with everything, once it was written."""
    return {}


async def a_full_risk(register: Register, kept: dict[str, Risk]) -> Risk:
    """A risk with something behind every link, written once."""
    if not kept:
        kept["risk"] = await _full_risk(register)
    return kept["risk"]


async def _full_risk(register: Register) -> Risk:
    db, cast = register.db, register.cast
    risk = await an_assessed_risk(
        db,
        cast.qa,
        cast.project,
        areas=(cast.area,),
        vendors=(cast.aster,),
        residual=(2, 3),
        market_ids=[id_of(cast.market)],
    )
    other = await a_risk(db, cast.qa, cast.other_project)
    for start, end in ((risk, other), (other, risk)):
        kind = RelationKind.CAUSES if start is risk else RelationKind.AGGREGATES
        link = inputs.RelateRisks(from_id=id_of(start), to_id=id_of(end), kind=kind)
        await register.does(cast.lead, service_assess.relate, link)
    said = inputs.CommentOnRisk(id=id_of(risk), text="Look")
    await register.does(cast.qa, service_assess.comment, said)
    action = await a_mitigation(db, cast.qa, (risk, 1, 1))
    await brought(register, action, M.EFFECTIVE)
    await a_mitigation(db, cast.qa, (risk, 1, 1))
    await moved(register, risk, "accept")
    return risk


@pytest.mark.parametrize("kind", ["Risk", "Mitigation", "RiskAcceptance", "RiskAssessment"])
async def test_field_alone_answers_what_it_does_among_others(
    shared: Register, kept: dict[str, Risk], kind: str
) -> None:
    """What a page reads is narrowed to what is selected; no field may miss a column by that."""
    risk = await a_full_risk(shared, kept)
    links = "{ mitigations { nodes { mitigation { id } } } acceptances { nodes { id } } %s }"
    way = links % "latestAssessment { id }"
    seen = await shared.ask(SYSTEM, f"query ($id: ID!) {{ risk(id: $id) {way} }}", id=id_of(risk))
    ids = {
        "Risk": id_of(risk),
        "Mitigation": seen["risk"]["mitigations"]["nodes"][0]["mitigation"]["id"],
        "RiskAcceptance": seen["risk"]["acceptances"]["nodes"][0]["id"],
        "RiskAssessment": seen["risk"]["latestAssessment"]["id"],
    }
    fields = selections(kind)
    document = "query ($id: ID!) {{ node(id: $id) {{ ... on {} {{ {} }} }} }}"
    whole = document.format(kind, " ".join(fields.values()))
    together = (await shared.ask(SYSTEM, whole, id=ids[kind]))["node"]
    assert set(together) == set(fields)
    empty = [name for name, value in together.items() if value in (None, [], {"nodes": []})]
    for name, selection in fields.items():
        alone = (await shared.ask(SYSTEM, document.format(kind, selection), id=ids[kind]))["node"]
        assert alone == {name: together[name]}
    assert set(empty) <= NOT_THERE[kind], empty


NOT_THERE = {
    "Risk": {
        *("sponsor", "proximityDate", "velocity", "closeReason", "happened", "happenedAt"),
        *("notMeasurable", "quantification", "outOfToleranceSince", "daysOutOfTolerance"),
        *("aboveAppetiteSince", "findings"),
    },
    "Mitigation": {
        *("startOn", "effortDays", "cost", "blocker", "cancelReason"),
        "availableTransitions",
    },
    "RiskAcceptance": {"ended", "conditions"},
    "RiskAssessment": set(),
}
"""The fields in which this risk, action, acceptance and assessment have nothing to show."""


@pytest.mark.parametrize(("root", "kind"), [("risks", "Risk"), ("mitigations", "Mitigation")])
async def test_field_of_a_list_answers_the_same_alone(
    shared: Register, kept: dict[str, Risk], root: str, kind: str
) -> None:
    await a_full_risk(shared, kept)
    fields = selections(kind, 1)
    listed = f"{root}(first: 2) {{ nodes {{ %s }} }}"
    whole = listed % " ".join(fields.values())
    together = (await shared.ask(SYSTEM, f"{{ {whole} }}"))[root]["nodes"]
    assert len(together) == 2
    for name, selection in fields.items():
        alone = (await shared.ask(SYSTEM, f"{{ {listed % selection} }}"))[root]["nodes"]
        assert alone == [{name: row[name]} for row in together]


async def test_one_risk_by_id_and_by_code(shared: Register) -> None:
    risk = await a_risk(shared.db, shared.cast.qa, shared.cast.project)
    document = """query ($id: ID, $code: String) { risk(id: $id, code: $code) { code statement
      inherent { likelihood impact band score } target { score } nextReviewDue } }"""
    shown = {
        "code": risk.code,
        "statement": "Because All of it is in one building, A typhoon closes it, "
        "so two weeks without labels.",
        "inherent": {"likelihood": 3, "impact": 4, "band": "HIGH", "score": 12},
        "target": {"score": 12},
        "nextReviewDue": risk.review_due_on.isoformat(),
    }
    for given in ({"id": id_of(risk)}, {"code": risk.code}):
        assert await shared.ask(SYSTEM, document, **given) == {"risk": shown}
    for absent in ("R-999", "", "\0", risk.code.lower()):
        assert await shared.ask(SYSTEM, document, code=absent) == {"risk": None}
    for absent in (NOBODY, f"mitigation_{risk.id}", risk.id, "", "risk_\ud800"):
        assert await shared.ask(SYSTEM, document, id=absent) == {"risk": None}
    for wrong in ({}, {"id": id_of(risk), "code": risk.code}):
        assert await shared.refused(SYSTEM, document, **wrong) == ["BAD_USER_INPUT"]


async def test_nodes_come_in_the_order_asked_for(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, cast.project)
    action = await a_mitigation(db, cast.qa, (risk, 1, 1))
    wanted = [id_of(action), "nonsense", id_of(risk), NOBODY, id_of(cast.project), id_of(risk)]
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename
      ... on Risk { code } ... on Versioned { version } } }"""
    answer, context = await shared.execute(SYSTEM, document, {"ids": wanted})
    assert answer.errors is None
    assert answer.data is not None
    shown = {"id": id_of(risk), "__typename": "Risk", "code": risk.code, "version": 2}
    assert answer.data["nodes"] == [
        {"id": id_of(action), "__typename": "Mitigation", "version": 1},
        None,
        shown,
        None,
        {"id": id_of(cast.project), "__typename": "Project", "version": 1},
        shown,
    ]
    assert context.statements == 3  # one a type
    assert await shared.refused(SYSTEM, document, ids=["x"] * 101) == ["BAD_USER_INPUT"]
    one = "query ($id: ID!) { node(id: $id) { id } }"
    assert await shared.ask(SYSTEM, one, id=id_of(risk)) == {"node": {"id": id_of(risk)}}
    for absent in (NOBODY, "x", "", "risk_", "\0", "role_" + risk.id):
        assert await shared.ask(SYSTEM, one, id=absent) == {"node": None}


async def test_past_and_present_stand_in_one_document(shared: Register) -> None:
    risk = await a_risk_in(shared, S.ASSESSED)
    then = shared.db.now().isoformat()
    shared.clock.advance(days=2)
    action = await a_mitigation(shared.db, shared.cast.manager, (risk, 1, 1))
    await moved(shared, risk, "treat")
    await moved(shared, risk, "reassess", likelihood=5, impacts=impacts(5))
    document = """query ($c: String, $t: DateTime) {
      then: risk(code: $c, asOf: $t) { ...shown } now: risk(code: $c) { ...shown }
      before: risk(code: $c, asOf: "2026-01-01T00:00:00Z") { code } }
      fragment shown on Risk { status version treatment inherent { band }
      latestAssessment { rationale } assessments { totalCount }
      mitigations { totalCount nodes { mitigation { code } } } availableTransitions { name } }"""
    data = await shared.ask(SYSTEM, document, c=risk.code, t=then)
    assert data["before"] is None
    moves = [one["name"] for one in data["then"].pop("availableTransitions")]
    assert moves == ["reassess", "treat", "accept", "monitor", "materialise"]
    assert data["then"] == {
        "status": "ASSESSED",
        "version": 2,
        "treatment": None,
        "inherent": {"band": "MEDIUM"},
        "latestAssessment": {"rationale": "Seen last year"},
        "assessments": {"totalCount": 1},
        "mitigations": {"totalCount": 0, "nodes": []},
    }
    moves = [one["name"] for one in data["now"].pop("availableTransitions")]
    assert moves == ["reassess", "accept", "monitor", "materialise"]
    assert data["now"] == {
        "status": "TREATING",
        "version": 4,
        "treatment": "MITIGATE",
        "inherent": {"band": "CRITICAL"},
        "latestAssessment": {"rationale": "New numbers"},
        "assessments": {"totalCount": 2},
        "mitigations": {"totalCount": 1, "nodes": [{"mitigation": {"code": action.code}}]},
    }
    later = (shared.db.now() + timedelta(days=1)).isoformat()
    assert await shared.refused(SYSTEM, document, c=risk.code, t=later) == ["BAD_USER_INPUT"]


async def test_history_tells_before_and_after(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.qa, cast.project, title="Before")
    document = """mutation ($i: ChangeRiskInput!) { changeRisk(input: $i) { risk { version }
      userErrors { code } } }"""
    sent = {
        "id": id_of(risk),
        "expectedVersion": 1,
        "title": "After",
        "vendorIds": [id_of(cast.aster)],
        "reason": "Better words",
    }
    await shared.ask(cast.lead, document, i=sent)
    told = """query ($id: ID!, $n: Int!) { risk(id: $id) { history(first: $n) { seq actor action
      reason changes { object objectId objectText field before after beforeText afterText } } } }"""
    history = (await shared.ask(cast.auditor, told, id=id_of(risk), n=1))["risk"]["history"]
    [entry] = history
    changes = {(one["object"], one["field"]): one for one in entry.pop("changes")}
    assert entry == {
        "seq": await shared.seq(),
        "actor": cast.lead.name,
        "action": "changeRisk",
        "reason": "Better words",
    }
    assert {key: (one["before"], one["after"]) for key, one in changes.items()} == {
        ("risk", "title"): ("Before", "After"),
        ("risk_vendor", "risk_id"): (None, risk.id),
        ("risk_vendor", "vendor_id"): (None, cast.aster.id),
    }
    title, link = changes["risk", "title"], changes["risk_vendor", "vendor_id"]
    assert (title["objectId"], title["objectText"]) == (id_of(risk), f"{risk.code} After")
    assert (title["beforeText"], title["afterText"]) == (None, None)
    assert (link["beforeText"], link["afterText"]) == (None, cast.aster.name)
    entries = (await shared.ask(cast.auditor, told, id=id_of(risk), n=50))["risk"]["history"]
    assert [one["action"] for one in entries] == ["changeRisk", "log"]
    for wrong in (-1, 101):
        assert await shared.refused(cast.auditor, told, id=id_of(risk), n=wrong) == [
            "BAD_USER_INPUT"
        ]


async def test_history_writes_values_as_the_api_does(shared: Register) -> None:
    risk = await a_risk_in(shared, S.ASSESSED)
    before = print_instant(shared.db.now())
    shared.clock.advance(days=2)
    await moved(shared, risk, "reassess", likelihood=5, impacts=impacts(5))
    told = """query ($id: ID!) { risk(id: $id) { history(first: 1) { at
      changes { object field before after } } } }"""
    [entry] = (await shared.ask(SYSTEM, told, id=id_of(risk)))["risk"]["history"]
    changes = {
        (one["object"], one["field"]): (one["before"], one["after"]) for one in entry["changes"]
    }
    assert changes["risk", "assessed_at"] == (before, entry["at"])
    assert changes["risk_assessment", "impacts"] == (None, '{"SLA":5}')


async def test_button_and_mutation_agree(shared: Register) -> None:
    """What a move is said to be blocked by is what it is refused for; the others are made."""
    cast = shared.cast
    rows: list[Risk | Mitigation] = [await a_risk_in(shared, state) for state in S]
    rows += [await an_action_in(shared, state) for state in (M.PROPOSED, M.VERIFYING)]
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Risk { version moves: availableTransitions { name allowed blockedBy } }
      ... on Mitigation { version moves: availableTransitions { name allowed blockedBy } } } }"""
    for actor in (cast.lead, cast.manager):
        shown = await shared.ask(actor, document, ids=[id_of(row) for row in rows])
        for row, node in zip(rows, shown["nodes"], strict=True):
            for one in node["moves"]:
                assert one["allowed"] is (one["blockedBy"] == [])
                move = re.sub("(?=[A-Z])", "_", one["name"]).lower()
                work, sent = asked(shared, row, node["version"], move, {})
                refusals = await _told(shared, actor, work, sent)
                assert (one["name"], refusals) == (one["name"], one["blockedBy"])


async def _told(
    register: Register, actor: Actor, work: UseCase[Any, Any], sent: object
) -> list[str]:
    """The sentences of a refusal; none if the move can be made. Nothing is kept."""

    async def run(session: AsyncSession, view: View) -> object:
        return await work(session, view, sent)

    try:
        await register.db.rehearse(actor, Act("try"), run)
    except UserErrors as refused:
        return [error.message for error in refused.errors]
    return []
