"""What a series, or several together, said in a stretch of days (domain/glossary.md 3.6).

Ratios are a sum over a sum, never a mean of daily values. Intervals are at 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from riskreg.metrics.rules import RATIOS, Cadence, MetricKind, next_period
from riskreg.metrics.rules_points import Numbers, Points
from riskreg.quant.intervals import poisson_rate, wilson

Z = 1.959963984540054
"""How many standard errors a 95 % interval reaches to each side."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)
"""Between them is room for the weeks and years around a day."""


class WindowMethod(StrEnum):
    """How the value of a window was made."""

    POINT = "POINT"
    SUM_OVER_SUM = "SUM_OVER_SUM"
    DAILY_MEAN = "DAILY_MEAN"
    MEAN_OF_VALUES = "MEAN_OF_VALUES"
    ADDED = "ADDED"
    STRATIFIED = "STRATIFIED"


class WindowReason(StrEnum):
    """Why a window has no value."""

    NO_DATA = "NO_DATA"
    INSUFFICIENT_SAMPLE = "INSUFFICIENT_SAMPLE"
    MISSING_STRATA = "MISSING_STRATA"


@dataclass(frozen=True)
class MetricFacts:
    """What decides how values add up: the kind, the scale of the unit, how long periods are."""

    kind: MetricKind
    scale: float
    cadence: Cadence = Cadence.DAILY


@dataclass(frozen=True)
class Window:
    """The value of the periods that begin from `first` to `last`, both included.

    Value, bounds and standard error are in the metric's unit. `value` is None where there is
    nothing to say; `reason` then tells why. `periods` of the `expected` ones were observed.
    Numerator and denominator are there where they were counted, not estimated. `missing` names
    the strata that the value leaves out.
    """

    first: date
    last: date
    value: float | None
    low: float | None
    high: float | None
    sample_size: float | None
    numerator: float | None
    denominator: float | None
    standard_error: float | None
    periods: int
    expected: int
    method: WindowMethod
    reason: WindowReason | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A value in the unit with what is known of its error; `counts` are numerator, denominator."""

    value: float
    error: float | None
    bounds: tuple[float, float] | None
    counts: tuple[float, float] | None
    sample: float | None
    method: WindowMethod


def period_starts(first: date, last: date, cadence: Cadence) -> Iterator[date]:
    """The days from `first` to `last` on which periods begin: weeks on Mondays, months on the 1st.

    Both ends are included.
    """
    day = first
    if cadence is Cadence.WEEKLY:
        day += timedelta(days=-first.weekday() % 7)
    elif cadence is Cadence.MONTHLY and first.day > 1:
        day = next_period(first, cadence)
    while day <= last:
        yield day
        day = next_period(day, cadence)


def window(
    points: Points, metric: MetricFacts, first: date, last: date, *, min_sample: float = 0
) -> Window:
    """What one series said in the periods that begin from `first` to `last`, both included.

    What the sender calls suspect is left out. Below `min_sample`, or where that is asked for and
    the sample is unknown, there is no value, but the counts are told.
    """
    found = points.trusted().between(first.toordinal(), last.toordinal())
    expected = sum(1 for _ in period_starts(first, last, metric.cadence))
    if not len(found.days):
        return nothing((first, last), expected, WindowReason.NO_DATA)
    estimate = _estimate(found, metric)
    if len(found.days) == 1:
        estimate = replace(estimate, method=WindowMethod.POINT)
    seen = (len(found.days), max(expected, len(found.days)))
    return told(estimate, (first, last), seen, min_sample)


def nothing(days: tuple[date, date], expected: int, reason: WindowReason) -> Window:
    """A window without a value."""
    return Window(
        first=days[0],
        last=days[1],
        value=None,
        low=None,
        high=None,
        sample_size=None,
        numerator=None,
        denominator=None,
        standard_error=None,
        periods=0,
        expected=expected,
        method=WindowMethod.SUM_OVER_SUM,
        reason=reason,
    )


def told(
    estimate: Estimate, days: tuple[date, date], seen: tuple[int, int], min_sample: float
) -> Window:
    """The window of an estimate: `seen` are the observed and the expected periods.

    Without a value where the sample is smaller than `min_sample`, or is not known and asked for.
    """
    numerator, denominator = estimate.counts or (None, None)
    low, high = estimate.bounds or (None, None)
    full = Window(
        first=days[0],
        last=days[1],
        value=estimate.value,
        low=low,
        high=high,
        sample_size=estimate.sample,
        numerator=numerator,
        denominator=denominator,
        standard_error=estimate.error,
        periods=seen[0],
        expected=seen[1],
        method=estimate.method,
    )
    thin = (estimate.sample or 0) < min_sample or math.isnan(estimate.value)
    return _silent(full, WindowReason.INSUFFICIENT_SAMPLE) if thin else full


def _silent(known: Window, reason: WindowReason) -> Window:
    """The window without a value, and without what would tell it all the same."""
    return replace(known, value=None, low=None, high=None, standard_error=None, reason=reason)


def _estimate(found: Points, metric: MetricFacts) -> Estimate:
    if metric.kind is MetricKind.COUNT:
        return _daily_mean(found, metric.cadence)
    sizes = np.where(np.isnan(found.denominators), found.sample_sizes, found.denominators)
    if metric.kind not in RATIOS or np.isnan(sizes).any():
        return _mean_of_values(found)
    own = ~np.isnan(found.standard_errors)
    if own.all() or (own.any() and metric.kind is not MetricKind.MEAN):
        return _estimated(found, metric, sizes)
    return _counted(found, metric, sizes)


def _counted(found: Points, metric: MetricFacts, sizes: Numbers) -> Estimate:
    """A sum over a sum, of what was counted."""
    above = np.where(np.isnan(found.numerators), found.values / metric.scale * sizes, 0)
    above += np.nan_to_num(found.numerators)
    counts = (float(above.sum()), float(sizes.sum()))
    sample = float(np.where(np.isnan(found.sample_sizes), sizes, found.sample_sizes).sum())
    if metric.kind is MetricKind.MEAN:
        return _scattered(above, sizes, metric.scale, sample)
    return ratio(metric, counts, sample)


def ratio(metric: MetricFacts, counts: tuple[float, float], sample: float) -> Estimate:
    """A proportion with Wilson's interval, or a rate with the exact Poisson one, of counts."""
    scale, (above, below) = metric.scale, counts
    method = WindowMethod.SUM_OVER_SUM
    if below <= 0 or sample <= 0:
        return Estimate(math.nan, None, None, counts, sample, method)
    if metric.kind is MetricKind.PROPORTION:
        found = wilson(min(above / below, 1.0) * sample, sample)
    else:
        found = poisson_rate(above, below)
    bounds = (scale * found.low, scale * found.high)
    return Estimate(
        scale * above / below, scale * found.standard_error, bounds, counts, sample, method
    )


def interval(
    metric: MetricFacts, value: float, counts: tuple[float, float] | None, own: tuple[float, float]
) -> tuple[float, float] | None:
    """The 95 % interval of one observed value in the unit; None where nothing tells its error.

    `counts` are numerator and denominator; `own` are its own standard error and sample size, NaN
    where it has none.
    """
    error, sample = own
    if not math.isnan(error):
        low, high = value - Z * error, value + Z * error
        return (max(0.0, low), high) if metric.kind in _NEVER_NEGATIVE else (low, high)
    if counts is None or metric.kind not in _NEVER_NEGATIVE:
        return None
    return ratio(metric, counts, counts[1] if math.isnan(sample) else sample).bounds


_NEVER_NEGATIVE = frozenset({MetricKind.PROPORTION, MetricKind.RATE})


def _scattered(above: Numbers, below: Numbers, scale: float, sample: float) -> Estimate:
    """A mean as sum over sum; its error is from how the periods scatter around it.

    The linearised variance of a ratio estimator (Cochran, Sampling Techniques, 6.4).
    """
    counts = (float(above.sum()), float(below.sum()))
    method = WindowMethod.SUM_OVER_SUM
    if counts[1] <= 0:
        return Estimate(math.nan, None, None, counts, sample, method)
    mean = counts[0] / counts[1]
    error = _scatter(above - mean * below)
    error = None if error is None else scale * error * len(above) / counts[1]
    return Estimate(scale * mean, error, around(scale * mean, error), counts, sample, method)


def _scatter(apart: Numbers) -> float | None:
    """The standard error of the mean of values whose distances from it are given."""
    number = len(apart)
    return math.sqrt(float(apart @ apart) / (number - 1) / number) if number > 1 else None


def around(value: float, error: float | None) -> tuple[float, float] | None:
    """The 95 % interval of a value with a standard error."""
    return None if error is None else (value - Z * error, value + Z * error)


def _daily_mean(found: Points, cadence: Cadence) -> Estimate:
    """The mean of a day, however many days a period has."""
    days = np.array([_length(int(day), cadence) for day in found.days], dtype=np.float64)
    made = _scattered(found.values, days, 1.0, math.nan)
    sample = None if np.isnan(found.sample_sizes).any() else float(found.sample_sizes.sum())
    return replace(made, counts=None, sample=sample, method=WindowMethod.DAILY_MEAN)


def _length(day: int, cadence: Cadence) -> int:
    return next_period(date.fromordinal(day), cadence).toordinal() - day


def _mean_of_values(found: Points) -> Estimate:
    """A plain mean, which is not the quantile or index of the whole; said by its method.

    It has an error only where every value has one.
    """
    value, number = float(found.values.mean()), len(found.values)
    error: float | None = float(np.sqrt((found.standard_errors**2).sum())) / number
    error = None if np.isnan(found.standard_errors).any() else error
    sample = None if np.isnan(found.sample_sizes).any() else float(found.sample_sizes.sum())
    method = WindowMethod.MEAN_OF_VALUES
    return Estimate(value, error, around(value, error), None, sample, method)


def _estimated(found: Points, metric: MetricFacts, sizes: Numbers) -> Estimate:
    """Estimates that bring their own errors, weighted by their samples."""
    total = float(sizes.sum())
    sample = float(np.where(np.isnan(found.sample_sizes), sizes, found.sample_sizes).sum())
    method = WindowMethod.SUM_OVER_SUM
    if total <= 0:
        return Estimate(math.nan, None, None, None, sample, method)
    value = float(found.values @ sizes) / total
    rate = value / metric.scale
    spread = rate * (1 - rate) if metric.kind is MetricKind.PROPORTION else rate
    counted = metric.scale**2 * spread * sizes  # times the square of the size
    own = (found.standard_errors * sizes) ** 2
    error = math.sqrt(float(np.where(np.isnan(own), counted, own).sum())) / total
    low, high = value - Z * error, value + Z * error
    bounds = (max(0.0, low) if metric.kind in _NEVER_NEGATIVE else low, high)
    return Estimate(value, error, bounds, None, sample, method)
