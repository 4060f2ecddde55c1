"""How sure a measured share is: intervals, differences, bridges, and the sample one needs.

Everything is in the unit of what goes in: of successes and sizes a proportion (15 bps is .0015),
of events and exposure a rate for each unit of exposure. A variance at zero counts (no success, or
nothing but successes) is never zero: it is that of half a success, see `_variance`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from riskreg.quant.poisson import mean_bounds

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Estimate:
    """A measured value between its bounds, in one unit; `n` is the sample behind it."""

    value: float
    low: float
    high: float
    standard_error: float
    n: float


@dataclass(frozen=True)
class PairedShift:
    """How far the new way of measuring reads above the old one.

    `offset` is new minus old, with its standard error and bounds `low` and `high`, as proportions.
    `factor` is new over old with its bounds; the three are None where one side has no success.
    """

    offset: float
    offset_se: float
    factor: float | None
    factor_low: float | None
    factor_high: float | None
    low: float
    high: float


def _quantile(confidence: float) -> float:
    """The two-sided normal quantile, 1.96 for .95."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
    return _NORMAL.inv_cdf(0.5 + confidence / 2)


def _checked(successes: float, n: float) -> None:
    if not (math.isfinite(n) and n > 0):
        raise ValueError(f"a proportion needs a sample, not {n} items")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes do not fit {n} items")


def _variance(successes: float, n: float) -> float:
    """Of the proportion: p(1-p)/n, with p at least half a success and half a failure of n + 1.

    The floor matters only where nothing, or everything, was counted: there the plain formula
    claims certainty (glossary 3.6.1).
    """
    p = successes / n
    if successes in {0, n}:
        p = (successes + 0.5) / (n + 1)
    return p * (1 - p) / n


def _score_bounds(p: float, n: float, z: float) -> tuple[float, float]:
    """E. B. Wilson, JASA 22 (1927): where the score test of a proportion stops refusing."""
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def wilson(successes: float, n: float, confidence: float = 0.95) -> Estimate:
    """The proportion of successes with its Wilson interval; ValueError for an empty sample."""
    _checked(successes, n)
    p = successes / n
    low, high = _score_bounds(p, n, _quantile(confidence))
    # The formula ends on 0 and 1 there but for rounding.
    low, high = (0.0 if successes == 0 else low), (1.0 if successes == n else high)
    return Estimate(p, low, high, math.sqrt(_variance(successes, n)), n)


def poisson_rate(events: float, exposure: float, confidence: float = 0.95) -> Estimate:
    """Events for each unit of exposure with the exact interval (F. Garwood, Biometrika 28, 1936).

    `n` is the exposure. The standard error takes at least half an event.
    """
    if not (math.isfinite(exposure) and exposure > 0):
        raise ValueError(f"a rate needs an exposure, not {exposure}")
    if not (math.isfinite(events) and events >= 0):
        raise ValueError(f"{events} events cannot be counted")
    _quantile(confidence)
    low, high = mean_bounds(events, confidence)
    error = math.sqrt(max(events, 0.5)) / exposure
    return Estimate(events / exposure, low / exposure, high / exposure, error, exposure)


def stratified(
    weights: Sequence[float],
    successes: Sequence[float],
    sizes: Sequence[float],
    confidence: float = 0.95,
) -> Estimate:
    """The weighted proportion sum W p with its error, sqrt(sum W^2 p(1-p)/n) (glossary 3.6.1).

    Weights are normalised to sum 1; `n` is the sum of sizes. A stratum without a success or
    without a failure takes the variance of half a one. The interval is Wilson's at the sample of
    simple drawing that would have the same variance, as E. L. Korn and B. I. Graubard (1998) do
    for surveys: with one stratum it is `wilson`. ValueError names the strata that hold nothing.
    """
    if not len(weights) == len(successes) == len(sizes) or not len(weights):
        raise ValueError("weights, successes and sizes are of the same strata, at least one")
    empty = [str(at) for at, size in enumerate(sizes) if not size > 0]
    if empty:
        raise ValueError(f"nothing was sampled in strata {', '.join(empty)}")
    for one, size in zip(successes, sizes, strict=True):
        _checked(one, size)
    total = math.fsum(weights)
    if min(weights) < 0 or not (math.isfinite(total) and total > 0):
        raise ValueError("weights are shares: none below 0, not all of them 0")
    w = np.asarray(weights, dtype=np.float64) / total
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    value = min(float(w @ (x / n)), 1.0)
    floored = np.where((x == 0) | (x == n), (x + 0.5) / (n + 1), x / n)
    variance = float(w**2 @ (floored * (1 - floored) / n))
    mean = float(w @ floored)
    low, high = _score_bounds(value, mean * (1 - mean) / variance, _quantile(confidence))
    return Estimate(value, min(low, value), max(high, value), math.sqrt(variance), float(n.sum()))


def rogan_gladen(observed: float, sensitivity: float, specificity: float) -> float:
    """The true proportion behind one that imperfect reviewers observed, within 0 and 1.

    W. J. Rogan and B. Gladen, Am. J. Epidemiol. 107 (1978): (obs + Sp - 1)/(Se + Sp - 1).
    ValueError where reviewers do no better than chance.
    """
    if not all(0 <= share <= 1 for share in (observed, sensitivity, specificity)):
        raise ValueError("the observed share, sensitivity and specificity lie between 0 and 1")
    skill = sensitivity + specificity - 1
    if skill <= 0:
        raise ValueError("sensitivity and specificity must sum to more than 1")
    return min(1.0, max(0.0, (observed + specificity - 1) / skill))


def difference(a: Estimate, b: Estimate) -> Estimate:
    """`a - b` of two independent estimates; `n` is the smaller sample.

    R. G. Newcombe's square-and-add (Stat. Med. 17, 1998, method 10), which keeps what the bounds
    of each know about being close to 0.
    """
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    error = math.hypot(a.standard_error, b.standard_error)
    return Estimate(value, low, high, error, min(a.n, b.n))


def paired_shift(
    n: float, old_only: float, new_only: float, both: float, confidence: float = 0.95
) -> PairedShift:
    """How labels moved on the same n items: a dual-labelled bridge sample (glossary 3.6.5).

    `old_only`, `new_only` and `both` count items that are negative under the old labels only, the
    new ones only, and both. The error of the offset is McNemar's, sqrt(b+c-(b-c)^2/n)/n, at least
    that of half an item; the factor's interval is that of the logarithm, whose variance on paired
    items is (b+c)/((a+b)(a+c)).
    """
    if min(old_only, new_only, both) < 0:
        raise ValueError("a count of items is not below 0")
    _checked(old_only + new_only + both, n)
    z, old, new = _quantile(confidence), both + old_only, both + new_only
    moved = new_only - old_only
    se = math.sqrt(max(old_only + new_only - moved * moved / n, 0.5)) / n
    offset = moved / n
    low, high = max(-1.0, offset - z * se), min(1.0, offset + z * se)
    if not (old and new):
        return PairedShift(offset, se, None, None, None, low, high)
    log_se = math.sqrt(max(old_only + new_only, 0.5) / (old * new))
    return PairedShift(offset, se, *_factor(new / old, z * log_se), low, high)


def run_ratio(
    old_successes: float,
    old_n: float,
    new_successes: float,
    new_n: float,
    confidence: float = 0.95,
) -> PairedShift:
    """How the new measurement reads beside the old one on two samples of the same days: a dual run.

    The factor's interval is that of the logarithm (D. Katz et al., Biometrics 34, 1978).
    """
    old, new = wilson(old_successes, old_n, confidence), wilson(new_successes, new_n, confidence)
    return shift_between(old, new, confidence)


def shift_between(old: Estimate, new: Estimate, confidence: float = 0.95) -> PairedShift:
    """The same of two independent estimates, such as stratified ones of two metric versions."""
    moved = difference(new, old)
    spread = PairedShift(moved.value, moved.standard_error, None, None, None, moved.low, moved.high)
    if not (old.value > 0 and new.value > 0):
        return spread
    log_se = math.hypot(old.standard_error / old.value, new.standard_error / new.value)
    factor = _factor(new.value / old.value, _quantile(confidence) * log_se)
    return PairedShift(moved.value, moved.standard_error, *factor, moved.low, moved.high)


def _factor(factor: float, reach: float) -> tuple[float, float, float]:
    """The factor and its bounds, from how far its logarithm may be off."""
    return factor, factor * math.exp(-reach), factor * math.exp(reach)


def _reach(power: float, alpha: float) -> float:
    if not (0 < power < 1 and 0 < alpha < 1):
        raise ValueError("power and alpha lie between 0 and 1")
    return _NORMAL.inv_cdf(1 - alpha / 2) + _NORMAL.inv_cdf(power)


def minimum_detectable_effect(
    p: float, n_before: float, n_after: float, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The smallest move of a proportion that two samples show (glossary 3.6.8), as a proportion."""
    _checked(p, 1)
    if not (n_before > 0 and n_after > 0):
        raise ValueError("both windows need a sample")
    return _reach(power, alpha) * math.sqrt(p * (1 - p) * (1 / n_before + 1 / n_after))


def sample_size(p: float, effect: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """The items each of two equal windows needs, so that a move of `effect` shows."""
    _checked(p, 1)
    if effect == 0:
        raise ValueError("no sample shows an effect of nothing")
    return math.ceil(2 * p * (1 - p) * (_reach(power, alpha) / effect) ** 2)
