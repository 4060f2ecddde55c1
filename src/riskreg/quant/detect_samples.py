"""Series as they come to a chart.

Days are proleptic ordinals (`date.toordinal`) that ascend. A day that is absent was not measured;
it is never a zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Samples:
    """A series of ratios: successes (or events) and the items looked at, by day."""

    days: Days
    numerators: Floats
    denominators: Floats

    def __post_init__(self) -> None:
        _check(self.days, self.numerators, self.denominators)


@dataclass(frozen=True)
class Levels:
    """A series of means, volumes or other levels, by day, in any unit."""

    days: Days
    values: Floats

    def __post_init__(self) -> None:
        _check(self.days, self.values)


def _check(days: Days, *others: Floats) -> None:
    if any(len(one) != len(days) for one in others):
        raise ValueError("every day needs one value of each kind")
    if not (np.diff(days) > 0).all():
        raise ValueError("days must ascend, each once")


def weekly(samples: Samples) -> Samples:
    """The same by week, each on its Monday: sums over sums, of the days that are there.

    A last week that has not come to its Sunday is left out.
    """
    if not len(samples.days):
        return samples
    mondays = samples.days - (samples.days - 1) % 7
    weeks, of_week = np.unique(mondays, return_inverse=True)
    ended = weeks + 6 <= samples.days[-1]
    numerators = np.bincount(of_week, samples.numerators)
    denominators = np.bincount(of_week, samples.denominators)
    return Samples(weeks[ended], numerators[ended], denominators[ended])
