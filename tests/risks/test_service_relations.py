"""Risks relate without doubles and circles; comments are kept; rejected risks name another."""

from typing import Any

import pytest
from strawberry import ID

from riskreg.kit.ids import global_id
from riskreg.kit.view import Actor
from riskreg.risks import inputs, service_assess
from riskreg.risks.models import Risk
from riskreg.risks.rules import RejectReason, RelationKind, RiskStatus, Sensitivity
from tests.cast import Register
from tests.factories import a_mitigation, a_risk, id_of
from tests.risks.arranged import a_risk_in, moved, now, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

K = RelationKind
CYCLE, DOUBLE = [("CYCLE", ("toId",))], [("DUPLICATE", ("toId",))]
NOWHERE = ID(global_id("risk", "0" * 32))
RELATIONS = """query ($id: ID!) { risk(id: $id) {
  relatedTo { nodes { kind to { code } } } relatedFrom { nodes { kind from { code } } } } }"""


def link(start: Risk, end: Risk, kind: RelationKind) -> inputs.RelateRisks:
    """From one risk to another."""
    return inputs.RelateRisks(from_id=id_of(start), to_id=id_of(end), kind=kind)


async def some_risks(register: Register, number: int) -> list[Risk]:
    """Risks of the manager's project."""
    cast = register.cast
    return [await a_risk(register.db, cast.qa, cast.project) for _ in range(number)]


@pytest.mark.parametrize("kind", [K.CAUSES, K.AGGREGATES, K.DUPLICATE_OF])
async def test_directed_relations_run_in_no_circle(shared: Register, kind: RelationKind) -> None:
    one, two, three = await some_risks(shared, 3)
    lead, relate = shared.cast.lead, service_assess.relate
    await shared.does(lead, relate, link(one, two, kind))
    await shared.does(lead, relate, link(two, three, kind))
    await shared.does(lead, relate, link(one, three, kind))
    for start, end in ((three, one), (three, two), (two, one), (one, one)):
        assert await shared.refusals(lead, relate, link(start, end, kind)) == CYCLE
    assert await shared.refusals(lead, relate, link(one, two, kind)) == DOUBLE
    other = K.CAUSES if kind is not K.CAUSES else K.AGGREGATES
    await shared.does(lead, relate, link(three, one, other))  # each kind for itself


async def test_related_says_the_same_both_ways(shared: Register) -> None:
    one, two = await some_risks(shared, 2)
    lead, relate = shared.cast.lead, service_assess.relate
    await shared.does(lead, relate, link(one, two, K.RELATED))
    for start, end in ((one, two), (two, one)):
        assert await shared.refusals(lead, relate, link(start, end, K.RELATED)) == DOUBLE
    assert await shared.refusals(lead, relate, link(one, one, K.RELATED)) == CYCLE


async def test_circle_through_a_hidden_risk_is_one_too(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    one, three = await some_risks(shared, 2)
    hidden = await a_risk(db, cast.qa, cast.other_project)
    relate = service_assess.relate
    await shared.does(cast.lead, relate, link(three, hidden, K.CAUSES))
    await shared.does(cast.lead, relate, link(hidden, one, K.CAUSES))
    narrow = Actor(cast.lead.id, "feed", cast.lead.roles, "A2", cast.service.reach)
    assert await shared.refusals(narrow, relate, link(one, three, K.CAUSES)) == CYCLE
    assert await shared.refusals(narrow, relate, link(one, hidden, K.CAUSES)) == [
        ("NOT_FOUND", ("toId",))
    ]
    await shared.does(narrow, relate, link(three, one, K.CAUSES))


async def test_unknown_risks_are_told_by_field(shared: Register) -> None:
    [one] = await some_risks(shared, 1)
    relate = service_assess.relate
    for start, end, field in ((NOWHERE, id_of(one), "fromId"), (id_of(one), ID("x"), "toId")):
        given = inputs.RelateRisks(from_id=start, to_id=end, kind=K.CAUSES)
        found = await shared.refusals(shared.cast.lead, relate, given)
        assert found == [("NOT_FOUND", (field,))]


async def test_relation_is_removed_at_its_version(shared: Register) -> None:
    one, two = await some_risks(shared, 2)
    cast = shared.cast
    relation = await shared.does(cast.lead, service_assess.relate, link(one, two, K.CAUSES))
    shown = await shared.ask(cast.qa, RELATIONS, id=id_of(one))
    assert shown["risk"]["relatedTo"]["nodes"] == [{"kind": "CAUSES", "to": {"code": two.code}}]
    shown = await shared.ask(cast.qa, RELATIONS, id=id_of(two))
    assert shown["risk"]["relatedFrom"]["nodes"] == [{"kind": "CAUSES", "from": {"code": one.code}}]
    stale = inputs.UnrelateRisks(id=id_of(relation), expected_version=2)
    assert await shared.refusals(cast.lead, service_assess.unrelate, stale) == [
        ("VERSION_CONFLICT", ("expectedVersion",))
    ]
    remove = inputs.UnrelateRisks(id=id_of(relation), expected_version=1)
    assert await shared.refusals(cast.guideline, service_assess.unrelate, remove) == [
        ("FORBIDDEN", ())
    ]
    await shared.does(cast.lead, service_assess.unrelate, remove)
    assert await shared.refusals(cast.lead, service_assess.unrelate, remove) == [
        ("NOT_FOUND", ("id",))
    ]
    await shared.does(cast.lead, service_assess.relate, link(two, one, K.CAUSES))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [(RejectReason.DUPLICATE, K.DUPLICATE_OF), (RejectReason.IS_ISSUE, K.RELATED)],
)
async def test_rejected_risk_points_to_what_it_is(
    shared: Register, reason: RejectReason, kind: RelationKind
) -> None:
    one, two, third = await some_risks(shared, 3)
    lead = shared.cast.lead
    await shared.does(lead, service_assess.relate, link(two, one, kind))
    already: dict[str, Any] = {"reason": reason, "instead_id": id_of(two), "note": "See there"}
    if kind is K.DUPLICATE_OF:  # two doubles one already, so one cannot double two
        assert await refused(shared, one, "reject", **already) == [("CYCLE", ("insteadId",))]
    else:
        await moved(shared, one, "reject", **already)
    # Linked before, or not: there is one relation afterwards.
    await shared.does(lead, service_assess.relate, link(third, two, kind))
    rejected = await moved(shared, third, "reject", **already)
    row = await now(shared, rejected)
    assert (row.status, row.reject_reason, row.close_reason) == (
        RiskStatus.REJECTED,
        reason,
        "See there",
    )
    shown = await shared.ask(lead, RELATIONS, id=id_of(third))
    nodes = shown["risk"]["relatedTo"]["nodes"]
    assert nodes == [{"kind": kind.value, "to": {"code": two.code}}]


async def test_comments_are_kept_newest_first(shared: Register) -> None:
    [risk] = await some_risks(shared, 1)
    cast = shared.cast
    for actor, text in ((cast.qa, "First\r\nline two"), (cast.manager, "Second")):
        said = inputs.CommentOnRisk(id=id_of(risk), text=text)
        await shared.does(actor, service_assess.comment, said)
    document = """query ($id: ID!) { risk(id: $id) { version comments { totalCount nodes {
      text author { name } } } } }"""
    shown = await shared.ask(cast.auditor, document, id=id_of(risk))
    assert shown["risk"] == {
        "version": 1,
        "comments": {
            "totalCount": 2,
            "nodes": [
                {"text": "Second", "author": {"name": cast.manager.name}},
                {"text": "First\nline two", "author": {"name": cast.qa.name}},
            ],
        },
    }


async def test_bad_comments_are_refused(shared: Register) -> None:
    [risk] = await some_risks(shared, 1)
    comment = service_assess.comment
    for text, code in (("", "REQUIRED"), ("x" * 4001, "TOO_LONG"), ("\u2066", "INVALID_TEXT")):
        given = inputs.CommentOnRisk(id=id_of(risk), text=text)
        assert await shared.refusals(shared.cast.qa, comment, given) == [(code, ("text",))]
    for absent in (NOWHERE, ID(""), ID("R-001")):
        given = inputs.CommentOnRisk(id=absent, text="x")
        found = await shared.refusals(shared.cast.qa, comment, given)
        assert found == [("NOT_FOUND", ("id",))]


async def test_ended_risk_takes_no_action_and_no_change(shared: Register) -> None:
    cast = shared.cast
    open_risk = await a_risk_in(shared, RiskStatus.ASSESSED)
    for state in (RiskStatus.CLOSED, RiskStatus.REJECTED):
        risk = await a_risk_in(shared, state)
        for effects in (((risk, 1, 1),), ((open_risk, 1, 1), (risk, 1, 1))):
            before = await shared.seq()
            with pytest.raises(Exception, match=f"{risk.code} is {state}"):
                await a_mitigation(shared.db, cast.lead, *effects)
            assert await shared.seq() == before


async def test_vendor_relates_nothing_and_sees_only_what_it_sees_both_ends_of(
    shared: Register,
) -> None:
    db, cast = shared.db, shared.cast
    open_, closed = Sensitivity.PUBLIC_INTERNAL, Sensitivity.RESTRICTED
    own, twin, hidden = [
        await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,), sensitivity=sensitivity)
        for sensitivity in (open_, open_, closed)
    ]
    relate = service_assess.relate
    await shared.does(cast.lead, relate, link(own, twin, K.CAUSES))
    await shared.does(cast.lead, relate, link(own, hidden, K.CAUSES))
    shown = await shared.ask(cast.vendor, RELATIONS, id=id_of(own))
    assert shown["risk"] == {
        "relatedTo": {"nodes": [{"kind": "CAUSES", "to": {"code": twin.code}}]},
        "relatedFrom": {"nodes": []},
    }
    again = link(twin, own, K.RELATED)
    assert await shared.refusals(cast.vendor, relate, again) == [("FORBIDDEN", ())]
