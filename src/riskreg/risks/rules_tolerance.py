"""Appetite and tolerance, and the instants at which a risk leaves them (domain/model.md 4.4).

Whether a risk is outside tolerance depends on time: an override lapses, an acceptance ends, a plan
falls late, the days are used up. So each write works out `ToleranceDates` once, and from then on
the status at any instant is a comparison with four stored instants, in Python and in SQL alike,
true even if no job ever ran.

The definition, at an instant t:

- within appetite: the residual that counts at t is at most the appetite of the category;
- within tolerance: the residual is at most the tolerance; the days above appetite, without those
  under a valid acceptance, are not used up; and there is a valid acceptance, an on-time plan whose
  target is within appetite, or planning grace (after an assessment, or after an acceptance that
  ended by its date);
- outside tolerance: neither. An acceptance says who carries a risk and stops the clock; it lifts
  neither the tolerance nor a limit that was used up before, so CRITICAL is never within tolerance.

Intervals are half open: a risk is outside from the instant at which its days are used up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from riskreg.people.rules import Authority
from riskreg.risks.rules import FAR, LIVE, AppetiteStatus, Band, RiskCategory, RiskStatus


@dataclass(frozen=True)
class ToleranceRule:
    """What the organisation carries of one category, how far, how long, and who may accept it."""

    appetite: Band
    tolerance: Band
    days: int
    authority: Authority

    def __post_init__(self) -> None:
        if self.appetite > self.tolerance or self.tolerance is Band.CRITICAL:
            message = "appetite is at most tolerance, and CRITICAL is never within tolerance"
            raise ValueError(message)
        if self.days < 1:
            message = "tolerance lasts at least a day"
            raise ValueError(message)

    @property
    def limit(self) -> timedelta:
        """How long a risk may stay above appetite."""
        return timedelta(days=self.days)


@dataclass(frozen=True)
class AppetiteTable:
    """The rule of every category, valid from a day on until a later table begins."""

    valid_from: date
    rules: Mapping[RiskCategory, ToleranceRule]

    def __post_init__(self) -> None:
        missing = [category.value for category in RiskCategory if category not in self.rules]
        if missing:
            message = f"an appetite table needs every category; missing: {', '.join(missing)}"
            raise ValueError(message)


_GROUPS = (
    (
        ToleranceRule(Band.LOW, Band.MEDIUM, 14, Authority.A4),
        (RiskCategory.CHILD_SAFETY, RiskCategory.WELLBEING, RiskCategory.REGULATORY),
    ),
    (
        ToleranceRule(Band.MEDIUM, Band.HIGH, 30, Authority.A3),
        (
            RiskCategory.ENVR_INCREASE,
            RiskCategory.OVER_ENFORCEMENT,
            RiskCategory.POLICY_AMBIGUITY,
        ),
    ),
    (
        ToleranceRule(Band.MEDIUM, Band.HIGH, 45, Authority.A2),
        (
            RiskCategory.LABEL_QUALITY,
            RiskCategory.GUIDELINE_TRANSLATION,
            RiskCategory.VENDOR,
            RiskCategory.WORKFORCE_CAPACITY,
            RiskCategory.CHANGE_COLLISION,
        ),
    ),
    (
        ToleranceRule(Band.MEDIUM, Band.HIGH, 60, Authority.A2),
        (
            RiskCategory.DELIVERY_SLA,
            RiskCategory.TOOLING_DATA,
            RiskCategory.MODEL_DEPENDENCY,
            RiskCategory.REPUTATION,
        ),
    ),
)

DEFAULT_APPETITE = AppetiteTable(
    date(2020, 1, 1),
    MappingProxyType({category: rule for rule, group in _GROUPS for category in group}),
)
"""The default table of model.md 4.4."""


def in_force(tables: Iterable[AppetiteTable], day: date) -> AppetiteTable:
    """The table that is valid on the day: the latest that has begun."""
    begun = [table for table in tables if table.valid_from <= day]
    if not begun:
        message = f"no appetite table is valid on {day.isoformat()}"
        raise ValueError(message)
    return max(begun, key=lambda table: table.valid_from)


@dataclass(frozen=True)
class BandTimeline:
    """The band of the residual from now on: `first`, and from `until` on `then`.

    The first is the asserted residual while it stands, the other the computed one; without an
    override there is one band for ever.
    """

    first: Band
    until: datetime = FAR
    then: Band | None = None

    def at(self, instant: datetime) -> Band:
        """The band that counts at that instant."""
        return self.first if instant < self.until or self.then is None else self.then


@dataclass(frozen=True)
class Accepted:
    """A stretch of time for which the risk was or is accepted.

    `end` is when the acceptance truly ended or will end (see `rules_deadlines.acceptance_end`),
    and `grace_until` when the planning grace after it is over; None unless it ended by its date.
    """

    start: datetime
    end: datetime
    grace_until: datetime | None = None


@dataclass(frozen=True)
class ToleranceDates:
    """When a risk is above appetite, and when outside tolerance: two stretches, FAR for "never"."""

    above_from: datetime = FAR
    above_to: datetime = FAR
    out_from: datetime = FAR
    out_to: datetime = FAR

    def is_above(self, instant: datetime) -> bool:
        """Whether the residual is above appetite at that instant."""
        return self.above_from <= instant < self.above_to

    def is_out(self, instant: datetime) -> bool:
        """Whether the risk is outside tolerance at that instant."""
        return self.out_from <= instant < self.out_to


NOWHERE = ToleranceDates()
"""The dates of a risk that is within appetite for good, or does not count at all."""


@dataclass(frozen=True)
class Standing:
    """All that the dates depend on, as it is at one write.

    `plan_until` is when the earliest open action falls due (its day's end), and None unless there
    is an open action and the target is within appetite. `grace_until` is when the planning grace
    after the last (re)assessment is over. `accepted` holds every acceptance that overlaps the time
    above appetite, also those that have ended: they stopped the clock.
    """

    rule: ToleranceRule
    bands: BandTimeline
    accepted: Sequence[Accepted] = ()
    plan_until: datetime | None = None
    grace_until: datetime | None = None


def counts(status: RiskStatus) -> bool:
    """Whether a risk in this state has an appetite status; it has `NOWHERE` dates otherwise."""
    return status in LIVE or status is RiskStatus.MATERIALISED


def status_at(dates: ToleranceDates, instant: datetime) -> AppetiteStatus:
    """The appetite status of an assessed risk at that instant, from its stored dates alone."""
    if dates.is_out(instant):
        return AppetiteStatus.OUT_OF_TOLERANCE
    if dates.is_above(instant):
        return AppetiteStatus.WITHIN_TOLERANCE
    return AppetiteStatus.WITHIN_APPETITE


def appetite_status(status: RiskStatus, dates: ToleranceDates, instant: datetime) -> AppetiteStatus:
    """The appetite status that a risk shows: NOT_ASSESSED before its first assessment."""
    if status in (RiskStatus.DRAFT, RiskStatus.OPEN, RiskStatus.REJECTED):
        return AppetiteStatus.NOT_ASSESSED
    return status_at(dates, instant)


def days_out(dates: ToleranceDates, instant: datetime) -> int | None:
    """How many whole days the risk has been outside tolerance; None when it is not."""
    return (instant - dates.out_from).days if dates.is_out(instant) else None


def days_above(dates: ToleranceDates, instant: datetime) -> int | None:
    """How many whole days the residual has been above appetite; None when it is not."""
    return (instant - dates.above_from).days if dates.is_above(instant) else None


def tolerance_dates(
    standing: Standing, now: datetime, previous: ToleranceDates = NOWHERE
) -> ToleranceDates:
    """The dates to store with a write at `now`, given those stored by the write before it.

    A stretch that has begun keeps its beginning, also if it would have ended just now. The store
    has room for one stretch outside tolerance. Should what is known now give several, with a pause
    between them (a plan falls late, later an override lapses), they are stored as one, from the
    first beginning to the last end: once outside, a risk stays outside until the last of the known
    reasons is gone, or until the next write works the dates out anew.
    """
    above_from, above_to = _above(standing, now, previous)
    if above_from == FAR:
        return NOWHERE
    runs = _out_runs(standing, max(now, above_from), above_from, above_to)
    if not runs:
        return ToleranceDates(above_from, above_to)
    out_from, out_to = runs[0][0], runs[-1][1]
    if out_from == now and previous.out_from <= now <= previous.out_to:
        out_from = previous.out_from
    return ToleranceDates(above_from, above_to, out_from, out_to)


def _above(
    standing: Standing, now: datetime, previous: ToleranceDates
) -> tuple[datetime, datetime]:
    """When the residual is above appetite, from its beginning; (FAR, FAR) for never."""
    bands, appetite = standing.bands, standing.rule.appetite
    later = FAR if bands.then is None else max(bands.until, now)
    begun = previous.above_from if previous.above_from <= now <= previous.above_to else now
    now_above, then_above = bands.at(now) > appetite, bands.at(later) > appetite
    if now_above:
        return begun, FAR if then_above else later
    return (later, FAR) if then_above else (FAR, FAR)


def _out_runs(
    standing: Standing, start: datetime, above_from: datetime, above_to: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches outside tolerance from `start` on, while above appetite."""
    used_up = _limit_used_up(standing, above_from)
    marks = {start, standing.bands.until, used_up}
    marks |= {mark for mark in (standing.plan_until, standing.grace_until) if mark}
    for one in standing.accepted:
        marks |= {one.start, one.end, one.grace_until or one.end}
    cuts = sorted(mark for mark in marks if start <= mark < above_to)
    runs: list[tuple[datetime, datetime]] = []
    for at, end in zip(cuts, [*cuts[1:], above_to], strict=True):
        if _within_tolerance(standing, at, used_up):
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((at, end))
    return runs


def _within_tolerance(standing: Standing, at: datetime, used_up: datetime) -> bool:
    band, rule = standing.bands.at(at), standing.rule
    if band > rule.tolerance or at >= used_up:
        return False
    if any(one.start <= at < one.end for one in standing.accepted):
        return True
    if standing.plan_until is not None and at < standing.plan_until:
        return True
    return _in_grace(standing, at)


def _in_grace(standing: Standing, at: datetime) -> bool:
    if standing.grace_until is not None and at < standing.grace_until:
        return True
    return any(
        one.grace_until is not None and one.end <= at < one.grace_until for one in standing.accepted
    )


def _limit_used_up(standing: Standing, above_from: datetime) -> datetime:
    """When the days above appetite are used up; the clock stands still while accepted."""
    left, at = standing.rule.limit, above_from
    for one in sorted(standing.accepted, key=lambda one: one.start):
        if one.start - at >= left:
            break
        left -= max(one.start - at, timedelta())
        at = max(at, one.end)
    return at + left if at < FAR - left else FAR
