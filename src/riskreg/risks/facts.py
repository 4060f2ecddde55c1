"""Gathers what the guards of the two machines look at, for many rows in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, union_all

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Fetch, Record, visible_everywhere
from riskreg.kit.view import Actor, Alias, View
from riskreg.people.permits import SYSTEM, roles_of
from riskreg.people.rules import Act, Authority, Standing, acts
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Project
from riskreg.risks import evaluations
from riskreg.risks.config import in_force
from riskreg.risks.models import Risk, RiskPolicyArea, RiskProject, RiskVendor
from riskreg.risks.models_kri import KriBreach
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import Band, Confidence, RiskCategory, RiskStatus
from riskreg.risks.rules_deadlines import reads_as
from riskreg.risks.rules_facts import Acting, ActionFact, MitigationFacts, RiskFacts


def status_of(risk: Record, view: View) -> RiskStatus:
    """What a stored risk reads as at the view's time."""
    return reads_as(risk.recorded_status, risk.holds_until, view.now)


def residual_band(risk: Record, view: View) -> Band | None:
    """The band of the residual that counts at the view's time."""
    stands = risk.asserted_until > view.now
    return risk.asserted_band if stands else risk.computed_band  # type: ignore[no-any-return]


OF_ACTION = frozenset({Act.WORK_ON_MITIGATION, Act.GIVE_VERDICT})
"""What asks how a person stands to the action itself, and not to the risks that it is for."""


def acting(
    actor: Actor, standing: Iterable[Standing], to_action: Iterable[Standing] = ()
) -> Acting:
    """The actor as the guards see it, in a risk to which it so stands, and in an action of it."""
    roles = roles_of(actor)
    allowed = acts(roles, standing) - OF_ACTION | acts(roles, to_action) & OF_ACTION
    authority = Authority(actor.authority) if actor.authority else None
    may = frozenset(Act) if actor.id == SYSTEM.id else allowed
    return Acting(actor.id, authority, may, actor.on_behalf_of)


async def standings(
    fetch: Fetch, view: View, risks: Sequence[Record]
) -> dict[str, frozenset[Standing]]:
    """How the actor stands to each risk: owner or manager of it, of its area, of its capacity.

    Managers are looked up unseen: whether a project is hidden from the actor changes nothing.
    """
    me, every = view.actor.id, visible_everywhere(view)
    ids = [risk.id for risk in risks]
    link, project = every.of(RiskProject), every.of(Project)
    area_link, area = every.of(RiskPolicyArea), every.of(PolicyArea)
    vendor_link: Alias = every.of(RiskVendor)
    managed = (
        select(link.risk_id)
        .join(project, project.id == link.project_id)
        .where(link.risk_id.in_(ids), project.manager_id == me)
    )
    own_area = (
        select(area_link.risk_id)
        .join(area, area.id == area_link.policy_area_id)
        .where(area_link.risk_id.in_(ids), area.manager_id == me)
    )
    own_vendor = select(vendor_link.risk_id).where(
        vendor_link.risk_id.in_(ids), vendor_link.vendor_id.in_(view.actor.reach.ids)
    )
    found: dict[str, set[Standing]] = defaultdict(set)
    for row in await fetch(union_all(managed, own_vendor)):
        found[row.risk_id].add(Standing.OWN)
    for row in await fetch(own_area):
        found[row.risk_id].add(Standing.OWN_AREA)
    for risk in risks:
        if me in (risk.owner_id, risk.identified_by_id):
            found[risk.id].add(Standing.OWN)
        if risk.category is RiskCategory.WORKFORCE_CAPACITY:
            found[risk.id].add(Standing.CAPACITY)
    return {key: frozenset(found[key]) for key in ids}


async def risk_facts(fetch: Fetch, view: View, risks: Sequence[Record]) -> dict[str, RiskFacts]:
    """The facts of each risk by key; the number of statements does not depend on how many."""
    ids = [risk.id for risk in risks]
    config = await in_force(fetch, view)
    stands = await standings(fetch, view, risks)
    actions = await _actions_of(fetch, view, ids)
    scoped = await _with_scope(fetch, view, ids)
    breaches = await _open_breaches(fetch, view, ids)
    day = today(view.now, settings.current().zone)
    return {
        risk.id: RiskFacts(
            acting=acting(view.actor, stands[risk.id]),
            today=day,
            now=view.now,
            rule=config.rules.get(risk.category) if risk.category else None,
            title=risk.title,
            cause=risk.cause,
            event=risk.event,
            consequence=risk.consequence,
            category=risk.category,
            has_scope=risk.id in scoped,
            likelihood=risk.inherent_likelihood,
            impact=risk.inherent_impact,
            reporter_id=risk.identified_by_id,
            owner_id=risk.owner_id,
            residual_band=residual_band(risk, view),
            target_band=risk.target_band,
            ever_high=risk.ever_high,
            mitigations=tuple(actions[risk.id]),
            live_kris=risk.kri_count,
            open_breaches=breaches.get(risk.id, 0),
            acceptances_in_a_row=risk.acceptances_in_a_row,
            incident_resolved_at=risk.incident_resolved_at,
            rca_required=risk.rca_required,
            rca_closed_at=risk.rca_closed_at,
        )
        for risk in risks
    }


async def _actions_of(fetch: Fetch, view: View, ids: Sequence[str]) -> dict[str, list[ActionFact]]:
    every = visible_everywhere(view)
    link, action = every.of(RiskMitigation), every.of(Mitigation)
    statement = (
        select(link.risk_id, action.status, action.owner_id)
        .join(action, action.id == link.mitigation_id)
        .where(link.risk_id.in_(ids))
    )
    found: dict[str, list[ActionFact]] = defaultdict(list)
    for row in await fetch(statement):
        found[row.risk_id].append(ActionFact(row.status, has_owner=row.owner_id is not None))
    return found


async def _with_scope(fetch: Fetch, view: View, ids: Sequence[str]) -> frozenset[str]:
    """The risks that name a project or a policy area."""
    every = visible_everywhere(view)
    project, area = every.of(RiskProject), every.of(RiskPolicyArea)
    statement = union_all(
        select(project.risk_id).where(project.risk_id.in_(ids)),
        select(area.risk_id).where(area.risk_id.in_(ids)),
    )
    return frozenset(row.risk_id for row in await fetch(statement))


async def mitigation_facts(
    fetch: Fetch, view: View, actions: Sequence[Record]
) -> dict[str, MitigationFacts]:
    """The facts of each action by key; standing comes from the risks that it is for."""
    every = visible_everywhere(view)
    ids = [action.id for action in actions]
    link: Alias = every.of(RiskMitigation)
    links = await fetch(
        select(link.mitigation_id, link.risk_id, link.delta_likelihood, link.delta_impact).where(
            link.mitigation_id.in_(ids)
        )
    )
    stands = await _risk_standings(fetch, view, links)
    effective: dict[str, bool] = {}
    for row in links:
        has = row.delta_likelihood > 0 or row.delta_impact > 0
        effective[row.mitigation_id] = effective.get(row.mitigation_id, True) and has
    day = today(view.now, settings.current().zone)
    evaluated = await evaluations.newest(fetch, view, actions)
    return {
        action.id: MitigationFacts(
            acting=acting(view.actor, stands[action.id], _to_action(view.actor, action)),
            today=day,
            owner_id=action.owner_id,
            due_on=action.due_on,
            has_effect=effective.get(action.id, True),
            has_check=None not in (action.hypothesis, action.check_method, action.check_due_on),
            check_method=action.check_method,
            evaluation_confidence=_confidence(evaluated.get(action.code)),
            evidence=len(action.evidence),
        )
        for action in actions
    }


def _confidence(found: evaluations.Evaluated | None) -> Confidence | None:
    return None if found is None else found.confidence


async def _risk_standings(
    fetch: Fetch, view: View, links: Sequence[Record]
) -> dict[str, set[Standing]]:
    """How the actor stands to any of the risks that each action is for, by action."""
    risk: Alias = visible_everywhere(view).of(Risk)
    statement = select(risk.id, risk.owner_id, risk.identified_by_id, risk.category)
    risks = await fetch(statement.where(risk.id.in_({row.risk_id for row in links})))
    stands = await standings(fetch, view, risks)
    found: dict[str, set[Standing]] = defaultdict(set)
    for row in links:
        found[row.mitigation_id] |= stands[row.risk_id]
    return found


def _to_action(actor: Actor, action: Record) -> Iterable[Standing]:
    return (Standing.OWN,) if action.owner_id == actor.id else ()


async def _open_breaches(fetch: Fetch, view: View, risk_ids: Sequence[str]) -> dict[str, int]:
    """How many breaches are open of each risk; those without one are left out."""
    breach: Alias = visible_everywhere(view).of(KriBreach)
    number = func.count().label("number")
    query = select(breach.risk_id, number).group_by(breach.risk_id)
    rows = await fetch(query.where(breach.risk_id.in_(risk_ids), breach.closed_on.is_(None)))
    return {row.risk_id: row.number for row in rows}
