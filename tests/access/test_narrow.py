"""What narrow readers learn through search, filters, links, counts and the past: nothing more."""

from datetime import timedelta
from typing import Any

import pytest
from strawberry import Some

from riskreg.kit.view import Actor
from riskreg.risks import inputs, service, service_assess
from riskreg.risks.models import Risk
from riskreg.risks.rules import RelationKind, Sensitivity
from tests.answers import texts_in
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of, ids_of
from tests.risks.arranged import moved, now

EVERYTHING = """query ($t: DateTime) { risks(first: 100, asOf: $t) { totalCount nodes { code title
  owner { name } identifiedBy { name } vendors { code name } projects { code requestors { name } }
  policyAreas { code } markets { code } comments { nodes { text author { name } } }
  mitigations { totalCount nodes { mitigation { code title owner { name } risks { totalCount nodes {
    risk { code } } } } } } relatedTo { totalCount nodes { to { code } } }
  relatedFrom { totalCount nodes { from { code } } } acceptances { nodes { code } }
  history { actor reason changes { object } } blastRadius { risks { risk { code } } vendors { code }
  projects { code } pools { code } contingencies { code } } findings { message }
  nextAction { code owner { name } } } }
  mitigations(first: 100, asOf: $t) { totalCount nodes { code } }
  acceptances(first: 100, asOf: $t) { totalCount nodes { code } }
  hygiene(asOf: $t) { checks { count messages risks { code } } }
  heatMap(stage: INHERENT, asOf: $t) { total } topRisks(limit: 25, asOf: $t) { risk { code } } }"""


async def a_shared_risk(register: Register) -> tuple[Risk, Risk]:
    """A risk of both vendors, with traces of the rival in every link, and one of the rival's."""
    db, cast = register.db, register.cast
    both = (cast.aster, cast.boreal)
    projects = (cast.project, cast.other_project)
    shared = await an_assessed_risk(
        db, cast.qa, *projects, vendors=both, title="Shared", owner=cast.rival
    )
    foreign = await a_risk(db, cast.qa, cast.other_project, vendors=(cast.boreal,), title="Secret")
    for kind in (RelationKind.CAUSES, RelationKind.DUPLICATE_OF):
        link = inputs.RelateRisks(from_id=id_of(shared), to_id=id_of(foreign), kind=kind)
        await register.does(cast.lead, service_assess.relate, link)
    await a_mitigation(db, cast.lead, (shared, 1, 1), (foreign, 1, 1), owner=cast.rival)
    await a_mitigation(db, cast.lead, (foreign, 1, 1), owner=cast.rival)
    for actor in (cast.rival, cast.vendor):
        said = inputs.CommentOnRisk(id=id_of(shared), text=f"Said at {actor.id[-4:]}")
        await register.does(actor, service_assess.comment, said)
    return shared, foreign


async def test_vendor_never_reads_of_another_vendor(register: Register) -> None:
    cast = register.cast
    shared, foreign = await a_shared_risk(register)
    register.clock.advance(days=40)
    then = register.db.now().isoformat()
    register.clock.advance(days=1)
    for at in (None, then):
        seen = await register.ask(cast.vendor, EVERYTHING, t=at)
        told = " ".join(sorted(texts_in(seen)))
        for hidden in ("BOREAL", cast.rival.name, "PRJ-OTHER", "POOL-BOREAL", "Secret"):
            assert hidden not in told
        assert foreign.code not in told
        [risk] = seen["risks"]["nodes"]
        assert risk["owner"] is None
        assert [one["code"] for one in risk["vendors"]] == ["ASTER"]
        assert [one["author"] for one in risk["comments"]["nodes"]] == [
            {"name": cast.vendor.name},
            None,
        ]
        [link] = risk["mitigations"]["nodes"]
        assert link["mitigation"]["risks"] == {
            "totalCount": 1,
            "nodes": [{"risk": {"code": shared.code}}],
        }
        assert link["mitigation"]["owner"] is None
        assert risk["relatedTo"] == risk["relatedFrom"] == {"totalCount": 0, "nodes": []}
        assert {one["actor"] for one in risk["history"]} <= {None, cast.vendor.name}
        assert {one["object"] for e in risk["history"] for one in e["changes"]} == {"risk"}
        counts = [seen[field]["totalCount"] for field in ("risks", "mitigations", "acceptances")]
        assert counts == [1, 1, 0]
        assert seen["heatMap"]["total"] == len(seen["topRisks"]) == 1
    seen = await register.ask(cast.lead, EVERYTHING, t=None)
    assert {"BOREAL", cast.rival.name, "Secret", foreign.code} <= texts_in(seen)


async def test_search_and_filters_do_not_probe_what_is_hidden(register: Register) -> None:
    cast = register.cast
    shared, foreign = await a_shared_risk(register)
    document = """query ($f: RiskFilter, $s: String) { risks(filter: $f, search: $s) { totalCount
      nodes { code } } heatMap(filter: $f, search: $s, stage: INHERENT) { total } }"""
    cases: list[tuple[dict[str, Any], str | None, int]] = [
        ({}, "secret", 0),
        ({}, "shared", 1),
        ({}, foreign.code, 0),
        ({"code": {"eq": foreign.code}}, None, 0),
        ({"title": {"contains": "sec"}}, None, 0),
        ({"vendor": {"some": ["BOREAL"]}}, None, 0),
        ({"vendor": {"none": ["BOREAL"]}}, None, 1),
        ({"vendor": {"some": [id_of(cast.boreal)]}}, None, 0),
        ({"project": {"some": ["PRJ-OTHER"]}}, None, 0),
        ({"owner": {"eq": person_id(cast.rival)}}, None, 0),
        ({"owner": {"in": [person_id(cast.rival), "P-001"]}}, None, 0),
        ({"mitigation": {"some": ["M-002"]}}, None, 0),
        ({"mitigation": {"some": ["M-001"]}}, None, 1),
        ({"or": [{"code": {"eq": foreign.code}}, {"code": {"eq": shared.code}}]}, None, 1),
        ({"not": {"code": {"eq": shared.code}}}, None, 0),
    ]
    for given, search, number in cases:
        data = await register.ask(cast.vendor, document, f=given, s=search)
        assert (given, search, data["risks"]["totalCount"]) == (given, search, number)
        assert data["heatMap"]["total"] == number == len(data["risks"]["nodes"])
    similar = """{ similarRisks(title: "Secret") { risk { code } } }"""
    assert await register.ask(cast.vendor, similar) == {"similarRisks": []}
    assert len((await register.ask(cast.lead, similar))["similarRisks"]) >= 1


@pytest.mark.parametrize("reader", ["requestor", "service"])
async def test_requestors_and_narrowed_tokens_stay_in_their_projects(
    register: Register, reader: str
) -> None:
    db, cast = register.db, register.cast
    actor: Actor = getattr(cast, reader)
    own = await a_risk(db, cast.qa, cast.project, title="Mine")
    await a_risk(db, cast.qa, cast.other_project, title="Theirs")
    await a_risk(db, cast.qa, areas=(cast.area,), title="Nobody's")
    both = await a_risk(db, cast.qa, cast.project, cast.other_project, title="Both")
    await a_mitigation(db, cast.lead, (both, 1, 1))
    seen = await register.ask(actor, EVERYTHING, t=None)
    assert [one["code"] for one in seen["risks"]["nodes"]] == [own.code, both.code]
    assert seen["heatMap"]["total"] == len(seen["topRisks"]) == 2
    told = texts_in(seen)
    assert {"PRJ-OWN"} <= told
    assert not told & {"PRJ-OTHER", "Theirs", "Nobody's", "BOREAL"}


async def test_requestor_keeps_sight_of_what_they_logged(register: Register) -> None:
    cast = register.cast
    risk = await a_risk(register.db, cast.requestor, areas=(cast.area,))
    document = "query ($c: String) { risk(code: $c) { code } }"
    assert (await register.ask(cast.requestor, document, c=risk.code))["risk"] is not None
    assert (await register.ask(cast.other_requestor, document, c=risk.code))["risk"] is None


async def test_restricted_risk_is_hidden_from_its_vendors_now_and_in_the_past(
    register: Register,
) -> None:
    db, cast = register.db, register.cast
    risk = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    document = """query ($c: String, $t: DateTime) { risk(code: $c, asOf: $t) { code }
      node(id: $id, asOf: $t) { id } }""".replace("($c", "($id: ID!, $c")
    register.clock.advance(hours=1)
    then = register.db.now().isoformat()
    register.clock.advance(hours=1)

    async def shown(actor: Actor, at: str | None) -> list[bool]:
        data = await register.ask(actor, document, c=risk.code, id=id_of(risk), t=at)
        return [data["risk"] is not None, data["node"] is not None]

    assert await shown(cast.vendor, None) == [True, True]
    hide = inputs.ChangeRisk(
        id=id_of(risk), expected_version=1, sensitivity=Some(Sensitivity.RESTRICTED)
    )
    await register.does(cast.qa, service.change, hide)
    for at in (None, then):
        assert await shown(cast.vendor, at) == [False, False]
        assert await shown(cast.requestor, at) == [True, True]
        assert await shown(cast.auditor, at) == [True, True]
    change = inputs.ChangeRisk(id=id_of(risk), expected_version=2, title=Some("x"))
    assert await register.refusals(cast.vendor, service.change, change) == [("NOT_FOUND", ("id",))]


async def test_vendor_that_is_taken_off_a_risk_loses_its_past_too(register: Register) -> None:
    db, cast = register.db, register.cast
    risk = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    register.clock.advance(hours=1)
    then = register.db.now().isoformat()
    register.clock.advance(hours=1)
    document = "query ($t: DateTime) { risks(asOf: $t) { totalCount } }"
    assert (await register.ask(cast.vendor, document, t=then))["risks"]["totalCount"] == 1
    move = inputs.ChangeRisk(
        id=id_of(risk), expected_version=1, vendor_ids=Some(ids_of(cast.boreal))
    )
    await register.does(cast.qa, service.change, move)
    for at in (None, then):
        assert (await register.ask(cast.vendor, document, t=at))["risks"]["totalCount"] == 0
    assert (await register.ask(cast.rival, document, t=None))["risks"]["totalCount"] == 1


async def test_history_leaves_out_what_a_vendor_could_not_see_then(register: Register) -> None:
    """A risk is cleared of its details and shared: the details stay with those who had them."""
    db, cast = register.db, register.cast
    secret = await a_risk(db, cast.qa, cast.project, title="Name of a child", vendors=(cast.aster,))
    version = 1
    for given in (
        {"sensitivity": Some(Sensitivity.RESTRICTED), "cause": Some("Address of a child")},
        {"title": Some("A case"), "cause": Some(None)},
        {"sensitivity": Some(Sensitivity.VENDOR_SHARED)},
        {"title": Some("A case in Manila")},
    ):
        register.clock.advance(hours=1)
        change = inputs.ChangeRisk(id=id_of(secret), expected_version=version, **given)
        await register.does(cast.qa, service.change, change)
        version += 1
    then = register.db.now().isoformat()
    document = """query ($c: String, $t: DateTime) { risk(code: $c, asOf: $t) { history {
      changes { field before after } } } }"""
    for at in (None, then):
        seen = await register.ask(cast.vendor, document, c=secret.code, t=at)
        changes = [one["changes"] for one in seen["risk"]["history"]]
        titles = [
            (one["before"], one["after"])
            for entry in changes
            for one in entry
            if one["field"] == "title"
        ]
        assert titles == [
            ("A case", "A case in Manila"),
            ("Name of a child", "A case"),
            (None, "Name of a child"),  # as it was shared with the vendor from the first
        ]
        assert "Address of a child" not in texts_in(seen)
        assert [one["field"] for one in changes[1] if one["field"] == "sensitivity"] == [
            "sensitivity"
        ]
    seen = await register.ask(cast.lead, document, c=secret.code)
    assert "Address of a child" in texts_in(seen)


async def test_cursor_of_one_reader_shows_another_only_what_they_see(register: Register) -> None:
    db, cast = register.db, register.cast
    for place in range(6):
        await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,) if place % 2 else ())
    document = """query ($c: Cursor) { risks(first: 3, after: $c) { totalCount nodes { code }
      pageInfo { endCursor } } }"""
    page = (await register.ask(cast.lead, document))["risks"]
    after = page["pageInfo"]["endCursor"]
    seen = (await register.ask(cast.vendor, document, c=after))["risks"]
    assert [one["code"] for one in seen["nodes"]] == ["R-004", "R-006"]
    assert seen["totalCount"] == 3


async def test_vendor_works_on_its_action_for_risks_that_it_does_not_see(
    register: Register,
) -> None:
    """Levels of the hidden risk follow, though the vendor may not see what it has changed."""
    db, cast = register.db, register.cast
    own = await an_assessed_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    hidden = await an_assessed_risk(db, cast.qa, cast.other_project)
    action = await a_mitigation(db, cast.lead, (own, 2, 2), (hidden, 2, 2), owner=cast.vendor)
    await moved(register, action, "approve")
    register.clock.advance(timedelta(days=1))
    for move in ("start", "implement"):
        await moved(register, action, move, by=cast.vendor)
    for risk in (own, hidden):
        row = await now(register, risk)
        assert (row.residual_likelihood, row.residual_impact) == (2, 3)
