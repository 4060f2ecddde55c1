"""What people say of a project's health: asserted until a day, withdrawn (BR 1)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.delivery.queries  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.delivery import inputs
from riskreg.delivery.models import HealthAssertion
from riskreg.delivery.rules import Health
from riskreg.delivery.rules_health import LONGEST_ASSERTION_DAYS
from riskreg.delivery.service import own_project, require_managing
from riskreg.kit.clock import end_of, today
from riskreg.kit.db import get
from riskreg.kit.errors import UserError
from riskreg.kit.refs import key_in
from riskreg.kit.tables import NEVER
from riskreg.kit.text import required
from riskreg.kit.view import View
from riskreg.projects.models import Project
from riskreg.projects.rules import ProjectStatus


async def assert_health(
    session: AsyncSession, view: View, given: inputs.AssertHealth
) -> HealthAssertion:
    """What somebody says of a project; it stands until the end of a day, in place of any before."""
    project = await own_project(session, view, given.project_id)
    if project.status is ProjectStatus.CLOSED:
        raise UserError("The project is closed.", code="NOT_PERMITTED", field=("projectId",))
    if given.health is Health.UNKNOWN:
        message = "Say GREEN, AMBER or RED: what is not known needs nobody to say it."
        raise UserError(message, field=("health",))
    reason = required(given.reason, limit=inputs.REASON_LIMIT, field="reason", multiline=True)
    zone = settings.current().zone
    day = today(view.now, zone)
    if given.until_on < day:
        raise UserError("This day has passed.", code="DATE_IN_PAST", field=("untilOn",))
    last = day + timedelta(days=LONGEST_ASSERTION_DAYS)
    if given.until_on > last:
        message = f"At most {LONGEST_ASSERTION_DAYS} days: until {last}."
        raise UserError(message, code="OUT_OF_RANGE", field=("untilOn",))
    for standing in await _standing(session, view, project.id):
        standing.ended_at = view.now
    assertion = HealthAssertion(
        project_id=project.id,
        health=given.health,
        reason=reason,
        asserted_by_id=view.actor.id,
        asserted_at=view.now,
        until=end_of(given.until_on, zone),
        ended_at=NEVER,
    )
    session.add(assertion)
    return assertion


async def withdraw(
    session: AsyncSession, view: View, given: inputs.WithdrawHealthAssertion
) -> HealthAssertion:
    """The assertion, which stands no longer."""
    key = key_in(HealthAssertion, given.id)
    assertion = await get(
        session, view, HealthAssertion, key, expected_version=given.expected_version
    )
    require_managing(view, await get(session, view, Project, assertion.project_id))
    if min(assertion.until, assertion.ended_at) <= view.now:
        raise UserError("It has ended already.", code="MOVE_NOT_ALLOWED", field=("id",))
    assertion.ended_at = view.now
    return assertion


async def _standing(session: AsyncSession, view: View, project_id: str) -> list[HealthAssertion]:
    row = view.of(HealthAssertion)
    query = select(row).where(
        row.project_id == project_id, row.until > view.now, row.ended_at > view.now
    )
    return list(await session.scalars(query, view.params))
