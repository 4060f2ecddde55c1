"""Whether a target is well set, and whether it is met (domain/model.md 4.1, insights.md 7)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from riskreg.delivery.rules import AttainmentGap, Health, TargetBasis, TargetComparator
from riskreg.metrics.rules import Direction, MetricKind
from riskreg.metrics.rules_definitions import Problem
from riskreg.metrics.rules_windows import Window, WindowReason

LONGEST_WINDOW, LARGEST_SAMPLE = 366, 1_000_000_000

_SIDES = {
    Direction.HIGHER: frozenset({TargetComparator.AT_LEAST}),
    Direction.LOWER: frozenset({TargetComparator.AT_MOST}),
    Direction.TARGET_BAND: frozenset(TargetComparator),
}
"""On which sides a target may lie: of a metric with a band, it is one end of it."""


@dataclass(frozen=True)
class Terms:
    """What a target asks for: a value in the metric's unit, and where it is in danger."""

    comparator: TargetComparator
    basis: TargetBasis
    value: float
    amber: float
    window_days: int
    min_sample: int

    def margin(self, counted: float, of: float) -> float:
        """By how much a number lies on the good side of another; negative on the bad side."""
        apart = counted - of
        return apart if self.comparator is TargetComparator.AT_LEAST else -apart


@dataclass(frozen=True)
class MetricShape:
    """What decides which targets a metric can have."""

    direction: Direction
    kind: MetricKind
    scale: float


@dataclass(frozen=True)
class Attainment:
    """How a target is met: `counted` is the number that was held against it.

    `distance` is by how much that lies on the good side of the target's value, in the metric's
    unit; negative where the target is missed. Both are None where nothing can be said, and `gap`
    tells why; the window is there as far as it is known.
    """

    health: Health
    window: Window | None = None
    counted: float | None = None
    distance: float | None = None
    gap: AttainmentGap | None = None


def term_problems(terms: Terms, metric: MetricShape) -> Iterator[Problem]:
    """What does not fit together in a target."""
    if terms.comparator not in _SIDES[metric.direction]:
        fits = "AT_LEAST" if metric.direction is Direction.HIGHER else "AT_MOST"
        yield Problem("comparator", f"By the direction of the metric this is {fits}.")
    for name, value in (("value", terms.value), ("amber", terms.amber)):
        if not math.isfinite(value):
            yield Problem(name, "This is a number.")
        elif metric.kind is MetricKind.PROPORTION and not 0 <= value <= metric.scale:
            yield Problem(name, f"A share lies between 0 and {metric.scale:g}.")
    if terms.margin(terms.amber, terms.value) < 0:
        side = "above" if terms.comparator is TargetComparator.AT_LEAST else "below"
        yield Problem("amber", f"AMBER begins on the safe side of the value: {side} it.")
    if not 1 <= terms.window_days <= LONGEST_WINDOW:
        yield Problem("windowDays", f"A window has 1 to {LONGEST_WINDOW} days.")
    if not 0 <= terms.min_sample <= LARGEST_SAMPLE:
        yield Problem("minSample", f"This must be between 0 and {LARGEST_SAMPLE}.")


def days_overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two stretches of days, both ends included, share a day; None is without end."""
    (begins, ends), (other_begins, other_ends) = one, other
    return (ends is None or other_begins <= ends) and (other_ends is None or begins <= other_ends)


def attained(terms: Terms, window: Window | None, *, stale: bool = False) -> Attainment:
    """How a window meets a target; UNKNOWN where it is stale, thin, or not there at all.

    `window` None: no series measures it.
    """
    if window is None:
        return Attainment(Health.UNKNOWN, gap=AttainmentGap.NO_SERIES)
    gap = _gap(terms, window, stale)
    counted = None if gap is not None else _counted(terms, window)
    if counted is None:
        return Attainment(Health.UNKNOWN, window, gap=gap or AttainmentGap.NO_INTERVAL)
    distance = terms.margin(counted, terms.value)
    return Attainment(_health(terms, counted, distance), window, counted, distance)


def _gap(terms: Terms, window: Window, stale: bool) -> AttainmentGap | None:  # noqa: FBT001 (a fact)
    if stale:
        return AttainmentGap.STALE
    if window.reason is WindowReason.INSUFFICIENT_SAMPLE:
        return AttainmentGap.INSUFFICIENT_SAMPLE
    if window.value is None:
        return AttainmentGap.NO_DATA
    small = window.sample_size is not None and window.sample_size < terms.min_sample
    return AttainmentGap.INSUFFICIENT_SAMPLE if small else None


def _counted(terms: Terms, window: Window) -> float | None:
    """The point, or the end of the 95 % interval that is nearer to missing the target."""
    if terms.basis is TargetBasis.POINT:
        return window.value
    return window.low if terms.comparator is TargetComparator.AT_LEAST else window.high


def _health(terms: Terms, counted: float, distance: float) -> Health:
    if distance < 0:
        return Health.RED
    return Health.GREEN if terms.margin(counted, terms.amber) >= 0 else Health.AMBER
