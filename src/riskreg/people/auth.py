"""Who a request comes from: the actor behind a token, a session cookie or a person.

Each look-up is one statement, through the view of the system itself. What is malformed is refused
without any. Nothing is remembered between requests, so that a revocation holds at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError

from riskreg.kit.db import Database
from riskreg.kit.tables import Base
from riskreg.kit.view import NOW, Actor, Reach, Scope, View
from riskreg.people import tokens
from riskreg.people.models import ApiToken, Person, RoleGrant, Session
from riskreg.people.permits import ADMINISTRATION, SYSTEM
from riskreg.people.rules import Authority, ReadScope, Role, authority_of, read_scopes

__all__ = [
    "SYSTEM",
    "actor_of_person",
    "actor_of_session",
    "actor_of_token",
    "listener_of_session",
    "reach_of",
]

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)
"""How far `seen_at` may lag behind, so that reading does not write each time."""

log = logging.getLogger(__name__)


async def actor_of_token(db: Database, token: object, request_id: str = "-") -> Actor | None:
    """The actor that a token stands for; None if it is malformed, unknown, expired or revoked.

    It acts with the roles that both the token and its person have.
    """
    if not isinstance(token, str) or not tokens.is_token(token):
        return None
    view = db.view(SYSTEM)
    known = view.of(ApiToken)
    query = _people(view).add_columns(known.roles, known.project_ids)
    query = query.join(known, known.person_id == view.of(Person).id).where(
        known.digest == tokens.digest(token), known.revoked_at.is_(None), known.expires_at > NOW
    )
    rows = await db.rows(view, query)
    if not rows:
        return None
    granted = {Role(role) for role in rows[0].roles if role in Role.__members__}
    return _actor(rows, request_id, granted, rows[0].project_ids)


async def actor_of_session(db: Database, cookie: object, request_id: str = "-") -> Actor | None:
    """The actor that a session cookie stands for; None if it is unknown, over, or left idle.

    It was used, and so is not idle.
    """
    found = await _session(db, cookie, request_id)
    if found is None:
        return None
    actor, seen_at, now = found
    if now - seen_at > SEEN_EVERY:
        await _note_seen(db, tokens.digest(str(cookie)), now)
    return actor


async def listener_of_session(db: Database, cookie: object, request_id: str = "-") -> Actor | None:
    """The same for who only listens: a page that is left open does not keep its session alive."""
    found = await _session(db, cookie, request_id)
    return None if found is None else found[0]


async def _session(
    db: Database, cookie: object, request_id: str
) -> tuple[Actor, datetime, datetime] | None:
    """The actor of a session that is open, when it was used last, and what time it is."""
    if not isinstance(cookie, str) or not tokens.is_secret(cookie):
        return None
    view = db.view(SYSTEM)
    query = _people(view).add_columns(Session.seen_at)
    query = query.join(Session, Session.person_id == view.of(Person).id).where(
        Session.digest == tokens.digest(cookie), is_open(view.now)
    )
    rows = await db.rows(view, query)
    if not rows:
        return None
    return _actor(rows, request_id, set(Role), None), rows[0].seen_at, view.now


async def actor_of_person(db: Database, code_or_key: str, request_id: str = "-") -> Actor | None:
    """The actor that an active person is, by key or code; for commands and for the demo."""
    view = db.view(SYSTEM)
    person = view.of(Person)
    query = _people(view).where(or_(person.id == code_or_key, person.code == code_or_key))
    rows = await db.rows(view, query)
    return _actor(rows, request_id, set(Role), None) if rows else None


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition that a session is neither ended nor idle for 12 h nor older than 7 days."""
    return and_(
        Session.ended_at.is_(None),
        Session.seen_at > now - IDLE,
        Session.started_at > now - ABSOLUTE,
    )


def reach_of(
    roles: Iterable[Role], *, person_id: str, vendor_id: str | None, projects: Sequence[str] | None
) -> Reach:
    """How far somebody with these roles sees, `projects` being the list of a token that has one.

    Where several narrow scopes hold, that of the vendor wins, then that of the requestor: rather
    too little than another vendor's rows. A list cannot widen these two.
    """
    held = tuple(roles)
    scopes = read_scopes(held)
    if ReadScope.VENDOR in scopes:
        return Reach(Scope.VENDOR, (vendor_id,) if vendor_id and projects is None else ())
    if ReadScope.REQUESTOR in scopes:
        return Reach(Scope.REQUESTOR, (person_id,) if projects is None else ())
    if ReadScope.ALL in scopes and projects is None:
        return Reach()
    if ReadScope.NOTHING in scopes:
        return Reach(Scope.PROJECTS, (ADMINISTRATION,) if Role.ADMIN in held else ())
    return Reach(Scope.PROJECTS, tuple(projects or ()))


def _people(view: View) -> Select[str, str, str | None, Authority | None, Role]:
    """Active people with their roles, a row each; a person without one has one row."""
    person, grant = view.of(Person), view.of(RoleGrant)
    return (
        select(person.id, person.name, person.vendor_id, person.authority, grant.role)
        .join(grant, grant.person_id == person.id, isouter=True)
        .where(person.active)
    )


def _actor(
    rows: Sequence[Row[*tuple[object, ...]]],
    request_id: str,
    allowed: set[Role],
    projects: list[str] | None,
) -> Actor:
    first = rows[0]
    roles = frozenset({row.role for row in rows if row.role is not None} & allowed)
    return Actor(
        id=first.id,
        name=first.name,
        roles=frozenset(role.value for role in roles),
        authority=authority_of(roles, first.authority),
        reach=reach_of(roles, person_id=first.id, vendor_id=first.vendor_id, projects=projects),
        request_id=request_id,
    )


async def _note_seen(db: Database, digest: str, now: datetime) -> None:
    """Put off the end of an idle session. It is no entry of the journal: nobody did anything."""
    table = Base.metadata.tables[Session.__tablename__]
    statement = update(table).where(table.c.digest == digest).values(seen_at=now)
    try:
        await db.note(statement)
    except SQLAlchemyError:
        log.warning("a session was used but this could not be noted", exc_info=True)
