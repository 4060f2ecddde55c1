"""Keeps what depends on rows alone in step with them: levels, bands, and the stored deadlines.

Every write that changes an assessment, an action, an acceptance or the category of a risk ends
with `refresh`, in the same transaction, so that history, filters and sorting see it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit.clock import end_of, today
from riskreg.kit.db import Record, fetcher, maintain, visible_everywhere
from riskreg.kit.tables import NEVER
from riskreg.kit.view import View
from riskreg.risks.config import Config, of_entry
from riskreg.risks.facts import status_of
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import TO_DO, AcceptanceEnd, Band, RiskStatus
from riskreg.risks.rules_deadlines import acceptance_end, grace_ends
from riskreg.risks.rules_scoring import Effect, Level, computed_residual, computed_target, rank
from riskreg.risks.rules_tolerance import (
    NOWHERE,
    Accepted,
    BandTimeline,
    Standing,
    ToleranceDates,
    counts,
    tolerance_dates,
)


async def refresh(session: AsyncSession, view: View, risk: Risk) -> None:
    """Work out the levels and deadlines of a risk from its rows as they are now."""
    await session.flush()
    if risk.inherent_likelihood is None or risk.inherent_impact is None:
        return

    config = await of_entry(session, view)
    actions = await _actions(session, view, risk)
    inherent = Level(risk.inherent_likelihood, risk.inherent_impact)
    _store_levels(risk, inherent, [one.effect for one in actions], config)
    bands = timeline(risk, view.now)
    acceptances = await _acceptances(session, view, risk)
    for one in acceptances:
        maintain(session, one)
    _end_worsened(risk, acceptances, bands, view.now)
    _store_dates(risk, view, config, actions=actions, acceptances=acceptances, bands=bands)
    risk.ever_high = risk.ever_high or max(_inherent(risk), bands.first) >= Band.HIGH


async def estimate(session: AsyncSession, view: View, risk: Risk) -> None:
    """Give a risk that is only logged the bands of its estimate; nothing is done about it yet."""
    if risk.inherent_likelihood is None or risk.inherent_impact is None:
        return
    level = Level(risk.inherent_likelihood, risk.inherent_impact)
    _store_levels(risk, level, [], await of_entry(session, view))
    risk.ever_high = risk.ever_high or _inherent(risk) >= Band.HIGH


def _inherent(risk: Risk) -> Band:
    return risk.inherent_band or Band.LOW


class _Action:
    """An action of a risk: what it takes off, and until when it is on time."""

    def __init__(self, row: Record) -> None:
        self.effect = Effect(row.status, row.delta_likelihood, row.delta_impact, row.kind)
        self.due_on = row.due_on if row.status in TO_DO else None


async def _actions(session: AsyncSession, view: View, risk: Risk) -> list[_Action]:
    every = visible_everywhere(view)
    link, action = every.of(RiskMitigation), every.of(Mitigation)
    statement = (
        select(action.status, action.kind, action.due_on, link.delta_likelihood, link.delta_impact)
        .join(action, action.id == link.mitigation_id)
        .where(link.risk_id == risk.id)
    )
    return [_Action(row) for row in await fetcher(session, every)(statement)]


async def _acceptances(session: AsyncSession, view: View, risk: Risk) -> list[RiskAcceptance]:
    every = visible_everywhere(view)
    alias: Any = every.of(RiskAcceptance)
    statement = select(alias).where(alias.risk_id == risk.id).order_by(alias.from_at)
    return list((await session.execute(statement, every.params)).scalars())


def _store_levels(risk: Risk, inherent: Level, effects: list[Effect], config: Config) -> None:
    computed = computed_residual(inherent, effects)
    for name, level in (("inherent", inherent), ("computed", computed)):
        _store(risk, name, level, config)
    if not risk.target_asserted:
        _store(risk, "target", computed_target(inherent, effects), config)
    elif risk.target_likelihood and risk.target_impact:
        _store(risk, "target", Level(risk.target_likelihood, risk.target_impact), config)
    if risk.asserted_likelihood and risk.asserted_impact:
        _store(risk, "asserted", Level(risk.asserted_likelihood, risk.asserted_impact), config)


def _store(risk: Risk, name: str, level: Level, config: Config) -> None:
    setattr(risk, f"{name}_likelihood", level.likelihood)
    setattr(risk, f"{name}_impact", level.impact)
    setattr(risk, f"{name}_band", config.matrix.band(level))
    if name != "target":
        # Exposure breaks ties before velocity once it is simulated; a median worked out here as
        # well would be a second answer to the same question.
        setattr(risk, f"{name}_rank", rank(level, config.matrix, velocity=risk.velocity))


def timeline(risk: Risk, now: datetime) -> BandTimeline:
    """The band of the residual from now on: the asserted one until it lapses, then the computed."""
    computed = risk.computed_band or Band.LOW
    if risk.asserted_band is None or risk.asserted_until <= now:
        return BandTimeline(computed)
    return BandTimeline(risk.asserted_band, risk.asserted_until, computed)


def _end_worsened(
    risk: Risk, acceptances: list[RiskAcceptance], bands: BandTimeline, now: datetime
) -> None:
    """An acceptance holds no longer than the residual that was accepted."""
    for one in acceptances:
        if one.ended_at <= now or one.until <= now:
            continue
        ends, why = acceptance_end(one.residual_band, one.until, bands, now)
        worsened = why is AcceptanceEnd.WORSENED
        one.ended_at = ends if worsened else NEVER
        one.ended_by = why if worsened else None
        if risk.recorded_status is RiskStatus.ACCEPTED:
            risk.holds_until = min(one.until, one.ended_at)


def _store_dates(
    risk: Risk,
    view: View,
    config: Config,
    *,
    actions: list[_Action],
    acceptances: list[RiskAcceptance],
    bands: BandTimeline,
) -> None:
    rule = config.rules[risk.category] if risk.category else None
    dates = NOWHERE
    if rule is not None and counts(status_of(risk, view)):
        on_target = risk.target_band is not None and risk.target_band <= rule.appetite
        due = min((one.due_on for one in actions if one.due_on), default=None)
        zone = settings.current().zone
        standing = Standing(
            rule,
            bands,
            accepted=[_accepted(one) for one in acceptances],
            plan_until=end_of(due, zone) if due and on_target else None,
            grace_until=_grace(today(risk.assessed_at, zone)) if risk.assessed_at else None,
        )
        previous = ToleranceDates(risk.above_from, risk.above_to, risk.out_from, risk.out_to)
        dates = tolerance_dates(standing, view.now, previous)
    risk.above_from, risk.above_to = dates.above_from, dates.above_to
    risk.out_from, risk.out_to = dates.out_from, dates.out_to


def _accepted(one: RiskAcceptance) -> Accepted:
    by_date = one.ended_at >= one.until
    end = min(one.until, one.ended_at)
    return Accepted(one.from_at, end, _grace(one.expires_on) if by_date else None)


def _grace(on: date) -> datetime:
    """The end of the planning grace after an assessment, or after an acceptance's last day."""
    place = settings.current()
    return end_of(grace_ends(on, place.working_days), place.zone)
