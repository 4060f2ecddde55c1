"""Deeds that set the organisation up: people, places, areas, projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select
from strawberry import Some

from riskreg.demo.cast import Member
from riskreg.demo.places import MarketRow, PoolRow, SiteRow, VendorRow
from riskreg.demo.portfolio import AreaRow, ProjectRow
from riskreg.demo.world import Deed, Scene
from riskreg.metrics import service as metrics_service
from riskreg.metrics.models import Metric
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.models import Person
from riskreg.policies import inputs as policies
from riskreg.policies import service as policies_service
from riskreg.policies.models import PolicyArea
from riskreg.projects import inputs as projects
from riskreg.projects import service as projects_service
from riskreg.projects import service_places
from riskreg.projects.models import Market, Project, Site, Vendor, WorkforcePool
from riskreg.risks import config
from riskreg.risks.models import ScoringMatrix


@dataclass(frozen=True)
class Install(Deed):
    """The default matrix, appetites and metrics, unless the register has them already."""

    mutation: ClassVar[str] = "installDefaults"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        known = select(on.view.of(ScoringMatrix).id).limit(1)
        if await on.session.scalar(known, on.view.params) is None:
            await config.install(on.session, on.view)
        await metrics_service.install(on.session, on.view)
        metric = on.view.of(Metric)
        for row in await on.session.execute(select(metric.code, metric.id), on.view.params):
            on.world.know(Metric, row.code, row.id)


@dataclass(frozen=True)
class Register(Deed):
    """Somebody is made known."""

    mutation: ClassVar[str] = "registerPerson"
    member: Member

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = people.RegisterPerson(
            name=self.member.name,
            email=self.member.email,
            roles=[self.member.role],
            authority=self.member.authority,
            vendor_id=on.world.id_or_none(Vendor, self.member.vendor),
            timezone=self.member.timezone,
        )
        person = await people_service.register(on.session, on.view, given)
        on.world.learn(person, self.member.key)


@dataclass(frozen=True)
class Form(Deed):
    """A team is formed."""

    mutation: ClassVar[str] = "formTeam"
    name: str
    lead: str
    members: tuple[str, ...]

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = people.FormTeam(
            name=self.name,
            lead_id=on.world.id(Person, self.lead),
            member_ids=on.world.ids(Person, self.members),
        )
        on.world.learn(await people_service.form_team(on.session, on.view, given), self.name)


@dataclass(frozen=True)
class Leave(Deed):
    """Somebody leaves."""

    mutation: ClassVar[str] = "deactivatePerson"
    person: str
    why: str

    @property
    def reason(self) -> str | None:
        """Why they leave."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = people.DeactivatePerson(
            id=on.world.id(Person, self.person),
            expected_version=await on.version(Person, self.person),
            reason=self.why,
        )
        await people_service.deactivate(on.session, on.view, given)


@dataclass(frozen=True)
class OpenMarket(Deed):
    """A market is made known."""

    mutation: ClassVar[str] = "createMarket"
    row: MarketRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = projects.CreateMarket(
            code=self.row.code,
            name=self.row.name,
            region=self.row.region,
            view_share=self.row.share,
        )
        market = await service_places.create_market(on.session, on.view, given)
        await on.session.flush()
        on.world.learn(market, self.row.code)


@dataclass(frozen=True)
class Contract(Deed):
    """A vendor is made known."""

    mutation: ClassVar[str] = "createVendor"
    row: VendorRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = projects.CreateVendor(
            code=self.row.code,
            name=self.row.name,
            kind=self.row.kind,
            tier=self.row.tier,
            contract_end=on.world.day_or_none(self.row.contract_end),
            market_ids=on.world.ids(Market, self.row.markets),
        )
        vendor = await service_places.create_vendor(on.session, on.view, given)
        on.world.learn(vendor, self.row.code)


@dataclass(frozen=True)
class OpenSite(Deed):
    """A vendor's site is made known."""

    mutation: ClassVar[str] = "createSite"
    vendor: str
    row: SiteRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = projects.CreateSite(
            vendor_id=on.world.id(Vendor, self.vendor),
            city=self.row.city,
            timezone=self.row.timezone,
            code=self.row.code,
        )
        site = await service_places.create_site(on.session, on.view, given)
        await on.session.flush()
        on.world.learn(site, self.row.code)


@dataclass(frozen=True)
class Pool(Deed):
    """A pool of annotators is made known."""

    mutation: ClassVar[str] = "createWorkforcePool"
    row: PoolRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = projects.CreateWorkforcePool(
            vendor_id=on.world.id(Vendor, self.row.vendor),
            site_id=on.world.id(Site, self.row.site),
            market_id=on.world.id_or_none(Market, self.row.market),
            code=self.row.code,
            skills=list(self.row.skills),
            fte_contracted=self.row.fte,
        )
        pool = await service_places.create_pool(on.session, on.view, given)
        await on.session.flush()
        on.world.learn(pool, self.row.code)


@dataclass(frozen=True)
class Area(Deed):
    """A policy area is made known."""

    mutation: ClassVar[str] = "createPolicyArea"
    row: AreaRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = policies.CreatePolicyArea(
            code=self.row.code,
            name=self.row.name,
            severity_class=self.row.severity,
            manager_id=on.world.id(Person, self.row.manager),
            dsa_category=self.row.dsa_category,
        )
        area = await policies_service.create(on.session, on.view, given)
        await on.session.flush()
        on.world.learn(area, self.row.code)


@dataclass(frozen=True)
class Begin(Deed):
    """A project begins."""

    mutation: ClassVar[str] = "createProject"
    row: ProjectRow

    async def do(self, on: Scene) -> None:
        """Call the service."""
        world, row = on.world, self.row
        given = projects.CreateProject(
            name=row.name,
            type=row.type,
            is_safety=row.is_safety,
            code=row.code,
            manager_id=world.id(Person, row.manager),
            requestor_ids=world.ids(Person, row.requestors),
            market_ids=world.ids(Market, row.markets),
            policy_area_ids=world.ids(PolicyArea, row.areas),
            allocations=[
                projects.AllocationGiven(pool_id=world.id(WorkforcePool, pool), share=share)
                for pool, share in row.allocations()
            ],
        )
        project = await projects_service.create(on.session, on.view, given)
        world.learn(project, row.code)


@dataclass(frozen=True)
class HandOver(Deed):
    """A project gets another manager."""

    mutation: ClassVar[str] = "changeProject"
    project: str
    manager: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = projects.ChangeProject(
            id=on.world.id(Project, self.project),
            expected_version=await on.version(Project, self.project),
            manager_id=Some(on.world.id(Person, self.manager)),
        )
        await projects_service.change(on.session, on.view, given)
