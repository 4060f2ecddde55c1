"""Projects as the graph shows them, and what can be asked and done in this slice."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from riskreg.delivery import graph as delivery_graph
from riskreg.kit.context import Context
from riskreg.kit.edges import children, linked, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, Part, history
from riskreg.kit.inputs import Input
from riskreg.kit.lists import Connection
from riskreg.kit.moves import Transition, shown_moves
from riskreg.kit.perform import ShownUserError, perform
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.people import models as people
from riskreg.projects import inputs, models, queries, service, service_places
from riskreg.projects.graph_places import (
    USER_ERRORS,
    Allocation,
    ChangeVendorPayload,
    ChangeWorkforcePoolPayload,
    CreateMarketPayload,
    CreateSitePayload,
    CreateVendorPayload,
    CreateWorkforcePoolPayload,
    Market,
    Site,
    Vendor,
    WorkforcePool,
)
from riskreg.projects.rules import PROJECT_MACHINE, ProjectStatus, ProjectType

if TYPE_CHECKING:
    from riskreg.delivery.graph import ProjectHealth, Target
    from riskreg.people.graph import Person
    from riskreg.policies.graph import PolicyArea

Info = strawberry.Info[Context, None]
LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyHealth = Annotated["ProjectHealth", strawberry.lazy("riskreg.delivery.graph")]
LazyTarget = Annotated["Target", strawberry.lazy("riskreg.delivery.graph")]
LazyArea = Annotated["PolicyArea", strawberry.lazy("riskreg.policies.graph")]


@shows(models.Project)
@strawberry.type(description="Labelling work with a manager, requestors, areas, markets, pools.")
class Project(Node, Versioned):
    """What risks are tied to first of all."""

    code: str = strawberry.field(description="The code, such as PRJ-MS-ENF.")
    name: str = strawberry.field(description="The name.")
    type: ProjectType = strawberry.field(description="What its labels are for.")
    is_safety: bool = strawberry.field(
        description="Whether it keeps people safe, rather than results relevant."
    )
    status: ProjectStatus = strawberry.field(description="Whether it runs.")
    manager_id: strawberry.Private[str | None]
    manager: LazyPerson | None = one(people.Person, "manager_id", "Who manages it.")
    requestors: list[LazyPerson] = linked(
        models.ProjectRequestor,
        "project_id",
        "person_id",
        people.Person,
        "For whom it labels, by code.",
    )
    markets: list[Market] = linked(
        models.ProjectMarket, "project_id", "market_id", models.Market, "Its markets, by code."
    )
    policy_areas: list[LazyArea] = linked(
        models.ProjectPolicyArea,
        "project_id",
        "policy_area_id",
        "policy_areas",
        "The policy areas whose content it labels, by code.",
    )
    allocations: Connection[Allocation] = children(
        models.Allocation, "project_id", "Which pools work on it.", order="id"
    )
    targets: Connection[LazyTarget] = children(
        "targets",
        "project_id",
        "The levels of service that it promises, by code, those that have ended included.",
        order="code",
    )
    history: list[HistoryEntry] = history(
        (
            Part(models.ProjectMarket, "project_id"),
            Part(models.ProjectPolicyArea, "project_id"),
            Part(models.ProjectRequestor, "project_id"),
            Part(models.Allocation, "project_id"),
        )
    )

    @strawberry.field(
        description="How it does: worked out, and as somebody says. Null to vendors, and once it is"
        " closed."
    )
    @derived("status")
    async def health(self, info: Info) -> LazyHealth | None:
        """The same for whoever may know it."""
        return await delivery_graph.health_of(info.context, self)

    @strawberry.field(description="Moves from here; closing may be refused for open risks.")
    def available_transitions(self) -> list[Transition]:
        """From the table of its states."""
        return shown_moves(PROJECT_MACHINE.availability(self.status, None))


PROJECTS = Catalogue(
    models.Project,
    queries.PROJECT_FILTERS,
    queries.PROJECT_ORDERS,
    inputs.ProjectFilter,
    inputs.ProjectOrder,
)

MARKETS = Catalogue(
    models.Market,
    queries.MARKET_FILTERS,
    queries.MARKET_ORDERS,
    inputs.MarketFilter,
    inputs.MarketOrder,
)

VENDORS = Catalogue(
    models.Vendor,
    queries.VENDOR_FILTERS,
    queries.VENDOR_ORDERS,
    inputs.VendorFilter,
    inputs.VendorOrder,
)

SITES = Catalogue(
    models.Site,
    queries.SITE_FILTERS,
    queries.SITE_ORDERS,
    inputs.SiteFilter,
    inputs.SiteOrder,
)

POOLS = Catalogue(
    models.WorkforcePool,
    queries.POOL_FILTERS,
    queries.POOL_ORDERS,
    inputs.WorkforcePoolFilter,
    inputs.WorkforcePoolOrder,
)


@strawberry.type
class ProjectsQuery:
    """What can be asked of projects and of where the work is done."""

    projects: Connection[Project] = listed(PROJECTS, "Projects.")
    project: Project | None = found(models.Project, "One project, by id or code.")
    markets: Connection[Market] = listed(MARKETS, "Markets.")
    market: Market | None = found(models.Market, "One market, by id or code.")
    vendors: Connection[Vendor] = listed(VENDORS, "Vendors; a vendor sees itself alone.")
    vendor: Vendor | None = found(models.Vendor, "One vendor, by id or code.")
    sites: Connection[Site] = listed(SITES, "Sites of vendors.")
    workforce_pools: Connection[WorkforcePool] = listed(POOLS, "Pools of annotators.")
    workforce_pool: WorkforcePool | None = found(models.WorkforcePool, "One pool, by id or code.")


@strawberry.type(description="What came of beginning a project.")
class CreateProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a project.")
class ChangeProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of pausing a project.")
class PauseProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of resuming a project.")
class ResumeProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of closing a project.")
class CloseProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of reopening a project.")
class ReopenProjectPayload:
    """The object, or what to mend."""

    project: Project | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class ProjectsMutation:
    """What can be done about projects and about where the work is done."""

    @strawberry.mutation(description="Begin a project.")
    async def create_project(
        self, info: Info, input: Input[inputs.CreateProject]
    ) -> CreateProjectPayload:
        return await perform(info, input, service.create, CreateProjectPayload)

    @strawberry.mutation(description="Change a project; what is left out stays.")
    async def change_project(
        self, info: Info, input: Input[inputs.ChangeProject]
    ) -> ChangeProjectPayload:
        return await perform(info, input, service.change, ChangeProjectPayload)

    @strawberry.mutation(description="Let a project rest.")
    async def pause_project(
        self, info: Info, input: Input[inputs.MoveProject]
    ) -> PauseProjectPayload:
        return await perform(info, input, service.pause, PauseProjectPayload, reason=input.reason)

    @strawberry.mutation(description="Let a paused project go on.")
    async def resume_project(
        self, info: Info, input: Input[inputs.MoveProject]
    ) -> ResumeProjectPayload:
        return await perform(info, input, service.resume, ResumeProjectPayload, reason=input.reason)

    @strawberry.mutation(
        description="End a project; refused while it has open risks that are HIGH or worse."
    )
    async def close_project(
        self, info: Info, input: Input[inputs.MoveProject]
    ) -> CloseProjectPayload:
        return await perform(info, input, service.close, CloseProjectPayload, reason=input.reason)

    @strawberry.mutation(description="Take up a closed project again.")
    async def reopen_project(
        self, info: Info, input: Input[inputs.MoveProject]
    ) -> ReopenProjectPayload:
        return await perform(info, input, service.reopen, ReopenProjectPayload, reason=input.reason)

    @strawberry.mutation(description="Make a market known.")
    async def create_market(
        self, info: Info, input: Input[inputs.CreateMarket]
    ) -> CreateMarketPayload:
        return await perform(info, input, service_places.create_market, CreateMarketPayload)

    @strawberry.mutation(description="Make a vendor known.")
    async def create_vendor(
        self, info: Info, input: Input[inputs.CreateVendor]
    ) -> CreateVendorPayload:
        return await perform(info, input, service_places.create_vendor, CreateVendorPayload)

    @strawberry.mutation(description="Change a vendor; what is left out stays.")
    async def change_vendor(
        self, info: Info, input: Input[inputs.ChangeVendor]
    ) -> ChangeVendorPayload:
        return await perform(info, input, service_places.change_vendor, ChangeVendorPayload)

    @strawberry.mutation(description="Make a vendor's site known.")
    async def create_site(self, info: Info, input: Input[inputs.CreateSite]) -> CreateSitePayload:
        return await perform(info, input, service_places.create_site, CreateSitePayload)

    @strawberry.mutation(description="Make a pool of annotators known.")
    async def create_workforce_pool(
        self, info: Info, input: Input[inputs.CreateWorkforcePool]
    ) -> CreateWorkforcePoolPayload:
        return await perform(info, input, service_places.create_pool, CreateWorkforcePoolPayload)

    @strawberry.mutation(description="Change a pool; what is left out stays.")
    async def change_workforce_pool(
        self, info: Info, input: Input[inputs.ChangeWorkforcePool]
    ) -> ChangeWorkforcePoolPayload:
        return await perform(info, input, service_places.change_pool, ChangeWorkforcePoolPayload)
