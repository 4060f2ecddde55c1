"""Who sees which rows of delivery/, when they do not see everything: as the project."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_

from riskreg.delivery.models import HealthAssertion, Target
from riskreg.kit.view import REACH_IDS, Columns, Of, Scope, access
from riskreg.projects.access import sees_project


@access(Target)
def target_access(target: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the project; a vendor sees its own and those for the project as a whole."""
    visible = sees_project(target.project_id, scope, of)
    if scope is Scope.VENDOR:
        own = or_(target.vendor_id.is_(None), target.vendor_id.in_(REACH_IDS))
        return and_(visible, own)
    return visible


@access(HealthAssertion)
def assertion_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """As visible as the project, but not to vendors: nor is the health that it is about."""
    return false() if scope is Scope.VENDOR else sees_project(row.project_id, scope, of)
