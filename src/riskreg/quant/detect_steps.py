"""The steps of a chart, for one series or for many at once: numbers or arrays in, the same out.

The tests run these very functions over simulated series, and find the average run lengths of the
textbook (D. C. Montgomery, Introduction to Statistical Quality Control).
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])

TAME = 4.0
"""A single point counts for no more than this in the sums, so that one odd day is one alarm."""


def tame(z: Number) -> Number:
    """z, no further than TAME from 0."""
    return (abs(z + TAME) - abs(z - TAME)) / 2


def ewma_step(before: Number, z: Number, weight: float) -> Number:
    """The exponentially weighted mean (S. W. Roberts, 1959) after one more z."""
    return before + weight * (tame(z) - before)


def ewma_spread(weight: float, likeness: float = 0.0) -> float:
    """The standard deviation that the EWMA settles at.

    `likeness` is the lag-1 correlation of z, for an AR(1) series.
    """
    kept = likeness * (1 - weight)
    return math.sqrt(weight / (2 - weight) * (1 + kept) / (1 - kept))


def cusum_step(up: Number, down: Number, z: Number, slack: float) -> tuple[Number, Number]:
    """Both sides of the cumulative sum (E. S. Page, 1954) after one more z."""
    above = up + tame(z) - slack
    below = down - tame(z) - slack
    return (above + abs(above)) / 2, (below + abs(below)) / 2
