"""Ticks are round, scales are straight, months stand where they begin."""

from datetime import date
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.charts.axes import Scale, decimals, months, span, ticks

TICKS = [
    (0, 10, 3, (0, 5, 10)),
    (0, 10, 6, (0, 2, 4, 6, 8, 10)),
    (0.7, 3.1, 5, (1.0, 1.5, 2.0, 2.5, 3.0)),
    (94.2, 96.1, 3, (95, 96)),
    (-3, 3, 5, (-2, 0, 2)),
    (14_200, 62_000, 3, (20_000, 40_000, 60_000)),
    (0.00012, 0.00019, 4, (0.00012, 0.00014, 0.00016, 0.00018)),
]


@pytest.mark.parametrize(("low", "high", "most", "expected"), TICKS)
def test_ticks(low: float, high: float, most: int, expected: tuple[float, ...]) -> None:
    assert ticks(low, high, most) == pytest.approx(expected)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(min_value=1, max_value=12))
def test_ticks_lie_inside_and_are_few(low: float, size: float, most: int) -> None:
    high = low + size
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return
    found = ticks(low, high, most)
    slack = 1e-6 * max(abs(low), abs(high), size)
    assert len(found) <= most
    assert all(low - slack <= one <= high + slack for one in found)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (nan, 1), (0, inf)])
def test_an_axis_needs_two_values(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="an axis needs two values"):
        ticks(low, high, 3)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [((0, 5, 10), 0), ((1.0, 1.5), 1), ((0.25, 0.5), 2), ((0.00012, 0.00014), 5), ((), 0)],
)
def test_decimals(marks: tuple[float, ...], expected: int) -> None:
    assert decimals(marks) == expected


def test_a_scale_is_straight_and_stops_at_its_ends() -> None:
    down = Scale(0, 10, 100, 20)
    assert [down(value) for value in (-1, 0, 5, 10, 11)] == [100, 100, 60, 20, 20]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2), (0.94, 2.06)),
        ((0.01, 2), (0, 2.1194)),
        ((-1, 1), (-1.12, 1.12)),
        ((5,), (4.5, 5.5)),
        ((0,), (0, 1)),
        ((nan, 3, 4), (2.94, 4.06)),
        ((), (0, 1)),
    ],
)
def test_a_span_has_room(values: tuple[float, ...], expected: tuple[float, float]) -> None:
    assert span(values) == pytest.approx(expected)


def test_months_begin_on_their_first() -> None:
    first, last = date(2025, 11, 2).toordinal(), date(2026, 2, 1).toordinal()
    assert [(str(date.fromordinal(day)), name) for day, name in months(first, last)] == [
        ("2025-12-01", "Dec"),
        ("2026-01-01", "2026"),
        ("2026-02-01", "Feb"),
    ]
