"""The heat map of residual risk, with movement since the previous report and the appetite lines."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, pi, sin

from riskreg.charts import fontmetrics
from riskreg.charts.svg import (
    BETTER,
    INK,
    INK_SOFT,
    ON_TINTS,
    PAPER,
    SMALLEST,
    TINTS,
    element,
    num,
    svg,
    text,
)
from riskreg.reports.charts_layout import (
    CELL_HEIGHT,
    CELL_WIDTH,
    LEFT,
    LEVELS,
    ORIGIN,
    TOP,
    Arrow,
    Layout,
    Mark,
    corner,
    crowded,
    layout,
)
from riskreg.reports.facts import LEVELS as BAND_LEVELS
from riskreg.reports.facts import WORDS, Cell, HeatMap

WIDTH = LEFT + LEVELS * CELL_WIDTH + 1
HEIGHT = TOP + LEVELS * CELL_HEIGHT + 22

_GAP = 0.6  # white between two cells
_DISC = 5.1
_COUNT_ROOM = 20.0  # left of the third row of marks
_OUTSIDE = "OUT_OF_TOLERANCE"


def _cell(cell: Cell, *, crowded: bool) -> list[str]:
    x, y = corner(cell.likelihood, cell.impact)
    ink = ON_TINTS[cell.band]
    parts = [
        element(
            "rect",
            x=x + _GAP,
            y=y + _GAP,
            width=CELL_WIDTH - 2 * _GAP,
            height=CELL_HEIGHT - 2 * _GAP,
            fill=TINTS[cell.band],
        ),
    ]
    base = y + CELL_HEIGHT - 3.2
    if not crowded:
        parts.append(text(x + CELL_WIDTH - 3, base, str(cell.level), fill=ink, anchor="end"))
    count = f"+{cell.unlabelled}"
    room = _COUNT_ROOM if crowded else CELL_WIDTH - 12
    if cell.unlabelled and fontmetrics.width(count, SMALLEST, fontmetrics.SEMIBOLD) <= room:
        parts.append(text(x + 3, base, count, fill=ink, bold=True))
    return parts


def appetite_path(cells: tuple[Cell, ...], level: int) -> str:
    """The edges between cells up to `level` and cells above it, as the data of a path."""
    levels = {(cell.likelihood, cell.impact): cell.level for cell in cells}
    edges = []
    for (likelihood, impact), found in sorted(levels.items()):
        x, y = corner(likelihood, impact)
        above, right = levels.get((likelihood + 1, impact)), levels.get((likelihood, impact + 1))
        if above is not None and found <= level < above:
            edges.append(f"M{num(x)} {num(y)}H{num(x + CELL_WIDTH)}")
        if right is not None and found <= level < right:
            edges.append(f"M{num(x + CELL_WIDTH)} {num(y)}V{num(y + CELL_HEIGHT)}")
    return "".join(edges)


def _appetite(facts: HeatMap) -> list[str]:
    drawn = []
    for index, line in enumerate(facts.appetites[:2]):
        path = appetite_path(facts.cells, line.level)
        if not path:
            continue
        drawn.append(element("path", d=path, fill="none", stroke=INK, **_stroke(index)))
    return drawn


def _stroke(index: int) -> dict[str, str]:
    """How the lines of appetite are drawn: heavy for most categories, dashed for the strict."""
    if index:
        return {"stroke_width": "1.1", "stroke_dasharray": "2.4 2"}
    return {"stroke_width": "1.8"}


def head(arrow: Arrow, size: float = 4.6) -> str:
    """The corners of the triangle at the end of an arrow."""
    (x, y), (bx, by) = arrow.end, arrow.bend
    angle = atan2(y - by, x - bx)
    corners = [(x, y)]
    for side in (1, -1):
        turned = angle + pi + side * 0.42
        corners.append((x + size * cos(turned), y + size * sin(turned)))
    return " ".join(f"{num(px)},{num(py)}" for px, py in corners)


def _arrow(arrow: Arrow) -> list[str]:
    (ax, ay), (bx, by), (cx, cy) = arrow.start, arrow.bend, arrow.end
    path = f"M{num(ax)} {num(ay)}Q{num(bx)} {num(by)} {num(cx)} {num(cy)}"
    colour = BETTER if arrow.risk.direction == "BETTER" else INK
    thick = 1.1 if arrow.count == 1 else 2.0
    return [
        element("path", d=path, fill="none", stroke=PAPER, stroke_width=thick + 1.8),
        element("path", d=path, fill="none", stroke=colour, stroke_width=thick),
        element("polygon", points=head(arrow), fill=colour, stroke=PAPER, stroke_width=0.6),
    ]


def shape(x: float, y: float, *, filled: bool, square: bool) -> str:
    """The body of a label: filled where outside tolerance, square where new, with a white rim."""
    parts = []
    inner = _DISC if filled else _DISC - 0.5
    fill = INK if filled else PAPER
    for reach, look in (
        (_DISC + 0.55, {"fill": PAPER}),
        (inner, {"fill": fill} if filled else {"fill": fill, "stroke": INK, "stroke_width": "1"}),
    ):
        if square:
            side = 2 * (reach - 0.3)
            parts.append(
                element("rect", x=x - side / 2, y=y - side / 2, width=side, height=side, rx=1.4,
                        **look)
            )  # fmt: skip
        else:
            parts.append(element("circle", cx=x, cy=y, r=reach, **look))
    return "".join(parts)


def label(mark: Mark) -> str:
    """The rank of a risk in its place."""
    filled = mark.risk.appetite_status == _OUTSIDE
    body = shape(mark.x, mark.y, filled=filled, square=mark.risk.direction == "NEW")
    ink = PAPER if filled else INK
    number = text(mark.x, mark.y + 2.5, str(mark.risk.rank), fill=ink, bold=True, anchor="middle")
    return body + number


def origin(x: float, y: float, count: int = 1) -> str:
    """The hollow dot where a risk stood in the previous report; "3×" where three did."""
    if count == 1:
        return element(
            "circle", cx=x, cy=y, r=ORIGIN - 0.5, fill=PAPER, stroke=INK, stroke_width=0.9
        )
    body = element("rect", x=x - 5.4, y=y - 4.6, width=10.8, height=9.2, rx=2, fill=PAPER)
    return body + text(x, y + 2.5, f"{count}×", bold=True, anchor="middle")


def _mark(mark: Mark) -> str:
    return origin(mark.x, mark.y, mark.count) if mark.moved_from else label(mark)


def _axes(facts: HeatMap) -> list[str]:
    parts = []
    bottom = TOP + LEVELS * CELL_HEIGHT
    for level in range(1, LEVELS + 1):
        _, y = corner(level, 1)
        middle = y + CELL_HEIGHT / 2
        name = facts.likelihoods[level - 1] if len(facts.likelihoods) == LEVELS else ""
        parts.append(text(LEFT - 4, middle - 0.5, str(level), bold=True, anchor="end"))
        parts.append(text(LEFT - 4, middle + 8, name, fill=INK_SOFT, anchor="end"))
        x, _ = corner(1, level)
        name = facts.impacts[level - 1] if len(facts.impacts) == LEVELS else ""
        words = f"{level} {name}".strip()
        parts.append(text(x + CELL_WIDTH / 2, bottom + 9, words, bold=True, anchor="middle"))
    parts.append(text(0, TOP + 7, "Likelihood", fill=INK_SOFT))
    horizon = f"within {facts.horizon.text} {facts.horizon.unit}"
    words = f"Impact (worst dimension); likelihood {horizon}"
    parts.append(text(LEFT, bottom + 20, words, fill=INK_SOFT))
    return parts


def alternative(facts: HeatMap) -> str:
    """The map in words, for a reader who does not see it."""
    said = []
    for risk in facts.risks:
        place = f"{risk.code} likelihood {risk.now.likelihood} impact {risk.now.impact}"
        was = risk.before
        if risk.direction == "NEW":
            place += ", new"
        elif was is not None and risk.direction != "SAME":
            place += f", from likelihood {was.likelihood} impact {was.impact}"
        said.append(f"{place}, {risk.now.text}")
    rest = f"Without label: {facts.unlabelled}."
    return f"Heat map of residual risk. {'; '.join(said)}. {rest}"


def heat_map(facts: HeatMap, placed: Layout | None = None) -> str:
    """The map as SVG; `placed` spares laying it out again."""
    placed = placed or layout(facts)
    full = crowded(placed)
    parts = []
    for cell in facts.cells:
        parts += _cell(cell, crowded=(cell.likelihood, cell.impact) in full)
    parts += _appetite(facts)
    parts += [part for arrow in placed.arrows for part in _arrow(arrow)]
    parts += [_mark(mark) for mark in placed.marks if mark.moved_from]
    parts += [_mark(mark) for mark in placed.marks if not mark.moved_from]
    return svg(WIDTH, HEIGHT, alternative(facts), parts + _axes(facts))


def legend(facts: HeatMap, width: float) -> str:
    """The key to the signs of the map, in as many lines as its width asks for."""
    items = [
        (14.0, shape(5.7, -2.5, filled=True, square=False), "outside tolerance"),
        (14.0, shape(5.7, -2.5, filled=False, square=False), "inside"),
        (14.0, shape(5.7, -2.5, filled=False, square=True), "new"),
        (8.0, origin(2.6, -2.5), "before"),
    ]
    bundles = [mark.count for mark in layout(facts).marks if mark.count > 1]
    if bundles:
        items.append((13.5, origin(5.4, -2.5, max(bundles)), "so many moved"))
    for band, tint in TINTS.items():
        sign = element("rect", x=0, y=-6.4, width=8, height=8, fill=tint)
        items.append((10.5, sign, f"{BAND_LEVELS[band]} {WORDS[band]}"))
    for index, line in enumerate(facts.appetites[:2]):
        sign = element("line", x1=0, y1=-2.4, x2=12, y2=-2.4, stroke=INK, **_stroke(index))
        items.append((15.0, sign, f"appetite, {line.text}"))
    return _flow(items, width)


def _flow(items: Sequence[tuple[float, str, str]], width: float) -> str:
    parts, x, y = [], 0.0, 9.0
    for room, sign, words in items:
        size = room + fontmetrics.width(words, 7.0)
        if x and x + size > width:
            x, y = 0.0, y + 12.5
        inner = sign + text(room, 0, words, fill=INK_SOFT)
        parts.append(element("g", inner, transform=f"translate({num(x)} {num(y)})"))
        x += size + 8
    return svg(width, y + 4, "Key to the map: " + "; ".join(words for _, _, words in items), parts)
