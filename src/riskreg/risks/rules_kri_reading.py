"""What a KRI reads on a day: one number with its interval and sample, judged by its rule.

Each period that was observed is evaluated once it is told in full. A period that nobody told of is
no evaluation, and one that its sender doubts is none either.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from statistics import NormalDist

import numpy as np

from riskreg.metrics.rules import Cadence
from riskreg.metrics.rules_points import Numbers, Points
from riskreg.metrics.rules_windows import MetricFacts, Window, around, window
from riskreg.risks.rules_kri import KriBasis, KriRule, KriStatus

EWMA_WEIGHT = {Cadence.DAILY: 0.2, Cadence.WEEKLY: 0.3, Cadence.MONTHLY: 0.3}
"""How much the newest value weighs (house/analytics.md)."""
FEWEST_FOR_SLOPE = 4
"""Periods below which the error of a slope cannot be told."""


@dataclass(frozen=True)
class Reading:
    """What was read on a day; in the metric's unit, of RATE_OF_CHANGE in units a day.

    Low and high are the 95 % interval. Without enough of a sample there is no value, and the
    status is INSUFFICIENT_SAMPLE.
    """

    on: date
    status: KriStatus
    value: float | None
    low: float | None
    high: float | None
    sample_size: float | None
    rule: KriRule


@dataclass(frozen=True)
class Spell:
    """Days on which one rule judges: those from `from_on`, before `until_on`."""

    from_on: date
    until_on: date
    rule: KriRule


@dataclass(frozen=True)
class Observed:
    """A series as far as it is known, with what decides how its values add up."""

    points: Points
    metric: MetricFacts
    _alone: dict[int, Window] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days on which there is something to judge, in order."""
        told = self.points.trusted()
        return tuple(date.fromordinal(int(day)) for day in told.days[~told.partial])

    @cached_property
    def trusted(self) -> tuple[int, ...]:
        """The days, as ordinals, of all periods that the sender does not call suspect."""
        return tuple(int(day) for day in self.points.trusted().days)

    def alone(self, day: int) -> Window:
        """What the period that begins on a day says by itself."""
        if day not in self._alone:
            on = date.fromordinal(day)
            self._alone[day] = window(self.points, self.metric, on, on)
        return self._alone[day]


def reading(observed: Observed, rule: KriRule, on: date) -> Reading:
    """What a KRI with this rule reads on a day."""
    value, low, high, sample = _BASES[rule.basis](observed, rule, on)
    if value is None or math.isnan(value) or (sample or 0) < rule.min_sample:
        value = low = high = None
    return Reading(on, rule.judge(value, low, high), value, low, high, sample, rule)


def readings(observed: Observed, spells: Sequence[Spell], since: date) -> tuple[Reading, ...]:
    """The readings of every day from `since` on that a spell judges, in order."""
    return tuple(
        reading(observed, spell.rule, day)
        for spell in spells
        for day in observed.days
        if max(since, spell.from_on) <= day < spell.until_on
    )


def charted(observed: Observed, spells: Sequence[Spell], since: date) -> tuple[Reading, ...]:
    """The readings from a day on, before the first spell as that would have judged them."""
    first, *rest = spells
    begun = replace(first, from_on=min(first.from_on, since))
    return readings(observed, (begun, *rest), since)


def before(
    observed: Observed, spells: Sequence[Spell], since: date, after: date | None
) -> tuple[Reading, ...]:
    """The readings before `since`, and past `after`, that can still count towards a level.

    As many as any rule counts, those without enough of a sample left out.
    """
    found: list[Reading] = []
    wanted = max((spell.rule.persist_n for spell in spells), default=0)
    for spell in reversed(spells):
        for day in reversed(observed.days):
            if len(found) == wanted or (after is not None and day <= after):
                break
            if spell.from_on <= day < min(spell.until_on, since):
                one = reading(observed, spell.rule, day)
                found += [one] if one.status is not KriStatus.INSUFFICIENT_SAMPLE else []
    return tuple(reversed(found))


Read = tuple[float | None, float | None, float | None, float | None]
"""Value, low, high, sample."""
_NOTHING: Read = (None, None, None, None)


def _first(rule: KriRule, on: date) -> date:
    return date.fromordinal(on.toordinal() - rule.window_days + 1)


def _point(observed: Observed, rule: KriRule, on: date) -> Read:
    one = window(observed.points, observed.metric, on, on)
    return one.value, one.low, one.high, one.sample_size


def _window(observed: Observed, rule: KriRule, on: date) -> Read:
    one = window(observed.points, observed.metric, _first(rule, on), on)
    return one.value, one.low, one.high, one.sample_size


def _in_window(
    observed: Observed, rule: KriRule, on: date
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Days, values, errors and samples of the trusted periods of the window; NaN if not known."""
    days = observed.trusted
    first, last = _first(rule, on).toordinal(), on.toordinal()
    part = days[bisect_left(days, first) : bisect_right(days, last)]
    alone = [observed.alone(day) for day in part]
    rows = [
        part,
        [one.value for one in alone],
        [one.standard_error for one in alone],
        [one.sample_size for one in alone],
    ]
    day, value, error, sample = (np.array(row, dtype=np.float64) for row in rows)
    return day, value, error, sample


def _ewma(observed: Observed, rule: KriRule, on: date) -> Read:
    """S. W. Roberts, Technometrics 1 (1959), begun with the first value of the window.

    The sample is that of simple drawing which would have the same variance.
    """
    _, value, error, sample = _in_window(observed, rule, on)
    if not len(value):
        return _NOTHING
    weight = EWMA_WEIGHT[observed.metric.cadence]
    share = weight * (1 - weight) ** np.arange(len(value) - 1, -1, -1, dtype=np.float64)
    share[0] /= weight
    smooth = float(share @ value)
    known = not np.isnan(error).any()
    spread = math.sqrt(float((share * error) @ (share * error))) if known else None
    counted = len(sample) and not np.isnan(sample).any() and bool((sample > 0).all())
    size = 1 / float((share**2 / sample).sum()) if counted else None
    low, high = around(smooth, spread) or (None, None)
    return smooth, low, high, size


def _slope(observed: Observed, rule: KriRule, on: date) -> Read:
    """The least-squares slope a day, weighted by samples where all are known.

    Its interval is Student's with two degrees of freedom fewer than periods.
    """
    day, value, _, sample = _in_window(observed, rule, on)
    known = not np.isnan(sample).any() and bool((sample > 0).all())
    size = float(sample.sum()) if known and len(sample) else None
    if len(value) < FEWEST_FOR_SLOPE or np.isnan(value).any():
        return None, None, None, size
    weight = sample / sample.mean() if known else np.ones_like(value)
    x = day - float(weight @ day) / float(weight.sum())
    apart = float(weight @ (x * x))
    slope = float(weight @ (x * value)) / apart
    rest = value - float(weight @ value) / float(weight.sum()) - slope * x
    freedom = len(value) - 2
    error = math.sqrt(float(weight @ (rest * rest)) / freedom / apart)
    reach = _student(freedom) * error
    return slope, slope - reach, slope + reach, size


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t for 2 degrees of freedom or more, to 1 %.

    Abramowitz and Stegun 26.7.5.
    """
    z = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


_BASES = {
    KriBasis.POINT: _point,
    KriBasis.WINDOW_MEAN: _window,
    KriBasis.CI_BOUND: _window,
    KriBasis.EWMA: _ewma,
    KriBasis.RATE_OF_CHANGE: _slope,
}
