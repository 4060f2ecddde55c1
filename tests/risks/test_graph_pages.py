"""Pages of risks: the same few statements for 1 row and for 100, no entity, every filter and order.

The hundred risks are written in three entries, each through the services.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.graph import schema
from riskreg.kit.db import Act, get
from riskreg.kit.tables import Base
from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, service, service_assess, service_mitigation, service_moves
from riskreg.risks.inputs_mitigation import EffectInput, ProposeMitigation
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import RiskMitigation
from riskreg.risks.rules import (
    Band,
    ImpactDimension,
    MitigationKind,
    RejectReason,
    RiskCategory,
    Treatment,
)
from tests.cast import Register, person_id
from tests.factories import id_of, ids_of
from tests.risks.arranged import day_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZE = 100
PAGE = """query ($n: Int!) { risks(first: $n) { totalCount nodes {
  code title status appetiteStatus owner { name team { name } } projects { code manager { name } }
  residual { effective { band score } computed { band } }
  latestAssessment { at rationale assessor { name } }
  mitigations { totalCount nodes { deltaImpact mitigation { code status owner { name } } } }
} } }"""
BATCHED = """query ($n: Int!) { risks(first: $n) { nodes {
  availableTransitions { name allowed blockedBy } findings { rule message }
  vendors { code } markets { code } policyAreas { code } nextAction { code }
  assessments { nodes { method } } acceptances { nodes { code } } comments { nodes { text } }
  relatedTo { nodes { to { code } } } relatedFrom { nodes { from { code } } }
  mitigations { nodes { mitigation { availableTransitions { name } checks { nodes { verdict } }
  effectiveness { verdict } risks { nodes { risk { code } } } } } } } } }"""

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def kept(shared_url: object) -> dict[str, Rows]:
    """What the register holds, once it was written."""
    return {}


def _forms(register: Register) -> list[inputs.LogRisk]:
    cast = register.cast
    projects = (cast.project, cast.other_project)
    owners = (cast.manager, cast.wfm, cast.qa)
    categories = list(RiskCategory)
    return [
        inputs.LogRisk(
            title=f"Élan number {place:03d}" if place % 10 == 0 else f"Slip {place:03d}",
            cause="Because",
            event="it happens",
            consequence="it hurts",
            category=categories[place % len(categories)],
            project_ids=ids_of(projects[place % 2]),
            policy_area_ids=ids_of(cast.area) if place % 5 == 0 else None,
            market_ids=ids_of(cast.market) if place % 4 == 0 else None,
            vendor_ids=ids_of(cast.boreal) if place % 2 else ids_of(cast.aster),
            owner_id=person_id(owners[place % 3]),
            likelihood=1 + place % 5,
            impact=1 + place // 5 % 5,
        )
        for place in range(SIZE)
    ]


async def _log(register: Register, session: AsyncSession, view: View) -> list[Risk]:
    return list(await service.log_many(session, view, inputs.LogRisks(risks=_forms(register))))


async def _judge(session: AsyncSession, view: View, risks: list[Risk]) -> None:
    """Judge every third; the others stay OPEN."""
    for risk in risks[::3]:
        if risk.inherent_likelihood and risk.inherent_impact:
            step = inputs.ImpactInput(dimension=ImpactDimension.SLA, step=risk.inherent_impact)
            given = inputs.AssessRisk(
                id=id_of(risk),
                expected_version=risk.version,
                likelihood=risk.inherent_likelihood,
                impacts=[step],
                rationale="Seen",
            )
            await service_assess.assess(session, view, given)


async def _plan(register: Register, session: AsyncSession, view: View, risks: list[Risk]) -> None:
    """Ten actions, each for ten risks; some moves besides."""
    for place in range(10):
        first, *others = risks[place::10]
        given = ProposeMitigation(
            title=f"Action {place}",
            kind=MitigationKind.CORRECTIVE if place % 2 else MitigationKind.PREVENTIVE,
            effects=[EffectInput(risk_id=id_of(first), delta_likelihood=1, delta_impact=1)],
            owner_id=person_id(register.cast.manager),
            due_on=day_of(register) + timedelta(days=place),
        )
        action = await service_mitigation.propose(session, view, given)
        for risk in others:
            link = {"risk_id": risk.id, "mitigation_id": action.id}
            session.add(RiskMitigation(**link, delta_likelihood=1, delta_impact=1))
    ended = inputs.RejectRisk(
        id=id_of(risks[1]),
        expected_version=risks[1].version,
        reason=RejectReason.NOT_A_RISK,
    )
    await service_moves.reject(session, view, ended)
    treated = inputs.TreatRisk(
        id=id_of(risks[0]), expected_version=risks[0].version, treatment=Treatment.MITIGATE
    )
    await service_moves.treat(session, view, treated)


async def written(register: Register, kept: dict[str, Rows]) -> Rows:
    """The hundred risks as the graph shows them, written once."""
    if not kept:
        risks: list[Risk] = []

        async def first(session: AsyncSession, view: View) -> None:
            risks.extend(await _log(register, session, view))

        async def second(session: AsyncSession, view: View) -> None:
            await _judge(session, view, await _again(session, view, risks))

        async def third(session: AsyncSession, view: View) -> None:
            await _plan(register, session, view, await _again(session, view, risks))

        for work in (first, second, third):
            await register.db.write(SYSTEM, Act("arrange"), work)
            register.clock.advance(hours=1)
        kept["rows"] = (await register.ask(SYSTEM, SHOWN))["risks"]["nodes"]
    return kept["rows"]


async def _again(session: AsyncSession, view: View, risks: list[Risk]) -> list[Risk]:
    return [await get(session, view, Risk, risk.id) for risk in risks]


SHOWN = """{ risks(first: 100) { nodes { id code title status category appetiteStatus
  residual { effective { likelihood impact band score } } inherent { likelihood impact band }
  treatment owner { code } projects { code } policyAreas { code } markets { code }
  vendors { code } mitigations { nodes { mitigation { code dueOn } } } nextReviewDue
  outOfToleranceSince identifiedAt createdAt updatedAt } } }"""


async def counted(register: Register, document: str, size: int) -> int:
    """How many statements a page takes."""
    answer, context = await register.execute(SYSTEM, document, {"n": size})
    assert answer.errors is None
    assert answer.data is not None
    assert len(answer.data["risks"]["nodes"]) == size
    return context.statements


async def test_page_takes_the_same_statements_for_1_and_100_rows(
    shared: Register, kept: dict[str, Rows]
) -> None:
    await written(shared, kept)
    for document in (PAGE, BATCHED):
        few = await counted(shared, document, 1)
        assert [await counted(shared, document, size) for size in (20, 100)] == [few, few]
    assert await counted(shared, PAGE, 100) <= 12


async def test_reading_loads_no_entity(shared: Register, kept: dict[str, Rows]) -> None:
    await written(shared, kept)
    loaded: list[object] = []

    def note(entity: object, _context: object) -> None:
        loaded.append(entity)

    event.listen(Base, "load", note, propagate=True)
    try:
        await counted(shared, PAGE, 100)
        await counted(shared, BATCHED, 100)
        assert loaded == []

        async def read(session: AsyncSession, view: View) -> None:
            await get(session, view, Risk, kept["rows"][0]["id"].partition("_")[2])

        await shared.db.rehearse(SYSTEM, Act("read"), read)
        assert [type(one) for one in loaded] == [Risk]  # the listener does see them
    finally:
        event.remove(Base, "load", note)


def _by(*path: str) -> Callable[[dict[str, Any]], Any]:
    def value(row: dict[str, Any]) -> Any:
        found: Any = row
        for name in path:
            found = None if found is None else found[name]
        return found

    return value


def _codes(name: str) -> Callable[[dict[str, Any]], list[str]]:
    return lambda row: [one["code"] for one in row[name]]


Matches = Callable[[dict[str, Any]], bool]
BANDS = [band.value for band in Band]


def _filters(rows: Rows) -> list[tuple[str, Any, Matches]]:
    """Every filter with some operators, and which rows it is to match."""
    late = rows[50]["updatedAt"]
    action = rows[3]["mitigations"]["nodes"][0]["mitigation"]["code"]
    day = rows[0]["nextReviewDue"]
    return [
        ("code", {"eq": "R-007"}, lambda row: row["code"] == "R-007"),
        ("code", {"in": ["R-007", "R-09"]}, lambda row: row["code"] == "R-007"),
        ("code", {"contains": "r-00"}, lambda row: row["code"].startswith("R-00")),
        ("title", {"contains": "ELAN"}, lambda row: row["title"].startswith("Élan")),
        ("title", {"eq": "Slip 001"}, lambda row: row["title"] == "Slip 001"),
        ("status", {"eq": "OPEN"}, lambda row: row["status"] == "OPEN"),
        (
            "status",
            {"notIn": ["OPEN", "ASSESSED"]},
            lambda r: r["status"] in ("REJECTED", "TREATING"),
        ),
        ("category", {"in": ["VENDOR"]}, lambda row: row["category"] == "VENDOR"),
        (
            "appetiteStatus",
            {"eq": "OUT_OF_TOLERANCE"},
            lambda row: row["appetiteStatus"] == "OUT_OF_TOLERANCE",
        ),
        (
            "residualBand",
            {"in": ["CRITICAL"]},
            lambda row: _by("residual", "effective", "band")(row) == "CRITICAL",
        ),
        (
            "residualLikelihood",
            {"gte": 4, "lt": 5},
            lambda row: _by("residual", "effective", "likelihood")(row) == 4,
        ),
        (
            "residualImpact",
            {"lte": 2},
            lambda row: _by("residual", "effective", "impact")(row) <= 2,
        ),
        ("inherentBand", {"eq": "LOW"}, lambda row: _by("inherent", "band")(row) == "LOW"),
        ("inherentLikelihood", {"gt": 3}, lambda row: _by("inherent", "likelihood")(row) > 3),
        ("inherentImpact", {"in": [1, 5]}, lambda row: _by("inherent", "impact")(row) in (1, 5)),
        ("treatment", {"eq": "MITIGATE"}, lambda row: row["treatment"] == "MITIGATE"),
        ("owner", {"eq": rows[0]["owner"]["code"]}, lambda r: r["owner"] == rows[0]["owner"]),
        ("owner", {"isNull": True}, lambda row: row["owner"] is None),
        ("project", {"some": ["PRJ-OWN"]}, lambda row: "PRJ-OWN" in _codes("projects")(row)),
        ("project", {"none": ["PRJ-OWN"]}, lambda row: "PRJ-OWN" not in _codes("projects")(row)),
        ("policyArea", {"some": ["HATE"]}, lambda row: "HATE" in _codes("policyAreas")(row)),
        ("market", {"none": ["pt-BR"]}, lambda row: not row["markets"]),
        ("vendor", {"some": ["BOREAL", "X"]}, lambda row: "BOREAL" in _codes("vendors")(row)),
        (
            "mitigation",
            {"some": [action]},
            lambda row: row["mitigations"]["nodes"][0]["mitigation"]["code"] == action,
        ),
        ("nextReviewDue", {"eq": day}, lambda row: row["nextReviewDue"] == day),
        ("nextReviewDue", {"isNull": True}, lambda row: row["status"] == "REJECTED"),
        ("nextReviewDue", {"lte": "2999-01-01"}, lambda row: row["status"] != "REJECTED"),
        ("outOfToleranceSince", {"isNull": True}, lambda row: row["outOfToleranceSince"] is None),
        (
            "outOfToleranceSince",
            {"gte": late},
            lambda row: (row["outOfToleranceSince"] or "") >= late,
        ),
        ("identifiedAt", {"lt": late}, lambda row: row["identifiedAt"] < late),
        (
            "updatedAt",
            {"gt": rows[0]["createdAt"]},
            lambda row: row["updatedAt"] > rows[0]["createdAt"],
        ),
        ("not", {"status": {"eq": "OPEN"}}, lambda row: row["status"] != "OPEN"),
        ("or", [], lambda _: False),
        ("and", [], lambda _: True),
        (
            "or",
            [{"code": {"eq": "R-001"}}, {"code": {"eq": "R-002"}}],
            lambda r: r["code"] in ("R-001", "R-002"),
        ),
        (
            "and",
            [{"status": {"eq": "OPEN"}}, {"category": {"eq": "VENDOR"}}],
            lambda r: (r["status"], r["category"]) == ("OPEN", "VENDOR"),
        ),
    ]


async def test_every_filter_finds_what_it_says(shared: Register, kept: dict[str, Rows]) -> None:
    rows = await written(shared, kept)
    table = _filters(rows)
    known = schema._schema.type_map["RiskFilter"]
    assert isinstance(known, GraphQLInputObjectType)
    assert {name for name, _, _ in table} == set(known.fields)
    document = """query ($f: RiskFilter) { risks(filter: $f, first: 100) { totalCount
      nodes { code } } heatMap(filter: $f, stage: INHERENT) { total } }"""
    for name, given, matches in table:
        data = await shared.ask(SYSTEM, document, f={name: given})
        found = [row["code"] for row in data["risks"]["nodes"]]
        wanted = [row["code"] for row in rows if matches(row)]
        assert (name, given, found) == (name, given, wanted)
        assert data["risks"]["totalCount"] == len(wanted)
        running = [row for row in rows if matches(row) and row["status"] != "REJECTED"]
        assert data["heatMap"]["total"] == len(running)


ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "CODE": _by("code"),
    "TITLE": lambda row: row["title"].lower().replace("é", "e"),
    "RESIDUAL": lambda row: _grave(row["residual"]["effective"]),
    "INHERENT": lambda row: _grave(row["inherent"]),
    "NEXT_REVIEW_DUE": lambda row: row["nextReviewDue"] or "2026-11-23",
    "TIME_OUT_OF_TOLERANCE": lambda row: row["outOfToleranceSince"] or "9999",
    "CREATED_AT": _by("createdAt"),
    "UPDATED_AT": _by("updatedAt"),
}


def _grave(level: dict[str, Any]) -> tuple[int, int]:
    return (BANDS.index(level["band"]), level["likelihood"] * level["impact"])


async def test_every_order_sorts_and_pages(shared: Register, kept: dict[str, Rows]) -> None:
    rows = await written(shared, kept)
    assert set(ORDERS) == set(schema._schema.type_map["RiskOrderField"].values)  # type: ignore[attr-defined]
    document = """query ($f: RiskOrderField!, $d: Direction!, $c: Cursor) {
      risks(first: 40, after: $c, orderBy: {field: $f, direction: $d}) {
        nodes { id code } pageInfo { endCursor hasNextPage } } }"""
    by_code = {row["code"]: row for row in rows}
    for name, key in ORDERS.items():
        for direction in ("ASC", "DESC"):
            seen: Rows = []
            after, more = None, True
            while more:
                page = (await shared.ask(SYSTEM, document, f=name, d=direction, c=after))["risks"]
                seen += page["nodes"]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            keys = [(key(by_code[row["code"]]), row["id"]) for row in seen]
            backwards = (direction == "DESC") is (name != "TIME_OUT_OF_TOLERANCE")
            assert len(seen) == SIZE
            assert (name, direction, keys) == (name, direction, sorted(keys, reverse=backwards))
