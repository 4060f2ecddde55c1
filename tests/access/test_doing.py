"""S1, doing: every mutation, tried by every role on what is its own, as far as a role owns rows.

A mutation without an entry here fails the build. All are rehearsed (`dryRun`), so that each is
tried on the same rows; who is refused by role or reach is told FORBIDDEN at the top, or NOT_FOUND
or NOT_PERMITTED in the payload.
"""

from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from graphql import GraphQLObjectType

from riskreg.graph import schema
from riskreg.kit.view import Actor
from riskreg.people.rules import Role
from riskreg.risks import inputs, service_assess
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationStatus, RelationKind, RiskStatus
from tests.access.measuring import MAY_MEASURE, metric_inputs
from tests.access.promising import promise_inputs
from tests.access.watching import kri_inputs
from tests.access.world import actors
from tests.cast import Register, person_id
from tests.engines import EngineKind
from tests.factories import a_mitigation, a_person, a_risk, id_of, ids_of
from tests.risks.arranged import a_risk_in, an_action_in, day_of
from tests.risks.watched import (
    a_kri,
    a_watched_series,
)

S: TypeAlias = RiskStatus
M: TypeAlias = MitigationStatus
REFUSED = {"FORBIDDEN", "NOT_FOUND", "NOT_PERMITTED"}
Given = dict[str, Any]


def _roles(names: str) -> frozenset[Role]:
    return frozenset(Role(name) for name in names.split())


OFFICE = _roles("EXEC PM_LEAD PM POLICY QA GUIDELINE WFM")
LOGGERS = OFFICE | _roles("VENDOR REQUESTOR")
TREATERS = _roles("PM_LEAD PM POLICY QA")
LEADS = _roles("PM_LEAD")
MANAGERS = _roles("PM_LEAD PM")
SETTERS = _roles("PM_LEAD ADMIN")
ADMINS = _roles("ADMIN")
EVERYBODY = frozenset(Role)

MAY: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("logRisk", "logRisks", "submitRisk"), LOGGERS),
    **dict.fromkeys(
        (
            *("rejectRisk", "assessRisk", "reassessRisk", "treatRisk", "monitorRisk"),
            *("resumeTreatment", "reopenRisk", "materialiseRisk", "resolveRisk"),
            *("closeMaterialisedRisk", "closeRisk", "restoreRisk", "changeRisk"),
            *("relateRisks", "unrelateRisks"),
            *("addKri", "changeKri", "pauseKri", "resumeKri", "retireKri"),
        ),
        TREATERS,
    ),
    "acknowledgeBreach": TREATERS | _roles("ANALYST"),
    "acceptRisk": _roles("EXEC PM_LEAD"),
    "revokeAcceptance": TREATERS | _roles("EXEC"),
    "commentOnRisk": LOGGERS | _roles("ANALYST"),
    **dict.fromkeys(
        (
            *("proposeMitigation", "changeMitigation", "approveMitigation", "startMitigation"),
            *("blockMitigation", "unblockMitigation", "implementMitigation"),
            *("beginVerification", "cancelMitigation", "rescheduleMitigation"),
        ),
        TREATERS,
    ),
    "recordVerdict": _roles("PM_LEAD QA"),
    **dict.fromkeys(
        (
            *("createProject", "changeProject", "pauseProject", "resumeProject"),
            *("closeProject", "reopenProject"),
            *("setTarget", "changeTarget", "endTarget"),
            *("assertHealth", "withdrawHealthAssertion"),
        ),
        MANAGERS,
    ),
    **dict.fromkeys(
        (
            *("createVendor", "changeVendor", "createSite"),
            *("createWorkforcePool", "changeWorkforcePool"),
        ),
        LEADS,
    ),
    **dict.fromkeys(("createMarket", "createPolicyArea", "changePolicyArea"), SETTERS),
    **dict.fromkeys(
        (
            *("registerPerson", "changePerson", "deactivatePerson", "reactivatePerson"),
            *("grantRole", "withdrawRole", "formTeam", "createApiToken", "revokeApiToken"),
        ),
        ADMINS,
    ),
    "createReport": OFFICE | _roles("ANALYST"),
    **MAY_MEASURE,
    "delegate": EVERYBODY - _roles("SERVICE"),
    "signOut": EVERYBODY,
}
"""Who may do what with own rows (model.md 4.7); the risks lie in the policy manager's area."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def engine_kind(request: pytest.FixtureRequest) -> EngineKind:
    """SQLite, and PostgreSQL where there is time: who may do what is decided in Python."""
    kind: EngineKind = request.param
    return kind


def test_every_mutation_has_its_row() -> None:
    mutation = schema._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    assert set(MAY) == set(mutation.fields)


async def _risks(register: Register) -> dict[S, Risk]:
    """A risk in each state that is the manager's, Aster's, the requestor's and lies in HATE."""
    cast = register.cast
    mine = {"vendors": (cast.aster,), "areas": (cast.area,)}
    return {state: await a_risk_in(register, state, **mine) for state in S}


async def _risk_inputs(register: Register) -> dict[str, Given]:
    cast, risks = register.cast, await _risks(register)
    await a_mitigation(register.db, cast.lead, (risks[S.ASSESSED], 1, 1))
    link = inputs.RelateRisks(
        from_id=id_of(risks[S.OPEN]), to_id=id_of(risks[S.ASSESSED]), kind=RelationKind.CAUSES
    )
    relation = await register.does(cast.lead, service_assess.relate, link)
    form: Given = {"title": "A thing", "event": "it happens", "category": "VENDOR"}
    form |= {"projectIds": ids_of(cast.project), "likelihood": 2, "impact": 2}
    step = {"likelihood": 2, "impacts": [{"dimension": "SLA", "step": 2}], "rationale": "Seen"}
    until = (day_of(register) + timedelta(days=20)).isoformat()
    why = {"reason": "It is time"}

    def on(state: S, **given: Any) -> Given:
        risk = risks[state]
        return {"id": id_of(risk), "expectedVersion": risk.version, **given}

    return {
        "logRisk": form,
        "logRisks": {"risks": [form]},
        "submitRisk": on(S.DRAFT, likelihood=2, impact=2),
        "rejectRisk": on(S.OPEN, reason="NOT_A_RISK"),
        "assessRisk": on(S.OPEN, **step),
        "reassessRisk": on(S.ASSESSED, **step),
        "treatRisk": on(S.ASSESSED, treatment="MITIGATE"),
        "acceptRisk": on(S.ASSESSED, expiresOn=until, justification="Cheaper"),
        "monitorRisk": on(S.ASSESSED, notMeasurable="Too rare"),
        "revokeAcceptance": on(S.ACCEPTED, **why),
        "resumeTreatment": on(S.MONITORING, **why),
        "reopenRisk": on(S.MONITORING, **why),
        "materialiseRisk": on(
            S.OPEN, whatHappened="It came", happenedAt=register.db.now().isoformat()
        ),
        "resolveRisk": on(S.MATERIALISED),
        "closeMaterialisedRisk": on(S.MATERIALISED, causeGone=True, **why),
        "closeRisk": on(S.MONITORING, **why),
        "restoreRisk": on(S.CLOSED, **why),
        "changeRisk": on(S.OPEN, title="Another"),
        "commentOnRisk": {"id": id_of(risks[S.OPEN]), "text": "Seen"},
        "relateRisks": {
            "fromId": id_of(risks[S.ASSESSED]),
            "toId": id_of(risks[S.ACCEPTED]),
            "kind": "CAUSES",
        },
        "unrelateRisks": {"id": id_of(relation), "expectedVersion": 1},
        "proposeMitigation": {
            "title": "A second site",
            "kind": "PREVENTIVE",
            "dueOn": until,
            "effects": [
                {"riskId": id_of(risks[S.ASSESSED]), "deltaLikelihood": 1, "deltaImpact": 1}
            ],
        },
    }


async def _action_inputs(register: Register) -> dict[str, Given]:
    cast = register.cast
    risk = await a_risk_in(register, S.ASSESSED, vendors=(cast.aster,), areas=(cast.area,))
    actions: dict[M, Mitigation] = {
        state: await an_action_in(register, state, (risk, 1, 1))
        for state in (
            *(M.PROPOSED, M.APPROVED, M.IN_PROGRESS, M.BLOCKED),
            *(M.IMPLEMENTED, M.VERIFYING),
        )
    }

    def on(state: M, **given: Any) -> Given:
        return {
            "id": id_of(actions[state]),
            "expectedVersion": actions[state].version,
            **given,
        }

    later = (day_of(register) + timedelta(days=50)).isoformat()
    return {
        "changeMitigation": on(M.PROPOSED, title="Another"),
        "approveMitigation": on(M.PROPOSED),
        "startMitigation": on(M.APPROVED),
        "blockMitigation": on(M.IN_PROGRESS, blocker="The vendor"),
        "unblockMitigation": on(M.BLOCKED),
        "implementMitigation": on(M.IN_PROGRESS, evidence=["https://example.org"]),
        "beginVerification": on(M.IMPLEMENTED),
        "recordVerdict": on(M.VERIFYING, verdict="EFFECTIVE", findings="Ten of ten"),
        "cancelMitigation": on(M.APPROVED, reason="Too dear"),
        "rescheduleMitigation": on(M.APPROVED, dueOn=later),
    }


def _place_inputs(register: Register) -> dict[str, Given]:
    cast = register.cast
    project = {"id": id_of(cast.project), "expectedVersion": 1}
    moves = ("pauseProject", "resumeProject", "closeProject", "reopenProject")
    return {
        "createProject": {"name": "New", "type": "APPEALS", "isSafety": True},
        "changeProject": {**project, "name": "Another"},
        **dict.fromkeys(moves, project),
        "createVendor": {"code": "DELTA", "name": "Delta", "kind": "BPO"},
        "changeVendor": {"id": id_of(cast.aster), "expectedVersion": 1, "name": "Another"},
        "createSite": {"vendorId": id_of(cast.aster), "city": "Cebu", "timezone": "Asia/Manila"},
        "createWorkforcePool": {"vendorId": id_of(cast.aster), "fteContracted": "5"},
        "changeWorkforcePool": {"id": "pool_x", "expectedVersion": 1},
        "createMarket": {"code": "fr-FR", "name": "France", "region": "EMEA", "viewShare": "0.1"},
        "createPolicyArea": {"code": "ADULT", "name": "Adult", "severityClass": "LOW"},
        "changePolicyArea": {"id": id_of(cast.area), "expectedVersion": 1, "name": "Another"},
    }


async def _people_inputs(register: Register) -> dict[str, Given]:
    cast = register.cast
    someone = await a_person(register.db, Role.PM, Role.QA, name="Someone")
    person = {"id": id_of(someone), "expectedVersion": someone.version}
    day = day_of(register).isoformat()
    token = {
        "name": "Feed",
        "personId": person_id(cast.service),
        "expiresAt": (register.db.now() + timedelta(days=9)).isoformat(),
    }
    return {
        "registerPerson": {"name": "New", "email": "new@example.org", "roles": ["PM"]},
        "changePerson": {**person, "name": "Another"},
        "deactivatePerson": person,
        "reactivatePerson": person,
        "grantRole": {**person, "role": "WFM"},
        "withdrawRole": {**person, "role": "QA"},
        "formTeam": {"name": "New"},
        "createApiToken": token,
        "revokeApiToken": {"id": "token_x", "expectedVersion": 1},
        "delegate": {"toId": id_of(someone), "fromOn": day, "untilOn": day},
        "createReport": {"compareTo": "report_x"},
        "signOut": {},
    }


async def all_inputs(register: Register) -> dict[str, Given]:
    """What each mutation is tried with."""
    return {
        **await _risk_inputs(register),
        **await kri_inputs(register),
        **await promise_inputs(register),
        **await _action_inputs(register),
        **_place_inputs(register),
        **await _people_inputs(register),
        **await metric_inputs(register),
    }


async def may(register: Register, actor: Actor, field: str, given: Given) -> bool:
    """Whether role and reach of an actor let a mutation pass, whatever else is wrong with it."""
    assert schema._schema.mutation_type is not None
    kind = schema._schema.mutation_type.fields[field].args["input"].type
    batch = "results { userErrors { code field } }"
    shown = {"signOut": "signedOut", "logRisks": batch, "createMetricSeries": batch}
    told = shown.get(field, "userErrors { code field }")
    document = f"mutation ($i: {kind}) {{ {field}(input: $i) {{ {told} }} }}"
    sent = given if field == "signOut" else {**given, "dryRun": True}
    answer, _ = await register.execute(actor, document, {"i": sent})
    if answer.errors:
        codes = {getattr(error.original_error, "code", str(error)) for error in answer.errors}
        assert codes == {"FORBIDDEN"}, (field, codes)
        return False
    assert answer.data is not None
    results = answer.data[field].get("results", [answer.data[field]])
    errors = [error for one in results for error in one.get("userErrors", ())]
    unknown = UNKNOWN.get(field)
    return not any(
        error["code"] in REFUSED and (error["code"], error["field"]) != unknown for error in errors
    )


UNKNOWN = {
    "changeWorkforcePool": ("NOT_FOUND", ["id"]),
    "revokeApiToken": ("NOT_FOUND", ["id"]),
    "createReport": ("NOT_FOUND", ["compareTo"]),
}
"""What those who may are told, because there is no such row, and no PDF need be printed."""


async def test_every_role_does_what_it_may_and_nothing_else(register: Register) -> None:
    given = await all_inputs(register)
    assert set(given) == set(MAY)
    wrong: list[object] = []
    before = await register.seq()
    for role, actor in actors(register.cast).items():
        for field, sent in given.items():
            found = await may(register, actor, field, sent)
            if found is not (role in MAY[field]):
                wrong.append((role.value, field, found))
    assert wrong == []
    assert await register.seq() == before + len(Role)  # each has signed out, and that is all


async def test_nobody_acts_on_what_belongs_to_others(register: Register) -> None:
    """The same for rows of the other project, for those who have rows of their own."""
    db, cast = register.db, register.cast
    risk = await a_risk(db, cast.lead, cast.other_project, vendors=(cast.boreal,))
    action = await a_mitigation(db, cast.lead, (risk, 1, 1))
    other = await a_risk(db, cast.lead, cast.other_project)
    kri = await a_kri(register, other, await a_watched_series(register))
    on = {"id": id_of(risk), "expectedVersion": 1}
    step = {"likelihood": 2, "impacts": [{"dimension": "SLA", "step": 2}]}
    effect = {"riskId": id_of(risk), "deltaLikelihood": 1, "deltaImpact": 1}
    foreign: dict[str, Given] = {
        "assessRisk": {**on, **step},
        "changeRisk": {**on, "title": "Mine"},
        "rejectRisk": {**on, "reason": "NOT_A_RISK"},
        "relateRisks": {"fromId": id_of(risk), "toId": id_of(other), "kind": "CAUSES"},
        "proposeMitigation": {
            "title": "x",
            "kind": "PREVENTIVE",
            "dueOn": "2027-01-01",
            "effects": [effect],
        },
        "changeMitigation": {"id": id_of(action), "expectedVersion": 1, "title": "x"},
        "approveMitigation": {"id": id_of(action), "expectedVersion": 1},
        "changeProject": {"id": id_of(cast.other_project), "expectedVersion": 1, "name": "x"},
        "pauseKri": {"id": id_of(kri), "expectedVersion": 1, "reason": "x"},
        "retireKri": {"id": id_of(kri), "expectedVersion": 1, "reason": "x"},
    }
    hidden: dict[str, Given] = {
        "logRisk": {"title": "x", "projectIds": ids_of(cast.other_project)},
        "commentOnRisk": {"id": id_of(risk), "text": "x"},
    }
    before = await register.seq()
    for role in (Role.PM, Role.POLICY, Role.WFM, Role.VENDOR, Role.REQUESTOR, Role.SERVICE):
        actor = actors(register.cast)[role]
        narrow = role in (Role.VENDOR, Role.REQUESTOR, Role.SERVICE)
        for field, sent in {**foreign, **(hidden if narrow else {})}.items():
            assert (role, field, await may(register, actor, field, sent)) == (role, field, False)
    assert await register.seq() == before
