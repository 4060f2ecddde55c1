"""What a risk hits if it happens: itself, and the risks that it would cause in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from riskreg.kit.db import Fetch
from riskreg.kit.tables import Base
from riskreg.kit.view import Alias, View
from riskreg.projects.models import Allocation
from riskreg.risks.models import (
    RiskMarket,
    RiskPolicyArea,
    RiskProject,
    RiskRelation,
    RiskVendor,
)
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import TO_DO, MitigationKind, MitigationStatus, RelationKind

LINKS: dict[str, tuple[type[Base], str]] = {
    "projects": (RiskProject, "project_id"),
    "policy_areas": (RiskPolicyArea, "policy_area_id"),
    "markets": (RiskMarket, "market_id"),
    "vendors": (RiskVendor, "vendor_id"),
}


async def caused(fetch: Fetch, view: View, risk_id: str) -> dict[str, int]:
    """The risks that follow from one, each with the steps that lead there; itself is 0."""
    relation = view.of(RiskRelation)
    statement = select(relation.from_id, relation.to_id).where(relation.kind == RelationKind.CAUSES)
    follows: dict[str, list[str]] = defaultdict(list)
    for row in await fetch(statement):
        follows[row.from_id].append(row.to_id)
    depth, ahead = {risk_id: 0}, [risk_id]
    while ahead:
        here = ahead.pop(0)
        for key in follows[here]:
            if key not in depth:
                depth[key] = depth[here] + 1
                ahead.append(key)
    return depth


async def hit(fetch: Fetch, view: View, name: str, risk_ids: Collection[str]) -> list[str]:
    """The keys of what some risks are linked to: projects, policy areas, markets or vendors."""
    through, column = LINKS[name]
    link: Alias = view.of(through)
    far = getattr(link, column)
    rows = await fetch(select(far.label("far")).where(link.risk_id.in_(risk_ids)).distinct())
    return sorted(row.far for row in rows)


async def pools_of(fetch: Fetch, view: View, project_ids: Collection[str]) -> list[str]:
    """The keys of the pools that work for some projects."""
    allocation = view.of(Allocation)
    statement = select(allocation.pool_id).where(allocation.project_id.in_(project_ids)).distinct()
    return sorted(row.pool_id for row in await fetch(statement))


async def contingencies(fetch: Fetch, view: View, risk_ids: Collection[str]) -> list[str]:
    """The keys of the actions that would soften the blow, if they were not given up."""
    link, action = view.of(RiskMitigation), view.of(Mitigation)
    statement = (
        select(action.id)
        .join(link, link.mitigation_id == action.id)
        .where(
            link.risk_id.in_(risk_ids),
            action.kind == MitigationKind.CONTINGENCY,
            action.status.not_in((MitigationStatus.CANCELLED, MitigationStatus.INEFFECTIVE)),
        )
        .distinct()
    )
    return sorted(row.id for row in await fetch(statement))


async def next_actions(fetch: Fetch, view: View, risk_ids: Collection[str]) -> dict[str, str]:
    """The key of the open action of each risk that is due first; risks without one are left out."""
    link, action = view.of(RiskMitigation), view.of(Mitigation)
    statement = (
        select(link.risk_id, action.id)
        .join(action, action.id == link.mitigation_id)
        .where(link.risk_id.in_(risk_ids), action.status.in_(TO_DO))
        .order_by(action.due_on.desc(), action.number.desc())
    )
    return {row.risk_id: row.id for row in await fetch(statement)}  # the earliest comes last
