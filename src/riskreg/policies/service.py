"""The tree of policy areas: created, changed, handed over."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.policies.queries  # noqa: F401 (declares who sees which rows)
from riskreg.kit import given as checked
from riskreg.kit.db import Handler, get
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import View
from riskreg.people.events import PersonDeactivated
from riskreg.people.handover import hands_over
from riskreg.people.models import Person
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.policies import inputs
from riskreg.policies.models import PolicyArea
from riskreg.projects.events import ProjectAreasNamed

CODE_PREFIX = "AREA"


async def create(session: AsyncSession, view: View, given: inputs.CreatePolicyArea) -> PolicyArea:
    """A new area, alone or inside another."""
    require(view.actor, Act.MANAGE_PROJECTS, Act.CONFIGURE)
    limit = inputs.CATEGORY_LIMIT
    area = PolicyArea(
        code=await checked.code_for(session, view, PolicyArea, given.code, prefix=CODE_PREFIX),
        name=required(given.name, limit=inputs.NAME_LIMIT, field="name"),
        severity_class=given.severity_class,
        parent_id=await key_of(session, view, PolicyArea, given.parent_id, "parentId"),
        manager_id=await _manager(session, view, given.manager_id),
        dsa_category=optional(given.dsa_category, limit=limit, field="dsaCategory"),
    )
    session.add(area)
    return area


async def change(session: AsyncSession, view: View, given: inputs.ChangePolicyArea) -> PolicyArea:
    """The area with what was given, and the rest as it was; it may not come to lie in itself."""
    require(view.actor, Act.MANAGE_PROJECTS, Act.CONFIGURE)
    key = key_in(PolicyArea, given.id)
    area = await get(session, view, PolicyArea, key, expected_version=given.expected_version)
    parent_id, manager_id = area.parent_id, area.manager_id
    if given.parent_id is not None:
        parent_id = await key_of(session, view, PolicyArea, given.parent_id.value, "parentId")
        await _refuse_cycle(session, view, area.id, parent_id)
    if given.manager_id is not None:
        manager_id = await _manager(session, view, given.manager_id.value)
    limit, category = inputs.NAME_LIMIT, inputs.CATEGORY_LIMIT
    name = checked.changed_text(given.name, area.name, limit=limit, field="name")
    area.dsa_category = checked.changed_note(
        given.dsa_category, area.dsa_category, limit=category, field="dsaCategory"
    )
    area.severity_class = checked.changed(
        given.severity_class, area.severity_class, "severityClass"
    )
    area.name, area.parent_id, area.manager_id = name, parent_id, manager_id
    return area


async def check_areas(session: AsyncSession, view: View, happened: ProjectAreasNamed) -> None:
    """Refuse a project about areas that there are not."""
    area = view.of(PolicyArea)
    query = select(area.id).where(area.id.in_(happened.policy_area_ids))
    found = {*await session.scalars(query, view.params)}
    missing = [place for place, key in enumerate(happened.policy_area_ids) if key not in found]
    if missing:
        message = "There is no such policy area."
        raise UserErrors(
            tuple(
                UserError(message, code="NOT_FOUND", field=("policyAreaIds", place))
                for place in missing
            )
        )


HANDLERS: dict[type, tuple[Handler, ...]] = {
    PersonDeactivated: (hands_over(PolicyArea, "manager_id"),),
    ProjectAreasNamed: (check_areas,),
}
"""What this slice does when people/ or projects/ tell it something; `app` wires it."""


async def _manager(session: AsyncSession, view: View, given: str | None) -> str | None:
    key = await key_of(session, view, Person, given, "managerId")
    if key is not None:
        person = await get(session, view, Person, key, field="managerId")
        if not person.active or person.vendor_id is not None:
            message = "A manager is active and of the organisation itself."
            raise UserError(message, field=("managerId",))
    return key


async def _refuse_cycle(
    session: AsyncSession, view: View, area_id: str, parent_id: str | None
) -> None:
    """Walk up from the new parent: the area itself must not be on the way."""
    area = view.of(PolicyArea)
    above = parent_id
    while above is not None:
        if above == area_id:
            message = "An area cannot lie inside itself."
            raise UserError(message, code="CYCLE", field=("parentId",))
        query = select(area.parent_id).where(area.id == above)
        above = await session.scalar(query, view.params)
