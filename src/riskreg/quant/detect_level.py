"""The general detector: how odd each point of a series of levels is, whatever the series.

Four things are measured of each point, each in standard deviations of its own long history: how far
the value is out, how much it jumps (a short mean of absolute differences), how little the last
points resemble any earlier stretch (the nearest neighbour among lagged windows, by mean absolute
difference), and how little they resemble the same hours of the last days. Their sum is weighed by
how rare such a sum has been, as the anomaly likelihood of A. Lavin and S. Ahmad (Evaluating
Real-time Anomaly Detection Algorithms, 2015) does with its tail, and only a record scores: after an
alarm the next one must beat it, less as time goes by.

Nothing looks ahead: the scores of a series are those of any longer one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALARM = 0.96
"""A score from here on is an alarm; it served best on half of the Numenta benchmark."""

_DAY = 86_400
_FIRST = 17
_TINY = 1e-9


@dataclass(frozen=True)
class LevelRules:
    """What the detector remembers, in points; the same for every series."""

    history: int = 4000
    """Points that the standard deviations are taken over."""
    least: int = 50
    """Points of history before a measure counts."""
    short: int = 8
    """Points that jumps and resemblance are averaged over."""
    window: int = 64
    """Points that are compared with earlier stretches."""
    reach: int = 1000
    """How many points back such a stretch may lie."""
    day_window: int = 16
    """Points that are compared with the same hours of earlier days."""
    days: int = 7
    floor: float = 0.05
    """No measure's standard deviation counts as less than this share of the values' own."""
    half_life: float = 100.0
    """Points after which a record has lost half its height."""


DEFAULT = LevelRules()


def level_scores(
    values: Floats, timestamps: NDArray[np.int64] | None = None, rules: LevelRules = DEFAULT
) -> Floats:
    """How odd each value is, 0 to 1; most are 0. `ALARM` is where to take notice.

    `timestamps` are in seconds and ascend; without them no day is compared with another. ValueError
    for values that are not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError("a level is a finite number, or its row is absent")
    if timestamps is not None and len(timestamps) != len(values):
        raise ValueError("every value needs its timestamp")
    if len(values) < 2:
        return np.zeros(len(values))
    spread = _history(values, rules.history)[1]
    floor = np.maximum(rules.floor * spread, _TINY)
    jumps = _trailing(np.abs(np.diff(values, prepend=values[0])), rules.short)
    odd = np.abs(_out(values, np.full(len(values), _TINY), rules))
    odd += np.maximum(_out(jumps, floor, rules), 0)
    strange = _nearest(values, rules.window, rules.reach)
    known = np.isfinite(strange)
    strange[known] = _trailing(strange[known], rules.short)
    odd += np.maximum(_out(strange, floor, rules), 0)
    if timestamps is not None:
        odd += np.maximum(_out(_unlike_days(values, timestamps, rules), floor, rules), 0)
    strength = _records(odd * _rarity(odd), rules.half_life)
    return strength / (1 + strength)


def _history(values: Floats, length: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean, standard deviation and number of the points before each, at most `length` of them."""
    moved = values - values[0]  # squares of what is left keep their digits
    sums = np.concatenate(([0.0], np.cumsum(moved)))
    squares = np.concatenate(([0.0], np.cumsum(moved * moved)))
    end = np.arange(len(values))
    start = np.maximum(end - length, 0)
    count = np.maximum(end - start, 1)
    mean = (sums[end] - sums[start]) / count
    variance = (squares[end] - squares[start]) / count - mean * mean
    return mean + values[0], np.sqrt(np.maximum(variance, 0)), end - start


def _out(measure: Floats, floor: Floats, rules: LevelRules) -> Floats:
    """How far each point of a measure is above its own history, in its standard deviations.

    0 where the measure is not known (NaN), or for want of history.
    """
    known, found = np.isfinite(measure), np.zeros(len(measure))
    if known.any():
        measure = measure[known]
        mean, spread, count = _history(measure, rules.history)
        out = (measure - mean) / np.maximum(spread, floor[known])
        found[known] = np.where(count < rules.least, 0.0, out)
    return found


def _trailing(values: Floats, length: int) -> Floats:
    """The mean of each point and those before it, `length` in all."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    end = np.arange(1, len(values) + 1)
    start = np.maximum(end - length, 0)
    found: Floats = (sums[end] - sums[start]) / (end - start)
    return found


def _nearest(values: Floats, window: int, reach: int) -> Floats:
    """The least mean absolute difference of the last `window` points to those at a longer lag.

    NaN where there are none. One lag at a time over the whole series, so that a window costs the
    same whatever its length.
    """
    best = np.full(len(values), np.inf)
    for lag in range(window, min(reach, len(values) - window) + 1):
        sums = np.concatenate(([0.0], np.cumsum(np.abs(values[lag:] - values[:-lag]))))
        ends = best[lag + window - 1 :]
        np.minimum(ends, sums[window:] - sums[:-window], out=ends)
    return np.where(np.isfinite(best), best / window, np.nan)


def _unlike_days(values: Floats, seconds: NDArray[np.int64], rules: LevelRules) -> Floats:
    """The least mean absolute difference of the last points to the same hours of earlier days.

    NaN where no earlier day has them all.
    """
    window, rows = rules.day_window, np.arange(len(values))
    usual = float(np.median(np.diff(seconds[:_FIRST])))
    best = np.full(len(values), np.inf)
    if len(values) < window:
        return np.full(len(values), np.nan)
    for day in range(1, rules.days + 1):
        then = seconds - _DAY * day
        row = np.searchsorted(seconds, then, side="right") - 1
        there = (row >= 0) & (row < rows) & (then - seconds[row] <= usual)
        apart = np.where(there, np.abs(values - values[row]), 0.0)
        sums = np.concatenate(([0.0], np.cumsum(apart)))
        found = np.concatenate(([0], np.cumsum(there)))
        whole = found[window:] - found[:-window] == window
        ends = best[window - 1 :]
        np.minimum(ends, np.where(whole, sums[window:] - sums[:-window], np.inf), out=ends)
    return np.where(np.isfinite(best), best / window, np.nan)


def _rarity(odd: Floats, steps: int = 60, most: int = 1000) -> Floats:
    """How rare each sum has been so far, in powers of ten: 2 where one in a hundred was as odd.

    Counted by steps of a sixtieth of a logarithm.
    """
    places = np.minimum(np.log1p(odd) * steps, most - 1).astype(np.int64).tolist()
    seen = np.zeros(most, dtype=np.int64)
    share = np.empty(len(odd))
    for row, place in enumerate(places):
        share[row] = (seen[place:].sum() + 1) / (row + 1)
        seen[place] += 1
    found: Floats = -np.log10(share)
    return found


def _records(strength: Floats, half_life: float) -> Floats:
    """The strength where it beats what is left of the last record, else 0."""
    fade, record, found = math.exp(-math.log(2) / half_life), 0.0, np.zeros(len(strength))
    for row, one in enumerate(strength.tolist()):
        record *= fade
        if one > record:
            found[row] = record = one
    return found
