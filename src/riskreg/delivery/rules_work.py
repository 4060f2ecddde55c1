"""What waits for somebody: in which order, how late, by their own working days (BR 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from riskreg.risks.rules import WorkingDays
from riskreg.risks.rules_kri import BreachLevel

USUAL_HORIZON, LONGEST_HORIZON = 5, 60
"""Working days ahead that are looked at."""

ACKNOWLEDGE_WITHIN: Mapping[BreachLevel, int] = MappingProxyType(
    {BreachLevel.RED: 0, BreachLevel.AMBER: 1}
)
"""Working days within which a breach is to be acknowledged, by its level (model.md 4.5)."""


class WorkKind(StrEnum):
    """What kind of thing waits; the first is the most urgent of what is due on one day."""

    KRI_BREACH = "KRI_BREACH"
    ACCEPTANCE = "ACCEPTANCE"
    RISK_REVIEW = "RISK_REVIEW"
    ACTION = "ACTION"
    VERIFICATION = "VERIFICATION"
    VERDICT = "VERDICT"


_URGENCY = {kind: place for place, kind in enumerate(WorkKind)}


@dataclass(frozen=True)
class Waiting:
    """Something that waits: of which table and key, what it is called, whose, by when.

    `blocker` says what is in its way.
    """

    kind: WorkKind
    table: str
    key: str
    code: str
    title: str
    owner_id: str | None
    due_on: date
    blocker: str | None = None


@dataclass(frozen=True)
class Dated:
    """The same with its working days: `overdue_bd` 0 unless it is late, `due_in_bd` 0 if it is."""

    waiting: Waiting
    overdue_bd: int
    due_in_bd: int


@dataclass(frozen=True)
class Work:
    """What is late, the latest first, and what is due until the horizon, the next first."""

    horizon_on: date
    overdue: tuple[Dated, ...]
    due_soon: tuple[Dated, ...]


def divided(found: Iterable[Waiting], today: date, horizon_bd: int, calendar: WorkingDays) -> Work:
    """What waits, divided by what is late: overdue from the day after it was due.

    What is blocked is due soon whenever it is due: somebody has to clear its way now.
    """
    horizon = calendar.add_working_days(today, horizon_bd)
    dated = [_dated(one, today, calendar) for one in sorted(found, key=_order)]
    late = [one for one in dated if one.waiting.due_on < today]
    soon = [one for one in dated if one.waiting.due_on >= today]
    near = [one for one in soon if one.waiting.due_on <= horizon or one.waiting.blocker]
    return Work(horizon, tuple(late), tuple(near))


def _order(one: Waiting) -> tuple[date, int, int, str]:
    return one.due_on, _URGENCY[one.kind], len(one.code), one.code


def _dated(one: Waiting, today: date, calendar: WorkingDays) -> Dated:
    if one.due_on < today:
        return Dated(one, calendar.working_days_between(one.due_on, today), 0)
    return Dated(one, 0, calendar.working_days_between(today, one.due_on))
