"""Projects are begun, changed, paused, closed, reopened and handed over."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID, Some

from riskreg.kit.errors import UserError
from riskreg.kit.view import View
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Role
from riskreg.projects import inputs, service
from riskreg.projects.events import ProjectClosing
from riskreg.projects.models import Project
from riskreg.projects.rules import PROJECT_MACHINE, ProjectStatus, ProjectType
from tests.factories import (
    a_market,
    a_person,
    a_policy_area,
    a_pool,
    a_project,
    a_vendor,
    actor_of,
    an_actor,
    done,
    id_of,
    ids_of,
)
from tests.stage import Stage, handlers, opened

NONE = "f" * 32
MOVES = {
    "pause": service.pause,
    "resume": service.resume,
    "close": service.close,
    "reopen": service.reopen,
}


def beginning(**more: object) -> inputs.CreateProject:
    kind = ProjectType.APPEALS
    fields = {"name": "Appeals", "type": kind, "is_safety": True, **more}
    return inputs.CreateProject(**fields)  # type: ignore[arg-type]  # as each test needs


async def test_project_begins_with_all_its_links(stage: Stage) -> None:
    market, area, asks = (
        await a_market(stage.db),
        await a_policy_area(stage.db),
        await a_person(stage.db, Role.REQUESTOR),
    )
    pool = await a_pool(stage.db, await a_vendor(stage.db))
    share = inputs.AllocationGiven(pool_id=id_of(pool), share=Decimal("0.3337"))
    given = beginning(
        market_ids=ids_of(market, market),
        policy_area_ids=ids_of(area),
        requestor_ids=ids_of(asks),
        allocations=[share],
    )
    project = await done(stage.db, service.create, given)
    assert (project.code, project.status, project.version) == ("PRJ-001", ProjectStatus.ACTIVE, 1)
    document = """query ($id: ID) { project(id: $id) { markets { code } policyAreas { code }
      requestors { code } allocations { nodes { share pool { code vendor { code } } } } } }"""
    assert await stage.ask(SYSTEM, document, id=id_of(project)) == {
        "project": {
            "markets": [{"code": "pt-BR"}],
            "policyAreas": [{"code": "HATE"}],
            "requestors": [{"code": "P-001"}],
            "allocations": {
                "nodes": [
                    {"share": "0.334", "pool": {"code": pool.code, "vendor": {"code": "ASTER"}}}
                ]
            },
        }
    }


async def test_bad_project_is_refused(stage: Stage) -> None:
    contact = await a_person(stage.db, vendor=await a_vendor(stage.db))
    pool = await a_pool(stage.db, await a_vendor(stage.db, "OTHER"))
    await a_project(stage.db, code="PRJ-TAKEN")

    def shares(*values: str) -> dict[str, object]:
        pool_id = id_of(pool)
        given = [inputs.AllocationGiven(pool_id=pool_id, share=Decimal(v)) for v in values]
        return {"allocations": given}

    cases: list[tuple[dict[str, object], str, tuple[str | int, ...]]] = [
        ({"name": ""}, "REQUIRED", ("name",)),
        ({"name": "x" * 201}, "TOO_LONG", ("name",)),
        ({"code": "PRJ-TAKEN"}, "DUPLICATE", ("code",)),
        ({"code": "a" * 41}, "TOO_LONG", ("code",)),
        ({"code": "a__b"}, "INVALID", ("code",)),
        ({"manager_id": ID(f"person_{NONE}")}, "NOT_FOUND", ("managerId",)),
        ({"manager_id": id_of(contact)}, "INVALID", ("managerId",)),
        ({"market_ids": [ID(f"market_{NONE}")]}, "NOT_FOUND", ("marketIds", 0)),
        ({"requestor_ids": [id_of(contact), ID("x")]}, "NOT_FOUND", ("requestorIds", 1)),
        ({"policy_area_ids": [ID(f"area_{NONE}")]}, "NOT_FOUND", ("policyAreaIds", 0)),
        ({"policy_area_ids": [ID("HATE")]}, "NOT_FOUND", ("policyAreaIds", 0)),
        (shares("0"), "OUT_OF_RANGE", ("allocations",)),
        (shares("1.001"), "OUT_OF_RANGE", ("allocations",)),
        (shares("NaN"), "OUT_OF_RANGE", ("allocations",)),
        (shares("-Infinity"), "OUT_OF_RANGE", ("allocations",)),
        (shares("0.5", "0.5"), "DUPLICATE", ("allocations",)),
    ]
    for more, code, field in cases:
        refused = await stage.refusal(service.create, beginning(**more))
        assert (more, refused) == (more, (code, field))


async def test_who_manages_projects(stage: Stage) -> None:
    pm, other = await a_person(stage.db, Role.PM), await a_person(stage.db, Role.PM)
    actor = await actor_of(stage.db, pm)
    own = await done(stage.db, service.create, beginning(), actor)
    assert own.manager_id == pm.id
    theirs = beginning(manager_id=id_of(other))
    assert "but not here" in await stage.forbidden(service.create, theirs, actor)
    lead = await an_actor(stage.db, Role.PM_LEAD)
    project = await done(stage.db, service.create, theirs, lead)
    rename = inputs.ChangeProject(id=id_of(project), expected_version=1, name=Some("New"))
    assert "but not here" in await stage.forbidden(service.change, rename, actor)
    hand_over = inputs.ChangeProject(
        id=id_of(own), expected_version=1, manager_id=Some(id_of(other))
    )
    assert (await done(stage.db, service.change, hand_over, actor)).manager_id == other.id
    for role in (Role.QA, Role.AUDITOR, Role.ADMIN, Role.REQUESTOR):
        nobody = await an_actor(stage.db, role)
        assert "You may not" in await stage.forbidden(service.create, beginning(), nobody)


async def test_change_replaces_lists_and_counts_once(stage: Stage) -> None:
    markets = [await a_market(stage.db, code) for code in ("pt-BR", "es-MX", "ja-JP")]
    vendor = await a_vendor(stage.db)
    pools = [await a_pool(stage.db, vendor, code) for code in ("A", "B")]
    project = await a_project(stage.db, pools[0], markets=tuple(markets[:2]))
    shares = [inputs.AllocationGiven(pool_id=id_of(pool), share=Decimal("0.2")) for pool in pools]
    given = inputs.ChangeProject(
        id=id_of(project),
        expected_version=1,
        name=Some("Renamed"),
        market_ids=Some(ids_of(*markets[1:])),
        allocations=Some(shares),
    )
    assert (await done(stage.db, service.change, given)).version == 2
    document = """query ($id: ID) { project(id: $id) { name markets { code }
      allocations { nodes { share pool { code } } } } }"""
    assert await stage.ask(SYSTEM, document, id=id_of(project)) == {
        "project": {
            "name": "Renamed",
            "markets": [{"code": "es-MX"}, {"code": "ja-JP"}],
            "allocations": {
                "nodes": [
                    {"share": "0.200", "pool": {"code": "A"}},
                    {"share": "0.200", "pool": {"code": "B"}},
                ]
            },
        }
    }
    links = inputs.ChangeProject(id=id_of(project), expected_version=2, market_ids=Some(None))
    assert (await done(stage.db, service.change, links)).version == 3
    same = inputs.ChangeProject(id=id_of(project), expected_version=3, allocations=Some(shares))
    assert (await done(stage.db, service.change, same)).version == 3
    stale = inputs.ChangeProject(id=id_of(project), expected_version=2, name=Some("Late"))
    conflict = ("VERSION_CONFLICT", ("expectedVersion",))
    assert await stage.refusal(service.change, stale) == conflict
    empty = inputs.ChangeProject(id=id_of(project), expected_version=3, type=Some(None))
    assert await stage.refusal(service.change, empty) == ("REQUIRED", ("type",))


async def test_every_state_and_move(stage: Stage) -> None:
    ways = {"ACTIVE": [], "PAUSED": ["pause"], "CLOSED": ["close"]}
    for pair in PROJECT_MACHINE.pairs():
        project = await a_project(stage.db)
        version = 1
        for move in ways[pair.state.value]:
            given = inputs.MoveProject(id=id_of(project), expected_version=version)
            version = (await done(stage.db, MOVES[move], given)).version
        given = inputs.MoveProject(id=id_of(project), expected_version=version)
        if pair.listed:
            moved = await done(stage.db, MOVES[pair.move], given)
            assert {moved.status} == PROJECT_MACHINE.targets(pair.state, pair.move)
        else:
            refused = await stage.refusal(MOVES[pair.move], given)
            assert refused == ("MOVE_NOT_ALLOWED", ())


async def test_slices_above_may_refuse_a_closing(migrated_url: str) -> None:
    async def refuse(_session: AsyncSession, _view: View, happened: ProjectClosing) -> None:
        raise UserError("It has open risks.", code="NOT_READY", field=("id",))

    async with opened(migrated_url, {ProjectClosing: [refuse]}) as stage:
        project = await a_project(stage.db)
        given = inputs.MoveProject(id=id_of(project), expected_version=1)
        assert await stage.refusal(service.close, given) == ("NOT_READY", ("id",))
        document = """mutation ($i: MoveProjectInput!) { closeProject(input: $i) {
          project { status } userErrors { message code } } }"""
        sent = {"id": id_of(project), "expectedVersion": 1, "reason": "over", "dryRun": True}
        errors = [{"message": "It has open risks.", "code": "NOT_READY"}]
        refused = {"closeProject": {"project": None, "userErrors": errors}}
        assert await stage.ask(SYSTEM, document, i=sent) == refused
        assert await stage.ask(SYSTEM, document, i={**sent, "dryRun": False}) == refused


@pytest.mark.parametrize("delegates", [True, False])
async def test_projects_go_to_the_delegate(migrated_url: str, *, delegates: bool) -> None:
    async with opened(migrated_url, handlers()) as stage:
        manager, stand_in = await a_person(stage.db), await a_person(stage.db)
        mine = await a_project(stage.db, manager=manager)
        area = await a_policy_area(stage.db, manager=manager)
        other = await a_project(stage.db)
        day = stage.clock.now().date()
        if delegates:
            given = people.Delegate(
                from_id=id_of(manager), to_id=id_of(stand_in), from_on=day, until_on=day
            )
            await done(stage.db, people_service.delegate, given)
        off = people.DeactivatePerson(id=id_of(manager), expected_version=1)
        await done(stage.db, people_service.deactivate, off)
        view = stage.db.view(SYSTEM)
        project = view.of(Project)
        rows = await stage.db.rows(view, select(project.id, project.manager_id))
        new = stand_in.id if delegates else manager.id
        assert dict(map(tuple, rows)) == {mine.id: new, other.id: None}
        document = "query ($id: ID) { policyArea(id: $id) { manager { code } } }"
        code = stand_in.code if delegates else manager.code
        data = await stage.ask(SYSTEM, document, id=id_of(area))
        assert data == {"policyArea": {"manager": {"code": code}}}
