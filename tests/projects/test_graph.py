"""Projects over GraphQL: lists, the past, moves, and a number of statements that stays."""

from datetime import timedelta

from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Role
from tests.factories import a_market, a_person, a_policy_area, a_pool, a_project, a_vendor, id_of
from tests.stage import Stage

CHANGE = """mutation ($input: ChangeProjectInput!) { changeProject(input: $input) {
  project { name version manager { name } } userErrors { field code } } }"""
MOVE = """mutation ($input: MoveProjectInput!) { %s(input: $input) {
  project { status availableTransitions { name allowed blockedBy }
    history(first: 1) { action reason changes { field before after } } }
  userErrors { message code } } }"""
PAGE = """{ projects(first: 100) { totalCount nodes { code manager { name team { name } }
  requestors { name } markets { code vendors { code } } policyAreas { code parent { code } }
  allocations { totalCount nodes { share pool { code vendor { name sites { nodes { city } } }
  market { code } } } } availableTransitions { name } } } }"""


async def test_moves_show_state_history_and_what_comes_next(stage: Stage) -> None:
    project = await a_project(stage.db)
    sent = {"id": id_of(project), "expectedVersion": 1, "reason": "The model is retired."}
    data = await stage.ask(SYSTEM, MOVE % "closeProject", input=sent)
    assert data["closeProject"] == {
        "project": {
            "status": "CLOSED",
            "availableTransitions": [{"name": "reopen", "allowed": True, "blockedBy": []}],
            "history": [
                {
                    "action": "closeProject",
                    "reason": "The model is retired.",
                    "changes": [{"field": "status", "before": "ACTIVE", "after": "CLOSED"}],
                }
            ],
        },
        "userErrors": [],
    }
    data = await stage.ask(SYSTEM, MOVE % "pauseProject", input={**sent, "expectedVersion": 2})
    message = "A project that is CLOSED cannot pause. Moves from here: reopen."
    errors = [{"message": message, "code": "MOVE_NOT_ALLOWED"}]
    assert data["pauseProject"] == {"project": None, "userErrors": errors}


async def test_hostile_reason_is_a_user_error(stage: Stage) -> None:
    project = await a_project(stage.db)
    before = await stage.seq()
    for reason, code in (
        ("a\0", "INVALID_TEXT"),
        ("\ud800", "INVALID_TEXT"),
        ("x" * 2001, "TOO_LONG"),
    ):
        sent = {"id": id_of(project), "expectedVersion": 1, "reason": reason}
        data = await stage.ask(SYSTEM, MOVE % "closeProject", input=sent)
        assert [error["code"] for error in data["closeProject"]["userErrors"]] == [code]
    assert await stage.seq() == before


async def test_past_and_present_in_one_document(stage: Stage) -> None:
    first, second = [await a_person(stage.db, name=name) for name in ("First", "Second")]
    project = await a_project(stage.db, manager=first)
    stage.clock.advance(timedelta(days=1))
    then = stage.clock.now().isoformat()
    stage.clock.advance(timedelta(days=1))
    sent = {"id": id_of(project), "expectedVersion": 1, "managerId": id_of(second)}
    data = await stage.ask(SYSTEM, CHANGE, input={**sent, "name": "New"})
    shown = {"name": "New", "version": 2, "manager": {"name": "Second"}}
    assert data["changeProject"] == {"project": shown, "userErrors": []}
    document = """query ($t: DateTime!, $id: ID) {
      then: project(id: $id, asOf: $t) { name manager { name } }
      now: project(id: $id) { name manager { name } } }"""
    assert await stage.ask(SYSTEM, document, t=then, id=id_of(project)) == {
        "then": {"name": project.name, "manager": {"name": "First"}},
        "now": {"name": "New", "manager": {"name": "Second"}},
    }


async def test_projects_are_filtered_and_sorted(stage: Stage) -> None:
    manager = await a_person(stage.db, Role.PM)
    vendor = await a_vendor(stage.db)
    market = await a_market(stage.db)
    await a_project(stage.db, await a_pool(stage.db, vendor), code="PRJ-B", manager=manager)
    await a_project(stage.db, code="PRJ-A", markets=(market,))
    document = """query ($f: ProjectFilter, $o: ProjectOrder) {
      projects(filter: $f, orderBy: $o) { nodes { code } } }"""
    cases: list[tuple[dict[str, object], dict[str, str] | None, list[str]]] = [
        ({}, None, ["PRJ-A", "PRJ-B"]),
        ({}, {"field": "CODE", "direction": "DESC"}, ["PRJ-B", "PRJ-A"]),
        ({}, {"field": "CREATED_AT"}, ["PRJ-B", "PRJ-A"]),
        ({"manager": {"eq": manager.code}}, None, ["PRJ-B"]),
        ({"manager": {"isNull": True}}, None, ["PRJ-A"]),
        ({"vendor": {"some": ["ASTER"]}}, None, ["PRJ-B"]),
        ({"vendor": {"none": [id_of(vendor)]}}, None, ["PRJ-A"]),
        ({"market": {"some": ["pt-BR", "xx"]}}, None, ["PRJ-A"]),
        ({"isSafety": False}, None, []),
        ({"type": {"eq": "ENFORCEMENT_LABELLING"}}, None, ["PRJ-A", "PRJ-B"]),
        ({"type": {"eq": "OTHER"}, "status": {"in": ["ACTIVE"]}}, None, []),
        ({"status": {"notIn": ["ACTIVE"]}}, None, []),
        ({"name": {"contains": "prj-a"}}, None, ["PRJ-A"]),
    ]  # fmt: skip
    for condition, order, codes in cases:
        data = await stage.ask(SYSTEM, document, f=condition, o=order)
        assert (condition, [n["code"] for n in data["projects"]["nodes"]]) == (condition, codes)


async def test_statements_do_not_grow_with_the_rows(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    counts: list[int] = []
    for size in (1, 5):
        for place in range(size):
            number = await stage.seq()
            area = await a_policy_area(stage.db, f"AREA{number}")
            await a_project(
                stage.db,
                await a_pool(stage.db, vendor),
                await a_pool(stage.db, vendor),
                manager=await a_person(stage.db),
                requestors=(await a_person(stage.db, Role.REQUESTOR),),
                markets=(await a_market(stage.db, f"{'ab'[len(counts)]}{chr(97 + place)}-BR"),),
                areas=(await a_policy_area(stage.db, f"SUB{number}", parent=area),),
            )
        answer, context = await stage.execute(SYSTEM, PAGE, {})
        assert answer.errors is None
        counts.append(context.statements)
    assert counts == [13, 13]
