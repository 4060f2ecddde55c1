"""Review dates, the ends of acceptances, and slips of actions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from riskreg.kit.clock import calendar
from riskreg.people.rules import Authority
from riskreg.risks.rules import (
    FAR,
    AcceptanceEnd,
    Band,
    MitigationStatus,
    RiskCategory,
    RiskStatus,
)
from riskreg.risks.rules_deadlines import (
    Due,
    acceptance_end,
    approved_due,
    authority_to_accept,
    first_review_due,
    grace_ends,
    latest_expiry,
    moved_due,
    reads_as,
    review_due,
    urgent_review_due,
)
from riskreg.risks.rules_tolerance import DEFAULT_APPETITE, BandTimeline

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
PLAIN = calendar()


@pytest.mark.parametrize(
    ("band", "due"),
    [
        (Band.CRITICAL, date(2026, 11, 23)),
        (Band.HIGH, date(2026, 11, 30)),
        (Band.MEDIUM, date(2026, 12, 16)),
        (Band.LOW, date(2027, 2, 14)),
    ],
)
def test_graver_risks_are_reviewed_sooner(band: Band, due: date) -> None:
    assert review_due(band, MONDAY) == due


def test_logged_risk_is_due_in_five_working_days() -> None:
    assert first_review_due(MONDAY, PLAIN) == date(2026, 11, 23)
    assert first_review_due(date(2026, 2, 13), calendar("SG")) == date(2026, 2, 24)


def test_red_kri_brings_the_review_forward_never_back() -> None:
    assert urgent_review_due(MONDAY, PLAIN) == date(2026, 11, 18)
    assert urgent_review_due(MONDAY, PLAIN, date(2026, 12, 16)) == date(2026, 11, 18)
    assert urgent_review_due(MONDAY, PLAIN, date(2026, 11, 17)) == date(2026, 11, 17)


def test_grace_is_ten_working_days() -> None:
    assert grace_ends(date(2026, 11, 10), PLAIN) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("band", "days"), [(Band.LOW, 90), (Band.MEDIUM, 90), (Band.HIGH, 60), (Band.CRITICAL, 30)]
)
def test_acceptance_runs_at_most(band: Band, days: int) -> None:
    assert latest_expiry(band, MONDAY) == MONDAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("category", "band", "in_a_row", "authority"),
    [
        (RiskCategory.VENDOR, Band.HIGH, 0, Authority.A2),
        (RiskCategory.VENDOR, Band.HIGH, 1, Authority.A2),
        (RiskCategory.VENDOR, Band.HIGH, 2, Authority.A4),
        (RiskCategory.VENDOR, Band.LOW, 5, Authority.A4),
        (RiskCategory.VENDOR, Band.CRITICAL, 0, Authority.A4),
        (RiskCategory.ENVR_INCREASE, Band.MEDIUM, 0, Authority.A3),
        (RiskCategory.CHILD_SAFETY, Band.LOW, 0, Authority.A4),
    ],
)
def test_accepting_takes_authority(
    category: RiskCategory, band: Band, in_a_row: int, authority: Authority
) -> None:
    assert authority_to_accept(DEFAULT_APPETITE.rules[category], band, in_a_row) is authority


LATER = NOW + timedelta(days=30)
SOONER = NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("expires_at", "bands", "end", "why"),
    [
        (LATER, BandTimeline(Band.HIGH), LATER, AcceptanceEnd.EXPIRED),
        (LATER, BandTimeline(Band.LOW), LATER, AcceptanceEnd.EXPIRED),
        (LATER, BandTimeline(Band.CRITICAL), NOW, AcceptanceEnd.WORSENED),
        (LATER, BandTimeline(Band.HIGH, SOONER, Band.CRITICAL), SOONER, AcceptanceEnd.WORSENED),
        (LATER, BandTimeline(Band.LOW, SOONER, Band.HIGH), LATER, AcceptanceEnd.EXPIRED),
        (SOONER, BandTimeline(Band.LOW, LATER, Band.CRITICAL), SOONER, AcceptanceEnd.EXPIRED),
        (LATER, BandTimeline(Band.LOW, LATER, Band.CRITICAL), LATER, AcceptanceEnd.EXPIRED),
        # The override lapsed before this write, so the computed band counts already.
        (LATER, BandTimeline(Band.LOW, NOW, Band.CRITICAL), NOW, AcceptanceEnd.WORSENED),
        (NOW, BandTimeline(Band.CRITICAL), NOW, AcceptanceEnd.EXPIRED),
    ],
)
def test_acceptance_ends_by_itself(
    expires_at: datetime, bands: BandTimeline, end: datetime, why: AcceptanceEnd
) -> None:
    assert acceptance_end(Band.HIGH, expires_at, bands, NOW) == (end, why)


@pytest.mark.parametrize("recorded", RiskStatus)
def test_only_accepted_and_monitoring_stop_holding(recorded: RiskStatus) -> None:
    ends = recorded in (RiskStatus.ACCEPTED, RiskStatus.MONITORING)
    assert reads_as(recorded, NOW, NOW - timedelta(microseconds=1)) is recorded
    assert reads_as(recorded, NOW, NOW) is (RiskStatus.ASSESSED if ends else recorded)
    assert reads_as(recorded, FAR, NOW) is recorded


FIRST, LATE, LATEST = date(2026, 11, 20), date(2026, 11, 27), date(2026, 12, 4)


def test_date_moves_freely_before_approval() -> None:
    due = moved_due(MitigationStatus.PROPOSED, Due(FIRST), LATE)
    assert due == Due(LATE)
    assert approved_due(due) == Due(LATE, LATE, 0)


def test_slips_are_counted_and_the_original_kept() -> None:
    due = approved_due(Due(FIRST))
    once = moved_due(MitigationStatus.APPROVED, due, LATE)
    assert once == Due(LATE, FIRST, 1)
    twice = moved_due(MitigationStatus.BLOCKED, once, LATEST)
    assert twice == Due(LATEST, FIRST, 2)
    assert moved_due(MitigationStatus.IN_PROGRESS, twice, LATE) == Due(LATE, FIRST, 2)


def test_imported_action_without_an_original_gets_one() -> None:
    assert moved_due(MitigationStatus.IN_PROGRESS, Due(FIRST), LATE) == Due(LATE, FIRST, 1)
    assert moved_due(MitigationStatus.IN_PROGRESS, Due(None), LATE) == Due(LATE, None, 0)
