"""Detection: run lengths, quiet series, planted effects, time.

    python benchmarks/detection.py [SEEDS]

- run lengths: how long a sum of the chart runs on average before it goes beyond its limit, on
  normal noise, beside the textbook's;
- quiet: the share of series-weeks with an episode open, on series in which nothing was planted
  (SEEDS times 108 of ENVR by policy and market, and 40 of gold accuracy), beside naive rules on the
  same numbers;
- found: how often an effect of the demo is found, and on which day from D in the middle;
- large samples: the share of ordinary days that a plain p-chart and Laney's flag at 1 M views;
- time: a chart and its episodes, for a year of days and of weeks; what the libraries cost to import
  that this does without is seen by `python -X importtime`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskreg.quant.detect import (
    Chart,
    Direction,
    Kind,
    Rule,
    Rules,
    Samples,
    chart_ratio,
    episodes,
    weekly,
)
from riskreg.quant.detect_steps import cusum_step, ewma_spread, ewma_step

sys.path.append(str(Path(__file__).parents[1]))
from tests.quant import planted

Floats = NDArray[np.float64]
SERIES = 20_000
WEEKLY, DAILY = Rules.weekly(), Rules.daily()
WATCHING = Rules.weekly(watch=Direction.UP, limit=2.5)


def run_length(step: Callable[[Floats, Floats], Floats], limit: float, shift: float) -> float:
    """The mean number of points before a sum goes beyond its limit; sums are rows."""
    rng = np.random.default_rng(1)
    sums = np.zeros((2, SERIES))
    points = total = 0
    while sums.shape[1]:
        points += 1
        sums = step(sums, rng.normal(shift, 1, sums.shape[1]))
        out = np.abs(sums).max(axis=0) > limit
        total += points * int(out.sum())
        sums = sums[:, ~out]
    return total / SERIES


def run_lengths() -> None:
    def point(_: Floats, z: Floats) -> Floats:
        return np.stack([z, z])

    def cusum(sums: Floats, z: Floats) -> Floats:
        return np.stack(cusum_step(sums[0], sums[1], z, 0.5))

    def ewma(sums: Floats, z: Floats) -> Floats:
        return np.stack([ewma_step(sums[0], z, 0.2)] * 2)

    print(f"{'run length':34} {'seen':>7} {'textbook':>8}")
    for name, step, limit, shift, textbook in (
        ("point, 3 sigma", point, 3.0, 0, 370.4),
        ("CUSUM .5, 4", cusum, 4.0, 0, 168.0),
        ("CUSUM .5, 4, shifted by 1", cusum, 4.0, 1, 8.4),
        ("CUSUM .5, 5", cusum, 5.0, 0, 465.0),
        ("CUSUM .5, 5, shifted by 1", cusum, 5.0, 1, 10.4),
        ("EWMA .2, 2.962", ewma, 2.962 * ewma_spread(0.2), 0, 500.0),
    ):
        print(f"{name:34} {run_length(step, limit, shift):7.1f} {textbook:8.1f}")


def share(charts: Sequence[Chart], newest: int = 0) -> str:
    counts = np.array([planted.weeks_alerting(chart, newest) for chart in charts]).sum(axis=0)
    return f"{100 * counts[0] / counts[1]:5.2f} %"


def naive(series: Sequence[Samples], least: float) -> str:
    """The share of weeks whose ratio is a tenth off that of the week before."""
    hits = weeks = 0
    for one in series:
        ratio = one.numerators / one.denominators
        change = np.abs(np.diff(ratio)) / ratio[:-1]
        hits, weeks = hits + int((change > least).sum()), weeks + len(change)
    return f"{100 * hits / weeks:5.2f} %"


def quiet(seeds: int) -> None:
    rates = [base * market for base in planted.POLICIES for market in planted.MARKETS]
    envr = [
        weekly(planted.envr(np.random.default_rng(1000 * seed + at), rate))
        for seed in range(seeds)
        for at, rate in enumerate(rates)
    ]
    gold = [planted.gold(np.random.default_rng(seed)) for seed in range(40)]
    print(f"\n{'quiet series-weeks that alert':46} {'all':>7} {'last 12':>7}")
    for name, rules in (("both ways, limit 3", WEEKLY), ("watching UP, limit 2.5", WATCHING)):
        charts = [chart_ratio(one, rules, Kind.RATE) for one in envr]
        print(f"{'ENVR by week, ' + name:46} {share(charts)} {share(charts, 12)}")
    print(f"{'  control: 10 % off the week before':46} {naive(envr, 0.1)}")
    charts = [chart_ratio(one, DAILY, Kind.PROPORTION) for one in gold]
    print(f"{'GOLD_ACC by day':46} {share(charts)} {share(charts, 12)}")
    single = replace(DAILY, open_hits=1, open_window=1)
    charts = [chart_ratio(one, single, Kind.PROPORTION) for one in gold]
    print(f"{'  control: an episode at every alarm':46} {share(charts)} {share(charts, 12)}")


def expansion(day: Floats) -> Floats:
    halving = np.where(day >= -210, 0.5 * 0.5 ** (np.maximum(day + 210, 0) / 21), 0)
    return planted.step(-210, -1, 0.9)(day) + halving - planted.step(-120, -1, 0.4)(day)


def planted_effects() -> None:
    print(f"\n{'planted, 200 seeds':46} {'found':>7} {'median day':>10}")
    for name, bps, effect, since, until in (
        ("EV-1 ENVR +1.4 bps, 15 days", 2.0, planted.step(-317, -303, 1.4), -320, -295),
        ("EV-3 ENVR +.9 bps and .5 that halves", 2.4, expansion, -210, -180),
        ("EV-5 ENVR +.8 bps, 11 days", 1.98, planted.step(-128, -118, 0.8), -130, -105),
        ("EV-7 ENVR +.012 bps a day", 1.87, planted.ramp(-75, 0.012), -75, -1),
    ):
        for mode, rules in (("", WEEKLY), (", watching UP", WATCHING)):
            days = []
            for seed in range(200):
                samples = weekly(planted.envr(np.random.default_rng(seed), bps, effect))
                chart = chart_ratio(samples, rules, Kind.RATE)
                days.append(planted.found(chart, Direction.UP, since, until))
            tell(name + mode, days)
    for name, drop, since, until in (
        ("EV-1 GOLD_ACC -4.5 pp", -0.045, -320, -303),
        ("EV-3 GOLD_ACC -3 pp, 14 days", -0.03, -210, -197),
        ("EV-5 GOLD_ACC -6 pp", -0.06, -128, -118),
    ):
        days = []
        for seed in range(200):
            samples = planted.gold(np.random.default_rng(seed), planted.step(since, until, drop))
            chart = chart_ratio(samples, DAILY, Kind.PROPORTION)
            days.append(planted.found(chart, Direction.DOWN, since, until))
        tell(name, days)


def tell(name: str, days: Sequence[int | None]) -> None:
    seen = [day for day in days if day is not None]
    print(f"{name:46} {100 * len(seen) / len(days):5.1f} % {np.median(seen):10.0f}")


def large_samples() -> None:
    rng = np.random.default_rng(5)
    days, views, rate = 20_000, 1e6, 40e-4
    counts = rng.binomial(int(views), rate * np.exp(rng.normal(0, 0.03, days))).astype(float)
    plain = np.abs(counts / views - rate) / np.sqrt(rate * (1 - rate) / views) > 3
    samples = Samples(planted.MONDAY + np.arange(days), counts, np.full(days, views))
    rules = replace(DAILY, alarms=frozenset({Rule.POINT}))
    chart = chart_ratio(samples, rules, Kind.PROPORTION)
    flagged = sum(point.alarm is not None for point in chart.points) / days
    print(
        f"\n1 M views, 3 % from day to day: plain p-chart flags {100 * plain.mean():.1f} % of days,"
    )
    print(f"Laney's p' {100 * flagged:.2f} %")


def times() -> None:
    print()
    for name, samples, rules, kind in (
        ("365 days", planted.gold(np.random.default_rng(1)), DAILY, Kind.PROPORTION),
        ("52 weeks", weekly(planted.envr(np.random.default_rng(1), 2.0)), WEEKLY, Kind.RATE),
    ):
        length = int(name.split()[0])
        year = Samples(*(one[:length] for one in vars(samples).values()))
        least = min(timed(year, rules, kind) for _ in range(20))
        print(f"chart and episodes of {name}: {1000 * least:.2f} ms")


def timed(samples: Samples, rules: Rules, kind: Kind) -> float:
    started = time.perf_counter()
    episodes(chart_ratio(samples, rules, kind))
    return time.perf_counter() - started


if __name__ == "__main__":
    run_lengths()
    quiet(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    planted_effects()
    large_samples()
    times()
