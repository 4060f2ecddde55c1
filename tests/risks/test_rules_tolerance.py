"""Appetite and tolerance: the table, and the stories of the demo one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from riskreg.kit.clock import calendar, end_of
from riskreg.people.rules import Authority
from riskreg.risks.rules import FAR, AppetiteStatus, Band, RiskCategory, RiskStatus
from riskreg.risks.rules_deadlines import grace_ends
from riskreg.risks.rules_tolerance import (
    DEFAULT_APPETITE,
    NOWHERE,
    Accepted,
    AppetiteTable,
    BandTimeline,
    Standing,
    ToleranceDates,
    ToleranceRule,
    appetite_status,
    counts,
    days_above,
    days_out,
    in_force,
    status_at,
    tolerance_dates,
)

IN, TOLERATED, OUT = (
    AppetiteStatus.WITHIN_APPETITE,
    AppetiteStatus.WITHIN_TOLERANCE,
    AppetiteStatus.OUT_OF_TOLERANCE,
)
D = datetime(2026, 11, 16, 1, tzinfo=UTC)
"""The morning of the demo's Monday, 2026-11-16, in Singapore."""


def days(count: float) -> datetime:
    return D + timedelta(days=count)


def always(band: Band) -> BandTimeline:
    return BandTimeline(band)


def rule_of(category: RiskCategory) -> ToleranceRule:
    return DEFAULT_APPETITE.rules[category]


@pytest.mark.parametrize(
    ("names", "appetite", "tolerance", "limit", "authority"),
    [
        ("CHILD_SAFETY WELLBEING REGULATORY", "LOW", "MEDIUM", 14, "A4"),
        ("ENVR_INCREASE OVER_ENFORCEMENT POLICY_AMBIGUITY", "MEDIUM", "HIGH", 30, "A3"),
        (
            "LABEL_QUALITY GUIDELINE_TRANSLATION VENDOR WORKFORCE_CAPACITY CHANGE_COLLISION",
            "MEDIUM",
            "HIGH",
            45,
            "A2",
        ),
        ("DELIVERY_SLA TOOLING_DATA MODEL_DEPENDENCY REPUTATION", "MEDIUM", "HIGH", 60, "A2"),
    ],
)
def test_default_table(
    *, names: str, appetite: str, tolerance: str, limit: int, authority: str
) -> None:
    for name in names.split():
        assert rule_of(RiskCategory(name)) == ToleranceRule(
            Band(appetite), Band(tolerance), limit, Authority(authority)
        )


def test_table_without_a_category_is_refused() -> None:
    rules = {RiskCategory.VENDOR: rule_of(RiskCategory.VENDOR)}
    with pytest.raises(ValueError, match="missing: CHILD_SAFETY, ENVR_INCREASE"):
        AppetiteTable(date(2026, 1, 1), rules)


@pytest.mark.parametrize(
    ("appetite", "tolerance", "limit"),
    [
        (Band.HIGH, Band.MEDIUM, 10),
        (Band.LOW, Band.CRITICAL, 10),
        (Band.LOW, Band.MEDIUM, 0),
    ],
)
def test_rule_that_contradicts_itself_is_refused(
    appetite: Band, tolerance: Band, limit: int
) -> None:
    with pytest.raises(ValueError, match=r"never within tolerance|at least a day"):
        ToleranceRule(appetite, tolerance, limit, Authority.A2)


def test_latest_table_that_has_begun_is_in_force() -> None:
    later = AppetiteTable(date(2026, 6, 1), DEFAULT_APPETITE.rules)
    tables = [later, DEFAULT_APPETITE]
    assert in_force(tables, date(2026, 5, 31)) is DEFAULT_APPETITE
    assert in_force(tables, date(2026, 6, 1)) is later
    with pytest.raises(ValueError, match="no appetite table is valid on 2019-12-31"):
        in_force(tables, date(2019, 12, 31))


def test_within_appetite_for_good_has_no_dates() -> None:
    standing = Standing(rule_of(RiskCategory.VENDOR), always(Band.MEDIUM))
    assert tolerance_dates(standing, D) is NOWHERE
    assert status_at(NOWHERE, D) is IN
    assert days_out(NOWHERE, D) is None
    assert days_above(NOWHERE, D) is None


@pytest.mark.parametrize(
    ("category", "band", "since"),
    [
        (RiskCategory.ENVR_INCREASE, Band.CRITICAL, 26),
        (RiskCategory.CHILD_SAFETY, Band.HIGH, 5),  # HIGH is above the tolerance of MEDIUM
        (RiskCategory.ENVR_INCREASE, Band.CRITICAL, 4),
    ],
)
def test_band_above_tolerance_is_out_at_once(
    category: RiskCategory, band: Band, since: int
) -> None:
    standing = Standing(rule_of(category), always(band), plan_until=days(20), grace_until=days(3))
    dates = tolerance_dates(standing, days(-since))
    assert dates == ToleranceDates(days(-since), FAR, days(-since), FAR)
    assert status_at(dates, D) is OUT
    assert days_out(dates, D) == since


def test_worsening_inside_tolerance_then_out_keeps_both_beginnings() -> None:
    # HIGH with a plan, then CRITICAL four days ago.
    rule = rule_of(RiskCategory.ENVR_INCREASE)
    first = tolerance_dates(Standing(rule, always(Band.HIGH), plan_until=days(10)), days(-12))
    assert status_at(first, days(-4)) is TOLERATED
    second = tolerance_dates(
        Standing(rule, always(Band.CRITICAL), plan_until=days(10)), days(-4), first
    )
    assert second == ToleranceDates(days(-12), FAR, days(-4), FAR)
    third = tolerance_dates(Standing(rule, always(Band.CRITICAL)), days(-1), second)
    assert third == second


def test_days_with_a_plan_end_with_the_limit() -> None:
    # WELLBEING at MEDIUM for 9 of at most 14 days, with a plan.
    standing = Standing(rule_of(RiskCategory.WELLBEING), always(Band.MEDIUM), plan_until=days(60))
    dates = tolerance_dates(standing, days(-9))
    assert dates == ToleranceDates(days(-9), FAR, days(5), FAR)
    assert status_at(dates, D) is TOLERATED
    assert days_above(dates, D) == 9
    assert status_at(dates, days(5) - timedelta(microseconds=1)) is TOLERATED
    assert status_at(dates, days(5)) is OUT


def test_plan_that_falls_late_ends_tolerance_with_no_job_run() -> None:
    standing = Standing(rule_of(RiskCategory.VENDOR), always(Band.HIGH), plan_until=days(3))
    dates = tolerance_dates(standing, D)
    assert status_at(dates, days(2.9)) is TOLERATED
    assert status_at(dates, days(3)) is OUT


def test_new_plan_brings_back_within_tolerance_while_days_are_left() -> None:
    rule = rule_of(RiskCategory.VENDOR)
    late = tolerance_dates(Standing(rule, always(Band.HIGH), plan_until=days(3)), D)
    again = tolerance_dates(Standing(rule, always(Band.HIGH), plan_until=days(90)), days(10), late)
    assert again == ToleranceDates(D, FAR, days(45), FAR)


def test_neither_plan_nor_grace_nor_acceptance_is_out_at_once() -> None:
    dates = tolerance_dates(Standing(rule_of(RiskCategory.VENDOR), always(Band.HIGH)), D)
    assert dates == ToleranceDates(D, FAR, D, FAR)


def test_grace_after_assessment() -> None:
    grace = end_of(grace_ends(date(2026, 11, 10), calendar("SG")))
    standing = Standing(rule_of(RiskCategory.VENDOR), always(Band.HIGH), grace_until=grace)
    dates = tolerance_dates(standing, days(-6))
    assert status_at(dates, D) is TOLERATED
    assert dates.out_from == grace == datetime(2026, 11, 24, 16, tzinfo=UTC)


def test_ended_acceptance_leaves_ten_working_days_to_plan() -> None:
    # A-004 ran out six days ago, on Tuesday; the grace ends on D+8, 24 November.
    last_day = date(2026, 11, 10)
    ended = end_of(last_day)
    accepted = Accepted(days(-40), ended, end_of(grace_ends(last_day, calendar("SG"))))
    standing = Standing(rule_of(RiskCategory.VENDOR), always(Band.HIGH), accepted=(accepted,))
    before = ToleranceDates(days(-50), FAR, days(-45), FAR)
    dates = tolerance_dates(standing, days(-40), before)
    assert [status_at(dates, days(-40)), status_at(dates, ended)] == [TOLERATED, TOLERATED]
    assert status_at(dates, D) is TOLERATED
    assert dates == ToleranceDates(days(-50), FAR, datetime(2026, 11, 24, 16, tzinfo=UTC), FAR)


def test_acceptance_that_somebody_revoked_leaves_no_grace() -> None:
    accepted = Accepted(days(-10), D)
    standing = Standing(rule_of(RiskCategory.VENDOR), always(Band.HIGH), accepted=(accepted,))
    assert tolerance_dates(standing, D).out_from == D


def test_acceptance_stops_the_clock() -> None:
    # 5 of 14 days are used before 30 days of acceptance; 9 are left after it.
    rule = rule_of(RiskCategory.REGULATORY)
    before = tolerance_dates(Standing(rule, always(Band.MEDIUM), plan_until=days(100)), D)
    assert before.out_from == days(14)
    standing = Standing(
        rule,
        always(Band.MEDIUM),
        accepted=(Accepted(days(5), days(35)),),
        plan_until=days(100),
    )
    dates = tolerance_dates(standing, days(5), before)
    assert dates == ToleranceDates(D, FAR, days(44), FAR)


def test_acceptance_gives_no_days_that_are_used_up() -> None:
    rule = rule_of(RiskCategory.REGULATORY)
    before = tolerance_dates(Standing(rule, always(Band.MEDIUM), plan_until=days(99)), D)
    accepted = Accepted(days(20), days(50), days(64))
    standing = Standing(rule, always(Band.MEDIUM), (accepted,), plan_until=days(99))
    dates = tolerance_dates(standing, days(20), before)
    assert dates == ToleranceDates(D, FAR, days(14), FAR)


@pytest.mark.parametrize(
    ("band", "status"),
    [(Band.LOW, IN), (Band.MEDIUM, TOLERATED), (Band.HIGH, OUT), (Band.CRITICAL, OUT)],
)
def test_acceptance_does_not_lift_the_tolerance(band: Band, status: AppetiteStatus) -> None:
    # R-019 would stay outside: HIGH is above the tolerance of its category, whoever accepts it.
    standing = Standing(
        rule_of(RiskCategory.CHILD_SAFETY), always(band), accepted=(Accepted(D, days(30)),)
    )
    assert status_at(tolerance_dates(standing, D), days(1)) is status


def test_override_that_lapses_puts_the_risk_above_appetite_later() -> None:
    bands = BandTimeline(Band.MEDIUM, days(90), Band.CRITICAL)
    dates = tolerance_dates(Standing(rule_of(RiskCategory.ENVR_INCREASE), bands), D)
    assert dates == ToleranceDates(days(90), FAR, days(90), FAR)
    assert status_at(dates, days(89)) is IN
    assert status_at(dates, days(90)) is OUT


def test_override_that_lapses_ends_the_time_above_appetite() -> None:
    bands = BandTimeline(Band.CRITICAL, days(90), Band.LOW)
    dates = tolerance_dates(Standing(rule_of(RiskCategory.ENVR_INCREASE), bands), D)
    assert dates == ToleranceDates(D, days(90), D, days(90))
    assert status_at(dates, days(90)) is IN


def test_two_stretches_outside_are_stored_as_one() -> None:
    # Out on CRITICAL until the override lapses, tolerated on HIGH until the limit, then out again.
    bands = BandTimeline(Band.CRITICAL, days(10), Band.HIGH)
    standing = Standing(rule_of(RiskCategory.ENVR_INCREASE), bands, plan_until=days(99))
    dates = tolerance_dates(standing, D)
    assert dates == ToleranceDates(D, FAR, D, FAR)
    at_the_next_write = tolerance_dates(replace(standing, bands=always(Band.HIGH)), days(11), dates)
    assert at_the_next_write == ToleranceDates(D, FAR, days(30), FAR)


def test_falling_within_appetite_starts_the_count_anew() -> None:
    rule = rule_of(RiskCategory.VENDOR)
    high = Standing(rule, always(Band.HIGH), plan_until=days(99))
    first = tolerance_dates(high, D)
    low = tolerance_dates(Standing(rule, always(Band.LOW)), days(10), first)
    assert low is NOWHERE
    assert tolerance_dates(high, days(20), low).above_from == days(20)


@pytest.mark.parametrize(
    ("status", "shown", "counted"),
    [
        (RiskStatus.DRAFT, AppetiteStatus.NOT_ASSESSED, False),
        (RiskStatus.OPEN, AppetiteStatus.NOT_ASSESSED, False),
        (RiskStatus.REJECTED, AppetiteStatus.NOT_ASSESSED, False),
        (RiskStatus.ASSESSED, OUT, True),
        (RiskStatus.TREATING, OUT, True),
        (RiskStatus.ACCEPTED, OUT, True),
        (RiskStatus.MONITORING, OUT, True),
        (RiskStatus.MATERIALISED, OUT, True),
        (RiskStatus.CLOSED, OUT, False),
    ],
)
def test_status_that_a_risk_shows(
    *, status: RiskStatus, shown: AppetiteStatus, counted: bool
) -> None:
    out = ToleranceDates(D, FAR, D, FAR)
    assert appetite_status(status, out, D) is shown
    assert counts(status) is counted


def test_critical_is_never_within_tolerance() -> None:
    for category in RiskCategory:
        standing = Standing(
            rule_of(category),
            always(Band.CRITICAL),
            accepted=(Accepted(D, days(30)),),
            plan_until=days(30),
            grace_until=days(30),
        )
        dates = tolerance_dates(standing, D)
        assert dates == ToleranceDates(D, FAR, D, FAR)
