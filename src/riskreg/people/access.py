"""Who sees which rows of people/, when they do not see everything.

The organisation's own people are known by name to everybody; a vendor's people only to that vendor
(BR 13). Roles, teams, delegations and tokens are for those who see everything and administrators.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select

from riskreg.kit.view import REACH_IDS, Columns, Of, Scope, access, nobody
from riskreg.people.models import ApiToken, Approval, Delegation, Person, RoleGrant, Team
from riskreg.people.permits import ADMINISTRATION


def administering(scope: Scope) -> ColumnElement[bool]:
    """The condition that the reach is that of an administrator, whom kit has no scope for."""
    return literal(ADMINISTRATION).in_(REACH_IDS) if scope is Scope.PROJECTS else false()


@access(Person)
def person_access(person: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """The organisation's own people; a vendor sees its own too, an administrator everybody."""
    ours = person.vendor_id.is_(None)
    if scope is Scope.VENDOR:
        return or_(ours, person.vendor_id.in_(REACH_IDS))
    return or_(ours, administering(scope))


@access(Delegation)
def delegation_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """One's own, or those of the own vendor's people."""
    if scope is Scope.REQUESTOR:
        return or_(row.from_id.in_(REACH_IDS), row.to_id.in_(REACH_IDS))
    if scope is Scope.VENDOR:
        person = of(Person)
        own = and_(person.id == row.from_id, person.vendor_id.in_(REACH_IDS))
        return exists(select(1).where(own))
    return administering(scope)


@access(RoleGrant)
@access(Team)
@access(ApiToken)
def administration_access(row: Columns, scope: Scope, of: Of) -> ColumnElement[bool]:
    """Only an administrator's business."""
    return administering(scope)


access(Approval)(nobody)
