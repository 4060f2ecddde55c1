"""Where the marks and arrows of the heat map stand.

Every risk takes one place in the cell where it is now and, if it moved, at most one in the cell
where it was. Ten labelled risks thus need at most ten places in one cell, and a cell has ten.
Three or more risks that went the same way share one arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import dist, hypot

from riskreg.reports.facts import MAX_LABELLED, HeatMap, MapRisk

CELL_WIDTH = 48.0
CELL_HEIGHT = 34.5
LEFT = 50.0  # room for the names of the rows
TOP = 4.0
LEVELS = 5

MARK = 5.65  # radius of a label, with its white rim
ORIGIN = 2.6  # radius of the hollow dot where a risk came from

_FOUR = (6.6, 18.2, 29.8, 41.4)
_PAIR, _THREE = (16.0, 32.0), (10.0, 24.0, 38.0)
_ONE_ROW, _UPPER, _LOWER = 13.0, 7.5, 20.0
_CROWDED_ROWS = (5.8, 17.2)
_THIRD_ROW = 28.6
CROWDED = 9  # so many marks reach into the strip at the bottom of the cell


def _rows(*rows: tuple[float, tuple[float, ...]]) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for y, xs in rows for x in xs)


# Where the marks of one cell stand when it holds 0, 1, … 10 of them. The strip at the bottom stays
# free for the count of unlabelled risks on the left and, up to 8 marks, the band on the right.
_PLACES = (
    _rows(),
    _rows((_ONE_ROW, (24.0,))),
    _rows((_ONE_ROW, _PAIR)),
    _rows((_ONE_ROW, _THREE)),
    _rows((_UPPER, _PAIR), (_LOWER, _PAIR)),
    _rows((_UPPER, _THREE), (_LOWER, _PAIR)),
    _rows((_UPPER, _THREE), (_LOWER, _THREE)),
    _rows((_UPPER, _FOUR), (_LOWER, _THREE)),
    _rows((_UPPER, _FOUR), (_LOWER, _FOUR)),
    _rows(*((y, _FOUR) for y in _CROWDED_ROWS), (_THIRD_ROW, _FOUR[3:])),
    _rows(*((y, _FOUR) for y in _CROWDED_ROWS), (_THIRD_ROW, _FOUR[2:])),
)
_BENDS = (0.0, 9.0, -9.0, 17.0, -17.0, 26.0, -26.0)
_STEPS = 14  # points along an arrow at which it is compared with the marks
_PASSES = 3
_BUNDLE = 3  # so many risks from one cell to one other become one arrow


@dataclass(frozen=True)
class Mark:
    """One mark: the label where a risk is, or the dot where it was (for `count` risks)."""

    risk: MapRisk
    moved_from: bool
    x: float
    y: float
    count: int = 1

    @property
    def at(self) -> tuple[float, float]:
        """The centre."""
        return self.x, self.y

    @property
    def radius(self) -> float:
        """How far the mark reaches."""
        return ORIGIN if self.moved_from and self.count == 1 else MARK


@dataclass(frozen=True)
class Arrow:
    """The way of a risk since the previous report, bent where a straight line would hide."""

    risk: MapRisk
    count: int
    start: tuple[float, float]
    bend: tuple[float, float]
    end: tuple[float, float]

    def point(self, t: float) -> tuple[float, float]:
        """The point at the share `t` of the way."""
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        return (
            a * self.start[0] + b * self.bend[0] + c * self.end[0],
            a * self.start[1] + b * self.bend[1] + c * self.end[1],
        )


@dataclass(frozen=True)
class Layout:
    """All marks and arrows of a map."""

    marks: tuple[Mark, ...]
    arrows: tuple[Arrow, ...]


def crowded(placed: Layout) -> frozenset[tuple[int, int]]:
    """The cells whose marks leave no room for the band."""
    cells = [_cell_of(mark) for mark in placed.marks]
    return frozenset(cell for cell in cells if cells.count(cell) >= CROWDED)


def corner(likelihood: int, impact: int) -> tuple[float, float]:
    """The top left corner of a cell; likelihood 5 is the top row."""
    return LEFT + (impact - 1) * CELL_WIDTH, TOP + (LEVELS - likelihood) * CELL_HEIGHT


def _cell_of(mark: Mark) -> tuple[int, int]:
    rating = mark.risk.before if mark.moved_from and mark.risk.before else mark.risk.now
    return rating.likelihood, rating.impact


def _has_moved(risk: MapRisk) -> bool:
    before = risk.before
    return before is not None and (before.likelihood, before.impact) != (
        risk.now.likelihood,
        risk.now.impact,
    )


def _origins(risks: Sequence[MapRisk]) -> list[Mark]:
    """A dot for each risk that moved, or one for all that went the same way."""
    ways: dict[tuple[int, ...], list[MapRisk]] = {}
    for risk in risks:
        if risk.before is not None and _has_moved(risk):
            way = (risk.before.likelihood, risk.before.impact)
            ways.setdefault((*way, risk.now.likelihood, risk.now.impact), []).append(risk)
    marks = []
    for same in ways.values():
        bundled = len(same) >= _BUNDLE
        shown = same[:1] if bundled else same
        count = len(same) if bundled else 1
        marks += [Mark(risk, moved_from=True, x=0, y=0, count=count) for risk in shown]
    return marks


def _placed(risks: Sequence[MapRisk]) -> list[Mark]:
    """Each mark in its cell, the labels by rank and then the dots."""
    marks = [Mark(risk, moved_from=False, x=0, y=0) for risk in risks] + _origins(risks)
    totals: dict[tuple[int, int], int] = {}
    for mark in marks:
        totals[_cell_of(mark)] = totals.get(_cell_of(mark), 0) + 1
    taken: dict[tuple[int, int], int] = {}
    placed = []
    for mark in marks:
        cell = _cell_of(mark)
        x, y = corner(*cell)
        dx, dy = _PLACES[totals[cell]][taken.get(cell, 0)]
        taken[cell] = taken.get(cell, 0) + 1
        placed.append(replace(mark, x=x + dx, y=y + dy))
    return placed


def _towards(a: tuple[float, float], b: tuple[float, float], by: float) -> tuple[float, float]:
    """The point `by` away from `a` in the direction of `b`."""
    length = dist(a, b) or 1.0
    return a[0] + (b[0] - a[0]) * by / length, a[1] + (b[1] - a[1]) * by / length


def _arrow(origin: Mark, label: Mark, bend: float) -> Arrow:
    (ax, ay), (bx, by) = origin.at, label.at
    length = hypot(bx - ax, by - ay) or 1.0
    middle = (
        (ax + bx) / 2 - (by - ay) / length * bend,
        (ay + by) / 2 + (bx - ax) / length * bend,
    )
    start = _towards(origin.at, middle, origin.radius)
    end = _towards(label.at, middle, MARK + 0.6)
    return Arrow(label.risk, origin.count, start, middle, end)


def _hidden(arrow: Arrow, marks: Sequence[Mark]) -> int:
    """How many marks of other risks the arrow runs into."""
    way = [arrow.point(i / _STEPS) for i in range(_STEPS + 1)]
    return sum(
        any(dist(point, mark.at) < mark.radius + 0.8 for point in way)
        for mark in marks
        if mark.risk is not arrow.risk and dist(mark.at, arrow.start) > mark.radius + 0.1
    )


def _pairs(marks: Sequence[Mark]) -> list[tuple[Mark, Mark]]:
    """Each dot with the label its arrow ends at: its own, or for many the nearest in that cell."""
    labels = {mark.risk.rank: mark for mark in marks if not mark.moved_from}
    pairs = []
    for origin in (mark for mark in marks if mark.moved_from):
        own = labels[origin.risk.rank]
        if origin.count > 1:
            there = [mark for mark in labels.values() if _cell_of(mark) == _cell_of(own)]
            own = min(there, key=lambda mark: (dist(mark.at, origin.at), mark.risk.rank))
        pairs.append((origin, own))
    return pairs


def _off(mark: Mark, start: tuple[float, float], end: tuple[float, float]) -> float:
    """How far the mark's centre is from the straight line between two points."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = (mark.x - start[0]) * dx + (mark.y - start[1]) * dy
    share = min(1.0, max(0.0, along / (dx * dx + dy * dy or 1.0)))
    return hypot(mark.x - start[0] - share * dx, mark.y - start[1] - share * dy)


def _cost(marks: Sequence[Mark]) -> float:
    """How bad straight arrows between these places would be: hidden parts, then length."""
    cost = 0.0
    for origin, label in _pairs(marks):
        cost += dist(origin.at, label.at)
        for mark in marks:
            if mark is not origin and mark is not label:
                cost += 100.0 * (_off(mark, origin.at, label.at) < mark.radius + 0.8)
    return cost


def _swapped(marks: Sequence[Mark], i: int, j: int) -> list[Mark]:
    changed = list(marks)
    changed[i] = replace(marks[i], x=marks[j].x, y=marks[j].y)
    changed[j] = replace(marks[j], x=marks[i].x, y=marks[i].y)
    return changed


def _improved(marks: list[Mark]) -> list[Mark]:
    """The marks with places exchanged inside their cells until no exchange helps."""
    if not any(mark.moved_from for mark in marks):
        return marks
    best = _cost(marks)
    for _ in range(_PASSES):
        before = best
        for i, j in combinations(range(len(marks)), 2):
            if _cell_of(marks[i]) != _cell_of(marks[j]):
                continue
            tried = _swapped(marks, i, j)
            cost = _cost(tried)
            if cost < best - 1e-9:
                marks, best = tried, cost
        if best >= before - 1e-9:
            break
    return marks


def layout(facts: HeatMap) -> Layout:
    """Places for all marks, so that no two touch, and arrows that run around them."""
    if len(facts.risks) > MAX_LABELLED:
        raise ValueError(f"the map labels at most {MAX_LABELLED} risks")
    marks = _improved(_placed(facts.risks))
    arrows = []
    for origin, label in _pairs(marks):
        tried = [_arrow(origin, label, bend) for bend in _BENDS]
        arrows.append(min(tried, key=lambda arrow: _hidden(arrow, marks)))
    return Layout(tuple(marks), tuple(arrows))
