"""Loading the demo: the same twice, sound, and only into an empty register."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from riskreg.demo import load as demo
from riskreg.demo.world import World
from riskreg.kit import audit
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database
from riskreg.kit.errors import UserError
from riskreg.kit.journal import Entry
from riskreg.people.auth import SYSTEM, actor_of_person
from riskreg.people.models import Person, RoleGrant, Team
from riskreg.people.rules import Role
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Site, Vendor, WorkforcePool
from riskreg.reports import service as reports
from riskreg.reports.models import Report
from riskreg.reports.rules import ReportRendering
from riskreg.risks.models import Risk, RiskComment
from tests.demo.conftest import OTHER, USUAL, Demo
from tests.demo_fixture import Loaded
from tests.engines import EngineKind

NOW = World(demo.AS_OF, demo.SEED, "Asia/Singapore").instant(0, "09:00")


async def head_of(url: str) -> str:
    db = Database(url, SettableClock(NOW))
    try:
        verdict = await db.run_sync(audit.verify)
    finally:
        await db.aclose()
    assert verdict.problems == ()
    return verdict.head


@pytest.mark.long
async def test_the_same_seed_gives_the_same_head_on_both_engines(demo_template: Loaded) -> None:
    kinds: tuple[EngineKind, ...] = ("sqlite", "postgres")
    heads = [await head_of(demo_template(kind, *USUAL)) for kind in kinds]
    assert heads[0] == heads[1]
    assert heads[0] != await head_of(demo_template("sqlite", *OTHER))


async def test_the_organisation_is_there(demo_told: Demo) -> None:
    counts = {}
    for model in (Market, Vendor, Site, WorkforcePool, PolicyArea, Project, Team, Person, Risk):
        alias = demo_told.view.of(model)
        [(number,)] = await demo_told.rows(select(func.count()).select_from(alias))
        counts[model.__name__] = number
    assert counts == {
        "Market": 12,
        "Vendor": 6,
        "Site": 7,
        "WorkforcePool": 16,
        "PolicyArea": 9,
        "Project": 12,
        "Team": 6,
        "Person": 27,
        "Risk": 24,
    }


async def test_every_role_is_held(demo_told: Demo) -> None:
    grant = demo_told.view.of(RoleGrant)
    rows = await demo_told.rows(
        select(grant.role, func.count().label("number")).group_by(grant.role)
    )
    held = {row.role: row.number for row in rows}
    assert set(held) == set(Role)
    assert (held[Role.PM_LEAD], held[Role.EXEC], held[Role.VENDOR], held[Role.ADMIN]) == (
        1,
        2,
        6,
        1,
    )
    vice = demo_told.view.of(Person)
    [row] = await demo_told.rows(select(vice.id).where(vice.authority == "A4"))
    actor = await actor_of_person(demo_told.db, row.id)
    assert actor is not None
    assert actor.authority == "A4"


async def test_each_deed_was_done_by_a_person_in_the_order_of_time(demo_told: Demo) -> None:
    rows = await demo_told.rows(select(Entry).order_by(Entry.seq))
    instants = [row.at for row in rows]
    assert instants == sorted(set(instants))
    said = [row.at for row in rows if row.action != "ingestObservations"]
    assert said[-1] < demo_told.world.instant(-2, "00:00")
    assert instants[-1] < demo_told.world.instant(0, "07:30")
    by_itself = [row.action for row in rows if row.actor_id == SYSTEM.id]
    assert by_itself == ["reserveCodes", "installDefaults", "registerPerson", "renderReport"]


async def test_people_of_vendors_take_part(demo_told: Demo) -> None:
    comment, person = demo_told.view.of(RiskComment), demo_told.view.of(Person)
    risk = demo_told.view.of(Risk)
    outside = person.vendor_id.is_not(None)
    said = await demo_told.rows(
        select(comment.id).join(person, person.id == comment.by).where(outside)
    )
    assert len(said) == 7
    logged = await demo_told.rows(
        select(risk.code).join(person, person.id == risk.identified_by_id).where(outside)
    )
    assert [row.code for row in logged] == ["R-012"]


async def test_the_briefs_of_a_year_are_there_and_the_last_is_rendered(demo_told: Demo) -> None:
    report = demo_told.view.of(Report)
    rows = await demo_told.rows(
        select(report.code, report.as_of, report.findings).order_by(report.number)
    )
    assert [row.code for row in rows] == [f"RPT-{n:03d}" for n in range(1, 13)]
    told = {row.code: row.as_of for row in rows}
    assert told["RPT-011"] == demo_told.world.instant(-28, "09:00")
    assert told["RPT-012"] == demo_told.world.instant(-7, "09:00")
    assert [one for row in rows for one in row.findings if one["severity"] == "ERROR"] == []
    file = await reports.file_of(demo_told.db, SYSTEM, "RPT-012")
    assert file is not None
    assert file.rendering is ReportRendering.READY
    assert file.content is not None
    assert file.content.startswith(b"%PDF-")


async def test_a_register_that_was_written_to_is_left_alone(demo_url: str) -> None:
    clock = SettableClock(datetime(2030, 1, 1, tzinfo=UTC))
    db = demo.opened(demo_url, clock)
    before = await db.run_sync(lambda c: audit.verify(c).head)
    with pytest.raises(UserError, match="needs an empty register"):
        await demo.load(db, clock, demo.Size.SMALL)
    assert await db.run_sync(lambda c: audit.verify(c).head) == before
    await db.aclose()
