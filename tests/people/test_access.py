"""What vendors, requestors, narrowed tokens and administrators see of people; and never more."""

from datetime import date

from riskreg.kit.view import Actor, Reach, Scope
from riskreg.people import inputs, service
from riskreg.people.auth import SYSTEM
from riskreg.people.permits import ADMINISTRATION
from riskreg.people.rules import Role
from tests.factories import a_person, a_vendor, actor_of, done, id_of, ids_of
from tests.stage import Stage

SEEN = """{ people(orderBy: {field: CODE}) { totalCount nodes { name email roles vendor { name }
  team { name } delegations { totalCount } history { actor changes { field } } } }
  teams { totalCount } }"""
BY_ID = "query ($id: ID) { person(id: $id) { name } }"


async def test_each_sees_its_own(stage: Stage) -> None:
    own, other = [await a_vendor(stage.db, code) for code in ("OWN", "OTHER")]
    staff = await a_person(stage.db, Role.PM, name="Staff")
    admin = await a_person(stage.db, Role.ADMIN, name="Admin")
    requestor = await a_person(stage.db, Role.REQUESTOR, name="Requestor")
    mine = await a_person(stage.db, name="Mine", vendor=own)
    theirs = await a_person(stage.db, name="Theirs", vendor=other)
    given = inputs.FormTeam(name="Team", lead_id=id_of(staff), member_ids=ids_of(staff, theirs))
    await done(stage.db, service.form_team, given)
    day = date(2026, 11, 16)
    for away, stand_in in ((staff, requestor), (theirs, await a_person(stage.db, vendor=other))):
        delegation = inputs.Delegate(
            from_id=id_of(away), to_id=id_of(stand_in), from_on=day, until_on=day
        )
        await done(stage.db, service.delegate, delegation)
    house = ["Staff", "Admin", "Requestor"]
    cases: list[tuple[Actor, list[str], dict[str, str], int]] = [
        (await actor_of(stage.db, mine), [*house, "Mine"], {"Mine": "OWN Services"}, 0),
        (await actor_of(stage.db, requestor), house, {}, 1),
        (Actor("x" * 32, "feed", reach=Reach(Scope.PROJECTS)), house, {}, 0),
    ]
    for actor, names, vendors, delegations in cases:
        data = await stage.ask(actor, SEEN)
        nodes = data["people"]["nodes"]
        assert [node["name"] for node in nodes] == names
        assert data["people"]["totalCount"] == len(names)
        assert {n["name"]: n["vendor"]["name"] for n in nodes if n["vendor"]} == vendors
        for node in nodes:
            assert (node["email"], node["roles"], node["team"]) == (None, None, None)
            changed = {c["field"] for entry in node["history"] for c in entry["changes"]}
            assert changed.isdisjoint({"email", "name_fold", "role"})
        assert sum(node["delegations"]["totalCount"] for node in nodes) == delegations
        assert data["teams"]["totalCount"] == 0
        assert await stage.ask(actor, BY_ID, id=id_of(theirs)) == {"person": None}
    whole = (await stage.ask(SYSTEM, SEEN))["people"]["nodes"]
    administrators = await stage.ask(await actor_of(stage.db, admin), SEEN)
    for node in (*whole, *administrators["people"]["nodes"]):
        node.pop("history")
    assert administrators["people"]["nodes"] == whole
    assert administrators["teams"]["totalCount"] == 1


async def test_vendor_learns_no_names_from_history(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    mine = await a_person(stage.db, vendor=vendor)
    document = "query ($id: ID) { person(id: $id) { history { actor action } } }"
    asked = await stage.ask(await actor_of(stage.db, mine), document, id=id_of(mine))
    assert asked == {"person": {"history": [{"actor": None, "action": "register"}]}}
    asked = await stage.ask(SYSTEM, document, id=id_of(mine))
    assert asked == {"person": {"history": [{"actor": "riskreg", "action": "register"}]}}


async def test_administrator_sees_people_and_nothing_else(stage: Stage) -> None:
    admin = await actor_of(stage.db, await a_person(stage.db, Role.ADMIN))
    assert admin.reach == Reach(Scope.PROJECTS, (ADMINISTRATION,))
    vendor = await a_vendor(stage.db)
    given = inputs.RegisterPerson(
        name="Contact", email="c@example.org", roles=[Role.VENDOR], vendor_id=id_of(vendor)
    )
    contact = await done(stage.db, service.register, given, admin)
    off = inputs.DeactivatePerson(id=id_of(contact), expected_version=1)
    assert not (await done(stage.db, service.deactivate, off, admin)).active
    team = await done(stage.db, service.form_team, inputs.FormTeam(name="Team"), admin)
    assert team.created_by == admin.id


async def test_vendor_may_not_write_beyond_its_people(stage: Stage) -> None:
    own, other = [await a_vendor(stage.db, code) for code in ("OWN", "OTHER")]
    mine, colleague = [await a_person(stage.db, vendor=own) for _ in range(2)]
    theirs = await a_person(stage.db, vendor=other)
    actor = await actor_of(stage.db, mine)
    day = date(2026, 11, 16)
    to_colleague = inputs.Delegate(to_id=id_of(colleague), from_on=day, until_on=day)
    assert (await done(stage.db, service.delegate, to_colleague, actor)).to_id == colleague.id
    to_them = inputs.Delegate(to_id=id_of(theirs), from_on=day, until_on=day)
    assert await stage.refusal(service.delegate, to_them, actor) == ("NOT_FOUND", ("toId",))
