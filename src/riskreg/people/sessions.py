"""Signing in by a one-time link, and the sessions that it opens; only digests are kept.

Links and sessions carry no history: they are not facts of the register. Each sign-in and sign-out
is an entry of the journal all the same.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database
from riskreg.kit.errors import Unauthenticated, UserError
from riskreg.kit.view import View
from riskreg.people import tokens
from riskreg.people.auth import ABSOLUTE, SYSTEM, actor_of_person
from riskreg.people.models import Person, Session, SignInLink

COOKIE = "__Host-riskreg"
LINK_LASTS = timedelta(minutes=15)
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


async def make_link(session: AsyncSession, view: View, person_id: str) -> str:
    """The secret of a link that signs a person in once, within 15 minutes."""
    person = view.of(Person)
    query = select(person.id).where(person.id == person_id, person.active)
    if await session.scalar(query, view.params) is None:
        raise UserError("There is no such active person.", code="NOT_FOUND", field=("person",))
    secret = tokens.new_secret()
    link = SignInLink(
        digest=tokens.digest(secret), person_id=person_id, expires_at=view.now + LINK_LASTS
    )
    session.add(link)
    return secret


async def sign_in(db: Database, secret: object) -> str:
    """The secret of a new session, for the link's; `Unauthenticated` if the link is none of ours.

    A link works once: of two who follow it at the same time, one is refused.
    """
    refused = Unauthenticated("This link has been used, is too old, or was never made.")
    if not isinstance(secret, str) or not tokens.is_secret(secret):
        raise refused
    digest = tokens.digest(secret)
    known = select(SignInLink.person_id).where(SignInLink.digest == digest)
    people = [row.person_id for row in await db.rows(db.view(SYSTEM), known)]
    actor = await actor_of_person(db, people[0]) if people else None
    if actor is None:
        raise refused

    async def open_session(session: AsyncSession, view: View) -> str:
        used = await session.scalar(
            update(SignInLink)
            .where(
                SignInLink.digest == digest,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > view.now,
            )
            .values(used_at=view.now)
            .returning(SignInLink.digest)
        )
        if used is None:
            raise refused
        fresh = tokens.new_secret()
        session.add(
            Session(
                digest=tokens.digest(fresh),
                person_id=view.actor.id,
                started_at=view.now,
                seen_at=view.now,
            )
        )
        return fresh

    return (await db.write(actor, Act("signIn"), open_session)).result


async def sign_out(
    session: AsyncSession, view: View, cookie: str | None, *, everywhere: bool
) -> bool:
    """End the session of a cookie, or all of the actor's; whether any was open."""
    mine = update(Session).where(Session.person_id == view.actor.id, Session.ended_at.is_(None))
    if not everywhere:
        mine = mine.where(Session.digest == tokens.digest(cookie or ""))
    ended = await session.scalars(mine.values(ended_at=view.now).returning(Session.digest))
    return bool([*ended])


def cookie_header(secret: str) -> str:
    """The `Set-Cookie` header that keeps a session in the browser for at most 7 days."""
    return f"{COOKIE}={secret}; Max-Age={int(ABSOLUTE.total_seconds())}; {_ATTRIBUTES}"
