"""Projects: begun, changed, moved from state to state, handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.projects.queries  # noqa: F401 (declares who sees which rows)
from riskreg.kit import given as checked
from riskreg.kit.db import Handler, announce, get, new_key
from riskreg.kit.errors import UserError
from riskreg.kit.ids import parse_global_id
from riskreg.kit.links import relink, touch
from riskreg.kit.moves import moved
from riskreg.kit.refs import key_in, key_of, keys_of
from riskreg.kit.text import fold, required
from riskreg.kit.view import View
from riskreg.people.events import PersonDeactivated, PersonJoinedVendor
from riskreg.people.handover import hands_over
from riskreg.people.models import Person
from riskreg.people.permits import require
from riskreg.people.rules import Act, Standing
from riskreg.projects import inputs
from riskreg.projects.events import ProjectAreasNamed, ProjectClosing
from riskreg.projects.models import (
    Allocation,
    Market,
    Project,
    ProjectMarket,
    ProjectPolicyArea,
    ProjectRequestor,
    Vendor,
    WorkforcePool,
)
from riskreg.projects.rules import PROJECT_MACHINE, ProjectStatus

AREA_PREFIX = "area"


async def create(session: AsyncSession, view: View, given: inputs.CreateProject) -> Project:
    """A new active project; a PM begins only such as they manage themselves."""
    actor = view.actor
    manager_id = await _manager(session, view, given.manager_id)
    if given.manager_id is None and "PM" in actor.roles:
        manager_id = actor.id
    require(actor, Act.MANAGE_PROJECTS, standing=_standing(view, manager_id))
    name = required(given.name, limit=inputs.NAME_LIMIT, field="name")
    project = Project(
        id=new_key(session),
        code=await checked.code_for(session, view, Project, given.code, prefix="PRJ"),
        name=name,
        name_fold=fold(name),
        type=given.type,
        is_safety=given.is_safety,
        manager_id=manager_id,
        status=ProjectStatus.ACTIVE,
    )
    session.add(project)
    await session.flush()
    await _link_requestors(session, view, project.id, given.requestor_ids)
    await _link_markets(session, view, project.id, given.market_ids)
    await _link_areas(session, view, project.id, given.policy_area_ids)
    await _allocate(session, view, project.id, given.allocations)
    return project


async def change(session: AsyncSession, view: View, given: inputs.ChangeProject) -> Project:
    """The project with what was given, and the rest as it was."""
    project = await _own_project(session, view, given)
    manager_id = project.manager_id
    if given.manager_id is not None:
        manager_id = await _manager(session, view, given.manager_id.value)
    limit = inputs.NAME_LIMIT
    name = checked.changed_text(given.name, project.name, limit=limit, field="name")
    if await _change_links(session, view, project.id, given):
        touch(project)
    project.name, project.name_fold = name, fold(name)
    project.type = checked.changed(given.type, project.type, "type")
    project.is_safety = checked.changed(given.is_safety, project.is_safety, "isSafety")
    project.manager_id = manager_id
    return project


async def pause(session: AsyncSession, view: View, given: inputs.MoveProject) -> Project:
    """The project, whose work rests."""
    return await _move(session, view, given, "pause")


async def resume(session: AsyncSession, view: View, given: inputs.MoveProject) -> Project:
    """The project, whose work goes on."""
    return await _move(session, view, given, "resume")


async def close(session: AsyncSession, view: View, given: inputs.MoveProject) -> Project:
    """The project, whose work is over, unless a slice above knows why it must not be (BR 3)."""
    project = await _move(session, view, given, "close")
    announce(session, ProjectClosing(project.id))
    return project


async def reopen(session: AsyncSession, view: View, given: inputs.MoveProject) -> Project:
    """The project, which was closed and is active again."""
    return await _move(session, view, given, "reopen")


async def check_vendor(session: AsyncSession, view: View, happened: PersonJoinedVendor) -> None:
    """Refuse a person of a vendor that there is not."""
    vendor = view.of(Vendor)
    query = select(vendor.id).where(vendor.id == happened.vendor_id)
    if await session.scalar(query, view.params) is None:
        raise UserError("There is no such vendor.", code="NOT_FOUND", field=("vendorId",))


HANDLERS: dict[type, tuple[Handler, ...]] = {
    PersonDeactivated: (hands_over(Project, "manager_id"),),
    PersonJoinedVendor: (check_vendor,),
}
"""What this slice does when people/ tells it something; `app` wires it."""


async def _own_project(
    session: AsyncSession, view: View, given: inputs.ChangeProject | inputs.MoveProject
) -> Project:
    """The project that an input names, if the actor may manage it."""
    key = key_in(Project, given.id)
    project = await get(session, view, Project, key, expected_version=given.expected_version)
    require(view.actor, Act.MANAGE_PROJECTS, standing=_standing(view, project.manager_id))
    return project


def _standing(view: View, manager_id: str | None) -> Iterable[Standing]:
    return (Standing.OWN,) if manager_id == view.actor.id else ()


async def _move(session: AsyncSession, view: View, given: inputs.MoveProject, name: str) -> Project:
    project = await _own_project(session, view, given)
    project.status = moved(PROJECT_MACHINE, project.status, name, facts=None, given=None)
    return project


async def _manager(session: AsyncSession, view: View, given: str | None) -> str | None:
    """The key of an active person of the organisation's own, or None where nobody is named."""
    key = await key_of(session, view, Person, given, "managerId")
    if key is not None:
        person = await get(session, view, Person, key, field="managerId")
        if not person.active or person.vendor_id is not None:
            message = "A manager is active and of the organisation itself."
            raise UserError(message, field=("managerId",))
    return key


async def _change_links(
    session: AsyncSession, view: View, project_id: str, given: inputs.ChangeProject
) -> bool:
    """Replace the lists that were given, and tell whether any changed; null empties a list."""
    differ = False
    if given.requestor_ids is not None:
        ids = given.requestor_ids.value or ()
        differ |= await _link_requestors(session, view, project_id, ids)
    if given.market_ids is not None:
        ids = given.market_ids.value or ()
        differ |= await _link_markets(session, view, project_id, ids)
    if given.policy_area_ids is not None:
        ids = given.policy_area_ids.value or ()
        differ |= await _link_areas(session, view, project_id, ids)
    if given.allocations is not None:
        shares = given.allocations.value or ()
        differ |= await _allocate(session, view, project_id, shares)
    return differ


async def _link_requestors(
    session: AsyncSession, view: View, project_id: str, ids: Sequence[str]
) -> bool:
    keys = await keys_of(session, view, Person, ids, "requestorIds")
    parent = ("project_id", project_id)
    return await relink(
        session, view, ProjectRequestor, parent=parent, child="person_id", wanted=keys
    )


async def _link_markets(
    session: AsyncSession, view: View, project_id: str, ids: Sequence[str]
) -> bool:
    keys = await keys_of(session, view, Market, ids, "marketIds")
    parent = ("project_id", project_id)
    return await relink(session, view, ProjectMarket, parent=parent, child="market_id", wanted=keys)


async def _link_areas(
    session: AsyncSession, view: View, project_id: str, ids: Sequence[str]
) -> bool:
    """Whether there are such areas is asked of policies/, above."""
    keys = []
    for place, given in enumerate(ids):
        parsed = parse_global_id(given)
        if parsed is None or parsed[0] != AREA_PREFIX:
            field = ("policyAreaIds", place)
            raise UserError("There is no such policy area.", code="NOT_FOUND", field=field)
        keys.append(parsed[1])
    if keys:
        announce(session, ProjectAreasNamed(project_id, tuple(keys)))
    parent = ("project_id", project_id)
    return await relink(
        session, view, ProjectPolicyArea, parent=parent, child="policy_area_id", wanted=keys
    )


async def _allocate(
    session: AsyncSession, view: View, project_id: str, given: Sequence[inputs.AllocationGiven]
) -> bool:
    """Make the project's shares of pools those given, and tell whether any changed."""
    keys = await keys_of(
        session, view, WorkforcePool, [one.pool_id for one in given], "allocations"
    )
    if len(keys) != len(given):
        message = "A pool is listed twice."
        raise UserError(message, code="DUPLICATE", field=("allocations",))
    shares = [
        checked.measure(one.share, "0.001", "1", places=3, field="allocations") for one in given
    ]
    parent = ("project_id", project_id)
    allocation = view.of(Allocation)
    query = select(allocation).where(allocation.project_id == project_id)
    found = {one.pool_id: one for one in await session.scalars(query, view.params)}
    wanted = dict(zip(keys, shares, strict=True))
    differ = {pool_id: one.share for pool_id, one in found.items()} != wanted
    for pool_id, one in found.items():
        if pool_id in wanted:
            one.share = wanted[pool_id]
        else:
            await session.delete(one)
    session.add_all(
        Allocation(**dict([parent]), pool_id=pool_id, share=share)
        for pool_id, share in wanted.items()
        if pool_id not in found
    )
    return differ
