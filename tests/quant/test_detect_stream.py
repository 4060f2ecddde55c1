"""A stream is a batch that has not ended: the same chart after every row, nothing looked ahead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.quant.detect import (
    DayOfWeek,
    Detector,
    Direction,
    Kind,
    Levels,
    Point,
    Rule,
    Rules,
    Samples,
    State,
    chart_levels,
    chart_ratio,
    episodes,
)
from tests.quant.planted import MONDAY

Row = tuple[int, float, float]


@dataclass(frozen=True)
class Case:
    """A series, and how it is to be judged."""

    rows: tuple[Row, ...]
    rules: Rules
    kind: Kind


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Short baselines, gaps, samples too small, changes, excluded and provisional days."""
    step = draw(st.sampled_from([1, 1, 7]))
    gaps = draw(st.lists(st.integers(1, 3), min_size=20, max_size=60))
    days = MONDAY + step * np.cumsum(gaps)
    kind = draw(st.sampled_from(Kind))
    day = st.integers(MONDAY, int(days[-1]))
    rules = Rules(
        step_days=step,
        baseline=draw(st.sampled_from([4, 8, 30])),
        relearn=draw(st.integers(4, 10)),
        memory=20,
        ewma_lambda=0.3,
        day_of_week=draw(st.sampled_from(DayOfWeek)),
        alarms=frozenset(draw(st.sets(st.sampled_from(Rule), min_size=1))),
        watch=draw(st.sampled_from([None, Direction.UP, Direction.DOWN])),
        limit=draw(st.sampled_from([1.0, 3.0])),
        minimum_sample=draw(st.sampled_from([0.0, 20.0])),
        declared=tuple(sorted(draw(st.sets(day, max_size=2)))),
        excluded=tuple((at, at + 5) for at in draw(st.sets(day, max_size=1))),
        provisional_days=draw(st.sampled_from([0, 0, 1, 10])),
    )
    rows = []
    for one in days.tolist():
        n = 1 if kind is Kind.LEVEL else draw(st.integers(0, 60))
        x = draw(st.integers(0, 100 if kind is Kind.LEVEL else n))
        rows.append((one, float(x), float(n)))
    return Case(tuple(rows), rules, kind)


def batch(case: Case, length: int) -> tuple[Point, ...]:
    """The points of the chart of the first rows."""
    days, x, n = (np.array(column) for column in zip(*case.rows[:length], strict=True))
    if case.kind is Kind.LEVEL:
        return chart_levels(Levels(days, x), case.rules).points
    return chart_ratio(Samples(days, x, n), case.rules, case.kind).points


@settings(deadline=None)
@given(cases())
def test_batch_equals_stream_after_every_row(case: Case) -> None:
    detector = Detector(case.rules, case.kind)
    for length, row in enumerate(case.rows, 1):
        detector.push(*row)
        assert detector.chart().points == batch(case, length)


@settings(deadline=None)
@given(cases())
def test_what_is_final_stays_as_it_is(case: Case) -> None:
    detector = Detector(case.rules, case.kind)
    told: tuple[Point, ...] = ()
    closed = 0
    for row in case.rows:
        detector.push(*row)
        chart = detector.chart()
        final = tuple(one for one in chart.points if one.state is not State.PROVISIONAL)
        assert final[: len(told)] == told
        told = final
        ended = [one for one in episodes(chart) if not one.open]
        assert len(ended) >= closed
        closed = len(ended)


@settings(deadline=None)
@given(cases())
def test_episodes_do_not_overlap_and_only_the_last_is_open(case: Case) -> None:
    detector = Detector(case.rules, case.kind)
    for row in case.rows:
        detector.push(*row)
    found = episodes(detector.chart())
    assert all(one.first_day <= one.peak_day <= one.last_day for one in found)
    assert all(one.last_day < other.first_day for one, other in pairwise(found))
    assert not any(one.open for one in found[:-1])


RULES = Rules(step_days=1, baseline=4, relearn=4, memory=100, ewma_lambda=0.2, provisional_days=2)


def pushed(*rows: Row) -> Detector:
    detector = Detector(RULES, Kind.PROPORTION)
    for row in rows:
        detector.push(*row)
    return detector


def test_the_newest_days_never_alarm_until_they_are_final() -> None:
    quiet = [(MONDAY + at, 10.0, 100.0) for at in range(4)]
    detector = pushed(*quiet, (MONDAY + 4, 40, 100))
    odd = detector.chart().points[-1]
    assert (odd.state, odd.alarm, odd.strength) == (State.PROVISIONAL, None, 0)
    for day in (5, 6):
        detector.push(MONDAY + day, 10, 100)
    points = detector.chart().points
    assert points[4].alarm is Rule.POINT
    assert [point.state for point in points[5:]] == [State.PROVISIONAL, State.PROVISIONAL]


def test_a_provisional_day_is_shown_against_what_is_known() -> None:
    detector = pushed(*[(MONDAY + at, 10.0, 100.0) for at in range(7)])
    newest = detector.chart().points[-1]
    assert newest.centre == pytest.approx(0.1)
    assert newest.z == pytest.approx(0)


def test_a_provisional_day_may_be_corrected() -> None:
    rows = [(MONDAY + at, 10.0, 100.0) for at in range(8)]
    corrected = pushed(*rows[:-2], (rows[-2][0], 90, 100), rows[-1], rows[-2])
    assert corrected.chart() == pushed(*rows).chart()
    late = pushed(*rows[:-2], rows[-1], rows[-2])
    assert late.chart() == pushed(*rows).chart()


def test_looking_does_not_change_what_comes() -> None:
    rows = [(MONDAY + at, float(8 + at % 5), 100.0) for at in range(30)]
    looked = Detector(RULES, Kind.PROPORTION)
    for row in rows:
        looked.push(*row)
        looked.chart()
    assert looked.chart() == pushed(*rows).chart()
