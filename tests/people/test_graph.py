"""People, teams and tokens over GraphQL: exact data, exact errors, exact statements."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.view import View
from riskreg.people import inputs as given
from riskreg.people import models, service, service_tokens, tokens
from riskreg.people.auth import SYSTEM, actor_of_session, actor_of_token
from riskreg.people.rules import Role
from tests.factories import a_person, a_session, a_vendor, actor_of, an_actor, done, id_of, ids_of
from tests.stage import START, Stage

NAMES = "query ($f: PersonFilter) { people(filter: $f) { nodes { name } totalCount } }"
REGISTER = """mutation ($input: RegisterPersonInput!) { registerPerson(input: $input) {
  person { code name email roles vendor { code } version history { actor action changes {
    object field before after } } }
  userErrors { message field code } } }"""
CHANGE = """mutation ($input: ChangePersonInput!) { changePerson(input: $input) {
  person { name email authority version } userErrors { field code currentVersion } } }"""
TOKEN = """mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  secret apiToken { id version name roles projectIds person { name } revokedAt }
  userErrors { field code } } }"""


async def test_register_shows_the_person_and_its_history(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    admin = await an_actor(stage.db, Role.ADMIN, Role.PM_LEAD)
    sent = {
        "name": "Bo Li",
        "email": "bo@example.org",
        "roles": ["VENDOR"],
        "vendorId": id_of(vendor),
    }
    data = await stage.ask(admin, REGISTER, input=sent)
    person = data["registerPerson"]["person"]
    changes = person.pop("history")[0].pop("changes")
    assert data["registerPerson"]["userErrors"] == []
    assert person == {
        "code": "P-002",
        "name": "Bo Li",
        "email": "bo@example.org",
        "roles": ["VENDOR"],
        "vendor": {"code": "ASTER"},
        "version": 1,
    }
    assert {"object": "people", "field": "name", "before": None, "after": "Bo Li"} in [
        {**change, "object": "people"} for change in changes
    ]
    assert "name_fold" not in {change["field"] for change in changes}


async def test_mistakes_are_user_errors_and_write_nothing(stage: Stage) -> None:
    admin = await an_actor(stage.db, Role.ADMIN)
    before = await stage.seq()
    data = await stage.ask(admin, REGISTER, input={"name": "Bo", "email": "nonsense"})
    assert data["registerPerson"] == {
        "person": None,
        "userErrors": [
            {"message": "This is not an email address.", "field": ["email"], "code": "INVALID"}
        ],
    }
    assert await stage.seq() == before


async def test_dry_run_checks_and_writes_nothing(stage: Stage) -> None:
    admin = await an_actor(stage.db, Role.ADMIN)
    before = await stage.seq()
    sent = {"name": "Bo", "email": "bo@example.org", "dryRun": True}
    data = await stage.ask(admin, REGISTER, input=sent)
    assert data["registerPerson"] == {"person": None, "userErrors": []}
    data = await stage.ask(admin, REGISTER, input={**sent, "email": "bo"})
    assert data["registerPerson"]["userErrors"][0]["code"] == "INVALID"
    assert await stage.seq() == before


async def test_update_tells_absent_null_and_value_apart(stage: Stage) -> None:
    admin = await an_actor(stage.db, Role.ADMIN)
    person = await a_person(stage.db, Role.EXEC)
    at = {"id": id_of(person), "expectedVersion": 1}
    sent = {**at, "name": "Cy", "authority": "A4"}
    data = await stage.ask(admin, CHANGE, input=sent)
    changed = {"name": "Cy", "email": person.email, "authority": "A4", "version": 2}
    assert data["changePerson"] == {"person": changed, "userErrors": []}
    data = await stage.ask(admin, CHANGE, input={**at, "expectedVersion": 2, "authority": None})
    assert data["changePerson"]["person"]["authority"] is None
    data = await stage.ask(admin, CHANGE, input={**at, "name": "Di"})
    conflict = {"field": ["expectedVersion"], "code": "VERSION_CONFLICT", "currentVersion": 3}
    assert data["changePerson"] == {"person": None, "userErrors": [conflict]}


async def test_who_may_not_is_told_so(stage: Stage) -> None:
    pm = await an_actor(stage.db, Role.PM)
    sent = {"name": "Bo", "email": "bo@example.org"}
    assert await stage.refused(pm, REGISTER, input=sent) == ["FORBIDDEN"]
    assert await stage.refused(pm, "{ apiTokens { totalCount } }") == ["FORBIDDEN"]


async def test_me(stage: Stage) -> None:
    document = "{ me { name roles authority permissions canLogRisk person { code } } }"
    requestor = await an_actor(stage.db, Role.REQUESTOR)
    assert (await stage.ask(requestor, document))["me"] == {
        "name": "Ada Abara",
        "roles": ["REQUESTOR"],
        "authority": None,
        "permissions": ["READ", "LOG_RISK", "COMMENT"],
        "canLogRisk": True,
        "person": {"code": "P-001"},
    }
    auditor = await an_actor(stage.db, Role.AUDITOR)
    data = await stage.ask(auditor, document)
    assert (data["me"]["permissions"], data["me"]["canLogRisk"]) == (["READ"], False)
    assert (await stage.ask(SYSTEM, document))["me"]["person"] is None


async def test_people_are_filtered_sorted_and_paged(stage: Stage) -> None:
    team = await done(stage.db, service.form_team, given.FormTeam(name="Quality"))
    for name, role in (("Éva", Role.QA), ("Bo", Role.PM), ("ana", Role.QA)):
        await a_person(stage.db, role, name=name, team=team if name == "Bo" else None)
    lead = await an_actor(stage.db, Role.PM_LEAD)
    cases: list[tuple[dict[str, object], list[str]]] = [
        ({}, ["Ada Abara", "ana", "Bo", "Éva"]),
        ({"name": {"contains": "EV"}}, ["Éva"]),
        ({"name": {"eq": "Bo"}}, ["Bo"]),
        ({"code": {"in": ["P-001", "P-003", "P-999"]}}, ["ana", "Éva"]),
        ({"code": {"contains": "p-00"}}, ["Ada Abara", "ana", "Bo", "Éva"]),
        ({"role": {"eq": "QA"}}, ["ana", "Éva"]),
        ({"role": {"notIn": ["QA", "PM"]}}, ["Ada Abara"]),
        ({"role": {}}, ["Ada Abara", "ana", "Bo", "Éva"]),
        ({"team": {"eq": id_of(team)}}, ["Bo"]),
        ({"team": {"isNull": True}, "role": {"eq": "QA"}}, ["ana", "Éva"]),
        ({"active": False}, []),
        ({"not": {"role": {"eq": "QA"}}, "active": True}, ["Ada Abara", "Bo"]),
        ({"or": [{"name": {"eq": "Bo"}}, {"role": {"eq": "PM_LEAD"}}]}, ["Ada Abara", "Bo"]),
        ({"or": []}, []),
        ({"and": []}, ["Ada Abara", "ana", "Bo", "Éva"]),
        ({"name": {"eq": "a\0b"}}, []),
        ({"name": {"contains": "\ud800"}}, []),
        ({"code": {"in": ["\0"]}}, []),
        ({"team": {"eq": "\0"}}, []),
    ]
    for condition, names in cases:
        data = await stage.ask(lead, NAMES, f=condition)
        found = [node["name"] for node in data["people"]["nodes"]]
        assert (condition, found) == (condition, names)
        assert data["people"]["totalCount"] == len(names)


async def test_pages_meet_in_both_directions(stage: Stage) -> None:
    for name in "edcba":
        await a_person(stage.db, name=name)
    page = """query ($after: Cursor, $before: Cursor, $first: Int, $last: Int, $d: Direction!) {
      people(after: $after, before: $before, first: $first, last: $last,
             orderBy: {field: CREATED_AT, direction: $d}) {
        edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    for direction, names in (("ASC", "edcba"), ("DESC", "abcde")):
        seen, after = "", None
        while True:
            sent = {"first": 2, "after": after, "d": direction}
            people = (await stage.ask(SYSTEM, page, **sent))["people"]
            seen += "".join(edge["node"]["name"] for edge in people["edges"])
            after = people["pageInfo"]["endCursor"]
            if not people["pageInfo"]["hasNextPage"]:
                break
        assert seen == names
        sent = {"last": 2, "before": after, "d": direction}
        people = (await stage.ask(SYSTEM, page, **sent))["people"]
        assert "".join(edge["node"]["name"] for edge in people["edges"]) == names[2:4]
        other = "DESC" if direction == "ASC" else "ASC"
        assert await stage.refused(SYSTEM, page, after=after, d=other) == ["BAD_USER_INPUT"]
    assert await stage.refused(SYSTEM, page, first=-1, d="ASC") == ["BAD_USER_INPUT"]
    assert await stage.refused(SYSTEM, page, first=101, d="ASC") == ["BAD_USER_INPUT"]


async def test_one_person_by_id_or_code(stage: Stage) -> None:
    person = await a_person(stage.db)
    document = "query ($id: ID, $code: String) { person(id: $id, code: $code) { name } }"
    shown = {"person": {"name": person.name}}
    assert await stage.ask(SYSTEM, document, id=id_of(person)) == shown
    assert await stage.ask(SYSTEM, document, code=person.code) == shown
    for absent in ("P-404", "", "\0", "\ud800"):
        assert await stage.ask(SYSTEM, document, code=absent) == {"person": None}
    for absent in ("team_" + person.id, person.id, "", "\0"):
        assert await stage.ask(SYSTEM, document, id=absent) == {"person": None}
    assert await stage.refused(SYSTEM, document) == ["BAD_USER_INPUT"]


async def test_past_shows_people_as_they_were(stage: Stage) -> None:
    person = await a_person(stage.db, name="Before")
    stage.clock.advance(timedelta(hours=1))
    then = stage.clock.now().isoformat()
    stage.clock.advance(timedelta(hours=1))
    rename = {"id": id_of(person), "expectedVersion": 1, "name": "After"}
    await stage.ask(SYSTEM, CHANGE, input=rename)
    document = """query ($t: DateTime!, $code: String) {
      then: person(code: $code, asOf: $t) { name version roles team { name } }
      now: person(code: $code) { name version } }"""
    assert await stage.ask(SYSTEM, document, t=then, code=person.code) == {
        "then": {"name": "Before", "version": 1, "roles": ["PM"], "team": None},
        "now": {"name": "After", "version": 2},
    }
    future = (START + timedelta(days=9)).isoformat()
    assert await stage.refused(SYSTEM, document, t=future, code="P-001") == ["BAD_USER_INPUT"]


async def test_statements_do_not_grow_with_the_rows(stage: Stage) -> None:
    document = """{ people(first: 100) { totalCount nodes { name email roles team { name lead {
      name } members(first: 5) { totalCount nodes { name } } } delegations { nodes { fromOn
      standIn { name } } } vendor { name } } } }"""
    counts = []
    for size in (2, 6):
        people = [await a_person(stage.db) for _ in range(size)]
        team = given.FormTeam(
            name=f"Team {size}", lead_id=id_of(people[0]), member_ids=ids_of(*people)
        )
        await done(stage.db, service.form_team, team)
        for other in people[1:]:
            day = START.date()
            delegation = given.Delegate(
                from_id=id_of(people[0]), to_id=id_of(other), from_on=day, until_on=day
            )
            await done(stage.db, service.delegate, delegation)
        answer, context = await stage.execute(SYSTEM, document, {})
        assert answer.errors is None
        counts.append(context.statements)
    assert counts == [9, 9]


async def test_token_secret_is_shown_once(stage: Stage) -> None:
    admin = await an_actor(stage.db, Role.ADMIN)
    person = await a_person(stage.db, Role.PM_LEAD, Role.QA)
    sent = {
        "name": "feed",
        "personId": id_of(person),
        "roles": ["QA"],
        "projectIds": ["project_" + "a" * 32],
        "expiresAt": (START + timedelta(days=9)).isoformat(),
        "idempotencyKey": "once",
    }
    made = (await stage.ask(admin, TOKEN, input=sent))["createApiToken"]
    token_id = made["apiToken"].pop("id")
    assert made["userErrors"] == []
    assert made["apiToken"] == {
        "version": 1,
        "name": "feed",
        "roles": ["QA"],
        "projectIds": ["project_" + "a" * 32],
        "person": {"name": person.name},
        "revokedAt": None,
    }
    actor = await actor_of_token(stage.db, made["secret"])
    assert actor is not None
    assert (actor.id, actor.roles) == (person.id, frozenset({"QA"}))
    before = await stage.seq()
    again = (await stage.ask(admin, TOKEN, input=sent))["createApiToken"]
    assert (again["secret"], again["apiToken"]["id"]) == (None, token_id)
    dry = {**sent, "idempotencyKey": None, "dryRun": True}
    data = await stage.ask(admin, TOKEN, input=dry)
    assert data["createApiToken"] == {"secret": None, "apiToken": None, "userErrors": []}
    assert await stage.seq() == before
    revoke = """mutation ($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) {
      apiToken { version } userErrors { code } } }"""
    data = await stage.ask(admin, revoke, input={"id": token_id, "expectedVersion": 1})
    assert data["revokeApiToken"] == {"apiToken": {"version": 2}, "userErrors": []}
    assert await actor_of_token(stage.db, made["secret"]) is None
    live = "query ($l: Boolean) { apiTokens(filter: {live: $l}) { nodes { name } } }"
    assert await stage.ask(admin, live, l=True) == {"apiTokens": {"nodes": []}}
    assert await stage.ask(admin, live, l=False) == {"apiTokens": {"nodes": [{"name": "feed"}]}}


async def test_sign_out_ends_one_session_or_all(stage: Stage) -> None:
    person = await a_person(stage.db)
    actor = await actor_of(stage.db, person)
    cookies = [await a_session(stage.db, person) for _ in range(3)]
    other = await a_session(stage.db, await a_person(stage.db))
    document = "mutation ($i: SignOutInput!) { signOut(input: $i) { signedOut } }"
    cases: list[tuple[str, dict[str, bool], bool, list[bool]]] = [
        (other, {}, False, [True, True, True]),
        (cookies[0], {}, True, [False, True, True]),
        (cookies[0], {}, False, [False, True, True]),
        (cookies[1], {"everywhere": True}, True, [False, False, False]),
    ]
    for cookie, sent, ended, left in cases:
        answer, _ = await stage.execute(actor, document, {"i": sent}, cookie=cookie)
        assert answer.data == {"signOut": {"signedOut": ended}}
        found = [await actor_of_session(stage.db, one) is not None for one in cookies]
        assert found == left
    assert await actor_of_session(stage.db, other) is not None


async def test_only_administrators_know_of_a_token(stage: Stage) -> None:
    person = await a_person(stage.db)

    async def create(
        session: AsyncSession, view: View, sent: given.CreateApiToken
    ) -> models.ApiToken:
        return await service_tokens.create(session, view, sent, tokens.new_token())

    sent = given.CreateApiToken(
        name="feed", person_id=id_of(person), expires_at=START + timedelta(days=1)
    )
    token = await done(stage.db, create, sent)
    for role, known in ((Role.ADMIN, True), (Role.PM_LEAD, False), (Role.AUDITOR, False)):
        context = Context(db=stage.db, actor=await an_actor(stage.db, role))
        shown = await fetch_one(context, await context.view(), models.ApiToken, token.id)
        assert (shown is not None) == known
