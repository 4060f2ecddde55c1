"""People, teams, delegations; tokens and sign-in sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Appended, Base, Chars, Instant, Json, Key, Tracked, Word
from riskreg.people.rules import ApprovalKind, Authority, Role


class Team(Tracked, Base):
    """A group of people with a lead."""

    __tablename__ = "teams"
    name: Mapped[str] = mapped_column(Chars(200), unique=True)
    lead_id: Mapped[str | None] = mapped_column(
        Key
    )  # no constraint: a team and its lead name each other


class Person(Tracked, Base):
    """Somebody, or a service, who acts in the register."""

    __tablename__ = "people"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    email: Mapped[str] = mapped_column(Chars(254), unique=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id"), index=True)
    vendor_id: Mapped[str | None] = mapped_column(Key, index=True)  # projects/ lies above people/
    timezone: Mapped[str] = mapped_column(Chars(60))
    authority: Mapped[Authority | None] = mapped_column(Word(Authority))
    active: Mapped[bool]
    name_fold: Mapped[str] = mapped_column(Chars(200), index=True)


class RoleGrant(Tracked, Base):
    """A role that a person holds."""

    __tablename__ = "role_grants"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    __table_args__ = (UniqueConstraint("person_id", "role"),)


class Delegation(Tracked, Base):
    """Whoever stands in for somebody, from a day until a day, both included."""

    __tablename__ = "delegations"
    from_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)


class ApiToken(Tracked, Base):
    """A token that a person or service sends; only its SHA-256 is stored."""

    __tablename__ = "api_tokens"
    id_prefix = "token"
    name: Mapped[str] = mapped_column(Chars(200))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(Json)
    project_ids: Mapped[list[str] | None] = mapped_column(Json)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInLink(Base):
    """A one-time link that opens a session; only its SHA-256 is stored."""

    __tablename__ = "sign_in_links"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(Key)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Session(Base):
    """A signed-in browser: idle for at most 12 h, 7 days in all."""

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(Key)
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (Index("ix_sessions_person_id", "person_id"),)


class Approval(Appended, Base):
    """Who approved what; `by` is the approver, never the proposer (four eyes).

    `content_hash` is that of what was approved, so that a later edit visibly voids it.
    """

    __tablename__ = "approvals"
    kind: Mapped[ApprovalKind] = mapped_column(Word(ApprovalKind))
    subject: Mapped[str] = mapped_column(Chars(40))
    subject_id: Mapped[str] = mapped_column(Key, index=True)
    proposed_by: Mapped[str] = mapped_column(Key)
    self_approved: Mapped[bool] = mapped_column(index=True)
    comment: Mapped[str | None] = mapped_column(Chars(2000))
    content_hash: Mapped[str] = mapped_column(String(64))
