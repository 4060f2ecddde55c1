"""Charts are exact, readable and the same every time."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import dist, hypot

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.charts import fontmetrics
from riskreg.charts import svg as charts
from riskreg.reports import assets
from riskreg.reports import charts_layout as lay
from riskreg.reports.charts_heatmap import WIDTH, appetite_path, heat_map, legend
from riskreg.reports.facts import HeatMap, MapRisk
from tests.reports import sample

SVG = "{http://www.w3.org/2000/svg}"


def a_risk(
    rank: int,
    now: tuple[int, int],
    before: tuple[int, int] | None = None,
    direction: str = "SAME",
) -> MapRisk:
    """A labelled risk."""
    rated = sample.rated
    return MapRisk(
        rank,
        f"R-{rank:03}",
        "Something",
        sample.OUT if rank % 2 else sample.TOLERATED,
        rated(*now),
        rated(*before) if before else None,
        direction,
    )


def a_map(risks: list[MapRisk], more: int = 0) -> HeatMap:
    """A map with those labels, and `more` unlabelled risks in every cell."""
    counts = dict.fromkeys(sample.BANDS, more)
    for risk in risks:
        counts[risk.now.likelihood, risk.now.impact] += 1
    return sample.a_map(risks, counts)


def texts(svg: str) -> list[str]:
    """All texts of a chart in the order of drawing."""
    return [node.text or "" for node in fromstring(svg).iter(f"{SVG}text")]


def test_the_map_of_one_risk_that_moved() -> None:
    facts = a_map([a_risk(1, (4, 4), (3, 4), "WORSE")])
    placed = lay.layout(facts)
    label, dot = placed.marks
    assert label.at == (lay.LEFT + 3 * 48 + 24, lay.TOP + 34.5 + 13)
    assert dot.at == (lay.LEFT + 3 * 48 + 24, lay.TOP + 2 * 34.5 + 13)
    (arrow,) = placed.arrows
    assert arrow.start == (218, dot.y - lay.ORIGIN)
    assert arrow.end == (218, label.y + lay.MARK + 0.6)
    assert arrow.bend[0] == 218
    root = fromstring(heat_map(facts))
    cells = [node for node in root.findall(f"{SVG}rect") if node.get("width") == "46.8"]
    tints = [node.get("fill") for node in cells]
    assert len(cells) == 25
    assert tints == [charts.TINTS[band] for _, band in sorted(sample.BANDS.items())]
    assert len(root.findall(f"{SVG}polygon")) == 1
    assert texts(heat_map(facts)).count("1") == 1 + 8 + 2  # the label, the Low cells, both axes


def test_the_map_says_what_it_shows() -> None:
    facts = a_map([a_risk(1, (4, 4), (3, 4), "WORSE"), a_risk(2, (1, 1), None, "NEW")], more=2)
    title = fromstring(heat_map(facts)).findtext(f"{SVG}title")
    assert title == (
        "Heat map of residual risk. R-001 likelihood 4 impact 4, from likelihood 3 impact 4,"
        " 4 Critical; R-002 likelihood 1 impact 1, new, 1 Low. Without label: 50."
    )


def test_the_appetite_line_runs_between_the_bands() -> None:
    cells = a_map([]).cells
    edges = re.findall(r"M([\d.]+) ([\d.]+)([HV])([\d.]+)", appetite_path(cells, 2))
    x = [lay.LEFT + 48 * i for i in range(6)]
    y = [lay.TOP + 34.5 * i for i in range(6)]
    upright = {(float(a), float(b)) for a, b, kind, _ in edges if kind == "V"}
    level = {(float(a), float(b)) for a, b, kind, _ in edges if kind == "H"}
    assert upright == {(x[1], y[0]), (x[2], y[1]), (x[3], y[2]), (x[4], y[3])}
    assert level == {(x[1], y[1]), (x[2], y[2]), (x[3], y[3]), (x[4], y[4])}
    assert appetite_path(cells, 4) == ""


def test_three_that_went_the_same_way_share_an_arrow() -> None:
    risks = [a_risk(rank, (5, 5), (2, 2), "WORSE") for rank in range(1, 4)]
    risks.append(a_risk(4, (5, 5), (3, 3), "WORSE"))
    placed = lay.layout(a_map(risks))
    assert [arrow.count for arrow in placed.arrows] == [3, 1]
    assert "3×" in texts(heat_map(a_map(risks)))
    assert "so many moved" in texts(legend(a_map(risks), 206))
    assert "so many moved" not in texts(legend(a_map(risks[2:]), 206))


def test_a_straight_arrow_gives_way_to_a_label() -> None:
    risks = [a_risk(1, (1, 5), (1, 1), "WORSE"), a_risk(2, (1, 3))]
    (arrow,) = lay.layout(a_map(risks)).arrows
    other = next(mark for mark in lay.layout(a_map(risks)).marks if mark.risk.rank == 2)
    assert arrow.bend[1] != arrow.start[1]
    assert min(dist(arrow.point(i / 50), other.at) for i in range(51)) > other.radius


def test_more_than_ten_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 10"):
        lay.layout(a_map([a_risk(rank, (1, 1)) for rank in range(1, 12)]))


CELLS = st.tuples(st.integers(1, 5), st.integers(1, 5))
PLACED = st.lists(st.tuples(CELLS, st.none() | CELLS), max_size=10)


@given(places=PLACED, more=st.sampled_from([0, 7, 999]))
@settings(max_examples=60, deadline=None)
def test_no_two_signs_touch_wherever_ten_risks_stand(
    places: list[tuple[tuple[int, int], tuple[int, int] | None]], more: int
) -> None:
    risks = [a_risk(rank, *place) for rank, place in enumerate(places, start=1)]
    facts = a_map(risks, more)
    placed = lay.layout(facts)
    for one, other in combinations(placed.marks, 2):
        assert dist(one.at, other.at) >= one.radius + other.radius
    for mark in placed.marks:
        rating = mark.risk.before if mark.moved_from and mark.risk.before else mark.risk.now
        x, y = lay.corner(rating.likelihood, rating.impact)
        assert x <= mark.x - mark.radius < mark.x + mark.radius <= x + lay.CELL_WIDTH
        assert y <= mark.y - mark.radius < mark.y + mark.radius <= y + lay.CELL_HEIGHT
    for box in _words(heat_map(facts, placed)):
        for mark in placed.marks:
            assert _apart(box, mark) >= mark.radius
    assert heat_map(facts) == heat_map(facts, placed)


def _words(svg: str) -> list[tuple[float, float, float, float]]:
    """The boxes of the counts and bands inside the cells."""
    boxes = []
    for node in fromstring(svg).iter(f"{SVG}text"):
        x, y, words = float(node.get("x", 0)), float(node.get("y", 0)), node.text or ""
        inside = x > lay.LEFT and y < lay.TOP + 5 * lay.CELL_HEIGHT
        if not inside or node.get("text-anchor") == "middle":
            continue
        long = fontmetrics.width(words, 7, fontmetrics.SEMIBOLD)
        left = x - long if node.get("text-anchor") == "end" else x
        boxes.append((left, y - 5.1, left + long, y))
    return boxes


def _apart(box: tuple[float, float, float, float], mark: lay.Mark) -> float:
    left, top, right, bottom = box
    return hypot(
        max(left - mark.x, 0, mark.x - right),
        max(top - mark.y, 0, mark.y - bottom),
    )


def test_the_legend_stays_inside_its_width() -> None:
    for risks in ([], [a_risk(1, (5, 5))]):
        root = fromstring(legend(a_map(risks), 206))
        for group in root.findall(f"{SVG}g"):
            (node,) = group.findall(f"{SVG}text")
            shift = float(re.findall(r"\(([\d.]+)", group.get("transform", ""))[0])
            end = shift + float(node.get("x", 0)) + fontmetrics.width(node.text or "", 7)
            assert end <= 206


def test_text_is_never_smaller_than_seven_points() -> None:
    svg = heat_map(sample.where_we_stand().heat_map) + legend(sample.where_we_stand().heat_map, 206)
    assert {float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)} == {7.0}
    assert set(re.findall(r'font-family="([^"]+)"', svg)) == {"Inter"}


def test_charts_are_opaque_and_carry_their_words() -> None:
    for svg in (
        heat_map(sample.where_we_stand().heat_map),
        charts.sparkline((1, 2, 3), "a < b"),
        charts.share_bar(1, 3, "one of three", before=2),
    ):
        assert "opacity" not in svg
        assert "style=" not in svg
        root = fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root[0].tag == f"{SVG}title"
        assert root.get("role") == "img"


def test_hostile_words_stay_words() -> None:
    svg = charts.text(0, 0, '<script>"&') + charts.svg(1, 1, "</title><x>", [])
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert "&lt;/title&gt;&lt;x&gt;" in svg


@pytest.mark.parametrize(
    ("values", "better", "colour"),
    [
        ((1, 1, 3), "LOWER", charts.WORSE),
        ((3, 3, 1), "LOWER", charts.BETTER),
        ((1, 1, 3), "HIGHER", charts.BETTER),
        ((3, 2, 2), "LOWER", charts.INK),
        ((1, 1, 3), "NEITHER", charts.INK),
        ((0, 0), "LOWER", charts.INK),
    ],
)
def test_the_last_point_of_a_line_says_better_or_worse(
    values: tuple[int, ...], better: str, colour: str
) -> None:
    root = fromstring(charts.sparkline(values, "x", better=better))
    (dot,) = root.findall(f"{SVG}circle")
    assert dot.get("fill") == colour


def test_a_line_starts_at_zero() -> None:
    root = fromstring(charts.sparkline((0, 5, 10), "x", width=104.8, height=14.8))
    (line,) = root.findall(f"{SVG}polyline")
    assert line.get("points") == "2.4,12.4 52.4,7.4 102.4,2.4"


def test_a_bar_marks_where_it_was() -> None:
    root = fromstring(charts.share_bar(2, 4, "x", before=1, width=80))
    rects = [node.get("width") for node in root.findall(f"{SVG}rect")]
    assert rects == ["80", "40"]
    assert {node.get("x1") for node in root.findall(f"{SVG}line")} == {"20"}
    assert not fromstring(charts.share_bar(2, 4, "x", before=2)).findall(f"{SVG}line")


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_bands_survive_a_grey_print_and_words_on_them_are_legible() -> None:
    tints = list(charts.TINTS.values())
    for lighter, darker in pairwise(tints):
        assert _luminance(lighter) > _luminance(darker) * 1.2
    for band, tint in charts.TINTS.items():
        assert _contrast(tint, charts.ON_TINTS[band]) >= 4.5
    for colour in (charts.INK, charts.INK_SOFT, charts.WORSE, charts.BETTER):
        assert _contrast(colour, charts.PAPER) >= 4.5


def test_the_style_sheet_has_the_colours_of_the_charts() -> None:
    style = (assets.root() / "where_we_stand" / "style.css").read_text(encoding="utf-8")
    for band, tint in charts.TINTS.items():
        assert f".pill.{band.lower()} {{ background: {tint};" in style
    for name, colour in (("ink", charts.INK), ("soft", charts.INK_SOFT), ("rule", charts.RULE),
                         ("worse", charts.WORSE), ("better", charts.BETTER)):  # fmt: skip
        assert f"--{name}: {colour};" in style


def test_the_map_is_as_wide_as_the_style_sheet_says() -> None:
    style = (assets.root() / "where_we_stand" / "style.css").read_text(encoding="utf-8")
    assert f".map {{ width: {WIDTH:g}pt; }}" in style
