"""A chart of one series, grown a period at a time: a batch is a stream that came at once."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import replace

from riskreg.quant.detect_baseline import Sample
from riskreg.quant.detect_course import Course
from riskreg.quant.detect_rules import Chart, Kind, Point, Rules, State
from riskreg.quant.detect_samples import Levels, Samples


def chart_ratio(samples: Samples, rules: Rules, kind: Kind) -> Chart:
    """The chart of a series of ratios, each point standardised by its own sample.

    Laney's p' by point, with an EWMA and a two-sided CUSUM on its z (analytics.md, Metrics).
    """
    detector = Detector(rules, kind)
    rows = (samples.days.tolist(), samples.numerators.tolist(), samples.denominators.tolist())
    for day, numerator, denominator in zip(*rows, strict=True):
        detector.push(day, numerator, denominator)
    return detector.chart()


def chart_levels(levels: Levels, rules: Rules) -> Chart:
    """The chart of a series of levels, standardised by the moving ranges of its baseline."""
    detector = Detector(rules, Kind.LEVEL)
    for day, value in zip(levels.days.tolist(), levels.values.tolist(), strict=True):
        detector.push(day, value)
    return detector.chart()


class Detector:
    """A chart that grows as periods arrive; after any number of them it is that of the batch."""

    def __init__(self, rules: Rules, kind: Kind) -> None:
        self.rules, self.kind = rules, kind
        self._course = Course(rules, kind)
        self._points: list[Point] = []
        self._pending: list[Sample] = []

    def push(self, day: int, numerator: float, denominator: float = 1.0) -> None:
        """Take a period in; one that is still provisional may be pushed again, corrected.

        ValueError for what is no ratio, and for a day that is final or older than a final one.
        """
        self._check(numerator, denominator)
        if self._points and day <= self._points[-1].day:
            raise ValueError(f"day {day} is final: the chart has come to {self._points[-1].day}")
        at = bisect_left(self._pending, (day,))
        again = at < len(self._pending) and self._pending[at][0] == day
        self._pending[at : at + again] = [(day, numerator, denominator)]
        final = self._pending[-1][0] - self.rules.provisional_days
        while self._pending and self._pending[0][0] <= final:
            self._points.append(self._course.advance(self._pending.pop(0)))

    def chart(self) -> Chart:
        """The chart of all that was pushed, its provisional points last."""
        course = self._course.fork()
        newest = [
            replace(
                course.advance(sample),
                state=State.PROVISIONAL,
                alarm=None,
                direction=None,
                strength=0.0,
            )
            for sample in self._pending
        ]
        return Chart(self.rules, (*self._points, *newest), course.segments)

    def _check(self, numerator: float, denominator: float) -> None:
        if not (math.isfinite(numerator) and math.isfinite(denominator)):
            raise ValueError("a period has finite numbers, or is absent")
        if self.kind is Kind.LEVEL:
            return
        if numerator < 0 or denominator < 0:
            raise ValueError("counts are not below 0")
        if numerator > denominator and self.kind is Kind.PROPORTION:
            raise ValueError(f"{numerator} of {denominator} is no proportion")
