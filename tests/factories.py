"""Rows for tests, written through the services as the register's own system; an entry each."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID

from riskreg.kit.clock import today
from riskreg.kit.db import Act, Database
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import global_id
from riskreg.kit.tables import Tracked
from riskreg.kit.view import Actor, View
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people import sessions
from riskreg.people.auth import SYSTEM, actor_of_person
from riskreg.people.models import Person, Team
from riskreg.people.rules import Authority, Role
from riskreg.policies import inputs as policies
from riskreg.policies import service as policies_service
from riskreg.policies.models import PolicyArea
from riskreg.policies.rules import SeverityClass
from riskreg.projects import inputs as projects
from riskreg.projects import service as projects_service
from riskreg.projects import service_places
from riskreg.projects.models import Market, Project, Site, Vendor, WorkforcePool
from riskreg.projects.rules import ProjectType, VendorKind
from riskreg.risks import inputs as risks
from riskreg.risks import inputs_mitigation as mitigations
from riskreg.risks import service as risks_service
from riskreg.risks import service_assess, service_mitigation
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import (
    ImpactDimension,
    MitigationKind,
    RiskCategory,
    VerificationMethod,
)

G = TypeVar("G")
R = TypeVar("R")
UseCase = Callable[[AsyncSession, View, G], Awaitable[R]]

_numbers = count(1)
MONTH = timedelta(days=30)


async def done(db: Database, work: UseCase[G, R], given: G, actor: Actor = SYSTEM) -> R:
    """What a use case gives back, run as one entry."""

    async def run(session: AsyncSession, view: View) -> R:
        return await work(session, view, given)

    return (await db.write(actor, Act(getattr(work, "__name__", "test")), run)).result


def id_of(row: Tracked) -> ID:
    """The global id of a row."""
    return ID(global_id(prefix_of(type(row)), row.id))  # type: ignore[arg-type]  # a model


def ids_of(*rows: Tracked) -> list[ID]:
    """The global ids of rows."""
    return [id_of(row) for row in rows]


async def a_person(
    db: Database,
    *roles: Role,
    name: str = "Ada Abara",
    vendor: Vendor | None = None,
    team: Team | None = None,
    authority: Authority | None = None,
) -> Person:
    """An active person; a PM unless other roles are given, a VENDOR where a vendor is."""
    given = people.RegisterPerson(
        name=name,
        email=f"person{next(_numbers)}@example.org",
        roles=list(roles or [Role.PM if vendor is None else Role.VENDOR]),
        vendor_id=None if vendor is None else id_of(vendor),
        team_id=None if team is None else id_of(team),
        authority=authority,
    )
    return await done(db, people_service.register, given)


async def an_actor(db: Database, *roles: Role, vendor: Vendor | None = None) -> Actor:
    """The actor that such a person is."""
    return await actor_of(db, await a_person(db, *roles, vendor=vendor))


async def actor_of(db: Database, person: Person) -> Actor:
    """The actor that a person is now."""
    actor = await actor_of_person(db, person.id)
    assert actor is not None
    return actor


async def a_session(db: Database, person: Person) -> str:
    """The cookie of a new session of a person, who followed a sign-in link."""

    async def link(session: AsyncSession, view: View) -> str:
        return await sessions.make_link(session, view, person.id)

    return await sessions.sign_in(db, (await db.write(SYSTEM, Act("link"), link)).result)


async def a_market(db: Database, code: str = "pt-BR", region: str = "LATAM") -> Market:
    """A market with a tenth of all views."""
    given = projects.CreateMarket(code=code, name=code, region=region, view_share=Decimal("0.1"))
    return await done(db, service_places.create_market, given)


async def a_vendor(db: Database, code: str = "ASTER", *markets: Market) -> Vendor:
    """A company that supplies annotators."""
    given = projects.CreateVendor(
        code=code, name=f"{code} Services", kind=VendorKind.BPO, market_ids=ids_of(*markets)
    )
    return await done(db, service_places.create_vendor, given)


async def a_site(db: Database, vendor: Vendor, city: str = "Manila") -> Site:
    """A vendor's site."""
    given = projects.CreateSite(vendor_id=id_of(vendor), city=city, timezone="Asia/Manila")
    return await done(db, service_places.create_site, given)


async def a_pool(db: Database, vendor: Vendor, code: str | None = None) -> WorkforcePool:
    """A hundred annotators of a vendor."""
    given = projects.CreateWorkforcePool(
        vendor_id=id_of(vendor), code=code, fte_contracted=Decimal(100)
    )
    return await done(db, service_places.create_pool, given)


async def a_project(
    db: Database,
    *pools: WorkforcePool,
    code: str | None = None,
    manager: Person | None = None,
    requestors: tuple[Person, ...] = (),
    markets: tuple[Market, ...] = (),
    areas: tuple[PolicyArea, ...] = (),
) -> Project:
    """An active project in which half of each pool works."""
    given = projects.CreateProject(
        name=f"Project {code or next(_numbers)}",
        type=ProjectType.ENFORCEMENT_LABELLING,
        is_safety=True,
        code=code,
        manager_id=None if manager is None else id_of(manager),
        requestor_ids=ids_of(*requestors),
        market_ids=ids_of(*markets),
        policy_area_ids=ids_of(*areas),
        allocations=[
            projects.AllocationGiven(pool_id=id_of(pool), share=Decimal("0.5")) for pool in pools
        ],
    )
    return await done(db, projects_service.create, given)


async def a_policy_area(
    db: Database,
    code: str = "HATE",
    *,
    parent: PolicyArea | None = None,
    manager: Person | None = None,
    severity_class: SeverityClass = SeverityClass.HIGH,
) -> PolicyArea:
    """A policy area."""
    given = policies.CreatePolicyArea(
        code=code,
        name=code.title(),
        severity_class=severity_class,
        parent_id=None if parent is None else id_of(parent),
        manager_id=None if manager is None else id_of(manager),
    )
    return await done(db, policies_service.create, given)


async def a_risk(
    db: Database,
    actor: Actor,
    *projects: Project,
    likelihood: int | None = 3,
    impact: int | None = 4,
    category: RiskCategory | None = RiskCategory.VENDOR,
    owner: Actor | None = None,
    vendors: tuple[Vendor, ...] = (),
    areas: tuple[PolicyArea, ...] = (),
    **given: Any,
) -> Risk:
    """An OPEN risk, 3×4 (HIGH), that an actor logs; a DRAFT if likelihood or impact is None."""
    logged = risks.LogRisk(
        title=given.pop("title", f"Risk {next(_numbers)}"),
        cause="All of it is in one building",
        event="A typhoon closes it",
        consequence="two weeks without labels",
        category=category,
        project_ids=ids_of(*projects),
        policy_area_ids=ids_of(*areas),
        vendor_ids=ids_of(*vendors),
        owner_id=None if owner is None else ID(global_id("person", owner.id)),
        likelihood=likelihood,
        impact=impact,
        **given,
    )
    return await done(db, risks_service.log, logged, actor)


async def an_assessed_risk(
    db: Database,
    actor: Actor,
    *projects: Project,
    likelihood: int = 3,
    impact: int = 4,
    residual: tuple[int, int] | None = None,
    target: tuple[int, int] | None = None,
    **given: Any,
) -> Risk:
    """An ASSESSED risk, 3×4 (HIGH), with a residual or target of the assessor's own if given."""
    risk = await a_risk(db, actor, *projects, likelihood=likelihood, impact=impact, **given)
    assessed = risks.AssessRisk(
        id=id_of(risk),
        expected_version=risk.version,
        likelihood=likelihood,
        impacts=[risks.ImpactInput(dimension=ImpactDimension.SLA, step=impact)],
        residual=_level(residual),
        target=_level(target),
        rationale="Seen last year",
    )
    return await done(db, service_assess.assess, assessed, actor)


def _level(given: tuple[int, int] | None) -> risks.LevelInput | None:
    return None if given is None else risks.LevelInput(likelihood=given[0], impact=given[1])


async def a_mitigation(
    db: Database,
    actor: Actor,
    *effects: tuple[Risk, int, int],
    owner: Actor | None = None,
    due_in: int = 20,
    check: VerificationMethod | None = VerificationMethod.AUDIT,
    kind: MitigationKind = MitigationKind.PREVENTIVE,
    **given: Any,
) -> Mitigation:
    """A PROPOSED action that takes steps off likelihood and impact of risks, its check planned."""
    day = today(db.clock.now())
    planned = mitigations.CheckPlanInput(
        hypothesis="Fewer errors", method=check or VerificationMethod.AUDIT, due_on=day + MONTH
    )
    proposed = mitigations.ProposeMitigation(
        title=f"Action {next(_numbers)}",
        kind=kind,
        effects=[
            mitigations.EffectInput(
                risk_id=id_of(risk), delta_likelihood=likelihood, delta_impact=impact
            )
            for risk, likelihood, impact in effects
        ],
        owner_id=ID(global_id("person", (owner or actor).id)),
        due_on=day + timedelta(days=due_in),
        check=None if check is None else planned,
        **given,
    )
    return await done(db, service_mitigation.propose, proposed, actor)
