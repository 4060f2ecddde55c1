"""Exact bounds of a Poisson mean, from quantiles of the gamma distribution.

The distribution function is summed as NIST's Digital Library of Mathematical Functions gives it:
the power series 8.7.1 below the mean, the continued fraction 8.9.2 above.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_CLOSE = 1e-13
_STEPS = 100
_MANY = 10_000.0
"""From so many events on the closed form is off by less than a millionth of a standard error."""


def mean_bounds(events: float, confidence: float) -> tuple[float, float]:
    """Between which means `events` are no surprise; both in events. The lower one is 0 at none."""
    tail = (1 - confidence) / 2
    low = _gamma_quantile(events, tail) if events else 0.0
    return low, _gamma_quantile(events + 1, 1 - tail)


def _gamma_quantile(shape: float, share: float) -> float:
    """Where the gamma distribution of scale 1 has passed `share`.

    Newton's steps from the closed form of E. B. Wilson and M. M. Hilferty (PNAS 17, 1931), halved
    into the bracket where one leaves it.
    """
    z = _NORMAL.inv_cdf(share)
    x = shape * max(1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape)), 0.01) ** 3
    if shape > _MANY:
        return x
    low, high = 0.0, math.inf
    for _ in range(_STEPS):
        off = gamma_share(shape, x) - share
        low, high = (low, x) if off > 0 else (x, high)
        step = off / math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
        if abs(step) <= _CLOSE * x:
            break
        x = x - step if low < x - step < high else (low + min(high, 2 * x + 1)) / 2
    return x


def gamma_share(shape: float, x: float) -> float:
    """The share of the gamma distribution of scale 1 that lies below x: P(shape, x)."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        return front * _series(shape, x)
    return 1 - front * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    at = shape
    while term > total * _CLOSE:
        at += 1
        term *= x / at
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    """The continued fraction, evaluated from the front (W. J. Lentz, 1976)."""
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    value, step, at = d, 0.0, 0
    while abs(step - 1) > _CLOSE:
        at += 1
        a = at * (shape - at)
        b += 2
        d = 1 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        step = c * d
        value *= step
    return value
