"""The first person, a way in for them, and tokens made on the command line."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database
from riskreg.kit.errors import UserError
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import global_id
from riskreg.kit.text import fold, required
from riskreg.kit.view import View
from riskreg.people import inputs, service, service_tokens, sessions, tokens
from riskreg.people.models import Person, RoleGrant
from riskreg.people.permits import SYSTEM
from riskreg.people.rules import Authority, Role


async def create_token(db: Database, role: str, name: str, lasts: timedelta) -> str:
    """A token for a service of this name and role, which is registered if it is new."""
    if role not in Role.__members__:
        known = ", ".join(member.value for member in Role)
        raise UserError(f"There is no role {role}. Roles: {known}.", field=("role",))
    secret = tokens.new_token()

    async def make(session: AsyncSession, view: View) -> None:
        person = await _service_named(session, view, Role(role), name)
        given = inputs.CreateApiToken(
            name=name,
            person_id=global_id(prefix_of(Person), person.id),  # type: ignore[arg-type]
            roles=[Role(role)],
            expires_at=view.now + lasts,
        )
        await service_tokens.create(session, view, given, secret)

    await db.write(SYSTEM, Act("createApiToken", "made on the command line"), make)
    return secret


async def _service_named(session: AsyncSession, view: View, role: Role, name: str) -> Person:
    clean = required(name, limit=inputs.NAME_LIMIT, field="name")
    email = f"{'.'.join(fold(clean).split())}.{role.value.lower()}@token.invalid"
    person = view.of(Person)
    known = await session.scalar(select(person).where(person.email == email), view.params)
    if known is not None:
        return known
    given = inputs.RegisterPerson(
        name=clean,
        email=email,
        roles=[role],
        authority=Authority.A4 if role is Role.EXEC else None,
    )
    return await service.register(session, view, given)


async def sign_in_secret(db: Database, role: Role = Role.PM_LEAD) -> str:
    """The secret of a link that signs in a lead, who is registered if there is none."""

    async def make(session: AsyncSession, view: View) -> str:
        person, grant = view.of(Person), view.of(RoleGrant)
        leads = (
            select(person.id)
            .join(grant, grant.person_id == person.id)
            .where(person.active, grant.role == role)
            .order_by(person.id)
            .limit(1)
        )
        found = await session.scalar(leads, view.params)
        if found is None:
            email = "lead@riskreg.invalid"
            first = await service.ensure_admin(session, view, name="First lead", email=email)
            await session.flush()
            found = first.id
        return await sessions.make_link(session, view, found)

    return (await db.write(SYSTEM, Act("makeSignInLink"), make)).result
