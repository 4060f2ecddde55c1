"""What has become of the register since an earlier moment: breaches, acceptances, actions, numbers.

What has become of the risks themselves is told by `risks/since.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from riskreg.kit.db import Record
from riskreg.kit.view import Alias
from riskreg.metrics.models import MetricSeries, Observation
from riskreg.metrics.rules_freshness import FIRST_REVISION
from riskreg.risks.models import RiskAcceptance
from riskreg.risks.models_kri import KriBreach
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.moments import Reading
from riskreg.risks.rules import TO_DO, AcceptanceEnd

CHUNK = 500


@dataclass(frozen=True)
class BreachesSince:
    """The keys of breaches by what became of them; RAISED is from AMBER to RED."""

    opened: tuple[str, ...]
    raised: tuple[str, ...]
    closed: tuple[str, ...]
    retracted: tuple[str, ...]


@dataclass(frozen=True)
class AcceptanceOver:
    """An acceptance that ended: when, and why."""

    id: str
    at: datetime
    why: AcceptanceEnd


@dataclass(frozen=True)
class Slip:
    """An action that was put off: from which day to which."""

    id: str
    due_was: date
    due_now: date


@dataclass(frozen=True)
class ActionsSince:
    """Actions by what became of them: keys, and how far they slipped."""

    slipped: tuple[Slip, ...]
    overdue: tuple[str, ...]
    implemented: tuple[str, ...]
    verified: tuple[str, ...]


@dataclass(frozen=True)
class Retold:
    """A series of which periods were told again: how many, between which days, when last."""

    series_id: str
    periods: int
    first: date
    last: date
    at: datetime


def _between(column: Alias, now: Reading, then: Reading) -> ColumnElement[bool]:
    """After the earlier moment, and not after the later one."""
    return and_(column > then.view.now, column <= now.view.now)


async def breaches_since(now: Reading, then: Reading) -> BreachesSince:
    """What became of breaches: one may have been opened, raised and closed, and is in all three."""
    breach: Alias = now.view.of(KriBreach)
    names = ("opened_at", "red_at", "closed_at", "retracted_at")
    columns = [getattr(breach, name) for name in names]
    rows = await now.fetch(
        select(breach.id, *columns)
        .where(or_(*[_between(column, now, then) for column in columns]))
        .order_by(breach.opened_at, breach.id)
    )

    def during(name: str) -> tuple[str, ...]:
        return tuple(row.id for row in rows if _is_between(getattr(row, name), now, then))

    first_amber = {row.id for row in rows if row.red_at is not None and row.red_at > row.opened_at}
    return BreachesSince(
        opened=during("opened_at"),
        raised=tuple(key for key in during("red_at") if key in first_amber),
        closed=during("closed_at"),
        retracted=during("retracted_at"),
    )


def _is_between(at: datetime | None, now: Reading, then: Reading) -> bool:
    return at is not None and then.view.now < at <= now.view.now


async def acceptances_since(now: Reading, then: Reading) -> tuple[AcceptanceOver, ...]:
    """The acceptances that ended, the first to end first."""
    one: Alias = now.view.of(RiskAcceptance)
    rows = await now.fetch(
        select(one.id, one.until, one.ended_at, one.ended_by).where(
            or_(_between(one.until, now, then), _between(one.ended_at, now, then))
        )
    )
    ends = [
        AcceptanceOver(row.id, min(row.until, row.ended_at), _why(row))
        for row in rows
        if _is_between(min(row.until, row.ended_at), now, then)
    ]
    return tuple(sorted(ends, key=lambda end: (end.at, end.id)))


def _why(row: Record) -> AcceptanceEnd:
    by_date = row.until <= row.ended_at or row.ended_by is None
    return AcceptanceEnd.EXPIRED if by_date else row.ended_by


async def actions_since(now: Reading, then: Reading) -> ActionsSince:
    """What became of actions, in the order of their numbers; of those that can differ alone."""
    action: Alias = now.view.of(Mitigation)
    to_do = action.status.in_(sorted(TO_DO))
    late = and_(to_do, action.due_on < now.day)
    rows = await now.fetch(
        select(*_columns(action))
        .where(or_(late, action.updated_at > then.view.now))
        .order_by(action.number)
    )
    before = await _before(then, [row.id for row in rows])
    slips = [
        Slip(row.id, before[row.id].due_on, row.due_on) for row in rows if _slipped(row, before)
    ]
    return ActionsSince(
        slipped=tuple(slips),
        overdue=tuple(row.id for row in rows if _newly_late(row, before, now, then)),
        implemented=tuple(r.id for r in rows if _is_between(r.implemented_at, now, then)),
        verified=tuple(row.id for row in rows if _is_between(row.verified_at, now, then)),
    )


def _columns(action: Alias) -> list[ColumnElement[object]]:
    names = ("id", "status", "due_on", "slip_count", "implemented_at", "verified_at")
    return [getattr(action, name) for name in names]


async def _before(then: Reading, ids: Sequence[str]) -> Mapping[str, Record]:
    action: Alias = then.view.of(Mitigation)
    found: dict[str, Record] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for row in await then.fetch(select(*_columns(action)).where(action.id.in_(chunk))):
            found[row.id] = row
    return found


def _slipped(row: Record, before: Mapping[str, Record]) -> bool:
    return row.id in before and row.slip_count > before[row.id].slip_count


def _newly_late(row: Record, before: Mapping[str, Record], now: Reading, then: Reading) -> bool:
    """Late now, and not so at the earlier moment."""
    was = before.get(row.id)
    return _late(row, now.day) and (was is None or not _late(was, then.day))


def _late(row: Record, day: date) -> bool:
    return row.status in TO_DO and row.due_on < day


async def retold_since(now: Reading, then: Reading) -> tuple[Retold, ...]:
    """The series of which periods were told again with another value, by their numbers."""
    told, series = now.view.of(Observation), now.view.of(MetricSeries)
    rows = await now.fetch(
        select(
            series.id,
            func.count(told.period_start.distinct()).label("periods"),
            func.min(told.period_start).label("first"),
            func.max(told.period_start).label("last"),
            func.max(told.recorded_at).label("at"),
        )
        .join(series, series.number == told.series_no)
        .where(told.revision > FIRST_REVISION, _between(told.recorded_at, now, then))
        .group_by(series.id, series.number)
        .order_by(series.number)
    )
    return tuple(Retold(row.id, row.periods, row.first, row.last, row.at) for row in rows)
