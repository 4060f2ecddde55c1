"""Registering people, what they may do, and who stands in for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.db import announce, get, new_key, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.ids import is_key
from riskreg.kit.inputs import OnExisting
from riskreg.kit.links import touch
from riskreg.kit.refs import key_in, key_of, keys_of
from riskreg.kit.text import fold, required
from riskreg.kit.view import View
from riskreg.people import inputs, queries
from riskreg.people.events import PersonDeactivated, PersonJoinedVendor
from riskreg.people.models import ApiToken, Delegation, Person, RoleGrant, Session, Team
from riskreg.people.permits import require
from riskreg.people.rules import Act, Role

VENDOR_PREFIX = "vendor"
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


async def register(session: AsyncSession, view: View, given: inputs.RegisterPerson) -> Person:
    """A new active person with the roles given."""
    require(view.actor, Act.MANAGE_PEOPLE)
    name = required(given.name, limit=inputs.NAME_LIMIT, field="name")
    vendor_id = _vendor_key(given.vendor_id)
    for role in given.roles:
        _refuse_mixing(role, vendor_id, "roles")
    zone = settings.current().zone if given.timezone is None else given.timezone
    person = Person(
        id=new_key(session),
        name=name,
        name_fold=fold(name),
        email=await _free_email(session, view, given.email),
        team_id=await key_of(session, view, Team, given.team_id, "teamId"),
        vendor_id=vendor_id,
        timezone=checked.zone(zone, "timezone"),
        authority=given.authority,
        active=True,
        code=await checked.code_for(session, view, Person, given.code, prefix="P"),
    )
    session.add(person)
    await session.flush()
    roles = dict.fromkeys(given.roles)
    session.add_all([RoleGrant(person_id=person.id, role=role) for role in roles])
    if vendor_id is not None:
        announce(session, PersonJoinedVendor(person.id, vendor_id))
    return person


async def change(session: AsyncSession, view: View, given: inputs.ChangePerson) -> Person:
    """The person with what was given, and the rest as it was."""
    require(view.actor, Act.MANAGE_PEOPLE)
    person = await person_of(session, view, given)
    limit = inputs.NAME_LIMIT
    name = checked.changed_text(given.name, person.name, limit=limit, field="name")
    email = checked.changed(given.email, person.email, "email")
    if email != person.email:
        email = await _free_email(session, view, email, but=person.id)
    team_id = person.team_id
    if given.team_id is not None:
        team_id = await key_of(session, view, Team, given.team_id.value, "teamId")
    zone = checked.changed(given.timezone, person.timezone, "timezone")
    person.name, person.name_fold = name, fold(name)
    person.email, person.team_id = email, team_id
    person.timezone = checked.zone(zone, "timezone")
    person.authority = checked.changed_or_none(given.authority, person.authority)
    return person


async def deactivate(session: AsyncSession, view: View, given: inputs.DeactivatePerson) -> Person:
    """The person, who acts no more: tokens and sessions end, ownership is handed over (BR 4)."""
    require(view.actor, Act.MANAGE_PEOPLE)
    person = await person_of(session, view, given)
    if not person.active:
        raise UserError("They are inactive already.", code="MOVE_NOT_ALLOWED", field=("id",))
    await _refuse_last_admin(session, view, person)
    person.active = False
    token = view.of(ApiToken)
    live = select(token).where(token.person_id == person.id, token.revoked_at.is_(None))
    for one in await session.scalars(live, view.params):
        one.revoked_at = view.now
    await session.execute(
        update(Session)
        .where(Session.person_id == person.id, Session.ended_at.is_(None))
        .values(ended_at=view.now)
    )
    delegate_id = await delegate_of(session, view, person.id)
    announce(session, PersonDeactivated(person.id, delegate_id))
    return person


async def reactivate(session: AsyncSession, view: View, given: inputs.ReactivatePerson) -> Person:
    """The person, who acts again with the roles they had."""
    require(view.actor, Act.MANAGE_PEOPLE)
    person = await person_of(session, view, given)
    if person.active:
        raise UserError("They are active already.", code="MOVE_NOT_ALLOWED", field=("id",))
    person.active = True
    return person


async def grant_role(session: AsyncSession, view: View, given: inputs.GrantRole) -> Person:
    """The person, who holds the role from now on."""
    require(view.actor, Act.MANAGE_PEOPLE)
    person = await person_of(session, view, given)
    _refuse_mixing(given.role, person.vendor_id, "role")
    if await _grants(session, view, person.id, given.role):
        raise UserError("They hold this role already.", code="DUPLICATE", field=("role",))
    session.add(RoleGrant(person_id=person.id, role=given.role))
    touch(person)
    return person


async def withdraw_role(session: AsyncSession, view: View, given: inputs.WithdrawRole) -> Person:
    """The person, who holds the role no more; their tokens lose it as well."""
    require(view.actor, Act.MANAGE_PEOPLE)
    person = await person_of(session, view, given)
    grants = await _grants(session, view, person.id, given.role)
    if not grants:
        raise UserError("They do not hold this role.", code="NOT_FOUND", field=("role",))
    if given.role is Role.ADMIN:
        await _refuse_last_admin(session, view, person)
    await session.delete(grants[0])
    touch(person)
    return person


async def delegate(session: AsyncSession, view: View, given: inputs.Delegate) -> Delegation:
    """A delegation; everybody may delegate for themselves, an administrator for anybody."""
    own = view.actor.id
    from_id = own
    if given.from_id is not None:
        from_id = await key_of(session, view, Person, given.from_id, "fromId") or own
    if from_id != own:
        require(view.actor, Act.MANAGE_PEOPLE)
    giver = await get(session, view, Person, from_id, field="fromId")
    to_id = await key_of(session, view, Person, given.to_id, "toId")
    taker = await get(session, view, Person, to_id, field="toId")
    if giver.id == taker.id:
        raise UserError("Nobody stands in for themselves.", field=("toId",))
    if not taker.active or taker.vendor_id != giver.vendor_id:
        raise UserError("Who stands in must be active, and of the same house.", field=("toId",))
    if given.until_on < given.from_on:
        raise UserError("The last day is before the first.", field=("untilOn",))
    if given.until_on < today(view.now, settings.current().zone):
        raise UserError("The last day has passed.", code="DATE_IN_PAST", field=("untilOn",))
    row = Delegation(
        from_id=giver.id, to_id=taker.id, from_on=given.from_on, until_on=given.until_on
    )
    session.add(row)
    return row


async def delegate_of(session: AsyncSession, view: View, person_id: str) -> str | None:
    """The key of whoever stands in for somebody today; None if nobody does."""
    day = today(view.now, settings.current().zone)
    wide = visible_everywhere(view)
    query = queries.delegates(wide, person_id, day).limit(1)
    found: str | None = await session.scalar(query, wide.params)
    return found


async def form_team(session: AsyncSession, view: View, given: inputs.FormTeam) -> Team:
    """A new team, which its members join."""
    require(view.actor, Act.MANAGE_PEOPLE)
    name = required(given.name, limit=inputs.NAME_LIMIT, field="name")
    await checked.refuse_taken(session, view, Team, name=name)
    lead_id = await key_of(session, view, Person, given.lead_id, "leadId")
    members = await keys_of(session, view, Person, given.member_ids, "memberIds")
    team = Team(id=new_key(session), name=name, lead_id=lead_id)
    session.add(team)
    await session.flush()
    person = view.of(Person)
    joining = select(person).where(person.id.in_(members))
    for one in await session.scalars(joining, view.params):
        one.team_id = team.id
    return team


async def ensure_admin(
    session: AsyncSession,
    view: View,
    *,
    name: str,
    email: str,
    roles: Iterable[Role] = (Role.ADMIN, Role.PM_LEAD),
) -> Person:
    """The first active administrator, registered now if there is none; for the first start."""
    wide = visible_everywhere(view)
    person, grant = wide.of(Person), wide.of(RoleGrant)
    query = (
        select(person)
        .join(grant, grant.person_id == person.id)
        .where(person.active, grant.role == Role.ADMIN)
        .order_by(person.id)
        .limit(1)
    )
    known = await session.scalar(query, wide.params)
    if known is not None:
        return known
    given = inputs.RegisterPerson(name=name, email=email, roles=list(roles))
    return await register(session, view, given)


async def person_of(session: AsyncSession, view: View, given: OnExisting) -> Person:
    """The person that an input names, at the version that it expects."""
    key = key_in(Person, given.id)
    return await get(session, view, Person, key, expected_version=given.expected_version)


async def _grants(session: AsyncSession, view: View, person_id: str, role: Role) -> list[RoleGrant]:
    grant = view.of(RoleGrant)
    query = select(grant).where(grant.person_id == person_id, grant.role == role)
    return [*await session.scalars(query, view.params)]


async def _refuse_last_admin(session: AsyncSession, view: View, person: Person) -> None:
    wide = visible_everywhere(view)
    other, grant = wide.of(Person), wide.of(RoleGrant)
    query = (
        select(grant.person_id)
        .join(other, other.id == grant.person_id)
        .where(grant.role == Role.ADMIN, other.active)
    )
    admins = {*await session.scalars(query, wide.params)}
    if admins == {person.id}:
        message = "They are the last administrator: make somebody else one first."
        raise UserError(message, code="NOT_PERMITTED", field=("id",))


def _refuse_mixing(role: Role, vendor_id: str | None, field: str) -> None:
    """Whoever works for a vendor is a VENDOR and nothing else, or BR 13 could be walked past."""
    if (role is Role.VENDOR) != (vendor_id is not None):
        message = "VENDOR is the one role of a vendor's people, and of nobody else."
        raise UserError(message, code="NOT_PERMITTED", field=(field,))


def _vendor_key(given: str | None) -> str | None:
    """The key in a vendor's id; whether there is such a vendor is asked of projects/, above."""
    if given is None:
        return None
    prefix, _, key = given.partition("_")
    if prefix != VENDOR_PREFIX or not is_key(key):
        raise UserError("There is no such vendor.", code="NOT_FOUND", field=("vendorId",))
    return key


async def _free_email(
    session: AsyncSession, view: View, given: str, *, but: str | None = None
) -> str:
    email = required(given, limit=inputs.EMAIL_LIMIT, field="email").lower()
    if not _EMAIL.fullmatch(email):
        raise UserError("This is not an email address.", field=("email",))
    await checked.refuse_taken(session, view, Person, email=email, but=but)
    return email
