"""The tree of policy areas: created, changed, never a circle; by service and over GraphQL."""

from datetime import timedelta

from strawberry import ID, Some

from riskreg.kit.view import Actor, Reach, Scope
from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Role
from riskreg.policies import inputs, service
from riskreg.policies.rules import SeverityClass
from tests.factories import a_person, a_policy_area, a_project, a_vendor, an_actor, done, id_of
from tests.stage import Stage

TREE = """query ($t: DateTime) { policyAreas(filter: {parent: {isNull: true}}, asOf: $t) { nodes {
  code severityClass manager { name } children { totalCount nodes { code parent { code }
  projects { code } } } } } }"""
CHANGE = """mutation ($input: ChangePolicyAreaInput!) { changePolicyArea(input: $input) {
  policyArea { code name dsaCategory version } userErrors { field code } } }"""


def an_area(**more: object) -> inputs.CreatePolicyArea:
    fields = {"code": "MS", "name": "Minors", "severity_class": SeverityClass.CRITICAL, **more}
    return inputs.CreatePolicyArea(**fields)  # type: ignore[arg-type]  # as each test needs


async def test_tree_now_and_then(stage: Stage) -> None:
    manager = await a_person(stage.db, Role.POLICY, name="Mo")
    root = await a_policy_area(stage.db, "HATE", manager=manager)
    stage.clock.advance(timedelta(hours=1))
    then = stage.clock.now().isoformat()
    stage.clock.advance(timedelta(hours=1))
    leaf = await a_policy_area(stage.db, "SLURS", parent=root)
    await a_project(stage.db, code="PRJ-HATE", areas=(leaf,))
    hate = {"code": "HATE", "severityClass": "HIGH", "manager": {"name": "Mo"}}
    slurs = {"code": "SLURS", "parent": {"code": "HATE"}, "projects": [{"code": "PRJ-HATE"}]}
    for at, nodes in ((then, []), (None, [slurs])):
        data = await stage.ask(SYSTEM, TREE, t=at)
        children = {"totalCount": len(nodes), "nodes": nodes}
        assert data["policyAreas"]["nodes"] == [{**hate, "children": children}]


async def test_everybody_sees_the_tree_but_not_whom_they_may_not(stage: Stage) -> None:
    await a_policy_area(stage.db, "HATE")
    vendor = Actor("a" * 32, "v", reach=Reach(Scope.VENDOR, ("b" * 32,)))
    for actor in (vendor, Actor("a" * 32, "t", reach=Reach(Scope.PROJECTS))):
        data = await stage.ask(actor, TREE)
        assert [node["code"] for node in data["policyAreas"]["nodes"]] == ["HATE"]


async def test_area_may_not_come_to_lie_in_itself(stage: Stage) -> None:
    root = await a_policy_area(stage.db, "A")
    middle = await a_policy_area(stage.db, "B", parent=root)
    leaf = await a_policy_area(stage.db, "C", parent=middle)
    for parent in (root, middle, leaf):
        given = inputs.ChangePolicyArea(
            id=id_of(root), expected_version=1, parent_id=Some(id_of(parent))
        )
        assert await stage.refusal(service.change, given) == ("CYCLE", ("parentId",))
    up = inputs.ChangePolicyArea(id=id_of(leaf), expected_version=1, parent_id=Some(id_of(root)))
    assert (await done(stage.db, service.change, up)).parent_id == root.id
    out = inputs.ChangePolicyArea(id=id_of(middle), expected_version=1, parent_id=Some(None))
    assert (await done(stage.db, service.change, out)).parent_id is None


async def test_bad_area_is_refused(stage: Stage) -> None:
    await a_policy_area(stage.db, "HATE")
    contact = await a_person(stage.db, vendor=await a_vendor(stage.db))
    cases: list[tuple[dict[str, object], str, str]] = [
        ({"code": "HATE"}, "DUPLICATE", "code"),
        ({"code": "MS/1"}, "INVALID", "code"),
        ({"name": " "}, "REQUIRED", "name"),
        ({"dsa_category": "x" * 101}, "TOO_LONG", "dsaCategory"),
        ({"parent_id": ID("HATE")}, "NOT_FOUND", "parentId"),
        ({"manager_id": id_of(contact)}, "INVALID", "managerId"),
    ]
    for more, code, field in cases:
        refused = await stage.refusal(service.create, an_area(**more))
        assert (more, refused) == (more, (code, (field,)))


async def test_who_may_change_the_tree(stage: Stage) -> None:
    for number, role in enumerate((Role.PM_LEAD, Role.ADMIN)):
        actor = await an_actor(stage.db, role)
        area = await done(stage.db, service.create, an_area(code=f"A{number}"), actor)
        assert area.created_by == actor.id
    for role in (Role.POLICY, Role.PM, Role.QA, Role.AUDITOR):
        actor = await an_actor(stage.db, role)
        assert "You may" in await stage.forbidden(service.create, an_area(), actor)


async def test_change_over_graphql_is_replayed_not_repeated(stage: Stage) -> None:
    area = await a_policy_area(stage.db)
    sent = {
        "id": id_of(area),
        "expectedVersion": 1,
        "name": "Hateful conduct",
        "dsaCategory": "Illegal or harmful speech",
        "idempotencyKey": "k1",
    }
    shown = {
        "code": "HATE",
        "name": "Hateful conduct",
        "dsaCategory": "Illegal or harmful speech",
        "version": 2,
    }
    before = await stage.seq()
    for _ in range(2):
        data = await stage.ask(SYSTEM, CHANGE, input=sent)
        assert data["changePolicyArea"] == {"policyArea": shown, "userErrors": []}
    assert await stage.seq() == before + 1
    data = await stage.ask(SYSTEM, CHANGE, input={**sent, "name": "Other"})
    reused = [{"field": ["idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED"}]
    assert data["changePolicyArea"] == {"policyArea": None, "userErrors": reused}
    empty = {"id": id_of(area), "expectedVersion": 2, "dsaCategory": None}
    data = await stage.ask(SYSTEM, CHANGE, input=empty)
    assert data["changePolicyArea"]["policyArea"]["dsaCategory"] is None
