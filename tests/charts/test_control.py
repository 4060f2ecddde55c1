"""A control chart draws what it is given, where it is, and nothing that was not measured."""

from __future__ import annotations

import itertools
import re
from datetime import date
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from riskreg.charts.control import (
    LARGE,
    SMALL,
    ControlChart,
    Episode,
    Happening,
    Marker,
    Point,
    Size,
    Threshold,
    control_chart,
)

SVG = "{http://www.w3.org/2000/svg}"
START = date(2026, 6, 1).toordinal()


def drawn(size: Size = LARGE, *, days: int = 11, **given: object) -> Element:
    """The chart of a value of 2 each day, or of what is given."""
    points = [Point(START + day, 2.0) for day in range(days)]
    chart = ControlChart(
        **{"alt": "A", "points": points, "first": START, "last": START + days - 1, **given}  # type: ignore[arg-type]
    )
    return fromstring(control_chart(chart, size))


def of_class(root: Element, name: str) -> list[Element]:
    """The elements of a class, in the order of drawing."""
    return [node for node in root.iter() if name in (node.get("class") or "").split()]


def texts(root: Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def days_of(line: Element) -> list[int]:
    """The days that a line of the large chart goes through; it is 584 points wide for ten days."""
    pairs = [pair.split(",") for pair in (line.get("points") or "").split()]
    return [round((float(x) - 30) / 58.4) for x, _ in pairs]


def test_a_line_goes_through_its_values() -> None:
    points = [Point(START, 0.0), Point(START + 5, 5.0), Point(START + 10, 10.0)]
    (line,) = of_class(drawn(points=points, step=5), "line")
    # 0 stands at the bottom (184 of 200), 10 below the top by the room that is left: 10 / 10.6
    assert line.get("points") == "30,184 322,100.04 614,16.08"


def test_a_line_is_broken_where_periods_are_missing() -> None:
    points = [Point(START + day, 2.0) for day in (0, 1, 2, 5, 6, 10)]
    assert [days_of(one) for one in of_class(drawn(points=points), "line")] == [
        [0, 1, 2],
        [5, 6],
        [10],
    ]


def test_weeks_are_not_gaps() -> None:
    points = [Point(START + day, 2.0) for day in (0, 7, 14)]
    assert len(of_class(drawn(points=points, days=15, step=7), "line")) == 1


def test_a_line_is_broken_where_another_version_begins() -> None:
    markers = [Marker(START + 4, Happening.VERSION, "v2"), Marker(START + 7, Happening.CHANGE, "P")]
    lines = of_class(drawn(markers=markers), "line")
    assert [days_of(one) for one in lines] == [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9, 10]]


def test_what_is_too_little_is_hollow_and_not_on_the_line() -> None:
    points = [Point(START + day, 2.0, insufficient=day == 3) for day in range(11)]
    root = drawn(points=points)
    assert [days_of(one) for one in of_class(root, "line")] == [[0, 1, 2, 4, 5, 6, 7, 8, 9, 10]]
    (hollow,) = of_class(root, "hollow")
    assert (hollow.get("cx"), hollow.get("fill")) == ("205.2", "#ffffff")


def test_alarms_and_the_newest_value_are_dots() -> None:
    points = [Point(START + day, 2.0, alarm=day in {3, 4}) for day in range(11)]
    root = drawn(points=points)
    assert [dot.get("cx") for dot in of_class(root, "alarm")] == ["205.2", "263.6"]
    assert [dot.get("cx") for dot in of_class(root, "ink")] == ["614"]


def test_an_episode_that_is_open_reaches_the_end() -> None:
    episodes = [Episode(START + 1, START + 3, open=False), Episode(START + 5, START + 6, open=True)]
    bars = [(b.get("x"), b.get("width")) for b in of_class(drawn(episodes=episodes), "episode")]
    assert bars == [("88.4", "116.8"), ("322", "292")]


def test_thresholds_have_names_that_do_not_touch() -> None:
    thresholds = [Threshold(2.02, "amber", is_red=False), Threshold(2.03, "red", is_red=True)]
    root = drawn(thresholds=thresholds)
    names = {node.text: float(node.get("y") or 0) for node in root.iter(f"{SVG}text")}
    assert names["amber"] - names["red"] >= 7
    assert len(of_class(root, "threshold")) == 2


def test_names_of_marks_stand_on_a_large_chart_only() -> None:
    markers = [Marker(START + 2, Happening.CHANGE, "PC-014")]
    assert "PC-014" in texts(drawn(markers=markers))
    small = drawn(SMALL, markers=markers)
    assert "PC-014" not in texts(small)
    (line,) = of_class(small, "marker")
    assert line.findtext(f"{SVG}title") == "PC-014"


def test_names_of_marks_never_overlap() -> None:
    markers = [
        Marker(START + day, Happening.CHANGE, f"a change of long name {day}") for day in range(9)
    ]
    root = drawn(markers=markers)
    rows: dict[str, list[float]] = {}
    for node in root.iter(f"{SVG}text"):
        if "long name" in (node.text or ""):
            rows.setdefault(node.get("y") or "", []).append(float(node.get("x") or 0))
    assert len(rows) == 2
    for starts in rows.values():
        apart = [after - before for before, after in itertools.pairwise(starts)]
        assert all(one > 75 for one in apart)
    assert len(of_class(root, "marker")) == 9


def test_marks_outside_the_time_are_left_out() -> None:
    outside = [
        Marker(START - 9, Happening.HOLIDAY, "before", START - 3),
        Marker(START + 30, Happening.CHANGE, "after"),
    ]
    assert of_class(drawn(markers=outside), "marker") == []


def test_limits_are_an_area_of_its_own_for_each_stretch() -> None:
    points = [Point(START + day, 2.0, lower=1.0, upper=3.0, centre=2.0) for day in (0, 1, 2, 6, 7)]
    areas = of_class(drawn(points=points), "limits")
    assert [len((one.get("points") or "").split()) for one in areas] == [6, 4]


def test_a_chart_without_a_value_is_still_a_chart() -> None:
    root = drawn(points=[])
    assert of_class(root, "line") == []
    assert root.findtext(f"{SVG}title") == "A"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><g onload="x">', "&amp;\x00"])
def test_hostile_words_stay_words(hostile: str) -> None:
    markers = [Marker(START + 1, Happening.CHANGE, hostile.replace("\x00", ""))]
    chart = ControlChart(hostile.replace("\x00", ""), [], START, START + 9, markers=markers)
    root = fromstring(control_chart(chart))
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {"svg", "title", "line", "text"}
    assert not any(name.startswith("on") for node in root.iter() for name in node.attrib)


def test_the_same_input_gives_the_same_bytes_without_styles() -> None:
    chart = ControlChart("A", [Point(START, 1.0), Point(START + 1, 2.0)], START, START + 1)
    first = control_chart(chart)
    assert first == control_chart(chart)
    assert not re.search(r"style=|href|opacity", first)
