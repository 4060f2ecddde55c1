"""What lists of projects, markets, vendors, sites and pools can be filtered and sorted by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, true

import riskreg.projects.access  # noqa: F401 (declares who sees which rows)
from riskreg.kit import filters
from riskreg.kit.view import View
from riskreg.people.models import Person
from riskreg.projects.models import (
    Allocation,
    Market,
    Project,
    ProjectMarket,
    ProjectRequestor,
    Site,
    Vendor,
    VendorMarket,
    WorkforcePool,
)

Condition = ColumnElement[bool]


def _worked_by(view: View, project: type[Project], given: filters.LinkFilter) -> Condition:
    """A pool of one of these vendors works, or none does, in the project."""
    found: list[Condition] = []
    for wanted, is_some in ((given.some, True), (given.none, False)):
        if wanted is not None:
            share, pool = view.of(Allocation), view.of(WorkforcePool)
            working = (
                select(share.project_id)
                .join(pool, pool.id == share.pool_id)
                .where(pool.vendor_id.in_(filters.keys_of(view, Vendor, wanted)))
            )
            found.append(project.id.in_(working) if is_some else project.id.not_in(working))
    return and_(true(), *found)


PROJECT_FILTERS = {
    "code": filters.plain("code"),
    "name": filters.text("name", "name_fold"),
    "type": filters.plain("type"),
    "status": filters.plain("status"),
    "is_safety": filters.flag("is_safety"),
    "manager": filters.ref("manager_id", Person),
    "market": filters.link(ProjectMarket, "project_id", "market_id", Market),
    "requestor": filters.link(ProjectRequestor, "project_id", "person_id", Person),
    "vendor": _worked_by,
}
PROJECT_ORDERS = {"CODE": "code", "NAME": "name_fold", "CREATED_AT": "id"}
"""Keys are made from the time, so they sort by creation."""

MARKET_FILTERS = {"code": filters.plain("code"), "region": filters.plain("region")}
MARKET_ORDERS = {"CODE": "code", "CREATED_AT": "id"}

VENDOR_FILTERS = {
    "code": filters.plain("code"),
    "kind": filters.plain("kind"),
    "contract_end": filters.plain("contract_end"),
    "market": filters.link(VendorMarket, "vendor_id", "market_id", Market),
}
VENDOR_ORDERS = {"CODE": "code", "CREATED_AT": "id"}

SITE_FILTERS = {"code": filters.plain("code"), "vendor": filters.ref("vendor_id", Vendor)}
SITE_ORDERS = {"CODE": "code", "CREATED_AT": "id"}

POOL_FILTERS = {
    "code": filters.plain("code"),
    "vendor": filters.ref("vendor_id", Vendor),
    "site": filters.ref("site_id", Site),
    "market": filters.ref("market_id", Market),
}
POOL_ORDERS = {"CODE": "code", "CREATED_AT": "id"}
