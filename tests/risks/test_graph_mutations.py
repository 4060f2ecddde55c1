"""Mutations over the graph: exact payloads and errors, rehearsals, retries, refusals."""

from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from riskreg.graph import schema
from riskreg.kit.perform import UserErrorCode
from riskreg.people.auth import SYSTEM
from riskreg.risks.rules import MitigationStatus, RiskStatus
from tests.cast import Register
from tests.factories import a_risk, an_assessed_risk, id_of
from tests.risks.arranged import ACTION_MOVES, RISK_MOVES, a_risk_in, an_action_in, day_of, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

ERRORS = "userErrors { message field code currentVersion }"
LOG = f"mutation ($i: LogRiskInput!) {{ logRisk(input: $i) {{ risk {{ code status }} {ERRORS} }} }}"
CHANGE = (
    f"mutation ($i: ChangeRiskInput!) {{ changeRisk(input: $i) {{ risk {{ version }} {ERRORS} }} }}"
)


def a_form(register: Register, **given: Any) -> dict[str, Any]:
    """The input of `logRisk`."""
    return {
        "title": "One building",
        "event": "A typhoon closes it",
        "category": "VENDOR",
        "projectIds": [id_of(register.cast.project)],
        "likelihood": 2,
        "impact": 4,
        **given,
    }


async def test_logged_risk_is_shown_by_the_ordinary_read_path(shared: Register) -> None:
    document = """mutation ($i: LogRiskInput!) { logRisk(input: $i) { risk { title status version
      owner { name } projects { code } identifiedBy { name } inherent { band } appetiteStatus
      history { action actor } availableTransitions { name } } userErrors { code } } }"""
    data = await shared.ask(shared.cast.manager, document, i=a_form(shared))
    assert data["logRisk"] == {
        "risk": {
            "title": "One building",
            "status": "OPEN",
            "version": 1,
            "owner": {"name": "Mira"},
            "projects": [{"code": "PRJ-OWN"}],
            "identifiedBy": {"name": "Mira"},
            "inherent": {"band": "MEDIUM"},
            "appetiteStatus": "NOT_ASSESSED",
            "history": [{"action": "logRisk", "actor": "Mira"}],
            "availableTransitions": [
                {"name": "reject"},
                {"name": "assess"},
                {"name": "materialise"},
            ],
        },
        "userErrors": [],
    }


async def test_every_error_names_its_field(shared: Register) -> None:
    before = await shared.seq()
    sent = a_form(shared, event=None, category=None)
    data = await shared.ask(shared.cast.manager, LOG, i=sent)
    assert data["logRisk"] == {
        "risk": None,
        "userErrors": [
            {
                "message": "Say what could happen (the event).",
                "field": ["event"],
                "code": "MISSING",
                "currentVersion": None,
            },
            {
                "message": "Choose a category.",
                "field": ["category"],
                "code": "MISSING",
                "currentVersion": None,
            },
        ],
    }
    assert await shared.seq() == before


async def test_conflict_tells_the_present_version(shared: Register) -> None:
    risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    sent = {"id": id_of(risk), "expectedVersion": 1, "title": "x"}
    data = await shared.ask(shared.cast.manager, CHANGE, i=sent)
    assert data["changeRisk"]["risk"] is None
    [error] = data["changeRisk"]["userErrors"]
    assert (error["code"], error["currentVersion"]) == ("VERSION_CONFLICT", 2)
    assert error["field"] == ["expectedVersion"]


async def test_batch_tells_each_row_its_errors(shared: Register) -> None:
    document = """mutation ($i: LogRisksInput!) { logRisks(input: $i) {
      results { risk { title } userErrors { field code } } userErrors { field code } } }"""
    before = await shared.seq()
    rows = [a_form(shared, title=f"Row {place}") for place in range(3)]
    bad = [rows[0], {**rows[1], "title": "", "likelihood": 9}, {**rows[2], "projectIds": ["x"]}]
    data = await shared.ask(shared.cast.manager, document, i={"risks": bad})
    assert data["logRisks"] == {
        "results": [
            {"risk": None, "userErrors": []},
            {
                "risk": None,
                "userErrors": [{"field": ["risks", "1", "likelihood"], "code": "OUT_OF_RANGE"}],
            },
            {
                "risk": None,
                "userErrors": [{"field": ["risks", "2", "projectIds", "0"], "code": "NOT_FOUND"}],
            },
        ],
        "userErrors": [],
    }
    data = await shared.ask(shared.cast.manager, document, i={"risks": []})
    whole = [{"field": ["risks"], "code": "OUT_OF_RANGE"}]
    assert data["logRisks"] == {"results": [], "userErrors": whole}
    assert await shared.seq() == before
    data = await shared.ask(shared.cast.manager, document, i={"risks": rows})
    titles = [one["risk"]["title"] for one in data["logRisks"]["results"]]
    assert titles == ["Row 0", "Row 1", "Row 2"]
    assert await shared.seq() == before + 1


async def test_dry_run_checks_everything_and_writes_nothing(shared: Register) -> None:
    before = await shared.seq()
    for given, errors in (({}, []), ({"title": ""}, ["title"])):
        sent = a_form(shared, dryRun=True, **given)
        data = await shared.ask(shared.cast.manager, LOG, i=sent)
        assert data["logRisk"]["risk"] is None
        assert [one["field"] for one in data["logRisk"]["userErrors"]] == [[e] for e in errors]
    assert await shared.seq() == before


async def test_key_is_good_for_one_request(shared: Register) -> None:
    sent = a_form(shared, idempotencyKey="once")
    first = await shared.ask(shared.cast.manager, LOG, i=sent)
    before = await shared.seq()
    assert await shared.ask(shared.cast.manager, LOG, i=sent) == first
    other = await shared.ask(shared.cast.manager, LOG, i={**sent, "title": "Another"})
    [error] = other["logRisk"]["userErrors"]
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert await shared.seq() == before
    theirs = await shared.ask(shared.cast.lead, LOG, i=sent)  # a key belongs to its caller
    assert theirs["logRisk"]["risk"]["code"] != first["logRisk"]["risk"]["code"]
    mine = await shared.ask(shared.cast.manager, LOG, i={**sent, "idempotencyKey": "x" * 201})
    assert [one["code"] for one in mine["logRisk"]["userErrors"]] == ["TOO_LONG"]


async def test_replay_answers_as_it_was(shared: Register) -> None:
    risk = await a_risk(shared.db, shared.cast.qa, shared.cast.project)
    sent = {"id": id_of(risk), "expectedVersion": 1, "title": "First", "idempotencyKey": "k"}
    document = """mutation ($i: ChangeRiskInput!) { changeRisk(input: $i) { risk { title version }
      userErrors { code } } }"""
    first = await shared.ask(shared.cast.manager, document, i=sent)
    later = {"id": id_of(risk), "expectedVersion": 2, "title": "Second"}
    await shared.ask(shared.cast.manager, document, i=later)
    assert await shared.ask(shared.cast.manager, document, i=sent) == first
    assert first["changeRisk"]["risk"] == {"title": "First", "version": 2}


async def test_who_may_not_at_all_is_told_at_the_top(shared: Register) -> None:
    for actor in (shared.cast.auditor, shared.cast.analyst, shared.cast.admin):
        assert await shared.refused(actor, LOG, i=a_form(shared)) == ["FORBIDDEN"]


async def test_input_that_no_form_can_send_is_an_error_of_the_request(shared: Register) -> None:
    cases: list[dict[str, Any]] = [
        {"likelihood": "3"},
        {"category": "WEATHER"},
        {"proximityDate": "2026-02-30"},
        {"nonsense": 1},
        {"likelihood": 2**31},
    ]
    before = await shared.seq()
    for given in cases:
        answer, _ = await shared.execute(shared.cast.manager, LOG, {"i": a_form(shared, **given)})
        assert answer.data is None
        assert answer.errors is not None
        assert len(answer.errors) == 1
    assert await shared.seq() == before


async def test_mutations_of_one_document_run_in_turn(shared: Register) -> None:
    """Each is a transaction: what the first wrote stays when the second is refused."""
    document = f"""mutation ($a: LogRiskInput!, $b: LogRiskInput!) {{
      one: logRisk(input: $a) {{ risk {{ status }} {ERRORS} }}
      two: logRisk(input: $b) {{ risk {{ status }} userErrors {{ code }} }} }}"""
    before = await shared.seq()
    sent = {"a": a_form(shared), "b": a_form(shared, title="")}
    data = await shared.ask(shared.cast.manager, document, **sent)
    assert data["one"]["risk"] == {"status": "OPEN"}
    assert data["two"] == {"risk": None, "userErrors": [{"code": "REQUIRED"}]}
    assert await shared.seq() == before + 1


async def test_whole_life_of_a_risk_over_the_graph(shared: Register) -> None:
    cast = shared.cast
    day = day_of(shared)
    logged = await shared.ask(
        cast.requestor,
        "mutation ($i: LogRiskInput!) { logRisk(input: $i) { risk { id } } }",
        i=a_form(shared, cause="Rent is cheap", consequence="No labels"),
    )
    state = {"id": logged["logRisk"]["risk"]["id"], "version": 1}

    async def move(actor: Any, field: str, **given: Any) -> str:
        kind = field[0].upper() + field[1:]
        document = f"""mutation ($i: {kind}Input!) {{ {field}(input: $i) {{
          risk {{ version status }} userErrors {{ message }} }} }}"""
        sent = {"id": state["id"], "expectedVersion": state["version"], **given}
        answer = (await shared.ask(actor, document, i=sent))[field]
        assert answer["userErrors"] == []
        state["version"] = answer["risk"]["version"]
        return str(answer["risk"]["status"])

    impacts = [{"dimension": "DELIVERY_SLIP", "step": 4}, {"dimension": "SLA", "step": 2}]
    judged = {"likelihood": 3, "impacts": impacts, "confidence": "HIGH"}
    assert await move(cast.manager, "assessRisk", **judged) == "ASSESSED"
    propose = """mutation ($i: ProposeMitigationInput!) { proposeMitigation(input: $i) {
      mitigation { id version isOverdue } userErrors { message } } }"""
    effect = {"riskId": state["id"], "deltaLikelihood": 2, "deltaImpact": 2}
    proposed = await shared.ask(
        cast.manager,
        propose,
        i={
            "title": "A second site",
            "kind": "PREVENTIVE",
            "effects": [effect],
            "ownerId": f"person_{cast.guideline.id}",
            "dueOn": (day + timedelta(days=20)).isoformat(),
            "check": {
                "hypothesis": "A drill goes well",
                "method": "AUDIT",
                "dueOn": (day + timedelta(days=40)).isoformat(),
            },
        },
    )
    action = proposed["proposeMitigation"]["mitigation"]
    assert await move(cast.manager, "treatRisk", treatment="MITIGATE") == "TREATING"
    for actor, field, given in (
        (cast.manager, "approveMitigation", {}),
        (cast.guideline, "startMitigation", {}),
        (cast.guideline, "implementMitigation", {"evidence": ["https://example.org/drill"]}),
        (cast.guideline, "beginVerification", {}),
        (cast.manager, "recordVerdict", {"verdict": "EFFECTIVE", "findings": "It went well"}),
    ):
        kind = field[0].upper() + field[1:]
        document = f"""mutation ($i: {kind}Input!) {{ {field}(input: $i) {{
          mitigation {{ version status }} userErrors {{ message }} }} }}"""
        sent = {"id": action["id"], "expectedVersion": action["version"], **given}
        answer = (await shared.ask(actor, document, i=sent))[field]
        assert answer["userErrors"] == []
        action["version"] = answer["mitigation"]["version"]
    state["version"] = (await shared.ask(SYSTEM, VERSION, id=state["id"]))["risk"]["version"]
    watched = await move(cast.manager, "monitorRisk", notMeasurable="Too rare")
    assert watched == "MONITORING"
    assert await move(cast.lead, "closeRisk", reason="Two sites now") == "CLOSED"
    assert await move(cast.manager, "restoreRisk", reason="One closed") == "OPEN"


VERSION = "query ($id: ID!) { risk(id: $id) { version } }"


async def test_codes_of_the_guards_are_codes_of_the_graph() -> None:
    """Every code that a service may raise is a member, or its answer would be a fault."""
    declared = set(schema._schema.type_map["UserErrorCode"].values)  # type: ignore[attr-defined]
    assert declared == {code.name for code in UserErrorCode}
    used = {"MOVE_NOT_ALLOWED", "MISSING", "NOT_READY", "FOUR_EYES", "AUTHORITY", "NOT_PERMITTED"}
    assert used | {"OUT_OF_RANGE", "DATE_IN_PAST", "CYCLE", "DUPLICATE", "NOT_FOUND"} <= declared


async def test_every_move_is_a_mutation_with_its_version() -> None:
    mutation = schema._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    for moves, noun in ((RISK_MOVES, "Risk"), (ACTION_MOVES, "Mitigation")):
        for name in moves:
            head, *rest = name.split("_")
            verb = head + "".join(word.title() for word in rest)
            field = mutation.fields.get(verb) or mutation.fields[f"{verb}{noun}"]
            given = field.args["input"].type.of_type
            assert isinstance(given, GraphQLInputObjectType)
            assert {"id", "expectedVersion", "idempotencyKey", "dryRun"} <= set(given.fields)


async def test_acceptance_and_action_moves_answer_their_rows(shared: Register) -> None:
    cast = shared.cast
    risk = await an_assessed_risk(shared.db, cast.qa, cast.project)
    document = """mutation ($i: AcceptRiskInput!) { acceptRisk(input: $i) { risk { status
      appetiteStatus treatment acceptances { nodes { code ended authority expiresOn until
      acceptedBy { name } } } } userErrors { message } } }"""
    until = day_of(shared) + timedelta(days=60)
    sent = {
        "id": id_of(risk),
        "expectedVersion": 2,
        "expiresOn": until.isoformat(),
        "justification": "Cheaper",
    }
    shown = (await shared.ask(cast.lead, document, i=sent))["acceptRisk"]["risk"]
    [acceptance] = shown.pop("acceptances")["nodes"]
    assert acceptance.pop("code").startswith("A-")
    assert shown == {
        "status": "ACCEPTED",
        "appetiteStatus": "WITHIN_TOLERANCE",
        "treatment": "ACCEPT",
    }
    assert acceptance == {
        "ended": None,
        "authority": "A2",
        "expiresOn": until.isoformat(),
        "until": f"{until.isoformat()}T16:00:00Z",
        "acceptedBy": {"name": cast.lead.name},
    }
    action = await an_action_in(shared, MitigationStatus.IN_PROGRESS)
    assert (await now(shared, action)).slip_count == 0
