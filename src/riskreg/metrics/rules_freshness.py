"""When a value is due, when a series is stale, and which telling of a period is the first.

A period counts as over after the longest that its cadence may last, at midnight UTC: so SQL and
Python say the same, and a month is never called late for having 31 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from riskreg.metrics.rules import DAYS, Cadence

FIRST_REVISION = 1
"""The revision of the first telling of a period; each later telling is one more."""
STALE_CADENCES = 2
"""Without news for longer than so many periods, beyond the lag, a series is stale."""
RECENT = timedelta(days=30)
"""How long ago something may be that still marks the quality of a series."""


def due_at(period_start: date, cadence: Cadence, lag_hours: int) -> datetime:
    """When the value of a period is expected at the latest."""
    begun = datetime.combine(period_start, time(), UTC)
    return begun + timedelta(days=DAYS[cadence], hours=lag_hours)


def stale_after(period_start: date, cadence: Cadence, lag_hours: int) -> datetime:
    """When a series whose newest value is of this period goes stale."""
    quiet = timedelta(days=STALE_CADENCES * DAYS[cadence])
    return due_at(period_start, cadence, lag_hours) + quiet


@dataclass(frozen=True)
class Expectation:
    """When the values of a series are due: of which cadence, with what lag, and since when."""

    cadence: Cadence
    lag_hours: int
    since: datetime

    def is_late(self, period_start: date, told_at: datetime) -> bool:
        """Whether a value came after it was due; what was due before the series began is not."""
        due = due_at(period_start, self.cadence, self.lag_hours)
        return told_at > due > self.since


@dataclass(frozen=True)
class Hole:
    """A period that is missing, or that was filled late, after a later one was known."""

    period_start: date
    filled_at: datetime | None


def holes(
    periods: Iterable[date], told: Mapping[date, datetime], expected: Expectation
) -> list[Hole]:
    """The periods that are missing before the newest known one, or that filled a hole late.

    `told` says when each period was first told.
    """
    if not told:
        return []
    newest = max(told)
    found = []
    for day in periods:
        at = told.get(day)
        if at is None and day < newest:
            found.append(Hole(day, None))
        elif (
            at is not None
            and expected.is_late(day, at)
            and any(other > day and told[other] < at for other in told)
        ):
            found.append(Hole(day, at))
    return found
