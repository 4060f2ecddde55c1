"""What a caller may send about projects, markets, vendors, sites and pools; ids are global ids."""

from datetime import date
from decimal import Decimal

import strawberry

import riskreg.projects.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.filters import DateFilter, EnumFilter, LinkFilter, RefFilter, TextFilter
from riskreg.kit.inputs import OnExisting, Request
from riskreg.kit.roots import order_input
from riskreg.projects.rules import ProjectStatus, ProjectType, VendorKind

NAME_LIMIT = 200


@strawberry.input(
    name="AllocationInput", description="The share of a pool that works for a project."
)
class AllocationGiven:
    """A pool and its share."""

    pool_id: strawberry.ID = strawberry.field(description="The pool.")
    share: Decimal = strawberry.field(description="Above 0, at most 1, to the thousandth.")


@strawberry.input(name="CreateProjectInput", description="Begin a project.")
class CreateProject(Request):
    """What it is for, who manages it, and who works on it."""

    name: str = strawberry.field(description="The name, at most 200 characters.")
    type: ProjectType = strawberry.field(description="What its labels are for.")
    is_safety: bool = strawberry.field(
        description="Whether it keeps people safe, rather than results relevant."
    )
    code: str | None = strawberry.field(
        default=None, description="The code, such as PRJ-MS-ENF; the next one if left out."
    )
    manager_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who manages it; yourself, if you are a PM and leave it out."
    )
    requestor_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="For whom it labels."
    )
    market_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The markets it labels for."
    )
    policy_area_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The policy areas whose content it labels."
    )
    allocations: list[AllocationGiven] = strawberry.field(
        default_factory=list, description="Which pools work on it."
    )


@strawberry.input(
    name="ChangeProjectInput", description="Change a project; what is left out stays."
)
class ChangeProject(OnExisting):
    """Lists replace what there was."""

    name: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The name, at most 200 characters."
    )
    type: strawberry.Maybe[ProjectType | None] = strawberry.field(
        default=None, description="What its labels are for."
    )
    is_safety: strawberry.Maybe[bool | None] = strawberry.field(
        default=None, description="Whether it keeps people safe, rather than results relevant."
    )
    manager_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Who manages it; null for nobody."
    )
    requestor_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="For whom it labels."
    )
    market_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="The markets it labels for."
    )
    policy_area_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="The policy areas whose content it labels."
    )
    allocations: strawberry.Maybe[list[AllocationGiven] | None] = strawberry.field(
        default=None, description="Which pools work on it."
    )


@strawberry.input(name="MoveProjectInput", description="Move a project to another state.")
class MoveProject(OnExisting):
    """Pause, resume, close or reopen."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@strawberry.input(name="CreateMarketInput", description="Make a market known.")
class CreateMarket(Request):
    """A locale with its share of views and its holidays."""

    code: str = strawberry.field(description="The BCP-47 locale, such as pt-BR.")
    name: str = strawberry.field(description="The name.")
    region: str = strawberry.field(description="The part of the world, such as LATAM.")
    calendar: str | None = strawberry.field(
        default=None,
        description="Whose holidays hold, such as DE-BE; the locale's country's if left out.",
    )
    view_share: Decimal = strawberry.field(description="Its share of all views, 0 to 1.")


@strawberry.input(name="CreateVendorInput", description="Make a vendor known.")
class CreateVendor(Request):
    """Who supplies annotators."""

    code: str = strawberry.field(description="The code, such as ASTER.")
    name: str = strawberry.field(description="The name.")
    kind: VendorKind = strawberry.field(description="Who employs its annotators.")
    tier: int | None = strawberry.field(
        default=None, description="How much it matters, 1 (most) to 5."
    )
    contract_end: date | None = strawberry.field(
        default=None, description="When the contract ends."
    )
    market_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The markets it works in."
    )


@strawberry.input(name="ChangeVendorInput", description="Change a vendor; what is left out stays.")
class ChangeVendor(OnExisting):
    """Lists replace what there was."""

    name: strawberry.Maybe[str | None] = strawberry.field(default=None, description="The name.")
    kind: strawberry.Maybe[VendorKind | None] = strawberry.field(
        default=None, description="Who employs its annotators."
    )
    tier: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How much it matters, 1 (most) to 5."
    )
    contract_end: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="When the contract ends."
    )
    market_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="The markets it works in."
    )


@strawberry.input(name="CreateSiteInput", description="Make a vendor's site known.")
class CreateSite(Request):
    """Where a vendor's people sit."""

    vendor_id: strawberry.ID = strawberry.field(description="The vendor.")
    city: str = strawberry.field(description="The city.")
    timezone: str = strawberry.field(description="Its time zone, such as Asia/Manila.")
    code: str | None = strawberry.field(
        default=None, description="The code, such as SITE-MNL; the next one if left out."
    )


@strawberry.input(name="CreateWorkforcePoolInput", description="Make a pool of annotators known.")
class CreateWorkforcePool(Request):
    """Annotators of one vendor, site and market who can do the same work."""

    vendor_id: strawberry.ID = strawberry.field(description="The vendor.")
    site_id: strawberry.ID | None = strawberry.field(
        default=None, description="The site, which must be the vendor's."
    )
    market_id: strawberry.ID | None = strawberry.field(
        default=None, description="The market they work for."
    )
    code: str | None = strawberry.field(
        default=None, description="The code, such as POOL-DUNE-AR; the next one if left out."
    )
    skills: list[str] = strawberry.field(
        default_factory=list, description="Codes of the policy areas that they are trained for."
    )
    fte_contracted: Decimal = strawberry.field(description="Full-time equivalents under contract.")
    hours_per_day: Decimal = strawberry.field(
        default=Decimal(8), description="Paid hours a day, 0 to 24."
    )
    shrinkage: Decimal = strawberry.field(
        default=Decimal("0.28"),
        description="The part of paid time lost to leave, breaks and training, 0 to 1.",
    )
    utilisation_target: Decimal = strawberry.field(
        default=Decimal("0.85"),
        description="The part of available time that work should fill, 0 to 1.",
    )


@strawberry.input(
    name="ChangeWorkforcePoolInput", description="Change a pool; what is left out stays."
)
class ChangeWorkforcePool(OnExisting):
    """The vendor stays: another vendor's people are another pool."""

    site_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The site, which must be the vendor's."
    )
    market_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The market they work for."
    )
    skills: strawberry.Maybe[list[str] | None] = strawberry.field(
        default=None, description="Codes of the policy areas that they are trained for."
    )
    fte_contracted: strawberry.Maybe[Decimal | None] = strawberry.field(
        default=None, description="Full-time equivalents under contract."
    )
    hours_per_day: strawberry.Maybe[Decimal | None] = strawberry.field(
        default=None, description="Paid hours a day, 0 to 24."
    )
    shrinkage: strawberry.Maybe[Decimal | None] = strawberry.field(
        default=None,
        description="The part of paid time lost to leave, breaks and training, 0 to 1.",
    )
    utilisation_target: strawberry.Maybe[Decimal | None] = strawberry.field(
        default=None, description="The part of available time that work should fill, 0 to 1."
    )


@strawberry.input(description="Which projects; all conditions must hold.")
class ProjectFilter:
    """Conditions on projects."""

    and_: list["ProjectFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["ProjectFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "ProjectFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    name: TextFilter | None = strawberry.field(default=None, description="The name.")
    type: EnumFilter[ProjectType] | None = strawberry.field(
        default=None, description="What its labels are for."
    )
    status: EnumFilter[ProjectStatus] | None = strawberry.field(
        default=None, description="Whether it runs."
    )
    is_safety: bool | None = strawberry.field(
        default=None, description="Whether it keeps people safe."
    )
    manager: RefFilter | None = strawberry.field(default=None, description="Who manages it.")
    market: LinkFilter | None = strawberry.field(
        default=None, description="The markets it labels for."
    )
    requestor: LinkFilter | None = strawberry.field(default=None, description="For whom it labels.")
    vendor: LinkFilter | None = strawberry.field(
        default=None, description="Whose pools work on it."
    )


@strawberry.input(description="Which markets; all conditions must hold.")
class MarketFilter:
    """Conditions on markets."""

    and_: list["MarketFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["MarketFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "MarketFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The locale.")
    region: TextFilter | None = strawberry.field(default=None, description="The part of the world.")


@strawberry.input(description="Which vendors; all conditions must hold.")
class VendorFilter:
    """Conditions on vendors."""

    and_: list["VendorFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["VendorFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "VendorFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    kind: EnumFilter[VendorKind] | None = strawberry.field(
        default=None, description="Who employs its annotators."
    )
    contract_end: DateFilter | None = strawberry.field(
        default=None, description="When the contract ends."
    )
    market: LinkFilter | None = strawberry.field(
        default=None, description="The markets it works in."
    )


@strawberry.input(description="Which sites; all conditions must hold.")
class SiteFilter:
    """Conditions on sites."""

    and_: list["SiteFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["SiteFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "SiteFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    vendor: RefFilter | None = strawberry.field(default=None, description="The vendor.")


@strawberry.input(description="Which pools; all conditions must hold.")
class WorkforcePoolFilter:
    """Conditions on pools."""

    and_: list["WorkforcePoolFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["WorkforcePoolFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "WorkforcePoolFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    vendor: RefFilter | None = strawberry.field(default=None, description="The vendor.")
    site: RefFilter | None = strawberry.field(default=None, description="The site.")
    market: RefFilter | None = strawberry.field(default=None, description="The market.")


_BY_CODE = {"CODE": "By code.", "CREATED_AT": "By when it was recorded."}

ProjectOrder = order_input(
    "Project", {"CODE": "By code.", "NAME": "By name.", "CREATED_AT": "By when it was recorded."}
)
MarketOrder = order_input("Market", _BY_CODE)
VendorOrder = order_input("Vendor", _BY_CODE)
SiteOrder = order_input("Site", _BY_CODE)
WorkforcePoolOrder = order_input("WorkforcePool", _BY_CODE)
