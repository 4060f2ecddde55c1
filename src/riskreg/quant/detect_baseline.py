"""What a series usually does: learnt from its first points, then followed slowly.

Ratios are standardised by their sampling error and then by Laney's sigma of z (D. B. Laney, Quality
Engineering 14, 2002): with large samples the sampling error is tiny, and a plain p-chart takes the
ordinary difference of two days for a signal. Levels have no sampling error, so all of their spread
comes from the moving ranges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskreg.quant.detect_rules import DayOfWeek, Kind, Rules
from riskreg.quant.detect_samples import Floats
from riskreg.quant.detect_steps import tame

Sample = tuple[int, float, float]
"""Day, numerator, denominator (1 for a level)."""

CLIP = 2.0
"""A judged point teaches the centre as if it stood no further out, in standard deviations."""

_MEAN_RANGE, _MEDIAN_RANGE, _RANGE_LIMIT = 1.128, 0.954, 3.267
"""The mean and the median range of two normal values in standard deviations, and the limit of a
chart of ranges in mean ranges (d2, d4 and D4 of the textbooks)."""
_RANGE_DOUBT = 1.6
"""The standard error of the squared mean range of m values is this share of it over sqrt(m)."""
_OUTLIER = 4.0
_WEEKS = 3
_WEEKDAYS_DIFFER = 4.0
"""The F beyond which days of the week differ: 99.8 % of eight even weeks stay below."""
_MOST_LIKE = 0.95
_RANGE_WORTH = 0.62


@dataclass(slots=True)
class Baseline:
    """What was learnt, older points weighing less; not frozen, since it follows every point.

    The sums are of successes and items; the mean moving range, squares and products are of z in
    units of sampling error.
    """

    kind: Kind
    successes: float
    items: float
    points: float
    range_mean: float
    ranges: float
    squares: float
    products: float
    last: float
    profile: tuple[float, ...]

    spread: float = 1.0
    """Laney's sigma of z, at least 1; of a level its standard deviation."""
    likeness: float = 0.0
    """How alike neighbouring levels are; 0 for ratios."""

    def __post_init__(self) -> None:
        self._weigh()

    def usual(self, day: int) -> float:
        """What the day is measured against, in the unit of the series."""
        return self.successes / self.items + (self.profile[(day - 1) % 7] if self.profile else 0.0)

    def error(self, items: float) -> float:
        """The sampling error of a ratio of so many items, in its unit; 1 for a level."""
        return _error(self.kind, self.successes / self.items, self.items, items)

    def reach(self, limit: float, sigma: float, full: int) -> float:
        """The limit, in standard deviations of z, of a statistic whose own one is `sigma`.

        Of ratios it is the textbook's, and wider while fewer than `full` points were learnt. The
        spread of a level is itself only estimated: its limit grows by the centre's error, and by
        the first term of Student's t over the normal quantile (E. A. Cornish and R. A. Fisher,
        1938), a moving range being worth .62 of a degree of freedom.
        """
        if self.kind is not Kind.LEVEL:
            return limit * math.sqrt(sigma * sigma + max(0.0, 1 / self.points - 1 / full))
        unsure = (1 + self.likeness) / (1 - self.likeness) / self.points
        stretch = 1 + (limit * limit + 1) / (4 * _RANGE_WORTH * self.ranges)
        return limit * stretch * math.sqrt(sigma * sigma + unsure)

    def follow(self, items: float, z: float, memory: float) -> None:
        """Learn from a judged point of so many items that stood z standard deviations out."""
        keep, reach = 1 - 1 / memory, CLIP * self.spread
        out = tame(z) * self.spread
        near, before = _within(out, reach), _within(self.last, reach)
        moved = min(abs(out - self.last), _RANGE_LIMIT * _MEAN_RANGE * self.spread)
        value = self.successes / self.items + near * self.error(items)
        self.successes = keep * self.successes + items * value
        self.items = keep * self.items + items
        self.points = keep * self.points + 1
        self.ranges = keep * self.ranges + 1
        self.range_mean += (moved - self.range_mean) / self.ranges
        self.squares = keep * self.squares + near * near
        self.products = keep * self.products + near * before
        self.last = out
        self._weigh()

    def _weigh(self) -> None:
        sigma = self.range_mean / _MEAN_RANGE
        if self.kind is Kind.LEVEL:
            self.likeness = self._alike()
            sigma /= math.sqrt(1 - self.likeness)
            self.spread = max(sigma, _floor(self.kind, self.successes / self.items))
        else:
            self.spread = _shrunk(sigma, self.ranges)

    def _alike(self) -> float:
        """The lag-1 correlation within 0 and .95, corrected for the bias of a short series.

        F. H. C. Marriott and J. A. Pope, Biometrika 41 (1954).
        """
        if self.squares <= 0:
            return 0.0
        found = self.products / self.squares
        return min(max(found + (1 + 4 * found) / self.points, 0.0), _MOST_LIKE)


def _within(z: float, reach: float) -> float:
    return min(max(z, -reach), reach)


def _shrunk(sigma: float, ranges: float) -> float:
    """Laney's sigma, by what it has beyond 1 as far as that is more than its own error.

    Empirical Bayes: of twelve weeks that vary by sampling alone, half would look over-dispersed.
    """
    beyond = sigma * sigma - 1
    if beyond <= 0:
        return 1.0
    doubt = _RANGE_DOUBT * sigma * sigma / math.sqrt(ranges)
    return math.sqrt(1 + beyond**3 / (beyond**2 + doubt**2))


def learn(
    kind: Kind, rules: Rules, samples: Sequence[Sample], before: Baseline | None = None
) -> Baseline:
    """The baseline of these points, without the few that do not fit the others.

    A declared change moves the level; how a series scatters, and its week, it mostly leaves. So
    the ranges of the baseline before count on, and its week where too few days show a new one.
    """
    days = np.array([day for day, _, _ in samples])
    n = np.array([items for _, _, items in samples])
    rates = np.array([x for _, x, _ in samples]) / n
    profile: tuple[float, ...] = ()
    if rules.day_of_week is DayOfWeek.AUTO and rules.step_days == 1:
        profile = _profile(kind, days, rates, n) or (before.profile if before else ())
    if profile:
        rates -= np.array(profile)[(days - 1) % 7]
    keep = _fitting(kind, rates, n)
    successes, items = float((rates * n)[keep].sum()), float(n[keep].sum())
    z = ((rates - successes / items) / _errors(kind, successes / items, n))[keep]
    ranges = float(len(z) - 1)
    total = float(np.abs(np.diff(z)).sum())
    if before:
        total += before.ranges * before.range_mean
        ranges += before.ranges
    return Baseline(
        kind=kind,
        successes=successes,
        items=items,
        points=float(len(z)),
        range_mean=total / max(ranges, 1.0),
        ranges=ranges,
        squares=float(z @ z),
        products=float(z[1:] @ z[:-1]),
        last=float(z[-1]),
        profile=profile,
    )


def _error(kind: Kind, p: float, total: float, items: float) -> float:
    """The sampling error of a ratio of so many items, where p was found on `total` of them.

    Never 0: where nothing was found half a success counts, so that a series can leave nothing.
    """
    if kind is Kind.LEVEL:
        return 1.0
    least = 0.5 / (total + 1)
    if kind is Kind.RATE:
        return math.sqrt(max(p, least) / items)
    p = min(max(p, least), 1 - least)
    return math.sqrt(p * (1 - p) / items)


def _errors(kind: Kind, p: float, n: Floats) -> Floats:
    total = float(n.sum())
    return np.array([_error(kind, p, total, items) for items in n.tolist()])


def _floor(kind: Kind, level: float) -> float:
    """The least spread: that of sampling, or a thousandth of a level that never moved."""
    return max(abs(level) / 1000, 1e-12) if kind is Kind.LEVEL else 1.0


def _fitting(kind: Kind, rates: Floats, n: Floats) -> NDArray[np.bool_]:
    """Which points fit the others, by medians; all of them where most would not."""
    middle = float(np.median(rates))
    z = (rates - middle) / _errors(kind, middle, n)
    sigma = float(np.median(np.abs(np.diff(z)))) / _MEDIAN_RANGE
    keep = np.abs(z) <= _OUTLIER * max(sigma, _floor(kind, middle))
    return keep if 2 * keep.sum() > len(keep) else np.ones(len(keep), dtype=np.bool_)


def _profile(kind: Kind, days: NDArray[np.int64], rates: Floats, n: Floats) -> tuple[float, ...]:
    """What each day of the week adds, by analysis of variance; empty where they hardly differ.

    The differences are shrunk by 1/F, their share of noise.
    """
    weekday = (days - 1) % 7
    if np.bincount(weekday, minlength=7).min() < _WEEKS:
        return ()
    medians = np.array([np.median(rates[weekday == one]) for one in range(7)])
    level = float(np.median(rates))
    keep = _fitting(kind, rates - medians[weekday] + level, n)
    weekday, rates, n = weekday[keep], rates[keep], n[keep]
    sizes = np.bincount(weekday, n, 7)
    means = np.bincount(weekday, n * rates, 7) / np.maximum(sizes, 1e-300)
    apart = means - float((sizes * means).sum() / sizes.sum())
    between = float((sizes * apart**2).sum()) / 6
    within = float((n * (rates - means[weekday]) ** 2).sum()) / (len(n) - 7)
    if sizes.min() <= 0 or between <= _WEEKDAYS_DIFFER * within:
        return ()
    return tuple((apart * (1 - within / between)).tolist())
