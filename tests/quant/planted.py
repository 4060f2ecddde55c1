"""Series with noise and planted effects, as domain/demo.md 5.1 to 5.3 describes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from riskreg.quant.detect import Chart, Direction, Episode, Levels, Samples, State, episodes

Floats = NDArray[np.float64]
Effect = Callable[[Floats], Floats]
"""What is added on each day, from days counted from D (the day after the last, as in demo.md)."""

MONDAY = 739_194
"""The first day of every series: a Monday."""
DAYS = 425
D = MONDAY + DAYS
BPS = 1e-4
VIEWS = 30_000

# demo.md 5.2: the multipliers of the markets, and the base of the policy areas in bps.
MARKETS = (1.0, 1.15, 1.1, 1.0, 1.25, 0.75, 1.1, 0.9, 0.85, 1.0, 1.0, 1.0)
POLICIES = (2.4, 0.9, 1.6, 2.1, 1.8, 1.5, 2.6, 1.7, 0.6)
DAY_OF_WEEK = np.array([1.06, 1.03, 1.02, 1.01, 1.0, 0.88, 0.84])


def nothing(day: Floats) -> Floats:
    return np.zeros(len(day))


def step(since: int, until: int, size: float) -> Effect:
    """`size` from one day to another, both included, counted from D."""
    return lambda day: np.where((day >= since) & (day <= until), size, 0.0)


def ramp(since: int, a_day: float) -> Effect:
    """`a_day` more every day from one day on."""
    return lambda day: np.maximum(day - since, 0) * a_day


def wandering(rng: Generator, days: int, likeness: float, spread: float) -> Floats:
    """An AR(1) series around 0."""
    shocks = rng.normal(0, spread * np.sqrt(1 - likeness**2), days)
    found = np.empty(days)
    at = rng.normal(0, spread)
    for day in range(days):
        at = found[day] = likeness * at + shocks[day]
    return found


def envr(rng: Generator, bps: float, effect: Effect = nothing) -> Samples:
    """Negative among sampled views: Poisson, AR(1) of 3 %, and less by .035 % of it a day."""
    day = np.arange(DAYS, dtype=np.float64)
    rate = bps * (1 - 0.00035 * day) + effect(day - DAYS)
    found = rng.poisson(VIEWS * BPS * rate * (1 + wandering(rng, DAYS, 0.5, 0.03)))
    return Samples(MONDAY + np.arange(DAYS), found.astype(float), np.full(DAYS, float(VIEWS)))


def gold(rng: Generator, effect: Effect = nothing, n: int = 300, p: float = 0.945) -> Samples:
    """Right among gold items: binomial with .6 pp of over-dispersion."""
    day = np.arange(DAYS, dtype=np.float64) - DAYS
    share = np.clip(p + rng.normal(0, 0.006, DAYS) + effect(day), 0, 1)
    right = rng.binomial(n, share).astype(float)
    return Samples(MONDAY + np.arange(DAYS), right, np.full(DAYS, float(n)))


def volumes(rng: Generator, effect: Effect = nothing) -> Levels:
    """Items a day: the profile of the week, 3 % of noise; the effect is a share."""
    day = np.arange(DAYS)
    share = 1 + effect(day.astype(np.float64) - DAYS)
    noise = np.exp(rng.normal(0, 0.03, DAYS))
    return Levels(MONDAY + day, 48_000 * DAY_OF_WEEK[day % 7] * noise * share)


def judged(chart: Chart) -> list[int]:
    """The days of the points that were judged."""
    return [point.day for point in chart.points if point.state in {State.QUIET, State.ALARM}]


def weeks_alerting(chart: Chart, newest: int = 0) -> tuple[int, int]:
    """Weeks with an episode open, and weeks judged; of the newest ones only if said."""
    weeks = sorted({day // 7 for day in judged(chart)})[-newest:]
    told = episodes(chart)
    return sum(any(_touches(one, week) for one in told) for week in weeks), len(weeks)


def _touches(episode: Episode, week: int) -> bool:
    return episode.first_day // 7 <= week and (episode.open or week <= episode.last_day // 7)


def found(chart: Chart, direction: Direction, since: int, until: int = -1) -> int | None:
    """The day, from D, of the first episode's opening that touches these days; None if missed."""
    for one in episodes(chart):
        if one.direction is direction and one.last_day >= D + since and one.first_day <= D + until:
            return one.first_day - D
    return None
