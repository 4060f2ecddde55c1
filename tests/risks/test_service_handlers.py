"""What risks do when people leave and projects close, in the same entry (BR 3, BR 4)."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.rules import Role
from riskreg.projects import inputs, service
from riskreg.projects.models import Project
from riskreg.risks.rules import MitigationStatus, RiskStatus
from riskreg.wiring import HANDLERS
from tests.cast import Cast, Register, opened
from tests.factories import (
    a_mitigation,
    a_person,
    a_project,
    a_risk,
    actor_of,
    an_assessed_risk,
    id_of,
)
from tests.risks.arranged import brought, moved, now


@pytest.fixture
async def wired(cast_url: tuple[str, Cast]) -> AsyncIterator[Register]:
    """A register whose slices tell each other what happened."""
    async with opened(*cast_url, HANDLERS) as one:
        yield one


@pytest.mark.parametrize("has_delegate", [True, False])
async def test_running_rows_of_who_left_go_to_the_delegate(
    wired: Register, *, has_delegate: bool
) -> None:
    db, cast = wired.db, wired.cast
    gone, deputy = [await a_person(db, Role.PM, name=name) for name in ("Gone", "Deputy")]
    owner = await actor_of(db, gone)
    running = await an_assessed_risk(db, cast.qa, cast.project, owner=owner)
    ended = await moved(wired, await a_risk(db, cast.qa, cast.project, owner=owner), "reject")
    action = await a_mitigation(db, cast.qa, (running, 1, 1), owner=owner)
    done = await a_mitigation(db, cast.qa, (running, 1, 1), owner=owner)
    done = await brought(wired, done, MitigationStatus.EFFECTIVE)
    if has_delegate:
        delegation = people.Delegate(
            from_id=id_of(gone),
            to_id=id_of(deputy),
            from_on=date(2026, 11, 1),
            until_on=date(2026, 12, 31),
        )
        await wired.does(cast.admin, people_service.delegate, delegation)
    seq = await wired.seq()
    leave = people.DeactivatePerson(id=id_of(gone), expected_version=1)
    await wired.does(cast.admin, people_service.deactivate, leave)
    assert await wired.seq() == seq + 1
    heir = deputy.id if has_delegate else gone.id
    assert [(await now(wired, row)).owner_id for row in (running, action)] == [heir, heir]
    assert [(await now(wired, row)).owner_id for row in (ended, done)] == [gone.id, gone.id]
    document = "{ hygiene { unowned { risks { code } } } }"
    unowned = (await wired.ask(cast.auditor, document))["hygiene"]["unowned"]["risks"]
    assert unowned == ([] if has_delegate else [{"code": running.code}])


async def closing(register: Register, project: Project) -> list[tuple[str, tuple[str | int, ...]]]:
    """What stands against closing a project; a failure if nothing does."""
    given = inputs.MoveProject(id=id_of(project), expected_version=1)
    return await register.refusals(register.cast.lead, service.close, given)


async def test_project_with_a_grave_running_risk_is_not_closed(wired: Register) -> None:
    db, cast = wired.db, wired.cast
    project = await a_project(db)
    await an_assessed_risk(db, cast.qa, project, owner=cast.qa, likelihood=2, impact=3)
    judged = await an_assessed_risk(db, cast.qa, project, owner=cast.qa, residual=(1, 1))
    grave = await a_risk(db, cast.qa, project, likelihood=5, impact=5)
    assert await closing(wired, project) == [("NOT_READY", ("id",))]
    await moved(wired, grave, "reject")
    wired.clock.set(judged.asserted_until)  # what was judged LOW counts as HIGH again
    assert await closing(wired, project) == [("NOT_READY", ("id",))]
    await moved(wired, judged, "reassess", likelihood=1)
    given = inputs.MoveProject(id=id_of(project), expected_version=1)
    await wired.does(cast.lead, service.close, given)
    row = await now(wired, judged)
    assert row.status is RiskStatus.ASSESSED
