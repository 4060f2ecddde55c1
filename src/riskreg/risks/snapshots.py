"""Gathers what lint looks at, for many risks in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, select, true

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Fetch, Record, visible_everywhere
from riskreg.kit.view import View
from riskreg.people.models import Delegation, Person
from riskreg.risks.models import Risk, RiskAcceptance, RiskRelation
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import ENDED, RelationKind, RiskStatus
from riskreg.risks.rules_hygiene import ActionSnapshot, RiskSnapshot
from riskreg.risks.rules_scoring import Level

Among = Callable[[SQLColumnExpression[str]], ColumnElement[bool]]
"""The condition that a column names one of the risks that are looked at."""


def any_risk(_key: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """All risks: a list of their keys would be longer than a statement may be."""
    return true()


def these(ids: Collection[str]) -> Among:
    """Some risks, few enough to be named."""
    return lambda key: key.in_(ids)


@dataclass
class _Around:
    """What lies around the risks, by risk key."""

    actions: dict[str, list[ActionSnapshot]] = field(default_factory=lambda: defaultdict(list))
    ended_on: dict[str, date] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    duplicates: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    absent: set[str] = field(default_factory=set)


async def snapshots(
    fetch: Fetch, view: View, risks: Sequence[Record], among: Among
) -> dict[str, RiskSnapshot]:
    """Each risk as lint sees it; five statements, however many risks. `among` tells them too."""
    around = _Around()
    zone = settings.current().zone
    around.absent |= await absent(fetch, view)
    await _actions(fetch, view, among, around)
    await _acceptances(fetch, view, among, around)
    await _duplicates(fetch, view, among, around)
    return {risk.id: _snapshot(risk, view, around, zone) for risk in risks}


async def absent(fetch: Fetch, view: View) -> set[str]:
    """Who has left and has no delegate now (BR 4): what they own has no owner."""
    every = visible_everywhere(view)
    person, delegation = every.of(Person), every.of(Delegation)
    day = today(view.now, settings.current().zone)
    deputy = select(delegation.from_id).where(delegation.from_on <= day, delegation.until_on >= day)
    gone = select(person.id).where(person.active.is_(False), person.id.not_in(deputy))
    return {row.id for row in await fetch(gone)}


async def _actions(fetch: Fetch, view: View, among: Among, around: _Around) -> None:
    link, action = view.of(RiskMitigation), view.of(Mitigation)
    zone = settings.current().zone
    rows = await fetch(
        select(
            link.risk_id,
            action.number,
            action.code,
            action.status,
            action.owner_id,
            action.due_on,
            action.slip_count,
            action.implemented_at,
        )
        .join(action, action.id == link.mitigation_id)
        .where(among(link.risk_id))
    )
    # Sorted here: asked for the order, SQLite walks over all actions for each of the risks.
    for row in sorted(rows, key=lambda row: row.number):
        around.actions[row.risk_id].append(
            ActionSnapshot(
                row.code,
                row.status,
                has_active_owner=row.owner_id is not None and row.owner_id not in around.absent,
                due_on=row.due_on,
                slip_count=row.slip_count,
                implemented_on=_day(row.implemented_at, zone),
            )
        )


async def _acceptances(fetch: Fetch, view: View, among: Among, around: _Around) -> None:
    alias = view.of(RiskAcceptance)
    ends: dict[str, datetime] = {}
    for row in await fetch(
        select(alias.risk_id, alias.until, alias.ended_at, alias.expires_on)
        .where(among(alias.risk_id))
        .order_by(alias.from_at)
    ):
        ends[row.risk_id] = min(row.until, row.ended_at)
        by_date = row.until <= row.ended_at
        zone = settings.current().zone
        around.ended_on[row.risk_id] = row.expires_on if by_date else today(row.ended_at, zone)
    around.accepted |= {key for key, end in ends.items() if end > view.now}


async def _duplicates(fetch: Fetch, view: View, among: Among, around: _Around) -> None:
    link, other = view.of(RiskRelation), view.of(Risk)
    doubles = link.kind == RelationKind.DUPLICATE_OF
    running = other.recorded_status.not_in(ENDED)
    for near, away in ((link.from_id, link.to_id), (link.to_id, link.from_id)):
        statement = (
            select(near.label("near"), other.code)
            .join(other, other.id == away)
            .where(doubles, running, among(near))
        )
        for row in await fetch(statement):
            around.duplicates[row.near].append(row.code)


def _snapshot(risk: Record, view: View, around: _Around, zone: str) -> RiskSnapshot:
    stands = risk.asserted_until > view.now
    computed = _level(risk.computed_likelihood, risk.computed_impact)
    asserted = _level(risk.asserted_likelihood, risk.asserted_impact) if stands else None
    bands = (risk.asserted_band if stands else risk.computed_band, risk.computed_band)
    lapsed = risk.recorded_status is not risk.status
    ended = lapsed and risk.recorded_status is RiskStatus.ACCEPTED
    assessed_since = risk.holds_until if lapsed else risk.state_since
    return RiskSnapshot(
        status=risk.status,
        logged_on=today(risk.created_at, zone),
        title=risk.title,
        cause=risk.cause,
        event=risk.event,
        consequence=risk.consequence,
        has_active_owner=risk.owner_id is not None and risk.owner_id not in around.absent,
        owner_is_inactive=risk.owner_id in around.absent,
        treatment=risk.treatment,
        assessed_on=today(assessed_since, zone) if risk.status is RiskStatus.ASSESSED else None,
        reviewed_on=_day(risk.assessed_at, zone),
        review_due_on=risk.review_due_on,
        proximity_on=risk.proximity_date,
        inherent=_level(risk.inherent_likelihood, risk.inherent_impact),
        residual=asserted or computed,
        residual_band=bands[0],
        target=_level(risk.target_likelihood, risk.target_impact),
        gap_bands=abs(bands[0].rank - bands[1].rank) if bands[0] and bands[1] else 0,
        confidence=risk.confidence,
        has_valid_acceptance=risk.id in around.accepted,
        acceptance_ended_on=around.ended_on.get(risk.id) if ended else None,
        mitigations=tuple(around.actions[risk.id]),
        open_duplicates=tuple(around.duplicates[risk.id]),
        live_kris=risk.kri_count,
        retired_kris=0 if risk.kri_retired_at is None else 1,
        is_not_measurable=risk.not_measurable is not None,
    )


def _level(likelihood: int | None, impact: int | None) -> Level | None:
    return None if likelihood is None or impact is None else Level(likelihood, impact)


def _day(instant: datetime | None, zone: str) -> date | None:
    return None if instant is None else today(instant, zone)
