"""Who sees which rows of projects/, when they do not see everything.

Markets are public inside the house. A vendor sees its own row, sites and pools, and the projects in
which its pools work; never another vendor's row or name (BR 13). A requestor sees own projects, a
narrowed token the projects on its list with the pools that work in them.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from riskreg.kit.view import REACH_IDS, Columns, Of, Scope, access, everyone
from riskreg.people.access import administering
from riskreg.projects.models import (
    Allocation,
    Market,
    Project,
    ProjectMarket,
    ProjectPolicyArea,
    ProjectRequestor,
    Site,
    Vendor,
    VendorMarket,
    WorkforcePool,
)

access(Market)(everyone)


@access(Project)
def project_access(project: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """See the top of this file."""
    return sees_project(project.id, scope, of)


def sees_project(project_id: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """The condition that the project of this key is visible; for slices above, too."""
    if scope is Scope.VENDOR:
        share, pool = of(Allocation), of(WorkforcePool)
        joined = and_(share.project_id == project_id, share.pool_id == pool.id)
        return exists(select(1).where(joined, pool.vendor_id.in_(REACH_IDS)))
    if scope is Scope.REQUESTOR:
        asked = of(ProjectRequestor)
        own = and_(asked.project_id == project_id, asked.person_id.in_(REACH_IDS))
        return exists(select(1).where(own))
    return project_id.in_(REACH_IDS)  # type: ignore[no-any-return]


@access(ProjectMarket)
@access(ProjectPolicyArea)
def link_access(link: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the project."""
    return sees_project(link.project_id, scope, of)


@access(ProjectRequestor)
def requestor_access(link: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the project, but not to vendors."""
    return false() if scope is Scope.VENDOR else sees_project(link.project_id, scope, of)


@access(Allocation)
def allocation_access(share: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor's own, a narrowed token's projects'; requestors learn nothing of vendors."""
    if scope is Scope.VENDOR:
        pool = of(WorkforcePool)
        own = and_(pool.id == share.pool_id, pool.vendor_id.in_(REACH_IDS))
        return exists(select(1).where(own))
    if scope is Scope.PROJECTS:
        return share.project_id.in_(REACH_IDS)  # type: ignore[no-any-return]
    return false()


@access(WorkforcePool)
def pool_access(pool: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor's own, and those that work in a narrowed token's projects."""
    if scope is Scope.VENDOR:
        return pool.vendor_id.in_(REACH_IDS)  # type: ignore[no-any-return]
    return _works(scope, of, lambda working: working.id == pool.id)


@access(Site)
def site_access(site: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """A vendor's own, and those of the pools in a narrowed token's projects."""
    if scope is Scope.VENDOR:
        return site.vendor_id.in_(REACH_IDS)  # type: ignore[no-any-return]
    return _works(scope, of, lambda working: working.site_id == site.id)


@access(Vendor)
def vendor_access(vendor: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """The own one; those of the pools in a narrowed token's projects; all, for administrators."""
    return _sees_vendor(vendor.id, scope, of)


def _sees_vendor(vendor_id: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    if scope is Scope.VENDOR:
        return vendor_id.in_(REACH_IDS)  # type: ignore[no-any-return]
    working = _works(scope, of, lambda working: working.vendor_id == vendor_id)
    return or_(working, administering(scope))


@access(VendorMarket)
def vendor_market_access(link: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the vendor."""
    return _sees_vendor(link.vendor_id, scope, of)


def _works(
    scope: Scope, of: Of, which: Callable[[Columns], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition that such a pool works in a project on a narrowed token's list."""
    if scope is not Scope.PROJECTS:
        return false()
    pool, share = of(WorkforcePool), of(Allocation)
    listed = and_(share.pool_id == pool.id, share.project_id.in_(REACH_IDS))
    return exists(select(1).where(which(pool), listed))
