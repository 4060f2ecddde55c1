"""What lists of people, teams and tokens can be filtered and sorted by, and who stands in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select

import riskreg.people.access  # noqa: F401 (declares who sees which rows)
from riskreg.kit import filters
from riskreg.kit.view import NOW, View
from riskreg.people.models import ApiToken, Delegation, Person, RoleGrant, Team
from riskreg.people.rules import Role


def _role(view: View, person: type[Person], given: filters.EnumFilter[Role]) -> ColumnElement[bool]:
    """Somebody holds a role that matches; those whose roles are hidden match nothing."""
    grant = view.of(RoleGrant)
    matching = filters.plain("role")(view, grant, given)
    return person.id.in_(select(grant.person_id).where(matching))


def _live(_v: View, token: type[ApiToken], given: bool) -> ColumnElement[bool]:  # noqa: FBT001 (a filter)
    live = and_(token.revoked_at.is_(None), token.expires_at > NOW)
    return live if given else ~live


PERSON_FILTERS = {
    "code": filters.plain("code"),
    "name": filters.text("name", "name_fold"),
    "role": _role,
    "team": filters.ref("team_id", Team),
    "active": filters.flag("active"),
}
PERSON_ORDERS = {"NAME": "name_fold", "CODE": "code", "CREATED_AT": "id"}
"""Keys are made from the time, so they sort by creation."""

TEAM_FILTERS = {"name": filters.plain("name"), "lead": filters.ref("lead_id", Person)}
TEAM_ORDERS = {"NAME": "name", "CREATED_AT": "id"}

TOKEN_FILTERS = {
    "name": filters.plain("name"),
    "person": filters.ref("person_id", Person),
    "live": _live,
}
TOKEN_ORDERS = {"CREATED_AT": "id"}


def delegates(view: View, person_id: str, day: date) -> Select[str]:
    """The keys of active people who stand in for somebody on a day, the newest delegation first."""
    row, person = view.of(Delegation), view.of(Person)
    return (
        select(row.to_id)
        .join(person, person.id == row.to_id)
        .where(row.from_id == person_id, row.from_on <= day, row.until_on >= day, person.active)
        .order_by(row.id.desc())
    )
