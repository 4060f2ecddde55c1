"""How series are watched: by which chart, in which steps, which way."""

from datetime import date, timedelta

import pytest

from riskreg.metrics.rules import AnnotationKind, Cadence, Direction, MetricKind, Weighting
from riskreg.metrics.rules_charts import Watched, charted, history_from, rules_of
from riskreg.metrics.rules_definitions import ScopeKeys
from riskreg.metrics.rules_evaluation import Noted
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.quant import detect
from tests.metrics.measured import observed

FIRST = date(2026, 1, 5)  # a Monday
GOLD = Watched(
    MetricFacts(MetricKind.PROPORTION, 100), Direction.HIGHER, Weighting.POOLED, min_sample=100
)
ENVR = Watched(
    MetricFacts(MetricKind.PROPORTION, 10_000), Direction.LOWER, Weighting.VIEW_SHARE, min_sample=0
)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def shares(*counts: tuple[float, float], **flags: set[int]) -> Points:
    return observed(
        {
            on(place): {
                "numerator": above,
                "denominator": below,
                "value": above / below,
                **{name: float(place in of) for name, of in flags.items()},
            }
            for place, (above, below) in enumerate(counts)
        }
    )


def steady(middle: int, size: int, number: int) -> list[tuple[float, float]]:
    """Counts that wander a little, as no chart should mind."""
    return [(middle + (0, 3, -3, 1, -1)[place % 5], size) for place in range(number)]


def note(kind: AnnotationKind, first: int, last: int | None) -> Noted:
    return Noted(kind, ScopeKeys(), on(first), None if last is None else on(last), None, "x")


def test_a_fall_is_one_episode_that_stays_open() -> None:
    points = shares(*steady(285, 300, 100), *steady(255, 300, 20))
    found = charted(points, GOLD, ())
    [episode] = found.episodes
    assert (episode.direction, episode.open) == (detect.Direction.DOWN, True)
    assert episode.first_day == on(100).toordinal()
    assert episode.severity is detect.Severity.HIGH
    assert GOLD.is_adverse(episode.direction) is True
    assert (found.scale, found.cadence) == (100, Cadence.DAILY)
    assert charted(shares(*steady(285, 300, 120)), GOLD, ()).episodes == ()


def test_a_new_definition_is_learnt_and_another_change_is_not() -> None:
    points = shares(*steady(285, 300, 100), *steady(255, 300, 60))
    ruler = note(AnnotationKind.DEFINITION, 100, None)
    assert charted(points, GOLD, (ruler,)).episodes == ()
    change = note(AnnotationKind.CHANGE, 100, None)
    assert len(charted(points, GOLD, (change,)).episodes) == 1


def test_views_are_watched_by_the_week_and_for_worsening() -> None:
    week = [(45, 30_000), (47, 30_000), (43, 30_000), (46, 30_000)] * 2
    points = shares(*[(week[place % 7][0], 30_000) for place in range(7 * 30 + 3)])
    found = charted(points, ENVR, ())
    assert (found.cadence, found.scale, found.episodes) == (Cadence.WEEKLY, 10_000, ())
    assert [point.day for point in found.chart.points] == [
        on(7 * place).toordinal() for place in range(30)
    ]
    value = found.chart.points[0].value
    assert value is not None
    assert value == pytest.approx((45 + 47 + 43 + 46 + 45 + 47 + 43) / 210_000)
    assert found.chart.rules.watch is detect.Direction.UP
    assert found.chart.rules.limit == 2.5


def test_what_is_suspect_is_left_out_and_what_is_partial_never_alarms() -> None:
    counts = [*steady(285, 300, 100), (100, 300), (285, 300), (100, 300)]
    flagged = shares(*counts, suspect={100}, partial={102})
    found = charted(flagged, GOLD, ())
    assert found.episodes == ()
    assert [point.day for point in found.chart.points[-2:]] == [
        on(101).toordinal(),
        on(102).toordinal(),
    ]
    assert found.chart.points[-1].state is detect.State.PROVISIONAL
    assert len(charted(shares(*counts), GOLD, ()).episodes) > 0


def test_a_thin_day_is_insufficient() -> None:
    found = charted(shares(*steady(285, 300, 100), (1, 99)), GOLD, ())
    assert found.chart.points[-1].state is detect.State.INSUFFICIENT
    assert found.episodes == ()


def test_nothing_is_learnt_from_incidents() -> None:
    rules = rules_of(
        GOLD,
        Cadence.DAILY,
        (
            note(AnnotationKind.INCIDENT, 5, 6),
            note(AnnotationKind.HOLIDAY, 1, 2),
            note(AnnotationKind.DATA_ISSUE, 9, None),
            note(AnnotationKind.CHANGE, 3, 4),
        ),
        shares((1, 1)),
    )
    day = FIRST.toordinal()
    assert rules.excluded == ((day + 1, day + 2), (day + 5, day + 6), (day + 9, day + 36))
    assert rules.declared == ()


def test_levels_are_charted_in_their_unit() -> None:
    watched = Watched(MetricFacts(MetricKind.MEAN, 1), Direction.TARGET_BAND, Weighting.POOLED, 0)
    days = {on(place): {"value": 40.0 + place % 3} for place in range(80)}
    days |= {on(place): {"value": 55.0} for place in range(80, 90)}
    found = charted(observed(days), watched, ())
    assert found.scale == 1
    assert found.chart.points[0].value == 40
    [episode] = found.episodes
    assert (episode.direction, watched.is_adverse(episode.direction)) == (detect.Direction.UP, None)


def test_estimates_without_counts_are_charted_as_levels() -> None:
    days = {on(place): {"value": 15.0 + place % 3, "sample": 100.0} for place in range(70)}
    found = charted(observed(days), ENVR, ())
    assert (found.cadence, found.scale) == (Cadence.DAILY, 1)
    assert found.chart.rules.watch is None


def test_months_are_charted_by_the_month() -> None:
    facts = MetricFacts(MetricKind.INDEX, 1, Cadence.MONTHLY)
    watched = Watched(facts, Direction.HIGHER, Weighting.POOLED, 0)
    months = {
        date(2024 + at // 12, at % 12 + 1, 1): {"value": 0.8 + at % 2 / 10} for at in range(24)
    }
    assert charted(observed(months), watched, ()).chart.rules.step_days == 30


def test_of_nothing_there_is_an_empty_chart() -> None:
    found = charted(observed({}), GOLD, ())
    assert (found.chart.points, found.episodes) == ((), ())


def test_a_chart_learns_from_the_same_day_all_year() -> None:
    assert history_from(date(2026, 1, 1)) == history_from(date(2026, 12, 31)) == date(2024, 1, 1)
