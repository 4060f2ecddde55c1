"""Watching risks with KRIs: adding, changing, pausing and retiring them, and seeing breaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.risks.queries  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.db import fetcher, get, maintain, new_key, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.inputs import OnExisting
from riskreg.kit.machine import Reason, Reasons
from riskreg.kit.moves import moved, user_errors
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import required
from riskreg.kit.view import View
from riskreg.metrics.models import Metric, MetricSeries, Observation
from riskreg.metrics.rules import Direction
from riskreg.risks.facts_kri import kri_facts, life_of
from riskreg.risks.inputs_kri import (
    AcknowledgeBreach,
    AddKri,
    ChangeKri,
    PauseKri,
    ResumeKri,
    RetireKri,
)
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri, KriBreach, KriSpell
from riskreg.risks.rules_facts import MISSING
from riskreg.risks.rules_kri import (
    KRI_MACHINE,
    Comparator,
    KriBasis,
    KriFacts,
    KriGiven,
    KriLife,
    KriRule,
    KriStatus,
    may_acknowledge,
    may_watch,
    refused,
    risk_runs,
)
from riskreg.risks.service_kri_watch import evaluate
from riskreg.risks.watching import RULE, as_told, rule_of

CODE_PREFIX = "KRI"
NAME, PLAYBOOK, NOTE, REASON = 200, 4000, 2000, 2000
WINDOW_DAYS = 28
LONGEST_BACK = timedelta(days=3 * 366)
"""How far in the past a watch may begin."""


async def kri_added(session: AsyncSession, view: View, risk_id: str) -> Risk:
    """The risk with one more KRI that watches it."""
    risk = await get(session, view, Risk, risk_id)
    risk.kri_count += 1
    return risk


async def kri_retired(session: AsyncSession, view: View, risk_id: str) -> Risk:
    """The risk with one KRI less; when the last goes, a watched risk is no longer watched."""
    risk = await get(session, view, Risk, risk_id)
    if risk.kri_count < 1:
        raise UserError("No KRI watches this risk.", code="NOT_READY")
    risk.kri_count -= 1
    risk.kri_retired_at = view.now
    return risk


async def add(session: AsyncSession, view: View, given: AddKri) -> Kri:
    """A KRI that watches a risk from now on, judged at once by what is known of its series.

    Breaches that it would have had and that are over are noted; only one that is open acts.
    """
    risk_id = await key_of(session, view, Risk, given.risk_id, "riskId")
    series_id = await key_of(session, view, MetricSeries, given.series_id, "seriesId")
    series = await get(session, view, MetricSeries, series_id, field="seriesId")
    kri = Kri(
        id=new_key(session),
        risk_id=risk_id,
        series_id=series_id,
        name=required(given.name, limit=NAME, field="name"),
        playbook=required(given.playbook, limit=PLAYBOOK, field="playbook", multiline=True),
        recorded_status=KriStatus.INSUFFICIENT_SAMPLE,
    )
    facts = await _facts(session, view, kri)
    _refuse(may_watch(facts), risk_runs(facts))
    rule = await _first_rule(session, view, series, given)
    _refuse(refused(rule))
    _rule_by(kri, rule)
    kri.watched_from = kri.ruled_from = await _begin(session, view, series, given.watched_from)
    kri.code = await checked.code_for(session, view, Kri, given.code, prefix=CODE_PREFIX)
    session.add(kri)
    await kri_added(session, view, kri.risk_id)
    await evaluate(session, view, [kri.id])
    return kri


async def _first_rule(
    session: AsyncSession, view: View, series: MetricSeries, given: AddKri
) -> KriRule:
    metric = await get(session, visible_everywhere(view), Metric, series.metric_id)
    comparator = given.comparator or _BAD_SIDE.get(metric.direction)
    if comparator is None:
        message = f"{metric.code} has a band to keep to: say on which side of it this KRI looks."
        raise UserError(message, code=MISSING, field=("comparator",))
    usual = 1 if given.basis is KriBasis.POINT else WINDOW_DAYS
    return KriRule(
        basis=given.basis,
        window_days=usual if given.window_days is None else given.window_days,
        comparator=comparator,
        amber=given.amber,
        red=given.red,
        min_sample=series.min_sample if given.min_sample is None else given.min_sample,
        persist_k=given.persist_k,
        persist_n=given.persist_n,
        clear_after=given.clear_after,
    )


_BAD_SIDE = {Direction.LOWER: Comparator.ABOVE, Direction.HIGHER: Comparator.BELOW}


async def _begin(
    session: AsyncSession, view: View, series: MetricSeries, given: date | None
) -> date:
    """The first day to judge: the one given, or the newest that was observed, or today."""
    day = _today(view)
    if given is None:
        known = as_told(view)
        seen: Any = known.of(Observation)
        newest = select(func.max(seen.period_start)).where(seen.series_no == series.number)
        return (await session.scalar(newest, known.params)) or day
    if not day - LONGEST_BACK <= given <= day:
        message = f"A watch begins between {day - LONGEST_BACK} and today."
        raise UserError(message, code="OUT_OF_RANGE", field=("watchedFrom",))
    return given


async def change(session: AsyncSession, view: View, given: ChangeKri) -> Kri:
    """A KRI with other words, or another rule that judges from today on.

    What was judged by another rule before stays judged by that.
    """
    kri = await _moved(session, view, given, "change")
    kri.name = checked.changed_text(given.name, kri.name, limit=NAME, field="name")
    if given.playbook is not None:
        text = given.playbook.value or ""
        kri.playbook = required(text, limit=PLAYBOOK, field="playbook", multiline=True)
    before = rule_of(kri)
    said = {
        name: checked.changed(getattr(given, name), getattr(before, name), field)
        for name, field in _FIELDS.items()
    }
    rule = replace(before, **said)
    if rule != before:
        _refuse(refused(rule))
        zone = settings.current().zone
        if today(kri.created_at, zone) < _today(view):
            _end_spell(session, kri, today(kri.paused_at or view.now, zone))
        _rule_by(kri, rule)
    await evaluate(session, view, [kri.id])
    return kri


_FIELDS = {
    name: "".join([name.split("_")[0], *[part.title() for part in name.split("_")[1:]]])
    for name in RULE
}
"""The columns of a rule by the names of their inputs."""


async def pause(session: AsyncSession, view: View, given: PauseKri) -> Kri:
    """A KRI that nobody judges until it is resumed; a breach that is open stays open."""
    kri = await _moved(session, view, given, "pause", _reason(given.reason))
    kri.paused_at = view.now
    return kri


async def resume(session: AsyncSession, view: View, given: ResumeKri) -> Kri:
    """A KRI that is judged again from today on; the days of its pause are not."""
    kri = await _moved(session, view, given, "resume")
    if kri.paused_at is not None:
        _end_spell(session, kri, today(kri.paused_at, settings.current().zone))
    kri.paused_at, kri.ruled_from = None, _today(view)
    await evaluate(session, view, [kri.id])
    return kri


async def retire(session: AsyncSession, view: View, given: RetireKri) -> Kri:
    """A KRI that watches no more; its open breach, which somebody has seen, closes."""
    kri = await _moved(session, view, given, "retire", _reason(given.reason))
    kri.retired_at = view.now
    every = visible_everywhere(view)
    breach: Any = every.of(KriBreach)
    query = select(breach).where(breach.kri_id == kri.id, breach.closed_on.is_(None))
    for row in (await session.execute(query, every.params)).scalars():
        row.closed_on, row.closed_at = _today(view), view.now
        maintain(session, row)
    await kri_retired(session, view, kri.risk_id)
    return kri


async def acknowledge(session: AsyncSession, view: View, given: AcknowledgeBreach) -> KriBreach:
    """A breach that somebody has seen and says what it is."""
    key = key_in(KriBreach, given.id)
    breach = await get(session, view, KriBreach, key, expected_version=given.expected_version)
    kri = await get(session, view, Kri, breach.kri_id)
    _refuse(may_acknowledge(await _facts(session, view, kri)))
    breach.note = required(given.note, limit=NOTE, field="note", multiline=True)
    breach.false_alarm = given.false_alarm
    breach.acknowledged_by_id, breach.acknowledged_at = view.actor.id, view.now
    return breach


async def _moved(
    session: AsyncSession, view: View, given: OnExisting, move: str, reason: str | None = None
) -> Kri:
    """The KRI, if the move of its machine is allowed; UserErrors say every reason why not."""
    key = key_in(Kri, given.id)
    kri = await get(session, view, Kri, key, expected_version=given.expected_version)
    facts = await _facts(session, view, kri)
    life: KriLife = life_of(kri)
    moved(KRI_MACHINE, life, move, facts=facts, given=KriGiven(reason))
    return kri


async def _facts(session: AsyncSession, view: View, kri: Kri) -> KriFacts:
    await session.flush()
    return (await kri_facts(fetcher(session, view), view, [kri]))[kri.id]


def _refuse(*answers: Reasons) -> None:
    found: list[Reason] = []
    for answer in answers:
        found += [answer] if isinstance(answer, Reason) else answer or ()
    if found:
        raise user_errors(found)


def _rule_by(kri: Kri, rule: KriRule) -> None:
    for name in RULE:
        setattr(kri, name, getattr(rule, name))


def _end_spell(session: AsyncSession, kri: Kri, day: date) -> None:
    """Keep the rule of the KRI for the days before one; from there on another may judge."""
    if kri.ruled_from < day:
        rule = {name: getattr(kri, name) for name in RULE}
        session.add(KriSpell(kri_id=kri.id, from_on=kri.ruled_from, until_on=day, **rule))
        kri.ruled_from = day


def _reason(text: str) -> str:
    return required(text, limit=REASON, field="reason", multiline=True)


def _today(view: View) -> date:
    return today(view.now, settings.current().zone)
