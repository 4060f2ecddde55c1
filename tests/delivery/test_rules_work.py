"""What is late, what is due soon, and in which order, as tables."""

from datetime import date, timedelta

import pytest

from riskreg.delivery.rules_work import Dated, Waiting, WorkKind, divided
from riskreg.kit.clock import WorkingCalendar, calendar

SG, BR = calendar("SG"), calendar("BR")
FRIDAY = date(2026, 11, 13)
MONDAY = date(2026, 11, 16)


def waiting(
    due: date, code: str = "M-001", kind: WorkKind = WorkKind.ACTION, blocker: str | None = None
) -> Waiting:
    """An action that is due on a day."""
    return Waiting(kind, "mitigations", code, code, "Train", None, due, blocker)


LATE = [
    # due, by whose calendar, late by, left
    (MONDAY, SG, 0, 0),
    (FRIDAY, SG, 1, 0),
    (FRIDAY - timedelta(days=1), SG, 2, 0),
    # Monday the 2nd, Finados, is free in Brazil; Monday the 9th, after Deepavali, in Singapore.
    (date(2026, 11, 6), BR, 6, 0),
    (date(2026, 11, 6), SG, 5, 0),
    (date(2026, 10, 30), BR, 10, 0),
    (date(2026, 10, 30), SG, 10, 0),
    (date(2026, 10, 30), calendar(""), 11, 0),
    (MONDAY + timedelta(days=1), SG, 0, 1),
    (MONDAY + timedelta(days=7), SG, 0, 5),
    # Friday the 20th of November is Consciência Negra, so that a working day less is left.
    (MONDAY + timedelta(days=7), BR, 0, 4),
]


@pytest.mark.parametrize(("due", "by", "late", "left"), LATE)
def test_days_are_counted_by_ones_own_calendar(
    due: date, by: WorkingCalendar, late: int, left: int
) -> None:
    work = divided([waiting(due)], MONDAY, 20, by)
    [found] = work.overdue or work.due_soon
    assert found == Dated(waiting(due), late, left)
    assert bool(work.overdue) is (due < MONDAY)


@pytest.mark.parametrize(("by", "horizon"), [(SG, date(2026, 11, 23)), (BR, date(2026, 11, 24))])
def test_the_horizon_is_in_working_days(by: WorkingCalendar, horizon: date) -> None:
    inside, outside = waiting(horizon, "M-001"), waiting(horizon + timedelta(days=1), "M-002")
    work = divided([inside, outside], MONDAY, 5, by)
    assert work.horizon_on == horizon
    assert [one.waiting for one in work.due_soon] == [inside]


def test_what_is_blocked_is_due_soon_whenever_it_is_due() -> None:
    blocked = waiting(MONDAY + timedelta(days=90), blocker="No licence")
    late = waiting(FRIDAY, "M-002", blocker="No licence")
    work = divided([blocked, late], MONDAY, 5, SG)
    assert [one.waiting for one in work.due_soon] == [blocked]
    assert [one.waiting for one in work.overdue] == [late]


def test_the_latest_comes_first_then_the_most_urgent_kind_then_the_code() -> None:
    given = [
        waiting(FRIDAY, "M-010"),
        waiting(FRIDAY, "M-009"),
        waiting(FRIDAY, "M-1000"),
        waiting(FRIDAY, "R-001", WorkKind.RISK_REVIEW),
        waiting(FRIDAY, "KRI-1", WorkKind.KRI_BREACH),
        waiting(date(2026, 11, 2), "M-011"),
    ]
    work = divided(given, MONDAY, 5, SG)
    assert [one.waiting.code for one in work.overdue] == [
        "M-011",
        "KRI-1",
        "R-001",
        "M-009",
        "M-010",
        "M-1000",
    ]
