"""The six figures of a brief: what is counted, now, before, and week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from riskreg.kit.db import Record
from riskreg.kit.graph import term
from riskreg.reports import facts as f
from riskreg.reports.wording import short_date
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.moments import Reading, day_of, moments_before
from riskreg.risks.overview import NOT_RUNNING
from riskreg.risks.rules import TO_DO, AppetiteStatus, MitigationStatus, RiskStatus
from riskreg.risks.snapshots import absent

WEEKS = 12
FEWEST_POINTS = 4
"""Fewer points than that are no history."""

DONE_UNVERIFIED = (MitigationStatus.IMPLEMENTED, MitigationStatus.VERIFYING)
DONE = (
    *DONE_UNVERIFIED,
    MitigationStatus.EFFECTIVE,
    MitigationStatus.PARTIAL,
    MitigationStatus.INEFFECTIVE,
)
ABOVE = (AppetiteStatus.OUT_OF_TOLERANCE, AppetiteStatus.WITHIN_TOLERANCE)


@dataclass(frozen=True)
class Kind:
    """One figure of the scorecard: its name, and what it is a part of."""

    key: str
    label: str
    unit: str
    whole: str
    source: str


_LIVE, _ACTIONS = "register, live risks", "register, actions"
KINDS = (
    Kind("outside_tolerance", "Outside tolerance", "risks", "live risks", _LIVE),
    Kind("above_appetite", "Above appetite", "risks", "live risks", _LIVE),
    Kind("unowned", "Without an owner", "risks", "live risks", _LIVE),
    Kind(
        "acceptances_ended",
        "Acceptances ended",
        "acceptances",
        "accepted",
        "register, accepted risks whose acceptance ended by itself",
    ),
    Kind("overdue", "Actions overdue", "actions", "open", _ACTIONS),
    Kind("unverified", "Done, not verified", "actions", "done", _ACTIONS),
)


@dataclass(frozen=True)
class Counted:
    """What stands behind the figures at one moment: codes by figure, and the wholes."""

    live: int
    unjudged: int
    codes: Mapping[str, tuple[str, ...]]
    wholes: Mapping[str, int]


async def counted(reading: Reading) -> Counted:
    """The figures of the register at one moment, in six statements at most."""
    totals, risks = await _risks(reading)
    open_, done, actions = await _actions(reading)
    every = dict.fromkeys(("outside_tolerance", "above_appetite", "unowned"), totals.live)
    wholes = {**every, "acceptances_ended": totals.accepted, "overdue": open_, "unverified": done}
    return Counted(totals.live, totals.unjudged, {**risks, **actions}, wholes)


async def _risks(reading: Reading) -> tuple[Record, dict[str, tuple[str, ...]]]:
    """How many risks are live, unjudged, and accepted last, and those to be named."""
    risk = reading.view.of(Risk)
    status, appetite = term(risk, "status").element, term(risk, "appetite_status").element
    live = and_(status.not_in(NOT_RUNNING), term(risk, "residual_band").element.is_not(None))
    accepted = risk.recorded_status == RiskStatus.ACCEPTED
    lapsed = and_(accepted, status == RiskStatus.ASSESSED)
    [totals] = await reading.fetch(
        select(
            func.count().label("live"),
            _sum(accepted).label("accepted"),
            _sum(appetite == AppetiteStatus.NOT_ASSESSED).label("unjudged"),
        )
        .select_from(risk)
        .where(live)
    )
    gone = sorted(await absent(reading.fetch, reading.view))
    unowned = or_(risk.owner_id.is_(None), risk.owner_id.in_(gone))
    rows = await reading.fetch(
        select(
            risk.id,
            risk.code,
            appetite.label("appetite"),
            case((unowned, 1), else_=0).label("unowned"),
            case((lapsed, 1), else_=0).label("lapsed"),
        )
        .where(live, or_(appetite.in_(ABOVE), unowned, lapsed))
        .order_by(risk.number)
    )
    outside = AppetiteStatus.OUT_OF_TOLERANCE
    found = {
        "outside_tolerance": tuple(row.code for row in rows if row.appetite == outside),
        "above_appetite": tuple(row.code for row in rows if row.appetite in ABOVE),
        "unowned": tuple(row.code for row in rows if row.unowned),
        "acceptances_ended": await _ended(reading, [row.id for row in rows if row.lapsed]),
    }
    return totals, found


async def _ended(reading: Reading, risks: Sequence[str]) -> tuple[str, ...]:
    """The codes of the last acceptance of each risk."""
    acceptance = reading.view.of(RiskAcceptance)
    rows = await reading.fetch(
        select(acceptance.risk_id, acceptance.code)
        .where(acceptance.risk_id.in_(risks))
        .order_by(acceptance.from_at)
    )
    last = {row.risk_id: row.code for row in rows}
    return tuple(sorted(last.values(), key=by_number))


async def _actions(reading: Reading) -> tuple[int, int, dict[str, tuple[str, ...]]]:
    """How many actions are open, how many done, and those that are late or not verified."""
    action = reading.view.of(Mitigation)
    to_do = action.status.in_(sorted(TO_DO))
    late = and_(to_do, action.due_on < reading.day)
    [totals] = await reading.fetch(
        select(
            _sum(to_do).label("to_do"),
            _sum(action.status.in_(DONE)).label("done"),
        )
    )
    rows = await reading.fetch(
        select(action.code, case((late, 1), else_=0).label("late"))
        .where(or_(late, action.status.in_(DONE_UNVERIFIED)))
        .order_by(action.number)
    )
    found = {
        "overdue": tuple(row.code for row in rows if row.late),
        "unverified": tuple(row.code for row in rows if not row.late),
    }
    return totals.to_do, totals.done, found


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows fulfil a condition; 0 of none."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def by_number(code: str) -> tuple[int, str]:
    """A key that sorts codes of one prefix by their number, past R-999 too."""
    return len(code), code


@dataclass(frozen=True)
class History:
    """The figures week by week, oldest first, up to now; empty where the register is young."""

    points: tuple[Counted, ...] = ()
    since: date | None = None


async def history(reading: Reading, now: Counted) -> History:
    """The last twelve weeks from the first on at which a risk was live."""
    weeks = [reading.view.now - timedelta(weeks=back) for back in range(WEEKS - 1, 0, -1)]
    points: list[Counted] = []
    since: date | None = None
    for at, then in await moments_before(reading, weeks):
        point = await counted(then)
        if point.live or points:
            since = since or day_of(at)
            points.append(point)
    if len(points) + 1 < FEWEST_POINTS:
        return History()
    return History((*points, now), since)


def figures(
    now: Counted, before: Counted | None, past: History, *, revision: int | None
) -> tuple[f.Figure, ...]:
    """The scorecard; `before` is what the earlier report at `revision` looked at."""
    told = f"weekly since {short_date(past.since)}" if past.since else ""
    return tuple(
        f.figure(
            kind.key,
            kind.label,
            _count(kind, now),
            None if before is None else _count(kind, before, revision=revision),
            codes=now.codes[kind.key],
            history=[len(point.codes[kind.key]) for point in past.points],
            history_text=told,
        )
        for kind in KINDS
    )


def _count(kind: Kind, point: Counted, *, revision: int | None = None) -> f.Fact:
    whole = point.wholes[kind.key]
    source = kind.source if revision is None else f"{kind.source} at revision {revision}"
    n_text = f"of {whole} {kind.whole}"
    return f.count(len(point.codes[kind.key]), kind.unit, source=source, n=whole, n_text=n_text)
