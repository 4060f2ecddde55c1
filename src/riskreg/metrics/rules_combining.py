"""One value of several series: pooled, added, or weighted by shares (domain/glossary.md 3.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from riskreg.metrics.rules import RATIOS, MetricKind
from riskreg.metrics.rules_windows import (
    Estimate,
    MetricFacts,
    Window,
    WindowMethod,
    WindowReason,
    around,
    nothing,
    ratio,
    told,
)
from riskreg.quant.intervals import stratified as weighted_shares

ENOUGH_WEIGHT = 0.8
"""The share of the weights that must be observed for a stratified value to be told."""


def combine(
    windows: Mapping[str, Window],
    weights: Mapping[str, float] | None,
    metric: MetricFacts,
    *,
    min_sample: float = 0,
) -> Window:
    """One window of those of several strata, by their names: weighted, or pooled without weights.

    All are of the same days, and made with no `min_sample` of their own.
    """
    if weights is None:
        return pooled(list(windows.values()), metric, min_sample=min_sample)
    return stratified(windows, weights, metric, min_sample=min_sample)


def pooled(windows: Sequence[Window], metric: MetricFacts, *, min_sample: float = 0) -> Window:
    """Several series as one: sums over sums, counts added, other values averaged.

    Series of which nothing is known are left out.
    """
    known = [one for one in windows if one.value is not None]
    if not known:
        return _blank(windows, WindowReason.NO_DATA)
    if metric.kind is MetricKind.COUNT:
        made = _weighted(known, [1.0] * len(known), WindowMethod.ADDED)
    elif metric.kind in RATIOS and _samples(known) is not None:
        made = _pooled_ratio(known, metric)
    else:
        made = _weighted(known, [1 / len(known)] * len(known), WindowMethod.MEAN_OF_VALUES)
    return _told(made, windows, min_sample)


def added(parts: Mapping[str, Window], metric: MetricFacts, *, min_sample: float = 0) -> Window:
    """The sum of shares of one whole: each view counts in one policy area at most.

    Areas judged on the same sample share its size, so their counts add and the size stays. A part
    of which nothing is known leaves nothing to say of the sum: it is named in `missing`.
    """
    windows = list(parts.values())
    missing = [name for name, part in parts.items() if part.value is None]
    if missing:
        known = len(missing) < len(parts)
        reason = WindowReason.MISSING_STRATA if known else WindowReason.NO_DATA
        return _blank(windows, reason, missing)
    sizes = {one.denominator for one in windows}
    counted = all(one.numerator is not None for one in windows)
    if len(sizes) == 1 and counted and len({one.sample_size for one in windows}) == 1:
        above = sum(one.numerator or 0.0 for one in windows)
        made = ratio(metric, (above, windows[0].denominator or 0.0), windows[0].sample_size or 0.0)
    else:
        made = _weighted(windows, [1.0] * len(windows), WindowMethod.ADDED)
        sizes_known = _samples(windows) is not None
        least = min(one.sample_size or 0.0 for one in windows) if sizes_known else None
        made = replace(made, sample=least)
    return _told(replace(made, method=WindowMethod.ADDED), windows, min_sample)


def stratified(
    windows: Mapping[str, Window],
    weights: Mapping[str, float],
    metric: MetricFacts,
    *,
    min_sample: float = 0,
) -> Window:
    """The sum of weight times value, with the error of the sum of squares of weight times error.

    Strata of which nothing is known are left out and named in `missing`; the others then weigh
    for them, as long as they carry 80 % of the weight: below, there is no value.
    """
    missing = sorted(name for name in weights if not _is_known(windows.get(name)))
    seen = {name: one for name, one in windows.items() if _is_known(one) and weights.get(name)}
    there = sum(weights[name] for name in seen)
    given = list(windows.values())
    if not seen:
        return _blank(given, WindowReason.NO_DATA, missing)
    if there < ENOUGH_WEIGHT * sum(weights.values()):
        return _blank(given, WindowReason.MISSING_STRATA, missing)
    known, shares = list(seen.values()), [weights[name] / there for name in seen]
    made = _weighted(known, shares, WindowMethod.STRATIFIED)
    if metric.kind is MetricKind.PROPORTION and all(one.numerator is not None for one in known):
        made = _of_counts(made, known, shares, metric)
    return _told(made, given, min_sample, missing)


def _is_known(window: Window | None) -> bool:
    return window is not None and window.value is not None


def _samples(known: Sequence[Window]) -> float | None:
    sizes = [one.sample_size for one in known if one.sample_size is not None]
    return sum(sizes) if len(sizes) == len(known) else None


def _pooled_ratio(known: Sequence[Window], metric: MetricFacts) -> Estimate:
    """A sum over a sum of what was counted; estimates are weighted by their samples."""
    sample = _samples(known) or 0.0
    counted = all(one.numerator is not None for one in known)
    above = sum(one.numerator or 0.0 for one in known)
    below = sum(one.denominator or 0.0 for one in known)
    if counted and metric.kind is not MetricKind.MEAN:
        return ratio(metric, (above, below), sample)
    sizes = [one.denominator if counted else one.sample_size for one in known]
    total = sum(size or 0.0 for size in sizes)
    shares = [(size or 0.0) / total for size in sizes]
    made = _weighted(known, shares, WindowMethod.SUM_OVER_SUM)
    return replace(made, counts=(above, below) if counted else None)


def _weighted(known: Sequence[Window], shares: Sequence[float], method: WindowMethod) -> Estimate:
    """The sum of shares of values of independent samples."""
    value = sum(share * (one.value or 0.0) for share, one in zip(shares, known, strict=True))
    errors = [one.standard_error for one in known if one.standard_error is not None]
    error = None
    if len(errors) == len(known):
        error = math.hypot(*(share * one for share, one in zip(shares, errors, strict=True)))
    bounds = around(value, error)
    if bounds is not None and all((one.low or 0.0) >= 0 for one in known):
        bounds = (max(0.0, bounds[0]), bounds[1])
    return Estimate(value, error, bounds, None, _samples(known), method)


def _of_counts(
    made: Estimate, known: Sequence[Window], shares: Sequence[float], metric: MetricFacts
) -> Estimate:
    """The same with the interval of shares that were counted, which knows how near 0 they are."""
    sizes = [one.sample_size or 0.0 for one in known]
    values = [min((one.value or 0.0) / metric.scale, 1.0) for one in known]
    found = weighted_shares(shares, [p * n for p, n in zip(values, sizes, strict=True)], sizes)
    bounds = (metric.scale * found.low, metric.scale * found.high)
    return replace(made, error=metric.scale * found.standard_error, bounds=bounds)


def _told(
    made: Estimate, windows: Sequence[Window], min_sample: float, missing: Sequence[str] = ()
) -> Window:
    days = (windows[0].first, windows[0].last)
    return replace(told(made, days, _seen(windows), min_sample), missing=tuple(missing))


def _blank(windows: Sequence[Window], reason: WindowReason, missing: Sequence[str] = ()) -> Window:
    empty = nothing((windows[0].first, windows[0].last), _seen(windows)[1], reason)
    return replace(empty, periods=_seen(windows)[0], missing=tuple(missing))


def _seen(windows: Sequence[Window]) -> tuple[int, int]:
    return sum(one.periods for one in windows), sum(one.expected for one in windows)
