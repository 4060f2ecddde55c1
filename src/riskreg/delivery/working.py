"""What waits for somebody in the register, as far as they see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select

from riskreg import settings
from riskreg.delivery.rules_work import ACKNOWLEDGE_WITHIN, Waiting, Work, WorkKind, divided
from riskreg.kit.clock import WorkingCalendar, calendar_of_zone, today
from riskreg.kit.db import Fetch, Record
from riskreg.kit.view import Alias, View
from riskreg.people.models import Delegation, Person
from riskreg.people.permits import is_permitted
from riskreg.people.rules import Act, Role
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import ENDED, TO_DO, MitigationStatus, RiskStatus
from riskreg.risks.rules_kri import BreachLevel

Found = list[Waiting]


async def work_of(fetch: Fetch, view: View, horizon_bd: int, *, delegated: bool) -> Work:
    """What waits for the actor until so many working days ahead, in at most eight statements.

    Days are those of the calendar of the actor's own country, as their time zone tells it; with
    `delegated`, what belongs to those for whom the actor stands in today counts, too.
    """
    zone = settings.current().zone
    day = today(view.now, zone)
    calendar = await _calendar(fetch, view)
    whose = [view.actor.id]
    if delegated:
        whose += await _stood_in_for(fetch, view, day)
    last = calendar.add_working_days(day, horizon_bd)
    found = [
        *await _actions(fetch, view, whose, last),
        *await _verdicts(fetch, view, whose, last),
        *await _reviews(fetch, view, whose, last),
        *await _acceptances(fetch, view, whose, last),
        *await _breaches(fetch, view, whose, calendar),
    ]
    return divided(found, day, horizon_bd, calendar)


async def _calendar(fetch: Fetch, view: View) -> WorkingCalendar:
    """The actor's own working days; the organisation's where their zone tells no country."""
    person: Alias = view.of(Person)
    rows = await fetch(select(person.timezone).where(person.id == view.actor.id))
    own = calendar_of_zone(rows[0].timezone) if rows else None
    return own or settings.current().working_days


async def _stood_in_for(fetch: Fetch, view: View, day: date) -> list[str]:
    row: Alias = view.of(Delegation)
    query = select(row.from_id).where(
        row.to_id == view.actor.id, row.from_on <= day, row.until_on >= day
    )
    return [one.from_id for one in await fetch(query)]


async def _actions(fetch: Fetch, view: View, whose: Sequence[str], last: date) -> Found:
    """Actions to be done, and those that are done and whose verification is to begin."""
    action: Alias = view.of(Mitigation)
    implemented = action.status == MitigationStatus.IMPLEMENTED
    near = or_(
        and_(action.status.in_(sorted(TO_DO)), action.due_on <= last),
        action.status == MitigationStatus.BLOCKED,
        and_(implemented, action.check_due_on <= last),
    )
    rows = await fetch(_of_action(action).where(action.owner_id.in_(whose), near))
    return [_action(row) for row in rows]


def _of_action(action: Alias) -> Select[*tuple[object, ...]]:
    names = ("id", "code", "title", "owner_id", "status", "due_on", "check_due_on", "blocker")
    return select(*[getattr(action, name) for name in names])


def _action(row: Record) -> Waiting:
    to_do = row.status in TO_DO
    kind = WorkKind.ACTION if to_do else WorkKind.VERIFICATION
    blocker = row.blocker if row.status is MitigationStatus.BLOCKED else None
    due = row.due_on if to_do else row.check_due_on
    table = Mitigation.__tablename__
    return Waiting(kind, table, row.id, row.code, row.title, row.owner_id, due, blocker)


async def _verdicts(fetch: Fetch, view: View, whose: Sequence[str], last: date) -> Found:
    """Actions whose effect the actor is to judge: as owner of a risk, or as QA.

    Never their own (four eyes).
    """
    actor = view.actor
    if not is_permitted(actor, Act.GIVE_VERDICT):
        return []
    action: Alias = view.of(Mitigation)
    query = _of_action(action).where(
        action.status == MitigationStatus.VERIFYING,
        action.check_due_on <= last,
        or_(action.owner_id.is_(None), action.owner_id.not_in(whose)),
    )
    if Role.QA not in actor.roles:
        link, risk = view.of(RiskMitigation), view.of(Risk)
        own = select(link.mitigation_id).join(risk, risk.id == link.risk_id)
        query = query.where(action.id.in_(own.where(risk.owner_id.in_(whose))))
    table = Mitigation.__tablename__
    return [
        Waiting(
            WorkKind.VERDICT, table, row.id, row.code, row.title, row.owner_id, row.check_due_on
        )
        for row in await fetch(query)
    ]


async def _reviews(fetch: Fetch, view: View, whose: Sequence[str], last: date) -> Found:
    """Risks that are to be assessed again."""
    risk: Alias = view.of(Risk)
    query = select(risk.id, risk.code, risk.title, risk.owner_id, risk.review_due_on).where(
        risk.owner_id.in_(whose),
        risk.recorded_status.not_in(ENDED),
        risk.review_due_on <= last,
    )
    table = Risk.__tablename__
    return [
        Waiting(
            WorkKind.RISK_REVIEW, table, row.id, row.code, row.title, row.owner_id,
            row.review_due_on,
        )
        for row in await fetch(query)
    ]  # fmt: skip


async def _acceptances(fetch: Fetch, view: View, whose: Sequence[str], last: date) -> Found:
    """Acceptances that the actor gave, or of own risks, that end or have ended by themselves.

    One that has ended waits until somebody acts on it: until the risk moves on.
    """
    acceptance, risk = view.of(RiskAcceptance), view.of(Risk)
    accepted = risk.recorded_status == RiskStatus.ACCEPTED
    query = (
        select(
            acceptance.id,
            acceptance.code,
            acceptance.risk_id,
            acceptance.expires_on,
            acceptance.until,
            acceptance.ended_at,
            risk.title,
            risk.owner_id,
        )
        .join(risk, risk.id == acceptance.risk_id)
        .where(_of_mine(acceptance, risk, whose), accepted)
        .order_by(acceptance.from_at, acceptance.id)
    )
    newest = {row.risk_id: row for row in await fetch(query)}
    return [
        Waiting(
            WorkKind.ACCEPTANCE,
            RiskAcceptance.__tablename__,
            row.id,
            row.code,
            row.title,
            row.owner_id,
            _end(row),
        )
        for row in newest.values()
        if _end(row) <= last
    ]


def _of_mine(acceptance: Alias, risk: Alias, whose: Iterable[str]) -> ColumnElement[bool]:
    mine = list(whose)
    return or_(acceptance.accepted_by_id.in_(mine), risk.owner_id.in_(mine))


def _end(row: Record) -> date:
    """The last day of an acceptance: by its date, or the day on which something ended it."""
    by_date: date = row.expires_on
    if row.until <= row.ended_at:
        return by_date
    return today(row.ended_at, settings.current().zone)


async def _breaches(
    fetch: Fetch, view: View, whose: Sequence[str], calendar: WorkingCalendar
) -> Found:
    """Open breaches of own risks that nobody has acknowledged."""
    breach, kri, risk = view.of(KriBreach), view.of(Kri), view.of(Risk)
    query = (
        select(
            breach.id, breach.level, breach.opened_at, breach.red_at, kri.code, kri.name,
            risk.owner_id,
        )
        .join(kri, kri.id == breach.kri_id)
        .join(risk, risk.id == breach.risk_id)
        .where(
            risk.owner_id.in_(whose),
            breach.closed_on.is_(None),
            breach.acknowledged_at.is_(None),
            breach.retracted_at.is_(None),
        )
    )  # fmt: skip
    zone = settings.current().zone
    found: Found = []
    for row in await fetch(query):
        since = row.red_at if row.level is BreachLevel.RED else row.opened_at
        within = ACKNOWLEDGE_WITHIN[row.level]
        due = calendar.add_working_days(today(since or row.opened_at, zone), within)
        table = KriBreach.__tablename__
        found.append(
            Waiting(WorkKind.KRI_BREACH, table, row.id, row.code, row.name, row.owner_id, due)
        )
    return found
