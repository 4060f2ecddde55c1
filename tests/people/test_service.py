"""People are registered, changed, deactivated and reactivated; roles, teams and delegations."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID, Some

from riskreg.kit.db import Act
from riskreg.kit.view import View
from riskreg.people import inputs, service
from riskreg.people.auth import SYSTEM, actor_of_person
from riskreg.people.events import PersonDeactivated
from riskreg.people.models import Person, RoleGrant
from riskreg.people.rules import Authority, Role
from tests.factories import a_person, a_vendor, actor_of, an_actor, done, id_of, ids_of
from tests.stage import Stage, opened

A_DAY, NEXT_DAY = date(2026, 11, 16), date(2026, 11, 17)
NOBODY = ID("person_" + "f" * 32)


def bo(**more: object) -> inputs.RegisterPerson:
    fields = {"name": "Bo Li", "email": "bo@example.org", "roles": [Role.PM], **more}
    return inputs.RegisterPerson(**fields)  # type: ignore[arg-type]  # as each test needs


async def test_person_is_registered_with_code_zone_and_roles(stage: Stage) -> None:
    person = await done(stage.db, service.register, bo(email=" Bo@Example.ORG "))
    assert (person.code, person.name, person.email) == ("P-001", "Bo Li", "bo@example.org")
    assert (person.timezone, person.active, person.version) == ("Asia/Singapore", True, 1)
    assert (await actor_of(stage.db, person)).roles == {"PM"}
    assert (await a_person(stage.db)).code == "P-002"


async def test_code_given_is_kept_and_not_given_out_again(stage: Stage) -> None:
    person = await done(stage.db, service.register, bo(code="P-007"))
    assert person.code == "P-007"
    assert (await a_person(stage.db)).code == "P-008"


BAD_PEOPLE: list[tuple[dict[str, object], str, str]] = [
    ({"name": "  "}, "REQUIRED", "name"),
    ({"name": "x" * 201}, "TOO_LONG", "name"),
    ({"name": "a\0b"}, "INVALID_TEXT", "name"),
    ({"email": "bo"}, "INVALID", "email"),
    ({"email": "bo@x@y.org"}, "INVALID", "email"),
    ({"email": "ADA@example.org"}, "DUPLICATE", "email"),
    ({"timezone": "Mars/Olympus"}, "INVALID", "timezone"),
    ({"timezone": "../etc/passwd"}, "INVALID", "timezone"),
    ({"timezone": "Asia"}, "INVALID", "timezone"),
    ({"code": "P 1"}, "INVALID", "code"),
    ({"code": "P-001"}, "DUPLICATE", "code"),
    ({"team_id": ID("team_" + "f" * 32)}, "NOT_FOUND", "teamId"),
    ({"team_id": NOBODY}, "NOT_FOUND", "teamId"),
    ({"vendor_id": ID("vendor_" + "f" * 32), "roles": [Role.VENDOR]}, "NOT_FOUND", "vendorId"),
    ({"vendor_id": ID("V-001"), "roles": [Role.VENDOR]}, "NOT_FOUND", "vendorId"),
    ({"roles": [Role.VENDOR]}, "NOT_PERMITTED", "roles"),
]


async def test_bad_person_is_refused(stage: Stage) -> None:
    await done(stage.db, service.register, bo(name="Ada", email="ada@example.org"))
    for more, code, field in BAD_PEOPLE:
        assert (more, await stage.refusal(service.register, bo(**more))) == (more, (code, (field,)))


async def test_people_of_a_vendor_hold_no_other_role(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    mixed = bo(vendor_id=id_of(vendor), roles=[Role.VENDOR, Role.PM])
    assert await stage.refusal(service.register, mixed) == ("NOT_PERMITTED", ("roles",))
    contact = await a_person(stage.db, vendor=vendor)
    more = inputs.GrantRole(id=id_of(contact), expected_version=1, role=Role.PM_LEAD)
    assert await stage.refusal(service.grant_role, more) == ("NOT_PERMITTED", ("role",))


async def test_only_administrators_manage_people(stage: Stage) -> None:
    lead = await an_actor(stage.db, Role.PM_LEAD)
    message = await stage.forbidden(service.register, bo(), lead)
    assert message == "You may not manage people, roles and tokens. Your roles: PM_LEAD."
    admin = await an_actor(stage.db, Role.ADMIN)
    assert (await done(stage.db, service.register, bo(), admin)).created_by == admin.id


async def test_change_keeps_what_is_left_out(stage: Stage) -> None:
    person = await a_person(stage.db, Role.EXEC, authority=Authority.A4)
    given = inputs.ChangePerson(id=id_of(person), expected_version=1, name=Some("Ada Ébène"))
    changed = await done(stage.db, service.change, given)
    assert (changed.name, changed.name_fold, changed.version) == ("Ada Ébène", "ada ebene", 2)
    assert (changed.email, changed.authority) == (person.email, Authority.A4)


BAD_CHANGES: list[tuple[dict[str, object], str, str]] = [
    ({"name": Some(None)}, "REQUIRED", "name"),
    ({"email": Some("other@example.org")}, "DUPLICATE", "email"),
    ({"team_id": Some(NOBODY)}, "NOT_FOUND", "teamId"),
    ({"timezone": Some(None)}, "REQUIRED", "timezone"),
    ({"expected_version": 2}, "VERSION_CONFLICT", "expectedVersion"),
    ({"id": NOBODY}, "NOT_FOUND", "id"),
    ({"id": ID("nonsense")}, "NOT_FOUND", "id"),
]


async def test_bad_change_is_refused(stage: Stage) -> None:
    await done(stage.db, service.register, bo(email="other@example.org"))
    person = await a_person(stage.db)
    for given, code, field in BAD_CHANGES:
        fields = {"id": id_of(person), "expected_version": 1, **given}
        change = inputs.ChangePerson(**fields)  # type: ignore[arg-type]  # as each case needs
        refused = await stage.refusal(service.change, change)
        assert (given, refused) == (given, (code, (field,)))


async def test_same_values_are_no_change(stage: Stage) -> None:
    person = await a_person(stage.db)
    given = inputs.ChangePerson(id=id_of(person), expected_version=1, name=Some(person.name))
    assert (await done(stage.db, service.change, given)).version == 1


async def test_roles_are_granted_and_withdrawn(stage: Stage) -> None:
    person = await a_person(stage.db, Role.PM)
    grant = inputs.GrantRole(id=id_of(person), expected_version=1, role=Role.QA)
    assert (await done(stage.db, service.grant_role, grant)).version == 2
    assert (await actor_of(stage.db, person)).roles == {"PM", "QA"}
    again = inputs.GrantRole(id=id_of(person), expected_version=2, role=Role.QA)
    assert await stage.refusal(service.grant_role, again) == ("DUPLICATE", ("role",))
    withdraw = inputs.WithdrawRole(id=id_of(person), expected_version=2, role=Role.PM)
    assert (await done(stage.db, service.withdraw_role, withdraw)).version == 3
    assert (await actor_of(stage.db, person)).roles == {"QA"}
    twice = inputs.WithdrawRole(id=id_of(person), expected_version=3, role=Role.PM)
    assert await stage.refusal(service.withdraw_role, twice) == ("NOT_FOUND", ("role",))


async def test_last_administrator_stays(stage: Stage) -> None:
    person = await a_person(stage.db, Role.ADMIN)
    off = inputs.DeactivatePerson(id=id_of(person), expected_version=1)
    assert await stage.refusal(service.deactivate, off) == ("NOT_PERMITTED", ("id",))
    withdraw = inputs.WithdrawRole(id=id_of(person), expected_version=1, role=Role.ADMIN)
    assert await stage.refusal(service.withdraw_role, withdraw) == ("NOT_PERMITTED", ("id",))
    await a_person(stage.db, Role.ADMIN)
    assert not (await done(stage.db, service.deactivate, off)).active


async def test_deactivated_person_is_nobody_until_reactivated(stage: Stage) -> None:
    person = await a_person(stage.db)
    off = inputs.DeactivatePerson(id=id_of(person), expected_version=1)
    await done(stage.db, service.deactivate, off)
    assert await actor_of_person(stage.db, person.code) is None
    twice = inputs.DeactivatePerson(id=id_of(person), expected_version=2)
    assert await stage.refusal(service.deactivate, twice) == ("MOVE_NOT_ALLOWED", ("id",))
    on = inputs.ReactivatePerson(id=id_of(person), expected_version=2)
    assert (await done(stage.db, service.reactivate, on)).active
    assert (await actor_of(stage.db, person)).roles == {"PM"}
    again = inputs.ReactivatePerson(id=id_of(person), expected_version=3)
    assert await stage.refusal(service.reactivate, again) == ("MOVE_NOT_ALLOWED", ("id",))


@pytest.mark.parametrize(
    ("from_on", "until_on", "delegates"),
    [
        (A_DAY, A_DAY, 1),
        (date(2026, 11, 1), date(2026, 11, 30), 1),
        (NEXT_DAY, date(2026, 11, 30), 0),
    ],
)
async def test_deactivation_names_the_delegate_of_that_day(
    migrated_url: str, from_on: date, until_on: date, delegates: int
) -> None:
    heard: list[PersonDeactivated] = []

    async def hear(_session: AsyncSession, _view: View, happened: PersonDeactivated) -> None:
        heard.append(happened)

    async with opened(migrated_url, {PersonDeactivated: [hear]}) as stage:
        person, other = await a_person(stage.db), await a_person(stage.db)
        given = inputs.Delegate(
            from_id=id_of(person), to_id=id_of(other), from_on=from_on, until_on=until_on
        )
        await done(stage.db, service.delegate, given)
        off = inputs.DeactivatePerson(id=id_of(person), expected_version=1)
        await done(stage.db, service.deactivate, off)
    assert heard == [PersonDeactivated(person.id, other.id if delegates else None)]


async def test_inactive_delegate_does_not_count_and_the_newest_does(stage: Stage) -> None:
    away, first, second = [await a_person(stage.db) for _ in range(3)]
    for one in (first, second):
        given = inputs.Delegate(
            from_id=id_of(away), to_id=id_of(one), from_on=A_DAY, until_on=NEXT_DAY
        )
        await done(stage.db, service.delegate, given)

    async def ask(session: AsyncSession, view: View) -> str | None:
        return await service.delegate_of(session, view, away.id)

    assert (await stage.db.write(SYSTEM, Act("ask"), ask)).result == second.id
    off = inputs.DeactivatePerson(id=id_of(second), expected_version=1)
    await done(stage.db, service.deactivate, off)
    assert (await stage.db.write(SYSTEM, Act("ask"), ask)).result == first.id


async def test_everybody_delegates_for_themselves_only(stage: Stage) -> None:
    person, other = await a_person(stage.db), await a_person(stage.db)
    actor = await actor_of(stage.db, person)
    own = inputs.Delegate(to_id=id_of(other), from_on=A_DAY, until_on=A_DAY)
    row = await done(stage.db, service.delegate, own, actor)
    assert (row.from_id, row.to_id) == (person.id, other.id)
    others = inputs.Delegate(
        from_id=id_of(other), to_id=id_of(person), from_on=A_DAY, until_on=A_DAY
    )
    message = await stage.forbidden(service.delegate, others, actor)
    assert message == "You may not manage people, roles and tokens. Your roles: PM."


async def test_bad_delegation_is_refused(stage: Stage) -> None:
    person, other = await a_person(stage.db), await a_person(stage.db)
    contact = await a_person(stage.db, vendor=await a_vendor(stage.db))
    cases = [
        (person, A_DAY, A_DAY, "INVALID", "toId"),
        (contact, A_DAY, A_DAY, "INVALID", "toId"),
        (other, NEXT_DAY, A_DAY, "INVALID", "untilOn"),
        (other, date(2026, 11, 1), date(2026, 11, 15), "DATE_IN_PAST", "untilOn"),
    ]
    for to, from_on, until_on, code, field in cases:
        given = inputs.Delegate(
            from_id=id_of(person), to_id=id_of(to), from_on=from_on, until_on=until_on
        )
        assert await stage.refusal(service.delegate, given) == (code, (field,))


async def test_team_takes_its_members(stage: Stage) -> None:
    lead, member = await a_person(stage.db), await a_person(stage.db)
    given = inputs.FormTeam(name="Quality", lead_id=id_of(lead), member_ids=ids_of(lead, member))
    team = await done(stage.db, service.form_team, given)
    view = stage.db.view(SYSTEM)
    person = view.of(Person)
    rows = await stage.db.rows(view, select(person.team_id, person.version).order_by(person.code))
    assert [tuple(row) for row in rows] == [(team.id, 2), (team.id, 2)]
    assert await stage.refusal(service.form_team, given) == ("DUPLICATE", ("name",))
    unknown = inputs.FormTeam(name="Other", member_ids=[id_of(lead), NOBODY])
    assert await stage.refusal(service.form_team, unknown) == ("NOT_FOUND", ("memberIds", 1))


async def test_first_administrator_is_made_once(stage: Stage) -> None:
    async def ensure(session: AsyncSession, view: View) -> str:
        admin = await service.ensure_admin(session, view, name="Root", email="root@example.org")
        return admin.id

    first = (await stage.db.write(SYSTEM, Act("start"), ensure)).result
    second = (await stage.db.write(SYSTEM, Act("start"), ensure)).result
    assert first == second
    view = stage.db.view(SYSTEM)
    grant = view.of(RoleGrant)
    rows = await stage.db.rows(view, select(grant.role).order_by(grant.role))
    assert [row.role for row in rows] == [Role.ADMIN, Role.PM_LEAD]
