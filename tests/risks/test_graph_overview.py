"""The register as a whole: heat map, hygiene, likeness, search, and the lists of its parts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType
from sqlalchemy import BindParameter, Executable, Select
from sqlalchemy.sql.visitors import iterate

from riskreg.graph import schema
from riskreg.kit.db import Rows
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service_assess
from riskreg.risks.models import Risk
from riskreg.risks.overview import linted
from riskreg.risks.rules import MitigationKind, MitigationStatus, RelationKind, RiskStatus, Verdict
from riskreg.risks.rules_hygiene import HygieneRule
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.arranged import a_risk_in, brought, day_of, moved

S, M = RiskStatus, MitigationStatus
HEAT = """query ($f: RiskFilter, $s: Stage!, $t: DateTime, $q: String) {
  heatMap(filter: $f, stage: $s, asOf: $t, search: $q) { stage total cells {
    likelihood impact band count } } }"""


async def cells(register: Register, stage: str = "RESIDUAL", **given: Any) -> dict[str, int]:
    """The cells of the heat map that are not empty, as "likelihood×impact band"."""
    shown = (await register.ask(SYSTEM, HEAT, s=stage, **given))["heatMap"]
    places = [(one["likelihood"], one["impact"]) for one in shown["cells"]]
    assert places == [(row, column) for row in range(5, 0, -1) for column in range(1, 6)]
    assert shown["total"] == sum(one["count"] for one in shown["cells"])
    return {
        f"{one['likelihood']}×{one['impact']} {one['band']}": one["count"]
        for one in shown["cells"]
        if one["count"]
    }


async def test_heat_map_counts_running_risks(register: Register) -> None:
    db, cast = register.db, register.cast
    for state in S:
        await a_risk_in(register, state)  # 2×3, of which DRAFT, CLOSED and REJECTED do not run
    then = db.now().isoformat()
    register.clock.advance(hours=1)
    risk = await an_assessed_risk(db, cast.qa, cast.project, likelihood=5, impact=5, title="Big")
    action = await a_mitigation(db, cast.qa, (risk, 2, 0))
    await brought(register, action, M.IMPLEMENTED)
    assert await cells(register, "INHERENT") == {"5×5 CRITICAL": 1, "2×3 MEDIUM": 6}
    assert await cells(register) == {"4×5 CRITICAL": 1, "2×3 MEDIUM": 6}
    assert await cells(register, "TARGET") == {"3×5 CRITICAL": 1, "2×3 MEDIUM": 6}
    assert await cells(register, t=then) == {"2×3 MEDIUM": 6}
    assert await cells(register, f={"status": {"eq": "OPEN"}}) == {"2×3 MEDIUM": 1}
    assert await cells(register, q="big") == {"4×5 CRITICAL": 1}
    given = {"s": "RESIDUAL", "t": then, "q": "big"}
    assert await register.refused(SYSTEM, HEAT, **given) == ["BAD_USER_INPUT"]


async def test_lint_of_the_register_names_no_risk(register: Register) -> None:
    """A statement takes no more than 32 766 values, and a register may hold more risks."""

    async def values() -> list[int]:
        found: list[int] = []
        view = register.view()

        async def fetch(statement: Executable) -> Rows:
            assert isinstance(statement, Select)
            binds = [one for one in iterate(statement) if isinstance(one, BindParameter)]
            found.append(sum(len(one.value) for one in binds if isinstance(one.value, list)))
            return await register.db.rows(view, statement)

        await linted(fetch, view)
        return found

    await a_risk_in(register, S.TREATING)
    few = await values()
    for _ in range(3):
        await a_risk_in(register, S.TREATING)
    assert await values() == few


async def test_heat_map_before_the_register_began_is_empty(register: Register) -> None:
    await a_risk_in(register, S.ASSESSED)
    given = {"s": "RESIDUAL", "t": "1999-12-31T23:59:59Z"}
    shown = (await register.ask(SYSTEM, HEAT, **given))["heatMap"]
    assert (shown["total"], len(shown["cells"])) == (0, 25)
    assert {one["band"] for one in shown["cells"]} == {"LOW", "MEDIUM", "HIGH", "CRITICAL"}


async def test_search_finds_words_by_their_beginning(register: Register) -> None:
    db, cast = register.db, register.cast
    for title in ("Élan vital", "élan mortel", "東京タワー", "O'Brien; DROP TABLE risks"):
        await a_risk(db, cast.qa, cast.project, title=title)
    document = """query ($q: String) { risks(search: $q) { totalCount nodes { title } } }"""
    cases = [
        ("elan", ["Élan vital", "élan mortel"]),
        ("ELAN mort", ["élan mortel"]),
        ("lan", []),
        ("京タ", ["東京タワー"]),
        ("typhoon o'brien", ["O'Brien; DROP TABLE risks"]),
        ("R-002", ["élan mortel"]),
        ('" OR 1=1 --', []),
        ("a* NEAR(b)", []),
        ("&|!:", []),
        ("", []),
        ("\0", []),
    ]
    for query, titles in cases:
        shown = (await register.ask(SYSTEM, document, q=query))["risks"]
        assert (query, [one["title"] for one in shown["nodes"]]) == (query, titles)
        assert shown["totalCount"] == len(titles)
    assert await register.refused(SYSTEM, document, q="x" * 201) == ["BAD_USER_INPUT"]


async def test_similar_risks_are_offered_best_first(register: Register) -> None:
    db, cast = register.db, register.cast
    titles = ["Gold set of the hate queue is stale", "Gold set grows stale", "Vendor leaves"]
    for title in titles:
        await a_risk(db, cast.qa, cast.project, title=title)
    ended = await a_risk(db, cast.qa, cast.project, title="Stale gold set of the hate queue")
    await moved(register, ended, "reject")
    document = """query ($t: String!, $n: Int) { similarRisks(title: $t, limit: $n) {
      similarity risk { title } } }"""
    asked = {"t": "The gold set for hate is stale"}
    shown = (await register.ask(SYSTEM, document, **asked))["similarRisks"]
    assert [one["risk"]["title"] for one in shown][:2] == titles[:2]
    likeness = [one["similarity"] for one in shown]
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 < one <= 1 for one in likeness)
    [best] = (await register.ask(SYSTEM, document, **asked, n=1))["similarRisks"]
    assert best["risk"]["title"] == titles[0]
    for wrong in (0, 11, -1):
        assert await register.refused(SYSTEM, document, **asked, n=wrong) == ["BAD_USER_INPUT"]


HYGIENE = """{ hygiene { checks { rule count risks { code } messages }
  unowned { rule count } stale { rule count } noTreatment { rule count }
  missingKri { rule count } } }"""


async def test_hygiene_finds_each_kind_of_neglect(register: Register) -> None:
    db, cast = register.db, register.cast
    clean = await a_risk(db, cast.qa, cast.project)
    unowned = await a_risk(db, cast.qa, areas=(cast.area,))
    left = await an_assessed_risk(db, cast.qa, cast.project, likelihood=2, impact=3)
    twin = await a_risk(db, cast.qa, cast.project)
    link = inputs.RelateRisks(
        from_id=id_of(twin), to_id=id_of(clean), kind=RelationKind.DUPLICATE_OF
    )
    await register.does(cast.lead, service_assess.relate, link)
    busy = await an_assessed_risk(db, cast.qa, cast.project, residual=(1, 1))
    late = await a_mitigation(db, cast.qa, (busy, 1, 1), due_in=5)
    done = await a_mitigation(db, cast.qa, (busy, 1, 1), due_in=60)
    await brought(register, done, M.IMPLEMENTED)
    accepted = await an_assessed_risk(db, cast.qa, cast.project, likelihood=2, impact=3)
    await moved(register, accepted, "accept")
    draft = await a_risk(db, cast.qa, title="Various things etc.", likelihood=None)
    register.clock.advance(days=36)
    await moved(register, clean, "assess")
    hygiene = (await register.ask(cast.auditor, HYGIENE))["hygiene"]
    found = {
        one["rule"]: [risk["code"] for risk in one["risks"]]
        for one in hygiene["checks"]
        if one["count"]
    }
    assert [one["rule"] for one in hygiene["checks"]] == [rule.value for rule in HygieneRule]
    assert found == {
        "NO_OWNER": [unowned.code],
        "NO_TREATMENT": [left.code, busy.code],
        "STALE_REVIEW": [left.code, busy.code, accepted.code],
        "OVERDUE_REVIEW": [unowned.code, left.code, twin.code, accepted.code],
        "ACCEPTANCE_ENDED": [accepted.code],
        "RESIDUAL_GAP": [busy.code],
        "TARGET_NOT_BELOW_RESIDUAL": [busy.code],
        "OVERDUE_ACTION": [busy.code],
        "UNVERIFIED_ACTION": [busy.code],
        "DUPLICATE_OPEN": [clean.code, twin.code],
        "UNCLEAR_WORDS": [draft.code],
        "OLD_DRAFT": [draft.code],
    }
    overdue = next(one for one in hygiene["checks"] if one["rule"] == "OVERDUE_ACTION")
    assert overdue["messages"] == [f"{late.code} was due on 2026-11-21, 22 working days ago."]
    assert {name: hygiene[name] for name in ("unowned", "stale", "noTreatment", "missingKri")} == {
        "unowned": {"rule": "NO_OWNER", "count": 1},
        "stale": {"rule": "STALE_REVIEW", "count": 3},
        "noTreatment": {"rule": "NO_TREATMENT", "count": 2},
        "missingKri": {"rule": "MISSING_KRI", "count": 0},
    }


async def test_hygiene_tells_of_actions_that_a_rejected_risk_left_open(register: Register) -> None:
    db, cast = register.db, register.cast
    risk = await a_risk(db, cast.qa, cast.project)
    await a_mitigation(db, cast.qa, (risk, 1, 1))
    await moved(register, risk, "reject")
    document = "{ hygiene { checks(rules: [CLOSED_WITH_OPEN_ACTIONS]) { risks { code } } } }"
    [check] = (await register.ask(SYSTEM, document))["hygiene"]["checks"]
    assert check["risks"] == [{"code": risk.code}]


async def test_hygiene_takes_few_statements_and_names_each_risk_once(register: Register) -> None:
    db, cast = register.db, register.cast
    document = "{ hygiene { checks(rules: [OVERDUE_ACTION]) { count risks { code } messages } } }"
    counts = []
    for _ in range(2):
        risk = await an_assessed_risk(db, cast.qa, cast.project)
        for _ in range(2):
            await a_mitigation(db, cast.qa, (risk, 1, 1), due_in=1)
        register.clock.advance(days=3)
        answer, context = await register.execute(SYSTEM, document, {})
        assert answer.errors is None
        assert answer.data is not None
        counts.append(context.statements)
    [check] = answer.data["hygiene"]["checks"]  # type: ignore[index]  # asserted above
    assert (check["count"], len(check["risks"]), len(check["messages"])) == (2, 2, 4)
    assert counts[0] == counts[1]


Matches = Callable[[dict[str, Any]], bool]


async def test_every_filter_and_order_of_actions(register: Register) -> None:
    db, cast = register.db, register.cast
    risks = [await an_assessed_risk(db, cast.qa, cast.project) for _ in range(2)]
    for place, state in enumerate((M.PROPOSED, M.APPROVED, M.IMPLEMENTED, M.EFFECTIVE)):
        action = await a_mitigation(
            db,
            cast.qa,
            (risks[place % 2], 0, 1),
            owner=cast.wfm if place else cast.qa,
            due_in=20 - place,
            kind=MitigationKind.DETECTIVE if place % 2 else MitigationKind.CORRECTIVE,
        )
        action = await brought(register, action, state)
        if state is M.APPROVED:
            await moved(register, action, "reschedule")
        register.clock.advance(hours=1)
    shown = "nodes { code status kind owner { name } dueOn implementedAt verifiedAt slipCount "
    shown += "createdAt risks { nodes { risk { code } } } }"
    document = f"""query ($f: MitigationFilter, $o: MitigationOrder) {{
      mitigations(filter: $f, orderBy: $o) {{ totalCount {shown} }} }}"""
    rows = (await register.ask(SYSTEM, document))["mitigations"]["nodes"]
    code = risks[1].code
    table: list[tuple[str, Any, Matches]] = [
        ("code", {"eq": "M-002"}, lambda row: row["code"] == "M-002"),
        (
            "status",
            {"in": ["PROPOSED", "APPROVED"]},
            lambda r: r["status"] in ("PROPOSED", "APPROVED"),
        ),
        ("kind", {"eq": "DETECTIVE"}, lambda row: row["kind"] == "DETECTIVE"),
        ("owner", {"eq": person_id(cast.qa)}, lambda row: row["owner"]["name"] == cast.qa.name),
        ("risk", {"some": [code]}, lambda row: row["risks"]["nodes"][0]["risk"]["code"] == code),
        ("dueOn", {"lte": rows[2]["dueOn"]}, lambda row: row["dueOn"] <= rows[2]["dueOn"]),
        ("implementedAt", {"isNull": False}, lambda row: row["implementedAt"] is not None),
        ("verifiedAt", {"isNull": True}, lambda row: row["verifiedAt"] is None),
        ("slipCount", {"gte": 1}, lambda row: row["slipCount"] >= 1),
        ("not", {"kind": {"eq": "DETECTIVE"}}, lambda row: row["kind"] != "DETECTIVE"),
        ("or", [{"code": {"eq": "M-001"}}], lambda row: row["code"] == "M-001"),
        ("and", [], lambda _: True),
    ]
    _covers("MitigationFilter", table)
    for name, given, matches in table:
        data = (await register.ask(SYSTEM, document, f={name: given}))["mitigations"]
        assert (name, data["nodes"]) == (name, [row for row in rows if matches(row)])
    orders = {"CODE": "code", "DUE_ON": "dueOn", "CREATED_AT": "createdAt"}
    await _sorted(register, document, "mitigations", "MitigationOrderField", orders)


def _covers(name: str, table: list[tuple[str, Any, Matches]]) -> None:
    known = schema._schema.type_map[name]
    assert isinstance(known, GraphQLInputObjectType)
    assert {field for field, _, _ in table} == set(known.fields)


async def _sorted(
    register: Register, document: str, root: str, kind: str, orders: dict[str, str]
) -> None:
    known = schema._schema.type_map[kind]
    assert isinstance(known, GraphQLEnumType)
    assert set(orders) == set(known.values)
    for name, shown in orders.items():
        for direction in ("ASC", "DESC"):
            order = {"field": name, "direction": direction}
            data = (await register.ask(SYSTEM, document, o=order))[root]["nodes"]
            keys = [row[shown] for row in data]
            assert keys == sorted(keys, reverse=direction == "DESC")


async def test_every_filter_and_order_of_acceptances(register: Register) -> None:
    db, cast = register.db, register.cast
    risks: list[Risk] = []
    for place, days in enumerate((5, 60, 30)):
        risk = await an_assessed_risk(db, cast.qa, cast.project, likelihood=2, impact=3)
        by = cast.vp if place == 1 else cast.lead
        until = day_of(register) + timedelta(days=days)
        risks.append(await moved(register, risk, "accept", by=by, expires_on=until))
        register.clock.advance(hours=1)
    await moved(register, risks[2], "revoke_acceptance")
    register.clock.advance(days=10)
    document = """query ($f: RiskAcceptanceFilter, $o: RiskAcceptanceOrder) {
      acceptances(filter: $f, orderBy: $o) { totalCount nodes { code expiresOn ended createdAt
        risk { code } acceptedBy { name } residualAtAcceptance { band } consecutive } } }"""
    rows = (await register.ask(SYSTEM, document))["acceptances"]["nodes"]
    assert [(row["code"], row["ended"]) for row in rows] == [
        ("A-001", "EXPIRED"),
        ("A-003", "REVOKED"),
        ("A-002", None),
    ]
    table: list[tuple[str, Any, Matches]] = [
        ("code", {"in": ["A-001", "A-002"]}, lambda row: row["code"] in ("A-001", "A-002")),
        ("expiresOn", {"gt": rows[0]["expiresOn"]}, lambda row: row["code"] != "A-001"),
        ("risk", {"eq": risks[1].code}, lambda row: row["risk"]["code"] == risks[1].code),
        ("acceptedBy", {"eq": person_id(cast.vp)}, lambda row: row["code"] == "A-002"),
        ("holds", True, lambda row: row["ended"] is None),
        ("holds", False, lambda row: row["ended"] is not None),
        ("ended", {"eq": "EXPIRED"}, lambda row: row["ended"] == "EXPIRED"),
        ("ended", {"in": ["REVOKED", "WORSENED"]}, lambda row: row["ended"] == "REVOKED"),
    ]
    _covers("RiskAcceptanceFilter", table)
    for name, given, matches in table:
        data = (await register.ask(SYSTEM, document, f={name: given}))["acceptances"]
        assert (name, data["nodes"]) == (name, [row for row in rows if matches(row)])
        assert data["totalCount"] == len(data["nodes"])
    orders = {"EXPIRES_ON": "expiresOn", "CREATED_AT": "createdAt"}
    await _sorted(register, document, "acceptances", "RiskAcceptanceOrderField", orders)


async def test_blast_radius_follows_what_is_caused(register: Register) -> None:
    db, cast = register.db, register.cast
    first = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    second = await a_risk(db, cast.qa, areas=(cast.other_area,), market_ids=[id_of(cast.market)])
    third = await an_assessed_risk(db, cast.qa, cast.other_project)
    kept = await a_mitigation(db, cast.qa, (third, 0, 1), kind=MitigationKind.CONTINGENCY)
    for state in (M.CANCELLED, M.INEFFECTIVE):
        gone = await a_mitigation(db, cast.qa, (third, 0, 1), kind=MitigationKind.CONTINGENCY)
        await brought(register, gone, state)
    for start, end in ((third, second), (first, third)):
        link = inputs.RelateRisks(from_id=id_of(start), to_id=id_of(end), kind=RelationKind.CAUSES)
        await register.does(cast.lead, service_assess.relate, link)
    document = """query ($id: ID!) { risk(id: $id) { blastRadius { projects { code }
      policyAreas { code } markets { code } vendors { code } pools { code }
      risks { depth risk { code } } contingencies { code } } } }"""
    shown = (await register.ask(SYSTEM, document, id=id_of(first)))["risk"]["blastRadius"]
    assert shown == {
        "projects": [{"code": "PRJ-OTHER"}, {"code": "PRJ-OWN"}],
        "policyAreas": [{"code": "SPAM"}],
        "markets": [{"code": "pt-BR"}],
        "vendors": [{"code": "ASTER"}],
        "pools": [{"code": "POOL-ASTER"}, {"code": "POOL-BOREAL"}],
        "risks": [
            {"depth": 1, "risk": {"code": third.code}},
            {"depth": 2, "risk": {"code": second.code}},
        ],
        "contingencies": [{"code": kept.code}],
    }
    assert {verdict.value for verdict in Verdict} >= {M.INEFFECTIVE.value}


@pytest.mark.parametrize(
    "document", ["{ risks { nodes { id } } }", "{ hygiene { stale { count } } }"]
)
async def test_empty_register_answers(register: Register, document: str) -> None:
    assert (await register.ask(SYSTEM, document)) in (
        {"risks": {"nodes": []}},
        {"hygiene": {"stale": {"count": 0}}},
    )
