"""Quiet series stay quiet, and what the demo plants is found (demo.md 5.3 and 5.6 to 5.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.random import Generator

from riskreg.quant.detect import (
    Chart,
    Direction,
    Kind,
    Levels,
    Rule,
    Rules,
    Samples,
    chart_levels,
    chart_ratio,
    weekly,
)
from tests.quant.planted import (
    DAYS,
    MARKETS,
    MONDAY,
    POLICIES,
    D,
    Effect,
    Floats,
    envr,
    found,
    gold,
    judged,
    nothing,
    ramp,
    step,
    volumes,
    wandering,
    weeks_alerting,
)

WEEKLY, DAILY = Rules.weekly(), Rules.daily()
WATCHING = Rules.weekly(watch=Direction.UP, limit=2.5)
SEEDS = range(60)
UP, DOWN = Direction.UP, Direction.DOWN


def envr_chart(seed: int, bps: float, effect: Effect, rules: Rules) -> Chart:
    samples = envr(np.random.default_rng(seed), bps, effect)
    return chart_ratio(weekly(samples), rules, Kind.RATE)


def gold_chart(seed: int, effect: Effect, rules: Rules = DAILY) -> Chart:
    return chart_ratio(gold(np.random.default_rng(seed), effect), rules, Kind.PROPORTION)


def share_alerting(charts: Iterable[Chart], newest: int = 0) -> float:
    alerting, weeks = np.array([weeks_alerting(chart, newest) for chart in charts]).sum(axis=0)
    return float(alerting / weeks)


@pytest.mark.parametrize("rules", [WEEKLY, WATCHING])
def test_quiet_envr_alerts_within_the_budget(rules: Rules) -> None:
    rates = [base * market for base in POLICIES for market in MARKETS]
    charts = [
        envr_chart(1000 * seed + at, rate, nothing, rules)
        for seed in range(4)
        for at, rate in enumerate(rates)
    ]
    assert len(charts) == 4 * 108
    assert share_alerting(charts, newest=12) <= 0.02
    assert share_alerting(charts) <= 0.01


def quiet_envr_of_a_day(rng: Generator) -> Chart:
    return chart_ratio(envr(rng, 0.5), DAILY, Kind.RATE)


def quiet_gold(rng: Generator) -> Chart:
    return chart_ratio(gold(rng), DAILY, Kind.PROPORTION)


def quiet_audits(rng: Generator) -> Chart:
    return chart_ratio(gold(rng, n=120, p=0.95), DAILY, Kind.PROPORTION)


def quiet_volumes(rng: Generator) -> Chart:
    return chart_levels(volumes(rng), DAILY)


def quiet_handling(rng: Generator) -> Chart:
    """Seconds an item that wander: one day is half like the day before."""
    seconds = 42 * (1 + wandering(rng, DAYS, 0.5, 0.03))
    return chart_levels(Levels(MONDAY + np.arange(DAYS), seconds), DAILY)


@pytest.mark.parametrize(
    "quiet", [quiet_envr_of_a_day, quiet_gold, quiet_audits, quiet_volumes, quiet_handling]
)
def test_quiet_days_alert_within_the_budget(quiet: Callable[[Generator], Chart]) -> None:
    assert share_alerting(quiet(np.random.default_rng(seed)) for seed in range(40)) <= 0.02


def expansion(day: Floats) -> Floats:
    """EV-3: .90 to stay and .50 that halves every 21 days; .40 less from the retraining on."""
    halving = np.where(day >= -210, 0.5 * 0.5 ** (np.maximum(day + 210, 0) / 21), 0)
    return step(-210, -1, 0.9)(day) + halving - step(-120, -1, 0.4)(day)


@dataclass(frozen=True)
class Planted:
    """An effect on a series of so many bps, and the days from D in which it may be found."""

    bps: float
    effect: Effect
    since: int
    until: int


EV_1 = Planted(1.6 * 1.25, step(-317, -303, 1.4), -320, -295)  # HATE in ar-SA
EV_3 = Planted(2.4, expansion, -210, -180)  # MS in a market like en-US
EV_7 = Planted(1.7 * 1.1, ramp(-75, 0.012), -75, -1)  # FRAUD in vi-VN


def days_found(planted: Planted, rules: Rules) -> list[int | None]:
    charts = [envr_chart(seed, planted.bps, planted.effect, rules) for seed in SEEDS]
    return [found(chart, UP, planted.since, planted.until) for chart in charts]


@pytest.mark.parametrize(
    ("planted", "rules", "at_least"),
    [
        (EV_1, WEEKLY, 0.9),
        (EV_1, WATCHING, 0.95),
        (EV_3, WEEKLY, 0.99),
        (EV_7, WEEKLY, 0.7),
        (EV_7, WATCHING, 0.9),
    ],
)
def test_planted_envr_is_found(planted: Planted, rules: Rules, at_least: float) -> None:
    days = days_found(planted, rules)
    assert sum(day is not None for day in days) >= at_least * len(SEEDS)


def test_slow_ramp_is_found_weeks_before_d() -> None:
    days = [0 if day is None else day for day in days_found(EV_7, WATCHING)]
    assert np.median(days) <= -19  # demo.md: first at D-26 in one draw


@pytest.mark.parametrize(
    ("effect", "since", "until"),
    [
        (step(-320, -303, -0.045), -320, -303),  # EV-1
        (step(-210, -197, -0.03), -210, -190),  # EV-3, before it recovers
        (step(-128, -118, -0.06), -128, -118),  # EV-5
    ],
)
def test_planted_gold_is_found_each_time(effect: Effect, since: int, until: int) -> None:
    days = [found(gold_chart(seed, effect), DOWN, since, until) for seed in SEEDS]
    assert None not in days


def test_outage_of_two_days_is_one_episode() -> None:
    for seed in SEEDS:
        chart = chart_levels(volumes(np.random.default_rng(seed), step(-270, -269, -0.55)), DAILY)
        assert found(chart, DOWN, -270, -268) == -270


def flags(rule: Rule) -> tuple[float, float, float]:
    """False flags a 100 days, share of 2 pp drops found in 14 days, median delay of 4.5 pp."""
    rules = replace(DAILY, alarms=frozenset({rule}))
    quiet = [gold_chart(seed, nothing, rules) for seed in SEEDS]
    false = sum(point.alarm is not None for chart in quiet for point in chart.points)
    delays = []
    for drop in (-0.02, -0.045):
        charts = [gold_chart(seed, step(-100, -1, drop), rules) for seed in SEEDS]
        delays.append([first_flag(chart, D - 100) for chart in charts])
    in_time = sum(delay < 14 for delay in delays[0]) / len(SEEDS)
    return (
        100 * false / sum(len(judged(chart)) for chart in quiet),
        in_time,
        float(np.median(delays[1])),
    )


def first_flag(chart: Chart, since: int) -> int:
    days = [one.day for one in chart.points if one.alarm and one.direction is DOWN]
    return next((day - since for day in days if day >= since), DAYS)


def test_flags_on_gold_are_those_of_the_glossary() -> None:
    # glossary.md 3.6.7: EWMA .48 false, 95 % in 14 days, 1 day; a plain p-chart .69, 81 %, 0 days.
    false, in_time, delay = flags(Rule.EWMA)
    assert false <= 0.6
    assert in_time >= 0.93
    assert delay <= 1
    false, in_time, delay = flags(Rule.POINT)
    assert false <= 0.69
    assert in_time >= 0.64
    assert delay == 0


def test_large_samples_do_not_turn_ordinary_days_into_alarms() -> None:
    # analytics.md: at 1 M views and 3 % from day to day a plain p-chart flags 16.3 % of the days.
    rng = np.random.default_rng(5)
    days, views, rate = 4000, 1e6, 40e-4
    counts = rng.binomial(int(views), rate * np.exp(rng.normal(0, 0.03, days))).astype(float)
    plain = np.abs(counts / views - rate) / np.sqrt(rate * (1 - rate) / views) > 3
    assert float(plain.mean()) == pytest.approx(0.163, abs=0.02)
    samples = Samples(MONDAY + np.arange(days), counts, np.full(days, views))
    chart = chart_ratio(samples, replace(DAILY, alarms=frozenset({Rule.POINT})), Kind.PROPORTION)
    assert sum(point.alarm is not None for point in chart.points) / days <= 0.005
