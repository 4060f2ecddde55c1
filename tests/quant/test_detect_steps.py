"""The steps of a chart give the average run lengths of the textbook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from riskreg.quant.detect_steps import cusum_step, ewma_spread, ewma_step

Floats = NDArray[np.float64]
Sums = tuple[Floats, ...]
Step = Callable[[Sums, Floats], Sums]

SERIES = 20_000  # the mean of so many run lengths is off by .7 %


def run_length(step: Step, sums: int, limit: float, shift: float = 0.0) -> float:
    """How many points pass on average before a sum goes beyond its limit."""
    rng = np.random.default_rng(11)
    alive: Sums = tuple(np.zeros(SERIES) for _ in range(sums))
    points = total = 0
    while len(alive[0]):
        points += 1
        alive = step(alive, rng.normal(shift, 1, len(alive[0])))
        out = np.max(np.abs(alive), axis=0) > limit
        total += points * int(out.sum())
        alive = tuple(one[~out] for one in alive)
    return total / SERIES


def point(_: Sums, z: Floats) -> Sums:
    return (z,)


def ewma(sums: Sums, z: Floats) -> Sums:
    return (ewma_step(sums[0], z, 0.2),)


def cusum(sums: Sums, z: Floats) -> Sums:
    return cusum_step(sums[0], sums[1], z, 0.5)


@pytest.mark.parametrize(
    ("step", "sums", "limit", "shift", "length"),
    [
        # analytics.md: Shewhart, CUSUM k .5, EWMA lambda .2 and L 2.962.
        (point, 1, 3.0, 0.0, 370.4),
        (cusum, 2, 4.0, 0.0, 168.0),
        (cusum, 2, 4.0, 1.0, 8.4),
        (cusum, 2, 5.0, 0.0, 465.0),
        (cusum, 2, 5.0, 1.0, 10.4),
        (ewma, 1, 2.962 * ewma_spread(0.2), 0.0, 500.0),
    ],
)
def test_average_run_length_is_the_textbooks(
    step: Step, sums: int, limit: float, shift: float, length: float
) -> None:
    assert run_length(step, sums, limit, shift) == pytest.approx(length, rel=0.05)


def test_steps_by_hand() -> None:
    assert ewma_step(1.0, 2.0, 0.25) == 1.25
    assert cusum_step(1.0, 0.25, 1.0, 0.5) == (1.5, 0.0)
    assert cusum_step(0.25, 1.0, -1.0, 0.5) == (0.0, 1.5)


def test_one_odd_day_counts_for_four() -> None:
    assert ewma_step(0.0, 50.0, 0.2) == pytest.approx(0.8)
    assert cusum_step(0.0, 0.0, -50.0, 0.5) == (0.0, 3.5)


def test_ewma_of_alike_points_spreads_as_simulated() -> None:
    rng = np.random.default_rng(3)
    at, mean, likeness = rng.normal(size=4000), np.zeros(4000), 0.6
    for _ in range(60):
        at = likeness * at + rng.normal(0, np.sqrt(1 - likeness**2), 4000)
        mean = ewma_step(mean, at, 0.2)
    assert float(mean.std()) == pytest.approx(ewma_spread(0.2, likeness), rel=0.03)
