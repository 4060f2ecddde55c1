"""Markets, vendors, sites and pools as the graph shows them, and what comes of changing them."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from riskreg.kit.edges import children, linked, one
from riskreg.kit.graph import Node, Versioned, shows
from riskreg.kit.history import HistoryEntry, Part, history
from riskreg.kit.lists import Connection
from riskreg.kit.perform import ShownUserError
from riskreg.people import models as people
from riskreg.projects import models
from riskreg.projects.rules import VendorKind

if TYPE_CHECKING:
    from riskreg.people.graph import Person
    from riskreg.projects.graph import Project

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]
USER_ERRORS = "What has to be mended; if there is anything, nothing was written."


@shows(models.Market)
@strawberry.type(description="A locale that is served.")
class Market(Node, Versioned):
    """With its share of views and its holidays."""

    code: str = strawberry.field(description="The BCP-47 locale, such as pt-BR.")
    name: str = strawberry.field(description="The name.")
    region: str = strawberry.field(description="The part of the world.")
    calendar: str = strawberry.field(description="Whose holidays hold, such as BR or DE-BE.")
    view_share: Decimal = strawberry.field(description="Its share of all views, 0 to 1.")
    projects: list[LazyProject] = linked(
        models.ProjectMarket,
        "market_id",
        "project_id",
        models.Project,
        "Projects that label for it, by code.",
    )
    vendors: list["Vendor"] = linked(
        models.VendorMarket, "market_id", "vendor_id", models.Vendor, "Who works in it, by code."
    )


@shows(models.Vendor)
@strawberry.type(description="Who supplies annotators.")
class Vendor(Node, Versioned):
    """Visible to itself and to those who see everything."""

    code: str = strawberry.field(description="The code, such as ASTER.")
    name: str = strawberry.field(description="The name.")
    kind: VendorKind = strawberry.field(description="Who employs its annotators.")
    tier: int | None = strawberry.field(description="How much it matters, 1 (most) to 5.")
    contract_end: date | None = strawberry.field(description="When the contract ends.")
    markets: list[Market] = linked(
        models.VendorMarket, "vendor_id", "market_id", models.Market, "Where it works, by code."
    )
    sites: Connection["Site"] = children(
        models.Site, "vendor_id", "Where its people sit, by code.", order="code"
    )
    pools: Connection["WorkforcePool"] = children(
        models.WorkforcePool, "vendor_id", "Its annotators, by code.", order="code"
    )
    people: Connection[LazyPerson] = children(
        people.Person, "vendor_id", "Its people in the register, by name.", order="name_fold"
    )
    history: list[HistoryEntry] = history((Part(models.VendorMarket, "vendor_id"),))


@shows(models.Site)
@strawberry.type(description="Where a vendor's people sit.")
class Site(Node, Versioned):
    """A city and its time."""

    code: str = strawberry.field(description="The code.")
    city: str = strawberry.field(description="The city.")
    timezone: str = strawberry.field(description="Its time zone.")
    vendor_id: strawberry.Private[str]
    vendor: Vendor | None = one(models.Vendor, "vendor_id", "Whose site it is.")


@shows(models.WorkforcePool)
@strawberry.type(description="Annotators of one vendor, site and market who can do the same work.")
class WorkforcePool(Node, Versioned):
    """What is under contract, and how much of it can work."""

    code: str = strawberry.field(description="The code, such as POOL-DUNE-AR.")
    skills: list[str] = strawberry.field(description="Codes of the areas they are trained for.")
    fte_contracted: Decimal = strawberry.field(description="Full-time equivalents under contract.")
    hours_per_day: Decimal = strawberry.field(description="Paid hours a day.")
    shrinkage: Decimal = strawberry.field(
        description="The part of paid time lost to leave, breaks and training, 0 to 1."
    )
    utilisation_target: Decimal = strawberry.field(
        description="The part of available time that work should fill, 0 to 1."
    )
    vendor_id: strawberry.Private[str]
    site_id: strawberry.Private[str | None]
    market_id: strawberry.Private[str | None]
    vendor: Vendor | None = one(models.Vendor, "vendor_id", "Whose people they are.")
    site: Site | None = one(models.Site, "site_id", "Where they sit.")
    market: Market | None = one(models.Market, "market_id", "Which market they work for.")
    allocations: Connection["Allocation"] = children(
        models.Allocation, "pool_id", "The projects they work for.", order="id"
    )
    history: list[HistoryEntry] = history()


@shows(models.Allocation)
@strawberry.type(description="The share of a pool that works for a project.")
class Allocation(Node, Versioned):
    """A link with a number."""

    share: Decimal = strawberry.field(description="Above 0, at most 1.")
    project_id: strawberry.Private[str]
    pool_id: strawberry.Private[str]
    project: LazyProject | None = one(models.Project, "project_id", "The project.")
    pool: WorkforcePool | None = one(models.WorkforcePool, "pool_id", "The pool.")


@strawberry.type(description="What came of making a market known.")
class CreateMarketPayload:
    """The object, or what to mend."""

    market: Market | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of making a vendor known.")
class CreateVendorPayload:
    """The object, or what to mend."""

    vendor: Vendor | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a vendor.")
class ChangeVendorPayload:
    """The object, or what to mend."""

    vendor: Vendor | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of making a site known.")
class CreateSitePayload:
    """The object, or what to mend."""

    site: Site | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of making a pool known.")
class CreateWorkforcePoolPayload:
    """The object, or what to mend."""

    workforce_pool: WorkforcePool | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a pool.")
class ChangeWorkforcePoolPayload:
    """The object, or what to mend."""

    workforce_pool: WorkforcePool | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)
