"""What vendors, requestors and narrowed tokens see of projects; and never more (BR 13)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from strawberry import Some

from riskreg.kit.view import Actor, Reach, Scope
from riskreg.people.rules import Role
from riskreg.projects import inputs, service
from riskreg.projects.models import Project, Vendor
from tests.answers import texts_in
from tests.factories import (
    a_market,
    a_person,
    a_pool,
    a_project,
    a_site,
    a_vendor,
    actor_of,
    an_actor,
    done,
    id_of,
)
from tests.stage import Stage

EVERYTHING = """query ($t: DateTime) {
  projects(asOf: $t) { totalCount nodes { code requestors { name } allocations { totalCount nodes {
    pool { code } project { code } } } markets { vendors { code } projects { code } } } }
  vendors(asOf: $t) { nodes { code people { nodes { name } } } }
  sites(asOf: $t) { nodes { code vendor { code } } }
  workforcePools(asOf: $t) { nodes { code vendor { name } allocations { nodes { project {
    code } } } } }
  markets(asOf: $t) { nodes { code vendors { code } projects { code } } } }"""


@dataclass(frozen=True)
class World:
    """Two vendors in one market, and three projects: of the one, of both, of none of them."""

    own: Vendor
    other: Vendor
    projects: tuple[Project, Project, Project]
    requestor: Actor
    contact: Actor


async def a_world(stage: Stage) -> World:
    db = stage.db
    market = await a_market(db)
    own, other = [await a_vendor(db, code, market) for code in ("OWN", "OTHER")]
    pools = [await a_pool(db, own, "POOL-OWN"), await a_pool(db, other, "POOL-OTHER")]
    for vendor in (own, other):
        await a_site(db, vendor)
    asks = await a_person(db, Role.REQUESTOR, name="Asks")
    projects = (
        await a_project(db, pools[0], code="PRJ-OWN", markets=(market,)),
        await a_project(db, *pools, code="PRJ-BOTH", requestors=(asks,), markets=(market,)),
        await a_project(db, pools[1], code="PRJ-OTHER", requestors=(asks,), markets=(market,)),
    )
    contact = await a_person(db, name="Contact", vendor=own)
    await a_person(db, name="Rival", vendor=other)
    return World(own, other, projects, await actor_of(db, asks), await actor_of(db, contact))


async def test_vendor_sees_itself_and_where_it_works(stage: Stage) -> None:
    world = await a_world(stage)
    stage.clock.advance(timedelta(hours=1))
    then = stage.clock.now().isoformat()
    stage.clock.advance(timedelta(hours=1))
    for at in (None, then):
        seen = await stage.ask(world.contact, EVERYTHING, t=at)
        assert texts_in(seen) == {
            *("PRJ-OWN", "PRJ-BOTH", "POOL-OWN", "OWN", "OWN Services"),
            *("SITE-001", "pt-BR", "Contact"),
        }
        assert seen["projects"]["totalCount"] == 2
        assert [p["allocations"]["totalCount"] for p in seen["projects"]["nodes"]] == [1, 1]


async def test_requestor_sees_own_projects_and_no_vendor(stage: Stage) -> None:
    world = await a_world(stage)
    seen = await stage.ask(world.requestor, EVERYTHING)
    assert texts_in(seen) == {"PRJ-BOTH", "PRJ-OTHER", "Asks", "pt-BR"}


async def test_narrowed_token_sees_the_listed_projects(stage: Stage) -> None:
    world = await a_world(stage)
    token = Actor("a" * 32, "feed", reach=Reach(Scope.PROJECTS, (world.projects[2].id,)))
    assert texts_in(await stage.ask(token, EVERYTHING)) == {
        *("PRJ-OTHER", "Asks", "POOL-OTHER", "OTHER", "OTHER Services", "pt-BR"),
    }
    nobody = Actor("a" * 32, "feed", reach=Reach(Scope.PROJECTS))
    assert texts_in(await stage.ask(nobody, EVERYTHING)) == {"pt-BR"}


async def test_filters_and_look_ups_do_not_tell_more(stage: Stage) -> None:
    world = await a_world(stage)
    count = "query ($f: ProjectFilter) { projects(filter: $f) { totalCount } }"
    cases: list[tuple[dict[str, Any], int]] = [
        ({"vendor": {"some": ["OTHER"]}}, 0),
        ({"vendor": {"some": ["OWN", id_of(world.other)]}}, 2),
        ({"vendor": {"none": ["OTHER"]}}, 2),
        ({"requestor": {"some": [world.requestor.id]}}, 0),
        ({"requestor": {"some": ["P-001"]}}, 0),
        ({"code": {"eq": "PRJ-OTHER"}}, 0),
        ({"market": {"some": ["pt-BR"]}}, 2),
        ({"manager": {"isNull": True}}, 2),
    ]
    for condition, number in cases:
        data = await stage.ask(world.contact, count, f=condition)
        assert (condition, data["projects"]["totalCount"]) == (condition, number)
    look = """query ($p: ID, $v: ID) { project(id: $p) { code } vendor(id: $v) { name }
      byCode: project(code: "PRJ-OTHER") { code } vendorByCode: vendor(code: "OTHER") { code } }"""
    sent = {"p": id_of(world.projects[2]), "v": id_of(world.other)}
    hidden = {"project": None, "vendor": None, "byCode": None, "vendorByCode": None}
    assert await stage.ask(world.contact, look, **sent) == hidden


async def test_what_is_no_longer_visible_is_hidden_in_the_past_too(stage: Stage) -> None:
    world = await a_world(stage)
    stage.clock.advance(timedelta(hours=1))
    then = stage.clock.now().isoformat()
    stage.clock.advance(timedelta(hours=1))
    leave = inputs.ChangeProject(
        id=id_of(world.projects[0]), expected_version=1, allocations=Some(None)
    )
    await done(stage.db, service.change, leave)
    document = "query ($t: DateTime) { projects(asOf: $t) { nodes { code } } }"
    for at in (None, then):
        seen = await stage.ask(world.contact, document, t=at)
        assert seen == {"projects": {"nodes": [{"code": "PRJ-BOTH"}]}}
    lead = await an_actor(stage.db, Role.PM_LEAD)
    assert len((await stage.ask(lead, document, t=then))["projects"]["nodes"]) == 3


async def test_history_of_a_project_hides_its_links_from_the_narrow(stage: Stage) -> None:
    world = await a_world(stage)
    document = "query ($id: ID) { project(id: $id) { history { changes { object field } } } }"
    both = id_of(world.projects[1])
    seen = await stage.ask(world.contact, document, id=both)
    assert {c["object"] for e in seen["project"]["history"] for c in e["changes"]} == {"project"}
