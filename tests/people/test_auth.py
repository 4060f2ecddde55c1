"""Who a request comes from: tokens, sign-in links, sessions, and how far each sees."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID

from riskreg.kit.db import Act
from riskreg.kit.errors import Unauthenticated, UserError
from riskreg.kit.view import Reach, Scope, View
from riskreg.people import auth, inputs, service, service_tokens, sessions, tokens
from riskreg.people.auth import (
    SYSTEM,
    actor_of_session,
    actor_of_token,
    listener_of_session,
    reach_of,
)
from riskreg.people.bootstrap import create_token
from riskreg.people.models import ApiToken, Person, Session
from riskreg.people.permits import ADMINISTRATION
from riskreg.people.rules import Role
from tests.factories import a_person, a_session, a_vendor, done, id_of
from tests.stage import START, Stage

IN_A_DAY = START + timedelta(days=1)
A_PROJECT = "0" * 31 + "1"
WRONG = [None, 7, ["rrk_x"], {"a": 1}, "", "Bearer", "rrk_" + "a" * 36, "\0", "rrk_\ud800"]


async def a_token(stage: Stage, person: Person, **more: object) -> tuple[ApiToken, str]:
    """A token of a person for a day, and its secret."""
    secret = tokens.new_token()
    fields = {"name": "feed", "person_id": id_of(person), "expires_at": IN_A_DAY, **more}
    given = inputs.CreateApiToken(**fields)  # type: ignore[arg-type]  # as each test needs

    async def create(session: AsyncSession, view: View, given: inputs.CreateApiToken) -> ApiToken:
        return await service_tokens.create(session, view, given, secret)

    return await done(stage.db, create, given), secret


async def test_token_acts_as_its_person(stage: Stage) -> None:
    person = await a_person(stage.db, Role.PM_LEAD, Role.QA)
    _, secret = await a_token(stage, person)
    actor = await actor_of_token(stage.db, secret, "request-1")
    assert actor is not None
    assert (actor.id, actor.name, actor.request_id) == (person.id, person.name, "request-1")
    assert (actor.roles, actor.authority, actor.reach) == (
        frozenset({"PM_LEAD", "QA"}),
        "A2",
        Reach(),
    )


async def test_token_holds_no_more_than_its_roles_and_its_person(stage: Stage) -> None:
    person = await a_person(stage.db, Role.PM_LEAD, Role.QA)
    _, secret = await a_token(stage, person, roles=[Role.QA])
    actor = await actor_of_token(stage.db, secret)
    assert actor is not None
    assert (actor.roles, actor.authority) == (frozenset({"QA"}), None)
    withdraw = inputs.WithdrawRole(id=id_of(person), expected_version=1, role=Role.QA)
    await done(stage.db, service.withdraw_role, withdraw)
    actor = await actor_of_token(stage.db, secret)
    assert actor is not None
    assert (actor.roles, actor.reach) == (frozenset(), Reach(Scope.PROJECTS))


async def test_only_the_digest_is_kept(stage: Stage) -> None:
    token, secret = await a_token(stage, await a_person(stage.db))
    assert token.digest == tokens.digest(secret)
    view = stage.db.view(SYSTEM)
    alias = view.of(ApiToken)
    columns = [getattr(alias, column.name) for column in ApiToken.__table__.columns]
    [row] = await stage.db.rows(view, select(*columns))
    assert tokens.digest(secret) in row
    assert secret not in str(row)


async def test_token_ends_by_date_by_revocation_and_with_its_person(stage: Stage) -> None:
    person = await a_person(stage.db)
    token, secret = await a_token(stage, person)
    _, other = await a_token(stage, person)
    revoke = inputs.RevokeApiToken(id=id_of(token), expected_version=1)
    await done(stage.db, service_tokens.revoke, revoke)
    assert await actor_of_token(stage.db, secret) is None
    twice = inputs.RevokeApiToken(id=id_of(token), expected_version=2)
    assert await stage.refusal(service_tokens.revoke, twice) == ("MOVE_NOT_ALLOWED", ("id",))
    assert await actor_of_token(stage.db, other) is not None
    stage.clock.set(IN_A_DAY - timedelta(microseconds=1))
    assert await actor_of_token(stage.db, other) is not None
    stage.clock.set(IN_A_DAY)
    assert await actor_of_token(stage.db, other) is None


async def test_tokens_stay_revoked_after_their_person_comes_back(stage: Stage) -> None:
    person = await a_person(stage.db)
    _, secret = await a_token(stage, person)
    cookie = await a_session(stage.db, person)
    off = inputs.DeactivatePerson(id=id_of(person), expected_version=1)
    await done(stage.db, service.deactivate, off)
    assert await actor_of_token(stage.db, secret) is None
    assert await actor_of_session(stage.db, cookie) is None
    on = inputs.ReactivatePerson(id=id_of(person), expected_version=2)
    await done(stage.db, service.reactivate, on)
    assert await actor_of_token(stage.db, secret) is None
    assert await actor_of_session(stage.db, cookie) is None


async def test_bad_token_is_refused(stage: Stage) -> None:
    person = await a_person(stage.db, Role.QA)
    requestor = await a_person(stage.db, Role.REQUESTOR)
    cases: list[tuple[dict[str, object], str, tuple[str | int, ...]]] = [
        ({"name": " "}, "REQUIRED", ("name",)),
        ({"person_id": ID("person_" + "f" * 32)}, "NOT_FOUND", ("personId",)),
        ({"roles": [Role.QA, Role.ADMIN]}, "NOT_PERMITTED", ("roles", 1)),
        ({"expires_at": START}, "DATE_IN_PAST", ("expiresAt",)),
        ({"expires_at": START + timedelta(days=367)}, "OUT_OF_RANGE", ("expiresAt",)),
        ({"project_ids": [ID("risk_" + "f" * 32)]}, "NOT_FOUND", ("projectIds", 0)),
        ({"person_id": id_of(requestor), "project_ids": []}, "INVALID", ("projectIds",)),
    ]
    for more, code, field in cases:
        before = await stage.seq()
        with pytest.raises(UserError) as caught:
            await a_token(stage, person, **more)
        assert (more, caught.value.code, caught.value.field) == (more, code, field)
        assert await stage.seq() == before


async def test_what_is_malformed_costs_no_statement(stage: Stage) -> None:
    ran: list[str] = []
    engines = stage.db.engines
    reader = engines.sync_reader or engines.async_reader.sync_engine
    event.listen(reader, "before_cursor_execute", lambda *given: ran.append(given[2]))
    for wrong in WRONG:
        assert await actor_of_token(stage.db, wrong) is None
        assert await actor_of_session(stage.db, wrong) is None
        with pytest.raises(Unauthenticated):
            await sessions.sign_in(stage.db, wrong)
    assert ran == []
    assert await actor_of_token(stage.db, tokens.new_token()) is None
    assert await actor_of_session(stage.db, tokens.new_secret()) is None
    assert len(ran) == 2


async def test_link_signs_in_once(stage: Stage) -> None:
    person = await a_person(stage.db)

    async def link(session: AsyncSession, view: View) -> str:
        return await sessions.make_link(session, view, person.id)

    secret = (await stage.db.write(SYSTEM, Act("link"), link)).result
    before = await stage.seq()
    tries = [sessions.sign_in(stage.db, secret) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    cookies = [answer for answer in answers if isinstance(answer, str)]
    assert [type(a) for a in answers if not isinstance(a, str)] == [Unauthenticated] * 4
    assert await stage.seq() == before + 1
    actor = await actor_of_session(stage.db, cookies[0])
    assert actor is not None
    assert (actor.id, actor.roles) == (person.id, frozenset({"PM"}))


async def test_link_ends_after_a_quarter_of_an_hour(stage: Stage) -> None:
    person = await a_person(stage.db)

    async def link(session: AsyncSession, view: View) -> str:
        return await sessions.make_link(session, view, person.id)

    secret = (await stage.db.write(SYSTEM, Act("link"), link)).result
    stage.clock.advance(sessions.LINK_LASTS + timedelta(seconds=1))
    before = await stage.seq()
    with pytest.raises(Unauthenticated):
        await sessions.sign_in(stage.db, secret)
    assert await stage.seq() == before


async def test_session_ends_when_idle_and_after_a_week(stage: Stage) -> None:
    person = await a_person(stage.db)
    idle, busy = await a_session(stage.db, person), await a_session(stage.db, person)
    before = await stage.seq()
    for _ in range(14):
        stage.clock.advance(timedelta(hours=11, minutes=59))
        assert await actor_of_session(stage.db, busy) is not None
    stage.clock.advance(timedelta(minutes=15))
    assert await actor_of_session(stage.db, busy) is None
    assert await actor_of_session(stage.db, idle) is None
    assert await stage.seq() == before


async def test_a_page_that_only_listens_does_not_keep_its_session_alive(stage: Stage) -> None:
    cookie = await a_session(stage.db, await a_person(stage.db))
    used = await actor_of_session(stage.db, cookie)
    for _ in range(11):
        stage.clock.advance(hours=1)
        assert await listener_of_session(stage.db, cookie) == used
    stage.clock.advance(hours=1, minutes=1)
    assert await listener_of_session(stage.db, cookie) is None
    assert await actor_of_session(stage.db, cookie) is None
    assert await listener_of_session(stage.db, "nonsense") is None


async def test_use_is_noted_at_most_every_ten_minutes(stage: Stage) -> None:
    cookie = await a_session(stage.db, await a_person(stage.db))
    seen = select(Session.seen_at)
    noted = []
    for minutes in (9, 1, 1):
        stage.clock.advance(timedelta(minutes=minutes))
        await actor_of_session(stage.db, cookie)
        [row] = await stage.db.rows(stage.db.view(SYSTEM), seen)
        noted.append(row.seen_at.replace(microsecond=0))
    assert noted == [START, START, START + timedelta(minutes=11)]


async def test_token_of_the_command_belongs_to_a_service_account(stage: Stage) -> None:
    lasts = timedelta(days=30)
    secret, again = [
        await create_token(stage.db, "SERVICE", "Metrics feed", lasts) for _ in range(2)
    ]
    first, second = [await actor_of_token(stage.db, one) for one in (secret, again)]
    assert first is not None
    assert first == second
    assert (first.name, first.roles, first.reach) == (
        "Metrics feed",
        frozenset({"SERVICE"}),
        Reach(Scope.PROJECTS),
    )


@pytest.mark.parametrize(
    ("roles", "vendor", "projects", "reach"),
    [
        ("PM", None, None, Reach()),
        ("AUDITOR ADMIN", None, None, Reach()),
        ("PM REQUESTOR", None, None, Reach()),
        ("PM", None, [A_PROJECT], Reach(Scope.PROJECTS, (A_PROJECT,))),
        ("PM", None, [], Reach(Scope.PROJECTS)),
        ("SERVICE", None, None, Reach(Scope.PROJECTS)),
        ("SERVICE", None, [A_PROJECT], Reach(Scope.PROJECTS, (A_PROJECT,))),
        ("VENDOR", "v", None, Reach(Scope.VENDOR, ("v",))),
        ("VENDOR", None, None, Reach(Scope.VENDOR)),
        ("VENDOR REQUESTOR", "v", None, Reach(Scope.VENDOR, ("v",))),
        ("VENDOR", "v", [A_PROJECT], Reach(Scope.VENDOR)),
        ("REQUESTOR", None, None, Reach(Scope.REQUESTOR, ("me",))),
        ("REQUESTOR SERVICE", None, None, Reach(Scope.REQUESTOR, ("me",))),
        ("REQUESTOR", None, [A_PROJECT], Reach(Scope.REQUESTOR)),
        ("ADMIN", None, None, Reach(Scope.PROJECTS, (ADMINISTRATION,))),
        ("ADMIN SERVICE", None, [A_PROJECT], Reach(Scope.PROJECTS, (A_PROJECT,))),
        ("", None, None, Reach(Scope.PROJECTS)),
        ("", None, [A_PROJECT], Reach(Scope.PROJECTS)),
    ],
)
def test_reach(roles: str, vendor: str | None, projects: list[str] | None, reach: Reach) -> None:
    held = [Role(role) for role in roles.split()]
    found = reach_of(held, person_id="me", vendor_id=vendor, projects=projects)
    assert found == reach


async def test_vendor_contact_reaches_its_vendor(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    contact = await a_person(stage.db, vendor=vendor)
    actor = await auth.actor_of_person(stage.db, contact.code)
    assert actor is not None
    assert (actor.roles, actor.reach) == (frozenset({"VENDOR"}), Reach(Scope.VENDOR, (vendor.id,)))


def test_cookie_is_for_this_host_only() -> None:
    header = sessions.cookie_header("s")
    assert header == ("__Host-riskreg=s; Max-Age=604800; Path=/; Secure; HttpOnly; SameSite=Lax")
