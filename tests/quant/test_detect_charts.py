"""Charts by hand: limits, what teaches, what is not judged, and declared changes."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from riskreg.quant.detect import (
    Chart,
    DayOfWeek,
    Detector,
    Direction,
    Kind,
    Levels,
    Point,
    Rule,
    Rules,
    Samples,
    State,
    chart_levels,
    chart_ratio,
    weekly,
)
from tests.quant.planted import MONDAY, volumes, wandering

SMALL = Rules(step_days=1, baseline=4, relearn=4, memory=100, ewma_lambda=0.2)
FROZEN = replace(SMALL, excluded=((MONDAY + 4, MONDAY + 9999),))
"""Judges, and learns no more after the first four."""
WEEK = replace(SMALL, step_days=7)
SHARE = Kind.PROPORTION


def ratios(*counts: float, n: float = 100.0, start: int = MONDAY, every: int = 1) -> Samples:
    days = start + every * np.arange(len(counts))
    return Samples(days, np.array(counts, dtype=float), np.full(len(counts), n))


def levels(*values: float) -> Levels:
    return Levels(MONDAY + np.arange(len(values)), np.array(values, dtype=float))


def last(chart: Chart) -> Point:
    return chart.points[-1]


def states(chart: Chart) -> str:
    """The first letters of the states, in order."""
    return "".join(point.state[0] for point in chart.points)


def test_point_and_limits_by_hand() -> None:
    # 40 of 400: centre .1, error sqrt(.09/100) = .03; 20 of 100 is 3.33 errors out.
    chart = chart_ratio(ratios(10, 10, 10, 10, 20), SMALL, SHARE)
    point = last(chart)
    assert states(chart) == "LLLLA"
    assert (point.centre, point.lower, point.upper) == pytest.approx((0.1, 0.01, 0.19))
    assert point.z == pytest.approx(10 / 3)
    assert point.ewma == pytest.approx(2 / 3)
    assert point.ewma_high == pytest.approx(3 * math.sqrt(0.2 / 1.8))
    assert point.ewma_low == -(point.ewma_high or 0)
    assert (point.cusum_up, point.cusum_down) == pytest.approx((10 / 3 - 0.5, 0))
    assert (point.alarm, point.direction) == (Rule.POINT, Direction.UP)
    assert point.strength == pytest.approx(10 / 9)


def test_a_rare_rate_varies_as_poisson() -> None:
    # 16 events in 100 000: error 4 events; up by 13 is 3.25 errors.
    chart = chart_ratio(ratios(16, 16, 16, 16, 29, n=100_000), SMALL, Kind.RATE)
    assert last(chart).z == pytest.approx(13 / 4)
    assert last(chart).upper == pytest.approx(28e-5)


def test_a_rate_may_have_more_events_than_items() -> None:
    chart = chart_ratio(ratios(400, 400, 400, 400, 430), SMALL, Kind.RATE)
    assert last(chart).z == pytest.approx(30 / 20)


def test_each_point_is_judged_by_its_own_sample() -> None:
    days = MONDAY + np.arange(6)
    n = np.array([100, 100, 100, 100, 25, 400], dtype=float)
    x = np.array([10, 10, 10, 10, 4, 64], dtype=float)  # twice .16
    chart = chart_ratio(Samples(days, x, n), FROZEN, SHARE)
    assert [point.z for point in chart.points[4:]] == pytest.approx([1.0, 4.0])


def test_over_dispersion_widens_the_limits() -> None:
    # 900 and 1100 of 10 000 in turn: z is 3.33 and -3.33, so Laney's sigma is 6.67 / 1.128.
    rules = replace(SMALL, baseline=56)
    chart = chart_ratio(ratios(*[900, 1100] * 29, n=10_000), rules, SHARE)
    assert chart.segments[0].spread == pytest.approx(6.667 / 1.128, rel=0.04)
    assert states(chart)[56:] == "QQ"


def test_sampling_alone_is_no_over_dispersion() -> None:
    rng = np.random.default_rng(8)
    rules = replace(SMALL, baseline=12)
    spreads = [
        chart_ratio(ratios(*rng.poisson(40, 12), n=210_000), rules, Kind.RATE).segments[0].spread
        for _ in range(300)
    ]
    assert min(spreads) == 1
    assert np.mean(spreads) < 1.05


def test_levels_by_hand() -> None:
    # 10 and 12 in turn: centre 11, moving range 2.
    chart = chart_levels(levels(*[10, 12] * 28, 11), replace(SMALL, baseline=56))
    assert chart.segments[0].centre == pytest.approx(11)
    assert chart.segments[0].spread == pytest.approx(2 / 1.128)
    assert last(chart).z == pytest.approx(0)


def test_a_level_that_never_moved_may_move_by_a_thousandth() -> None:
    chart = chart_levels(levels(*[50.0] * 56, 50.1, 51), replace(SMALL, baseline=56))
    assert chart.segments[0].spread == pytest.approx(0.05)
    assert states(chart)[56:] == "QA"


def test_sums_are_those_of_their_definitions() -> None:
    rng = np.random.default_rng(2)
    counts = rng.binomial(1000, 0.1, 300)
    chart = chart_ratio(
        ratios(*counts, n=1000),
        replace(SMALL, baseline=100, excluded=((MONDAY + 100, MONDAY + 300),)),
        SHARE,
    )
    centre = counts[:100].sum() / 100_000
    spread = chart.segments[0].spread
    z = (counts[100:] / 1000 - centre) / math.sqrt(centre * (1 - centre) / 1000) / spread
    assert [point.z for point in chart.points[100:]] == pytest.approx(z)
    fading = 0.2 * 0.8 ** np.arange(200)
    for at in (0, 1, 57, 199):
        point = chart.points[100 + at]
        assert point.ewma == pytest.approx(float(z[at::-1] @ fading[: at + 1]))
        tails = np.cumsum(z[at::-1] - 0.5)
        assert point.cusum_up == pytest.approx(max(0.0, float(tails.max())))
        tails = np.cumsum(-z[at::-1] - 0.5)
        assert point.cusum_down == pytest.approx(max(0.0, float(tails.max())))


def test_a_small_shift_is_the_ewmas_to_find() -> None:
    # 1.5 errors every day: no single point is out, the EWMA passes 1 on the fifth.
    chart = chart_ratio(ratios(*[100] * 4, *[114.23] * 6, n=1000), FROZEN, SHARE)
    assert states(chart) == "LLLLQQQQAA"
    assert chart.points[8].alarm is Rule.EWMA


def test_cusum_alarms_where_it_is_asked_to() -> None:
    samples = ratios(*[100] * 4, *[114.23] * 7, n=1000)
    asked = replace(FROZEN, alarms=frozenset({Rule.CUSUM}))
    chart = chart_ratio(samples, asked, SHARE)
    assert states(chart) == "LLLLQQQQQAA"  # 1 a day, so beyond 5 on the sixth
    assert last(chart).alarm is Rule.CUSUM


def test_only_the_watched_direction_alarms() -> None:
    up, down = ratios(10, 10, 10, 10, 25), ratios(25, 25, 25, 25, 5)
    rules = replace(SMALL, watch=Direction.UP)
    assert last(chart_ratio(up, rules, SHARE)).alarm is Rule.POINT
    watched = last(chart_ratio(down, rules, SHARE))
    assert (watched.alarm, watched.state, watched.strength) == (None, State.QUIET, 0)
    assert last(chart_ratio(down, SMALL, SHARE)).direction is Direction.DOWN


def test_a_small_sample_neither_alarms_nor_teaches() -> None:
    # demo.md EV-9: a tenth of the sample, and a wild value.
    rules = replace(SMALL, minimum_sample=50)
    detector, spared = Detector(rules, SHARE), Detector(rules, SHARE)
    for day, x, n in [(0, 10, 100), (1, 9, 10), (2, 10, 100), (3, 10, 100), (4, 10, 100)]:
        detector.push(day, x, n)
        if n == 100:
            spared.push(day, x, n)
    detector.push(5, 9, 10)
    odd = last(detector.chart())
    assert (odd.state, odd.value, odd.alarm, odd.z) == (State.INSUFFICIENT, 0.9, None, None)
    assert odd.upper == pytest.approx(0.1 + 9 / math.sqrt(1000))  # wide, as ten items are
    for one in (detector, spared):
        one.push(6, 12, 100)
    assert last(detector.chart()) == last(spared.chart())


def test_a_day_of_nothing_has_no_value() -> None:
    chart = chart_ratio(
        Samples(MONDAY + np.arange(2), np.zeros(2), np.array([0.0, 100.0])), SMALL, SHARE
    )
    assert [point.value for point in chart.points] == [None, 0]
    assert states(chart) == "IL"


def test_absent_days_are_not_zeros() -> None:
    every = chart_ratio(ratios(10, 12, 9, 11, 13, 8), SMALL, SHARE)
    gaps = ratios(10, 12, 9, 11, 13, 8)
    days = MONDAY + np.array([0, 3, 4, 9, 20, 21])
    gapped = chart_ratio(replace(gaps, days=days), SMALL, SHARE)
    assert [replace(point, day=0) for point in gapped.points] == [
        replace(point, day=0) for point in every.points
    ]
    assert [point.day for point in gapped.points] == days.tolist()


def test_one_odd_day_does_not_make_the_baseline() -> None:
    rules = replace(SMALL, baseline=8)
    chart = chart_ratio(ratios(10, 10, 10, 90, 10, 10, 10, 10), rules, SHARE)
    assert chart.segments[0].centre == pytest.approx(0.1)
    assert chart.segments[0].points == 7


def test_an_anomaly_hardly_teaches() -> None:
    # Ten errors out for five days teach no more than two errors a day, a hundredth each.
    chart = chart_ratio(
        ratios(*[1000] * 20, *[1300] * 6, n=10_000), replace(SMALL, baseline=20), SHARE
    )
    moved = (last(chart).centre or 0) - 0.1
    # The spread grows by little meanwhile: a range may teach 3.267 of its means.
    assert 0 < moved < 5 * 2 * 0.003 / 20 * 1.5


def test_slow_drift_is_followed() -> None:
    drifting = levels(*(100 + (-1) ** day + day / 100 for day in range(400)))
    assert chart_levels(drifting, Rules.daily()).segments[0].centre == pytest.approx(100.3, abs=0.1)
    assert last(chart_levels(drifting, Rules.daily())).centre == pytest.approx(103, abs=0.5)


def test_a_declared_change_begins_anew() -> None:
    samples = ratios(*[100] * 10, *[150] * 10, n=1000)
    changed = MONDAY + 10
    assert "A" in states(chart_ratio(samples, SMALL, SHARE))
    chart = chart_ratio(samples, replace(SMALL, declared=(changed,)), SHARE)
    assert states(chart) == "LLLLQQQQQQLLLLQQQQQQ"
    assert [segment.first_day for segment in chart.segments] == [MONDAY, changed]
    assert [segment.centre for segment in chart.segments] == pytest.approx([0.1, 0.15])
    assert chart.points[14].ewma == pytest.approx(0)


def test_what_a_short_baseline_knows_less_its_limits_say() -> None:
    frozen = (MONDAY + 14, MONDAY + 99)
    rules = replace(SMALL, baseline=8, declared=(MONDAY + 10,), excluded=(frozen,))
    chart = chart_ratio(ratios(*[100] * 16, n=1000), rules, SHARE)
    error = 0.003 * math.sqrt(10)
    assert (chart.points[9].upper or 0) - 0.1 == pytest.approx(3 * error)
    wider = math.sqrt(1 + 1 / 4 - 1 / 8)
    assert (chart.points[14].upper or 0) - 0.1 == pytest.approx(3 * error * wider)


def test_a_week_with_a_change_inside_belongs_to_neither_side() -> None:
    samples = ratios(*[100] * 6, 125, *[150] * 6, n=1000, every=7)
    chart = chart_ratio(samples, replace(WEEK, declared=(MONDAY + 6 * 7 + 3,)), SHARE)
    assert states(chart) == "LLLLQQLLLLLQQ"
    assert chart.segments[1].first_day == MONDAY + 7 * 7
    assert chart.segments[1].centre == pytest.approx(0.15)


def test_a_change_on_the_first_day_of_a_week_has_no_week_between() -> None:
    samples = ratios(*[100] * 6, *[150] * 6, n=1000, every=7)
    chart = chart_ratio(samples, replace(WEEK, declared=(MONDAY + 6 * 7,)), SHARE)
    assert states(chart) == "LLLLQQLLLLQQ"


def test_a_change_before_the_series_changes_nothing() -> None:
    samples = ratios(*[100] * 10, n=1000)
    rules = replace(SMALL, baseline=8)
    assert (
        chart_ratio(samples, replace(rules, declared=(MONDAY - 5,)), SHARE).points
        == chart_ratio(samples, rules, SHARE).points
    )


def test_excluded_days_do_not_teach() -> None:
    holiday = (MONDAY + 2, MONDAY + 4)
    samples = ratios(100, 100, 300, 300, 300, 100, 100, 100, n=1000)
    chart = chart_ratio(samples, replace(SMALL, excluded=(holiday,)), SHARE)
    assert chart.segments[0].centre == pytest.approx(0.1)
    assert states(chart) == "LLLLLLLQ"
    later = replace(SMALL, excluded=((MONDAY + 4, MONDAY + 7),))
    spared = chart_ratio(ratios(*[100] * 4, *[110] * 4, 100, n=1000), later, SHARE)
    assert last(spared).centre == pytest.approx(0.1)
    taught = chart_ratio(ratios(*[100] * 4, *[110] * 4, 100, n=1000), SMALL, SHARE)
    assert (last(taught).centre or 0) > 0.1


def test_the_week_is_learnt_and_levels_out() -> None:
    assert date.fromordinal(MONDAY).weekday() == 0
    samples = volumes(np.random.default_rng(4))
    chart = chart_levels(samples, Rules.daily())
    profile = np.array(chart.segments[0].profile)
    # demo.md 5.1: Monday 1.06, Saturday .88, Sunday .84 of 48 000; the mean is .977.
    truth = 48_000 * (np.array([1.06, 1.03, 1.02, 1.01, 1.0, 0.88, 0.84]) - 0.977)
    assert profile == pytest.approx(truth, abs=1500)
    blind = chart_levels(samples, replace(Rules.daily(), day_of_week=DayOfWeek.OFF))
    assert blind.segments[0].profile == ()
    assert blind.segments[0].spread > 1.3 * chart.segments[0].spread


def test_no_week_is_seen_in_noise() -> None:
    rng = np.random.default_rng(6)
    profiles = [
        chart_levels(levels(*rng.normal(100, 5, 56)), Rules.daily()).segments[0].profile
        for _ in range(200)
    ]
    assert sum(bool(profile) for profile in profiles) <= 4


def test_three_weeks_are_needed_to_see_a_week() -> None:
    weekend = [100.0, 101, 99, 100, 101, 60, 61]
    for weeks, seen in ((2, False), (3, True)):
        rules = replace(Rules.daily(), baseline=7 * weeks)
        chart = chart_levels(levels(*weekend * weeks), rules)
        assert bool(chart.segments[0].profile) is seen


def test_a_baseline_without_events_can_be_left() -> None:
    chart = chart_ratio(ratios(0, 0, 0, 0, 0, 6, n=1000), SMALL, Kind.RATE)
    assert states(chart) == "LLLLQA"
    chart = chart_ratio(ratios(*[1000] * 5, 994, n=1000), SMALL, SHARE)
    assert states(chart) == "LLLLQA"


def test_limits_end_where_shares_end() -> None:
    share = last(chart_ratio(ratios(1, 1, 1, 1, 1, n=20), SMALL, SHARE))
    assert (share.lower, (share.upper or 0) < 1) == (0, True)
    assert last(chart_ratio(ratios(19, 19, 19, 19, 19, n=20), SMALL, SHARE)).upper == 1
    assert (last(chart_levels(levels(1, -1, 1, -1, 1), SMALL)).lower or 0) < 0


def test_weeks_are_sums_from_monday_to_sunday() -> None:
    days = MONDAY + np.array([-2, -1, 0, 1, 6, 7, 12])  # Saturday … Saturday
    samples = Samples(
        days, np.array([1, 2, 3, 4, 5, 6, 7.0]), np.array([10, 20, 30, 40, 50, 60, 70.0])
    )
    found = weekly(samples)
    assert found.days.tolist() == [MONDAY - 7, MONDAY]
    assert found.numerators.tolist() == [3, 12]
    assert found.denominators.tolist() == [30, 120]


def test_weeks_of_nothing_are_nothing() -> None:
    empty = ratios()
    assert len(weekly(empty).days) == 0
    assert chart_ratio(empty, SMALL, SHARE) == Chart(SMALL, (), ())


@pytest.mark.parametrize(("x", "n"), [(math.nan, 1), (1, math.inf), (-1, 10), (1, -10), (11, 10)])
def test_what_is_no_share_is_refused(x: float, n: float) -> None:
    detector = Detector(SMALL, SHARE)
    with pytest.raises(ValueError, match=r"finite|below 0|no proportion"):
        detector.push(MONDAY, x, n)
    assert detector.chart().points == ()


def test_days_ascend() -> None:
    detector = Detector(SMALL, SHARE)
    detector.push(MONDAY, 1, 10)
    for day in (MONDAY, MONDAY - 1):
        with pytest.raises(ValueError, match="final"):
            detector.push(day, 2, 10)
    assert [point.value for point in detector.chart().points] == [0.1]
    with pytest.raises(ValueError, match="ascend"):
        Samples(np.array([2, 1]), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="each kind"):
        Levels(np.array([1, 2]), np.ones(3))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"baseline": 3}, "baseline"),
        ({"alarms": frozenset()}, "alarm"),
        ({"declared": (5, 4)}, "ascend"),
    ],
)
def test_rules_that_cannot_judge_are_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **changed)  # type: ignore[arg-type]


def test_how_a_series_scatters_survives_a_declared_change() -> None:
    # 56 points of spread 6.67 / 1.128, then four that do not move: 55 ranges of 58.
    samples = ratios(*[900, 1100] * 28, *[1500] * 6, n=10_000)
    rules = replace(SMALL, baseline=56, declared=(MONDAY + 56,))
    before, after = chart_ratio(samples, rules, SHARE).segments
    assert after.centre == pytest.approx(0.15)
    assert after.spread == pytest.approx(before.spread * 55 / 58, rel=0.02)


def test_levels_that_wander_spread_more_than_their_steps() -> None:
    # An AR(1) of .5 and standard deviation 1 moves by .71 a day; eight weeks tell its spread.
    rng = np.random.default_rng(12)
    rules = replace(Rules.daily(), day_of_week=DayOfWeek.OFF)
    spreads = [
        chart_levels(levels(*wandering(rng, 56, 0.5, 1.0)), rules).segments[0].spread
        for _ in range(400)
    ]
    assert np.mean(spreads) == pytest.approx(1, abs=0.03)
