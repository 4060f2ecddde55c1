"""A series over time with its limits, alarms, and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite, nan
from xml.sax.saxutils import escape

from riskreg.charts.axes import Scale, decimals, months, span, ticks
from riskreg.charts.fontmetrics import REGULAR, width
from riskreg.charts.svg import INK, INK_SOFT, PAPER, RULE, WORSE, element, num, svg, text

LIMITS = "#eef1f5"
"""Between the limits; pale enough for a line to be read on it when printed grey."""
AMBER = "#9a6b00"
_LABEL = 7.0
_APART = 5.0


class Happening(StrEnum):
    """What a mark on the time axis stands for."""

    CHANGE = "CHANGE"
    VERSION = "VERSION"
    INCIDENT = "INCIDENT"
    HOLIDAY = "HOLIDAY"
    DATA_ISSUE = "DATA_ISSUE"


@dataclass(frozen=True)
class Point:
    """One period; limits are NaN where there are none, an insufficient sample is drawn hollow."""

    day: int
    value: float
    lower: float = nan
    upper: float = nan
    centre: float = nan
    alarm: bool = False
    insufficient: bool = False


@dataclass(frozen=True)
class Marker:
    """Something that happened on a day, or from one day to another."""

    day: int
    kind: Happening
    label: str
    until: int | None = None


@dataclass(frozen=True)
class Episode:
    """A stretch in which the series was out of line; without an end it still is."""

    first: int
    last: int
    open: bool


@dataclass(frozen=True)
class Threshold:
    """A value at which something is done, such as a KRI's RED."""

    value: float
    name: str
    is_red: bool


@dataclass(frozen=True)
class ControlChart:
    """What is drawn; days are proleptic ordinals, `step` is the length of a period in days."""

    alt: str
    points: Sequence[Point]
    first: int
    last: int
    step: int = 1
    markers: Sequence[Marker] = ()
    episodes: Sequence[Episode] = ()
    thresholds: Sequence[Threshold] = ()


@dataclass(frozen=True)
class Size:
    """How large a chart is, and how much is written on it. Lengths are points."""

    width: float
    height: float
    value_ticks: int
    named: bool


class ChartSize(StrEnum):
    """How large a chart is asked for."""

    SMALL = "SMALL"
    LARGE = "LARGE"


SMALL = Size(236, 84, 3, named=False)
"""One of many beside each other: marks without their names."""
LARGE = Size(640, 200, 5, named=True)
SIZES = {ChartSize.SMALL: SMALL, ChartSize.LARGE: LARGE}

_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 26.0, 6.0, 16.0
_NAMES = 18.0
"""Room above the plot for the names of marks."""


@dataclass(frozen=True)
class _Plot:
    """The chart with its two scales."""

    chart: ControlChart
    size: Size
    x: Scale
    y: Scale

    @property
    def bottom(self) -> float:
        return self.y.start

    @property
    def top(self) -> float:
        return self.y.end


def control_chart(chart: ControlChart, size: Size = LARGE) -> str:
    """The SVG of a control chart; the same input gives the same bytes."""
    plot = _plot(chart, size)
    parts = [
        *_limits(plot),
        *_value_axis(plot),
        *_time_axis(plot),
        *_thresholds(plot),
        *_markers(plot),
        *_episodes(plot),
        *_line(plot),
    ]
    return svg(size.width, size.height, chart.alt, parts)


def _plot(chart: ControlChart, size: Size) -> _Plot:
    values = [one.value for one in chart.points]
    limits = [edge for one in chart.points for edge in (one.lower, one.upper)]
    low, high = span((*values, *limits, *(one.value for one in chart.thresholds)))
    top = _TOP + (_NAMES if size.named and chart.markers else 0.0)
    last = max(chart.last, chart.first + 1)
    return _Plot(
        chart,
        size,
        Scale(chart.first, last, _LEFT, size.width - _RIGHT),
        Scale(low, high, size.height - _BOTTOM, top),
    )


def _value_axis(plot: _Plot) -> Iterator[str]:
    marks = ticks(plot.y.low, plot.y.high, plot.size.value_ticks)
    places = decimals(marks)
    for mark in marks:
        y = plot.y(mark)
        yield element("line", class_="rule", x1=plot.x.start, y1=y, x2=plot.x.end, y2=y,
                      stroke=RULE, stroke_width=0.5)  # fmt: skip
        yield _words(plot.x.start - 4, y + 2.4, f"{mark:.{places}f}", "end")


def _time_axis(plot: _Plot) -> Iterator[str]:
    free = 0.0
    for day, name in months(plot.chart.first, plot.chart.last):
        x = plot.x(day)
        yield element("line", class_="rule", x1=x, y1=plot.bottom, x2=x, y2=plot.bottom + 3,
                      stroke=RULE, stroke_width=0.5)  # fmt: skip
        end = x + 2 + width(name, _LABEL, REGULAR)
        if x >= free and end <= plot.size.width:
            yield _words(x + 2, plot.bottom + 10, name)
            free = end + _APART


def _limits(plot: _Plot) -> Iterator[str]:
    """The area between the limits, one piece for each stretch that has them."""
    for stretch in _stretches(plot, lambda one: isfinite(one.lower) and isfinite(one.upper)):
        upper = [f"{num(plot.x(p.day))},{num(plot.y(p.upper))}" for p in stretch]
        lower = [f"{num(plot.x(p.day))},{num(plot.y(p.lower))}" for p in reversed(stretch)]
        yield element("polygon", class_="limits", points=" ".join((*upper, *lower)), fill=LIMITS)
        centre = [p for p in stretch if isfinite(p.centre)]
        course = " ".join(f"{num(plot.x(p.day))},{num(plot.y(p.centre))}" for p in centre)
        yield element("polyline", class_="centre", points=course, fill="none", stroke=RULE,
                      stroke_width=0.8)  # fmt: skip


def _line(plot: _Plot) -> Iterator[str]:
    """The values, broken where periods are missing or the metric is measured another way."""
    for stretch in _stretches(plot, lambda one: not one.insufficient):
        course = " ".join(f"{num(plot.x(p.day))},{num(plot.y(p.value))}" for p in stretch)
        yield element("polyline", class_="line", points=course, fill="none", stroke=INK_SOFT,
                      stroke_width=1, stroke_linejoin="round")  # fmt: skip
    for point in plot.chart.points:
        if point.alarm or point.insufficient:
            yield _dot(plot, point)
    if plot.chart.points:
        newest = plot.chart.points[-1]
        if not (newest.alarm or newest.insufficient):
            yield element("circle", class_="ink", cx=plot.x(newest.day), cy=plot.y(newest.value),
                          r=1.8, fill=INK)  # fmt: skip


def _dot(plot: _Plot, point: Point) -> str:
    x, y = plot.x(point.day), plot.y(point.value)
    if point.insufficient:
        return element("circle", class_="hollow", cx=x, cy=y, r=1.7, fill=PAPER, stroke=INK_SOFT,
                       stroke_width=0.8)  # fmt: skip
    return element("circle", class_="alarm", cx=x, cy=y, r=1.9, fill=WORSE)


def _stretches(plot: _Plot, is_in: Callable[[Point], bool]) -> Iterator[Sequence[Point]]:
    """The points in runs: a new one after a gap, and where a version of the metric begins."""
    breaks = {one.day for one in plot.chart.markers if one.kind is Happening.VERSION}
    run: list[Point] = []
    for before, point in pairwise((None, *plot.chart.points)):
        assert point is not None  # noqa: S101 (only the first of a pair can be None)
        broken = before is not None and (
            point.day - before.day > 1.5 * plot.chart.step
            or any(before.day < day <= point.day for day in breaks)
        )
        if broken and run:
            yield run
            run = []
        if is_in(point):
            run.append(point)
    if run:
        yield run


def _thresholds(plot: _Plot) -> Iterator[str]:
    """Dashed lines with their names on the right, the lower name pushed down where both meet."""
    free = plot.top - _LABEL
    for one in sorted(plot.chart.thresholds, key=lambda threshold: plot.y(threshold.value)):
        y, colour = plot.y(one.value), WORSE if one.is_red else AMBER
        kind = "red" if one.is_red else "amber"
        yield element("line", class_=f"threshold {kind}", x1=plot.x.start, y1=y, x2=plot.x.end,
                      y2=y, stroke=colour, stroke_width=0.8, stroke_dasharray="3 2")  # fmt: skip
        free = max(y + 2.4, free + _LABEL + 1)
        yield text(plot.x.end + 3, free, one.name, size=_LABEL, fill=colour)


def _markers(plot: _Plot) -> Iterator[str]:
    """Lines for what happened on a day, bars along the top for what lasted."""
    free = [0.0, 0.0]
    for one in sorted(plot.chart.markers, key=lambda marker: (marker.day, marker.label)):
        if not plot.chart.first <= (one.until or one.day) or one.day > plot.chart.last:
            continue
        x, end = plot.x(one.day), plot.x(one.until if one.until is not None else one.day)
        if one.until is None:
            dash = {} if one.kind is Happening.VERSION else {"stroke_dasharray": "1.5 1.5"}
            yield element("line", element("title", escape(one.label)),
                          class_=f"marker {one.kind.lower()}", x1=x, y1=plot.top, x2=x,
                          y2=plot.bottom, stroke=INK, stroke_width=0.8, **dash)  # fmt: skip
        else:
            yield element("rect", element("title", escape(one.label)),
                          class_=f"marker {one.kind.lower()}", x=x, y=plot.top - 2.5,
                          width=max(end - x, 2.0), height=2.5, fill=INK_SOFT)  # fmt: skip
        if plot.size.named:
            yield from _named(plot, one.label, x, free)


def _named(plot: _Plot, label: str, x: float, free: list[float]) -> Iterator[str]:
    """The name of a mark above the plot, in the first of two rows that has room for it."""
    wide = width(label, _LABEL, REGULAR)
    start = min(x, plot.size.width - wide)
    for row, taken in enumerate(free):
        if start >= taken:
            free[row] = start + wide + _APART
            yield _words(start, plot.top - 5 - 8.5 * row, label)
            return


def _episodes(plot: _Plot) -> Iterator[str]:
    """Bars on the time axis; what is still open reaches the end of it."""
    for one in plot.chart.episodes:
        start = plot.x(one.first)
        end = plot.x.end if one.open else plot.x(one.last)
        yield element("rect", class_="episode", x=start, y=plot.bottom - 1.5,
                      width=max(end - start, 2.0), height=3, fill=WORSE)  # fmt: skip


def _words(x: float, y: float, words: str, anchor: str = "start") -> str:
    return text(x, y, words, size=_LABEL, fill=INK_SOFT, anchor=anchor)
