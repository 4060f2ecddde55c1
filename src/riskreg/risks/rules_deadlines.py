"""When a review falls due, when an acceptance ends, and when an action has slipped.

From domain/model.md 4.4 (grace), 4.5 (the Risk table, "Reassess due", Mitigation) and 4.6 (BR 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from riskreg.people.rules import Authority
from riskreg.risks.rules import (
    AcceptanceEnd,
    Band,
    MitigationStatus,
    RiskStatus,
    WorkingDays,
)
from riskreg.risks.rules_tolerance import BandTimeline, ToleranceRule

PLANNING_GRACE = 10
"""Working days after an assessment, or the end of an acceptance, in which a plan may be made."""

FIRST_REVIEW = 5
"""Working days after logging in which a risk is to be looked at."""

URGENT_REVIEW = 2
"""Working days for a reassessment after a KRI turned RED or an action proved ineffective."""

RECHECK_DAYS = 28
"""Days until the next check after an inconclusive verdict."""

MOST_ACCEPTANCES_IN_A_ROW = 2
"""How many times in a row a risk may be accepted before it takes an A4 (BR 12)."""

REVIEW_DAYS: Mapping[Band, int] = MappingProxyType(
    {Band.CRITICAL: 7, Band.HIGH: 14, Band.MEDIUM: 30, Band.LOW: 90}
)
"""Days from an assessment to the next, by the band of the residual."""

ACCEPTANCE_DAYS: Mapping[Band, int] = MappingProxyType(
    {Band.CRITICAL: 30, Band.HIGH: 60, Band.MEDIUM: 90, Band.LOW: 90}
)
"""The longest that a risk of a band may be accepted for."""


def grace_ends(on: date, calendar: WorkingDays) -> date:
    """The last day of the planning grace after an assessment, or an acceptance's last day."""
    return calendar.add_working_days(on, PLANNING_GRACE)


def review_due(band: Band, assessed_on: date) -> date:
    """The day by which a risk is to be assessed again."""
    return assessed_on + timedelta(days=REVIEW_DAYS[band])


def first_review_due(logged_on: date, calendar: WorkingDays) -> date:
    """The day by which a newly logged risk is to be assessed."""
    return calendar.add_working_days(logged_on, FIRST_REVIEW)


def urgent_review_due(on: date, calendar: WorkingDays, due: date | None = None) -> date:
    """The day by which to assess again after a KRI turned RED or an action proved ineffective.

    Never later than what was due before.
    """
    urgent = calendar.add_working_days(on, URGENT_REVIEW)
    return urgent if due is None else min(due, urgent)


def latest_expiry(band: Band, accepted_on: date) -> date:
    """The last day that an acceptance given on a day may run to."""
    return accepted_on + timedelta(days=ACCEPTANCE_DAYS[band])


def authority_to_accept(rule: ToleranceRule, band: Band, in_a_row: int) -> Authority:
    """The authority that accepting takes: that of the category; A4 for CRITICAL or a third time.

    `in_a_row` counts the acceptances before this one since the risk was last treated, monitored
    or logged.
    """
    if band is Band.CRITICAL or in_a_row >= MOST_ACCEPTANCES_IN_A_ROW:
        return Authority.A4
    return rule.authority


def acceptance_end(
    accepted_band: Band, expires_at: datetime, bands: BandTimeline, now: datetime
) -> tuple[datetime, AcceptanceEnd]:
    """When an acceptance that still holds before `now` ends by itself, and why.

    It ends by its date, or as soon as the band of the residual is worse than the one accepted: at
    once, or when an override lapses. What people and KRIs do to it is written when it happens.
    """
    if expires_at <= now:
        return expires_at, AcceptanceEnd.EXPIRED
    if bands.at(now) > accepted_band:
        return now, AcceptanceEnd.WORSENED
    if bands.then is not None and bands.then > accepted_band and bands.until < expires_at:
        return bands.until, AcceptanceEnd.WORSENED
    return expires_at, AcceptanceEnd.EXPIRED


def reads_as(recorded: RiskStatus, holds_until: datetime, instant: datetime) -> RiskStatus:
    """The status that a risk has at an instant, from the recorded one and when it stops holding.

    ACCEPTED stops with its acceptance, MONITORING when a KRI turns RED; both read as ASSESSED from
    then on (model.md 4.5), with no job run.
    """
    if recorded in (RiskStatus.ACCEPTED, RiskStatus.MONITORING) and holds_until <= instant:
        return RiskStatus.ASSESSED
    return recorded


@dataclass(frozen=True)
class Due:
    """When an action is due, when it first was, and how often that was put off."""

    due_on: date | None
    original_due_on: date | None = None
    slip_count: int = 0


def approved_due(due: Due) -> Due:
    """The due date of an action that is approved now: from here on slips count."""
    return Due(due.due_on, due.due_on, 0)


def moved_due(status: MitigationStatus, due: Due, new_due: date) -> Due:
    """The due date after a move: the original is kept, and later dates are counted as slips.

    Before approval a date is only a plan, and moves freely.
    """
    if status is MitigationStatus.PROPOSED:
        return replace(due, due_on=new_due)
    original = due.original_due_on or due.due_on
    slipped = due.due_on is not None and new_due > due.due_on
    return Due(new_due, original, due.slip_count + slipped)
