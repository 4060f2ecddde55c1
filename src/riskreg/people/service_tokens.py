"""API tokens: made, kept as a digest, and revoked at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import get
from riskreg.kit.errors import UserError
from riskreg.kit.ids import parse_global_id
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import required
from riskreg.kit.view import View
from riskreg.people import inputs, tokens
from riskreg.people.models import ApiToken, Person, RoleGrant
from riskreg.people.permits import require
from riskreg.people.rules import Act, ReadScope, Role, read_scopes

MAX_DAYS = 366
MAX_PROJECTS = 100
PROJECT_PREFIX = "project"


async def create(
    session: AsyncSession, view: View, given: inputs.CreateApiToken, secret: str
) -> ApiToken:
    """A token for `secret` (from `tokens.new_token`), which only the caller ever holds."""
    require(view.actor, Act.MANAGE_PEOPLE)
    name = required(given.name, limit=inputs.NAME_LIMIT, field="name")
    key = await key_of(session, view, Person, given.person_id, "personId")
    person = await get(session, view, Person, key, field="personId")
    if not person.active:
        raise UserError("They are inactive.", code="NOT_PERMITTED", field=("personId",))
    held = await _roles(session, view, person.id)
    roles = held if given.roles is None else list(dict.fromkeys(given.roles))
    if missing := [role for role in roles if role not in held]:
        place = roles.index(missing[0])
        message = f"They do not hold {missing[0]}."
        raise UserError(message, code="NOT_PERMITTED", field=("roles", place))
    if given.expires_at <= view.now:
        raise UserError("This has passed.", code="DATE_IN_PAST", field=("expiresAt",))
    if given.expires_at > view.now + timedelta(days=MAX_DAYS):
        message = f"A token lasts at most {MAX_DAYS} days."
        raise UserError(message, code="OUT_OF_RANGE", field=("expiresAt",))
    token = ApiToken(
        name=name,
        person_id=person.id,
        digest=tokens.digest(secret),
        roles=[role.value for role in roles],
        project_ids=_projects(given.project_ids, roles),
        expires_at=given.expires_at,
    )
    session.add(token)
    return token


async def revoke(session: AsyncSession, view: View, given: inputs.RevokeApiToken) -> ApiToken:
    """The token, which no request may send any more."""
    require(view.actor, Act.MANAGE_PEOPLE)
    key = key_in(ApiToken, given.id)
    token = await get(session, view, ApiToken, key, expected_version=given.expected_version)
    if token.revoked_at is not None:
        raise UserError("It is revoked already.", code="MOVE_NOT_ALLOWED", field=("id",))
    token.revoked_at = view.now
    return token


async def _roles(session: AsyncSession, view: View, person_id: str) -> list[Role]:
    grant = view.of(RoleGrant)
    query = select(grant.role).where(grant.person_id == person_id).order_by(grant.role)
    return [*await session.scalars(query, view.params)]


def _projects(given: Sequence[str] | None, roles: list[Role]) -> list[str] | None:
    """The keys of the listed projects; there is nothing to narrow for a vendor or requestor."""
    if given is None:
        return None
    if read_scopes(roles) & {ReadScope.VENDOR, ReadScope.REQUESTOR}:
        message = "A token of a vendor or requestor cannot be narrowed to projects."
        raise UserError(message, field=("projectIds",))
    if len(given) > MAX_PROJECTS:
        message = f"At most {MAX_PROJECTS} projects may be listed."
        raise UserError(message, code="OUT_OF_RANGE", field=("projectIds",))
    parsed = [parse_global_id(one) for one in given]
    for place, one in enumerate(parsed):
        if one is None or one[0] != PROJECT_PREFIX:
            field = ("projectIds", place)
            raise UserError("There is no such project.", code="NOT_FOUND", field=field)
    return [one[1] for one in parsed if one is not None]
