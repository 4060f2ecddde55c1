"""What the demo's numbers are drawn from: a source of its own for each series and each sample."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

FIRST_DAY = -425
LAST_DAY = -1
"""The last day whose values have come in by the morning of the demo's today."""
DAYS: Ints = np.arange(FIRST_DAY, LAST_DAY + 1)
"""Every day that the demo measures, counted from its today."""

OVER_DISPERSION = 0.006
"""By how much a share differs from day to day beyond what sampling explains, as a share."""
_LONG = 40
"""After so many days nothing is left of a shock that halves from day to day."""


@dataclass(frozen=True)
class Chance:
    """Numbers that depend on the seed and on what they are of, and on nothing else."""

    seed: str
    as_of: date

    def of(self, metric: str, *scope: object) -> Generator:
        """A source for one series: adding another series never changes it."""
        words = [self.seed, metric, *[str(one) for one in scope]]
        drawn = random.Random("|".join(words))  # noqa: S311 (a story, no secret)
        return np.random.default_rng(drawn.getrandbits(128))

    def weekdays(self, days: Ints) -> Ints:
        """The day of the week of days counted from today, Monday 0."""
        return (days + self.as_of.weekday()) % 7


def wandering(rng: Generator, number: int, likeness: float, spread: float) -> Floats:
    """A series around 0 in which each day is a share `likeness` of the day before, AR(1)."""
    shocks = rng.normal(0, spread * np.sqrt(1 - likeness**2), number + _LONG)
    return np.convolve(shocks, likeness ** np.arange(_LONG + 1), mode="valid")


def part(rng: Generator, share: Floats, sizes: Floats, spread: float = OVER_DISPERSION) -> Floats:
    """How many of `sizes` items are so: binomial, its share shaken from day to day."""
    shaken = np.clip(share + rng.normal(0, spread, len(share)), 0, 1)
    return rng.binomial(sizes.astype(np.int64), shaken).astype(np.float64)


def around(rng: Generator, level: Floats, spread: float) -> Floats:
    """Levels that scatter by a share `spread` from day to day, log-normal."""
    return level * np.exp(rng.normal(0, spread, len(level)))
