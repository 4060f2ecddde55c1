"""Scales and ticks: where a value or a day stands on a chart, and which numbers stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, isfinite, log10

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_HEADROOM = 0.06


@dataclass(frozen=True)
class Scale:
    """A straight line from what is measured (`low` to `high`) to points on paper."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where the value stands; what lies outside stands at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round numbers between two values, at most so many, evenly spaced."""
    if not (isfinite(low) and isfinite(high)) or high <= low:
        raise ValueError("an axis needs two values, the lower first")
    rough = (high - low) / max(most - 1, 1)
    size = 10.0 ** floor(log10(rough))
    for step in (size * one for one in (*_STEPS, 20.0)):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return tuple(number * step for number in range(first, last + 1))
    raise AssertionError("the last step leaves one tick at most")


def decimals(marks: Iterable[float]) -> int:
    """How many decimals tell the numbers apart."""
    for places in range(6):
        if all(abs(mark - round(mark, places)) < 1e-9 * max(abs(mark), 1.0) for mark in marks):
            return places
    return 6


def span(values: Iterable[float]) -> tuple[float, float]:
    """The lowest and highest value with a little room around; never of no height."""
    known = [value for value in values if isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = _HEADROOM * (high - low) or abs(high) * 0.1 or 1.0
    return (low - room if low < 0 or low > room else 0.0), high + room


def months(first: int, last: int) -> Iterator[tuple[int, str]]:
    """The days (as ordinals) on which months begin, with their names; January has its year."""
    day = date.fromordinal(first)
    year, month = (day.year, day.month) if day.day == 1 else _next(day.year, day.month)
    while (start := date(year, month, 1).toordinal()) <= last:
        yield start, MONTHS[month - 1] if month > 1 else str(year)
        year, month = _next(year, month)


def _next(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)
